#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Bundles and signed images whose verdict others have given: the cases of sigstore-conformance and others made
# against services whose keys are at hand (each by path and by digest), real bundles, real images of cosign 1 and 2.
. "$ROOT/test/tap.sh"

data=${OAKUM_SHARED:-$ROOT/../shared/data}/sigstore
[ -d "$data" ] || skip_all "no $data"
cd "$TMP" || exit 1
github=https://token.actions.githubusercontent.com
root=$data/public-good/targets/trusted_root.json

# -- the suite of Sigstore ------------------------------------------------------------------------
beacon=https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows
beacon=$beacon/extremely-dangerous-oidc-beacon.yml@refs/heads/main

of() { # FOLDER FILE OTHERWISE: what stands in the file
	if [ -f "$1/$2" ]; then cat "$1/$2"; else printf '%s' "$3"; fi
}

judged() { # FOLDER ARTIFACT: accept, reject, or a status that is neither
	local who=(--certificate-identity "$(of "$1" identity "$beacon")"
		--certificate-oidc-issuer "$(of "$1" issuer "$github")") trusted=$root rc=0

	[ -f "$1/key.pub" ] && who=(--key "$1/key.pub")
	[ -f "$1/trusted_root.json" ] && trusted=$1/trusted_root.json
	"$OAKUM" conformance verify-bundle --bundle "$1/bundle.sigstore.json" "${who[@]}" \
		--trusted-root "$trusted" "$2" >out 2>err || rc=$?
	case $rc in 0) echo accept ;; 4) echo reject ;; *) echo "status $rc" ;; esac
}

for suite in conformance generated; do
	count=0 wrong=''
	for folder in "$data/$suite"/*/; do
		folder=${folder%/} artifact=$folder/artifact want=accept
		[ -f "$artifact" ] || artifact=$data/conformance/a.txt
		case $folder in *_fail) want=reject ;; esac
		for what in "$artifact" "sha256:$(sha256sum <"$artifact" | cut -c -64)"; do
			count=$((count + 1))
			have=$(judged "$folder" "$what")
			[ "$have" = $want ] || wrong="$wrong ${folder##*/}:$have"
		done
	done
	ok "$suite has cases" test "$count" -ge 60
	is "$suite: each verdict" "$wrong" ''
done

# -- edited by others -----------------------------------------------------------------------------
ended='.tlogs[].publicKey.validFor = {"start": "2020-01-01T00:00:00Z", "end": "2020-02-01T00:00:00Z"}'
jq "$ended" "$data/conformance/rekor2-happy-path/trusted_root.json" >ended.json
status 'a proof by a log that had ended' 4 "$OAKUM" verify-blob --trusted-root ended.json \
	--bundle "$data/conformance/rekor2-happy-path/bundle.sigstore.json" --certificate-identity "$beacon" \
	--certificate-oidc-issuer $github "$data/conformance/a.txt"
like 'says so' "$(cat err)" 'signed when its log was none'
generated=$data/generated/g-msg-rekor1
hinted() { # DIGEST: a message whose bundle says this SHA-384
	jq --arg d "$1" '.messageSignature.messageDigest = {algorithm: "SHA2_384", digest: $d}' \
		"$generated/bundle.sigstore.json" >hinted.json
	"$OAKUM" verify-blob --trusted-root "$generated/trusted_root.json" --bundle hinted.json \
		--certificate-identity "$(cat "$generated/identity")" \
		--certificate-oidc-issuer "$(cat "$generated/issuer")" "$generated/artifact"
}
status 'its SHA-384' 0 hinted "$(openssl dgst -sha384 -binary "$generated/artifact" | base64 -w 0)"
status 'another SHA-384' 4 hinted AAAA
like 'says so' "$(cat err)" 'the bundle is of another artifact'

# -- real bundles ---------------------------------------------------------------------------------
bundles=$data/bundles
sha512() { # BUNDLE: the digest of its statement's subject
	jq -r '.dsseEnvelope.payload | @base64d | fromjson | .subject[0].digest | to_entries[0] |
		"\(.key):\(.value)"' "$1"
}
prov=$bundles/sigstore-go-sigstore.js@2.0.0-provenance.sigstore.json
status 'provenance of an npm package' 0 "$OAKUM" verify-blob --bundle "$prov" \
	--certificate-identity-regexp '^https://github.com/sigstore/sigstore-js/.*$' --certificate-oidc-issuer $github \
	"$(sha512 "$prov")"
status 'of another package' 4 "$OAKUM" verify-blob --bundle "$prov" \
	--certificate-identity-regexp '^https://github.com/sigstore/sigstore-js/.*$' --certificate-oidc-issuer $github \
	"$(sha512 "$prov" | sed 's/.$/0/; s/00$/01/')"
status 'of another repository' 4 "$OAKUM" verify-blob --bundle "$prov" \
	--certificate-identity-regexp '^https://github.com/sigstore/sigstore-go/.*$' --certificate-oidc-issuer $github \
	"$(sha512 "$prov")"
npm=$bundles/sigstore-go-bundle-publish.json
status 'what npm itself signed, with its key' 0 "$OAKUM" verify-blob --bundle "$npm" \
	--key "$bundles/sigstore-go-publish_key.pub" "$(sha512 "$npm")"
status 'with another key' 4 "$OAKUM" verify-blob --bundle "$npm" --key "$bundles/cosign-release.pub" \
	"$(sha512 "$npm")"
status 'claims of its certificate' 0 "$OAKUM" verify-blob --bundle "$prov" --certificate-identity-regexp '^https' \
	--certificate-oidc-issuer $github --certificate-github-workflow-repository sigstore/sigstore-js "$(sha512 "$prov")"
status 'that it does not make' 4 "$OAKUM" verify-blob --bundle "$prov" --certificate-identity-regexp '^https' \
	--certificate-oidc-issuer $github --certificate-github-workflow-repository sigstore/other "$(sha512 "$prov")"
like 'are named' "$(cat err)" "'sigstore/sigstore-js' where 'sigstore/other' is asked for"
status 'the second of two pairs' 0 "$OAKUM" verify-blob --bundle "$prov" --certificate-identity someone \
	--certificate-identity-regexp '^https://github.com/sigstore/sigstore-js/' \
	--certificate-oidc-issuer https://example.org --certificate-oidc-issuer $github "$(sha512 "$prov")"
status 'pairs are not mixed' 4 "$OAKUM" verify-blob --bundle "$prov" --certificate-identity someone \
	--certificate-identity-regexp '^https://github.com/sigstore/sigstore-js/' \
	--certificate-oidc-issuer $github --certificate-oidc-issuer https://example.org "$(sha512 "$prov")"
status 'an expression without end' 4 timeout 60 "$OAKUM" verify-blob --bundle "$prov" \
	--certificate-identity-regexp '^((([a-z:/.@-]+)*)*)*!$' --certificate-oidc-issuer $github "$(sha512 "$prov")"

# -- images as containers/image keeps them --------------------------------------------------------
images=$data/cosign-legacy-images
image() { # NAME [EDIT]: a layout; EDIT is a jq filter over one signature
	rm -rf source layout
	cp -r "$images/dir-img-cosign-$1" source
	chmod -R u+w source
	if [ $# -gt 1 ]; then
		{
			printf '\0sigstore-json\n'
			tail -n +2 source/signature-1 | jq -c "$2"
		} >edited
		mv edited source/signature-1
	fi
	PYTHONDONTWRITEBYTECODE=1 python3 "$FIXTURE/signed.py" source layout
}
with_key() { "$OAKUM" verify --key "$images/$1" "${@:2}" oci:layout; }
as() { # WHO
	"$OAKUM" verify --certificate-identity "$1" --certificate-oidc-issuer https://github.com/login/oauth oci:layout
}

image valid
status 'a signature with a key' 0 with_key cosign.pub
status 'with another key' 4 with_key cosign2.pub
image valid-with-tag
status 'of skopeo, with claims' 0 with_key cosign.pub -a 'creator=containers/image 5.21.2-dev'
image modified-manifest
status 'a manifest that was changed' 4 with_key cosign.pub
image valid '.payload = (.payload | @base64d | sub("single"; "double") | @base64)'
status 'a payload that was changed' 4 with_key cosign.pub
image key-rekor-valid
status 'with a log entry' 0 with_key cosign2.pub
like 'which is told' "$(cat out)" 'logged as'
bundle='."annotations"["dev.sigstore.cosign/bundle"]'
image key-rekor-valid "$bundle = ($bundle | fromjson | .Payload.integratedTime += 1 | tojson)"
status 'at another time than the log promised' 4 with_key cosign2.pub
like 'says so' "$(cat err)" 'did not promise'
other=$(tail -n +2 "$images/dir-img-cosign-fulcio-rekor-valid/signature-1" | jq -c "$bundle")
image key-rekor-valid "$bundle = $other"
status 'with the entry of another signature' 4 with_key cosign2.pub
like 'says so' "$(cat err)" 'log entry is of another'
image fulcio-rekor-valid
status 'with a certificate' 0 as mitr@redhat.com
status 'of another person' 4 as someone@redhat.com
status 'not with a key' 4 with_key cosign2.pub
image fulcio-rekor-valid "del($bundle)"
status 'without its log entry' 4 as mitr@redhat.com
image fulcio-rekor-valid "$bundle = ($bundle | fromjson | .Payload.integratedTime += 86400 | tojson)"
status 'a day later' 4 as mitr@redhat.com
key=$(jq -Rs . "$images/cosign2.pub")
image key-rekor-valid ".annotations[\"dev.sigstore.cosign/certificate\"] = $key"
status 'a key where the certificate belongs' 4 as mitr@redhat.com
status 'nor with that key' 4 with_key cosign2.pub

# -- images as cosign saves them ------------------------------------------------------------------
builder=https://github.com/slsa-framework/slsa-github-generator/.github/workflows/generator_container_slsa3.yml
for folder in "$data"/slsa/gha_generic_container/*/*/; do
	version=${folder%/*/} version=${version##*/} folder=${folder%/}
	"$OAKUM" verify-attestation --type slsaprovenance --certificate-identity "$builder@refs/tags/$version" \
		--certificate-oidc-issuer $github "oci:$folder" >out 2>err
	is "provenance of a generator, $version" "$? $(jq -r '.payload | @base64d | fromjson | .predicateType' out)" \
		'0 https://slsa.dev/provenance/v0.2'
	status "of another version than $version" 4 "$OAKUM" verify-attestation --type slsaprovenance \
		--certificate-identity "$builder@refs/tags/v0.0.1" --certificate-oidc-issuer $github "oci:$folder"
	status "is no signature, $version" 5 "$OAKUM" verify --certificate-identity "$builder@refs/tags/$version" \
		--certificate-oidc-issuer $github "oci:$folder"
done
done_testing
