#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Signatures of images: every form, what does not count, what lies, whom we believe; layouts and registries.
. "$ROOT/test/tap.sh"
. "$FIXTURE/registry.sh"

cd "$TMP" || exit 1
PYTHONDONTWRITEBYTECODE=1 python3 - "$FIXTURE" <<'P' || exit 1
import sys
sys.path.insert(0, sys.argv[1])
from oci import *
from signed import *

for name in ('right', 'wrong'):
    key(name)

def image(path, *words):
    out = Signed(path)
    d = out.manifest([out.layer(OS + file('word', ' '.join(words).encode()) + END)])
    out.add(d, '1.0')
    return out, d

def simple(data, name='right', **notes):
    return SIMPLE, data, dict({SIGNATURE: b64(sign(name, data))}, **notes)

image('unsigned')
out, d = image('simple')
out.tagged(d['digest'], 'sig', simple(payload(d['digest'], {'env': 'prod', 'build': 7})))
out, d = image('two')
out.tagged(d['digest'], 'sig', simple(payload(d['digest']), 'wrong'), simple(payload(d['digest'])))
out, d = image('other-image')
out.tagged(d['digest'], 'sig', simple(payload(sha(b'another'))))
out, d = image('edited')
out.tagged(d['digest'], 'sig', (SIMPLE, payload(d['digest'], {'env': 'prod'}),
                                {SIGNATURE: b64(sign('right', payload(d['digest'])))}))
out, d = image('two-digests')
out.tagged(d['digest'], 'sig', simple(payload(sha(b'another'), **{'Docker-manifest-digest': d['digest']})))
out, d = image('capital')
text = payload(d['digest']).replace(b'docker-manifest', b'Docker-manifest')
out.tagged(d['digest'], 'sig', simple(text))
out, d = image('other-type')
text = payload(d['digest']).replace(b'cosign container image', b'atomic container')
out.tagged(d['digest'], 'sig', simple(text))
out, d = image('smuggled')
with open('wrong.pub') as f:
    out.tagged(d['digest'], 'sig', simple(payload(d['digest']), 'wrong',
                                          **{'dev.sigstore.cosign/certificate': f.read()}))

out, d = image('bundle')
out.referrer(d, bundle({'dsseEnvelope': envelope('right', statement(d['digest'], SIGN, annotations={'env': 'prod'}))}))
out, d = image('message')
with open('message/blobs/' + d['digest'].replace(':', '/'), 'rb') as f:
    out.referrer(d, message('right', f.read()))
out, d = image('attested')
spdx = 'https://spdx.dev/Document'
out.referrer(d, bundle({'dsseEnvelope': envelope('right', statement(d['digest'], spdx, {'name': 'shop'}))}))
out.tagged(d['digest'], 'att', (ENVELOPE, json.dumps(envelope('right', statement(d['digest'], 'urn:old'))).encode(),
                                {SIGNATURE: '', 'predicateType': 'urn:old'}))
out, d = image('attested-other')
out.referrer(d, bundle({'dsseEnvelope': envelope('right', statement(sha(b'another'), spdx))}))
out, d = image('attested-both')
out.referrer(d, bundle({'dsseEnvelope': envelope('wrong', statement(d['digest'], spdx))}))
out.referrer(d, bundle({'dsseEnvelope': envelope('right', statement(d['digest'], 'urn:draft'))}))
out, d = image('relabelled')  # what the annotation says is not what is signed
out.referrer(d, bundle({'dsseEnvelope': envelope('right', statement(d['digest'], spdx))}),
             **{'dev.sigstore.bundle.predicateType': SIGN})
out, d = image('garbage')
out.referrer(d, b'{"mediaType": "' + BUNDLE.encode() + b'", "mediaType": 1}')
out, d = image('retyped')
e = envelope('right', statement(d['digest'], SIGN))
e['payloadType'] = 'application/vnd.in-toto.other+json'
out.referrer(d, bundle({'dsseEnvelope': e}))

out = Signed('index')
one, two = (dict(out.manifest([out.layer(OS + file('arch', a.encode()) + END)]),
                 platform={'os': 'linux', 'architecture': a}) for a in ('amd64', 'arm64'))
root = out.document({'schemaVersion': 2, 'mediaType': 'application/vnd.oci.image.index.v1+json',
                     'manifests': [one, two]}, 'application/vnd.oci.image.index.v1+json')
out.add(root, '1.0')
out.tagged(root['digest'], 'sig', simple(payload(root['digest'])))
import shutil
shutil.copytree('index', 'index-one')
out.tagged(one['digest'], 'sig', simple(payload(one['digest'])))
out.tagged(two['digest'], 'sig', simple(payload(two['digest'])))
out.referrer(root, bundle({'dsseEnvelope': envelope('right', statement(root['digest'], spdx))}))
shutil.copytree('index', 'index-attested')
kept, out = out, Signed('index-attested')
out.entries = kept.entries
out.referrer(one, bundle({'dsseEnvelope': envelope('right', statement(one['digest'], spdx))}))
with open('one', 'w') as f:
    f.write(one['digest'])
P

verify() { "$OAKUM" verify --key right.pub "$@"; }

# -- what counts ----------------------------------------------------------------------------------
status 'a simple signature' 0 verify oci:simple
like 'says which image' "$(cat out)" '^  image +sha256:[0-9a-f]{64}$'
like 'and who' "$(cat out)" '^  signed by +the key$'
status 'of another key' 4 "$OAKUM" verify --key wrong.pub oci:simple
like 'says what does not hold' "$(cat err)" 'signature sha256:.*: the signature does not hold'
status 'of one of several keys' 0 "$OAKUM" verify --key wrong.pub --key right.pub oci:simple
status 'one of two layers holds' 0 verify oci:two
is 'the other is not told' "$(cat err)" ''
status 'nothing is attached' 5 verify oci:unsigned
like 'is said' "$(cat err)" 'not signed'
status 'a statement that says "signed"' 0 verify oci:bundle
status 'a signature of the manifest itself' 0 verify oci:message

# -- what does not --------------------------------------------------------------------------------
status 'a payload about another image' 4 verify oci:other-image
like 'says so' "$(cat err)" 'about another image'
status 'a payload that was edited' 4 verify oci:edited
status 'a payload with two digests' 4 verify oci:two-digests
status 'a digest that is spelled otherwise' 4 verify oci:capital
status 'a payload of another type' 4 verify oci:other-type
status 'an attestation is no signature' 5 verify oci:attested
like 'which is said' "$(cat err)" 'says something else|not signed'
status 'not either when its annotation says so' 5 verify oci:relabelled
status 'a bundle with two members of one name' 4 verify oci:garbage
status 'a payload type that was edited' 4 verify oci:retyped
status 'a key where the certificate belongs' 4 "$OAKUM" verify --certificate-identity a \
	--certificate-oidc-issuer b oci:smuggled
like 'is called so' "$(cat err)" "'PUBLIC KEY' where the certificate belongs"
status 'also with another key' 4 verify oci:smuggled

# -- claims ---------------------------------------------------------------------------------------
status 'a claim that is made' 0 verify -a env=prod oci:simple
status 'in a statement, too' 0 verify --annotations env=prod oci:bundle
status 'one that is not' 4 verify -a env=test oci:simple
like 'is named' "$(cat err)" "does not claim 'env=test'"
status 'both must be made' 4 verify -a env=prod -a who=me oci:bundle
status 'a claim without a value' 2 verify -a env oci:simple
status 'an empty one' 2 verify -a '' oci:simple

# -- as JSON --------------------------------------------------------------------------------------
status 'as JSON' 0 verify -o json oci:simple oci:bundle
is 'has the members of cosign' "$(jq -r '.[0] | .critical.type, .critical.identity["docker-reference"], .optional.env,
	(.critical.image["docker-manifest-digest"] | length)' out | tr '\n' ' ')" \
	'cosign container image signature registry.example/shop prod 71 '
is 'and of a statement its type' "$(jq -r '.[1].critical.type' out)" 'https://sigstore.dev/cosign/sign/v1'
status 'one of two does not hold' 4 verify -o json oci:simple oci:other-image
is 'what holds is told' "$(jq length out)" 1
status 'one cannot be read' 3 verify oci:nowhere oci:unsigned oci:simple
like 'the others are judged' "$(cat out)" '^verified oci:simple'

# -- indexes --------------------------------------------------------------------------------------
status 'an index is judged itself' 0 verify oci:index
status 'its signature covers a platform' 0 verify --platform linux/arm64 oci:index-one
status 'but is not the signature of all' 5 verify --all-platforms oci:index-one
like 'which lacks it' "$(cat err)" 'linux/amd64'
status 'each has its own' 0 verify --all-platforms oci:index
status 'a platform that is not there' 3 verify --platform linux/s390x oci:index
status 'an attestation of the index is not of a platform' 5 "$OAKUM" verify-attestation --key right.pub \
	--type spdxjson --platform linux/amd64 oci:index
status 'nor told beside that of the platform' 0 "$OAKUM" verify-attestation --key right.pub \
	--type spdxjson --platform linux/amd64 oci:index-attested
is 'which is the one' "$(jq -r '.payload | @base64d | fromjson | "sha256:" + .subject[0].digest.sha256' out)" \
	"$(cat one)"
status 'in words, too' 0 "$OAKUM" verify-attestation --key right.pub -o text \
	--type spdxjson --platform linux/amd64 oci:index-attested
is 'with the digest of its image' "$(sed -n 's/^  image *//p' out)" "$(cat one)"
status 'a platform of what is no index' 0 verify --platform windows/arm64 oci:simple
like 'is not compared, which is said' "$(cat err)" 'is no index: --platform is not compared'
status 'both at once' 2 verify --platform linux/amd64 --all-platforms oci:index

# -- attestations ---------------------------------------------------------------------------------
attest() { "$OAKUM" verify-attestation --key right.pub "$@"; }
status 'an attestation' 0 attest --type spdxjson oci:attested
is 'is given as an envelope' "$(jq -r '.payloadType, (.payload | @base64d | fromjson | .predicate.name)' out |
	tr '\n' ' ')" 'application/vnd.in-toto+json shop '
is 'on one line' "$(wc -l <out)" 1
status 'of the old form' 0 attest --type urn:old oci:attested
status 'of another type' 5 attest --type cyclonedx oci:attested
like 'what is there is told' "$(cat err)" "a statement of type 'https://spdx.dev/Document'"
like 'and who tells more' "$(cat err)" "'oakum tree' shows what is attached"
status 'an old version of provenance' 5 attest --type slsaprovenance oci:attested
like 'is not the newer' "$(cat err)" '--type slsaprovenance1 asks for version 1'
status 'custom is the default' 5 attest oci:attested
status 'about another image' 4 attest --type spdxjson oci:attested-other
status 'the right key for another type, another key for this one' 4 attest --type spdxjson oci:attested-both
status 'a type that nobody knows' 2 attest --type nonsense oci:attested
status 'told to a person' 0 attest --type spdxjson -o text oci:attested
like 'with its type' "$(cat out)" '^  statement +https://spdx.dev/Document$'

# -- whom ----------------------------------------------------------------------------------------
status 'nobody is named' 2 "$OAKUM" verify oci:simple
status 'an identity without who vouches' 2 "$OAKUM" verify --certificate-identity a oci:simple
status 'a key and an identity' 2 verify --certificate-identity a oci:simple
status 'pairs that are none' 2 "$OAKUM" verify --certificate-identity a --certificate-identity b \
	--certificate-identity c --certificate-oidc-issuer d --certificate-oidc-issuer e oci:simple
status 'an expression that is none' 2 "$OAKUM" verify --certificate-identity-regexp '(' \
	--certificate-oidc-issuer e oci:simple
status 'one that is not anchored' 4 "$OAKUM" verify --certificate-identity-regexp '^https://github.com/ORG/REPO/' \
	--certificate-oidc-issuer-regexp token oci:simple
like 'is warned of' "$(cat err)" 'oidc-issuer-regexp .*not anchored \(\^\.\.\.\$\)'
like 'half anchored, too' "$(cat err)" 'certificate-identity-regexp .*not anchored at its end'
status 'claims are always checked' 2 verify --check-claims=false oci:simple
status 'what cosign asks for is always so' 0 verify --offline --new-bundle-format=false --check-claims \
	--insecure-ignore-tlog --max-workers 5 oci:simple
status 'a folder as cosign names it' 0 verify --local-image simple
status 'with a tag' 0 verify --local-image simple:1.0
status 'one that is not there' 3 verify --retry-time 1s --local-image nosuch:1.0
like 'is no image of a registry' "$(cat err)" "'nosuch'"
status 'tree knows it, too' 0 "$OAKUM" tree --key right.pub --local-image simple
status 'a demand on nobody is none' 2 "$OAKUM" tree --certificate-github-workflow-ref refs/tags/v9 oci:simple

# -- no socket ------------------------------------------------------------------------------------
if command -v strace >/dev/null; then
	strace -f -qq -e trace=network -o calls "$OAKUM" verify --key right.pub oci:simple >out 2>err
	is 'a layout opens no socket' "$(grep -E '(socket|connect|bind|sendto|recvfrom)[a-z]*\(' calls)" ''
else
	skip 'a layout opens no socket' 'no strace'
fi

# -- registries -----------------------------------------------------------------------------------
for how in '' --no-referrers; do
	# shellcheck disable=SC2086
	registry_start --seed unsigned=none:1 $how
	for name in simple bundle other-image; do
		"$OAKUM" copy --quiet --referrers "oci:$name:1.0" "docker://$REGISTRY/$name:1.0" >copied 2>&1 || cat copied
	done
	status "from a registry $how" 0 verify "docker://$REGISTRY/simple:1.0"
	like 'a tag is said to move' "$(cat err)" "the tag '1.0' is sha256:"
	status "a bundle from a registry $how" 0 verify "$REGISTRY/bundle:1.0"
	status "what does not hold from a registry $how" 4 verify "$REGISTRY/other-image:1.0"
	status "what is not signed at a registry $how" 5 verify "$REGISTRY/none:1"
	status "no such tag $how" 3 verify "$REGISTRY/none:2"
	registry_stop
done

# Signatures that are kept apart, as cosign's users do: all of these are one image.
registry_start --seed unsigned=shop:1 --seed simple=tags:1 --seed bundle=bundles:1 --seed other-image=lies:1 \
	--seed attested=attested:1
apart() { # REPOSITORY COMMAND IMAGE [OPTION]...
	where=$REGISTRY/$1
	shift
	COSIGN_REPOSITORY=$where "$OAKUM" "$@" --key right.pub
}
for name in tags bundles; do
	status "another repository has it ($name)" 0 apart $name verify "$REGISTRY/shop:1"
	like 'and is told of what was asked for' "$(cat out)" "$REGISTRY/shop"
done
status 'no statement about it' 5 apart tags verify-attestation "$REGISTRY/shop:1" --type spdxjson
status 'which a third has' 0 apart attested verify-attestation "$REGISTRY/shop:1" --type spdxjson
status 'one that lies' 4 apart lies verify "$REGISTRY/shop:1"
status 'one that has nothing' 5 apart nothing verify "$REGISTRY/shop:1"
status 'then what lies beside the image counts' 0 apart nothing verify "$REGISTRY/tags:1"
status 'a layout has its own' 0 apart lies verify oci:simple
status 'a repository has no tag' 2 apart tags:1 verify "$REGISTRY/shop:1"
cat >apart.yaml <<'P'
oakum-policy: 1
signers: {a: {key: right.pub}}
rules: [{name: all, images: '**/shop', require: [signature: a]}]
P
status 'a policy without it' 5 "$OAKUM" verify --policy apart.yaml "$REGISTRY/shop:1"
COSIGN_REPOSITORY=$REGISTRY/tags status 'and with it' 0 "$OAKUM" verify --policy apart.yaml "$REGISTRY/shop:1"
COSIGN_REPOSITORY=$REGISTRY/lies status 'not by a lie' 4 "$OAKUM" verify --policy apart.yaml "$REGISTRY/shop:1"
registry_stop

# A signed layout where the registry would be a folder.
registry_start --seed unsigned=shop:1.0
mkdir "$REGISTRY"
cp -r simple "$REGISTRY/shop"
cat >p.yaml <<'P'
oakum-policy: 1
signers: {a: {key: right.pub}}
rules: [{name: all, images: '**', require: [signature: a]}]
P
ok 'a layout of that name is signed' verify "oci:$REGISTRY/shop:1.0"
status 'but does not answer for the registry' 5 verify "$REGISTRY/shop:1.0"
status 'nor to verify-attestation' 5 "$OAKUM" verify-attestation --key right.pub "$REGISTRY/shop:1.0"
status 'nor to verify-provenance' 5 "$OAKUM" verify-provenance --source-uri github.com/team/shop "$REGISTRY/shop:1.0"
status 'nor to a policy' 5 "$OAKUM" verify --policy p.yaml "$REGISTRY/shop:1.0"
status 'which the layout meets' 0 "$OAKUM" verify --policy p.yaml --local-image "$REGISTRY/shop:1.0"
for flag in '--use-signed-timestamps' '--certificate-github-workflow-ref=refs/tags/v9' '--check-claims=false' \
	'--certificate-github-workflow-sha=deadbeef' '--insecure-ignore-tlog'; do
	status "nothing that it does not heed: $flag" 2 "$OAKUM" verify --policy p.yaml "$flag" --local-image simple
done
unlike 'nor to tree' "$("$OAKUM" tree --key right.pub "$REGISTRY/shop:1.0")" 'signature'
is 'it is asked each time' "$(requests '.method == "GET" and .path == "/v2/shop/manifests/1.0"' | wc -l)" 5
registry_stop
registry_start --seed simple=shop:1 --hostile referrers_broken
status 'a list that fails is not "unsigned"' 3 verify --retry-time 1s "$REGISTRY/shop:1"
registry_stop
done_testing
