#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# How something was built, from files, layouts and registries: what is told, what is refused, what is asked of whom.
. "$ROOT/test/tap.sh"
. "$FIXTURE/registry.sh"

SHARED=${OAKUM_SHARED:-$ROOT/../shared/data}
slsa=$SHARED/sigstore/slsa
[ -d "$slsa" ] || skip_all "no data: $slsa"
cd "$TMP" || exit 1
source=github.com/slsa-framework/example-package
workflows=https://github.com/slsa-framework/slsa-github-generator/.github/workflows
artifact=sha256:376e7e01348585b6e6643bc6663146b9d525d9b41228bf180eaeb4d4a3706caa
provenance=$slsa/gha_generic/v2.1.0/binary-linux-amd64-push-v14.2.intoto.jsonl
prove() { "$OAKUM" verify-provenance --source-uri "$source" "$@"; }

# -- what is told ---------------------------------------------------------------------------------
status 'a file by its digest' 0 prove $artifact --provenance-path "$provenance"
is 'what was proven' "$(cat out)" "proven $artifact
  built by   $workflows/generator_generic_slsa3.yml@refs/tags/v2.1.0
  from       git+https://github.com/slsa-framework/example-package
  at         refs/tags/v14.2
  commit     4d329c75e7ec1725f7c9ce917a8799d408d06be3
  signed on  2025-02-25
  logged as  174298215"
status 'as JSON' 0 prove $artifact --provenance-path "$provenance" --output json --print-provenance
is 'its members' "$(jq -r '.[0] | .verified, .ref, .statement.predicate.invocation.environment.github_run_attempt' out |
	tr '\n' ' ')" 'true refs/tags/v14.2 1 '
status 'the statement alone' 0 prove $artifact --provenance-path "$provenance" --print-provenance
is 'octet for octet' "$(cat out)" "$(jq -r .dsseEnvelope.payload "$provenance" | base64 -d)"

# -- which files ----------------------------------------------------------------------------------
other=$slsa/gha_go/v2.1.0/binary-linux-amd64-push-v14.2.intoto.jsonl
status 'one of several' 0 prove $artifact --provenance-path "$other" --provenance-path "$provenance"
cat "$other" >lines
printf '\n\n' >>lines
cat "$provenance" >>lines
status 'a line of several' 0 prove $artifact --provenance-path lines
jq -c '{attestations: [{bundle: .}]}' "$provenance" >answer.json
status "as GitHub's interface answers" 0 prove $artifact --provenance-path answer.json
status 'of another file' 4 prove $artifact --provenance-path "$other"
like 'and says so' "$(cat err)" 'the statement is about another artifact'
printf hello >hello
status 'a file that was built otherwise' 4 prove hello --provenance-path "$provenance"
status 'two artifacts, one of them not built so' 4 prove $artifact hello --provenance-path "$provenance"
is 'nothing is told then' "$(cat out)" ''
status 'an envelope alone' 4 prove sha256:ec8ff1bb40da2a36e3e9113dd7a5dd452c5125f7013e849519c0754b3c9fda89 \
	--provenance-path "$slsa/gha_generic/v1.2.2/binary-linux-amd64-push-v14.2.intoto.jsonl"
like 'says what is missing' "$(cat err)" 'no log entry: the entry is only online'
: >broken
status 'an empty file' 5 prove $artifact --provenance-path broken
for text in '{' '[]' '{}' '{"mediaType":1}' '{"attestations":[1,{"bundle":2}]}' '{"provenance_summary":{}}'; do
	printf %s "$text" >broken
	status "a file that is none: $text" 4 prove $artifact --provenance-path broken
done
head -c 3000 "$provenance" >short
status 'a file that was cut' 4 prove $artifact --provenance-path short
jq -nr 'range(999) | {}' -c >many
cat "$provenance" >>many
status 'the last one of very many' 0 prove $artifact --provenance-path many
echo '{}' | cat - many >more
status 'more than anybody writes' 4 prove $artifact --provenance-path more
like 'and says so' "$(cat err)" 'more than 1000 bundles'
jq -c '.dsseEnvelope.payload |= (@base64d | sub("v14.2"; "v14.3") | @base64)' "$provenance" >edited
status 'an edited statement' 4 prove $artifact --provenance-path edited
jq -c 'del(.verificationMaterial.tlogEntries)' "$provenance" >unlogged
status 'a bundle that is in no log' 4 prove $artifact --provenance-path unlogged

# -- mistakes -------------------------------------------------------------------------------------
status 'no source' 2 "$OAKUM" verify-provenance $artifact --provenance-path "$provenance"
status 'no artifact' 2 prove --provenance-path "$provenance"
status 'a file, and no provenance' 2 prove ./hello
status 'two tags' 2 prove $artifact --provenance-path "$provenance" --source-tag v1 --source-versioned-tag v1
status 'an input without a value' 2 prove $artifact --provenance-path "$provenance" --build-workflow-input level
for flag in source-tag source-branch source-versioned-tag builder-id; do
	status "an empty --$flag" 2 prove $artifact --provenance-path "$provenance" --$flag ''
done
status 'flags of a summary without one' 2 prove $artifact --provenance-path "$provenance" --verifier-id x
status 'flags of a package without one' 2 prove $artifact --provenance-path "$provenance" --package-name evil
status 'no such file' 3 prove $artifact --provenance-path absent
status 'an image by its tag' 4 prove registry.example/shop:1 --provenance-path "$provenance"
like 'a tag may be moved' "$(cat err)" 'named by its digest'

# -- images ---------------------------------------------------------------------------------------
PYTHONDONTWRITEBYTECODE=1 python3 - "$FIXTURE" "$slsa/gha_generic_container" <<'P' || exit 1
import glob, shutil, sys
sys.path.insert(0, sys.argv[1])
from oci import *
from signed import *

key('right')
image = Signed('bare')
d = image.manifest([image.layer(OS + file('word', b'bare') + END)])
image.add(d, '1')
image = Signed('sbom')
d = image.manifest([image.layer(OS + file('word', b'sbom') + END)])
image.add(d, '1')
image.referrer(d, bundle({'dsseEnvelope': envelope('right', statement(d['digest'], 'https://spdx.dev/Document'))}))
image = Signed('keyed')
d = image.manifest([image.layer(OS + file('word', b'keyed') + END)])
image.add(d, '1')
slsa = statement(d['digest'], 'https://slsa.dev/provenance/v1', {'buildDefinition': {}})
image.referrer(d, bundle({'dsseEnvelope': envelope('right', slsa)}))

# What `cosign save` left of a real image, as a registry has it: its layers are not looked at, and were not kept.
saved = glob.glob(sys.argv[2] + '/v2.1.0/*/')[0]
os.makedirs('real/blobs/sha256')
for path in glob.glob(saved + 'blobs/sha256/*') + [saved + 'oci-layout']:
    shutil.copyfile(path, path.replace(saved, 'real/'))
index = json.load(open(saved + 'index.json'))
for m in index['manifests']:
    if m['annotations']['kind'].endswith('/atts'):
        subject = next(n['digest'] for n in index['manifests'] if n is not m)
        m['annotations'] = {'org.opencontainers.image.ref.name': subject.replace(':', '-') + '.att'}
json.dump(index, open('real/index.json', 'w'))
open('real.digest', 'w').write(subject)
for path in glob.glob('real/blobs/sha256/*'):
    try:
        document = json.load(open(path, 'rb'))
    except ValueError:
        continue
    for part in [document.get('config', {})] + document.get('layers', []) if 'layers' in document else []:
        open('real/blobs/' + part['digest'].replace(':', '/'), 'ab').close()
P
real=$(cat real.digest)
saved=$slsa/gha_generic_container/v2.1.0/container_workflow_dispatch
status 'an image that cosign saved' 0 prove "$saved"
like 'which one' "$(cat out)" "^  image      $real"
status 'of another source' 4 "$OAKUM" verify-provenance "$saved" --source-uri github.com/team/app
status 'an image without anything' 5 prove oci:bare
status 'an image with a bill' 5 prove oci:sbom
status 'an image whose provenance a key signed' 4 prove oci:keyed
# The same image without what is attached to it.
cp -r real plain
jq --arg d "$real" '.manifests |= map(select(.digest == $d))' real/index.json >plain/index.json
registry_start --seed real=shop:1 --seed bare=bare:1 --seed plain=plain:1
status 'an image in a registry' 0 prove --plain-http "$REGISTRY/shop@$real"
status 'by its tag' 0 prove --plain-http "$REGISTRY/shop:1"
like 'with a word about tags' "$(cat err)" 'a tag moves'
status 'of another source' 4 "$OAKUM" verify-provenance --plain-http --source-uri github.com/team/app "$REGISTRY/shop:1"
status 'nothing is attached' 5 prove --plain-http "$REGISTRY/bare:1"
status 'nothing beside it' 5 prove --plain-http "$REGISTRY/plain@$real"
status 'but in another repository' 0 prove --plain-http --provenance-repository "$REGISTRY/shop" "$REGISTRY/plain@$real"
status 'not in a third' 5 prove --plain-http --provenance-repository "$REGISTRY/bare" "$REGISTRY/plain@$real"
status 'of another source it is refused there, too' 4 "$OAKUM" verify-provenance --plain-http \
	--provenance-repository "$REGISTRY/shop" --source-uri github.com/team/app "$REGISTRY/plain:1"
status 'a repository has no tag' 2 prove --plain-http --provenance-repository "$REGISTRY/shop:1" "$REGISTRY/plain:1"
status 'of a layout it lies in the layout' 2 prove --provenance-repository "$REGISTRY/shop" oci:bare
status 'nor is it asked with a file' 2 prove --provenance-repository "$REGISTRY/shop" \
	--provenance-path "$provenance" "$REGISTRY/plain@$real"
status 'no such image' 3 prove --plain-http "$REGISTRY/absent:1"
registry_stop
status 'nobody answers' 3 prove --plain-http --retry-time 1s "$REGISTRY/shop@$real"

# -- nothing else is asked ------------------------------------------------------------------------
if command -v strace >tool && strace -f -o trace true 2>tool; then
	strace -f -e trace=socket,connect -o trace "$OAKUM" verify-provenance $artifact --provenance-path "$provenance" \
		--source-uri $source >out 2>err
	unlike 'no socket is opened' "$(cat trace)" 'socket\(|connect\('
else
	skip 'no socket is opened' 'no strace here'
fi
done_testing
