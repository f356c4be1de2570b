#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `oakum seal` of the demo images without a key: what is sealed cosign and sigstore's JavaScript believe, and of the
# image that does not pass nothing is pushed, signed or published. The services are test/fixture/sigstore.py.
# shellcheck source=test/tap.sh
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/sigstore.sh
. "$FIXTURE/sigstore.sh"
# shellcheck source=test/fixture/registry.sh
. "$FIXTURE/registry.sh"

demo=$ROOT/build/demo
sigstore_can || skip_all "no python3-cryptography"
[ -e "$demo/distroless/index.json" ] || skip_all 'no demo images (test/fixture/make-demo.sh)'
cd "$TMP" || exit 1
cat >advisories.yaml <<'Y'
- bucket: debian 12
  pairs:
    - bucket: bash
      pairs:
        - key: CVE-2026-0001
          value: {FixedVersion: "9:1", Severity: 4}
- bucket: "nuget::GitHub Security Advisory Nuget"
  pairs:
    - bucket: newtonsoft.json
      pairs:
        - key: CVE-2024-21907
          value: {PatchedVersions: ["13.0.1"], VulnerableVersions: ["< 13.0.1"]}
Y
"$OAKUM" db build -q -o v.db trivy-yaml:advisories.yaml >tool.log || exit 1
s=$TMP/s
sigstore_start "$s"
trap sigstore_stop EXIT
registry_start
WHO=https://ci.example/team/shop//.gitlab-ci.yml@refs/heads/main ISSUER=https://issuer.example
JOB=$(TOKEN=$TOKEN WHO=$WHO python3 -c '
import base64, json, os
head, claims, mark = os.environ["TOKEN"].split(".")
claims = json.loads(base64.urlsafe_b64decode(claims + "=="))
claims["sub"] = os.environ["WHO"]
print(head, base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("="), mark, sep=".")')
export GITLAB_CI=true CI_SERVER_URL=$ISSUER CI_PROJECT_URL=https://ci.example/team/shop CI_COMMIT_REF_NAME=main \
	CI_CONFIG_PATH=.gitlab-ci.yml
seal() { # OPTION... IMAGE DEST
	"$OAKUM" seal --db v.db --yes --identity-token "$JOB" --trusted-root "$s/trusted_root.json" \
		--signing-config "$s/signing-$config.json" "$@"
}
believed() { # COMMAND OPTION...
	command=$1
	shift
	"$OAKUM" "$command" --trusted-root "$s/trusted_root.json" --certificate-identity "$WHO" \
		--certificate-oidc-issuer "$ISSUER" "$@"
}

# -- what does not pass ---------------------------------------------------------------------------
config=1
fault
if [ -e "$demo/fat/index.json" ]; then
	status 'fat is stopped' 1 seal -f json "oci:$demo/fat" "$REGISTRY/fat:1"
	mv out fat.json
	is 'nothing is asked of the registry' "$(requests true)" ''
	is 'nobody is told' "$(cat "$s/log")" ''
	# Its secrets, as test/fixture/make-demo.sh puts them there; root; setuid; the runtime's end; bash.
	jq -r '.images[].reasons[].text' fat.json >reasons
	for reason in DB_PASSWORD AWS_SECRET_ACCESS_KEY 'history 3' root/.aws/credentials root/.ssh/id_ed25519 \
		NuGet.Config appsettings.Production.json app/tls.key IM001 setuid 'Microsoft.NETCore.App 9.0.7' \
		CVE-2026-0001 'nothing of npm'; do
		ok "a reason is $reason" grep -q -- "$reason" reasons
	done
else
	skip 'the fat image' 'it could not be made here'
fi

# -- what passes ----------------------------------------------------------------------------------
status 'distroless is sealed' 0 seal -f json --attach both "oci:$demo/distroless" "$REGISTRY/shop:1"
mv out shop.json
is 'as who runs this' "$(jq -r '.identity + " " + .issuer' shop.json)" "$WHO $ISSUER"
is 'everything holds' "$(jq -r '[.stages[].state] | unique | join(" ")' shop.json)" holds
status 'we believe its signature' 0 believed verify "$REGISTRY/shop:1"
for type in spdxjson vuln test-result slsaprovenance1; do
	status "and its statement: $type" 0 believed verify-attestation --type $type "$REGISTRY/shop:1"
done
WHO=https://ci.example/team/bank status 'not as another'\''s' 4 believed verify "$REGISTRY/shop:1"
fault
status 'once more' 0 seal "oci:$demo/distroless" --attach both "$REGISTRY/shop:1"
is 'nobody is asked' "$(cat "$s/log")" ''

peers=$ROOT/build/peers cosign=$ROOT/build/peers/cosign
if [ -x "$cosign" ] || "$ROOT/tools/peers" "$ROOT/tools/packages-peers.txt" "$peers" 2>peers.log; then
	export SIGSTORE_ROOT_FILE="$s/fulcio.pem" SIGSTORE_CT_LOG_PUBLIC_KEY_FILE="$s/ct.pub" \
		SIGSTORE_REKOR_PUBLIC_KEY="$s/rekor.pub"
	theirs() { # IDENTITY COMMAND OPTION...
		who=$1 command=$2
		shift 2
		"$cosign" "$command" --rekor-url "$SIGSTORE" --certificate-identity "$who" \
			--certificate-oidc-issuer "$ISSUER" "$@"
	}
	status 'cosign believes the signature' 0 theirs "$WHO" verify "$REGISTRY/shop:1"
	status 'not as another'\''s' 12 theirs https://ci.example/team/bank verify "$REGISTRY/shop:1"
	for type in spdxjson vuln slsaprovenance1; do
		status "and the statement: $type" 0 theirs "$WHO" verify-attestation --type $type "$REGISTRY/shop:1"
	done
	is 'of the scan it reads what we wrote' "$(theirs "$WHO" verify-attestation --type vuln "$REGISTRY/shop:1" \
		2>/dev/null | head -n 1 | jq -r '.payload | @base64d | fromjson | .predicate.scanner.result.SchemaVersion')" 2
else
	skip 'cosign' "$(tail -n 1 peers.log)"
fi

bundles() { # REPOSITORY: every bundle beside the image, as a file
	digest=$(jq -r .digest "$1.json")
	rm -rf bundles
	mkdir bundles
	curl -s "http://$REGISTRY/v2/$1/referrers/$digest" | jq -r '.manifests[].digest' | while read -r manifest; do
		layer=$(curl -s "http://$REGISTRY/v2/$1/manifests/$manifest" | jq -r '.layers[0].digest')
		curl -s "http://$REGISTRY/v2/$1/blobs/$layer" >"bundles/$manifest.json"
	done
}
if SIGSTORE_JS=$("$FIXTURE/sigstore-js"); then
	export SIGSTORE_JS
	bundles shop
	is 'six bundles lie there' "$(find bundles -type f | wc -l)" 6
	for bundle in bundles/*; do
		type=$(jq -r '.dsseEnvelope.payload | @base64d | fromjson | .predicateType' "$bundle")
		is "sigstore-js believes $type" \
			"$(node "$FIXTURE/sigstore_peer.mjs" verify "$s/trusted_root.json" "$bundle")" "$WHO $ISSUER"
	done
else
	skip 'sigstore-js' 'no node, or no sigstore packages to be had'
fi

# -- the evidence -----------------------------------------------------------------------------------
config=2
status 'with logs of version 2, and a pack' 0 seal --pack pack.tar "oci:$demo/distroless" "$REGISTRY/two:1"
if unshare -n true 2>unshare.log; then
	ok 'the pack verifies without a network' unshare -n "$OAKUM" verify --trusted-root "$s/trusted_root.json" \
		--certificate-identity "$WHO" --certificate-oidc-issuer "$ISSUER" oci-archive:pack.tar
else
	skip 'without a network' 'no namespaces of our own here'
fi
registry_stop
done_testing
