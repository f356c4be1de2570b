#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Keys in a token: SoftHSM signs, openssl and Oakum say whether it holds.
# shellcheck source=test/tap.sh
. "$ROOT/test/tap.sh"

command -v softhsm2-util >/dev/null || skip_all 'no softhsm2-util'
engine=
for file in /usr/lib/*/engines-3/pkcs11.so; do
	[ -e "$file" ] && engine=$file
done
[ "$engine" ] || skip_all 'no libengine-pkcs11-openssl'
module=
for file in /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so; do
	[ -e "$file" ] && module=$file
done
cd "$TMP" || exit 1
mkdir tokens
echo "directories.tokendir = $TMP/tokens" >softhsm.conf
export SOFTHSM2_CONF="$TMP/softhsm.conf"
softhsm2-util --init-token --free --label shop --pin 1234 --so-pin 5678 >/dev/null || exit 1
openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out p256.pem
openssl ecparam -name secp384r1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out p384.pem
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pem 2>/dev/null
id=10
for key in p256 p384 rsa; do
	openssl pkey -in $key.pem -pubout -out $key.pub
	softhsm2-util --import $key.pem --token shop --label $key --id $id --pin 1234 >/dev/null || exit 1
	rm $key.pem
	id=$((id + 1))
done
echo 'a shop' >shop.tar
uri() { echo "pkcs11:token=shop;object=$1?module-path=$module"; }

export OAKUM_PKCS11_PIN=1234
for key in p256 p384 rsa; do
	status "sign-blob with $key" 0 "$OAKUM" sign-blob shop.tar --key "$(uri $key)" --bundle $key.json \
		--output-signature s
	base64 -d s >raw
	ok 'openssl agrees' openssl dgst -sha256 -verify $key.pub -signature raw shop.tar
	ok 'verify-blob, too' "$OAKUM" verify-blob shop.tar --bundle $key.json --key $key.pub
done
sh "$FIXTURE/tiny.sh" .
status 'an image' 0 "$OAKUM" sign --key "$(uri p256)" --format both oci:careful
ok 'holds' "$OAKUM" verify --key p256.pub oci:careful
unset OAKUM_PKCS11_PIN
status 'the PIN in the URI' 0 "$OAKUM" sign-blob shop.tar --key "$(uri p256)&pin-value=%31234" --bundle b.json
status 'a wrong PIN' 3 "$OAKUM" sign-blob shop.tar --key "$(uri p256)&pin-value=4321" --bundle no.json
is 'is said once, by us' "$(sed 's/: .*//' err)" oakum
status 'no such key' 3 "$OAKUM" sign-blob shop.tar --key "$(uri none)&pin-value=1234" --bundle no.json
is 'as is that' "$(sed 's/: .*//' err)" oakum
status 'no such module' 3 "$OAKUM" sign-blob shop.tar --key 'pkcs11:token=shop?module-path=/nowhere.so' --bundle no.json
status 'an unknown word in the URI' 2 "$OAKUM" sign-blob shop.tar --key "$(uri p256)&pin-source=x" --bundle no.json
status 'a false escape' 2 "$OAKUM" sign-blob shop.tar --key "$(uri p256)&pin-value=%3" --bundle no.json
ok 'and nothing is written for these' test ! -e no.json
done_testing
