#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The JSON reader accepts what jansson accepts, refuses what it refuses, and finds the same values.
. "$ROOT/test/tap.sh"

agree=$(dirname "$OAKUM")/test/interop/json_agree
[ -x "$agree" ] || skip_all 'json_agree is not built'
cd "$TMP" || exit 1

for seed in 1 2 3; do
	python3 "$ROOT/test/interop/json_make.py" 5000 $seed >documents
	status "seed $seed: the same values" 0 "$agree" documents
	tap_note "$(tail -n 1 out)"
	like "seed $seed: both kinds are there" "$(cat out)" 'accepted [0-9]{4}, refused [0-9]{4}'
done
for seed in "$ROOT"/fuzz/corpus/json/*; do
	status "$(basename "$seed")" 0 "$agree" "$seed"
done
# The comparison can fail: a byte order mark is not JSON for us and not for jansson, but a document
# that only we refuse must be told.
printf '{"a":1}\036"\\ud83d\\ude00"' >documents
status 'two good documents' 0 "$agree" documents
is 'are counted' "$(cat out)" 'accepted 2, refused 0, left out 0'
done_testing
