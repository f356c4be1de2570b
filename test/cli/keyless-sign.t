#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `oakum sign`, `attest` and `sign-blob` without a key, or with a key and witnesses: where tokens come from, who is
# asked first, what reaches the registry. What services can do wrong stands in test/cli/keyless.t.
# shellcheck source=test/tap.sh
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/sigstore.sh
. "$FIXTURE/sigstore.sh"
# shellcheck source=test/fixture/registry.sh
. "$FIXTURE/registry.sh"

sigstore_can || skip_all "no python3-cryptography"
PYTHONDONTWRITEBYTECODE=1 python3 - "$FIXTURE" "$TMP/image" <<'P'
import sys
sys.path.insert(0, sys.argv[1])
from oci import *
Layout(sys.argv[2]).image(OS + END)
P
s=$TMP/s
sigstore_start "$s"
trap sigstore_stop EXIT
cd "$TMP" || exit 1
echo 'a shop' >shop.tar
WHO=https://ci.example/team/shop ISSUER=https://issuer.example
asked() {
	cut -d' ' -f2- "$s/log" | paste -sd' '
}

# -- commands: where tokens come from, who is asked first
blob() { # OPTION...
	rm -f blob.json
	"$OAKUM" sign-blob shop.tar --bundle blob.json --trusted-root "$s/trusted_root.json" \
		--signing-config "$s/signing-1.json" "$@"
}
believed() { # BUNDLE IDENTITY
	"$OAKUM" verify-blob shop.tar --bundle "$1" --certificate-identity "$2" --certificate-oidc-issuer "$ISSUER" \
		--trusted-root "$s/trusted_root.json"
}
fault
status "nobody is there to be asked: refused" 2 blob --identity-token "$TOKEN"
like "which says what to do" "$(cat err)" 'say --yes'
is "and nothing was told to anybody" "$(cat "$s/log")" ''
cat >answer.py <<'P'
"""answer.py TEXT COMMAND...: runs it at a terminal and types TEXT where it asks."""
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
shown = b''
try:
    while True:
        piece = os.read(fd, 4096)
        shown += piece
        if b'[y/N]' in shown and sys.argv[1]:
            os.write(fd, sys.argv[1].encode() + b'\n')
            sys.argv[1] = ''
        if not piece:
            break
except OSError:
    pass
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
P
typed() {
	rm -f blob.json
	timeout 60 python3 answer.py "$1" "$OAKUM" sign-blob shop.tar --bundle blob.json --identity-token "$TOKEN" \
		--trusted-root "$s/trusted_root.json" --signing-config "$s/signing-1.json"
}
status "at a terminal: no" 2 typed n
like "it has said as whom, before" "$(cat out)" "signing as '$WHO'"
ok "no bundle" test ! -e blob.json
is "and nothing was told to anybody" "$(cat "$s/log")" ''
status "at a terminal: yes" 0 typed y
ok "holds" believed blob.json "$WHO"
fault
status "no token: refused" 2 blob --yes
like "with what to do" "$(cat err)" '--identity-token TOKEN.FILE or SIGSTORE_ID_TOKEN'
GITHUB_ACTIONS=true status "GitHub without the permission" 2 blob --yes
like "says which" "$(cat err)" 'id-token: write'
GITLAB_CI=true status "GitLab without a token" 2 blob --yes
like "says which" "$(cat err)" 'SIGSTORE_ID_TOKEN: aud: sigstore'
SIGSTORE_ID_TOKEN=$TOKEN status "GitLab's variable" 0 blob --yes
ok "holds" believed blob.json "$WHO"
export ACTIONS_ID_TOKEN_REQUEST_URL="$SIGSTORE/token?api-version=2.0" ACTIONS_ID_TOKEN_REQUEST_TOKEN=let-me-in
fault
status "GitHub's token service" 0 blob --yes
is "is asked for the audience, with its own word" "$(head -n 1 "$s/log")" \
	'GET /token?api-version=2.0&audience=sigstore token'
ok "holds" believed blob.json "$WHO"
ACTIONS_ID_TOKEN_REQUEST_TOKEN=other status "a word that is not taken" 3 blob --yes
ACTIONS_ID_TOKEN_REQUEST_URL=http://token.example/ status "a token service without TLS" 2 blob --yes
unset ACTIONS_ID_TOKEN_REQUEST_URL ACTIONS_ID_TOKEN_REQUEST_TOKEN
mkdir bin
printf '#!/bin/sh\n[ "$*" = "oidc request-token --audience sigstore" ] && cat "%s"\n' "$s/token" >bin/buildkite-agent
chmod +x bin/buildkite-agent
BUILDKITE=true PATH=$TMP/bin:$PATH status "Buildkite's agent" 0 blob --yes
printf '#!/bin/sh\necho no >&2\nexit 7\n' >bin/buildkite-agent
BUILDKITE=true PATH=$TMP/bin:$PATH status "that fails" 3 blob --yes
if [ "$VARIANT" = asan ]; then
	skip "no worker sees the token" "the sanitizer keeps freed memory"
else
	PYTHONDONTWRITEBYTECODE=1 python3 "$FIXTURE/worker_memory.py" trusted_root.json "$TOKEN" "${TOKEN##*.}" -- \
		"$OAKUM" sign-blob shop.tar --yes --identity-token "$TOKEN" --bundle blob.json \
		--trusted-root "$s/trusted_root.json" --signing-config "$s/signing-1.json" >out 2>err
	like "a worker was there" "$(cat out)" '^looked [1-9]'
	is "it saw the name of a file and no token" "$(grep found out)" 'found trusted_root.json'
fi
for bound in '--timeout 50s' '--retry-time 50s'; do
	fault tsa-later
	# shellcheck disable=SC2086
	status "$bound: a clock that asks for a minute" 3 blob --yes --identity-token "$TOKEN" $bound
	like "is told" "$(cat err)" 'time stamp authority .*it answers 503'
	unlike "and not waited for" "$(cat err)" 'asked again'
done
fault
status "to no log: the clock alone" 0 blob --yes --identity-token "$TOKEN" --tlog-upload=false
like "of which only the certificate is published" "$(cat err)" 'the identity is published for ever, in a log of cert'
is "holds no entry" "$(jq '.verificationMaterial.tlogEntries | length' blob.json)" 0
status "which is refused" 4 believed blob.json "$WHO"

# -- keys, with witnesses where they are asked for
"$OAKUM" keygen --no-password >out 2>&1 || OAKUM_PASSWORD='' "$OAKUM" keygen >out 2>&1
export OAKUM_PASSWORD=''
fault
status "a key alone" 0 "$OAKUM" sign-blob shop.tar --key oakum.key --bundle key.json
is "asks nobody" "$(cat "$s/log")" ''
status "a key, a log and a clock" 0 "$OAKUM" sign-blob shop.tar --key oakum.key --bundle key.json \
	--trusted-root "$s/trusted_root.json" --rekor-url "$SIGSTORE" --timestamp-server-url "$SIGSTORE/api/v1/timestamp"
is "asks these and no authority" "$(asked)" '/api/v1/timestamp /api/v1/log/entries'
ok "holds, in the log" "$OAKUM" conformance verify-bundle --bundle key.json --key oakum.pub \
	--trusted-root "$s/trusted_root.json" shop.tar
for version in 1 2; do
	status "a key, as a configuration says ($version)" 0 "$OAKUM" sign-blob shop.tar --key oakum.key --bundle key.json \
		--trusted-root "$s/trusted_root.json" --signing-config "$s/signing-$version.json"
	ok "holds, in the log" "$OAKUM" conformance verify-bundle --bundle key.json --key oakum.pub \
		--trusted-root "$s/trusted_root.json" shop.tar
done
# Logs know the artifact by the hash that goes with the key: SHA-384, SHA-512.
cp shop.tar another.tar
echo more >>another.tar
for type in ecdsa-p384 ecdsa-p521 ed25519; do
	"$OAKUM" keygen --type $type --output-key-prefix $type >out 2>&1
	for version in 1 2; do
		status "$type, Rekor $version" 0 "$OAKUM" sign-blob shop.tar --key $type.key --bundle $type.json \
			--trusted-root "$s/trusted_root.json" --signing-config "$s/signing-$version.json"
		ok "holds, in the log" "$OAKUM" conformance verify-bundle --bundle $type.json --key $type.pub \
			--trusted-root "$s/trusted_root.json" shop.tar
		status "but not for another file" 4 "$OAKUM" conformance verify-bundle --bundle $type.json --key $type.pub \
			--trusted-root "$s/trusted_root.json" another.tar
	done
done
fault rekor-other-entry
status "an entry of another signature" 4 "$OAKUM" sign-blob shop.tar --key oakum.key --bundle other.json \
	--trusted-root "$s/trusted_root.json" --rekor-url "$SIGSTORE"
ok "no bundle" test ! -e other.json

# -- images
fault
registry_start --seed image=shop:1
image=$REGISTRY/shop:1
signed() { # COMMAND OPTION...
	command=$1
	shift
	"$OAKUM" "$command" --yes --identity-token "$TOKEN" --trusted-root "$s/trusted_root.json" \
		--signing-config "$s/signing-$version.json" "$@" "$image"
}
checked() { # COMMAND OPTION...
	command=$1
	shift
	"$OAKUM" "$command" --trusted-root "$s/trusted_root.json" --certificate-identity "$WHO" \
		--certificate-oidc-issuer "$ISSUER" "$@" "$image"
}
version=1
status "an image that nobody signed" 5 checked verify
for version in 2 1; do
	for form in bundle tag; do
		[ "$version$form" != 2tag ] || continue
		status "an image is signed, Rekor $version, $form" 0 signed sign --format $form
		status "and holds" 0 checked verify
		printf '{"passed":true}' >predicate.json
		type=https://example.com/tested/v$version$form
		status "a statement about it, Rekor $version, $form" 0 signed attest --type $type --predicate predicate.json \
			--format $form
		status "holds, too" 0 checked verify-attestation --type $type
	done
done
version=2
fault
status "the tag scheme has no place for Rekor 2" 2 signed sign --format tag
is "which is said before anything is published" "$(cat "$s/log")" ''
there=$image
image=$REGISTRY/nothere:1
status "an image that is not there" 3 signed sign
is "is missed before anybody is certified" "$(cat "$s/log")" ''
image=$there
fault rekor-set-false
version=1
before=$(requests '.method == "PUT"' | wc -l)
status "a promise that does not hold" 4 signed sign
is "nothing was attached" "$(requests '.method == "PUT"' | wc -l)" "$before"
registry_stop

# -- what is logged and cannot be pushed
fault
registry_start --seed image=shop:1 --auth token --user ann --password p4ss --anonymous-pull
image=$REGISTRY/shop:1
status "who may only pull signs" 3 signed sign --bundle kept.json
like "which is told, with the entry and the file" "$(cat err)" \
	"its bundle is in 'kept.json': its signature is logged as [0-9]+, but not attached: "
ok "which holds that entry" test -n "$(jq -r '.verificationMaterial.tlogEntries[0].logIndex' kept.json)"
digest=$(jq -r '.manifests[0].digest' image/index.json)
ok "and holds" "$OAKUM" conformance verify-bundle --bundle kept.json --trusted-root "$s/trusted_root.json" \
	--certificate-identity "$WHO" --certificate-oidc-issuer "$ISSUER" "$digest"
registry_stop
done_testing
