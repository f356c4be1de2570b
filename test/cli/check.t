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
status "hostile files are errors" 3 timeout 60 "$OAKUM" check hostile
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
mkdir deploy && cp a.yaml deploy/nonprod.yaml && cp a.yaml deploy/prod.yaml
echo 'KP002 deploy/**/prod.yaml # known' >.oakumignore
status ".oakumignore: ** ends where a folder ends" 1 "$OAKUM" check --rule KP002 deploy/nonprod.yaml
status ".oakumignore: ** stands for no folder, too" 0 "$OAKUM" check --rule KP002 deploy/prod.yaml
rm -r .oakumignore deploy
for id in KP002 KSV-0009 AVD-KSV-0009; do
	echo "$id exp:2099-01-01" >.trivyignore
	status ".trivyignore: $id" 0 "$OAKUM" check --rule KP002 a.yaml
done
echo 'KP002 exp:2020-01-01' >.trivyignore
status ".trivyignore whose date has passed" 1 "$OAKUM" check --rule KP002 a.yaml
rm .trivyignore
printf 'misconfigurations:\n  - id: KSV-0009\n    paths: ["**/a.yaml"]\n' >.trivyignore.yaml
status ".trivyignore.yaml" 0 "$OAKUM" check --rule KP002 a.yaml
printf 'vulnerabilities:\n  - id: KSV-0009\n' >.trivyignore.yaml
status ".trivyignore.yaml of vulnerabilities" 1 "$OAKUM" check --rule KP002 a.yaml
printf 'misconfigurations: [\n' >.trivyignore.yaml
status ".trivyignore.yaml that is none" 3 "$OAKUM" check --rule KP002 a.yaml
rm .trivyignore.yaml
while IFS='|' read -r want name value; do
	pod "  containers: [{name: a, image: a, env: [{name: $name, value: \"$value\"}]}]" >s.yaml
	printf 'FROM x:1\nENV %s="%s"\n' "$name" "$value" >s.Dockerfile
	printf 'services: {a: {image: a, environment: {%s: "%s"}}}\n' "$name" "$value" >compose.yaml
	for file in KP032:s.yaml DF006:s.Dockerfile CP019:compose.yaml; do
		status "$file: $name is '$value'" "$want" "$OAKUM" check --rule "${file%%:*}" "${file#*:}"
	done
done <<'EOF'
1|PGPASSWORD|hunter2
1|DBPASS|hunter2
1|CONNECTION|server=db;uid=sa;pwd=hunter2
1|CONNECTION|Server=db; password = hunter2
0|PASSWORD_FILE|/run/secrets/x
0|TOKEN_LIFETIME|3600
0|ALLOW_EMPTY_PASSWORD|yes
EOF
rm compose.yaml s.yaml s.Dockerfile
pod '  containers:
  - {name: a, image: a, env: [{name: T, valueFrom: {secretKeyRef: {name: a, key: b}}}]} # gitleaks:allow' >s.yaml
status "another tool's mark for no secret" 0 "$OAKUM" check --rule KP033 s.yaml
rm s.yaml
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
0|FROM x:1\nRUN true \\\n# checkov:skip=CKV_DOCKER_8: known\n  more\nUSER root\n
1|FROM x:1\nENV A="# oakum:ignore DF006 x" DB_PASSWORD=hunter2hunter2\nUSER 1\n
1|FROM x:1\nUSER 1\nRUN <<E\n# hadolint global ignore=DF006\n# checkov:skip=DF006:x\nE\nENV DB_PASSWORD=hunter2h\n
EOF
# Words in values are no comments, and a comment is not another object's.
while IFS='|' read -r want text; do
	printf '%b' "$text" >s.yaml
	status "a comment in YAML: $text" "$want" "$OAKUM" check --rule KP002 s.yaml
done <<'EOF'
0|apiVersion: v1\nkind: Pod\nspec: {hostPID: true} # nosec\n
0|apiVersion: v1\nkind: Pod\nspec:\n  x: > # y\n    z\n  # oakum:ignore KP002 known\n  hostPID: true\n
1|apiVersion: v1\nkind: Pod\nspec: {hostPID: true, x: "#nosec"}\n
1|apiVersion: v1\nkind: Pod\nspec: {hostPID: true, x: " # nosec"}\n
1|apiVersion: v1\nkind: Pod\nspec:\n  x: |\n    # oakum:ignore KP002 known\n  hostPID: true\n
1|{"apiVersion": "v1", "kind": "Pod", "spec": {"hostPID": true, "x": " #nosec"}}\n
1|items: [{apiVersion: v1, kind: Pod, metadata: {}, spec: {hostPID: true}}, {metadata: {a: b}}] #nosec\n
EOF

# -- lists ---------------------------------------------------------------------------------------------
pod='metadata: {name: p}, spec: {hostPID: true}'
while IFS='|' read -r want text; do
	printf '%b' "$text" >l.yaml
	"$OAKUM" check --rule KP002 l.yaml >out
	like "a list: $text" "$(cat out)" " KP002 .*$want"
done <<EOF
Pod/p|{apiVersion: v1, kind: PodList, items: [{$pod}]}
Deployment/d|{apiVersion: a, kind: DeploymentList, items: [{metadata: {name: d}, spec: {template: {$pod}}}]}
Pod/p|{apiVersion: v1, kind: Foo, items: [{apiVersion: v1, kind: Pod, $pod}]}
Pod/p|{apiVersion: v1, kind: Pod, items: [{apiVersion: v1, kind: Pod, $pod}]}
EOF
python3 - <<'EOF'
pod = '{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {hostPID: true}}'
with open('nested.yaml', 'w') as f:
    f.write('{apiVersion: v1, kind: List, items: [' * 20 + pod + ']}' * 20)
with open('chain.yaml', 'w') as f:
    print('a0: &a0 {items: [%s]}' % pod, file=f)
    for i in range(1, 100):
        print('a%d: &a%d {items: [*a%d]}' % (i, i, i - 1), file=f)
    print('items: [*a99]', file=f)
EOF
like "lists in lists" "$("$OAKUM" check --rule KP002 nested.yaml)" ' KP002 .*Pod/p'
status "lists nested without end are an error" 3 "$OAKUM" check --rule KP002 chain.yaml
like "which is told" "$(cat err)" "^oakum: chain.yaml: .*lists nest too deep"

# -- running objects -----------------------------------------------------------------------------------
cat >running.py <<'EOF'
"""Pods of one controller, of which the second is worse; filled up to be read item by item."""
import json
import sys

worse, size = sys.argv[1], int(sys.argv[2])


def pod(name, worse=None):
    spec = {'nodeName': name, 'containers': [{'name': 'c', 'image': 'x:1'}],
            'volumes': [{'name': 'kube-api-access-' + name, 'projected': {}}]}
    meta = {'name': name, 'labels': {'app': 'web'}, 'ownerReferences': [
        {'kind': 'ReplicaSet', 'name': 'web', 'controller': True}]}
    bad = {'name': 'bad', 'image': 'x:1', 'securityContext': {'privileged': True}}
    if worse in ('containers', 'ephemeralContainers'):
        spec[worse] = [bad]
    return {'apiVersion': 'v1', 'kind': 'Pod', 'metadata': meta, 'spec': spec}


items = [pod('web-1'), pod('web-2', worse)]
if worse == 'ring':
    for mine, other in ('a', 'b'), ('b', 'a'):
        items.append({'apiVersion': 'apps/v1', 'kind': 'ReplicaSet', 'metadata': {
            'name': mine, 'ownerReferences': [{'kind': 'ReplicaSet', 'name': other,
                                               'controller': True}]},
                      'spec': {'template': {'spec': pod('x', 'containers')['spec']}}})
print(json.dumps({'kind': 'List', 'apiVersion': 'v1', 'x': 'x' * size, 'items': items}))
EOF
for size in 0 1100000; do
	for worse in containers ephemeralContainers ring; do
		python3 running.py $worse $size >running.json
		status "a worse pod of the same controller is judged: $worse, $size" 1 \
			"$OAKUM" check --rule KP001 running.json
	done
	python3 running.py same $size >running.json
	like "the same pod is told once, $size" "$("$OAKUM" check --rule KP001 running.json)" \
		'; 1 like others told once'
done
cat >owner.yaml <<'EOF'
apiVersion: v1
kind: ConfigMap
metadata: {name: cm}
---
apiVersion: v1
kind: Pod
metadata: {name: p, ownerReferences: [{kind: ConfigMap, name: cm, controller: true}]}
spec: {hostPID: true}
EOF
status "an owner without pods hides none" 1 "$OAKUM" check --rule KP002 owner.yaml

done_testing
