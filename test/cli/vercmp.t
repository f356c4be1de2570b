#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `oakum vercmp`: every pair of the real data, bad lines, large input.
. "$ROOT/test/tap.sh"

SHARED=${OAKUM_SHARED:-$ROOT/../shared/data}
tab=$(printf '\t')

# data ORDERING FILE...: lines "left < right", comments left out.
data() {
	ordering=$1
	shift
	for file in "$@"; do
		file=$SHARED/vuln/versions/$file
		[ -r "$file" ] || { skip "$file" 'the data is not here' && continue; }
		grep -Ev '^(#|//|$)' "$file" | sed 's/ == / = /' >"$TMP/lines"
		sed "s/ [<=>] /$tab/" "$TMP/lines" | "$OAKUM" vercmp "$ordering" >"$TMP/ours"
		sed 's/.* \([<=>]\) .*/\1/' "$TMP/lines" >"$TMP/theirs"
		paste "$TMP/ours" "$TMP/lines" >"$TMP/a"
		paste "$TMP/theirs" "$TMP/lines" >"$TMP/b"
		ok "$(basename "$file"): $(wc -l <"$TMP/lines") pairs" diff "$TMP/a" "$TMP/b"
		[ -s "$TMP/theirs" ] || tap_say 'not ok' "$file has no pairs"
	done
}
data apk alpine-versions.txt alpine-versions-generated.txt
data dpkg debian-versions.txt debian-versions-generated.txt
data rpm redhat-versions.txt rpmvercmp-half-a.txt
data nuget nuget-versions.txt
data semver semver-versions.txt
data pep440 pypi-versions.txt pypi-versions-generated.txt
data maven maven-versions.txt maven-versions-generated.txt
data gem rubygems-versions.txt rubygems-versions-generated.txt

vercmp() { # ORDERING TEXT
	printf "$2" | "$OAKUM" vercmp "$1"
}
is 'one answer a line, the last line without its end' "$(vercmp nuget '1\t2\r\n2\t1\n1\t1.0\n1\tx')" \
	"$(printf '<\n>\n=\ninvalid')"
status 'nothing in, nothing out' 0 vercmp go ''
is 'nothing out' "$(cat "$TMP/out")" ''

status 'a line without a tab' 3 vercmp dpkg '1\t2\n1 2\n1\t2\n'
like 'names its number' "$(cat "$TMP/err")" '^oakum: standard input: line 2: .1 2. has no tab'
is 'what stood before it is answered' "$(cat "$TMP/out")" '<'
status 'an empty line' 3 vercmp dpkg '\n'
status 'no such ordering' 2 vercmp debian '1\t2\n'
like 'they are named' "$(cat "$TMP/err")" 'dpkg, apk, rpm'

awk 'BEGIN { for (i = 0; i < 65536; i++) printf "1" }' >"$TMP/long"
status 'a line of 64 KiB' 3 "$OAKUM" vercmp dpkg <"$TMP/long"
like 'is too long' "$(cat "$TMP/err")" 'line 1 has more than 65536 octets'
cut -c 2- "$TMP/long" | sed "s/1111$/$tab/" >"$TMP/fits"
status 'one octet less' 0 "$OAKUM" vercmp dpkg <"$TMP/fits"
is 'is too long for a version' "$(cat "$TMP/out")" invalid

awk 'BEGIN { for (i = 0; i < 1000000; i++) printf "1.%d\t1.%d\n", i, i + 1 }' >"$TMP/many"
is 'a million pairs, in pieces' "$("$OAKUM" vercmp semver <"$TMP/many" | sort | uniq -c | tr -d ' ')" \
	'1000000<'
done_testing
