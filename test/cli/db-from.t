#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `oakum db push` and `oakum db update --from`: a database that somebody else made, from a registry and over https.
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/files.sh
. "$FIXTURE/files.sh"
# shellcheck source=test/fixture/registry.sh
. "$FIXTURE/registry.sh"

export XDG_CACHE_HOME="$TMP/cache" HOME="$TMP" OAKUM_NO_PROGRESS=1
cd "$TMP" || exit 1
served=$TMP/served
mkdir "$served"
# Some thousand advisories: enough for a tree of blocks. The second has one more, the third is older.
make() { # DATE ADVISORIES: feed.json
	python3 - "$1" "$2" <<'EOF'
import hashlib, json, os, sys
date, n = sys.argv[1], int(sys.argv[2])
os.makedirs('feed', exist_ok=True)
for old in os.listdir('feed'):
    os.unlink('feed/' + old)
for i in range(n):
    word = hashlib.sha256(b'%d' % i).hexdigest()
    with open('feed/%d.json' % i, 'w') as f:
        json.dump({'id': 'GHSA-%s' % word[:8], 'modified': (date if i == n - 1 else '2026-01-01') + 'T00:00:00Z',
                   'summary': word[:8], 'details': 'A package reads what it should not. ' * 6,
                   'affected': [{'package': {'ecosystem': 'NuGet', 'name': word},
                   'ranges': [{'type': 'ECOSYSTEM', 'events': [{'introduced': '0'}, {'fixed': '2.%d' % i}]}]}]}, f)
EOF
}
build() { # NAME DATE ADVISORIES
	make "$2" "$3"
	"$OAKUM" db build -q -o "$served/$1" feed
	(cd "$served" && sha256sum "$1" >"$1.sha256")
}
build first.db 2026-10-01 3000
build second.db 2026-10-02 3001
build older.db 2026-09-01 3000
from() { # PLACE ARGS...
	place=$1
	shift
	"$OAKUM" db update --db "$TMP/db" --from "$place" "$@"
}
same() { # FILE
	cmp "$TMP/db" "$served/$1"
}
kept() { # NAME STATUS PATTERN PLACE ARGS...: refused, and the database is as it was
	cp db before
	name=$1 meant=$2 pattern=$3
	shift 3
	status "$name" "$meant" from "$@"
	like "$name: says why" "$(cat "$TMP/err")" "$pattern"
	ok "$name: the database is as it was" cmp before db
	is "$name: nothing half" "$(find . -maxdepth 1 -name '.oakum-*')" ''
}
size=$(wc -c <"$served/second.db")
fetched() { # octets of the answers since the log was emptied
	awk '$1 ~ /^20/ { n += $4 } END { print n + 0 }' "$FILES_LOG"
}

# -- a registry
registry_start
status 'push' 0 "$OAKUM" db push "$served/first.db" "$REGISTRY/team/vuln:1"
like 'says what it is called' "$(cat "$TMP/out")" '^sha256:[0-9a-f]{64} 127.0.0.1:[0-9]+/team/vuln:1$'
status 'update from it' 0 from "docker://$REGISTRY/team/vuln:1"
ok 'is the same database' same first.db
status 'without the prefix' 0 from "$REGISTRY/team/vuln:1"
like 'nothing is newer' "$(cat "$TMP/err")" 'nothing is newer, 128 B of'
if command -v skopeo >"$TMP/tool"; then
	status 'skopeo copies it' 0 skopeo copy -q --src-tls-verify=false "docker://$REGISTRY/team/vuln:1" "dir:$TMP/copy"
	ok 'its layer is the file' cmp "$TMP/copy/$(sha256sum <"$served/first.db" | cut -d' ' -f1)" "$served/first.db"
else
	skip 'skopeo copies it' 'skopeo is not installed'
fi
: >"$LOG"
status 'a newer one under the same tag' 0 "$OAKUM" db push "$served/second.db" "$REGISTRY/team/vuln:1"
: >"$LOG"
status 'is fetched' 0 from "$REGISTRY/team/vuln:1"
ok 'and the same' same second.db
sent=$(jq -rs 'map(.headers.range // empty | capture("bytes=(?<a>[0-9]+)-(?<b>[0-9]+)") |
	(.b | tonumber) - (.a | tonumber) + 1) | add' "$LOG")
ok "one advisory more is a third of the transfer at most ($sent of $size)" test "$sent" -lt $((size / 3))
status 'an older one' 0 "$OAKUM" db push "$served/older.db" "$REGISTRY/team/vuln:1"
kept 'is refused' 3 'older than that of the database in use.*--allow-older' "$REGISTRY/team/vuln:1"
status 'unless that is meant' 0 from "$REGISTRY/team/vuln:1" --allow-older
ok 'then it is that' same older.db
kept 'no such tag' 3 '404|not found' "$REGISTRY/team/vuln:2"
kept 'another digest than was told' 3 'should have sha256:0000' "$REGISTRY/team/vuln:1" \
	--digest sha256:0000000000000000000000000000000000000000000000000000000000000000
"$FIXTURE/tiny.sh" tiny >"$TMP/tiny.out" 2>&1
"$OAKUM" push "oci:tiny/careful" "$REGISTRY/image:1" >"$TMP/tiny.out" 2>&1
kept 'an image' 3 'no vulnerability database' "$REGISTRY/image:1"
registry_stop

# -- its mirror: what a tag means the registry says, the octets come from the mirror
registry_start
status 'a registry' 0 "$OAKUM" db push "$served/first.db" "$REGISTRY/team/vuln:1"
origin=$REGISTRY origin_log=$LOG origin_pid=$registry_pid
registry_start
status 'and a second one' 0 "$OAKUM" db push "$served/first.db" "$REGISTRY/cache/team/vuln:1"
: >"$LOG"
: >"$origin_log"
rm db
status 'a mirror' 0 from "docker://$origin/team/vuln:1" --mirror "$origin=$REGISTRY/cache"
ok 'gives the same' same first.db
is 'every octet of it' "$(jq -r 'select(.path | contains("/blobs/")) | .path' "$origin_log")" ''
like 'was asked of the mirror' "$(requests '.path | contains("/blobs/")')" 'GET /v2/cache/team/vuln/blobs/sha256:'
rm db
status 'a mirror that does not hold it' 0 from "docker://$origin/team/vuln:1" --mirror "$origin=$REGISTRY/none"
ok 'is passed over' same first.db
registry_stop
rm db
status 'a mirror that is away' 0 from "docker://$origin/team/vuln:1" --mirror "$origin=$REGISTRY/cache" --timeout 90s
ok 'is passed over, too' same first.db
registry_pid=$origin_pid
registry_stop
registry_start --drop 3
status 'push again' 0 "$OAKUM" db push "$served/first.db" "$REGISTRY/team/vuln:1"
rm db
status 'downloads that break off' 0 from "$REGISTRY/team/vuln:1"
ok 'go on' same first.db
registry_stop
registry_start --auth basic --user u --password p
status 'a registry that asks who we are' 3 "$OAKUM" db push "$served/first.db" "$REGISTRY/team/vuln:1"
status 'and is told' 0 env OAKUM_REGISTRY_USERNAME=u OAKUM_REGISTRY_PASSWORD=p \
	"$OAKUM" db push "$served/first.db" "$REGISTRY/team/vuln:1"
registry_stop

# -- a licence that forbids it
cat >wolfi.json <<'EOF'
{"id": "CGA-1", "modified": "2026-10-01T00:00:00Z", "affected": [{"package": {"ecosystem": "Wolfi",
 "name": "a"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1"}]}]}]}
EOF
cat >secdb.json <<'EOF'
{"apkurl": "{{urlprefix}}/{{reponame}}/{{arch}}/{{pkg.name}}-{{pkg.ver}}.apk", "archs": ["x86_64"], "reponame": "os",
 "urlprefix": "https://packages.wolfi.dev",
 "packages": [{"pkg": {"name": "a", "secfixes": {"1.0-r1": ["CVE-2026-1"]}}}]}
EOF
status 'Wolfi, by its secdb' 0 "$OAKUM" db build -q -o secdb.db alpine:secdb.json
"$OAKUM" db status -f json secdb.db >secdb.json
ok 'must not be passed on' jq -e .restricted secdb.json
status 'Wolfi for oneself' 0 "$OAKUM" db build -q -o wolfi.db osv:wolfi.json
registry_start
status 'is not passed on' 2 "$OAKUM" db push wolfi.db "$REGISTRY/team/wolfi:1"
like 'it says why' "$(cat "$TMP/err")" 'licence forbids.*--allow-licence'
is 'nothing was sent' "$(requests true)" ''
status 'unless one may' 0 "$OAKUM" db push --allow-licence wolfi.db "$REGISTRY/team/wolfi:1"
head -c 5000 "$served/first.db" >damaged.db
status 'a damaged one is not passed on' 3 "$OAKUM" db push damaged.db "$REGISTRY/team/vuln:1"
registry_stop

# -- https
"$FIXTURE/authority.sh" "$TMP/ca"
files_start "$served" "$TMP/ca/good.pem" "$TMP/ca/good.key"
rm -f db
status 'over https' 0 from "https://$FILES/plain/first.db" --cacert "$TMP/ca/ca.pem"
ok 'it is the same' same first.db
files_stop
files_start "$served"
at=http://$FILES
: >"$FILES_LOG"
status 'the newer one' 0 from "$at/plain/second.db"
ok 'it is the same' same second.db
ok "and a third of it came ($(fetched) of $size)" test "$(fetched)" -lt $((size / 3))
cp "$served/first.db" db
status 'from a server that gives no parts' 0 from "$at/bare/second.db"
ok 'it is the same' same second.db
cp "$served/first.db" db
status 'the digest given' 0 from "$at/moved/second.db" \
	--digest "sha256:$(sha256sum <"$served/second.db" | cut -d' ' -f1)"
ok 'it is the same' same second.db

# One that has no block in common with what comes.
cp wolfi.db db
kept 'another digest' 3 'should have sha256:0000' "$at/plain/second.db" \
	--digest sha256:0000000000000000000000000000000000000000000000000000000000000000
want="sha256:$(sha256sum <"$served/second.db" | cut -d' ' -f1)"
kept 'no digest' 3 'no digest to check.*--digest' "$at/gone/second.db"
kept 'an altered octet' 3 'not what (it|was)|should have' "$at/altered/second.db" --digest "$want"
kept 'cut short' 3 'came|not|should have' "$at/short/second.db" --digest "$want"
kept 'a page' 3 'no database' "$at/page/second.db" --digest "$want"
# Who does not say how much comes is held to the same bound (db-update.t), only after two gigabytes.
kept 'four gigabytes' 3 'it has .*, at most .* are taken' "$at/vast/second.db" --digest "$want"
kept 'one that always breaks off' 3 'broke|less' "$at/cut/second.db" --digest "$want"
kept 'no digest in its text' 2 -- "$at/plain/second.db" --digest sha256:00
printf 'hello' >"$served/odd.db.sha256"
kept 'a digest that is none' 3 'no SHA-256' "$at/plain/odd.db"

# What broke off is used by the next try.
rm -f db db.part
timeout -s KILL 0.15 "$OAKUM" db update --db "$TMP/db" --from "$at/slow/second.db" >"$TMP/out" 2>&1
part=$(stat -c %s db.part 2>"$TMP/stat" || echo 0)
: >"$FILES_LOG"
status 'after a kill' 0 from "$at/slow/second.db"
ok 'it is the same' same second.db
ok "what had come did not come again ($part, then $(fetched))" test $((part + $(fetched))) -lt $((size + size / 4))
is 'and is not left' "$(find . -name 'db.part')" ''

# Killed at any moment: the database is the old one or the new one.
either=0
for i in $(seq 1 20); do
	cp "$served/first.db" db
	timeout -s KILL "$(awk "BEGIN { print $i * 0.004 }")" "$OAKUM" db update --db "$TMP/db" \
		--from "$at/plain/second.db" >"$TMP/out" 2>&1
	if same first.db || same second.db; then either=$((either + 1)); fi >"$TMP/cmp" 2>&1
done
is 'killed at twenty moments' $either 20
cp "$served/first.db" db
from "$at/slow/second.db" >"$TMP/one" 2>&1 &
first=$!
status 'two at once' 0 from "$at/plain/second.db"
ok 'the other' wait $first
ok 'the database' same second.db

# No room: the database in use stays.
if unshare -m true 2>"$TMP/unshare"; then
	mkdir small
	cp wolfi.db db
	# shellcheck disable=SC2016 # expanded in there
	status 'no room' 3 unshare -m sh -c 'mount -t tmpfs -o size=300k none small && cp db small/db
		"$0" db update --db small/db --from "$1"; r=$?; ls -A small >left; cmp db small/db >cmp || r=9; exit $r' \
		"$OAKUM" "$at/plain/second.db"
	like 'it is said' "$(cat "$TMP/err")" 'No space left'
	unlike 'and given back' "$(cat left)" 'part'
else
	skip 'no room' 'this user may not mount'
fi
files_stop

# -- offline
"$OAKUM" db import --db "$TMP/imported" "$served/second.db" 2>"$TMP/err"
mkdir -p root/app
printf '{"runtimeTarget": {"name": ".NETCoreApp,Version=v8.0"}, "targets": {}, "libraries": {}}' >root/app/a.deps.json
if unshare -n true 2>"$TMP/unshare"; then
	status 'a scan without a network' 0 unshare -n "$OAKUM" scan --db "$TMP/imported" rootfs:root
else
	skip 'a scan without a network' 'this user may not leave the network'
fi
done_testing
