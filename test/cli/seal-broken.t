#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `oakum seal` when a step breaks: the reason is told, nothing is signed that did not pass, and the next run goes on.
# A program that signs (--key exec:) is where a test can stand between two steps.
# shellcheck source=test/tap.sh
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/registry.sh
. "$FIXTURE/registry.sh"
# shellcheck source=test/fixture/seal.sh
. "$FIXTURE/seal.sh"

cd "$TMP" || exit 1
seal_images
openssl ecparam -name prime256v1 -genkey -noout -out plain.pem
openssl pkey -in plain.pem -pubout -out plain.pub
cat >hand <<'S'
#!/bin/sh
# Signs with a key; $HOOK is run before the signature of the number in $AT (from 1).
[ "$1" = public-key ] && exec cat plain.pub
n=$(($(cat count 2>/dev/null || echo 0) + 1))
echo $n >count
[ "$n" != "${AT:-0}" ] || eval "$HOOK"
exec openssl pkeyutl -sign -inkey plain.pem -pkeyopt digest:sha256
S
chmod +x hand
with_hand() { # AT HOOK OPTION... IMAGE DEST: the first two sign the image, as a bundle and for a tag
	rm -f count
	AT=$1 HOOK=$2 VICTIM=${registry_pid-}
	export AT HOOK VICTIM
	shift 2
	seal_by exec:./hand "$@"
}
verified() {
	oakum verify -q --key plain.pub "$@"
}
attached() { # REPOSITORY: how many manifests were put by their digest beside the first
	requests '.method == "PUT"' | grep -c "/v2/$1/manifests/sha256:"
}

# -- kill -9 --------------------------------------------------------------------------------------
registry_start
status 'killed before the first signature' 137 with_hand 1 'kill -9 $PPID' oci:good "$REGISTRY/a:1"
status 'it is pushed and not signed' 5 verified "$REGISTRY/a:1"
status 'running again goes on' 0 with_hand 0 '' oci:good "$REGISTRY/a:1"
like 'nothing is sent again' "$(cat out)" 'push +holds +everything was there'
status 'and it is signed' 0 verified "$REGISTRY/a:1"

status 'killed before the third statement' 137 with_hand 5 'kill -9 $PPID' oci:good "$REGISTRY/b:1"
status 'its signature holds' 0 verified "$REGISTRY/b:1"
before=$(attached b)
status 'running again goes on' 0 with_hand 0 '' oci:good "$REGISTRY/b:1"
like 'what was signed is not signed again' "$(cat out)" 'sign +holds +1 signature, there before'
like 'what was attested is not attested again' "$(cat out)" 'attest +holds +5 statements, 2 of them there before'
is 'three were put' "$(attached b)" $((before + 3))
is 'by three signatures' "$(cat count)" 3

tries=0 stopped=0
while [ $tries -lt 6 ]; do # wherever it is: what does not pass is never there
	tries=$((tries + 1))
	timeout -s KILL 0.0$tries "$OAKUM" seal -q --no-cache --key oakum.key --db v.db oci:all "$REGISTRY/bad:1" \
		>killed.out 2>&1 || stopped=$((stopped + 1))
done
is 'killed at any time' "$stopped" 6
is 'nothing of what does not pass was asked for' "$(requests true | grep -c /v2/bad/)" 0
registry_stop

# -- a registry that dies ---------------------------------------------------------------------------
registry_start
status 'gone before the first signature' 3 with_hand 1 'kill $VICTIM' --timeout 90s --retry-time 1s oci:good \
	"$REGISTRY/c:1"
like 'the step is told, and why' "$(cat out)" "sign +fails +.*$REGISTRY"
is 'no signature is listed that was never made' "$(grep -c '^  signature ' out)" 0
like 'and that it is not sealed' "$(cat out)" '^not sealed'
like 'with the reason' "$(cat err)" "$REGISTRY"
wait "$registry_pid" 2>/dev/null
registry_start
status 'gone before the second statement' 3 with_hand 4 'kill $VICTIM' --timeout 90s --retry-time 1s oci:good \
	"$REGISTRY/d:1"
like 'the step is told, and why' "$(cat out)" "attest +fails +.*$REGISTRY"
like 'and what holds' "$(cat out)" 'sign +holds'
is 'what was attached is listed, and nothing else' \
	"$(sed -n 's/^  \([a-z]*\)  *\(sha256:[0-9a-f]*\|by tag\)$/\1/p' out | grep -v digest |
		paste -sd' ')" 'signature sbom'
wait "$registry_pid" 2>/dev/null
registry_start --drop-push 1000
status 'it takes no blob' 3 with_hand 0 '' --timeout 90s --retry-time 1s oci:good "$REGISTRY/e:1"
like 'the step is told' "$(cat out)" 'push +fails'
ok 'nobody was asked to sign' test ! -e count
registry_stop
registry_start
status 'it is there again' 0 with_hand 0 '' oci:good "$REGISTRY/e:1"
registry_stop

# -- a full disk ----------------------------------------------------------------------------------
status 'nowhere to keep what was done' 0 "$OAKUM" seal --key oakum.key --db v.db --cache-dir v.db oci:good oci:unkept:1
is 'is told once' "$(grep -c 'what was done is not kept' err)" 1
full() { # SIZE COMMAND...: the folder "small" is no larger than that
	mkdir -p small
	unshare -m sh -c 'mount -t tmpfs -o size=$1 none small && shift && "$@"' full "$@"
}
if unshare -m true 2>unshare.log && [ "$(id -u)" = 0 ]; then
	head -c 200000 /dev/urandom >noise
	PYTHONDONTWRITEBYTECODE=1 python3 - "$FIXTURE" <<'P'
import sys
sys.path.insert(0, sys.argv[1])
from oci import *
SYSTEM = folder('etc') + file('etc/os-release', b'ID=debian\nVERSION_ID="12"\n') + \
    file('etc/passwd', b'app:x:1654:1654::/home:/none\n') + file('var/lib/dpkg/status', stanza('openssl', '3.0.15-1'))
Layout('large').image(SYSTEM + file('noise', open('noise', 'rb').read()) + END, User='1654', Entrypoint=['/bin/app'])
P
	status 'no room for the image' 3 full 64k "$OAKUM" seal --key oakum.key --db v.db oci:large oci:small/out:1
	like 'the step is told' "$(cat out)" 'push +fails'
	like 'with the reason' "$(cat err)" 'No space left'
	status 'no room for what is kept' 0 full 64k "$OAKUM" seal --key oakum.key --db v.db --cache-dir small \
		-o provenance=how.json oci:large oci:roomy:1
	status 'no room for a part' 3 full 8k "$OAKUM" seal --key oakum.key --db v.db -o sbom=small/bill.json \
		-o scan=small/scan.json -o secrets=small/secrets.json oci:large oci:unread:1
	ok 'nothing is written then' test ! -e unread
else
	skip 'a full disk' 'no mounts of our own here'
fi

# -- an archive that changes while it is judged ------------------------------------------------------
cp good.tar moving.tar
(while kill -0 $$; do touch moving.tar; done) 2>touch.err &
toucher=$!
status 'an archive of docker that changes' 4 seal docker-archive:moving.tar oci:moved:1
like 'is told' "$(cat err)" 'changed after it was judged; nothing was pushed'
ok 'and nothing was' test ! -e moved
kill $toucher 2>/dev/null
wait $toucher 2>/dev/null
status 'when it stays as it is it passes' 0 seal docker-archive:moving.tar oci:moved:1

# -- somebody else ---------------------------------------------------------------------------------
# A tag that is moved while it is signed is noticed.
registry_start
PLACE=$REGISTRY/f:1
export PLACE
status "the tag moves in between" 4 with_hand 2 \
	'"$OAKUM" copy -q --plain-http oci:weak "$PLACE" >>hook.log 2>&1' oci:good "$PLACE"
registry_stop
done_testing
