#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What an enemy may put into an image: each gives a clear error or a stated gap, the documented status, at
# most 10 s and 128 MB, and nothing is written outside the cache.
. "$ROOT/test/tap.sh"

cd "$TMP" || exit 1
# The sanitizers' shadow memory is not ours to bound.
megabytes=128
[ "$VARIANT" = asan ] && megabytes=0

make() { python3 "$FIXTURE/hostile.py" "$1" "$TMP/$1"; }

audit() { # NAME STATUS
	make "$1"
	mkdir -p watch && (cd watch && find . | sort >../before)
	status "$1 ends with $2, in bounds" "$2" python3 "$FIXTURE/bounded.py" 10 "$megabytes" -- \
		"$OAKUM" audit --quiet --cache-dir "$TMP/cache" --format json "oci:$TMP/$1"
	grep -v '^bounded:' err >said
	tap_note "$(tail -n 1 err)"
}

refused() { # NAME PATTERN: no result, an error that says what and why
	audit "$1" 3
	is "$1 gives no result" "$(cat out)" ''
	like "$1 says why" "$(cat said)" "$2"
	is "$1 says it once" "$(wc -l <said)" 1
}

stated() { # NAME PATTERN: a result with a gap
	audit "$1" 0
	like "$1 is a stated gap" "$(jq -r '.gaps[].text' out)" "$2"
}

packages() { # NAME
	audit "$1" 0
	is "$1 shows its packages" "$(jq -r '[.packages[].name] | join(" ")' out)" 'bash libc6'
}

refused gzip_bomb 'expand to more than 400 times as much'
refused zstd_bomb 'expand to more than 400 times as much'
packages honest_ratio
stated tar_names 'tries to leave the root'
like 'also what a hard link names' "$(jq -r '.gaps[] | select(.path == "far") | .text' out)" 'links to'
refused lying_size 'end|truncated'
refused truncated_blob 'the manifest says [0-9]+ bytes, the blob has [0-9]+'
refused truncated_gzip 'truncated|ends'
refused corrupt_gzip 'gzip|deflate|corrupt'
refused wrong_digest 'sha256:[0-9a-f]{64}, but the content is sha256:'
refused wrong_diff_id 'diff_id'
refused self_index 'digest'
refused deep_index 'nested deeper'
refused nested_brackets 'nest|deep'
refused duplicate_member '"?layers"?.*twice|[Dd]uplicate'
refused two_documents 'manifests'
refused long_pax 'pax|extended'
refused blob_is_link 'link|beneath|outside'
refused blob_is_fifo 'regular file'
packages link_to_unwanted
packages symlink_to_unwanted

# Whatever detours an archive makes, the packages are those a container sees.
for name in folder_by_another_name folder_is_link link_to_other_kind two_names_of_one_file \
	target_by_another_name; do
	audit $name 0
	is "$name: both databases are read" "$(jq -r '[.packages[].name] | unique | join(" ")' out)" 'bash decoy libc6'
done
audit hardlink_by_another_name 0
like 'hardlink_by_another_name: the packages' "$(jq -r '[.packages[].name] | join(" ")' out)" 'bash.*libc6'
stated behind_lower_link 'overlayfs makes new folders'
packages annotated_attestation
audit rights_of_links 0
is 'setuid survives a milder second header and a whiteout' "$(jq -r '[.setuid[].path] | join(" ")' out)" bin/also-su
is 'so does a capability' "$(jq -r '[.capabilities[].path] | join(" ")' out)" bin/also-ping
stated many_links 'too many links'
packages repeated_layer

# The same member twice says something else to another reader: where, it is told by line and column.
like 'a JSON error names its place' "$("$OAKUM" audit "oci:$TMP/duplicate_member" 2>&1)" ':1:[0-9]+|line 1'

# Two images whose configs claim each other's diff_ids never share evidence, whichever came first.
python3 - "$FIXTURE" "$TMP" <<'P'
import sys
sys.path.insert(0, sys.argv[1])
from oci import *
a, b = OS + file('var/lib/dpkg/status', stanza('alpha')) + END, OS + file('var/lib/dpkg/status', stanza('beta')) + END
for name, tar, diff in ('honest_a', a, None), ('honest_b', b, None), ('claims_b', a, sha(b)), ('claims_a', b, sha(a)):
    o = Layout(sys.argv[2] + '/' + name)
    o.index([o.manifest([o.layer(tar, diff_id=diff)])])
P
try() { "$OAKUM" audit --quiet --cache-dir "$TMP/swap" --format json "oci:$TMP/$1" 2>/dev/null; }
for order in 'claims_b claims_a honest_a honest_b claims_b claims_a' 'honest_a honest_b claims_a claims_b honest_b'; do
	rm -rf "$TMP/swap"
	for name in $order; do
		have=$(try "$name" | grep -o '"name": *"\(alpha\|beta\)"' | grep -o 'alpha\|beta' | sort -u)
		case $name in
		honest_a) want=alpha ;; honest_b) want=beta ;; *) want= ;;
		esac
		is "$name after another claim ($order)" "$have" "$want"
	done
done
is 'nothing was written outside the cache' "$(find "$TMP/watch" "$HOME" -mindepth 1 | wc -l)" 0
done_testing
