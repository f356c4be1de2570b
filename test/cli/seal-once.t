#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `oakum seal` reads an image once: what a registry or an engine gave to be judged is what is copied. Nothing of it
# stays on this machine, and what needs no copy is not kept.
# shellcheck source=test/tap.sh
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/registry.sh
. "$FIXTURE/registry.sh"
# shellcheck source=test/fixture/seal.sh
. "$FIXTURE/seal.sh"

cd "$TMP" || exit 1
seal_images
head -c 5000000 /dev/urandom >noise
PYTHONDONTWRITEBYTECODE=1 python3 - "$FIXTURE" <<'P'
import json, sys
sys.path.insert(0, sys.argv[1])
from oci import *
SYSTEM = folder('etc') + file('etc/os-release', b'ID=debian\nVERSION_ID="12"\n') + \
    file('etc/passwd', b'app:x:1654:1654::/home:/none\n') + file('var/lib/dpkg/status', stanza('openssl', '3.0.15-1'))
Layout('large').image(SYSTEM + file('noise', open('noise', 'rb').read()) + END, User='1654', Entrypoint=['/bin/app'],
                      Healthcheck={'Test': ['CMD', '/bin/app']})
MANIFEST, CONFIG = 'application/vnd.oci.image.manifest.v1+json', 'application/vnd.oci.image.config.v1+json'
l, manifests = Layout('wide'), []
for arch in 'amd64', 'arm64', 'riscv64', 's390x', 'ppc64le', 'mips64le':
    packages = b''.join(stanza('%s-package-number-%d' % (arch, i), '1.%d' % i) for i in range(1200))
    blob, diff_id = l.layer(SYSTEM + file('var/lib/dpkg/status', packages) + END)
    c = l.blob(json.dumps({'architecture': arch, 'os': 'linux', 'config': {'User': '1654'}, 'rootfs': {
        'type': 'layers', 'diff_ids': [diff_id]}}).encode(), CONFIG)
    m = l.blob(json.dumps({'schemaVersion': 2, 'mediaType': MANIFEST, 'config': c,
                           'layers': [blob]}).encode(), MANIFEST)
    manifests.append(dict(m, platform={'os': 'linux', 'architecture': arch}))
text = json.dumps({'schemaVersion': 2, 'mediaType': 'application/vnd.oci.image.index.v1+json',
                   'manifests': manifests}).encode()
l.index([l.blob(text, 'application/vnd.oci.image.index.v1+json')])
P
mkdir spool
here() { # OPTION... IMAGE DEST: with a folder of its own for what is temporary
	TMPDIR=$TMP/spool seal "$@"
}
asked() { # what was asked of it more than once
	requests '.method == "GET" and (.path | test("/blobs/|/manifests/"))' | sort | uniq -d
}

# -- from one registry into another ---------------------------------------------------------------
registry_start --seed two=two:1 --seed all=all:1 --seed large=large:1 --seed good=good:1
FROM=$REGISTRY FROM_LOG=$LOG FROM_PID=$registry_pid
registry_start
TO=$REGISTRY TO_LOG=$LOG
of() { # LOG FILTER
	LOG=$1 requests "$2"
}
status 'every platform' 0 here "$FROM/two:1" "$TO/two:1"
is 'each document and blob was asked for once' "$(LOG=$FROM_LOG asked)" ''
is 'all of them' "$(of "$FROM_LOG" '.method == "GET"' | wc -l)" 7
status 'and holds' 0 oakum verify --key oakum.pub --all-platforms "$TO/two:1"
oakum copy -q --all "$TO/two:1" oci:back:1 >tool.log
is 'it is what it was' "$(cd back/blobs/sha256 && echo ./*)" "$(cd two/blobs/sha256 && echo ./*)"
: >"$FROM_LOG"
: >"$TO_LOG"
status 'again' 0 here "$FROM/two:1" "$TO/two:1"
is 'once more, once' "$(LOG=$FROM_LOG asked)" ''
is 'and nothing is written' "$(of "$TO_LOG" '.method != "GET" and .method != "HEAD"')" ''
is 'what is attached was read back once' "$(LOG=$TO_LOG asked | grep -c /blobs/)" 0
: >"$FROM_LOG"
status 'of a registry into a layout' 0 here "$FROM/two:1" oci:fetched:1
is 'once' "$(LOG=$FROM_LOG asked)" ''
: >"$FROM_LOG"
: >"$TO_LOG"
status 'what does not pass' 1 here "$FROM/all:1" "$TO/all:1"
is 'is read once' "$(LOG=$FROM_LOG asked)" ''
is 'and nobody is asked to take it' "$(cat "$TO_LOG")" ''
is 'nothing of all this stays here' "$(ls spool)" ''

# -- what is not copied is not kept ---------------------------------------------------------------
: >"$FROM_LOG"
status 'into another repository' 0 here "$FROM/large:1" "$FROM/moved:1"
layers=$(jq -r '.layers[].digest' "large/blobs/$(jq -r '.manifests[0].digest' large/index.json | tr : /)")
is 'its layer is read once' "$(of "$FROM_LOG" '.method == "GET"' | grep -c "$layers")" 1
is 'and mounted' "$(of "$FROM_LOG" '.method == "POST"' | grep -c "mount=.*${layers#*:}")" 1
small() { # OPTION... IMAGE DEST: there is little room for what is temporary
	mkdir -p small
	unshare -m sh -c 'mount -t tmpfs -o size=1m none small && TMPDIR=$PWD/small exec "$@"' small \
		"$OAKUM" seal --db v.db --key oakum.key "$@"
}
if unshare -m true 2>unshare.log && [ "$(id -u)" = 0 ]; then
	status 'which needs no room' 0 small --no-cache "$FROM/large:1" "$FROM/moved:2"
	status 'nor does what stays where it lies' 0 small --no-cache "$FROM/large:1"
	status 'nor what is only judged' 0 small --no-cache --dry-run "$FROM/large:1" "$TO/large:1"
	: >"$TO_LOG"
	: >"$FROM_LOG"
	status 'what finds none in a copy is not kept' 0 small --no-cache "$FROM/large:1" "$TO/large:1"
	is 'and asked for again' "$(of "$FROM_LOG" '.method == "GET"' | grep -c "$layers")" 2
else
	skip 'a full disk' 'no mounts of our own here'
fi
kill "$FROM_PID"
wait "$FROM_PID" 2>/dev/null
registry_stop
registry_start --seed good=good:1 --no-mount
status 'a registry that does not mount' 0 here "$REGISTRY/good:1" "$REGISTRY/copied:1"
registry_stop

# -- a registry that lies the second time ---------------------------------------------------------
registry_start --seed large=large:1 --drop 3
status 'one that breaks off' 0 here "$REGISTRY/large:1" oci:mended:1
ok 'goes on where it was' test "$(requests '.headers.range != null' | wc -l)" -gt 0
status 'and holds' 0 oakum verify --key oakum.pub oci:mended:1
registry_stop

# -- more attached than is held at once -------------------------------------------------------------
status 'an index of six large platforms' 0 here --fail-on critical oci:wide oci:wide-sealed:1
ok 'has more attached than that' test "$(cat wide-sealed/blobs/sha256/* | wc -c)" -gt $((16 << 20))
status 'and again' 0 here --fail-on critical oci:wide oci:wide-sealed:1
like 'nothing is signed twice' "$(cat out)" 'attest +holds +45 statements, there before'

# -- an engine ------------------------------------------------------------------------------------
unset DOCKER_CONTEXT CONTAINER_HOST
DOCKER_HOST=unix://$TMP/engine.sock
export DOCKER_HOST
engine() { # ARCHIVE
	rm -f engine.sock
	: >engine.log
	PYTHONDONTWRITEBYTECODE=1 python3 "$FIXTURE/engine.py" engine.sock engine.log "$1" 2>engine.err &
	engine_pid=$!
	await test -S engine.sock
}
engine_stop() {
	kill "$engine_pid"
	wait "$engine_pid" 2>/dev/null
}
exported() {
	grep -c '/get$' engine.log
}
oakum copy -q oci:good oci-archive:modern.tar:shop:1 >tool.log
registry_start
for form in good modern; do # as docker save wrote it, and as it does since version 25
	engine $form.tar
	status "of an engine: $form" 0 here docker-daemon:shop:1 "$REGISTRY/$form:1"
	is 'which gave it once' "$(exported)" 1
	status 'and it holds' 0 oakum verify --key oakum.pub "$REGISTRY/$form:1"
	engine_stop
done
engine good.tar
status 'into a layout' 0 here docker-daemon:shop:1 oci:engine:1
status 'it holds' 0 oakum verify --key oakum.pub oci:engine:1
engine_stop
registry_stop
is 'nothing of it stays here' "$(ls spool)" ''
done_testing
