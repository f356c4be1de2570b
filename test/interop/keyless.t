#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Signing without a key, against others: sigstore's own JavaScript believes what we make, and we believe what it makes,
# with logs of both versions. The services are sigstore's mock; without the shared data our own.
# shellcheck source=test/tap.sh
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/sigstore.sh
. "$FIXTURE/sigstore.sh"

cd "$TMP" || exit 1
SIGSTORE_JS=$("$FIXTURE/sigstore-js") || skip_all "no node, or no sigstore packages to be had"
export SIGSTORE_JS
SHARED=${OAKUM_SHARED:-$ROOT/../shared/data}/sigstore/mock-services/server.mjs
major=$(node -p 'process.versions.node.split(".")[0]')
WHO=https://ci.example/team/shop ISSUER=https://issuer.example
echo 'a shop' >shop.tar
sha=$(sha256sum shop.tar | cut -c1-64)
printf '{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"shop","digest":{"sha256":"%s"}}],%s}' "$sha" \
	'"predicateType":"https://example.com/tested/v1","predicate":{}' >statement.json

peer() {
	node "$FIXTURE/sigstore_peer.mjs" "$@"
}
sign() { # FOLDER CONFIG BUNDLE OPTION... FILE
	folder=$1 config=$2 bundle=$3
	shift 3
	"$OAKUM" conformance sign-bundle --identity-token "$TMP/token" --bundle "$bundle" \
		--trusted-root "$folder/trusted_root.json" --signing-config "$config" "$@"
}
verify() { # FOLDER BUNDLE
	"$OAKUM" conformance verify-bundle --bundle "$2" --certificate-identity "$WHO" --certificate-oidc-issuer "$ISSUER" \
		--trusted-root "$1/trusted_root.json" shop.tar
}

both() { # NAME FOLDER URL CONFIG VERSION
	status "$1, Rekor $5: we sign a file" 0 sign "$2" "$4" message.json shop.tar
	status "$1, Rekor $5: and a statement" 0 sign "$2" "$4" envelope.json --in-toto statement.json
	if [ "$5" = 2 ] && [ "$major" -lt 20 ]; then
		skip "$1, Rekor 2: sigstore-js" "node $major runs no version that knows it"
		return
	fi
	is "$1, Rekor $5: sigstore-js believes the file's" "$(peer verify "$2/trusted_root.json" message.json shop.tar)" \
		"$WHO $ISSUER"
	is "$1, Rekor $5: and the statement's" "$(peer verify "$2/trusted_root.json" envelope.json)" "$WHO $ISSUER"
	is "$1, Rekor $5: but not another file's" \
		"$(peer verify "$2/trusted_root.json" message.json statement.json 2>"$TMP/why")" ''
	status "$1, Rekor $5: sigstore-js signs a file" 0 peer sign "$3" token "$5" message.json shop.tar
	status "$1, Rekor $5: we believe it" 0 verify "$2" message.json
	status "$1, Rekor $5: it signs a statement" 0 peer dsse "$3" token "$5" envelope.json statement.json
	status "$1, Rekor $5: we believe it" 0 verify "$2" envelope.json
	status "$1, Rekor $5: but not with another's root" 4 verify public message.json
}

mkdir public
cp "$ROOT/data/sigstore-root.json" public/trusted_root.json
printf 'e30.%s.eA' "$(printf '{"sub":"%s","iss":"%s"}' $WHO $ISSUER | base64 -w0 | tr '+/' '-_' | tr -d =)" >token
if [ -f "$SHARED" ]; then
	mkdir mock
	: >mock.log
	# It cannot look for a free port itself: who was told one that somebody else has meanwhile is told another.
	for _ in 1 2 3 4 5; do
		port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
		MOCK_NODE_MODULES=$SIGSTORE_JS/package.json MOCK_MAX_SECONDS=600 node "$SHARED" "$port" mock >mock.log 2>&1 &
		mock=$!
		await grep -E 'mock sigstore|EADDRINUSE' mock.log
		grep -q EADDRINUSE mock.log || break
		wait $mock 2>/dev/null
	done
	jq '.rekorTlogUrls |= map(select(.majorApiVersion == 1))' mock/signing_config.json >mock/signing-1.json
	both "sigstore's mock" mock http://127.0.0.1:$port mock/signing-1.json 1
	both "sigstore's mock" mock http://127.0.0.1:$port mock/signing_config.json 2
	kill $mock
	wait $mock 2>/dev/null
else
	skip "sigstore's mock" "no shared data"
	sigstore_can || done_testing
	sigstore_start "$TMP/own"
	both "our services" own "$SIGSTORE" own/signing-1.json 1
	sigstore_stop
fi
done_testing
