#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `oakum tree`: everything that test/fixture/attached.py attaches is found, in layouts, archives and registries with
# and without referrers; nothing more; in how many requests; what cannot be had is told and hides nothing else.
. "$ROOT/test/tap.sh"
. "$FIXTURE/registry.sh"

cd "$TMP" || exit 1
PYTHONDONTWRITEBYTECODE=1 python3 "$FIXTURE/attached.py" .
while read -r name digest; do eval "$name=$digest"; done <digests
SIGN=https://sigstore.dev/cosign/sign/v1 SPDX=https://spdx.dev/Document SLSA=https://slsa.dev/provenance/v1

# One line a thing, in any order: which subject, what it is, in which form, how attached, of which type.
lines() { # TARGET [FLAG...]
	"$OAKUM" tree --format json "$@" >tree.json 2>err || cat err
	jq -r '.subjects[] | .platform as $p | .kind as $k | .attached[] | [($p // $k), .kind, .form, .attachedBy,
		(.predicateType // .mediaType // .artifactType // "")] | join(" ")' tree.json | sort
}
of_root() { # HOW-THE-SBOM-TAG: none when it is not there
	cat <<T
index signature bundle referrer $SIGN
index attestation bundle referrer $SPDX
index notary-signature notary referrer application/jose+json
index other other referrer application/vnd.example.chart
index signature simple-signing tag application/vnd.dev.cosign.simplesigning.v1+json
index signature simple-signing tag application/vnd.dev.cosign.simplesigning.v1+json
index attestation dsse tag $SLSA
T
	[ "$1" = none ] || echo 'index other other tag text/spdx'
}
of_arm() {
	echo "linux/arm64/v8 signature bundle referrer $SIGN"
	echo "linux/arm64/v8 statement in-toto referrer $SPDX"
}
of_amd() {
	echo "linux/amd64 statement in-toto index $SPDX"
	echo "linux/amd64 statement in-toto index $SLSA"
}
everything() {
	(of_root "$1" && of_arm && of_amd) | sort
}

# -- layouts and archives --------------------------------------------------------------------------------------
for form in listed fallback saved; do
	sbom=there && [ $form = saved ] && sbom=none # cosign save leaves it behind
	is "$form: all of it, of every platform" "$(lines --all-platforms oci:$form)" "$(everything $sbom)"
	is "$form: of the index alone" "$(lines oci:$form)" "$(of_root $sbom | sort)"
	is "$form: of the index and one platform" "$(lines --platform linux/arm64 oci:$form)" \
		"$( (of_root $sbom && of_arm) | sort)"
done
tar -C fallback -cf fallback.tar .
is 'an archive holds the same' "$(lines --all-platforms oci-archive:fallback.tar)" "$(everything there)"
is 'nothing is attached' "$(lines --all-platforms oci:bare)" ''
like 'and that is said' "$("$OAKUM" tree oci:bare)" '^nothing is attached$'
status 'an image that is not there' 3 "$OAKUM" tree oci:fallback:2
status 'what can hold nothing' 2 "$OAKUM" tree docker-archive:fallback.tar
ok 'a format alone goes to standard output' sh -c '"$OAKUM" tree -o json oci:listed | jq -e .'
ok 'makes no file of that name' test ! -e json
status 'and one with its file there' 0 "$OAKUM" tree -o json=page.json oci:listed
status 'both scopes' 2 "$OAKUM" tree --platform linux/amd64 --all-platforms oci:listed

# -- what is shown --------------------------------------------------------------------------------------
"$OAKUM" tree --all-platforms oci:listed >page
like 'the page: what, and how large' "$(cat page)" "^├── attestation  $SPDX  67 B  2026-01-02T03:04:05Z\$"
like 'a signature of others is named' "$(cat page)" '^├── signature of the Notary Project  3 B$'
like 'a statement is signed by nobody' "$(cat page)" '^│   │   signed by nobody$'
like 'and nothing is verified' "$(cat page)" '^nothing here is verified: name whom to believe'
"$OAKUM" tree --platform linux/arm64 --format json oci:listed >tree.json
is 'a blob that its descriptor carries is not looked for' \
	"$(jq -c '[.subjects[1].attached[0] | .digest, .reason]' tree.json | grep -c 'there is no')" 0

# -- verified, or refused and why ----------------------------------------------------------------------------------
export OAKUM_PASSWORD=word
cp -r bare signed
"$OAKUM" keygen --output-key-prefix ours 2>err >&2 && "$OAKUM" keygen --output-key-prefix others 2>err >&2
status 'somebody signs' 0 "$OAKUM" sign --yes --key ours.key oci:signed
state() { # FLAG...
	"$OAKUM" tree --format json "$@" oci:signed | jq -r '.subjects[0].attached[] | .kind + " " + .state'
}
is 'it is claimed' "$(state)" 'signature not-verified'
is 'it holds' "$(state --key ours.pub)" 'signature verified'
is 'it does not hold for another key' "$(state --key others.pub)" 'signature refused'
like 'why' "$("$OAKUM" tree --key others.pub oci:signed)" '^    refused: the signature does not hold$'
like 'that it holds' "$("$OAKUM" tree --key ours.pub oci:signed)" '^    verified: by a key$'
real=${OAKUM_SHARED:-$ROOT/../shared/data}/sigstore/slsa/gha_generic_container/v1.9.0/container_workflow_dispatch
if [ -d "$real" ]; then
	builder=https://github.com/slsa-framework/slsa-github-generator/.github/workflows/generator_container_slsa3.yml
	issuer=https://token.actions.githubusercontent.com
	like 'who says to have signed what cosign saved' "$("$OAKUM" tree "oci:$real")" \
		"by $builder@refs/tags/v1.9.0, vouched for by $issuer \\(not verified\\)"
	like 'and he has' "$("$OAKUM" tree --certificate-identity $builder@refs/tags/v1.9.0 \
		--certificate-oidc-issuer $issuer "oci:$real")" "verified: by $builder@refs/tags/v1.9.0"
	like 'another has not' "$("$OAKUM" tree --certificate-identity $builder@refs/tags/v1.8.0 \
		--certificate-oidc-issuer $issuer "oci:$real")" 'refused: '
else
	skip 'who signed what cosign saved' 'no shared data'
fi

# -- registries --------------------------------------------------------------------------------------
copied() {
	"$OAKUM" copy --all --referrers oci:fallback:1 "docker://$REGISTRY/shop:1" >/dev/null
	: >"$LOG"
}
# How many requests of a command had to wait for one another: the most of which none came before the last one was
# answered. On a busy machine one that waits for nobody comes late, too: the answers take longer then.
at_most() { # NUMBER IMAGE COMMAND...: the image is its last word
	at_most=$1 image=$2
	shift 2
	for delay in 250 500 1000 2000 4000; do
		registry_start --delay $delay --seed fallback=shop:1
		"$@" "$REGISTRY/$image" >/dev/null
		registry_stop
		waited=$(jq -s --argjson delay $delay 'map(.at) | sort | reduce .[] as $at ({n: 0, until: 0};
			if $at >= .until then {n: (.n + 1), until: ($at + $delay / 1000)} else . end) | .n' "$LOG")
		[ "$waited" -gt "$at_most" ] || return 0
	done
	return 1
}
for api in '' --no-referrers; do
	# shellcheck disable=SC2086
	registry_start $api
	copied
	is "registry $api: all of it" "$(lines --all-platforms "$REGISTRY/shop:1")" "$(everything there)"
	: >"$LOG"
	is "registry $api: by digest" "$(lines "$REGISTRY/shop@$root")" "$(of_root there | sort)"
	# The image, API, fallback tag, three tags; four referrers and none of the tags again; two bundles, two
	# payloads, one envelope.
	is "registry $api: nothing is asked twice" "$(jq -r .path "$LOG" | sort | uniq -d)" ''
	is "registry $api: requests" "$(wc -l <"$LOG")" 15
	is "registry $api: one platform" "$(lines --platform linux/arm64 "$REGISTRY/shop:1")" \
		"$( (of_root there && of_arm) | sort)"
	registry_stop
done
ok 'by tag at most four requests wait for one another' at_most 4 shop:1 lines --all-platforms
ok 'by digest, too' at_most 4 "shop@$root" lines
registry_start --seed fallback=shop:1
status 'nothing there holds' 4 "$OAKUM" verify --key ours.pub "$REGISTRY/shop:1"
registry_stop
ok 'which takes as many requests' at_most 4 shop:1 "$OAKUM" verify --key ours.pub

# -- what cannot be had --------------------------------------------------------------------------------------
registry_start --page 2 --seed fallback=shop:1
is 'a list of several pages' "$(lines --all-platforms "$REGISTRY/shop:1")" "$(everything there)"
registry_stop
cp -r fallback holes
"$OAKUM" tree --format json oci:holes >holes.json
blob=$(jq -r '.subjects[0].attached[] | select(.form == "bundle") | .digest' holes.json | head -n 1)
reasons() { # FILE
	jq -r '.subjects[0].attached[] | select(.digest == "'"$blob"'") | .reason' "$1"
}
printf x >"holes/blobs/$(echo "$blob" | tr : /)"
"$OAKUM" tree --format json oci:holes >holes.json
like 'a blob that was changed is told' "$(reasons holes.json)" 'has 1 bytes, its manifest says 67'
is 'and hides nothing else' "$(jq '.subjects[0].attached | length' holes.json)" 8
head -c 67 /dev/zero >"holes/blobs/$(echo "$blob" | tr : /)"
"$OAKUM" tree --format json oci:holes >holes.json
like 'one of its size, too' "$(reasons holes.json)" 'it has the digest sha256:'
rm "holes/blobs/$(echo "$blob" | tr : /)"
"$OAKUM" tree --format json oci:holes >holes.json
like 'one that is gone, too' "$(reasons holes.json)" 'there is no'
rm "holes/blobs/$(echo "$sig" | tr : /)"
status 'a manifest that index.json names and that is gone: an error' 3 "$OAKUM" tree oci:holes
done_testing
