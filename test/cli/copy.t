#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `oakum copy` between files: nothing but what was there, and only whole; whatever happens meanwhile.
. "$ROOT/test/tap.sh"

export OAKUM_NO_PROGRESS=1
cd "$TMP" || exit 1
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$FIXTURE python3 "$FIXTURE/moving.py" .

digest_of() { # LAYOUT TAG: what index.json says
	jq -r --arg t "$2" '.manifests[] | select(.annotations["org.opencontainers.image.ref.name"] == $t)
		.digest' "$1/index.json"
}
blobs() { # LAYOUT
	(cd "$1/blobs/sha256" && echo ./* | tr ' ' '\n' | sort)
}
whole() { # LAYOUT: every blob has its digest, and nothing else lies there
	[ -n "$(ls -A "$1/blobs/sha256" 2>/dev/null)" ] || return 0
	(cd "$1/blobs/sha256" && for blob in *; do
		printf '%s  %s\n' "$blob" "$blob"
	done | sha256sum --check --quiet --strict 2>&1)
}
no_traces() { # LAYOUT: neither temporary files nor folders
	! find "$1" -name '.oakum*' | grep -q .
}

# -- what is copied is what was there ---------------------------------------------------------------

status 'a whole index' 0 "$OAKUM" copy --all oci:multi:1 oci:all:release
is 'it says what is where' "$(cat out)" "$(digest_of multi 1) oci:all:release"
is 'under the new name it is the same index' "$(digest_of all release)" "$(digest_of multi 1)"
ok 'every blob is whole' whole all
ok 'no temporary file is left' no_traces all
is 'two images, no signature' "$(blobs all | wc -l)" 7
status 'with signatures' 0 "$OAKUM" copy --all --referrers oci:multi:1 oci:signed:release
is 'they come along' "$(blobs signed)" "$(blobs multi)"
is "index.json names them: cosign's by its tag, the referrer by its type" \
	"$(jq -r '.manifests[] | .artifactType // .annotations["org.opencontainers.image.ref.name"]' \
		signed/index.json | sed 's/sha256-[0-9a-f]*/X/' | sort | tr '\n' ' ')" \
	'X.sig application/vnd.example.sbom release '
status 'one platform' 0 "$OAKUM" copy --platform linux/arm64 oci:multi:1 oci:arm
is 'is the manifest that the index names for it' "$(digest_of arm 1)" "$(jq -r '.manifests[1].digest' \
	"multi/blobs/$(digest_of multi 1 | tr : /)")"
status 'a platform that is not there' 3 "$OAKUM" copy --platform linux/s390x oci:multi:1 oci:none
like 'names those that are' "$(cat err)" 'no image for linux/s390x; there is linux/amd64 linux/arm64'
ok 'and leaves no trace' test ! -e none

# -- other entries of index.json stay, octet for octet ----------------------------------------------

jq -c '. + {annotations: {note: "kept"}}' all/index.json >index && mv index all/index.json
before=$(jq -c '.manifests[0]' all/index.json)
status 'a second name' 0 "$OAKUM" copy --platform linux/amd64 oci:multi:1 oci:all:amd
is 'the first entry stays' "$(jq -c '.manifests[0]' all/index.json)" "$before"
is 'and so does what else stood there' "$(jq -r '.annotations.note' all/index.json)" kept
is 'two names' "$(jq '.manifests | length' all/index.json)" 2
status 'the second name moves' 0 "$OAKUM" copy --platform linux/arm64 oci:multi:1 oci:all:amd
is 'still two names' "$(jq '.manifests | length' all/index.json)" 2
is 'it means the other image' "$(digest_of all amd)" "$(digest_of arm 1)"
status 'a layout whose index.json makes no sense' 3 sh -c \
	"cp -r all bad && echo '{' >bad/index.json && exec '$OAKUM' copy oci:arm:1 oci:bad:2"
is 'keeps it' "$(cat bad/index.json)" '{'
mkdir other && echo mine >other/file
status 'a folder of other things' 2 "$OAKUM" copy oci:arm:1 oci:other:1
is 'stays as it was' "$(ls -A other)" file

# -- archives -----------------------------------------------------------------------------------------

status 'into an oci-archive' 0 "$OAKUM" copy --all --referrers oci:multi:1 oci-archive:multi.tar:1
status 'and out of it' 0 "$OAKUM" copy --all --referrers multi.tar:1 oci:again:1
is 'the same blobs' "$(blobs again)" "$(blobs multi)"
status 'once more' 0 "$OAKUM" copy --all --referrers oci:multi:1 oci-archive:multi2.tar:1
ok 'gives the same octets' cmp multi.tar multi2.tar
status 'a docker archive' 0 "$OAKUM" copy docker-archive:docker.tar:shop:1 oci:shop
ok 'becomes a layout of whole blobs' whole shop
manifest=shop/blobs/$(digest_of shop 1 | tr : /)
is 'its config is the same' "$(cat "shop/blobs/$(jq -r .config.digest "$manifest" | tr : /)")" \
	"$(tar -xOf docker.tar shop.json)"
is 'its layers are kept: their digests are its diff_ids' "$(jq -c '[.layers[].digest]' "$manifest")" \
	"$(tar -xOf docker.tar shop.json | jq -c .rootfs.diff_ids)"
like 'which is said' "$(cat err)" 'gzip makes them smaller'
status 'with smaller layers' 0 "$OAKUM" copy --compress gzip docker-archive:docker.tar:shop:1 oci:small
ok 'becomes a layout of whole blobs, too' whole small
small=small/blobs/$(digest_of small 1 | tr : /)
for n in 0 1; do
	layer=small/blobs/$(jq -r ".layers[$n].digest" "$small" | tr : /)
	is "gunzip reads layer $n" "sha256:$(gzip -dc "$layer" | sha256sum | cut -d ' ' -f 1)" \
		"$(tar -xOf docker.tar shop.json | jq -r ".rootfs.diff_ids[$n]")"
done
status 'again' 0 "$OAKUM" copy docker-archive:docker.tar:shop:1 oci:shop2
is 'the same digest' "$(digest_of shop2 1)" "$(digest_of shop 1)"
status 'into the same layout again' 0 "$OAKUM" copy docker-archive:docker.tar:shop:1 oci:shop2
like 'sends no layer again' "$("$OAKUM" copy -v docker-archive:docker.tar:shop:1 oci:shop2 2>&1)" \
	': 0 B copied'
status 'as zstd' 0 "$OAKUM" copy --compress zstd docker-archive:docker.tar:shop:1 oci:zstd
layer=zstd/blobs/$(jq -r '.layers[0].digest' "zstd/blobs/$(digest_of zstd 1 | tr : /)" | tr : /)
is 'zstd reads it' "sha256:$(zstd -dcq "$layer" | sha256sum | cut -d ' ' -f 1)" \
	"$(tar -xOf docker.tar shop.json | jq -r '.rootfs.diff_ids[0]')"
for form in gzip zstd none; do
	status "$form, back into a docker archive" 0 sh -c \
		"'$OAKUM' copy --compress $form docker-archive:docker.tar:shop:1 oci:form-$form:1 &&
		exec '$OAKUM' copy oci:form-$form:1 docker-archive:form-$form.tar:shop:1"
	is 'its manifest.json names the image' "$(tar -xOf form-$form.tar manifest.json |
		jq -r '.[0].RepoTags[0]')" docker.io/library/shop:1
	is 'layer 0 is what it was' "$(tar -xOf form-$form.tar "$(tar -xOf form-$form.tar manifest.json |
		jq -r '.[0].Layers[0]')" | sha256sum)" "$(tar -xOf docker.tar base/layer.tar | sha256sum)"
done
ok 'whichever way, the same archive' cmp form-gzip.tar form-zstd.tar
status 'an image that the archive does not hold' 3 "$OAKUM" copy docker-archive:docker.tar:nix oci:x
like 'is told with those that it holds' "$(cat err)" 'there: shop:1, web:1'
status 'a layer that is not what its config says' 3 "$OAKUM" copy docker-archive:lies.tar:shop:1 oci:l
like 'is refused' "$(cat err)" 'has the digest sha256:'
ok 'nothing of it is in place' test ! -e l/index.json
ok 'whole blobs only' whole l
status 'nor is it compressed' 3 "$OAKUM" copy --compress gzip docker-archive:lies.tar:shop:1 oci:l2
like 'which is told' "$(cat err)" "layer 1: the config's diff_id is sha256:"
ok 'nothing of that is in place' test ! -e l2/index.json
is 'no blob either' "$(find l2/blobs -type f)" ''
ok 'no temporary file' no_traces l
status 'nor is it in a docker archive' 3 "$OAKUM" copy docker-archive:lies.tar:shop:1 \
	docker-archive:l.tar
ok 'which is not there' test ! -e l.tar
is 'nor a part of it' "$(find . -maxdepth 1 -name '.oakum*')" ''
status 'signatures do not fit into a docker archive' 2 "$OAKUM" copy --referrers oci:multi:1 \
	docker-archive:l.tar

# -- what is refused ----------------------------------------------------------------------------------

refused() { # LAYOUT PATTERN
	status "$1: refused" 3 "$OAKUM" copy "oci:$1" "oci:to-$1:1"
	like "$1: why" "$(cat err)" "$2"
	ok "$1: no index" test ! -e "to-$1/index.json"
	ok "$1: whole blobs only" whole "to-$1"
}
refused digest 'has the digest sha256:.*changed or cut'
refused size 'has [0-9]+ bytes, its manifest says'
refused missing "no .*blobs/sha256|No such file"
refused schema1 'schema 1 manifest'
refused both "could be read as an index too"
refused climb "digest"
status 'foreign layers' 3 "$OAKUM" copy oci:foreign oci:to-foreign:1
like 'foreign layers: what to do' "$(cat err)" 'foreign-layers'
status 'foreign layers that are asked for' 0 "$OAKUM" copy --foreign-layers oci:foreign oci:to-foreign:1
status 'a destination of no known form' 2 "$OAKUM" copy oci:arm:1 ./new
like 'is asked for' "$(cat err)" 'oci:./new'
status 'no image at all' 2 "$OAKUM" copy rootfs:other oci:x:1

# -- a blob that is there counts by its size; --verify reads it ---------------------------------------

cp -r arm spoilt
blob=spoilt/blobs/sha256/$(find arm/blobs/sha256 -type f -size +100k -printf '%f')
chmod u+w "$blob" && printf X | dd of="$blob" bs=1 seek=5000 conv=notrunc 2>/dev/null
unlike 'a blob was changed' "$(whole spoilt)" '^$'
status 'a copy over it' 0 "$OAKUM" copy oci:arm:1 oci:spoilt:1
unlike 'believes it' "$(whole spoilt)" '^$'
status 'a copy over it that reads' 0 "$OAKUM" copy --verify oci:arm:1 oci:spoilt:1
ok 'mends it' whole spoilt
status 'a copy of what is there' 0 "$OAKUM" copy --verbose oci:arm:1 oci:spoilt:1
like 'copies nothing' "$(cat err)" ': 0 B copied'
printf X >>"$blob"
status 'a copy over a blob of another size' 0 "$OAKUM" copy oci:arm:1 oci:spoilt:1
ok 'mends it, too' whole spoilt

# A link in the destination leads nowhere.
mkdir -p linked outside && ln -s ../outside linked/blobs && cp arm/oci-layout linked/
status 'a layout whose blobs are a link' 3 "$OAKUM" copy oci:arm:1 oci:linked:1
is 'nothing is written behind it' "$(ls -A outside)" ''

# -- what an interrupted run left is gone on with -----------------------------------------------------

name=$(basename "$blob")
mkdir -p partial/.oakum-partial && cp arm/oci-layout partial/
head -c 100000 "arm/blobs/sha256/$name" >"partial/.oakum-partial/sha256-$name"
status 'a blob that was begun' 0 "$OAKUM" copy --verbose oci:arm:1 oci:partial:1
ok 'is whole' whole partial
like 'its beginning was not read again' "$(cat err)" ' copied, 100\.0 kB were there'
mkdir -p partial2/.oakum-partial && cp arm/oci-layout partial2/
head -c 100000 /dev/zero >"partial2/.oakum-partial/sha256-$name"
status 'a beginning that is another' 0 "$OAKUM" copy oci:arm:1 oci:partial2:1
ok 'is written anew' whole partial2

# Killed at any moment: whole blobs only, and the next run comes to the end.
PYTHONPATH=$FIXTURE python3 - <<'EOF'
from moving import image, noise
from oci import END, Layout, file
out = Layout('big')
out.index([image(out, 'amd64', *[file('f', noise(4000000, n)) + END for n in range(4)])])
out.index([image(out, 'amd64', *[file('f', noise(4000000, n)) + END for n in range(4)])])
EOF
bad=0 killed=0
for n in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do
	rm -rf kill
	"$OAKUM" copy oci:big oci:kill:1 >/dev/null 2>&1 &
	pid=$!
	sleep "0.0$(printf '%02d' $((n * 4)))"
	kill -9 $pid 2>/dev/null && killed=$((killed + 1))
	wait $pid 2>/dev/null
	[ -z "$(whole kill)" ] || bad=$((bad + 1))
	[ ! -e kill/index.json ] || jq -e .manifests kill/index.json >/dev/null || bad=$((bad + 1))
	"$OAKUM" copy oci:big oci:kill:1 >/dev/null 2>&1 || bad=$((bad + 1))
	if [ "$(blobs kill)" != "$(blobs big)" ] || [ -n "$(whole kill)" ] || ! no_traces kill; then
		bad=$((bad + 1))
	fi
done
is 'killed at twenty moments, every time only whole blobs, and the next run ends it' "$bad" 0
ok 'some were killed while they ran' test "$killed" -gt 0
for n in 1 2 3; do
	"$OAKUM" copy oci:big oci:two:$n >/dev/null 2>&1 &
done
wait
is 'three at once into one layout: three names' "$(jq '.manifests | length' two/index.json)" 3
ok 'and whole blobs' whole two

# -- no room ------------------------------------------------------------------------------------------

mkdir full
if mount -t tmpfs -o size=6m none full 2>/dev/null; then
	status 'a full disk' 3 "$OAKUM" copy oci:big oci:full/layout:1
	like 'is told' "$(cat err)" 'No space left on device'
	ok 'whole blobs only' whole full/layout
	ok 'no index' test ! -e full/layout/index.json
	status 'a full disk, for an archive' 3 "$OAKUM" copy oci:big docker-archive:full/a.tar:big
	ok 'nothing of it is there' test ! -e full/a.tar
	umount full
else
	skip 'a full disk' 'no file system can be mounted here'
fi

# -- descriptors that lie -----------------------------------------------------------------------------

PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$FIXTURE python3 - <<'P'
import json
from oci import *
INDEX = 'application/vnd.oci.image.index.v1+json'
o = Layout('hiding')  # a layer of the first image has the digest of the second one's manifest
second = o.manifest([o.layer(OS + file('bin/b', b'B') + END)])
layer = {'mediaType': 'application/vnd.oci.image.layer.v1.tar', 'digest': second['digest'], 'size': second['size']}
first = o.manifest([(layer, 'sha256:' + '0' * 64)])
first['platform'] = {'os': 'linux', 'architecture': 'arm64'}
second['platform'] = {'os': 'linux', 'architecture': 'amd64'}
text = json.dumps({'schemaVersion': 2, 'mediaType': INDEX, 'manifests': [first, second]}).encode()
o.index([o.blob(text, INDEX)])
o = Layout('lying')
layer, diff_id = o.layer(OS + END)
o.index([o.manifest([(layer, diff_id), (dict(layer, size=layer['size'] + 100), diff_id)])])
P
status 'a manifest that is named as a layer too' 0 "$OAKUM" copy --all oci:hiding oci:shown:1
is 'hides no blob' "$(blobs shown)" "$(blobs hiding)"
status 'two sizes of one digest' 3 "$OAKUM" copy oci:lying oci:refused:1
like 'are told' "$(cat err)" 'two descriptors of sha256:[0-9a-f]*: one says [0-9]* bytes, one [0-9]*'
ok 'and nothing is there' test ! -e refused/index.json

# -- a layout with signatures holds one image, for who copies and who audits --------------------------

status 'copy without a name' 0 "$OAKUM" copy --all oci:signed oci:unnamed:1
like 'says what stays behind' "$(cat err)" 'signatures? and attestations? stay where they are; --referrers'
status 'with all that is attached' 0 "$OAKUM" copy --all --referrers oci:signed oci:unnamed:1
is 'there is nothing to say' "$(cat err)" ''
status 'audit without a name' 0 "$OAKUM" audit --no-cache --platform linux/amd64 oci:signed
"$OAKUM" copy --platform linux/arm64 oci:multi:1 oci:signed:other >/dev/null
"$OAKUM" copy --platform linux/amd64 oci:multi:1 oci:signed:third >/dev/null
for command in 'copy oci:signed oci:unnamed:2' 'audit oci:signed'; do
	# shellcheck disable=SC2086
	status "$command: several names" 3 "$OAKUM" $command
	like "$command: are told" "$(cat err)" 'several images here; name one: oci:signed:TAG'
done

# -- the prompt ---------------------------------------------------------------------------------------

for command in copy pull push; do
	status "$command --help" 0 "$OAKUM" $command --help
	is "$command --help: fits a screen" "$(($(wc -l <out) <= 24))" 1
done
status 'pull of what is in no registry' 2 "$OAKUM" pull oci:arm:1
like 'asks where to' "$(cat err)" 'say where'
status 'a digest for scripts' 0 "$OAKUM" copy --digestfile d oci:arm:1 oci:file:1
is 'alone in its file' "$(cat d)" "$(digest_of arm 1)"
if command -v strace >/dev/null; then
	# LeakSanitizer does not work under ptrace.
	status 'between files' 0 env ASAN_OPTIONS=detect_leaks=0 strace -f -qq -e trace=socket -o trace \
		"$OAKUM" copy oci:arm:1 oci:quiet:1
	unlike 'no socket is opened' "$(cat trace)" 'socket\('
else
	skip 'no socket is opened' 'strace is not installed'
fi
done_testing
