#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Signing without a key, against cosign 2: it believes what we attach and write, and we believe what it does. The
# services are test/fixture/sigstore.py; cosign 2 knows logs of version 1.
# shellcheck source=test/tap.sh
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/sigstore.sh
. "$FIXTURE/sigstore.sh"
# shellcheck source=test/fixture/registry.sh
. "$FIXTURE/registry.sh"

sigstore_can || skip_all "no python3-cryptography"
cd "$TMP" || exit 1
peers=$ROOT/build/peers cosign=$ROOT/build/peers/cosign
[ -x "$cosign" ] || "$ROOT/tools/peers" "$ROOT/tools/packages-peers.txt" "$peers" 2>peers.log ||
	skip_all "no cosign: $(tail -n 1 peers.log)"
PYTHONDONTWRITEBYTECODE=1 python3 - "$FIXTURE" "$TMP/image" <<'P'
import sys
sys.path.insert(0, sys.argv[1])
from oci import *
Layout(sys.argv[2]).image(OS + END)
P
s=$TMP/s
sigstore_start "$s"
trap sigstore_stop EXIT
echo 'a shop' >shop.tar
echo '{"passed":true}' >predicate.json
type=https://example.com/tested/v1
# Where cosign finds these instead of asking the public instance.
export SIGSTORE_ROOT_FILE="$s/fulcio.pem" SIGSTORE_CT_LOG_PUBLIC_KEY_FILE="$s/ct.pub" \
	SIGSTORE_REKOR_PUBLIC_KEY="$s/rekor.pub"

ours() { # COMMAND OPTION...: what signs
	command=$1
	shift
	"$OAKUM" "$command" --yes --identity-token "$TOKEN" --trusted-root "$s/trusted_root.json" \
		--signing-config "$s/signing-$config.json" "$@"
}
theirs() {
	command=$1
	shift
	"$cosign" "$command" --yes --identity-token "$TOKEN" --fulcio-url "$SIGSTORE" --rekor-url "$SIGSTORE" "$@"
}
as() { # IDENTITY PROGRAM COMMAND OPTION...: what verifies
	who=$1 program=$2 command=$3
	shift 3
	"$program" "$command" --certificate-identity "$who" --certificate-oidc-issuer https://issuer.example "$@"
}
me=https://ci.example/team/shop
root="--trusted-root $s/trusted_root.json"

# -- files
for config in 0 1; do
	status "configuration $config: we sign a file" 0 ours sign-blob --bundle blob.json shop.tar
	status "cosign believes it" 0 as $me "$cosign" verify-blob --new-bundle-format --bundle blob.json $root shop.tar
	status "but not as somebody else's" 1 as https://ci.example/team/bank "$cosign" verify-blob --new-bundle-format \
		--bundle blob.json $root shop.tar
done
status "cosign signs a file" 0 theirs sign-blob --new-bundle-format --bundle blob.json shop.tar
status "we believe it" 0 as $me "$OAKUM" verify-blob --bundle blob.json $root shop.tar
status "but not as somebody else's" 4 as https://ci.example/team/bank "$OAKUM" verify-blob --bundle blob.json $root \
	shop.tar
status "cosign signs a file, in its old form" 0 theirs sign-blob --bundle old.json shop.tar
status "we believe it" 0 as $me "$OAKUM" verify-blob --bundle old.json $root shop.tar

# -- images
registry_start --seed image=ours:1 --seed image=theirs:1
image=$REGISTRY/ours:1
for config in 0 1; do
	status "configuration $config: we sign an image, by tag" 0 ours sign --format tag "$image"
	status "cosign believes it" 0 as $me "$cosign" verify --allow-http-registry "$image"
	status "but not as somebody else's" 12 as https://ci.example/team/bank "$cosign" verify --allow-http-registry \
		"$image"
	status "we attest" 0 ours attest --format tag --type $type --predicate predicate.json "$image"
	status "cosign believes it" 0 as $me "$cosign" verify-attestation --type $type --allow-http-registry "$image"
done
status "and with the time of the clock" 0 as $me "$cosign" verify --allow-http-registry --use-signed-timestamps \
	--timestamp-certificate-chain "$s/clock.pem" "$image"
image=$REGISTRY/theirs:1
status "cosign signs an image" 0 theirs sign --allow-http-registry "$image"
status "we believe it" 0 as $me "$OAKUM" verify $root "$image"
status "but not as somebody else's" 4 as https://ci.example/team/bank "$OAKUM" verify $root "$image"
status "cosign attests" 0 theirs attest --allow-http-registry --type $type --predicate predicate.json "$image"
status "we believe it" 0 as $me "$OAKUM" verify-attestation --type $type $root "$image"
registry_stop
done_testing
