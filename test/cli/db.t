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
like 'its EPSS' "$(row "$TMP/one.db" epss)" ' 0 +1  feeds, 1 left out'
like 'the newest record' "$(cat "$TMP/out")" '^Newest record: 2026-11-02'
status 'what is left out, by name' 0 db build -v -o "$TMP/two.db" "$feeds"
like 'a record' "$(cat "$TMP/err")" 'a.json: GHSA-aaaa-bbbb-cccc: a package of an ecosystem that'
like 'a line' "$(cat "$TMP/err")" 'e.csv: CVE-2026-2: a line without two numbers'
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
	unlike 'no kind without a name' "$(cat "$TMP/out")" 'unknown'
else
	skip 'all the real data' 'the data is not here'
fi
done_testing
