#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The JSON reader accepts what jansson accepts, refuses what it refuses, and finds the same values.
# Left out is what only one of them bounds: nesting, numbers out of range, NULs in names.
. "$ROOT/test/tap.sh"

tools=$(dirname "$OAKUM")/test/interop
[ -x "$tools/json_list" ] || skip_all 'json_list is not built'
cd "$TMP" || exit 1

agree() { # NAME FILE
	"$tools/json_list" "$2" >ours
	"$tools/jansson_list" "$2" >theirs
	paste ours theirs | awk -F '\t' '/limit/ { next } $1 != $2 { print NR ": " $0 }' >differ
	status "$1: the same values" 0 test ! -s differ
	head -n 5 differ | cut -c 1-200 | sed 's/^/# /'
	is "$1: as many documents" "$(wc -l <ours)" "$(wc -l <theirs)"
}

for seed in 1 2 3; do
	python3 "$ROOT/test/interop/json_make.py" 5000 $seed >documents
	agree "seed $seed" documents
	like "seed $seed: a thousand are refused" "$(grep -c refused ours)" '^[0-9]{4}$'
	like "seed $seed: a thousand are accepted" "$(grep -vc 'refused\|limit' ours)" '^[0-9]{4}$'
done
for seed in "$ROOT"/fuzz/corpus/json/*; do
	agree "${seed##*/}" "$seed"
done
# What is compared are values.
printf '{"a":[1,-2.5,true,null]}\036"\\ud83d\\ude00"\036[1,]' >documents
is 'values are told' "$("$tools/json_list" documents | tr '\n' ' ')" \
	'{s61[i1,r-2.5,t,n,],} sf09f9880 refused '
done_testing
