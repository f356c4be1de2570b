#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `oakum db`: a database out of feeds in every wrapping, what is left out, what is refused.
. "$ROOT/test/tap.sh"

SHARED=${OAKUM_SHARED:-$ROOT/../shared/data}
export XDG_CACHE_HOME="$TMP/cache"

feeds=$TMP/feeds
mkdir -p "$feeds/below"
cat >"$feeds/a.json" <<'EOF'
{"id": "GHSA-aaaa-bbbb-cccc", "modified": "2026-11-02T00:00:00Z", "aliases": ["CVE-2026-1"],
 "affected": [{"package": {"ecosystem": "NuGet", "name": "A"}, "ranges": [{"type": "ECOSYSTEM",
   "events": [{"introduced": "0"}, {"fixed": "2.0"}]}]},
  {"package": {"ecosystem": "Elsewhere", "name": "B"}}]}
EOF
printf '#model_version:v1,score_date:2026-11-01T00:00:00+0000\ncve,epss,percentile\n' >"$feeds/e.csv"
printf 'CVE-2026-1,0.00383,0.73\nCVE-2026-2,no,0\n' >>"$feeds/e.csv"
echo 'no feed' >"$feeds/below/README"
db() { # ARGS...
	"$OAKUM" db "$@"
}
row() { # FILE KIND: the counts of one feed
	db status "$1" | grep "^  $2 "
}

status 'a folder' 0 db build -o "$TMP/one.db" "$feeds"
like 'its OSV' "$(row "$TMP/one.db" osv)" '2026-11-02 +[0-9]+ +1 +1  feeds, 1 left out, 1 no feed'
like 'its EPSS' "$(row "$TMP/one.db" epss)" '2026-11-01 +[0-9]+ +0 +1  feeds, 1 left out'
like 'the newest record' "$(cat "$TMP/out")" '^Newest record: 2026-11-02'
status 'what is left out, by name' 0 db build -v -o "$TMP/two.db" "$feeds"
like 'a record' "$(cat "$TMP/err")" 'a.json: GHSA-aaaa-bbbb-cccc: a package of an ecosystem that'
like 'a line' "$(cat "$TMP/err")" 'e.csv: CVE-2026-2: a line without two numbers'
like 'a file that is no feed' "$(cat "$TMP/err")" 'README: no feed that is known'
ok 'the same feeds give the same octets' cmp "$TMP/one.db" "$TMP/two.db"

# Wrapped, they are the same records; only what the file says of its sources differs.
digest_of() { # FILE: kinds and counts
	db status "$1" | awk '/^  (osv|epss) / { print $1, $2, $4, $5 }'
}
want=$(digest_of "$TMP/one.db")
mkdir "$TMP/packed"
for f in a.json e.csv; do
	gzip -c "$feeds/$f" >"$TMP/packed/$f.gz"
done
status 'gzip' 0 db build -q -o "$TMP/gz.db" "$TMP/packed"
is 'the same' "$(digest_of "$TMP/gz.db")" "$want"
if command -v zip >"$TMP/tool"; then
	(cd "$feeds" && zip -q "$TMP/all.zip" a.json e.csv below/README)
	status 'a ZIP archive' 0 db build -q -o "$TMP/zip.db" "$TMP/all.zip"
	is 'the same' "$(digest_of "$TMP/zip.db")" "$want"
	head -c 200 "$TMP/all.zip" >"$TMP/cut.zip"
	status 'half of one' 3 db build -o "$TMP/cut.db" "$TMP/cut.zip"
else
	skip 'a ZIP archive' 'zip is not installed'
fi
if command -v zstd >"$TMP/tool"; then
	zstd -q "$feeds/a.json" -o "$TMP/a.json.zst"
	status 'zstd' 0 db build -q -o "$TMP/zst.db" osv:"$TMP/a.json.zst"
	like 'the same' "$(row "$TMP/zst.db" osv)" ' 1 +1  a.json.zst, 1 left out$'
else
	skip 'zstd' 'zstd is not installed'
fi

# Refused: the old database stays.
cp "$TMP/one.db" "$TMP/kept.db"
refused() { # NAME PATTERN FEED
	status "$1" 3 db build -o "$TMP/kept.db" "$3"
	like "$1: why" "$(cat "$TMP/err")" "$2"
	ok "$1: the database is as it was" cmp "$TMP/one.db" "$TMP/kept.db"
}
refused 'no feed' 'no feed that is known' "$feeds/below/README"
refused 'a folder without feeds' 'no feed that is known' "$feeds/below"
refused 'not of the kind that was named' 'no KEV catalogue' "kev:$feeds/a.json"
refused 'nothing there' 'No such file' "$TMP/absent"
printf '{"id": "X", "modified": "2026", "affected": [' >"$TMP/half.json"
refused 'half a document' 'half.json.*ends too early' "osv:$TMP/half.json"
head -c 20 "$TMP/packed/a.json.gz" >"$TMP/half.json.gz"
refused 'half a gzip' 'half.json.gz' "$TMP/half.json.gz"
printf '\3757zXZ\0' >"$TMP/x.json.xz"
refused 'xz that is cut off' 'xz: the data ends too early' "$TMP/x.json.xz"
status 'in a folder it is only counted' 0 db build -q -o "$TMP/some.db" osv:"$feeds"
mkdir "$TMP/broken"
cp "$feeds/a.json" "$TMP/broken"
printf '{"id": "T-99", "affected": [' >"$TMP/broken/b.json"
printf '{"id": "T-98"}' >"$TMP/broken/c.json"
status 'an advisory cut short in a folder' 0 db build -v -o "$TMP/some.db" "$TMP/broken"
like 'is named' "$(cat "$TMP/err")" 'b.json: .*the document ends too early'
like 'and counted' "$(row "$TMP/some.db" osv)" 'broken, 2 left out, 1 no feed$'
refused 'an advisory as a record of NVD' 'no record of NVD' "nvd:$feeds/a.json"
printf '{"p": {"CVE-2026-1": {"releases": {"bookworm": {"status": "open"}}}, "CVE-2026-1": {}}}' >"$TMP/twice.json"
refused 'a vulnerability told twice' 'column 70: .*two members of one name: CVE-2026-1' "$TMP/twice.json"

# How old a feed is, it says itself: what its file bears, a copy may have changed.
printf '{"p": {"CVE-2026-1": {"releases": {"bookworm": {"status": "open"}}}}}' >"$TMP/tracker.json"
touch -d '2024-01-01 00:00 UTC' "$TMP/tracker.json"
status 'a feed without a date' 0 db build -o "$TMP/undated.db" "$TMP/tracker.json"
like 'its age is not known' "$(cat "$TMP/out")" '^How old it is, none of its feeds says'
like 'in the table, too' "$(row "$TMP/undated.db" debian)" '^  debian +unknown +- '
db status -f json "$TMP/undated.db" >"$TMP/undated.json"
ok 'and in JSON' jq -e '(has("newest") or has("days_old") or (.feeds[0] | has("newest"))) | not' "$TMP/undated.json"
touch "$TMP/tracker.json"
status 'the same, written later' 0 db build -q -o "$TMP/undated2.db" "$TMP/tracker.json"
ok 'gives the same octets' cmp "$TMP/undated.db" "$TMP/undated2.db"
printf '{"catalogVersion": "1", "dateReleased": "2025-08-25T17:04:19.9796Z", "vulnerabilities": [%s]}' \
	'{"cveID": "CVE-2026-1", "dateAdded": "2025-08-24"}' >"$TMP/kev.json"
status 'a list with its own date' 0 db build -o "$TMP/kev.db" "$TMP/kev.json"
like 'is of that day' "$(cat "$TMP/out")" '^Newest record: 2025-08-25'

# Part for part in a report: a fresh one hides no old one.
printf '{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{"type": "operating-system", "name": "debian",
	"version": "12"}, {"type": "library", "name": "p", "version": "1", "purl": "%s"}]}' \
	'pkg:deb/debian/p@1?distro=debian-12' >"$TMP/bill.json"
status 'of three feeds' 0 db build -q -o "$TMP/three.db" "$feeds/a.json" "$TMP/tracker.json" "$TMP/kev.json"
aged() { # FORMAT
	SOURCE_DATE_EPOCH=1793664000 "$OAKUM" scan -q --db "$TMP/three.db" -f "$1" "$TMP/bill.json"
}
aged table >"$TMP/table"
like 'the whole' "$(cat "$TMP/table")" '^database of 2026-11-02, 1 days old$'
like 'one that is old' "$(cat "$TMP/table")" '^of it +kev of 2025-08-25, 435 days old'
like 'one of unknown age' "$(cat "$TMP/table")" '^of it +debian of unknown age'
unlike 'not the fresh one' "$(cat "$TMP/table")" '^of it +osv'
aged json >"$TMP/aged.json"
ok 'in JSON' jq -e '.Oakum.Database | .Stale and .AgeDays == 1 and
	([.Parts[] | [.Name, .AgeDays, .Stale]] == [["osv", 1, false], ["debian", null, false], ["kev", 435, true]])' \
	"$TMP/aged.json"
like 'in Markdown' "$(aged markdown)" "database&#39;s kev is 435 days old"
like 'and what is not known' "$(aged markdown)" "age of the database&#39;s debian is not known"

# The default place, and what is there.
status 'no database yet' 3 db status
like 'what to do' "$(cat "$TMP/err")" 'oakum db update'
status 'the default place' 0 db build -q "$feeds"
status 'is where status looks' 0 db status --format json
ok 'as JSON' jq -e '.schema == "oakum-db" and .newest == "2026-11-02" and (.feeds | length) == 2
	and .spaces == ["nuget"] and .before_patch_tuesday
	and ([.feeds[] | select(.kind == "osv") | .days_old] == [.days_old])' "$TMP/out"
status 'by the clock of the second of November' 0 env SOURCE_DATE_EPOCH=1793664000 "$OAKUM" db status
like 'how old each part is' "$(cat "$TMP/out")" '^  osv +2026-11-02 +1 '
unlike 'it is not before Patch Tuesday' "$(cat "$TMP/out")" 'Patch Tuesday'

# Damage is an error wherever it is.
size=$(wc -c <"$TMP/one.db")
head -c $((size / 2)) "$TMP/one.db" >"$TMP/short.db"
status 'a database cut short' 3 db status "$TMP/short.db"
: >"$TMP/empty.db"
status 'an empty file' 3 db status "$TMP/empty.db"
status 'no database at all' 3 db status "$feeds/a.json"

# Import: checked whole before it takes the old one's place.
status 'import' 0 db import --db "$TMP/mine.db" "$TMP/one.db"
ok 'it is the same' cmp "$TMP/one.db" "$TMP/mine.db"
printf 'x' | dd of="$TMP/short.db" bs=1 seek=0 conv=notrunc 2>"$TMP/dd"
status 'import of half a database' 3 db import --db "$TMP/mine.db" "$TMP/short.db"
cp "$TMP/one.db" "$TMP/altered.db"
printf 'x' | dd of="$TMP/altered.db" bs=1 seek=$((size - 40)) conv=notrunc 2>"$TMP/dd"
status 'import of an altered one' 3 db import --db "$TMP/mine.db" "$TMP/altered.db"
sed 's/2026-11-02/2026-10-02/' "$feeds/a.json" >"$TMP/old.json"
status 'an older one' 0 db build -q -o "$TMP/old.db" "$TMP/old.json"
status 'import of an older one' 3 db import --db "$TMP/mine.db" "$TMP/old.db"
like 'says how' "$(cat "$TMP/err")" 'older.*--allow-older'
ok 'the database is as it was' cmp "$TMP/one.db" "$TMP/mine.db"
sed 's/2026-11-01/2026-11-03/' "$feeds/e.csv" >"$TMP/fresh.csv"
status 'an older part beside a fresh one' 0 db build -q -o "$TMP/mixed.db" "$TMP/old.json" "$TMP/fresh.csv"
status 'is refused' 3 db import --db "$TMP/mine.db" "$TMP/mixed.db"
like 'it is named' "$(cat "$TMP/err")" "osv feed 'old.json' .2026-10-02. is older .*2026-11-02.*--allow-older"
status 'one without a feed' 0 db build -q -o "$TMP/fewer.db" "$feeds/a.json"
status 'is refused, too' 3 db import --db "$TMP/mine.db" "$TMP/fewer.db"
like 'which it is' "$(cat "$TMP/err")" "it lacks the epss feed 'feeds'.*--allow-older"
sed 's/NuGet/npm/' "$feeds/a.json" >"$TMP/npm.json"
status 'one without what the old one knows' 0 db build -q -o "$TMP/npm.db" "$TMP/npm.json" "$TMP/fresh.csv"
status 'is refused, too' 3 db import --db "$TMP/mine.db" "$TMP/npm.db"
like 'what it is' "$(cat "$TMP/err")" 'it knows nothing of nuget as .*--allow-older'
ok 'the database is still as it was' cmp "$TMP/one.db" "$TMP/mine.db"
status 'import of an older one when that is meant' 0 \
	db import --allow-older --db "$TMP/mine.db" "$TMP/old.db"

printf '{"id": "GHSA-zzzz", "modified": "2999-01-01T00:00:00Z"}' >"$TMP/future.json"
status 'one of the future' 0 db build -q -o "$TMP/future.db" "$TMP/future.json"
status 'import of one of the future' 3 db import --db "$TMP/mine.db" "$TMP/future.db"
like 'it would keep out all that come later' "$(cat "$TMP/err")" 'of the future.*--allow-older'
status 'when that is meant' 0 db import --allow-older --db "$TMP/mine.db" "$TMP/future.db"
status 'it keeps out nothing' 0 db import --db "$TMP/mine.db" "$TMP/old.db"

# Killed half-way, and two at once: what stands there is whole.
mkdir "$TMP/many"
i=0
while [ $i -lt 400 ]; do
	sed "s/CVE-2026-1/CVE-2026-$i/" "$feeds/a.json" >"$TMP/many/$i.json"
	i=$((i + 1))
done
cp "$TMP/one.db" "$TMP/kept.db"
timeout -s KILL 0.005 "$OAKUM" db build -q -o "$TMP/kept.db" "$TMP/many" >"$TMP/killed" 2>&1
status 'a build that is killed: the database can be read' 0 db status "$TMP/kept.db"
db build -q -o "$TMP/both.db" "$TMP/many" &
first=$!
status 'one of two at once' 0 db build -q -o "$TMP/both.db" "$TMP/many"
ok 'the other' wait $first
status 'their database' 0 db import --db "$TMP/checked.db" "$TMP/both.db"
like 'with everything' "$(row "$TMP/both.db" osv)" ' 400 +400  many \(400 documents\)'

if [ -d "$SHARED/vuln/feeds" ]; then
	status 'all the real data' 0 db build -o "$TMP/real.db" "$SHARED/vuln/feeds" "$SHARED/dotnet"
	for kind in alpine csaf debian dotnet-cve dotnet-releases epss eol kev nvd osv ubuntu vunnel; do
		like "real: $kind" "$(cat "$TMP/out")" "^  $kind "
	done
	unlike 'no kind without a name' "$(cat "$TMP/out")" '^  unknown '
	for own in kev:2025-08-25 epss:2025-02-20 oval:2024-05-08 csaf:2025-11-21 dotnet-releases:2026-07-14; do
		like "real: of its own day: $own" "$(cat "$TMP/out")" "^  ${own%:*} +${own#*:} "
	done
else
	skip 'all the real data' 'the data is not here'
fi
done_testing
