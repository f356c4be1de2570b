#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Images that were signed without a key: the commands as GitHub's users type them, and what an attacker would make of
# the right person's signatures.
# shellcheck source=test/tap.sh
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/sigstore.sh
. "$FIXTURE/sigstore.sh"
# shellcheck source=test/fixture/registry.sh
. "$FIXTURE/registry.sh"

sigstore_can || skip_all "no python3-cryptography"
cd "$TMP" || exit 1
sigstore_start "$TMP/s"
PYTHONDONTWRITEBYTECODE=1 python3 - "$FIXTURE" <<'P' || exit 1
import base64, json, sys, time
sys.path.insert(0, sys.argv[1])
from oci import *
for name in ('image', 'other'):
    Layout(name).image(OS + file('name', name.encode()) + END)
def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b'=').decode()
with open('token', 'w') as f:
    f.write('%s.%s.%s' % (part({'alg': 'none'}), part({
        'iss': 'https://token.actions.githubusercontent.com', 'aud': 'sigstore', 'exp': int(time.time()) + 600,
        'sub': 'https://github.com/ORG/REPO/.github/workflows/release.yml@refs/tags/v1'}), 'c2lnbmF0dXJl'))
P
registry_start --seed image=shop:1 --seed other=other:1 --seed image=attested:1
export OAKUM_TRUSTED_ROOT="$TMP/s/trusted_root.json" OAKUM_SIGNING_CONFIG="$TMP/s/signing-1.json" \
	OAKUM_IDENTITY_TOKEN="$TMP/token"
image=$REGISTRY/shop:1
mine() { # IMAGE...
	"$OAKUM" verify --certificate-identity-regexp '^https://github.com/ORG/REPO/' \
		--certificate-oidc-issuer https://token.actions.githubusercontent.com "$@"
}

# -- as they stand --------------------------------------------------------------------------------
status 'an image that nobody signed' 5 mine "$image"
status 'oakum sign --yes REPO:TAG' 0 "$OAKUM" sign --yes "$image"
status 'oakum verify ... REPO:TAG' 0 mine "$image"
like 'says who' "$(cat out)" 'signed by +https://github.com/ORG/REPO/.github/workflows/release.yml@refs/tags/v1$'
like 'and who vouches' "$(cat out)" 'vouched by +https://token.actions.githubusercontent.com$'
like 'warns of the expression' "$(cat err)" 'not anchored at its end'
like 'and of the tag' "$(cat err)" "the tag '1' is sha256:[0-9a-f]{64} now"
status 'as JSON' 0 mine -o json "$image"
is 'with the members of cosign' "$(jq -r '.[0] | .optional.Subject, .optional.Issuer,
	.optional["1.3.6.1.4.1.57264.1.1"],
	(.optional.Bundle.Payload | has("integratedTime", "logIndex", "logID", "body") | tostring)' out | tr '\n' ' ')" \
	"$(printf 'https://github.com/ORG/REPO/.github/workflows/release.yml@refs/tags/v1 %s %s true true true true ' \
		https://token.actions.githubusercontent.com https://token.actions.githubusercontent.com)"
status 'another repository' 4 "$OAKUM" verify --certificate-identity-regexp '^https://github.com/ORG/OTHER/' \
	--certificate-oidc-issuer https://token.actions.githubusercontent.com "$image"
status 'another issuer' 4 "$OAKUM" verify --certificate-identity-regexp '^https://github.com/ORG/REPO/' \
	--certificate-oidc-issuer https://example.org "$image"
status 'the public root does not know it' 4 env -u OAKUM_TRUSTED_ROOT "$OAKUM" verify \
	--certificate-identity-regexp '^https://github.com/ORG/REPO/' \
	--certificate-oidc-issuer https://token.actions.githubusercontent.com "$image"

# -- the right person, something else -------------------------------------------------------------
echo '{"passed": false}' >predicate.json
status 'an attestation by the right person' 0 "$OAKUM" attest --yes --type https://example.com/test \
	--predicate predicate.json "$REGISTRY/attested:1"
status 'is no signature' 5 mine "$REGISTRY/attested:1"

"$OAKUM" copy --quiet --referrers "docker://$image" oci:copied:1 >out 2>err
PYTHONDONTWRITEBYTECODE=1 python3 - "$FIXTURE" <<'P' || exit 1
import glob, sys
sys.path.insert(0, sys.argv[1])
from signed import *
blobs = {}
for path in glob.glob('copied/blobs/sha256/*'):
    with open(path, 'rb') as f:
        blobs[path] = f.read()
one = next(json.loads(b) for b in blobs.values() if b'"verificationMaterial"' in b)

def layout(path, bundle):
    """The other image with somebody's bundle beside it."""
    with open('other/index.json') as f:
        d = json.load(f)['manifests'][0]
    out = Signed(path)
    import shutil
    shutil.copytree('other/blobs', path + '/blobs', dirs_exist_ok=True)
    out.add(d, '1')
    out.referrer(d, bundle)

layout('moved', one)
digest = json.load(open('other/index.json'))['manifests'][0]['digest']
edited = json.loads(json.dumps(one))
edited['dsseEnvelope']['payload'] = b64(statement(digest, SIGN))
layout('edited', edited)
key('own')
forged = json.loads(json.dumps(one))  # the right certificate and log entry over a signature of one's own
forged['dsseEnvelope'] = envelope('own', statement(digest, SIGN))
layout('forged', forged)
unlogged = json.loads(json.dumps(forged))
unlogged['verificationMaterial']['tlogEntries'] = []
layout('unlogged', unlogged)
P
status 'a signature beside another image' 4 mine oci:moved:1
like 'is about another' "$(cat err)" 'about another artifact'
status 'with its statement changed' 4 mine oci:edited:1
status 'with a statement and a signature of one'"'"'s own' 4 mine oci:forged:1
status 'and in no log' 4 mine oci:unlogged:1
status 'nor when no log is asked for' 4 mine --insecure-ignore-tlog oci:unlogged:1
registry_stop
sigstore_stop
done_testing
