#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Charts: judged by what they render, mended in values and templates, as helm itself sees it.
. "$ROOT/test/tap.sh"

SHARED=${OAKUM_SHARED:-$ROOT/../shared/data}
helm=$("$ROOT/test/fixture/helm") || helm=
cd "$TMP" || exit 1

# findings FILE...: rule, object, container, field and message of each, without places
findings() {
	"$OAKUM" check --all --format json "$@" | jq -r '.findings[] | select(.rule | startswith("K")) |
		[.rule, .object, .container, .field, .message] | @tsv' | sort -u
}
# same_as_helm NAME CHART: the chart is judged as what helm renders
same_as_helm() {
	if [ -z "$helm" ]; then
		skip "$1: as helm renders it" 'neither helm nor npm'
	elif ! "$helm" template "$2" >rendered.yaml 2>helm.log; then
		skip "$1: as helm renders it" "helm: $(head -c 100 helm.log)"
	else
		is "$1: as helm renders it" "$(findings "$2")" "$(findings rendered.yaml)"
	fi
}

# -- a chart with what charts do ---------------------------------------------------------------------
mkdir -p shop/templates
cat >shop/Chart.yaml <<'EOT'
apiVersion: v2
name: shop
version: 0.1.0
appVersion: "1.16.0"
EOT
cat >shop/values.yaml <<'EOT'
# the shop's values
replicas: 1
image: {repository: shop, tag: ""}
nameOverride: ""
securityContext: {}
  # readOnlyRootFilesystem: true
pod:
  hostNetwork: true   # for now
  labels: {}
ports:
  - {name: http, number: 8080}
  - {name: admin, number: 9090, host: 9090}
extra:
  - name: A
    value: "1"
sidecar:
  enabled: true
  privileged: true
off: {enabled: false}
EOT
cat >shop/templates/_helpers.tpl <<'EOT'
{{/* The name. */}}
{{- define "shop.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end }}
{{- define "shop.labels" -}}
app.kubernetes.io/name: {{ include "shop.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- if .Chart.AppVersion }}
version: {{ .Chart.AppVersion | quote }}
{{- end }}
{{- end }}
{{- define "shop.sidecar" -}}
- name: sidecar
  image: {{ printf "%s-sidecar:%s" .root.Values.image.repository .tag }}
  securityContext:
    privileged: {{ .root.Values.sidecar.privileged }}
{{- end }}
EOT
cat >shop/templates/app.yaml <<'EOT'
{{- $name := include "shop.name" . -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}
  labels:
    {{- include "shop.labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels: {app: {{ $name | quote }}}
  template:
    metadata:
      labels: {app: {{ $name | quote }}}
      {{- with .Values.pod.labels }}
      annotations: {{ toYaml . | nindent 8 }}
      {{- end }}
    spec:
      hostNetwork: {{ .Values.pod.hostNetwork }}
      {{- if and .Values.off .Values.off.enabled }}
      hostPID: true
      {{- else if eq .Values.replicas 1.0 }}
      hostIPC: true
      {{- end }}
      containers:
        {{- if .Values.sidecar.enabled }}
        {{- include "shop.sidecar" (dict "root" . "tag" "2.0") | nindent 8 }}
        {{- end }}
        - name: app   # the one
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
          securityContext:
            {{- toYaml .Values.securityContext | nindent 12 }}
          ports:
            {{- range $i, $port := .Values.ports }}
            - name: {{ $port.name }}
              containerPort: {{ $port.number }}
              {{- if hasKey $port "host" }}
              hostPort: {{ $port.host }}
              {{- end }}
            {{- end }}
          env:
            - {name: FIXED, value: {{ ternary "yes" "no" .Values.sidecar.enabled }}}
            {{- range .Values.extra }}
            - name: {{ .name }}
              value: {{ .value | quote }}
            {{- end }}
EOT
sed -i 's/eq .Values.replicas 1.0/eq (int .Values.replicas) 1/' shop/templates/app.yaml
same_as_helm 'a chart' shop
cp -r shop before
status 'it has findings' 1 "$OAKUM" check shop
page=$(cat "$TMP/out")
place() { # FILE RULE: the places of the rule's findings, below that file's name
	printf '%s\n' "$page" | awk -v file="$1" -v rule="$2" '
		/^[^ ]/ { inside = $0 == file } inside && $2 == rule { print $3 }'
}
is 'a value is told in the values' "$(place shop/values.yaml KP002)" 8:3
is 'an item of a list, too' "$(place shop/values.yaml KP004)" 12:33
is 'a value behind an include' "$(place shop/values.yaml KP001)" 18:3
is 'what a value may hold, where it is missing' "$(place shop/values.yaml KP018)" 5:1
like 'a line of a template' "$(place shop/templates/app.yaml KP002)" '23:7'
like 'what a defined template lacks' "$(place shop/templates/_helpers.tpl KP018)" '13:3'
"$OAKUM" check --quiet --fix=review --pss restricted shop >"$TMP/out" 2>&1
if [ -n "$helm" ]; then
	"$helm" template shop >mended.yaml
	status 'the mended chart is restricted, as helm renders it' 0 "$OAKUM" check --pss restricted mended.yaml
else
	skip 'the mended chart' 'neither helm nor npm'
fi
like 'values are mended' "$(cat shop/values.yaml)" 'hostNetwork: false|allowPrivilegeEscalation: false'
ok 'comments stay' grep -q '# readOnlyRootFilesystem: true' shop/values.yaml
ok 'in templates as well' grep -q '# the one' shop/templates/app.yaml
is 'each action is still there' "$(grep -o '{{.*}}' shop/templates/app.yaml | wc -l)" \
	"$(grep -o '{{.*}}' before/templates/app.yaml | wc -l)"
find shop -type f -exec sha256sum {} + >"$TMP/sums"
"$OAKUM" check --quiet --fix=review --pss restricted shop >"$TMP/out" 2>&1
is 'twice changes nothing more' "$(find shop -type f -exec sha256sum {} +)" "$(cat "$TMP/sums")"

# -- the data's own charts ---------------------------------------------------------------------------
if [ -d "$SHARED/manifests" ]; then
	cp -r "$SHARED/manifests/kube-linter/charts/mychart" . && chmod -R u+w mychart
	sed -i '/^dependencies/,$d' mychart/Chart.yaml
	rm -f mychart/Chart.lock
	same_as_helm 'data: mychart' mychart
	same_as_helm 'data: image_referencer' "$SHARED/manifests/checkov/helm/image_referencer"
	"$OAKUM" check --quiet --fix=review --pss restricted mychart >"$TMP/out" 2>&1
	if [ -n "$helm" ]; then
		"$helm" template mychart >mended.yaml
		status 'mychart mended is restricted, as helm renders it' 0 "$OAKUM" check --pss restricted mended.yaml
	else
		skip 'mychart mended' 'neither helm nor npm'
	fi
	status "the shop's charts are judged" 1 "$OAKUM" check "$SHARED/manifests/dotnet/eshoponcontainers/deploy/k8s/helm"
	unlike 'all of them' "$(cat "$TMP/out")" 'HK006'
else
	skip "the data's charts" 'no shared data'
fi

# -- what is not understood, and what is hostile -----------------------------------------------------
chart() { # NAME: a chart whose template is standard input
	mkdir -p "$1/templates"
	printf 'apiVersion: v2\nname: x\nversion: 1.0.0\n' >"$1/Chart.yaml"
	cat >"$1/templates/a.yaml"
}
tells() { # NAME PATTERN: a finding says so, in little time and memory
	status "$1" 3 timeout 60 "$OAKUM" check "$1"
	like "$1: $2" "$(cat "$TMP/out")" "HK006 .*$2"
}
echo 'kind: {{ htpasswd "a" "b" }}' | chart unknown
tells unknown "'htpasswd' is not understood"
echo 'kind: {{ .Files.Get "../../etc/passwd" }}' | chart files
tells files 'method|reads files'
echo '{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}' | chart circle
tells circle 'nest too deep'
python3 -c 'print("{{ if true }}" * 100000)' | chart open
tells open 'nest too deep'
python3 -c 'print("kind: {{ " + "(" * 100000)' | chart brackets
tells brackets 'cannot be read|without its end|nest too deep'
printf 'kind: {{ "a' | chart unfinished
tells unfinished 'without its end'
echo '{{ end }}' | chart ended
tells ended 'end without its block'
python3 - <<'EOT' | chart bomb
print('{{- define "a0" -}}' + 'x' * 1000 + '{{- end -}}')
for i in range(1, 30):
    print('{{- define "a%d" -}}{{ include "a%d" . }}{{ include "a%d" . }}{{- end -}}' % (i, i - 1, i - 1))
print('kind: {{ include "a29" . }}')
EOT
tells bomb 'too much to render|too many steps'
python3 - <<'EOT' | chart steps
print('{{- $l := list 1 2 3 4 5 6 7 8 9 10 -}}')
print('{{- range $l -}}' * 10 + '{{ int 1 }}' + '{{- end -}}' * 10)
EOT
tells steps 'too many steps|too much to render'
mkdir -p alone/templates && echo 'kind: {{ .Values.x }}' >alone/templates/a.yaml
tells alone 'without its Chart.yaml'
printf 'kind: {{ .Values.x }}\n' | chart escape
printf 'x: "{{ .Values }}"\n' >escape/values.yaml
status 'what a value says is no template' 0 "$OAKUM" check escape

done_testing
