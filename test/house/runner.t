#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The case runner fails when a case fails.
. "$ROOT/test/tap.sh"

area=$TMP/area
new() { # NAME CMD
	rm -rf "$area"
	mkdir -p "$area/$1"
	printf '%s\n' "$2" >"$area/$1/cmd"
}
cases() {
	"$ROOT/tools/run-cases" "$@"
}

new good 'cat; cat in.more; echo "$TMP/x in $CASE" >&2; exit 3'
echo one >"$area/good/in"
echo two >"$area/good/in.more"
printf 'one\ntwo\n' >"$area/good/out"
# shellcheck disable=SC2016 # the names stay
echo '$TMP/x in $CASE' >"$area/good/err"
echo 3 >"$area/good/rc"
status 'a case with input, output, errors and status passes' 0 cases "$area"
is 'as one line of TAP' "$(cat "$TMP/out")" 'ok 1 - good
1..1'

echo 4 >"$area/good/rc"
status 'another status fails' 1 cases "$area"
like 'and is named' "$(cat "$TMP/out")" '^not ok 1 - good'
echo 3 >"$area/good/rc"
echo three >>"$area/good/out"
status 'another output fails' 1 cases "$area"
like 'and the difference is shown' "$(cat "$TMP/out")" '^# -three'
status '--update takes what came' 0 cases --update "$area"
is 'into the file' "$(cat "$area/good/out")" 'one
two'

new skipping 'echo "no such tool" >&2; exit 77'
status 'a case may be skipped' 0 cases "$area"
like 'with its reason' "$(cat "$TMP/out")" '^ok 1 - skipping # SKIP no such tool'

new unasked 'echo out; echo err >&2'
status 'what is not there is not compared' 0 cases "$area"
new silent 'echo out'
: >"$area/silent/out"
status 'an empty file is' 1 cases "$area"
done_testing
