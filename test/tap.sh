# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# tap - what shell tests share. A test ends with `done_testing`.
#   ok NAME COMMAND...          passes when the command succeeds
#   is NAME HAVE WANT           passes when the two texts are equal
#   like NAME HAVE PATTERN      passes when the extended regular expression matches a line
#   unlike NAME HAVE PATTERN    passes when it matches none
#   status NAME WANT COMMAND... passes when the command ends with that status; its output is kept in
#                               $TMP/out and $TMP/err
#   await COMMAND...            waits until the command succeeds; fails after a minute
#   answered FILE PID           whether a server that was started has said in FILE where it is, or has ended
#   skip NAME REASON            counts and names what could not be tested
#   skip_all REASON             ends the whole test, unrun
tap_count=0
tap_failed=0

tap_say() { # RESULT NAME
	tap_count=$((tap_count + 1))
	[ "$1" = ok ] || tap_failed=$((tap_failed + 1))
	printf '%s %d - %s\n' "$1" "$tap_count" "$2"
}

tap_note() {
	printf '%s\n' "$*" | sed 's/^/# /'
}

ok() {
	tap_name=$1
	shift
	if "$@" >"$TMP/ok" 2>&1; then
		tap_say ok "$tap_name"
	else
		tap_say 'not ok' "$tap_name"
		tap_note "failed: $*"
		tail -n 20 "$TMP/ok" | sed 's/^/# /'
	fi
}

is() {
	if [ "$2" = "$3" ]; then
		tap_say ok "$1"
	else
		tap_say 'not ok' "$1"
		tap_note "have: $2"
		tap_note "want: $3"
	fi
}

like() {
	if printf '%s\n' "$2" | grep -Eq -- "$3"; then
		tap_say ok "$1"
	else
		tap_say 'not ok' "$1"
		tap_note "no line matches: $3"
		tap_note "$2"
	fi
}

unlike() {
	if printf '%s\n' "$2" | grep -Eq -- "$3"; then
		tap_say 'not ok' "$1"
		tap_note "a line matches: $3"
		tap_note "$2"
	else
		tap_say ok "$1"
	fi
}

status() {
	tap_name=$1 tap_want=$2 tap_have=0
	shift 2
	"$@" >"$TMP/out" 2>"$TMP/err" || tap_have=$?
	if [ "$tap_have" = "$tap_want" ]; then
		tap_say ok "$tap_name"
	else
		tap_say 'not ok' "$tap_name"
		tap_note "status $tap_have, expected $tap_want: $*"
		tail -n 20 "$TMP/err" | sed 's/^/# /'
	fi
}

# What a test waits for is looked for, never slept for: how long it takes depends on what else is running.
await() {
	tap_tries=0
	until "$@" >/dev/null 2>&1; do
		[ "$tap_tries" -lt 1200 ] || return 1
		tap_tries=$((tap_tries + 1))
		sleep 0.05
	done
}

answered() {
	[ -s "$1" ] || ! kill -0 "$2"
}

skip() {
	tap_say ok "$1 # SKIP $2"
}

skip_all() {
	printf '1..0 # SKIP %s\n' "$1"
	exit 0
}

done_testing() {
	printf '1..%d\n' "$tap_count"
	[ "$tap_failed" = 0 ] || exit 1
	exit 0
}
