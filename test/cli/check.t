#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `oakum check`: verdicts of the Pod Security Standards, fixes, hostile files.
. "$ROOT/test/tap.sh"

SHARED=${OAKUM_SHARED:-$ROOT/../shared/data}
cd "$TMP" || exit 1

# -- Pod Security Standards: the reference implementation's own cases ------------------------------
if [ -f "$SHARED/manifests/psa/cases.tsv" ]; then
	cat >cases.py <<'EOF'
"""Each case with its level and version: the checks that fail, and the exit status."""
import collections
import csv
import subprocess
import sys

oakum, folder = sys.argv[1:]
groups = collections.defaultdict(list)
for row in csv.DictReader(open(folder + '/cases.tsv'), delimiter='\t'):
    groups[row['level'], row['version']].append(row)
count = 0
for (level, version), rows in groups.items():
    command = [oakum, 'check', '--pss', level, '--pss-version', 'v' + version]
    done = subprocess.run(command + [row['pod_file'] for row in rows], cwd=folder,
                          stdout=subprocess.PIPE, text=True)
    have = collections.defaultdict(set)
    for line in done.stdout.splitlines():
        place, check = line.split(': ', 1)
        have[place.split(':')[0]].add(check.split()[0].lower())
    for row in rows:
        want = set(row['effective_failing_checks'].split(',')) - {'-'}
        count += 1
        if have[row['pod_file']] != want or (row['verdict'] == 'fail') != bool(want):
            print(level, version, row['pod_file'], 'wanted', want, 'has', have[row['pod_file']])
    if (done.returncode == 1) != any(row['verdict'] == 'fail' for row in rows):
        print(level, version, 'status', done.returncode)
print('cases:', count)
EOF
	is "every case has its verdict and its failing checks" \
		"$(python3 cases.py "$OAKUM" "$SHARED/manifests/psa")" \
		"cases: $(($(wc -l <"$SHARED/manifests/psa/cases.tsv") - 1))"
else
	skip "the cases of pod-security-admission" "no shared data"
fi

# -- fixes ------------------------------------------------------------------------------------------
# Names, comments, quotes, order and indentation that must survive.
cat >app.yaml <<'EOF'
# shop: the front
apiVersion: apps/v1
kind: Deployment
metadata:
    name: "shop"   # quoted
spec:
    selector: {matchLabels: {app: shop}}
    template:
        metadata: {labels: {app: shop}}
        spec:
            hostPID: true      # for debugging
            containers:
            # the program
            -   name: app
                image: 'registry.example/shop:1.2'
                securityContext:
                    privileged: true
                ports: [{containerPort: 8080}]
            -   name: side
                image: registry.example/side@sha256:0000000000000000000000000000000000000000000000000000000000000000
---
# last
apiVersion: v1
kind: Namespace
metadata:
    name: shop
EOF
cp app.yaml before.yaml
status "a gate of medium" 1 "$OAKUM" check app.yaml
status "a gate that names another status" 9 "$OAKUM" check --exit-code 9 app.yaml
status "--diff changes nothing" 1 "$OAKUM" check --fix=review --pss restricted --diff app.yaml
ok "nothing was changed" cmp app.yaml before.yaml
cp out app.patch
"$OAKUM" check --fix=review --pss restricted app.yaml >/dev/null
if command -v patch >/dev/null; then
	ok "the patch can be applied" patch -p1 before.yaml app.patch
	ok "the patch is what --fix does" cmp before.yaml app.yaml
else
	skip "the patch" "no patch"
fi
status "the workload is restricted all the way" 0 "$OAKUM" check --pss restricted app.yaml
for kept in '# shop: the front' 'name: "shop"   # quoted' '# the program' \
	"image: 'registry.example/shop:1.2'" '# last'; do
	ok "survives: $kept" grep -qF "$kept" app.yaml
done
for rule in KP001 KP002 KP007 KP008 KP009 KP011 KP018 KP019 KP020 KP022 KP025 KP031 KO003; do
	unlike "$rule is gone" "$("$OAKUM" check app.yaml)" " $rule "
done
cp app.yaml once.yaml
"$OAKUM" check --fix=review --pss restricted app.yaml >/dev/null
ok "mending again changes nothing" cmp app.yaml once.yaml
is "standard input is mended to standard output" \
	"$(printf 'apiVersion: v1\nkind: Pod\nspec:\n  serviceAccount: x\n' | "$OAKUM" check --fix --rule KP024 -)" \
	"$(printf 'apiVersion: v1\nkind: Pod\nspec:\n  serviceAccountName: x')"

# -- goldens of polaris: what its fix adds, ours adds as well ---------------------------------------
if [ -d "$SHARED/manifests/polaris" ] && python3 -c 'import yaml' 2>/dev/null; then
	cat >golden.py <<'EOF'
"""golden.py GOLDEN MENDED: every value of the golden stands in ours (empty ones may be missing)."""
import sys
import yaml


def within(want, have):
    if isinstance(want, dict):
        return all(not value or key in (have or {}) and within(value, have[key])
                   for key, value in want.items())
    if isinstance(want, list):
        return len(want) == len(have) and all(map(within, want, have))
    return want == have


golden, mended = (yaml.safe_load(open(name)) for name in sys.argv[1:])
print('same' if within(golden, mended) else f'{golden} {mended}')
EOF
	# Not among them: a limit for processors, which throttles, and a probe that only the author knows.
	while read -r check file golden; do
		cp "$SHARED/manifests/polaris/$file" mine.yaml
		"$OAKUM" check --fix=review --rule "$check" mine.yaml >/dev/null
		is "golden: $golden" "$(python3 golden.py "$SHARED/manifests/polaris/$golden" mine.yaml)" same
	done <<'EOF'
KP006 dangerousCapabilities/failure.yaml dangerousCapabilities/mutated.yaml
KP002 hostIPCSet/failure.yaml hostIPCSet/mutated.yaml
KP002 hostNetworkSet/failure.yaml hostNetworkSet/mutated.yaml
KP025 memoryLimitsMissing/failure.yaml memoryLimitsMissing/mutated.yaml
KP025 memoryLimitsMissing/failure.cpu.yaml memoryLimitsMissing/mutated.cpu.yaml
KP025 memoryRequestsMissing/failure.yaml memoryRequestsMissing/mutated.yaml
KP031 pullPolicyNotAlways/failure.yaml pullPolicyNotAlways/mutated.yaml
KP031 pullPolicyNotAlways/failure.deployment.yaml pullPolicyNotAlways/mutated.deployment.yaml
KP031 pullPolicyNotAlways/failure.cron-job.yaml pullPolicyNotAlways/mutated.cron-job.yaml
KP009 runAsRootAllowed/failure.yaml runAsRootAllowed/mutated.yaml
EOF
else
	skip "goldens of polaris" "no shared data, or no PyYAML"
fi

# -- hostile files ------------------------------------------------------------------------------------
mkdir hostile
printf 'a: [\n' >hostile/broken.yaml
head -c 40000 /dev/zero | tr '\0' '[' >hostile/deep.json
head -c 100000000 /dev/zero | tr '\0' 'x' >hostile/long.yaml
python3 - >hostile/laughs.yaml <<'EOF'
print('a0: &a0 [x, x, x, x, x, x, x, x, x]')
for i in range(1, 10):
    print(f'a{i}: &a{i} [' + ', '.join([f'*a{i - 1}'] * 9) + ']')
EOF
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {hostPID: true}\n' >hostile/pod.yaml
status "hostile files are errors" 3 timeout 10 "$OAKUM" check hostile
for name in broken.yaml deep.json long.yaml laughs.yaml; do
	like "$name is named" "$(cat err)" "^oakum: hostile/$name: "
done
like "the rest is checked" "$(cat out)" ' KP002 .*Pod/p'

# -- suppression --------------------------------------------------------------------------------------
pod() { printf 'apiVersion: v1\nkind: Pod\nspec:\n%s\n' "$1"; }
pod '  # oakum:ignore KP002 it watches the node
  hostPID: true' >a.yaml
status "a comment with a reason" 0 "$OAKUM" check --rule KP002 a.yaml
pod '  hostPID: true # trivy:ignore:KSV-0009' >a.yaml
status "a comment of another tool" 0 "$OAKUM" check --rule KP002 a.yaml
pod '  # oakum:ignore KP002
  hostPID: true' >a.yaml
status "a comment without a reason counts not" 1 "$OAKUM" check --rule KP002 a.yaml
pod '  hostPID: true' >a.yaml
echo 'KP002 a.yaml until:2099-01-01 # known' >.oakumignore
status ".oakumignore" 0 "$OAKUM" check --rule KP002 a.yaml
echo 'KP002 *.yaml until:2020-01-01 # known' >.oakumignore
status ".oakumignore whose date has passed" 1 "$OAKUM" check --rule KP002 a.yaml
echo 'KP002 b.yaml # known' >.oakumignore
status ".oakumignore of another file" 1 "$OAKUM" check --rule KP002 a.yaml
rm .oakumignore
annotated() { printf 'apiVersion: v1\nkind: Pod\nmetadata:\n  annotations: {%s}\nspec: {hostPID: true}\n' "$1"; }
for note in 'polaris.fairwinds.com/hostPIDSet-exempt: "true"' 'kube-linter.io/ignore-all: known' \
	'kube-score/ignore: "x,host-pid"' 'checkov.io/skip1: CKV_K8S_17=known'; do
	annotated "$note" >a.yaml
	status "an annotation: $note" 0 "$OAKUM" check --rule KP002 a.yaml
done
annotated 'polaris.fairwinds.com/hostIPCSetx-exempt: "true"' >a.yaml
status "an annotation for something else" 1 "$OAKUM" check --rule KP002 a.yaml
while IFS='|' read -r want text; do
	printf '%b' "$text" >s.Dockerfile
	status "a comment in a Dockerfile: $text" "$want" "$OAKUM" check --rule DF001,DF006 s.Dockerfile
done <<'EOF'
0|# hadolint global ignore=DL3002\nFROM x:1\nRUN true\nUSER root\n
0|FROM x:1\nUSER root\n# checkov:skip=CKV_DOCKER_8: known\n
0|FROM x:1\n# kics-scan ignore-line\nUSER root\n
0|# kics-scan ignore\nFROM x:1\nUSER root\n
0|FROM x:1\n# pragma: allowlist secret\n# oakum:ignore DF006 a test value\nARG DB_PASSWORD=x\nUSER 1\n
1|# hadolint global ignore=DL3006\nFROM x:1\nUSER root\n
1|FROM x:1\nUSER root\n# checkov:skip=CKV_DOCKER_1: known\n
EOF

done_testing
