#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `oakum vercmp` answers as the tool whose ordering it is, on generated pairs.
. "$ROOT/test/tap.sh"

command -v python3 >"$TMP/tool" || skip_all 'python3 is not installed'

# agree ORDERING COUNT THEIRS...: the command reads pairs and prints <, =, > or invalid.
agree() {
	ordering=$1 count=$2
	shift 2
	"$ROOT/test/interop/version_pairs.py" "$ordering" "$count" >"$TMP/pairs"
	"$OAKUM" vercmp "$ordering" <"$TMP/pairs" >"$TMP/ours"
	"$@" <"$TMP/pairs" >"$TMP/theirs" 2>"$TMP/complaints"
	paste "$TMP/ours" "$TMP/pairs" >"$TMP/a"
	paste "$TMP/theirs" "$TMP/pairs" >"$TMP/b"
	for answer in '<' '=' '>'; do
		grep -q "^$answer" "$TMP/theirs" || tap_say 'not ok' "$ordering: the peer never says $answer"
	done
	ok "$ordering: $(wc -l <"$TMP/pairs") pairs" diff "$TMP/a" "$TMP/b"
}

# dpkg ends with 2 where it refuses a version, and warns of others.
dpkg_says() {
	while IFS='	' read -r a b; do
		status=0
		dpkg --compare-versions "$a" lt "$b" || status=$?
		case $status in
		0) echo '<' ;;
		1) if dpkg --compare-versions "$a" eq "$b"; then echo '='; else echo '>'; fi ;;
		*) echo invalid ;;
		esac
	done
}
if command -v dpkg >"$TMP/tool"; then
	agree dpkg 1500 dpkg_says
else
	skip dpkg 'dpkg is not installed'
fi

rpm_says() {
	rpm --eval '%{lua:
		for line in io.lines() do
			local a, b = line:match("(.-)\t(.*)")
			local c = rpm.vercmp(a, b)
			print(c < 0 and "<\n" or c > 0 and ">\n" or "=\n")
		end}' | sed '/^$/d'
}
if [ "$(rpm --eval '%{lua:print(rpm.vercmp("1^a", "1"))}' 2>"$TMP/err")" = 1 ]; then
	agree rpm 20000 rpm_says
else
	skip rpm 'rpm with Lua is not installed'
fi

# packaging knows what setuptools called a legacy version no more: both sides are then left out.
cat >"$TMP/pep440.py" <<'EOF'
import sys

from packaging.version import InvalidVersion, Version

for line in sys.stdin:
    a, b = line.rstrip("\n").split("\t")
    try:
        a, b = Version(a), Version(b)
        print("<" if a < b else ">" if a > b else "=")
    except InvalidVersion:
        print("old form")
EOF
pep440_says() {
	python3 "$TMP/pep440.py" >"$TMP/all"
	paste "$TMP/all" "$TMP/ours" "$TMP/pairs" | grep -v '^old form' >"$TMP/kept"
	cut -f 2 "$TMP/kept" >"$TMP/ours"
	cut -f 3- "$TMP/kept" >"$TMP/pairs"
	cut -f 1 "$TMP/kept"
}
if python3 -c 'import packaging.version' 2>"$TMP/err"; then
	agree pep440 40000 pep440_says
else
	skip pep440 "Python's packaging is not installed"
fi

cat >"$TMP/semver.js" <<'EOF'
const semver = require(process.argv[2]);
for (const line of require('fs').readFileSync(0, 'utf8').trim().split('\n')) {
	const [a, b] = line.split('\t');
	if (semver.valid(a) === null || semver.valid(b) === null)
		console.log('lenient');
	else
		console.log('<=>'[semver.compare(a, b) + 1]);
}
EOF
npm_semver=/usr/lib/node_modules/npm/node_modules/semver
[ -d "$npm_semver" ] || npm_semver=/usr/share/nodejs/semver
# What we take and node-semver refuses (a fourth number) is left out.
semver_says() {
	node "$TMP/semver.js" "$npm_semver" >"$TMP/all"
	paste "$TMP/all" "$TMP/ours" "$TMP/pairs" | grep -v '^lenient' >"$TMP/kept"
	cut -f 2 "$TMP/kept" >"$TMP/ours"
	cut -f 3- "$TMP/kept" >"$TMP/pairs"
	cut -f 1 "$TMP/kept"
}
if command -v node >"$TMP/tool" && [ -d "$npm_semver" ]; then
	agree semver 20000 semver_says
else
	skip semver 'node-semver is not installed'
fi
done_testing
