#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What an enemy's registry may do to who asks what is attached (test/fixture/hostile_registry.py): it ends within 10 s
# and with at most 32 MB more than at an honest registry, the secret stays where it belongs, a failure is never "nothing
# is attached", and what cannot be had hides nothing else.
#
# With arguments, `one MODE MEGABYTES` runs one attack: they run side by side, since the slow ones wait.
. "$ROOT/test/tap.sh"
. "$FIXTURE/registry.sh"

SECRET=s3cret-word seconds=10
[ "$VARIANT" = asan ] && seconds=30 # the sanitizers' time is not ours to bound
export OAKUM_REGISTRY_USERNAME=u OAKUM_REGISTRY_PASSWORD=$SECRET

one() { # MODE MEGABYTES
	mode=$1 megabytes=$2 images=$TMP/fallback
	mkdir -p "$TMP/a/$mode"
	cd "$TMP/a/$mode" || exit 1
	TMP=$PWD
	set -- --seed "$images=shop:1" --auth token --user u --password "$SECRET"
	case $mode in
	honest) ;;
	redirect) set -- "$@" --redirect host ;;
	*) set -- "$@" --hostile "$mode" ;;
	esac
	registry_start "$@"
	python3 "$FIXTURE/bounded.py" $seconds "$megabytes" -- "$OAKUM" tree --format json "$REGISTRY/shop:1" >out 2>err
	echo $? >rc
	registry_stop
	jq -r 'select(.origin == "other") | select(.headers.authorization or (tostring | contains("'$SECRET'"))) | .path' \
		"$LOG" >leaked
	grep -F "$SECRET" out err >>leaked
	exit 0
}

if [ "${1-}" = one ]; then
	shift
	one "$@"
fi

cd "$TMP" || exit 1
PYTHONDONTWRITEBYTECODE=1 python3 "$FIXTURE/attached.py" .
"$0" one honest 1000
is 'an honest registry' "$(cat a/honest/rc)" 0
is 'everything is there' "$(jq '.subjects[0].attached | length' a/honest/out)" 8
megabytes=$(($(sed -n 's/^bounded: .* s, \([0-9]*\).*/\1/p' a/honest/err) + 33))
[ "$VARIANT" = asan ] && megabytes=0 # the sanitizers' shadow memory is not ours to bound

# What ends with an error: mode, what it says.
cat >errors <<'T'
referrers_endless referrers: .*longer than
referrers_broken referrers: 500
referrers_many more than 1024 referrers
attached_tags_500 manifest 'sha256-[0-9a-f]*.*500
attached_tags_endless manifest 'sha256-[0-9a-f]*.*longer than
attached_layers more than 4096 things are attached
attached_octets more than 4 MiB of manifests are attached
T
# What is told, and all else is there: mode, how many more things, what is said of the first.
cat >told <<'T'
attached_large 1 it has 2.1 GB; at most 16 MiB are read
attached_gone 1 404 not found
attached_long 1 1000000 bytes and should have 10
attached_short 1 1 bytes and should have 8388608
attached_below 6 404 not found
attached_tags_large 396 cannot be read|no 'payload'|404 not found
attached_sum 7 with what is smaller it is more than 16 MiB
T
(cat errors told && echo redirect && echo attached_elsewhere) | cut -d ' ' -f 1 | sed "s/\$/ $megabytes/" |
	xargs -n 2 -P 4 "$0" one
# The bounds are those of an attack, not of what else runs here: who missed them has another try, alone.
for mode in $(cut -d ' ' -f 1 errors told); do
	case $(cat "a/$mode/rc") in 124 | 125)
		tap_note "$mode once more: $(tail -n 1 "a/$mode/err")"
		rm -r "a/$mode"
		"$0" one "$mode" $megabytes
		;;
	esac
done

while read -r mode pattern; do
	is "$mode: ends with 3, in bounds" "$(cat "a/$mode/rc")" 3
	like "$mode: is said" "$(grep -v '^bounded' "a/$mode/err" | tail -n 1)" "127.0.0.1:[0-9]+.*($pattern)"
	is "$mode: the secret stays with the registry, no result" "$(cat "a/$mode/leaked" "a/$mode/out")" ''
done <errors
while read -r mode more pattern; do
	is "$mode: is read, in bounds" "$(cat "a/$mode/rc")" 0
	[ "$(cat "a/$mode/rc")" = 0 ] || tap_note "$(tail -n 3 "a/$mode/err")"
	like "$mode: is said" "$(jq -r '.subjects[0].attached[].reason // empty' "a/$mode/out")" "$pattern"
	is "$mode: all else is there" "$(jq '.subjects[0].attached | length' "a/$mode/out")" $((8 + more))
	is "$mode: the secret stays with the registry" "$(cat "a/$mode/leaked")" ''
done <told
is 'what is listed and refers to something else is told' \
	"$(jq -r '.subjects[0].attached[0].reason' a/attached_elsewhere/out)" \
	"it refers to sha256:$(printf '%064d' 0 | tr 0 e)"
is 'blobs that lie elsewhere are fetched' "$(jq '.subjects[0].attached | length' a/redirect/out)" 8
like 'there' "$(jq -r .origin a/redirect/registry-*.log)" other
is 'without the secret' "$(cat a/redirect/leaked)" ''
done_testing
