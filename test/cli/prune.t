#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `oakum prune`: what was not used for a while goes, all else stays, and whatever interrupts it, what is run next is
# whole. A note's time says when an image was used last (rootfs_store.h), a row's that of evidence.
# shellcheck disable=SC2016,SC2317 source=test/tap.sh
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/own_store.sh
. "$FIXTURE/own_store.sh"

own_store
cd "$TMP" || exit 1
form=user store=$HOME/.local/share/oakum/run
[ "$(id -u)" = 0 ] && store=/var/lib/oakum/run
prune() { "$OAKUM" prune "$@"; }
row() { awk -v k="$1" '$1 == k { print $2, $(NF > 4 && $4 ~ /^[kMGT]?i?B$/ ? 5 : 4) }' out; } # KIND: removed, kept
unpack() { timeout 60 "$OAKUM" run -q --print bundle "oci:$1" >printed 2>err; }
layers() { find "$store/$form" -mindepth 1 -maxdepth 1 -type d | wc -l; }
old() { find "$@" -exec touch -h -d '40 days ago' {} +; }
everything() { # SQLite makes and removes a file beside its own
	find "$store" "$XDG_CACHE_HOME" -name '*-shm' -o -name '*-wal' -o -type d -printf '%p\n' -o \
		-printf '%p %y %s %T@\n' | sort | sha256sum
}
sbom() { SOURCE_DATE_EPOCH=1 "$OAKUM" sbom -q "$@"; }
evidence() { # SQL
	python3 -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[1] + "/oakum/evidence.db")
for row in db.execute(sys.argv[2]): print(*row)
db.commit()' "$XDG_CACHE_HOME" "$1"
}

status 'nothing is kept' 0 prune
is 'and all kinds say so' "$(awk 'NR > 1 && NF > 3 { print $1, $2 }' out | tr '\n' ' ')" \
	'layers 0 images 0 left over sealing 0 evidence 0 '
is 'and nothing is made' "$(find "$HOME" "$store" "$XDG_CACHE_HOME" -mindepth 1 2>/dev/null)" ''

# Two images on one base. The upper layers have what an enemy would put there: links out, odd names, depth.
mkdir victim
echo keep >victim/file
python3 - "$FIXTURE" "$TMP/victim" <<'P'
import sys
sys.path.insert(0, sys.argv[1])
from oci import *
base = OS + folder('bin') + file('bin/sh', b'x' * 100000, 0o4755) + END
deep = b''.join(folder('/'.join(['d'] * n)) for n in range(1, 40))
way = '/'.join(['d'] * 39)
deep += symlink('down', way) + b''.join(folder('down/' + '/'.join(['e'] * n)) for n in range(1, 40))
for name in ('a', 'b'):
    top = folder('srv', 0o555) + file('srv/' + name, name.encode() * 50000) + file('srv/x\ny', b'1')
    top += hardlink('srv/again', 'srv/' + name) + symlink('srv/out', sys.argv[2]) + folder('shut', 0) + deep
    top += symlink('.removed-0', '../../..')
    Layout(name).image(base, top + END, Cmd=['/bin/sh'], User='7')
P
unpack a
unpack b
[ "$(id -u)" = 0 ] && form=$(cd "$store" && for f in root*/ user/; do [ -d "$f" ] && echo "${f%/}"; done)
is 'two images of two layers, one in common' "$(layers)" 3
top=$(grep -lx "$(find "$store/$form" -path '*/srv/a' 2>/dev/null | sed "s|.*/$form/||; s|/.*||")" "$store/$form"/*.use)
mkdir -p "$XDG_CACHE_HOME/oakum/seal/sub" "$HOME/.local/share/oakum/trust"
for f in vulnerabilities.db seal/young seal/old seal/sub/old; do echo "$f" >"$XDG_CACHE_HOME/oakum/$f"; done
echo root >"$HOME/.local/share/oakum/trust/root.json"
ln -s "$TMP/victim/file" "$XDG_CACHE_HOME/oakum/seal/link"
for i in a b; do sbom oci:$i >out; done

everything >before
status 'what was used today' 0 prune --dry-run
is 'stays: layers' "$(row layers)" '0 3'
is 'evidence' "$(row evidence)" '0 3'
status 'also in earnest' 0 prune
is 'all of it' "$(everything)" "$(cat before)"

# One image, a paper of seal, and the evidence of two layers were not used for long; so was the database.
old "$top" "$store/known"/* "$XDG_CACHE_HOME/oakum/vulnerabilities.db" "$HOME/.local/share/oakum/trust/root.json" \
	"$XDG_CACHE_HOME/oakum/seal/old" "$XDG_CACHE_HOME/oakum/seal/sub/old" "$XDG_CACHE_HOME/oakum/seal/link"
evidence 'UPDATE layer SET used = used - 40 * 86400 WHERE id > 1'
mkdir "$TMP/oakum-harden-0000000000000001" "$TMP/oakum-harden-0000000000000002" "$TMP/oakum-harden-other"
echo half >"$TMP/oakum-harden-0000000000000001/draft"
mkdir "$store/$form/.new-half"
echo half >"$store/$form/.new-half/file"
exec 9<"$TMP/oakum-harden-0000000000000002"
flock -n 9
everything >before
status 'what would go' 0 prune --dry-run
like 'is said to' "$(cat out)" 'WOULD GO'
cp out said
is 'one layer, and one that is half-made' "$(row layers)" '2 2'
is 'what the images are' "$(row images)" '2 0'
is 'a paper of seal' "$(row sealing)" '1 1'
is 'evidence' "$(row evidence)" '2 1'
like 'a folder of who was killed' "$(cat out)" '^left over +1 .* 1$'
is 'and all is there' "$(everything)" "$(cat before)"
size=$(du -s --block-size=1 "$store/$form/.new-half" "${top%.use}" | awk '{ n += $1 } END { print n }')
is 'its size is what du says' "$(awk '$1 == "layers" { print $3, $4 }' out | sed 's/ [0-9]*$//')" \
	"$(python3 -c 'import sys
n, u = int(sys.argv[1]), 0
while n >= 1000 and sys.argv[2] != "B": n /= 1000; u += 1
print("%.1f %s" % (n, ("B", "kB", "MB")[u]) if u else "%d B" % n)' "$size" kB)"
status 'without --dry-run it goes' 0 prune
is 'as it was said' "$(tail -n +2 out)" "$(tail -n +2 said)"
is 'two layers are left' "$(layers)" 2
ok 'the other image is whole' test -s "$(find "$store/$form" -path '*/srv/b' 2>/dev/null)"
is 'nothing half-made' "$(find "$store/$form" -mindepth 1 -maxdepth 1 -name '.*')" ''
is 'evidence of one layer' "$(evidence 'SELECT count(*) FROM layer')" 1
is 'and its pieces' "$(evidence 'SELECT count(DISTINCT id >> 16) FROM piece')" 1
is 'what is young, a folder, a link, the database stay' \
	"$(cd "$XDG_CACHE_HOME/oakum" && find seal vulnerabilities.db ! -type d | sort | tr '\n' ' ')" \
	'seal/link seal/sub/old seal/young vulnerabilities.db '
is 'so do the trusted root' "$(cat "$HOME/.local/share/oakum/trust/root.json")" root
is 'and folders that somebody has, or that are none of ours' "$(echo oakum-harden-*)" \
	'oakum-harden-0000000000000002 oakum-harden-other'
exec 9<&-
is 'and what links led to' "$(cat victim/file)" keep
ok 'a bill afterwards' sbom oci:a
is 'is the same' "$(sbom oci:a)" "$(sbom --no-cache oci:a)"
ok 'a run makes what is missing' unpack a
is 'again' "$(layers)" 3

# A use is written down, once a day.
touch -d '2 days ago' "$top"
unpack a
ok 'a use is written down' test -n "$(find "$top" -mmin -5)"
touch -d '1 hour ago' "$top"
touch -r "$top" want
unpack a
is 'and not more than once a day' "$(stat -c %y "$top")" "$(stat -c %y want)"
evidence 'UPDATE layer SET used = used - 2 * 86400'
sbom oci:a >out
is 'so is that of evidence' "$(evidence "SELECT count(*) FROM layer WHERE used > strftime('%s', 'now') - 3600")" 2

# A note tells the day of a use: what is asked for in hours counts from its end.
touch -d '35 hours ago' "$top"
evidence "UPDATE layer SET used = strftime('%s', 'now') - 35 * 3600"
status 'what may have been used in the last 12 hours' 0 prune --older-than 12h --dry-run
is 'stays: layers' "$(row layers)" '0 3'
is 'evidence' "$(row evidence | cut -c 1)" 0
touch -d '37 hours ago' "$top"
evidence "UPDATE layer SET used = strftime('%s', 'now') - 37 * 3600"
status 'what was not' 0 prune --older-than 12h --dry-run
is 'goes: layers' "$(row layers)" '1 2'
is 'evidence' "$(row evidence | sed 's/.* //')" 0

# Stopped between any two steps: the note is gone; the layer has lost its name; half of it is gone.
rm "$top"
ok 'without its note an image runs' unpack a
ok 'and has it again' test -s "$top"
layer=${top%.use}
mv "$layer" "$store/$form/.new-${layer##*/}"
ok 'without a layer, too' unpack a
is 'and what had no name is gone' "$(find "$store/$form" -mindepth 1 -maxdepth 1 -name '.*')" ''
: >"$top"
ok 'and with a note that is empty' unpack a
is 'which is written again' "$(wc -l <"$top")" 2
whole=0
for i in $(seq 10); do
	"$OAKUM" prune --older-than 0 >out 2>&1 & # no function, which would be a shell
	sleep "0.00$((i - 1))"
	kill -9 $! 2>/dev/null
	wait $! 2>/dev/null
	unpack a || break
	[ "$(wc -c <"$(find "$store/$form" -path '*/srv/a' 2>/dev/null)")" = 50000 ] || break
	whole=$((whole + 1))
done
is 'killed at any moment, what runs next is whole' "$whole $(layers | sed 's/[23]/fine/')" '10 fine'

# Many of both at once.
many() { for _ in $(seq 15); do "$@" >"out.$1" 2>&1 || { cat "out.$1" >>failed && return; }; done; }
: >failed
many prune --older-than 0 &
many unpack a &
many unpack b &
many prune --older-than 0 --dry-run &
wait
is 'runs beside prunes' "$(cat failed err)" ''

status 'all' 0 prune --older-than 0
is 'layers are none' "$(layers)" 0
is 'no known image, no paper, no evidence' "$(find "$store/known" "$XDG_CACHE_HOME/oakum/seal" -maxdepth 1 -type f;
	evidence 'SELECT count(*) FROM (SELECT id FROM layer UNION ALL SELECT id FROM piece)')" 0
ok 'but the database' test -s "$XDG_CACHE_HOME/oakum/vulnerabilities.db"

for bad in 30 d -1d 1w 'yesterday' ''; do
	status "--older-than '$bad' is a mistake" 2 prune "--older-than=$bad"
done
mkdir -p "$store/user" "$store/root-2"
mkdir "$store/user/0123456789abcdef0123456789abcdef"
chmod 700 "$store/user"
chmod 777 "$store/root-2"
status 'a form that others can write to' 3 prune --older-than 0
like 'is told' "$(cat err)" '/root-2: others can write to it'
is 'and what was removed beside it is said' "$(row layers) $(find "$store/user" -mindepth 1)" '1 0 '
rmdir "$store/root-2"
chmod o+w "$store"
status 'a store that others can write to' 3 prune --older-than 0
like 'is told' "$(cat err)" 'others can write to it'
like 'and the rest is done' "$(cat out)" '^evidence '

# The .NET record of another build goes by its age, that of this build never.
chmod o-w "$store"
cache=$XDG_CACHE_HOME/oakum
rm "$cache/vulnerabilities.db"
mkdir -p dotnet
echo '{"runtimeTarget":{"name":".NETCoreApp,Version=v8.0"},"targets":{},"libraries":{}}' >dotnet/a.deps.json
"$OAKUM" scan -q dotnet >out 2>err
own=$(cd "$cache" && echo dotnet-*.db)
like 'there is one of this build' "$own" '^dotnet-[0-9a-f]{16}[.]db$'
touch "$cache/dotnet-0123456789abcdef.db" "$cache/dotnet-fedcba9876543210.db" "$cache/dotnet-mine.db"
old "$cache"/dotnet-0* "$cache/$own" "$cache/dotnet-mine.db"
status 'records of .NET' 0 prune
like 'one is old and of another build' "$(cat out)" '^left over +1 .* 1$'
is 'it goes alone' "$(cd "$cache" && ls dotnet-*.db)" \
	"$(printf '%s\n' "$own" dotnet-fedcba9876543210.db dotnet-mine.db | sort)"

# In a folder that others can write to nothing goes.
mkdir -p "$cache/seal"
touch "$cache/seal/old" "$cache/evidence.db.corrupt"
old "$cache/seal/old" "$cache/evidence.db.corrupt" "$cache"/dotnet-f*
chmod 777 "$cache"
everything >before
status 'a cache that others can write to' 3 prune
like 'is told' "$(cat err)" "'$cache' is not a folder that only this user may write to"
is 'once' "$(wc -l <err)" 1
is 'and left alone' "$(everything)" "$(cat before)"
chmod 700 "$cache"
status 'else it is pruned' 0 prune
is 'all that is old' "$(cd "$cache" && find seal/old evidence.db.corrupt dotnet-f* -type f 2>/dev/null)" ''
done_testing
