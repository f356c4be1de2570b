#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The Debian packages of a root file system are those that dpkg-query lists from the same database:
# this machine's own, then the same with packages in other states than "installed".
. "$ROOT/test/tap.sh"

for tool in dpkg-query jq; do
	command -v "$tool" >"$TMP/tool" || skip_all "$tool is not installed"
done
[ -s /var/lib/dpkg/status ] || skip_all 'this machine has no dpkg database'

admin=$TMP/root/var/lib/dpkg
mkdir -p "$admin/info" "$admin/updates" "$TMP/root/etc"
cp /var/lib/dpkg/status "$admin/"
printf 'ID=debian\nVERSION_ID="12"\n' >"$TMP/root/etc/os-release"

theirs() { # packages whose files are in place, as name, version, architecture, source, its version
	format='${db:Status-Status}\t${Package}\t${Version}\t${Architecture}'
	dpkg-query --admindir="$admin" -W -f "$format"'\t${source:Package}\t${source:Version}\n' |
		grep -Ev '^(config-files|not-installed|half-installed)' | cut -f 2- | sort
}

ours() {
	"$OAKUM" audit --format json --quiet "rootfs:$TMP/root" >"$TMP/audit.json" || return 1
	jq -r '.packages[] | select(.ecosystem == "deb" and (.hidden // false | not)) |
		[.name, .version, .architecture, .source.name, .source.version] | @tsv' \
		"$TMP/audit.json" | sort
}

same() { # NAME
	theirs >"$TMP/theirs"
	ours >"$TMP/ours" || tap_note 'oakum audit failed'
	ok "$1: $(wc -l <"$TMP/theirs") packages" diff "$TMP/theirs" "$TMP/ours"
	[ -s "$TMP/theirs" ] || tap_say 'not ok' "$1: dpkg-query lists none"
}

same 'as installed'
awk -v RS= -v ORS='\n\n' '
	NR % 5 == 1 { sub(/install ok installed/, "deinstall ok config-files") } 1
' /var/lib/dpkg/status >"$admin/status"
same 'every fifth removed, its configuration kept'
awk -v RS= -v ORS='\n\n' '
	NR % 3 == 1 { sub(/ok installed/, "ok unpacked") }
	NR % 3 == 2 { sub(/ok installed/, "ok half-configured") } 1
' /var/lib/dpkg/status >"$admin/status"
same 'half-way through an upgrade'

# What an interrupted dpkg left in its journal: a new package, another version, one that is gone.
cp /var/lib/dpkg/status "$admin/status"
head='Status: install ok installed
Maintainer: nobody <n@example.org>
Architecture: all
Description: none'
printf 'Package: journalled\nVersion: 1\n%s\n' "$head" >"$admin/updates/0001"
printf 'Package: journalled\nVersion: 2\n%s\n\nPackage: another\nVersion: 1\n%s\n' "$head" "$head" \
	>"$admin/updates/0002"
awk -v RS= 'NR == 1 { sub(/ok installed/, "ok not-installed"); print }' /var/lib/dpkg/status >"$admin/updates/0003"
same 'interrupted'
grep -q '^journalled	2	' "$TMP/theirs" || tap_say 'not ok' 'dpkg-query reads no journal'
rm "$admin"/updates/*

# Who needs whom: each edge is a relationship that dpkg-query shows, by a name or by what provides it,
# and each plain need of an installed package is an edge.
cp /var/lib/dpkg/status "$admin/status"
"$OAKUM" sbom --format cyclonedx-json --quiet "rootfs:$TMP/root" >"$TMP/bill.json"
jq -r '(.components | map({ key: .["bom-ref"], value: .name }) | from_entries) as $name |
	.dependencies[] | $name[.ref] as $from | select($from) | .dependsOn[]? |
	select($name[.]) | [$from, $name[.]] | @tsv' "$TMP/bill.json" | sort -u >"$TMP/edges"
python3 - "$admin" >"$TMP/theirs" <<'EOT'
import re, subprocess, sys

shown = subprocess.run(["dpkg-query", "--admindir", sys.argv[1], "-W", "-f",
    "${db:Status-Status}\t${Package}\t${Pre-Depends}\t${Depends}\t${Provides}\n"],
    check=True, stdout=subprocess.PIPE, text=True).stdout
name = lambda text: re.split(r"[ :(\[]", text.strip())[0]
rows = [line.split("\t") for line in shown.splitlines()]
rows = [r for r in rows if r[0] == "installed"]
real = {r[1] for r in rows}
provided = {}
for r in rows:
    for p in r[4].split(","):
        provided.setdefault(name(p), []).append(r[1])
for r in rows:
    for group in (r[2] + "," + r[3]).split(","):
        for a in map(name, group.split("|")):
            to = a if a in real or not a else provided.get(a, [None])[0]
            if to:
                if to != r[1]:
                    print(r[1] + "\t" + to)
                break
EOT
sort -u "$TMP/theirs" -o "$TMP/theirs"
ok "who needs whom: $(wc -l <"$TMP/theirs") edges" diff "$TMP/theirs" "$TMP/edges"
[ -s "$TMP/theirs" ] || tap_say 'not ok' 'who needs whom: there are none'
done_testing
