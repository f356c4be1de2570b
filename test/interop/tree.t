#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Random sequences of layers become the tree that umoci unpacks: what we take, umoci takes, with the
# same result. Entries that we refuse are then put back: umoci refuses the image, too, or they
# change nothing (it passes over a whiteout below a file).
. "$ROOT/test/tap.sh"

tools=$(dirname "$OAKUM")/test/interop
layers=$ROOT/test/interop/tree_layers.py
[ -x "$tools/tree_dump" ] || skip_all 'tree_dump is not built'
command -v umoci >/dev/null || skip_all 'umoci is not installed'
[ "$(id -u)" = 0 ] || skip_all 'umoci gives files their owners only as root'
cd "$TMP" || exit 1

make_layers() { # SEED NUMBERS...
	rm -rf work
	mkdir work
	made=$1
	shift
	python3 "$layers" make "$made" work "$@"
	"$tools/tree_dump" work/layer-*.tar >dump 2>refused
}

unpacks_the_same() {
	umoci unpack --image work/image:it work/bundle || return 1
	python3 "$layers" compare dump work/bundle/rootfs
}

seeds=40
[ "$VARIANT" = release ] || seeds=10 # most of the time is umoci's, which is the same in all variants
seed=0 both=0
while [ $seed -lt "${TREE_SEEDS:-$seeds}" ]; do
	seed=$((seed + 1))
	make_layers $seed
	numbers=$(cut -d ' ' -f 1 refused)
	if [ "$numbers" ]; then
		if umoci unpack --image work/image:it work/bundle >log 2>&1; then
			ok "seed $seed: what only we refuse changes nothing" \
				python3 "$layers" compare dump work/bundle/rootfs
		else
			both=$((both + 1))
		fi
		# shellcheck disable=SC2086 # one word a number
		make_layers $seed $numbers
	fi
	is "seed $seed: nothing is refused" "$(cat refused)" ''
	ok "seed $seed: the same tree" unpacks_the_same
done
ok 'some images are refused by both' test $both -gt 0

# And the comparison can fail.
sed '$d' dump >other
status 'another tree is told apart' 1 python3 "$layers" compare other work/bundle/rootfs
done_testing
