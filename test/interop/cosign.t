#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Keys, files and images, against cosign 2: it opens our keys and believes what we sign, and we open its keys and
# believe what it signs. Images lie in Debian's docker-registry, which knows no referrers, and in one that does.
# Nothing goes to a log; cosign-keyless.t signs without a key.
# shellcheck source=test/tap.sh
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/registry.sh
. "$FIXTURE/registry.sh"

cd "$TMP" || exit 1
peers=$ROOT/build/peers cosign=$ROOT/build/peers/cosign
[ -x "$cosign" ] || "$ROOT/tools/peers" "$ROOT/tools/packages-peers.txt" "$peers" 2>peers.log ||
	skip_all "no cosign: $(tail -n 1 peers.log)"
export COSIGN_PASSWORD=geheim
PYTHONDONTWRITEBYTECODE=1 python3 - "$FIXTURE" <<'P'
import sys
sys.path.insert(0, sys.argv[1])
from oci import *
Layout('image').image(OS + END)
P
echo 'a shop' >shop.tar
echo 'a bank' >bank.tar
echo '{"passed":true}' >predicate.json
type=https://example.com/tested/v1
# For bundles cosign asks for a root, which says nothing of keys.
echo '{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}' >root.json

oakum() { "$OAKUM" "$@" --quiet; }

# -- keys ------------------------------------------------------------------------------------------
status 'cosign makes a key' 0 "$cosign" generate-key-pair --output-key-prefix theirs
status 'so do we' 0 oakum keygen -o ours
status 'cosign opens ours' 0 "$cosign" public-key --key ours.key --outfile read.pub
ok 'and reads the same public half' cmp read.pub ours.pub
COSIGN_PASSWORD=falsch status 'not with another password' 1 "$cosign" public-key --key ours.key
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pem 2>/dev/null
for key in p384 p521; do
	openssl ecparam -name sec${key}r1 -genkey -noout -out $key.pem
done
openssl genpkey -algorithm ED25519 -out ed25519.pem
for key in rsa p384 p521 ed25519; do
	status "we take a key of openssl in ($key)" 0 oakum keygen --import $key.pem -o $key
done
COSIGN_PASSWORD=falsch status 'its key wants its password' 3 oakum sign-blob --key theirs.key shop.tar

# -- files -----------------------------------------------------------------------------------------
files() { # KEY PROGRAM: the bundles in the new form and the old, and the signature alone, are in place
	for form in '--new-bundle-format --trusted-root root.json --bundle new.json' '--signature alone.sig'; do
		# shellcheck disable=SC2086 # words
		{
			status "cosign believes: $1, $form" 0 "$cosign" verify-blob --insecure-ignore-tlog --key $1.pub \
				$form shop.tar
			status 'not of another file' 1 "$cosign" verify-blob --insecure-ignore-tlog --key $1.pub $form bank.tar
			[ "$form" = '--signature alone.sig' ] || form='--bundle new.json'
			status "we believe: $1, $form" 0 oakum verify-blob --key $1.pub $form shop.tar
			status 'not of another file' 4 oakum verify-blob --key $1.pub $form bank.tar
			status 'nor with another key' 4 oakum verify-blob --key ours.pub $form shop.tar
		}
	done
}
for key in theirs rsa p384 p521 ed25519; do
	status "cosign signs a file ($key)" 0 "$cosign" sign-blob --yes --tlog-upload=false --key $key.key \
		--new-bundle-format --bundle new.json shop.tar
	status 'and once more, in the old way' 0 "$cosign" sign-blob --yes --tlog-upload=false --key $key.key \
		--output-signature alone.sig --bundle old.json shop.tar
	files $key
	status 'we read its old bundle' 0 oakum verify-blob --key $key.pub --bundle old.json shop.tar
	status 'not of another file' 4 oakum verify-blob --key $key.pub --bundle old.json bank.tar
	status "we sign a file ($key)" 0 oakum sign-blob --key $key.key --bundle new.json --output-signature alone.sig \
		shop.tar
	files $key
	status "we attest a file ($key)" 0 oakum attest-blob --key $key.key --type $type --predicate predicate.json \
		--bundle said.json shop.tar
	status 'cosign believes it' 0 "$cosign" verify-blob-attestation --insecure-ignore-tlog --new-bundle-format \
		--trusted-root root.json --key $key.pub --type $type --bundle said.json shop.tar
done

# -- images ----------------------------------------------------------------------------------------
# shellcheck disable=SC2317 # called by status
theirs() { # COMMAND OPTION...: cosign, without a log
	command=$1
	shift
	case $command in
	verify*) "$cosign" "$command" --insecure-ignore-tlog "$@" ;;
	*) "$cosign" "$command" --yes --tlog-upload=false "$@" ;;
	esac
}
# shellcheck disable=SC2317 # called by status
ours() { # COMMAND OPTION...: oakum, in the form that cosign 2 looks for
	case $1 in
	verify*) oakum "$@" ;;
	*) oakum "$@" --format tag ;;
	esac
}

images() { # WHERE: ours:1 and theirs:1 are at $REGISTRY
	image=$REGISTRY/ours:1
	status "$1: nothing is signed yet" 5 oakum verify --key ours.pub "$image"
	status "$1: we sign by tag" 0 oakum sign --key ours.key --format tag -a build=7 "$image"
	status "$1: cosign believes it" 0 theirs verify --key ours.pub -a build=7 "$image"
	status "$1: not with another claim" 12 theirs verify --key ours.pub -a build=8 "$image"
	status "$1: not with another key" 12 theirs verify --key theirs.pub "$image"
	status "$1: we attest by tag" 0 oakum attest --key ours.key --format tag --type $type --predicate predicate.json \
		"$image"
	status "$1: cosign believes it" 0 theirs verify-attestation --key ours.pub --type $type "$image"
	is "$1: and reads what we said" "$(jq -r .payload out | base64 -d | jq -c .predicate)" "$(cat predicate.json)"
	status "$1: not of another type" 1 theirs verify-attestation --key ours.pub --type slsaprovenance "$image"

	image=$REGISTRY/theirs:1
	status "$1: cosign signs" 0 theirs sign --key theirs.key -a build=7 "$image"
	status "$1: we believe it" 0 oakum verify --key theirs.pub -a build=7 "$image"
	status "$1: not with another claim" 4 oakum verify --key theirs.pub -a build=8 "$image"
	status "$1: not with another key" 4 oakum verify --key ours.pub "$image"
	status "$1: cosign attests" 0 theirs attest --key theirs.key --type $type --predicate predicate.json "$image"
	status "$1: we believe it" 0 oakum verify-attestation --key theirs.pub --type $type "$image"
	is "$1: and read what it said" "$(jq -r .payload out | base64 -d | jq -c .predicate)" "$(cat predicate.json)"
	status "$1: there is none of another type" 5 oakum verify-attestation --key theirs.pub --type slsaprovenance \
		"$image"
	status "$1: it attests as a bundle" 0 theirs attest --new-bundle-format --key theirs.key --type $type/2 \
		--predicate predicate.json "$image"
	status "$1: we believe it" 0 oakum verify-attestation --key theirs.pub --type $type/2 "$image"
	status "$1: not with another key" 4 oakum verify-attestation --key ours.pub --type $type/2 "$image"

	image=$REGISTRY/bundled:1
	status "$1: we attest as a bundle" 0 oakum attest --key ours.key --type $type --predicate predicate.json "$image"
	bundled='verify-attestation --new-bundle-format --trusted-root root.json'
	# shellcheck disable=SC2086 # words
	{
		status "$1: cosign believes it" 0 theirs $bundled --key ours.pub --type $type "$image"
		status "$1: not with another key" 1 theirs $bundled --key theirs.pub --type $type "$image"
	}
	status "$1: we attest into a file" 0 oakum attest --key ours.key --type $type/later --predicate predicate.json \
		--no-upload=true --bundle later.json "$image"
	status "$1: and attach it later" 0 oakum attest --attach later.json "$image"
	# shellcheck disable=SC2086 # words
	status "$1: cosign believes it" 0 theirs $bundled --key ours.pub --type $type/later "$image"

	# What is kept in another repository; cosign 2 writes and looks for its tags alone there, cosign 3 all.
	image=$REGISTRY/apart:1
	export COSIGN_REPOSITORY="$REGISTRY/team/kept"
	for who in ours theirs; do
		status "$1: signed elsewhere by $who" 0 $who sign --key $who.key "$image"
		status "$1: attested elsewhere by $who" 0 $who attest --key $who.key --type $type \
			--predicate predicate.json "$image"
		for reader in ours theirs; do
			status "$1: $reader verify it" 0 $reader verify --key $who.pub "$image"
			status "$1: $reader verify what it says" 0 $reader verify-attestation --key $who.pub --type $type "$image"
		done
	done
	is "$1: our tree has what theirs has" \
		"$(oakum tree --format json "$image" | jq -r '.subjects[0].attached[].digest' | sort)" \
		"$("$cosign" tree "$image" 2>err | grep -o 'sha256:[0-9a-f]\{64\}' | sort)"
	unset COSIGN_REPOSITORY
	status "$1: who is not told where finds nothing" 5 oakum verify --key ours.pub "$image"
	status "$1: no more does cosign" 10 theirs verify --key ours.pub "$image"

	status "$1: we sign as a bundle, which cosign 2 does not look for" 0 oakum sign --key ours.key "$image"
	status "$1: we believe it" 0 oakum verify --key ours.pub "$image"
}

registry_start --seed image=ours:1 --seed image=theirs:1 --seed image=bundled:1 --seed image=apart:1
images 'with referrers'
registry_stop

if ! command -v docker-registry >/dev/null; then
	skip 'a registry without referrers' 'there is no docker-registry'
	done_testing
fi
cat >registry.yml <<'Y'
version: 0.1
log: {level: info, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: registry}}
http: {addr: 127.0.0.1:0}
Y
peer_start registry
for repository in ours theirs bundled apart; do
	oakum push oci:image "docker://$REGISTRY/$repository:1" >pushed
done
images 'docker-registry'
registry_stop
done_testing
