#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Keys, and what is signed with them: files, images in layouts and registries, in both forms. openssl, which knows
# nothing of Oakum, says whether signatures hold.
# shellcheck source=test/tap.sh
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/registry.sh
. "$FIXTURE/registry.sh"

cd "$TMP" || exit 1
SHARED=${OAKUM_SHARED:-$ROOT/../shared/data}
export OAKUM_PASSWORD=geheim
unset COSIGN_PASSWORD OAKUM_PKCS11_PIN
oakum() { "$OAKUM" "$@" --quiet; }
mode() { stat -c %a "$1"; }

# -- keygen -----------------------------------------------------------------------------------------------------------
status 'keygen' 0 oakum keygen
is 'the private key is for its owner' "$(mode oakum.key) $(mode oakum.pub)" '600 644'
like 'in the form of Sigstore' "$(head -n 1 oakum.key)" '^-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----$'
cp oakum.key first.key
status 'nothing is overwritten' 3 oakum keygen
like 'which is said' "$(cat err)" 'oakum.key is not overwritten'
rm oakum.key
status 'neither the other half' 3 oakum keygen
ok 'and no half is left' test ! -e oakum.key
cp first.key oakum.key
for type in ecdsa-p384 ecdsa-p521 ed25519; do
	status "keygen of $type" 0 oakum keygen --type $type -o $type
done
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pem 2>/dev/null
openssl ecparam -name prime256v1 -genkey -noout -out sec1.pem
openssl genpkey -algorithm ED25519 -out ed.pem
for key in rsa sec1 ed; do
	openssl pkey -in $key.pem -pubout -out $key-want.pub
	status "a key of openssl ($key) is taken in" 0 oakum keygen --import $key.pem -o $key
	ok 'its public half is openssl'\''s' cmp $key.pub $key-want.pub
done
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out short.pem 2>/dev/null
status 'a short RSA key is refused' 3 oakum keygen --import short.pem -o short
status 'an unknown type is a mistake' 2 oakum keygen --type rsa -o x
ok 'and nothing is written for these' test ! -e short.key -a ! -e x.key
printf 'aus der Datei\n' >word
status 'the password from a file' 0 env -u OAKUM_PASSWORD "$OAKUM" keygen -o filed --password-file word
printf 'aus der Datei' | env -u OAKUM_PASSWORD "$OAKUM" sign-blob first.key --key filed.key --password-stdin -q \
	>/dev/null
is 'is that of standard input, without the line'\''s end' $? 0
setsid env -u OAKUM_PASSWORD "$OAKUM" sign-blob first.key --key filed.key </dev/null >out 2>err
is 'without a password and a terminal' $? 2
like 'it is said what to do' "$(cat err)" 'filed.key.*no terminal to ask at: set OAKUM_PASSWORD or COSIGN_PASSWORD'
bare() { env -u OAKUM_PASSWORD "$OAKUM" "$@" -q; }
printf 'aus der Datei' | bare sign-blob first.key --key filed.key >/dev/null
is 'a pipe says it, as with cosign' $? 0
printf falsch | bare sign-blob first.key --key filed.key >/dev/null 2>&1
is 'a wrong one' $? 3
printf 'aus der Datei' | setsid env -u OAKUM_PASSWORD "$OAKUM" sign-blob - --key filed.key >/dev/null 2>&1
is 'but not when it is what is signed' $? 2
printf 'aus der Datei' | bare sign-blob - --key filed.key --password-stdin >/dev/null 2>err
is 'whatever the flag says' $? 2
like 'which is said' "$(cat err)" 'standard input is what is signed already'
status 'a key has no certificate' 2 oakum sign-blob first.key --key oakum.key --output-certificate zz.pem
ok 'so none is written' test ! -e zz.pem

# -- public halves ----------------------------------------------------------------------------------------------------
status 'public-key of a file' 0 oakum public-key --key rsa.key
ok 'is openssl'\''s' cmp out rsa-want.pub
status 'of open PEM, into a file' 0 oakum public-key --key sec1.pem --outfile half.pub
ok 'is openssl'\''s, too' cmp half.pub sec1-want.pub
status 'of no key' 2 oakum public-key

# -- files ------------------------------------------------------------------------------------------------------------
echo 'a shop' >shop.tar
# The readers of keys hash with SHA-256 whatever the curve, and take Ed25519 itself.
for key in oakum ecdsa-p384 ecdsa-p521 rsa ed25519; do
	rm -f s
	status "sign-blob with $key" 0 oakum sign-blob shop.tar --key $key.key --bundle b.json --output-signature s
	base64 -d s >raw
	if [ $key = ed25519 ]; then
		ok 'openssl agrees' openssl pkeyutl -verify -pubin -inkey $key.pub -rawin -in shop.tar -sigfile raw
	else
		ok 'openssl agrees' openssl dgst -sha256 -verify $key.pub -signature raw shop.tar
	fi
	is 'and so does the bundle' "$(jq -r .messageSignature.signature b.json)" "$(cat s)"
	is 'which says of which file' "$(jq -r '.messageSignature.messageDigest |
		.algorithm + " " + .digest' b.json)" "SHA2_256 $(openssl dgst -sha256 -binary shop.tar | base64)"
	ok 'which verify-blob takes' oakum verify-blob shop.tar --bundle b.json --key $key.pub
done
status 'not with another key' 4 oakum verify-blob shop.tar --bundle b.json --key oakum.pub
is 'the hint is the digest of the public key' \
	"$(jq -r .verificationMaterial.publicKey.hint b.json | base64 -d | od -An -tx1 -v | tr -d ' \n')" \
	"$(openssl pkey -pubin -in ed25519.pub -outform DER | sha256sum | cut -c 1-64)"
OAKUM_PASSWORD=falsch status 'a wrong password' 3 oakum sign-blob shop.tar --key oakum.key --bundle no.json
OAKUM_PASSWORD='' status 'an empty one, too' 3 oakum sign-blob shop.tar --key oakum.key --bundle no.json
status 'a public key signs nothing' 3 oakum sign-blob shop.tar --key oakum.pub --bundle no.json
status 'no such key' 3 oakum sign-blob shop.tar --key nobody.key --bundle no.json
status 'a key service is reached by a program' 2 oakum sign-blob shop.tar --key awskms:///alias/x --bundle no.json
like 'which is said' "$(cat err)" 'exec:PROGRAM'
ok 'and nothing is written for these' test ! -e no.json
for key in rsa.pem sec1.pem; do
	oakum sign-blob shop.tar --key $key | base64 -d >raw
	ok "an open key ($key) needs no password" openssl dgst -sha256 -verify "${key%.pem}.pub" -signature raw shop.tar
done
KEY=$(cat sec1.pem) oakum sign-blob shop.tar --key env://KEY | base64 -d >raw
ok 'a key from the environment' openssl dgst -sha256 -verify sec1.pub -signature raw shop.tar
oakum sign-blob - --key sec1.pem <shop.tar | base64 -d >raw
ok 'standard input' openssl dgst -sha256 -verify sec1.pub -signature raw shop.tar
status 'attest-blob' 0 oakum attest-blob shop.tar --key ed25519.key --type test-result --predicate b.json --bundle \
	a.json
ok 'holds' oakum verify-blob shop.tar --bundle a.json --key ed25519.pub

if [ -e "$SHARED/sigstore/cosign-keys.tar.zst" ]; then
	zstd -dqc "$SHARED/sigstore/cosign-keys.tar.zst" | tar xf -
	for key in cosign-n32768-pkcs8 sigstore-n32768; do
		COSIGN_PASSWORD=hello status "cosign's own key opens ($key)" 0 env -u OAKUM_PASSWORD \
			"$OAKUM" sign-blob shop.tar --key cosign-keys/$key.key --bundle b.json -q
	done
	OAKUM_PASSWORD=hello status 'another kind of key inside is refused' 3 \
		oakum sign-blob shop.tar --key cosign-keys/cosign-n65536-sec1-inside_fail.key --bundle no.json
	OAKUM_PASSWORD=hallo status 'and a wrong word' 3 \
		oakum sign-blob shop.tar --key cosign-keys/sigstore-n32768.key --bundle no.json
else
	skip "cosign's own keys" 'no shared data'
fi

# -- another program signs --------------------------------------------------------------------------------------------
cat >kms <<'P'
#!/bin/sh
env >kms-env
printf '%s ' "$@" >>kms-log
case $1$KMS in
public-key25519) exec openssl pkey -in ed.pem -pubout ;;
public-key*) exec openssl pkey -in sec1.pem -pubout ;;
signlie) exec openssl rand 71 ;;
signfail) echo 'the service is away' >&2; exit 7 ;;
sign25519) cat >message && exec openssl pkeyutl -sign -inkey ed.pem -rawin -in message ;;
signslow) printf 'touch the key\033[2J' >&2; exec sleep 600 ;;
sign64) openssl pkeyutl -sign -inkey sec1.pem -pkeyopt digest:"$2" | base64 ;;
sign) exec openssl pkeyutl -sign -inkey sec1.pem -pkeyopt digest:"$2" ;;
esac
P
chmod +x kms
status 'a program signs' 0 oakum sign-blob shop.tar --key exec:./kms --bundle k.json --output-signature s
base64 -d s >raw
ok 'openssl agrees' openssl dgst -sha256 -verify sec1.pub -signature raw shop.tar
is 'it is asked twice' "$(cat kms-log)" 'public-key sign sha256 '
status 'its public half' 0 oakum public-key --key exec:./kms
ok 'is that of the key' cmp out sec1.pub
status 'verify takes it as a file' 2 oakum verify-blob shop.tar --bundle k.json --key exec:./kms
like 'which is said' "$(cat err)" "'oakum public-key --key KEY' writes"
unlike 'and sees no password of ours' "$(cat kms-env)" geheim
KMS=64 status 'in base64, too' 0 oakum sign-blob shop.tar --key exec:./kms --bundle k.json
ok 'which holds' oakum verify-blob shop.tar --bundle k.json --key sec1.pub
KMS=lie status 'what is no signature is refused' 4 oakum sign-blob shop.tar --key exec:./kms --bundle no.json
KMS=25519 status 'with Ed25519, too' 0 oakum sign-blob shop.tar --key exec:./kms --bundle k.json
is 'which signs the file itself' "$(tail -c 13 kms-log)" 'sign ed25519 '
ok 'which holds' oakum verify-blob shop.tar --bundle k.json --key ed.pub
KMS=fail status 'a failure is one' 3 oakum sign-blob shop.tar --key exec:./kms --bundle no.json
like 'in its own words' "$(cat err)" 'status 7: the service is away'
KMS=slow status 'one that waits has the time that is given' 3 oakum sign-blob shop.tar --key exec:./kms --timeout 5s \
	--bundle no.json
like 'no longer, and what it said is told' "$(cat err)" 'not done within [1-5] s: touch the key\\x1b\[2J$'
status 'no such program' 3 oakum sign-blob shop.tar --key exec:nobody --bundle no.json
ok 'and nothing is written for these' test ! -e no.json

# -- images in layouts ------------------------------------------------------------------------------------------------
PYTHONDONTWRITEBYTECODE=1 python3 - "$FIXTURE" <<'P' >digests
import json, sys
sys.path.insert(0, sys.argv[1])
from oci import *
o, all = Layout('image'), []
for arch in ('amd64', 'arm64'):
    all.append(o.manifest([o.layer(OS + file('srv/' + arch, b'x') + END)]))
    all[-1]['platform'] = {'os': 'linux', 'architecture': arch}
beside = o.manifest([o.layer(OS + file('srv/beside', b'x') + END)])
beside['platform'] = {'os': 'unknown', 'architecture': 'unknown'}
beside['annotations'] = {'vnd.docker.reference.type': 'attestation-manifest',
                         'vnd.docker.reference.digest': all[0]['digest']}
index = o.blob(json.dumps({'schemaVersion': 2, 'mediaType': 'application/vnd.oci.image.index.v1+json',
                           'manifests': all + [beside]}).encode(), 'application/vnd.oci.image.index.v1+json')
o.index([index])
print(index['digest'], all[0]['digest'], all[1]['digest'])
P
read -r index amd64 arm64 <digests
cp -r image plain
cp -r image fresh
name=org.opencontainers.image.ref.name
blob() { cat "$1/blobs/sha256/${2#*:}"; }
# Of a layout: the manifest that bears this tag; the manifests that have this subject.
tagged() { blob "$1" \
	"$(jq -r --arg t "$2" '.manifests[] | select(.annotations["'$name'"] == $t).digest' "$1/index.json")"; }
referrers() {
	for d in $(jq -r '.manifests[] | select(.artifactType).digest' "$1/index.json"); do
		blob "$1" "$d" | jq -c --arg s "$2" 'select(.subject.digest == $s)'
	done
}
sig=$(echo "$index" | tr : -).sig att=$(echo "$index" | tr : -).att

status 'sign an image' 0 oakum sign --key sec1.pem oci:image
is 'a referrer names it' \
	"$(referrers image "$index" |
		jq -r '[.artifactType, .subject.size, .annotations["dev.sigstore.bundle.predicateType"]] | join(" ")')" \
	"application/vnd.dev.sigstore.bundle.v0.3+json $(blob image "$index" | wc -c) https://sigstore.dev/cosign/sign/v1"
blob image "$(referrers image "$index" | jq -r '.layers[0].digest')" >b.json
jq -r .dsseEnvelope.payload b.json | base64 -d >payload
is 'which says "signed" of its digest' "$(jq -c . payload)" \
	"$(printf '{"_type":"%s","subject":[{"digest":{"sha256":"%s"}}],"predicateType":"%s","predicate":{}}' \
		https://in-toto.io/Statement/v1 "${index#*:}" https://sigstore.dev/cosign/sign/v1)"
{ printf 'DSSEv1 28 application/vnd.in-toto+json %s ' "$(wc -c <payload)" && cat payload; } >pae
jq -r '.dsseEnvelope.signatures[0].sig' b.json | base64 -d >raw
ok 'openssl agrees' openssl dgst -sha256 -verify sec1.pub -signature raw pae
ok 'verify does' oakum verify --key sec1.pub oci:image
status 'not with another key' 4 oakum verify --key rsa.pub oci:image

status 'under the tag' 0 oakum sign --key sec1.pem --format tag -a build=7 -a a=1,b=2 oci:image
tagged image "$sig" >one.json
is 'one layer of simple signing' "$(jq -r '.layers[].mediaType' one.json)" \
	application/vnd.dev.cosign.simplesigning.v1+json
blob image "$(jq -r '.layers[0].digest' one.json)" >payload
is 'in the form of cosign' "$(cat payload)" \
	"$(printf '{"critical":{"identity":{"docker-reference":""},"image":{"docker-manifest-digest":"%s"},%s},%s}' \
		"$index" '"type":"cosign container image signature"' '"optional":{"build":"7","a":"1","b":"2"}')"
jq -r '.layers[0].annotations["dev.cosignproject.cosign/signature"]' one.json | base64 -d >raw
ok 'openssl agrees' openssl dgst -sha256 -verify sec1.pub -signature raw payload
status 'what was claimed at once is asked for at once' 0 oakum verify --key sec1.pub -a build=7,b=2 -a a=1 oci:image
status 'each of it' 4 oakum verify --key sec1.pub -a a=1,b=3 oci:image
status 'a second one' 0 oakum sign --key rsa.pem --new-bundle-format=false oci:image
is 'keeps the first as it was' "$(tagged image "$sig" | jq -c '.layers[0]')" "$(jq -c '.layers[0]' one.json)"
is 'the config names both' "$(blob image "$(tagged image "$sig" | jq -r .config.digest)" | jq -c .rootfs.diff_ids)" \
	"$(tagged image "$sig" | jq -c '[.layers[].digest]')"
ok 'both hold' oakum verify --key rsa.pub oci:image

# The readers of tags hash with SHA-256 whatever the curve, and take Ed25519 itself.
for key in ecdsa-p384 ecdsa-p521 ed25519; do
	ok "sign with $key" oakum sign --key $key.key --format both oci:image
	blob image "$(tagged image "$sig" | jq -r '.layers[-1].digest')" >payload
	tagged image "$sig" | jq -r '.layers[-1].annotations["dev.cosignproject.cosign/signature"]' | base64 -d >raw
	if [ $key = ed25519 ]; then
		ok 'openssl agrees' openssl pkeyutl -verify -pubin -inkey $key.pub -rawin -in payload -sigfile raw
	else
		ok 'openssl agrees' openssl dgst -sha256 -verify $key.pub -signature raw payload
	fi
	is 'both forms hold' "$(oakum verify --key $key.pub oci:image | grep -c 'signed by')" 2
done

# Eight at once: the lock of the layout keeps each.
for i in 1 2 3 4 5 6 7 8; do
	oakum sign --key sec1.pem --format tag -a n=$i oci:plain >/dev/null &
done
wait
is 'of eight at once none is lost' "$(tagged plain "$sig" | jq '.layers | length')" 8

# -- attestations -----------------------------------------------------------------------------------------------------
echo '{"result": "PASSED"}' >passed.json
status 'attest' 0 oakum attest --key sec1.pem --type test-result --predicate passed.json --format both oci:image
ok 'verify-attestation knows the type' oakum verify-attestation --key sec1.pub --type \
	https://in-toto.io/attestation/test-result/v0.1 oci:image
status 'no other type' 5 oakum verify-attestation --key sec1.pub --type vuln oci:image
is 'the layer says its type' "$(tagged image "$att" | jq -r '.layers[0].annotations.predicateType')" \
	https://in-toto.io/attestation/test-result/v0.1
blob image "$(tagged image "$att" | jq -r '.layers[0].digest')" | jq -r .payload | base64 -d >statement.json
is 'the predicate is what was given' "$(jq -c .predicate statement.json)" '{"result":"PASSED"}'
echo '{"result": "FAILED"}' >failed.json
status 'a second result' 0 oakum attest --key sec1.pem --type test-result --predicate failed.json --format tag \
	oci:image
status 'another type' 0 oakum attest --key sec1.pem --predicate failed.json --format tag oci:image
is 'three' "$(tagged image "$att" | jq '.layers | length')" 3
status 'replace those of one type' 0 oakum attest --key sec1.pem --type test-result --predicate passed.json \
	--format tag --replace oci:image
is 'leaves one of each' "$(tagged image "$att" | jq -r '[.layers[].annotations.predicateType] | sort | join(" ")')" \
	'https://cosign.sigstore.dev/attestation/v1 https://in-toto.io/attestation/test-result/v0.1'
mkfifo pipe
cat passed.json >pipe &
status 'what comes from a pipe' 0 oakum attest --key sec1.pem --predicate pipe --no-upload --bundle piped.json oci:image
is 'is read to its end' "$(jq -r .dsseEnvelope.payload piped.json | base64 -d | jq -c .predicate.Data)" \
	"$(jq -Rs . passed.json)"
head -c 40000000 /dev/zero >pipe &
status 'and not further than fits' 3 oakum attest --key sec1.pem --predicate pipe --no-upload --bundle piped.json \
	oci:image
like 'which is said' "$(cat err)" "'pipe' is longer than"
wait
printf '{},"subject":[]' >smuggled.json
echo '[1]' >list.json
sed "s/${index#*:}/$(printf %064d 0)/" statement.json >other.json
cp image/index.json before.json
status 'a predicate with something behind it' 3 oakum attest --key sec1.pem --type spdxjson --predicate \
	smuggled.json oci:image
status 'one that is no object' 3 oakum attest --key sec1.pem --type spdxjson --predicate list.json oci:image
status 'a statement about another image' 4 oakum attest --key sec1.pem --statement other.json oci:image
status 'about this one' 0 oakum attest --key sec1.pem --statement statement.json --no-upload --bundle kept.json \
	oci:image
is 'is signed as it stands' "$(jq -r .dsseEnvelope.payload kept.json | base64 -d | sha256sum)" \
	"$(sha256sum <statement.json)"
status 'an unknown type' 2 oakum attest --key sec1.pem --type spdx-json --predicate passed.json oci:image
status 'nothing to say' 2 oakum attest --key sec1.pem --type vuln oci:image
status 'an image that is not there' 3 oakum sign --key sec1.pem oci:image:none
status 'an archive of docker holds nothing' 2 oakum sign --key sec1.pem docker-daemon:shop
ok 'none of these changes the layout' cmp image/index.json before.json

# Killed at any moment, what is there can be read, and the next run goes on.
for ms in 01 02 03 04 05 07 09 12 15 20; do
	timeout -s KILL 0.0$ms "$OAKUM" sign --key sec1.pem --format both oci:plain -q >/dev/null 2>&1
	jq -r '.manifests[].digest' plain/index.json | while read -r d; do
		[ "sha256:$(blob plain "$d" | sha256sum | cut -c 1-64)" = "$d" ] || echo "$d"
	done
done >torn
is 'killed at any moment nothing is torn' "$(cat torn)" ''
status 'and it can be signed again' 0 oakum sign --key sec1.pem --format both oci:plain

# What is signed of an index is what is verified of it: an image and an index below it, each once; not what is no image.
PYTHONDONTWRITEBYTECODE=1 python3 - "$FIXTURE" <<'P' >digests
import json, sys
sys.path.insert(0, sys.argv[1])
from oci import *
INDEX = 'application/vnd.oci.image.index.v1+json'
def listing(o, entries, claimed=INDEX):
    return o.blob(json.dumps({'schemaVersion': 2, 'mediaType': claimed, 'manifests': entries}).encode(), INDEX)
def images(o, n):
    layers = [o.layer(OS + END)]
    return [dict(o.manifest(layers, {'Labels': {'n': str(i)}}), platform={'os': 'linux', 'architecture': 'arch%d' % i})
            for i in range(n)]
o = Layout('odd')
one, two, three = images(o, 3)
odd = dict(o.blob(b'{}', 'application/vnd.example.odd+json'), platform=one['platform'])
below = listing(o, [two, one])
root = listing(o, [one, odd, one, below, three, dict(three, platform=one['platform'])])
o.index([root])
print(*(d['digest'] for d in (root, one, below, two, three)))
for name, n in ('most', 255), ('more', 256):
    o = Layout(name)
    o.index([listing(o, images(o, n))])
o = Layout('liar')
o.index([listing(o, [listing(o, images(o, 1), 'application/vnd.docker.distribution.manifest.list.v2+json')])])
P
status 'an index with odd entries' 0 oakum sign -r --key sec1.pem -o json oci:odd
is 'each image in it is signed once' "$(jq -r '.[].digest' out | paste -sd' ')" "$(cat digests)"
ok 'and they are what is verified' oakum verify --all-platforms --key sec1.pub oci:odd
status 'an image of 255 platforms' 0 oakum sign -r --key sec1.pem -o json oci:most
is 'all are signed' "$(jq length out)" 256
ok 'and verified' oakum verify --all-platforms --key sec1.pub oci:most
cp more/index.json before.json
status 'of more none is signed' 3 oakum sign -r --key sec1.pem oci:more
like 'for none is verified' "$(cat err)" 'more than 256 platforms'
status 'as is said there, too' 3 oakum verify --all-platforms --key sec1.pub oci:more
ok 'and the layout stays' cmp more/index.json before.json
status 'an index that is called otherwise where it is listed' 3 oakum sign -r --key sec1.pem oci:liar
like 'is not signed' "$(cat err)" 'calls itself'
status 'nor verified' 3 oakum verify --all-platforms --key sec1.pub oci:liar

remote() { curl -s "http://$REGISTRY/v2/shop/blobs/$1"; }
# -- registries -------------------------------------------------------------------------------------------------------
for api in --page=2 --no-referrers; do
	registry_start --seed "fresh=shop:1" "$api"
	status "an index and its platforms ($api)" 0 "$OAKUM" sign -r --key sec1.pem --format both -o json \
		"$REGISTRY/shop:1"
	is 'each is told' "$(jq -r '.[].digest' out | paste -sd' ')" "$index $amd64 $arm64"
	like 'and what the tag names' "$(cat err)" "tag '1' is $index"
	ok 'all hold' oakum verify --all-platforms --key sec1.pub "$REGISTRY/shop:1"
	curl -s "http://$REGISTRY/v2/shop/manifests/$sig" >remote.json
	is 'the payload names the repository' \
		"$(remote "$(jq -r '.layers[0].digest' remote.json)" | jq -r '.critical.identity["docker-reference"]')" \
		"$REGISTRY/shop"
	status 'another signature' 0 oakum sign --key rsa.pem --format tag "$REGISTRY/shop@$index"
	curl -s "http://$REGISTRY/v2/shop/manifests/$sig" >second.json
	is 'is appended' "$(jq -c '.layers[0]' second.json)" "$(jq -c '.layers[0]' remote.json)"
	is 'to the first' "$(jq '.layers | length' second.json)" 2
	for i in 1 2 3 4; do
		oakum sign --key sec1.pem --format both -a n=$i "$REGISTRY/shop@$arm64" >/dev/null &
		writers="${writers-} $!"
	done
	# shellcheck disable=SC2086 # process ids
	wait $writers
	curl -s "http://$REGISTRY/v2/shop/manifests/$(echo "$arm64" | tr : -).sig" >remote.json
	is 'of four at once none is lost' "$(jq '.layers | length' remote.json)" 5
	: >"$LOG"
	status 'of one platform' 0 oakum attest --key sec1.pem --predicate passed.json --platform linux/arm64 \
		"$REGISTRY/shop:1"
	like 'the subject is that platform' "$(requests '.method == "PUT"' | tail -n 3)" manifests
	: >"$LOG"
	status 'a statement about the index alone, for all' 4 oakum attest -r --key sec1.pem --statement statement.json \
		"$REGISTRY/shop:1"
	is 'nothing is sent before all is made' "$(requests '.method == "PUT" or .method == "POST"')" ''
	status '--upload=false' 0 oakum sign --key sec1.pem --upload=false --bundle kept.json "$REGISTRY/shop:1"
	is 'neither then' "$(requests '.method == "PUT" or .method == "POST"')" ''
	ok 'but the bundle is written' test -s kept.json
	status 'of several images' 3 oakum sign --key sec1.pem "$REGISTRY/none:1" "$REGISTRY/shop:1"
	like 'one fails' "$(cat err)" 'none:1'
	like 'the other is done' "$(cat out)" "^signed $REGISTRY/shop@$index"
	registry_stop
done
registry_start --seed "fresh=shop:1" --auth basic --user me --password p
status 'who may not write' 3 oakum sign --key sec1.pem "$REGISTRY/shop:1"
registry_stop

# -- kept in a file, attached later -----------------------------------------------------------------------------------
registry_start --seed "fresh=shop:1"
image=$REGISTRY/shop:1
status 'attested, and attached nowhere' 0 oakum attest --key sec1.pem --predicate passed.json --no-upload=true \
	--bundle later.json "$image"
status 'nothing is there yet' 5 oakum verify-attestation --key sec1.pub "$image"
: >"$LOG"
status 'about another image it is not' 4 oakum attest --attach later.json "$REGISTRY/shop@$arm64"
like 'which is said' "$(cat err)" 'the bundle is not about sha256:'
jq '.messageSignature = .dsseEnvelope | del(.dsseEnvelope)' later.json >broken.json
status 'what cannot be read' 3 oakum attest --attach broken.json "$image"
oakum sign-blob --key sec1.pem --bundle blob.json passed.json >out
status 'nor what tells of a file' 4 oakum attest --attach blob.json "$image"
is 'nothing of these is sent' "$(requests '.method == "PUT" or .method == "POST"')" ''
status 'nothing else is said then' 2 oakum attest --attach later.json --predicate passed.json "$image"
status 'nor otherwise' 2 oakum attest --attach later.json --type spdxjson "$image"
status 'later it is attached' 0 env -u OAKUM_PASSWORD "$OAKUM" attest -q --attach later.json "$image"
like 'which is told' "$(cat out)" "^attested $REGISTRY/shop@$index\$"
status 'and holds' 0 oakum verify-attestation --key sec1.pub "$image"
"$OAKUM" tree --format json "$image" >tree.json
is 'octet for octet' "$(jq -r '.subjects[0].attached[0].digest' tree.json)" \
	"sha256:$(sha256sum <later.json | cut -c -64)"
is 'as what it says' "$(jq -r '.subjects[0].attached[0].predicateType' tree.json)" \
	"$(jq -r .dsseEnvelope.payload later.json | base64 -d | jq -r .predicateType)"
registry_stop
cp -r fresh apart
status 'in a layout, too' 0 oakum attest --attach later.json oci:apart
status 'and holds there' 0 oakum verify-attestation --key sec1.pub oci:apart
rm -r apart

# -- kept in another repository ---------------------------------------------------------------------------------------
registry_start --seed "fresh=shop:1"
apart() { # COMMAND...
	COSIGN_REPOSITORY=$REGISTRY/team/kept "$OAKUM" "$@" --quiet
}
: >"$LOG"
status 'signed elsewhere' 0 apart sign --key sec1.pem --format both -o json "$REGISTRY/shop:1"
is 'is said of both forms' "$(jq -r '.[0] | .repository, .bundle.repository, .tagged.repository' out | paste -sd' ')" \
	"$REGISTRY/shop $REGISTRY/team/kept $REGISTRY/team/kept"
status 'attested elsewhere' 0 apart attest --key sec1.pem --predicate passed.json "$REGISTRY/shop:1"
like 'is said' "$(cat out)" "^  attached  $REGISTRY/team/kept@sha256:"
is 'nothing is written beside the image' \
	"$(requests '(.method == "PUT" or .method == "POST" or .method == "PATCH")' | grep -vc ' /v2/team/kept/')" 0
curl -s "http://$REGISTRY/v2/team/kept/manifests/$(echo "$index" | tr : -).sig" >remote.json
curl -s "http://$REGISTRY/v2/team/kept/blobs/$(jq -r '.layers[0].digest' remote.json)" >payload.json
is 'the payload names the image' "$(jq -r '.critical.identity["docker-reference"]' payload.json)" "$REGISTRY/shop"
status 'whoever looks there believes it' 0 apart verify --key sec1.pub "$REGISTRY/shop:1"
status 'the attestation, too' 0 apart verify-attestation --key sec1.pub "$REGISTRY/shop:1"
status 'whoever does not finds nothing' 5 oakum verify --key sec1.pub "$REGISTRY/shop:1"
status 'beside the image there is another' 0 oakum sign --key rsa.pem "$REGISTRY/shop:1"
apart tree --format json "$REGISTRY/shop:1" >tree.json
is 'the tree has all of them' \
	"$(jq -r '.subjects[0].attached[] | .kind + " " + (.repository // "here")' tree.json | sort | paste -sd,)" \
	"attestation $REGISTRY/team/kept,signature $REGISTRY/team/kept,signature $REGISTRY/team/kept,signature here"
like 'and says where' "$(apart tree "$REGISTRY/shop:1")" "  tag in $REGISTRY/team/kept\$"
is 'each once, where that is its own' \
	"$(COSIGN_REPOSITORY=$REGISTRY/shop "$OAKUM" tree --format json "$REGISTRY/shop:1" |
		jq '.subjects[0].attached | length')" 1
cp -r fresh apart
status 'a layout has its own' 0 apart sign --key sec1.pem oci:apart
status 'which need not be told' 0 oakum verify --key sec1.pub oci:apart
registry_stop
COSIGN_REPOSITORY=registry.example/kept:1 status 'a repository has no tag' 2 oakum sign --key sec1.pem oci:apart
like 'which is said' "$(cat err)" 'COSIGN_REPOSITORY: a repository has no tag'

status 'neither --key nor a token' 2 env -u ACTIONS_ID_TOKEN_REQUEST_URL -u SIGSTORE_ID_TOKEN "$OAKUM" sign --yes \
	oci:image -q

done_testing
