#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The program under the name `trivy`: the lines that pipelines have, their exit codes, TRIVY_* and trivy.yaml.
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/advisories.sh
. "$FIXTURE/advisories.sh"

export SOURCE_DATE_EPOCH=1795305600 XDG_CACHE_HOME="$TMP/cache"
cd "$TMP" || exit 1
mkdir bin cache cache/oakum
ln -s "$OAKUM" bin/trivy
PATH=$TMP/bin:$PATH

advisories cache/oakum/vulnerabilities.db
PYTHONDONTWRITEBYTECODE=1 python3 - "$FIXTURE" <<'END2'
import sys
sys.path.insert(0, sys.argv[1])
import oci
status = ''.join('Package: %s\nStatus: install ok installed\nArchitecture: amd64\nVersion: %s\n\n' % p
                 for p in [('openssl', '3.0.9-1'), ('bash', '5.2.15-2')])
for name, version in ('shop', '12'), ('old', '10'):
    release = oci.file('etc/os-release', b'ID=debian\nVERSION_ID="%s"\n' % version.encode())
    o = oci.Layout(name)
    o.image(release + oci.file('var/lib/dpkg/status', status.encode()) + oci.END)
END2
(cd shop && tar -cf ../shop.tar oci-layout index.json blobs)
mkdir -p src deploy
echo '{"version": 1, "dependencies": {"net8.0": {"Newtonsoft.Json": {"type": "Direct", "resolved": "12.0.3"}}}}' \
	>src/packages.lock.json
printf 'FROM debian:12\nRUN apt-get install curl\n' >deploy/Dockerfile
printf 'token: ghp_%s\n' "$(head -c 65536 /dev/urandom | LC_ALL=C tr -dc A-Za-z0-9 | head -c 36)" >secret.yaml

ids() { # ids found in report.json
	python3 -c 'import json; print(*sorted(v["VulnerabilityID"] for r in json.load(open("report.json"))["Results"]
		for v in r.get("Vulnerabilities", [])))'
}

# -- the lines that pipelines have ------------------------------------------------------------
status 'findings alone are no failure' 0 trivy image --input shop.tar
status 'image, gate' 1 trivy image --severity HIGH,CRITICAL --exit-code 1 --input shop.tar
status 'image, severities in parts' 1 trivy image -s CRITICAL --severity MEDIUM --exit-code 1 --input shop.tar
status 'image, scanners in parts' 1 trivy image --scanners vuln --scanners secret --exit-code 1 --input shop.tar
status 'image, no severity' 1 trivy image --severity '' --input shop.tar
like 'the flag is named' "$(cat err)" '--severity is empty'
status 'image, no scanners' 1 trivy image --scanners '' --input shop.tar
status 'image, nothing so severe' 0 trivy image --severity MEDIUM --exit-code 1 --input shop.tar
status 'image, its exit code' 7 trivy image --exit-code 7 --no-progress --input=shop.tar
status 'image, a path' 1 trivy i --exit-code 1 shop.tar
status 'image, unfixed ignored' 0 trivy image -q --ignore-unfixed -s LOW --exit-code 1 --input shop.tar
status 'global flags before the command' 1 trivy --quiet --cache-dir cache/own image --exit-code 1 shop.tar
status 'a switch with a value' 1 trivy image --ignore-unfixed=false -s LOW --exit-code 1 --input shop.tar
status 'JSON into a file' 0 trivy image --format json --output report.json --input shop.tar
is 'what it found' "$(ids)" 'CVE-2026-0001 CVE-2026-0003'
status 'SARIF into a file' 0 trivy image -f sarif -o report.sarif --input shop.tar
ok 'it is SARIF' grep -q '"version": "2.1.0"' report.sarif
status 'fs' 1 trivy fs --exit-code 1 --severity HIGH src
status 'fs, below' 0 trivy filesystem --exit-code 1 --severity CRITICAL src
status 'repo, a folder' 1 trivy repo --exit-code 1 src
status 'repo, far away' 1 trivy repo --exit-code 0 https://example.com/a.git
like 'it says what to do' "$(cat err)" 'clone'
status 'rootfs' 0 trivy rootfs --exit-code 1 deploy
status 'an SBOM is made' 0 trivy image --format cyclonedx --output bom.json --input shop.tar
ok 'it is one' grep -q '"bomFormat": "CycloneDX"' bom.json
status 'sbom' 1 trivy sbom --exit-code 1 bom.json
status 'sbom, no failure' 0 trivy sbom bom.json
status 'config: findings are no failure' 0 trivy config deploy
status 'config, gate' 1 trivy config --exit-code 1 deploy
status 'config, nothing there' 0 trivy conf --exit-code 1 src
status 'only secrets, none' 0 trivy fs --scanners secret --exit-code 1 src
mkdir key && mv secret.yaml key
status 'only secrets' 3 trivy fs --scanners secret --exit-code 3 key
status 'vulnerabilities and secrets' 3 trivy fs --exit-code 3 key
status 'vulnerabilities without secrets' 0 trivy fs --scanners vuln --exit-code 3 key
status 'settings' 1 trivy fs --scanners misconfig --exit-code 1 deploy
cat >net.json <<'END2'
{"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": [{"type": "library", "name": "a",
 "version": "9.0.7", "purl": "pkg:nuget/Microsoft.NETCore.App.Runtime.linux-x64@9.0.7"}]}
END2
status 'past an end of life' 4 trivy sbom --exit-on-eol 4 --exit-code 1 net.json
status 'a year before' 0 env SOURCE_DATE_EPOCH=1762905600 trivy sbom --exit-on-eol 4 net.json
status 'an archive that is not there' 1 trivy image --input none.tar
status 'clean' 0 trivy clean --all
status 'version' 0 trivy --version
like 'as it is parsed' "$(cat out)" '^Version: [0-9]+\.[0-9]+\.[0-9]+$'
is 'version, JSON' Version \
	"$(trivy version --format json | python3 -c 'import json, sys; print(*json.load(sys.stdin))')"

# -- where settings come from -----------------------------------------------------------------
status 'environment' 9 env TRIVY_EXIT_CODE=9 TRIVY_SEVERITY=CRITICAL trivy image --input shop.tar
status 'environment, other severity' 0 env TRIVY_EXIT_CODE=9 TRIVY_SEVERITY=MEDIUM trivy image --input shop.tar
status 'the command line wins' 2 env TRIVY_EXIT_CODE=9 trivy image --exit-code 2 --input shop.tar
cat >trivy.yaml <<'END2'
severity:
  - CRITICAL
  - HIGH
exit-code: 6
format: json
output: report.json
vulnerability:
  type: [os]
END2
status 'trivy.yaml' 6 trivy image --input shop.tar
is 'its format, file and severities' "$(ids)" CVE-2026-0001
status 'the environment wins' 5 env TRIVY_EXIT_CODE=5 trivy image --input shop.tar
status 'lists are replaced, not joined' 0 trivy image --severity MEDIUM --input shop.tar
status 'another file' 1 trivy image --config none.yaml --input shop.tar
mv trivy.yaml other.yaml
status 'by its name' 6 trivy image -c other.yaml --input shop.tar
printf 'severity: [\n' >broken.yaml
status 'YAML that is none' 1 trivy image -c broken.yaml --input shop.tar
like 'it is named' "$(cat err)" 'broken.yaml'
printf 'unheard: of\nscan:\n  parallel: 3\n' >odd.yaml
status 'what means nothing' 0 trivy image -c odd.yaml --input shop.tar
like 'is said' "$(cat err)" "odd.yaml: 'unheard' means nothing"
like 'as is what makes no difference, once' "$(cat err)" 'trivy: --parallel: accepted, without effect'
printf 'CVE-2026-0001\n' >.trivyignore
status '.trivyignore' 0 trivy image -s CRITICAL --exit-code 1 --input shop.tar
rm .trivyignore

printf 'insecure: false\nserver:\n  addr: ""\n  token-header: Trivy-Token\nmisconfiguration:\n  scanners: [helm]\n' \
	>all.yaml
status 'the file that Trivy writes' 0 trivy image -c all.yaml --input shop.tar
like 'says what counts for nothing' "$(cat err)" "'misconfiguration.scanners' counts for nothing"
status 'short switches in one word' 3 trivy image -qs CRITICAL --exit-code 3 --input shop.tar
status 'a switch that is refused, off' 0 trivy image --insecure=false --input shop.tar

# -- mistakes ---------------------------------------------------------------------------------
status 'an unknown flag' 1 trivy image --severty HIGH --input shop.tar
like 'what was meant' "$(cat err)" 'there is no flag --severty; did you mean --severity?'
status 'a flag that changes the result' 1 trivy image --ignore-policy policy.rego --input shop.tar
like 'why not' "$(cat err)" 'Rego'
status 'a scanner that is none' 1 trivy image --scanners vuln,virus --input shop.tar
status 'an unknown command' 1 trivy kubernetes --report summary
status 'a value that is missing' 1 trivy image --input
status 'a format that is none' 1 trivy image --format yaml --input shop.tar
status 'a number that is none' 1 trivy image --exit-code many --input shop.tar
status 'help' 0 trivy image --help
status 'nothing at all' 0 trivy
done_testing
