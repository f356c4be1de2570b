#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `oakum db update` from feeds: asked for once, gone on with, kept when they fail; what comes in their place.
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/files.sh
. "$FIXTURE/files.sh"

export XDG_CACHE_HOME="$TMP/cache" HOME="$TMP" OAKUM_NO_PROGRESS=1
served=$TMP/served
mkdir -p "$served"
osv() { # ID PACKAGE DATE
	printf '{"id": "%s", "modified": "%sT00:00:00Z", "aliases": ["CVE-2026-%s"], "affected": [{"package":' \
		"$1" "$3" "${#1}"
	printf ' {"ecosystem": "NuGet", "name": "%s"}, "ranges": [{"type": "ECOSYSTEM", "events":' "$2"
	printf ' [{"introduced": "0"}, {"fixed": "2.0"}]}]}]}\n'
}
osv GHSA-aaaa-bbbb-cccc A 2026-10-02 >"$served/a.json"
printf '{"catalogVersion": "1", "vulnerabilities": [{"cveID": "CVE-2026-19", "dateAdded": "2026-10-03"}]}\n' \
	>"$served/kev.json"
python3 - >"$served/long.json" <<'EOF'
print('{"id": "GHSA-bbbb-bbbb-bbbb", "modified": "2026-10-02T00:00:00Z", "details": "' + 'x' * 60000 + '"}')
EOF
touch -d '2026-10-05 00:00 UTC' "$served"/*
files_start "$served"

update() { # ARGS...
	"$OAKUM" db update --db "$TMP/db" "$@"
}
asked() { # PATTERN: how many requests
	grep -Ec "$1" "$FILES_LOG"
}
row() { # KIND: of the database's status
	"$OAKUM" db status "$TMP/db" | grep "^  $1 "
}
kept() { # NAME STATUS PATTERN ARGS...: it fails, and the database is as it was
	cp "$TMP/db" "$TMP/before"
	name=$1 want=$2 pattern=$3
	shift 3
	status "$name" "$want" update "$@"
	like "$name: says why" "$(cat "$TMP/err")" "$pattern"
	ok "$name: the database is as it was" cmp "$TMP/before" "$TMP/db"
	is "$name: nothing half" "$(find "$TMP" -maxdepth 1 -name '.oakum-*' -o -name 'db.part')" ''
}

# -- once, and only what is new
feed=http://$FILES
status 'two feeds' 0 update --feed "osv=$feed/plain/a.json" --feed "kev=$feed/plain/kev.json"
like 'one of them' "$(row osv)" '2026-10-02 .* osv'
like 'the other' "$(row kev)" '  kev '
like 'what the program brings' "$(row dotnet)" 'dotnet-shipped'
cp "$TMP/db" "$TMP/first"
status 'once more' 0 update --feed "osv=$feed/plain/a.json" --feed "kev=$feed/plain/kev.json"
like 'nothing is newer' "$(cat "$TMP/err")" 'nothing is newer, 0 B fetched'
is 'each was asked with its validator' "$(asked '^304 ')" 2
osv GHSA-aaaa-bbbb-cccc A 2026-10-06 >"$served/a.json"
touch -d '2026-10-06 00:00 UTC' "$served/a.json"
status 'one is newer' 0 update --feed "osv=$feed/plain/a.json" --feed "kev=$feed/plain/kev.json"
like 'it is in' "$(row osv)" '2026-10-06'
is 'the other was not fetched again' "$(asked '^304 /plain/kev')" 2
status 'another choice of feeds is another database' 0 update --feed "osv=$feed/plain/a.json"
unlike 'without the other' "$(row kev || :)" 'kev'
status 'by its date alone' 0 update --feed "osv=$feed/weak/a.json"
status 'and again' 0 update --feed "osv=$feed/weak/a.json"
is 'asked by date' "$(asked '^304 /weak/a.json - 0 Tue')" 1
status 'a server that knows nothing of all that' 0 update --feed "osv=$feed/bare/a.json"
status 'from inside a mirror' 0 update --mirror "elsewhere.example=$FILES/plain" \
	--feed osv=http://elsewhere.example/a.json --plain-http
status 'along a redirect' 0 update --feed "osv=$feed/moved/a.json"

# -- fetched, and then no database was made of it
osv GHSA-aaaa-bbbb-cccc A 2026-10-07 >"$served/a.json"
touch -d '2026-10-07 00:00 UTC' "$served/a.json"
mkdir "$TMP/db.feeds/database"
kept 'no database can be written' 3 'database.*Is a directory' --feed "osv=$feed/moved/a.json"
rmdir "$TMP/db.feeds/database"
status 'the next update' 0 update --feed "osv=$feed/moved/a.json"
unlike 'does not say that nothing is newer' "$(cat "$TMP/err")" 'nothing is newer'
like 'it makes the database of what was fetched' "$(row osv)" '2026-10-07'
is 'and asks with its validator' "$(asked '^304 /plain/a.json')" 3
status 'and the one after that' 0 update --feed "osv=$feed/moved/a.json"
like 'has nothing to do' "$(cat "$TMP/err")" 'nothing is newer, 0 B fetched'

# -- broken off
status 'a feed that is older' 3 update --feed "osv=$feed/plain/long.json"
like 'is refused' "$(cat "$TMP/err")" 'older than that of the database in use.*--allow-older'
status 'answers that break off' 0 update -v --allow-older --feed "osv=$feed/drop/long.json"
ok 'go on where they stopped' grep -q '^206 /drop/long.json' "$FILES_LOG"
like 'and it is said' "$(cat "$TMP/err")" 'goes on at'
kept 'one that always does' 3 'osv: ' --feed "osv=$feed/cut/long.json"
ok 'what came is kept' test -s "$TMP/db.feeds/osv.part"
status 'busy at first' 0 update --feed "osv=$feed/busy/a.json"
is 'it was asked twice' "$(asked '/busy/')" 2

# -- something else in its place
status 'a page' 3 update --allow-older --feed "osv=$feed/page/a.json"
like 'with the one of before it goes on' "$(cat "$TMP/err")" 'osv: a page .*the one from before.* is taken'
rm -rf "$TMP/db.feeds"
kept 'a page, and nothing of before' 3 'osv: a page' --feed "osv=$feed/page/a.json"
kept 'a portal' 3 'osv: a page' --feed "osv=$feed/portal/a.json"
kept 'a feed that is not there' 3 '404' --feed "osv=$feed/gone/a.json"
kept 'a server that fails' 3 '500' --feed "osv=$feed/broken/a.json" --retry-time 100ms
kept 'half a feed' 3 'a string without end' --feed "osv=$feed/short/a.json"
status 'it was not believed for ever' 0 update --feed "osv=$feed/plain/a.json"
kept 'into a private network' 3 'private network|refused|resolve|connect' --feed "osv=$feed/inside/a.json" \
	--timeout 5s --retry-time 100ms
kept 'to itself' 3 'more than 5 redirects|the one from before' --feed "osv=$feed/loop/a.json"
kept 'without TLS elsewhere' 2 'without TLS' --feed osv=http://feeds.example/a.json
kept 'no feed of ours' 2 'oakum db feeds' --feed nothing
kept 'one that an update cannot read' 2 'oakum db feeds' --feed redhat
rm -rf "$TMP/db.feeds"
kept 'for ever' 3 'osv: more than' --feed "osv=$feed/endless/a.json"
is 'and takes no room' "$(find "$TMP/db.feeds" -size +1M)" ''
status 'drop by drop' 3 timeout 60 "$OAKUM" db update --db "$TMP/db" --feed "osv=$feed/drip/a.json" --retry-time 100ms

# -- older, and of the future
osv GHSA-aaaa-bbbb-cccc A 2026-01-06 >"$served/old.json"
printf '{"id": "GHSA-zzzz", "modified": "2999-01-01T00:00:00Z"}' >"$served/future.json"
status 'as it should be' 0 update --feed "osv=$feed/plain/a.json"
cp "$TMP/db" "$TMP/right"
status 'a date of the future' 0 update --feed "osv=$feed/plain/future.json"
status 'does not keep out what comes later' 0 "$OAKUM" db import --db "$TMP/db" --allow-older "$TMP/right"

# -- killed at any moment, and two at once
cp "$TMP/right" "$TMP/db"
whole=0
for i in $(seq 1 20); do
	rm -rf "$TMP/db.feeds"
	timeout -s KILL "$(awk "BEGIN { print $i * 0.006 }")" "$OAKUM" db update --db "$TMP/db" \
		--feed "osv=$feed/slow/long.json" --feed "kev=$feed/plain/kev.json" >"$TMP/out" 2>&1
	"$OAKUM" db import --db "$TMP/imported" --allow-older "$TMP/db" >"$TMP/out" 2>&1 && whole=$((whole + 1))
done
is 'killed at twenty moments: the database is whole' $whole 20
status 'and the next update ends well' 0 update --allow-older --feed "osv=$feed/slow/long.json"
is 'what was left is swept' "$(find "$TMP/db.feeds" -name '.oakum-*')" ''
rm -rf "$TMP/db.feeds"
update --allow-older --feed "osv=$feed/held/kev.json" >"$TMP/one" 2>&1 &
first=$!
await grep held "$FILES_LOG"
update --allow-older --feed "osv=$feed/plain/a.json" >"$TMP/two" 2>&1 &
second=$!
ok 'a second update says that it waits' await grep 'another update is at work' "$TMP/two"
touch "$served/released"
ok 'and then it is made' wait $second
wait $first
is 'the first one ended as it had to' $? 3
files_stop

# -- TLS
"$FIXTURE/authority.sh" "$TMP/ca"
files_start "$served" "$TMP/ca/good.pem" "$TMP/ca/good.key"
status 'an authority that nobody knows' 3 update --allow-older --feed "kev=https://$FILES/plain/kev.json"
like 'is not trusted' "$(cat "$TMP/err")" 'certificate'
status 'that was named' 0 update --allow-older --feed "kev=https://$FILES/plain/kev.json" --cacert "$TMP/ca/ca.pem"
files_stop

# -- what there is
status 'the list of feeds' 0 "$OAKUM" db feeds --db "$TMP/db" --format json
ok 'address, licence, size of each' jq -e 'all(.feeds[]; .url and .licence and .size)
	and (.feeds | length) > 8' "$TMP/out"
ok 'Wolfi and Chainguard only when named' jq -e '[.feeds[] | select(.restricted) | .name, .by_default] ==
	["wolfi", false, "chainguard", false]' "$TMP/out"
done_testing
