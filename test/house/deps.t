#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tools/deps names what is missing, and nothing else.
. "$ROOT/test/tap.sh"

deps=$ROOT/tools/deps
cat >"$TMP/list" <<-END
	# a comment
	there      cmd:sh                a program
	as-file    file:/etc/passwd      a file

	gone       cmd:no-such-program   a program that nobody has
	gone-too   file:/no/such/file    a file that nobody has
	gone-three pc:no-such-library    a library that nobody has
END
status 'missing packages are an error' 1 "$deps" --check "$TMP/list"
is 'they are named, once, sorted' "$(head -n 1 "$TMP/err")" 'missing: gone gone-three gone-too'
like 'and how to get them' "$(cat "$TMP/err")" 'apt-get install .* gone gone-three gone-too$'
sed -i /gone/d "$TMP/list"
status 'nothing missing is good' 0 "$deps" --check "$TMP/list"
is 'and silent' "$(cat "$TMP/out" "$TMP/err")" ''
row='^[a-z0-9.+-]+ +(cmd|pc|file):[^ ]+ +[^ ].*[^ ]$'
for list in build test demo; do
	is "each line of packages-$list.txt has a package, a probe and a reason" \
		"$(grep -vE "^#|$row" "$ROOT/tools/packages-$list.txt")" ''
done
is 'each line of packages-peers.txt has a package, a suite, a program and a reason' \
	"$(grep -vE '^#|^[a-z0-9.+-]+ +[a-z]+ +[^ /][^ ]+ +[^ ].*[^ ]$' "$ROOT/tools/packages-peers.txt")" ''
done_testing
