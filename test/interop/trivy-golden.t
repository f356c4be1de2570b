#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The answers of Trivy's own tests whose package list is in the data, by name. Compared are the
# findings with everything that is said of them, apart from ids of Trivy's own, links and layers.
#   alpine-310, debian-buster, debian-buster-ignore-unfixed, distroless-base: whole lists, in
#     test/cli/scan.t, with the SARIF of the first.
#   dotnet, nuget, packagesprops: their inputs, here.
#   alpine-39-high-critical, alpine-39-ignore-cveids, alpine-distroless: only the packages that have
#     findings are known, here.
# Not compared: conda-spdx, npm-cyclonedx (bills without a finding), secrets (its files are not in the
# data); alpine-310.{gitlab,gsbom,junit} are forms of one answer that is compared.
. "$ROOT/test/tap.sh"

SHARED=${OAKUM_SHARED:-$ROOT/../shared/data}
golden=$SHARED/vuln/trivy-golden
command -v python3 >"$TMP/tool" || skip_all 'python3 is not installed'
[ -d "$golden" ] || skip_all 'the data is not here'
export SOURCE_DATE_EPOCH=1795305600 OAKUM_QUIET=1 OAKUM_NO_CACHE=1
cd "$TMP" || exit 1
"$OAKUM" db build -o golden.db "$golden"/db/*.yaml >/dev/null

cat >compare.py <<'END'
"""compare.py GOLDEN TARGET FLAGS...: the findings of both reports."""
import json
import os
import subprocess
import sys

golden, target, *flags = sys.argv[1:]
have = json.loads(subprocess.run(
    [os.environ['OAKUM'], 'scan', '--db', 'golden.db', '-f', 'json', *flags, target],
    stdout=subprocess.PIPE, check=True).stdout)
want = json.load(open(golden))


def findings(report):
    for result in report['Results']:
        for v in result.get('Vulnerabilities', []):
            for name in 'Fingerprint', 'Layer', 'PrimaryURL':
                v.pop(name, None)
            v['PkgIdentifier'].pop('UID', None)
            yield result['Class'], result['Type'], v


have, want = list(findings(have)), list(findings(want))
for (_, _, ours), (_, _, theirs) in zip(have, want):
    if 'DataSource' not in theirs:  # their data names no source of "alpine edge"; we know it
        ours.pop('DataSource', None)
if have != want or not want:
    sys.exit(f'{json.dumps(have, indent=1)}\n{json.dumps(want, indent=1)}')
END

mkdir dotnet nuget packagesprops
cp "$golden/inputs/datacollector.deps.json" dotnet/
cp "$golden/inputs/packages.lock.json" nuget/
cat >packagesprops/Directory.Packages.props <<'END'
<Project><ItemGroup><PackageVersion Include="Newtonsoft.Json" Version="9.0.1" /></ItemGroup></Project>
END
for name in dotnet nuget packagesprops; do
	ok "golden: $name" python3 compare.py "$golden/$name.json.golden" "$name"
done

bill() { # GOLDEN: a bill with the packages that it names
	python3 - "$golden/$1.json.golden" >"$1.json" <<'END'
import json
import sys

report = json.load(open(sys.argv[1]))
found = {v['PkgName']: v for r in report['Results'] for v in r['Vulnerabilities']}
sources = {'libcrypto1.1': 'openssl', 'libssl1.1': 'openssl', 'musl-utils': 'musl'}
parts = []
for name, v in found.items():
    purl = v['PkgIdentifier']['PURL']
    if name in sources:
        purl += f"&upstream={sources[name]}"
    parts.append({'type': 'library', 'name': name, 'version': v['InstalledVersion'], 'purl': purl,
                  'bom-ref': purl})
json.dump({'bomFormat': 'CycloneDX', 'specVersion': '1.5', 'version': 1, 'components': parts},
          sys.stdout)
END
}
bill alpine-39-high-critical
bill alpine-39-ignore-cveids
ok 'golden: alpine-39-high-critical' python3 compare.py "$golden/alpine-39-high-critical.json.golden" \
	alpine-39-high-critical.json --severity HIGH,CRITICAL
printf 'CVE-2019-1549\nCVE-2019-14697\n' >ignore
ok 'golden: alpine-39-ignore-cveids' python3 compare.py "$golden/alpine-39-ignore-cveids.json.golden" \
	alpine-39-ignore-cveids.json --ignorefile ignore
# Its repositories are edge, its os-release says 3.16: what the image's own reader makes of that.
mkdir -p root/etc/apk root/lib/apk/db
printf 'ID=alpine\nVERSION_ID=3.16\n' >root/etc/os-release
printf 'https://dl-cdn.alpinelinux.org/alpine/edge/main\n' >root/etc/apk/repositories
printf 'P:git\nV:2.35.1-r2\nA:x86_64\no:git\n\n' >root/lib/apk/db/installed
ok 'golden: alpine-distroless' python3 compare.py "$golden/alpine-distroless.json.golden" rootfs:root
done_testing
