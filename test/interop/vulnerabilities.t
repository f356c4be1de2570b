#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# .NET: a database of Microsoft's and GitHub's records against expected.tsv of the data and against a
# script that merges the records by itself, for every release there ever was.
. "$ROOT/test/tap.sh"

SHARED=${OAKUM_SHARED:-$ROOT/../shared/data}
MATCH=$(dirname "$OAKUM")/test/interop/match_list
PEER=$ROOT/test/interop/vulnerabilities.py
cves=$SHARED/dotnet/cve-timeline releases=$SHARED/dotnet/release-metadata
ghsa=$SHARED/vuln/feeds/nuget-ghsa truth=$SHARED/vuln/dotnet-runtime/expected.tsv

command -v python3 >"$TMP/tool" || skip_all 'python3 is not installed'
[ -x "$MATCH" ] || skip_all 'match_list is not built'
[ -r "$truth" ] || skip_all 'the data is not here'

status 'a database of cve.json alone' 0 "$OAKUM" db build -o "$TMP/cve.db" "$cves"
"$PEER" expected "$truth" | sort >"$TMP/want"
sed 1d "$truth" | cut -f 1,2 | sed 's/^dotnet-runtime/Microsoft.NETCore.App.Runtime.linux-x64/
	s/^dotnet-aspnetcore/Microsoft.AspNetCore.App.Runtime.linux-x64/' >"$TMP/versions"
"$MATCH" "$TMP/cve.db" <"$TMP/versions" | sort >"$TMP/have"
ok "expected.tsv: $(wc -l <"$TMP/versions") versions, $(wc -l <"$TMP/want") findings" \
	diff "$TMP/have" "$TMP/want"
[ "$(wc -l <"$TMP/want")" -gt 200 ] || tap_say 'not ok' 'the expected findings are not there'

"$PEER" list "$releases" | sort -u >"$TMP/all"
"$PEER" judge "$cves" "$releases" "$ghsa" <"$TMP/all" | sort >"$TMP/want"
agree() { # NAME DATABASE
	"$MATCH" "$2" <"$TMP/all" | cut -d ' ' -f 1-3 | sort >"$TMP/have"
	ok "$1: $(wc -l <"$TMP/all") releases, $(wc -l <"$TMP/want") findings" \
		diff "$TMP/have" "$TMP/want"
}
status 'a database of all three' 0 "$OAKUM" db build -o "$TMP/all.db" "$cves" "$releases" "$ghsa"
agree 'the script that merges by itself' "$TMP/all.db"
status 'in another order' 0 "$OAKUM" db build -o "$TMP/order.db" "$ghsa" "$releases" "$cves"
agree 'in another order' "$TMP/order.db"
status 'the record that is shipped' 0 "$OAKUM" db build -o "$TMP/record.db" \
	"$ROOT/data/dotnet-vulnerabilities.tsv"
agree 'the record that is shipped' "$TMP/record.db"

# It can fail: without releases.json the months after March 2026 are missing.
status 'without releases.json' 0 "$OAKUM" db build -o "$TMP/less.db" "$cves" "$ghsa"
"$MATCH" "$TMP/less.db" <"$TMP/all" | cut -d ' ' -f 1-3 | sort >"$TMP/have"
status 'findings are missing then' 1 diff "$TMP/have" "$TMP/want"
like 'those of July 2026' "$(comm -13 "$TMP/have" "$TMP/want")" 'linux-x64 8.0.28 CVE-2026-'

# Folders alone, on a system that tells no platform: a runtime without documents, and an SDK.
mkdir -p "$TMP/bare/etc" "$TMP/bare/usr/share/dotnet/shared/Microsoft.NETCore.App/8.0.4" \
	"$TMP/bare/usr/share/dotnet/sdk/8.0.100"
printf 'ID=debian\nVERSION_ID="12"\n' >"$TMP/bare/etc/os-release"
printf MZ >"$TMP/bare/usr/share/dotnet/shared/Microsoft.NETCore.App/8.0.4/System.Runtime.dll"
printf MZ >"$TMP/bare/usr/share/dotnet/sdk/8.0.100/dotnet.dll"
status 'they are scanned' 0 "$OAKUM" scan --quiet --db "$TMP/cve.db" -f json "rootfs:$TMP/bare"
of() { # PACKAGE
	jq -r --arg p "$1" '.Results[].Vulnerabilities[]? | select(.PkgName == $p) | .VulnerabilityID' "$TMP/out" | sort
}
is 'a runtime whose platform nothing names has what it has on every platform' \
	"$(of Microsoft.NETCore.App)" \
	"$("$PEER" expected "$truth" | awk '$1 ~ /NETCore/ && $2 == "8.0.4" { print $3 }' | sort)"
is 'the SDK has what cve.json says of it' "$(of Microsoft.NET.Sdk)" "$(cat "$cves"/*.json | jq -r '.products[]? |
	select(.name == "dotnet-sdk") | select(.min_vulnerable | startswith("8.0.100")) | .cve_id' | sort -u)"

# The runtime that lies within the demo's self-contained single file: its fixes are named.
demo=$ROOT/build/demo/slim
if [ ! -e "$demo/index.json" ]; then
	skip 'the single file of the demo image' 'it could not be made here (test/fixture/make-demo.sh)'
	done_testing
fi
status 'the demo image is scanned' 0 "$OAKUM" scan --quiet --db "$TMP/all.db" -f json "oci:$demo"
ok 'the runtimes in its single file have findings, each with a fix' python3 - "$TMP/out" <<'END'
import json
import sys

found = {}
for result in json.load(open(sys.argv[1]))['Results']:
    for v in result.get('Vulnerabilities', []):
        if '.App.Runtime.' in v['PkgName']:
            found.setdefault(v['PkgName'], []).append(v.get('FixedVersion'))
assert len(found) == 2, found
assert all(fixes and all(fixes) for fixes in found.values()), found
END
done_testing
