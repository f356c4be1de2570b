#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `oakum init`: what it finds, what it writes, what it keeps, and that others can read it.
. "$ROOT/test/tap.sh"

mkdir "$TMP/Shop" && cd "$TMP/Shop" || exit 1

# -- a project ---------------------------------------------------------------------------------------
mkdir -p src/Shop.Web src/Worker test/Shop.Tests k8s
cat >src/Shop.Web/Shop.Web.csproj <<'EOT'
<Project Sdk="Microsoft.NET.Sdk.Web">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><Version>2.1.0</Version></PropertyGroup>
</Project>
EOT
cat >src/Shop.Web/Dockerfile <<'EOT'
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /src
COPY src/Shop.Web/Shop.Web.csproj src/Shop.Web/
RUN dotnet publish src/Shop.Web -o /app
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
EXPOSE 8443
ENV ASPNETCORE_URLS="https://+:8443;http://+:8080"
COPY --from=build /app .
ENTRYPOINT ["dotnet", "Shop.Web.dll"]
EOT
cat >src/Worker/Worker.csproj <<'EOT'
<Project Sdk="Microsoft.NET.Sdk.Worker">
  <PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup>
</Project>
EOT
cat >test/Shop.Tests/Shop.Tests.csproj <<'EOT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><IsTestProject>true</IsTestProject></PropertyGroup>
</Project>
EOT
cat >k8s/api.yaml <<'EOT'
apiVersion: apps/v1
kind: Deployment
metadata: {name: legacy-api}
spec:
  selector: {matchLabels: {app: legacy}}
  template:
    metadata: {labels: {app: legacy}}
    spec:
      containers:
        - name: api
          image: legacy:1
          ports: [{containerPort: 9000}]
EOT

status '--dry-run' 0 "$OAKUM" init --dry-run
is 'a dry run writes nothing' "$(find . -name '*oakum*')" ''
status 'nothing is there: drift' 1 "$OAKUM" init --check
status 'init' 0 "$OAKUM" init
is 'what is found' "$(grep '^found' "$TMP/out" | sed 's/, port/\n\tport/')" \
	'found shop-web: src/Shop.Web/Dockerfile builds src/Shop.Web/Shop.Web.csproj, .NET 10.0
	port 8443 and 8080 (ENV in src/Shop.Web/Dockerfile), user 1654
found worker: src/Worker/Worker.csproj, .NET 9.0, user 1654
found Deployment/legacy-api: 1 container
	port 9000 (k8s/api.yaml)'
is 'thirteen files' "$(grep -c '^  new ' "$TMP/out")" 13
ok 'the context is the folder that COPY means' grep -q 'context: "."' .github/workflows/oakum.yml
ok 'the hook may be run' test -x .githooks/pre-commit
ok 'and is a script' sh -n .githooks/pre-commit

# Every command that a pipeline runs is one of ours; its database is there before it scans.
for file in .github/workflows/oakum.yml .gitlab-ci.yml azure-pipelines.yml .githooks/pre-commit; do
	for word in $(grep -v '^ *\(#\|- name:\|displayName:\|echo\)' "$file" | grep -v 'Drift of' |
		sed -n 's/.*[ ]oakum \([a-z-]\{2,\}\).*/\1/p'); do
		"$OAKUM" help "$word" >"$TMP/help" 2>&1 || echo "$file: $word"
	done
done >"$TMP/unknown"
is 'no pipeline asks for a command that is none' "$(cat "$TMP/unknown")" ''
is 'each fetches its database first' \
	"$(grep -ho 'oakum db update\|oakum scan' .github/workflows/oakum.yml .gitlab-ci.yml azure-pipelines.yml |
		uniq -c | tr -s ' \n' ' ')" \
	' 1 oakum db update 1 oakum scan 1 oakum db update 1 oakum scan 1 oakum db update 1 oakum scan '

# -- again -------------------------------------------------------------------------------------------
find . -type f -exec sha256sum {} + >"$TMP/before"
status 'init again' 0 "$OAKUM" init
is 'changes nothing' "$(find . -type f -exec sha256sum {} +)" "$(cat "$TMP/before")"
status '--check agrees' 0 "$OAKUM" init --check
is 'silently' "$(cat "$TMP/out")" ''

sed -i 's/replicas: 2/replicas: 5/' deploy/oakum/kustomize/base/workloads.yaml
printf 'pin: digest+bot\n' >oakum.yaml
status 'an edited file is drift' 1 "$OAKUM" init --check
like 'shown as a patch' "$(cat "$TMP/out")" '^-  replicas: 5'
unlike 'a file without our line is not' "$(cat "$TMP/out")" 'oakum\.yaml'
status 'init keeps both' 0 "$OAKUM" init
like 'and says so: edited' "$(cat "$TMP/out")" 'edited, kept .*workloads'
like 'and says so: yours' "$(cat "$TMP/out")" 'yours, kept .*oakum.yaml'
is 'still edited' "$(grep -c 'replicas: 5' deploy/oakum/kustomize/base/workloads.yaml)" 2
rm oakum.yaml

sed -i 's/8443/9443/g' src/Shop.Web/Dockerfile
status 'the project has changed' 1 "$OAKUM" init --check
status '--force' 0 "$OAKUM" init --force
like 'what is as we left it is updated' "$(cat "$TMP/out")" 'updated .*networkpolicy'
like 'and what was edited replaced' "$(cat "$TMP/out")" 'replaced .*workloads'
ok 'with the new port' grep -q 'port: 9443' deploy/oakum/kustomize/base/networkpolicy.yaml
status 'nothing drifts' 0 "$OAKUM" init --check

# -- areas and usage ---------------------------------------------------------------------------------
mkdir "$TMP/two" && cp -r src "$TMP/two/src"
status '--only' 0 "$OAKUM" init --only helm,hook "$TMP/two"
is 'these alone' "$(cd "$TMP/two" && find . -path ./src -prune -o -type f -print | sort)" \
	'./.githooks/pre-commit
./deploy/oakum/chart/Chart.yaml
./deploy/oakum/chart/templates/_oakum.tpl
./deploy/oakum/chart/values.yaml'
status 'an unknown area' 2 "$OAKUM" init --only helm,moon
status 'no such folder' 3 "$OAKUM" init "$TMP/none"
mkdir "$TMP/three" "$TMP/empty" && cp -r src "$TMP/three/src" && touch "$TMP/three/azure-pipelines.yml"
status 'a folder with Azure Pipelines' 0 "$OAKUM" init "$TMP/three"
unlike 'gets no other pipeline' "$(cat "$TMP/out")" 'github|gitlab'
status 'nothing to build' 0 "$OAKUM" init "$TMP/empty"
unlike 'no pipeline either' "$(cat "$TMP/out")" 'azure|github|gitlab'

# -- hostile folders ---------------------------------------------------------------------------------
mkdir "$TMP/evil" "$TMP/outside" && cd "$TMP/evil" || exit 1
mkdir -p 'a;touch hacked' && printf 'FROM scratch\nEXPOSE 1\n' >'a;touch hacked/Dockerfile'
printf 'FROM scratch\nEXPOSE 80 99999 x\n' >Dockerfile
ln -s "$TMP/outside" deploy
status 'a link leads out of the folder' 4 "$OAKUM" init
is 'nothing is written there' "$(ls "$TMP/outside")" ''
rm deploy
status 'without the link' 0 "$OAKUM" init
unlike 'a name that a shell would run is left out' "$(cat .github/workflows/oakum.yml .gitlab-ci.yml)" hacked
like 'and named' "$(cat "$TMP/err")" 'left out: its name is no plain word'
like 'only ports are ports' "$(cat "$TMP/out")" 'port 80 '

# -- others read it ----------------------------------------------------------------------------------
cd "$TMP/Shop" || exit 1
mv k8s "$TMP/k8s"
status 'oakum check has nothing against it' 0 "$OAKUM" check --severity medium deploy .github .gitlab-ci.yml \
	azure-pipelines.yml
mv "$TMP/k8s" k8s
if command -v kubectl >"$TMP/tool"; then
	mkdir overlay && cp k8s/api.yaml overlay
	cat >overlay/kustomization.yaml <<'EOT'
resources: [../deploy/oakum/kustomize/base, api.yaml]
components: [../deploy/oakum/kustomize/restricted]
EOT
	ok 'kustomize renders base and component' kubectl kustomize overlay -o "$TMP/all.yaml"
	status 'and all of it is restricted' 0 "$OAKUM" check --pss restricted "$TMP/all.yaml"
	ok 'the workload that was there as well' grep -q 'name: legacy-api' "$TMP/all.yaml"
else
	skip 'kustomize' 'no kubectl'
fi
if helm=$("$ROOT/test/fixture/helm"); then
	mkdir -p chart/templates
	cat >chart/Chart.yaml <<'EOT'
apiVersion: v2
name: shop
version: 1.0.0
dependencies: [{name: oakum, version: "1.0.0", repository: "file://../deploy/oakum/chart"}]
EOT
	cat >chart/templates/pod.yaml <<'EOT'
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  securityContext:
    {{- include "oakum.podSecurityContext" . | nindent 4 }}
  containers:
    - name: shop
      image: shop:1
      securityContext:
        {{- include "oakum.securityContext" . | nindent 8 }}
      volumeMounts:
        {{- include "oakum.volumeMounts" . | nindent 8 }}
  volumes:
    {{- include "oakum.volumes" . | nindent 4 }}
---
{{ include "oakum.networkPolicies" (dict "root" . "name" "shop" "labels" (dict "app" "shop")) }}
EOT
	ok 'helm takes the library' "$helm" dependency build chart
	"$helm" template shop chart >"$TMP/chart.yaml"
	status 'a pod made with it is restricted' 0 "$OAKUM" check --pss restricted "$TMP/chart.yaml"
	is 'three policies' "$(grep -c 'kind: NetworkPolicy' "$TMP/chart.yaml")" 3
else
	skip 'helm' 'neither helm nor npm'
fi

# -- the admission policy ----------------------------------------------------------------------------
cases=${OAKUM_SHARED:-$ROOT/../shared/data}/manifests/psa/cases.tsv
if ! python3 -c 'import celpy, yaml' 2>"$TMP/python.log"; then
	skip 'the policy' 'no celpy (cel-python)'
elif [ ! -f "$cases" ]; then
	is 'every expression is CEL' \
		"$(python3 "$ROOT/test/interop/policy_cel.py" deploy/oakum/policy/restricted.yaml)" 'expressions: 26
pods: 0'
else
	is 'the policy decides as the reference does' \
		"$(python3 "$ROOT/test/interop/policy_cel.py" deploy/oakum/policy/restricted.yaml "$cases" 1.37)" \
		'expressions: 26
pods: 44'
	sed "s/'ALL' in/'NONE' in/" deploy/oakum/policy/restricted.yaml >"$TMP/wrong.yaml"
	like 'and another one would not' \
		"$(python3 "$ROOT/test/interop/policy_cel.py" "$TMP/wrong.yaml" "$cases" 1.37)" 'drop ALL'
fi

done_testing
