#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `oakum prune` beside containers that run: their layers stay as long as one of their processes lives, whoever started
# it, and go afterwards. As root, as root with a user namespace, and as an ordinary user.
# shellcheck disable=SC2016,SC2317 source=test/tap.sh
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/own_store.sh
. "$FIXTURE/own_store.sh"

[ -x /bin/busybox ] || skip_all 'there is no static busybox'
command -v crun >"$TMP/out" || skip_all 'there is no crun'
own_store
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$FIXTURE python3 "$FIXTURE/box.py" /bin/busybox "$TMP/box" || exit 1
chmod -R a+rX "$TMP/box"
chmod a+x "$TMP"

layers() { (cd "$store" && find root* user -mindepth 1 -maxdepth 1 -type d ! -name '.*' 2>/dev/null) | wc -l; }
prune() { "${by[@]}" "$OAKUM" prune "$@"; }
counted() { awk '$1 == "layers" { print $2, $5 == "(images" ? $4 : $5 }' "$TMP/out"; } # removed, kept

started() { # NAME: a container of the image that reads a file of it again and again; its oakum in $pid
	: >"$TMP/words.$1"
	"${by[@]}" "$OAKUM" run -q "${flags[@]}" "oci:$TMP/box/$1" -- sh -c ': of '"$TMP"'
		echo up; trap "cat /etc/group /bin/plain; ls /etc; exit 7" TERM; while :; do sleep 0.05; done' \
		>"$TMP/words.$1" 2>&1 &
	pid=$!
	await grep up "$TMP/words.$1"
}

beside() { # WHO STORE: as $by, with $flags
	who=$1 store=$2
	started box
	"${by[@]}" timeout 60 "$OAKUM" run -q "${flags[@]}" "oci:$TMP/box/whiteout" -- true
	is "$who: two images, one upon the other" "$(layers)" 2
	status "$who: what would go" 0 prune --older-than 0 --dry-run
	is "$who: is the layer that nobody uses" "$(counted)" '1 1'
	like "$who: and one is in use" "$(<"$TMP/out")" 'images in use: 1'
	is "$who: nothing went" "$(layers)" 2
	status "$who: it goes" 0 prune --older-than 0
	is "$who: and no other" "$(counted) $(layers)" '1 1 1'
	find "$store" -name '*.use' -exec touch -d '400 days ago' {} +
	status "$who: a year later" 0 prune
	is "$who: the container has its layer" "$(layers)" 1
	kill -TERM "$pid"
	wait "$pid"
	is "$who: and reads in it" "$? $(tail -n +2 "$TMP/words.box" | tr '\n' ' ')" \
		'7 root:x:0: staff:x:50:app #!/bin/sh group passwd '
	started box
	id=$(ls "$store/stage")
	kill -9 "$pid"
	wait "$pid" 2>/dev/null
	await sh -c '! pgrep -f "$1"' - "[:] of $TMP"
	ok "$who: after kill -9 nobody uses it" await unused
	is "$who: and it is gone" "$(layers)" 0
	ok "$who: with its stage" await swept
	is "$who: and its cgroup" "$(find /sys/fs/cgroup -maxdepth 2 -name "*${id:?}*")" ''
	is "$who: and what is run next is there" "$(timeout 60 "${by[@]}" "$OAKUM" run -q "${flags[@]}" \
		"oci:$TMP/box/box" -- cat /etc/group | head -n 1)" 'root:x:0:'
}

unused() { # the guard of who was killed has ended
	prune --older-than 0 >"$TMP/out" && [ "$(counted)" = '1 0' ]
}

swept() {
	prune >"$TMP/out" && [ -z "$(ls "$store/stage")" ]
}

mounted() { # as root, in a mount namespace of our own: what somebody mounted in the store is not the store's
	store=/var/lib/oakum/run
	run() { timeout 60 "$OAKUM" run -q "oci:$TMP/box/$1" -- cat /etc/group; }
	mkdir -p "$TMP/precious/deep"
	touch "$TMP/precious/file" "$TMP/precious/deep/file"
	chmod 755 "$TMP/precious"
	for at in zz a/b/zz; do
		run box >"$TMP/out"
		layer=$(find "$store/root" -mindepth 1 -maxdepth 1 -type d)
		mkdir -p "$layer/$at"
		mount --bind "$TMP/precious" "$layer/$at"
		status "a mount at LAYER/$at" 3 prune --older-than 0
		stuck=$(sed -n 's/^oakum: \(.*\): something is mounted in it.*/\1/p' "$TMP/err")
		is 'is told, and where' "$(find "${stuck:?}" -name zz -exec ls {} + | tr '\n' ' ')" 'deep file '
		is 'and is as it was' "$(cd "$TMP/precious" && find . | sort | tr '\n' ' ')$(stat -c %a "$TMP/precious")" \
			'. ./deep ./deep/file ./file 755'
		is 'what stays is not counted as gone' "$(layers) $(counted)" '0 0 1'
		is 'an image runs beside it' "$(run box | head -n 1)" 'root:x:0:'
		status 'it is told again' 3 prune --older-than 0
		like 'with its place' "$(<"$TMP/err")" "^oakum: $stuck: something is mounted"
		is 'and all else goes' "$(layers) $(counted)" '0 1 1'
		umount "$(find "$stuck" -name zz)"
		status 'unmounted it goes' 0 prune --older-than 0
		is 'wholly' "$(ls -A "$store/root")" ''
		is 'and what was mounted stays' "$(cd "$TMP/precious" && find . | wc -l)" 4
	done
	mkdir "$store/root/.new-half"
	mount --bind "$TMP/precious" "$store/root/.new-half"
	is 'a mount in place of a draft: a run goes on' "$(run box | head -n 1)" 'root:x:0:'
	status 'and a prune' 3 prune --older-than 0
	is 'but not into it' "$(cd "$TMP/precious" && find . | wc -l) $(stat -c %a "$TMP/precious")" '4 755'
	umount "$store/root/.new-half"
}

if [ "$(id -u)" = 0 ]; then
	by=() flags=()
	beside root /var/lib/oakum/run
	mounted
	rm -r /var/lib/oakum/run
	flags=(--userns auto)
	beside 'root, --userns auto' /var/lib/oakum/run
	mkdir "$TMP/home1001"
	chown 1001:1001 "$TMP/home1001"
	by=(setpriv --reuid=1001 --regid=1001 --clear-groups)
fi
mkdir -p "$TMP/home1001"
by+=(env "HOME=$TMP/home1001" "XDG_CACHE_HOME=$TMP/home1001/cache") flags=()
beside 'an ordinary user' "$TMP/home1001/.local/share/oakum/run"
done_testing
