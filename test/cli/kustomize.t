#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Kustomizations: judged by what they render, mended where it comes from, as kustomize itself sees it.
. "$ROOT/test/tap.sh"

SHARED=${OAKUM_SHARED:-$ROOT/../shared/data}
mkdir "$TMP/shop" && cd "$TMP/shop" || exit 1

# findings FILE...: rule, object, container, field and message of each, without places
findings() {
	"$OAKUM" check --all --format json "$@" | jq -r '.findings[] |
		select(.rule | startswith("K")) | select(.object | test("^(Kustomization|Component)/") | not) |
		[.rule, .object, .container, .field, .message] | @tsv' | sort -u
}
# same_as_kustomize NAME OVERLAY FOLDER: the overlay alone is judged as what kustomize makes of it
same_as_kustomize() {
	if ! command -v kubectl >"$TMP/tool"; then
		skip "$1: as kustomize renders it" 'no kubectl'
		return
	fi
	# Names that are prefixed everywhere stay as they are written.
	kubectl kustomize "$2" 2>"$TMP/kustomize.log" | sed 's/deprecated-kustomize-//' >"$TMP/rendered.yaml"
	is "$1: as kustomize renders it" "$(findings "$3")" "$(findings "$TMP/rendered.yaml")"
}

# -- a base, a patch in a file, a patch in the kustomization, a JSON patch, images ---------------------
mkdir -p base prod
cat >base/kustomization.yaml <<'EOT'
resources: [deployment.yaml]
EOT
cat >base/deployment.yaml <<'EOT'
# the shop
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      automountServiceAccountToken: false
      containers:
        - name: app   # the one
          image: shop:1.0
          imagePullPolicy: Always
          securityContext:
            allowPrivilegeEscalation: false
            runAsUser: 10001
            seccompProfile: {type: RuntimeDefault}
EOT
cat >prod/kustomization.yaml <<'EOT'
namespace: prod
resources:
  - ../base
patches:
  - path: debug.yaml
  - patch: |-
      # inline
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: shop
      spec:
        template:
          spec:
            hostNetwork: true   # for now
            containers:
              - name: sidecar
                image: sidecar:2
  - target: {kind: Deployment, name: shop}
    patch: |-
      - op: replace
        path: /spec/template/spec/containers/1/securityContext/runAsUser
        value: 0
images:
  - name: shop
    newTag: latest
EOT
cat >prod/debug.yaml <<'EOT'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  template:
    spec:
      containers:
        - name: app
          securityContext:
            privileged: true
EOT
same_as_kustomize 'an overlay' prod .
status 'it has findings' 1 "$OAKUM" check .
page=$(cat "$TMP/out")
place() { # FILE RULE: the places of the rule's findings, below that file's name
	printf '%s\n' "$page" | awk -v file="$1" -v rule="$2" '
		/^[^ ]/ { inside = $0 == file } inside && $2 == rule { print $3 }'
}
is 'a patch is told where it lies' "$(place ./prod/debug.yaml KP001)" 11:13
is 'a patch in the kustomization as well' "$(place ./prod/kustomization.yaml KP002)" 15:13
is 'a JSON patch' "$(place ./prod/kustomization.yaml KP010)" 23:9
is 'an image that is replaced' "$(place ./prod/kustomization.yaml KP029)" 26:5
is 'what the base lacks' "$(place ./base/deployment.yaml KP018)" 13:11
is 'what the inline container lacks' "$(place ./prod/kustomization.yaml KP018)" 17:17

cp -r . "$TMP/before"
"$OAKUM" check --quiet --fix=review --pss restricted . >"$TMP/out" 2>&1
if command -v kubectl >"$TMP/tool"; then
	ok 'the mended overlay renders' kubectl kustomize prod -o "$TMP/prod.yaml"
	status 'and is restricted' 0 "$OAKUM" check --pss restricted "$TMP/prod.yaml"
else
	skip 'the mended overlay' 'no kubectl'
fi
is 'comments stay' "$(cat base/*.yaml prod/*.yaml | grep -c '# the \|# inline')" 3
is 'the value of the JSON patch is another' "$(grep -A1 'runAsUser$' prod/kustomization.yaml | tail -1)" \
	'        value: 10001'
like 'the patch is mended' "$(cat prod/debug.yaml)" 'privileged: false'
unlike 'and nothing put into it' "$(cat prod/debug.yaml)" 'capabilities'
find . -type f -exec sha256sum {} + >"$TMP/sums"
"$OAKUM" check --quiet --fix=review --pss restricted . >"$TMP/out" 2>&1
is 'twice changes nothing more' "$(find . -type f -exec sha256sum {} +)" "$(cat "$TMP/sums")"

# -- the rest of strategic merge ----------------------------------------------------------------------
mkdir "$TMP/merge" && cd "$TMP/merge" || exit 1
cat >all.yaml <<'EOT'
apiVersion: apps/v1
kind: Deployment
metadata: {name: one, namespace: a}
spec:
  template:
    spec:
      hostPID: true
      containers:
        - {name: a, image: "x:1", env: [{name: A, value: "1"}, {name: B, value: "2"}]}
        - {name: b, image: "y:1", securityContext: {privileged: true, runAsUser: 0}}
        - {name: c, image: "z:1", ports: [{containerPort: 80, hostPort: 80}]}
---
apiVersion: v1
kind: Pod
metadata: {name: gone}
spec: {containers: [{name: a, image: "x:1", securityContext: {privileged: true}}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: two}
spec: {replicas: 1, template: {spec: {containers: [{name: a, image: "host:5000/x:1"}]}}}
EOT
cat >kustomization.yaml <<'EOT'
resources: [all.yaml]
components: [part]
patchesStrategicMerge:
  - |-
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: one, namespace: a}
    spec:
      template:
        spec:
          hostPID: null
          containers:
            - name: c
              $patch: delete
            - name: b
              securityContext: {$patch: replace, runAsNonRoot: true}
            - name: d
              image: w@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
patches:
  - patch: '{"$patch": "delete", "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "gone"}}'
  - target: {kind: StatefulSet}
    patch: |
      - {op: add, path: /spec/template/spec/hostIPC, value: true}
      - {op: add, path: /spec/template/spec/containers/-, value: {name: z, image: "z:1"}}
      - {op: copy, from: /spec/template/spec/containers/0, path: /spec/template/spec/containers/0}
      - {op: replace, path: /spec/template/spec/containers/0/name, value: q}
      - {op: move, from: /spec/template/spec/hostIPC, path: /spec/template/spec/hostPID}
images:
  - name: host:5000/x
    newName: other/x
    digest: "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
replicas: [{name: two, count: 3}]
EOT
mkdir part && cat >part/kustomization.yaml <<'EOT'
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
  - target: {kind: StatefulSet, name: two}
    patch: |-
      - {op: add, path: /spec/template/spec/hostNetwork, value: true}
EOT
same_as_kustomize 'directives, components and operations' . .

# -- the data's own -----------------------------------------------------------------------------------
if [ -d "$SHARED/manifests" ]; then
	folder=$SHARED/manifests
	same_as_kustomize 'data: bases' "$folder/kube-linter/charts/mykustomize-deprecated" \
		"$folder/kube-linter/charts/mykustomize-deprecated"
	same_as_kustomize 'data: microservices' "$folder/microservices-demo/kustomize" \
		"$folder/microservices-demo/kustomize"
else
	skip "the data's kustomizations" 'no shared data'
fi

# -- hostile ones -------------------------------------------------------------------------------------
mkdir -p "$TMP/evil/a" "$TMP/evil/b" && cd "$TMP/evil" || exit 1
echo 'resources: [../b]' >a/kustomization.yaml
echo 'resources: [../a]' >b/kustomization.yaml
status 'a circle is not judged' 3 "$OAKUM" check --severity info .
like 'is told' "$(cat "$TMP/out")" 'HK006 .*circle'
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {hostPID: true, containers: []}\n' >"$TMP/out.yaml"
ln -s "$TMP/out.yaml" a/link.yaml
cat >a/kustomization.yaml <<EOT
resources:
  - ../../out.yaml
  - $TMP/out.yaml
  - link.yaml
  - https://example.com/base?ref=main
  - github.com/a/b//c?ref=e3b0c44298fc1c149afbf4c8996fb92427ae41e4
EOT
rm -r b
strace -f -o "$TMP/trace" -e trace=socket,open,openat "$OAKUM" check --severity info a >"$TMP/out" 2>"$TMP/err"
is 'nothing outside of the folder is read' "$(grep -c 'out\.yaml' "$TMP/trace")" 0
is 'nothing is fetched' "$(grep -c 'socket(' "$TMP/trace")" 0
is 'all of them are named' "$(grep -c 'HK006' "$TMP/out")" 5
is 'a branch is no pin, a commit is one' "$(grep -c 'HK005' "$TMP/out")" 1
python3 - <<'EOT'
import os
# Each layer takes the one below twice: 2^14 times the same object.
os.makedirs('l0')
open('l0/p.yaml', 'w').write('apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n'
                             'spec: {containers: [{name: a, image: x}]}\n')
open('l0/kustomization.yaml', 'w').write('resources: [p.yaml]\n')
for i in range(1, 15):
    os.makedirs('l%d' % i)
    open('l%d/kustomization.yaml' % i, 'w').write('resources: [../l%d, ../l%d]\n' % (i - 1, i - 1))
EOT
# shellcheck disable=SC2016 # the inner shell expands it
ok 'what doubles is bounded' timeout 60 sh -c '"$1" check --severity info l* >"$2" 2>&1; [ $? -le 3 ]' \
	- "$OAKUM" "$TMP/out"

# -- what nobody judges --------------------------------------------------------------------------------
mkdir "$TMP/gaps" && cd "$TMP/gaps" || exit 1
echo 'resources: [q.txt]' >kustomization.yaml
cp "$TMP/out.yaml" q.txt
for how in '--severity critical' '--pss baseline' '--rule KP001'; do
	# shellcheck disable=SC2086 # two words
	status "an error under $how" 3 "$OAKUM" check $how .
done
status 'in JSON as well' 3 "$OAKUM" check --severity critical -f json .
like 'among the errors' "$(cat "$TMP/out")" 'this is not among the files'
echo 'resources: [q.txt] # oakum:ignore HK006 it is a text' >kustomization.yaml
status 'somebody has decided' 0 "$OAKUM" check .

mkdir -p "$TMP/links/.hidden" && cd "$TMP/links" || exit 1
ln -s "$TMP/out.yaml" away.yaml
status 'a folder with nothing in it' 3 "$OAKUM" check .
like 'the link out is named' "$(cat "$TMP/err")" 'away.yaml: passed over'
cp "$TMP/out.yaml" .hidden/pod.txt
ln -s .hidden/pod.txt pod.yaml
status 'a link that stays inside is read' 1 "$OAKUM" check .
like 'under its name' "$(cat "$TMP/out")" '^\./pod.yaml'
rm pod.yaml
printf 'FROM debian\n' >dockerfile
status 'a dockerfile in lower case' 1 "$OAKUM" check .

done_testing
