#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Signing without a key: what the services of Sigstore give is asked for, judged, and kept only when it holds. The
# services are test/fixture/sigstore.py; what it does wrong is named in test/fixture/sigstore.py, too.
# shellcheck source=test/tap.sh
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/sigstore.sh
. "$FIXTURE/sigstore.sh"

sigstore_can || skip_all "no python3-cryptography"
s=$TMP/s
sigstore_start "$s"
trap sigstore_stop EXIT
cd "$TMP" || exit 1
echo 'a shop' >shop.tar
sha=$(sha256sum shop.tar | cut -c1-64)
printf '{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"shop","digest":{"sha256":"%s"}}],%s}' "$sha" \
	'"predicateType":"https://example.com/tested/v1","predicate":{}' >statement.json
WHO=https://ci.example/team/shop ISSUER=https://issuer.example

# sign CONFIG OPTION...: shop.tar, or what the options name
sign() {
	config=$1
	shift
	rm -f bundle.json
	"$OAKUM" conformance sign-bundle --identity-token "$TOKEN" --bundle bundle.json \
		--trusted-root "$s/trusted_root.json" --signing-config "$s/signing-$config.json" "$@"
}
verify() { # IDENTITY
	"$OAKUM" conformance verify-bundle --bundle bundle.json --certificate-identity "$1" \
		--certificate-oidc-issuer "$ISSUER" --trusted-root "$s/trusted_root.json" shop.tar
}
asked() {
	cut -d' ' -f2- "$s/log" | paste -sd' '
}

# -- what holds
for config in 0 1 2; do
	fault
	status "configuration $config: a file is signed" 0 sign $config shop.tar
	ok "and holds" verify "$WHO"
	status "not as somebody else's" 4 verify https://ci.example/team/bank
	echo >>shop.tar
	status "not of another file" 4 verify "$WHO"
	echo 'a shop' >shop.tar
	status "configuration $config: a statement is signed" 0 sign $config --in-toto statement.json
	ok "and holds, too" verify "$WHO"
done
fault
sign 1 shop.tar 2>said
is "version 1: who is asked, and who alone sees the token" "$(asked)" \
	'/api/v2/signingCert token /api/v1/timestamp /api/v1/log/entries'
like "it is said as whom, and that it is for ever" "$(cat said)" \
	"signing as '$WHO', for whom '$ISSUER' vouches;.*for ever in $SIGSTORE"
is "a bundle of version 0.3, with entry, promise, proof and time stamp" "$(jq -r '[.mediaType,
	(.verificationMaterial | (.tlogEntries | length), (.tlogEntries[0] | .kindVersion.kind, .inclusionPromise != null,
	.inclusionProof.checkpoint != null),
	(.timestampVerificationData.rfc3161Timestamps | length))] | join(" ")' bundle.json)" \
	'application/vnd.dev.sigstore.bundle.v0.3+json 1 hashedrekord true true 1'
fault
sign 2 shop.tar 2>said
is "of two versions the newer is taken" "$(asked)" '/api/v2/signingCert token /api/v1/timestamp /api/v2/log/entries'
fault
sign 0 shop.tar 2>said
is "without a clock the log tells the time" "$(asked)" '/api/v2/signingCert token /api/v1/log/entries'
for busy in fulcio rekor tsa; do
	fault $busy-busy
	status "$busy-busy: a busy service is asked again" 0 sign 1 shop.tar
done
fault rekor-conflict
status "an entry that is there already is fetched" 0 sign 1 shop.tar
ok "and holds" verify "$WHO"

# -- what does not: nothing is written, the status and the text say why
refused() { # FAULT CONFIG STATUS PATTERN
	fault "$1"
	status "$1 ($2): status $3" "$3" sign "$2" shop.tar
	like "$1: why" "$(cat err)" "$4"
	ok "$1: no bundle" test ! -e bundle.json
}
refused fulcio-500 1 3 'it answers 500: .*out of order'
refused fulcio-garbage 1 3 'certificate authority .*line 1'
refused fulcio-other-key 1 4 'the certificate is of another key than ours'
refused fulcio-key 1 3 'something else where a certificate belongs'
refused fulcio-detached 1 3 'does not hold the proof of its log itself'
is "nothing was logged of all that" "$(grep -c /log/entries "$s/log")" 0
refused fulcio-no-sct 1 4 'no certificate log that is trusted has the certificate'
refused fulcio-redirect 1 3 'a redirect, which is not followed'
unlike "the token went nowhere else" "$(cat "$s/log")" ELSEWHERE
refused fulcio-echo 1 3 'it answers 400$'
unlike "the token is not repeated" "$(cat err)" eyJ
refused fulcio-endless 1 3 'larger|at most|bytes'
refused tsa-other 1 4 'the time stamp is not over this signature'
refused tsa-denied 1 3 'no RFC 3161 response'
refused tsa-garbage 1 3 'no RFC 3161 response'
refused tsa-endless 1 3 'larger|at most|bytes'
is "nothing was logged where a clock failed" "$(grep -c /log/entries "$s/log")" 0
for version in 1 2; do
	refused rekor-redirect $version 3 'a redirect, which is not followed'
	refused rekor-garbage $version 3 'transparency log'
	refused rekor-endless $version 3 'larger|at most|bytes'
	refused rekor-other-entry $version 4 'the log entry is of another signature'
	refused rekor-proof-false $version 4 'the inclusion proof does not lead to its root'
done
refused rekor-down 1 3 'transparency log http://127.0.0.1:'
refused rekor-set-false 1 4 'the log did not promise this entry at this time'
refused rekor-many 1 3 'not one log entry'
refused rekor-elsewhere 1 3 'points to another service'
unlike "and it was not asked" "$(cat "$s/log")" ELSEWHERE
fault

# -- whom to ask
config() { # FILTER
	jq "$1" "$s/signing-2.json" >"$s/signing-x.json"
	sign x shop.tar >out 2>err
	echo "$? $(asked)"
	fault
}
is "a service that is over is not asked" \
	"$(config '.rekorTlogUrls[0].validFor.end = "2020-01-01T00:00:00Z"')" \
	'0 /api/v2/signingCert token /api/v1/timestamp /api/v1/log/entries'
is "nor one that is not yet" "$(config '.rekorTlogUrls[0].validFor.start = "2100-01-01T00:00:00Z"')" \
	'0 /api/v2/signingCert token /api/v1/timestamp /api/v1/log/entries'
is "nor a version that is to come" "$(config '.rekorTlogUrls[0].majorApiVersion = 3')" \
	'0 /api/v2/signingCert token /api/v1/timestamp /api/v1/log/entries'
is "ALL: one of each operator" "$(config '.rekorTlogUrls[1].operator = "other" | .rekorTlogConfig.selector = "ALL"')" \
	'0 /api/v2/signingCert token /api/v1/timestamp /api/v2/log/entries /api/v1/log/entries'
is "EXACT: so many" \
	"$(config '.rekorTlogUrls[1].operator = "other" | .rekorTlogConfig = {selector: "EXACT", count: 1}')" \
	'0 /api/v2/signingCert token /api/v1/timestamp /api/v2/log/entries'
is "EXACT: not enough" "$(config '.rekorTlogConfig = {selector: "EXACT", count: 2}')" '3 '
is "a selector that nobody knows" "$(config '.tsaConfig.selector = "SOME"')" '3 '
is "no start" "$(config 'del(.caUrls[0].validFor.start)')" '3 '
is "no TLS beyond this machine" "$(config '.caUrls[0].url = "http://fulcio.example"')" '3 '
like "which is said" "$(cat err)" 'has no TLS'
is "Rekor 2 without a clock tells no time: asked before anything is" "$(config '.tsaUrls = []')" '2 '
is "another version of configurations" \
	"$(config '.mediaType = "application/vnd.dev.sigstore.signingconfig.v0.3+json"')" '3 '

# -- tokens
fault
status "a token in a file" 0 sign 0 --identity-token "$s/token" shop.tar
TOKEN=nonsense status "a file that is not there" 3 sign 0 shop.tar
echo nonsense >nonsense
status "a file without a token" 3 sign 0 --identity-token nonsense shop.tar
part() {
	printf '%s' "$1" | base64 -w0 | tr '+/' '-_' | tr -d '='
}
token() {
	printf '%s.%s.%s' "$(part '{}')" "$(part "$1")" "$(part x)"
}
status "a token that is over" 2 sign 0 --identity-token "$(token '{"sub":"a","iss":"b","exp":1000}')" shop.tar
status "one that names nobody" 3 sign 0 --identity-token "$(token '{"iss":"b"}')" shop.tar
status "one with an address that is not verified" 3 sign 0 --identity-token \
	"$(token '{"sub":"a","iss":"b","email":"a@example.com","email_verified":false}')" shop.tar
WHO=a@example.com ISSUER=https://accounts.example
status "an address is who signs" 0 sign 0 --identity-token \
	"$(token '{"sub":"1234","iss":"https://accounts.example","email":"a@example.com","email_verified":true}')" shop.tar
ok "and whom the certificate names" verify "$WHO"
is "nothing was asked for the others" "$(grep -c token "$s/log")" 2
done_testing
