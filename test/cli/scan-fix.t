#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# oakum scan --fix: the versions that mend what is found, put into projects, central lists, tags and
# global.json. Expected versions are those of the advisories (GHSA) and of Microsoft's cve.json.
. "$ROOT/test/tap.sh"

shared=${OAKUM_SHARED:-$ROOT/../shared/data}
[ -d "$shared/vuln/feeds/nuget-ghsa" ] || skip_all 'no shared data'
command -v patch >"$TMP/tool" || skip_all 'patch is not installed'

"$OAKUM" db build --quiet -o "$TMP/all.db" "ghsa:$shared/vuln/feeds/nuget-ghsa" \
	"dotnet-cve:$shared/dotnet/cve-timeline" >"$TMP/build" 2>&1 || { cat "$TMP/build"; exit 1; }

sources() { # FOLDER
	mkdir -p "$1/App/bin"
	cat >"$1/App/App.csproj" <<-'EOF'
		<Project Sdk="Microsoft.NET.Sdk.Web">
		  <PropertyGroup>
		    <JsonVersion>12.0.1</JsonVersion> <!-- stays -->
		  </PropertyGroup>
		  <ItemGroup>
		    <PackageReference Include="Newtonsoft.Json" Version="$(JsonVersion)" />
		    <PackageReference Include='System.Text.Json' Version='8.0.0' />
		    <PackageReference Include="System.Formats.Asn1"><Version> 8.0.0 </Version></PackageReference>
		    <PackageReference Include="Azure.Identity" />
		    <PackageReference Include="Float" Version="8.*" />
		    <PackageReference Include="Ranged" Version="[1.0,2.0)" />
		  </ItemGroup>
		</Project>
	EOF
	cp "$1/App/App.csproj" "$1/App/bin/Copy.csproj"
	cat >"$1/Directory.Packages.props" <<-'EOF'
		<Project>
		  <ItemGroup>
		    <PackageVersion Include="azure.identity" Version="[1.10.0]" />
		  </ItemGroup>
		</Project>
	EOF
	printf '{ "sdk": { "version": "8.0.100", "rollForward": "latestFeature" } }\n' >"$1/global.json"
	cat >"$1/Dockerfile" <<-EOF
		FROM mcr.microsoft.com/dotnet/sdk:8.0.100-jammy AS build
		FROM mcr.microsoft.com/dotnet/aspnet:8.0-noble AS moves
		FROM mcr.microsoft.com/dotnet/runtime:8.0.0@sha256:$(printf %064d 1) AS pinned
		FROM alpine:3.19.1 AS other
		FROM mcr.microsoft.com/dotnet/aspnet:8.0.0-jammy-chiseled
	EOF
}

sources "$TMP/a"
cp -r "$TMP/a" "$TMP/b"

# -- the patch -------------------------------------------------------------------------------------
cd "$TMP/a" || exit 1
status 'the patch' 0 "$OAKUM" scan --db "$TMP/all.db" --fix=diff .
cp "$TMP/out" "$TMP/patch"
ok 'changes nothing' diff -r "$TMP/a" "$TMP/b"
ok 'and can be applied' patch -p1 -d "$TMP/b" -i "$TMP/patch"

# -- the files -------------------------------------------------------------------------------------
status 'the files' 0 "$OAKUM" scan --db "$TMP/all.db" --fix .
ok 'are as the patch makes them' diff -r "$TMP/a" "$TMP/b"
like 'a property' "$(cat App/App.csproj)" '<JsonVersion>13\.0\.1</JsonVersion> <!-- stays -->'
like 'an attribute in its own quotes' "$(cat App/App.csproj)" "Include='System.Text.Json' Version='8\.0\.5'"
like 'an element' "$(cat App/App.csproj)" '<Version> 8\.0\.1 </Version>'
like 'what floats is left' "$(cat App/App.csproj)" 'Include="Float" Version="8\.\*"'
like 'a range is left' "$(cat App/App.csproj)" 'Version="\[1\.0,2\.0\)"'
like 'a central list, names in any case' "$(cat Directory.Packages.props)" 'Version="\[1\.11\.4\]"'
like 'what a build made is left' "$(cat App/bin/Copy.csproj)" '<JsonVersion>12\.0\.1'
like 'the SDK in its own band' "$(cat global.json)" '"version": "8\.0\.121"'
like 'the tag of a build stage' "$(cat Dockerfile)" 'sdk:8\.0\.121-jammy AS build'
like 'the tag of the last stage' "$(cat Dockerfile)" 'aspnet:8\.0\.[0-9]+-jammy-chiseled'
unlike 'which is not the old one' "$(cat Dockerfile)" 'aspnet:8\.0\.0-'
like 'a tag that moves is left' "$(cat Dockerfile)" 'aspnet:8\.0-noble AS moves'
like 'one with a digest is left' "$(cat Dockerfile)" 'runtime:8\.0\.0@sha256'
like 'it says what it did' "$(cat "$TMP/err")" \
	'^oakum: \./App/App\.csproj: line 3: Newtonsoft\.Json 12\.0\.1 became 13\.0\.1$'
like 'and what should be gone' "$(cat "$TMP/err")" 'of ([0-9]+) findings ([0-9]+) should be gone'

# -- again: nothing is left ------------------------------------------------------------------------
status 'a second time' 0 "$OAKUM" scan --db "$TMP/all.db" --skip-dirs '**/bin' --fix .
ok 'changes nothing more' diff -r "$TMP/a" "$TMP/b"
like 'and finds nothing' "$(cat "$TMP/out")" '0 vulnerabilities in'
unlike 'nor says that it did' "$(cat "$TMP/err")" 'became'

# -- what only others ask for ----------------------------------------------------------------------
mkdir "$TMP/c"
cd "$TMP/c" || exit 1
printf '<Project><ItemGroup><PackageReference Include="Dapper" Version="2.1.1" /></ItemGroup></Project>\n' \
	>App.csproj
printf '%s\n' '{ "version": 1, "dependencies": { "net8.0": {
  "Dapper": { "type": "Direct", "requested": "[2.1.1, )", "resolved": "2.1.1" },
  "Newtonsoft.Json": { "type": "Transitive", "resolved": "12.0.1" } } } }' >packages.lock.json
cp packages.lock.json before
status 'a package that others ask for' 0 "$OAKUM" scan --db "$TMP/all.db" --fix .
ok 'has no line to change' cmp before packages.lock.json
like 'and is told to remain' "$(cat "$TMP/err")" '1 remain: 0 without a fix, .* 1 that no line here'

# -- what cannot be done ---------------------------------------------------------------------------
printf '<Project><Item' >Broken.csproj
status 'a project that cannot be read is left' 0 "$OAKUM" scan --db "$TMP/all.db" --fix .
is 'as it was' "$(cat Broken.csproj)" '<Project><Item'
printf '{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[]}\n' >bill.json
status 'a bill has no sources' 2 "$OAKUM" scan --db "$TMP/all.db" --fix sbom:bill.json
like 'which is said' "$(cat "$TMP/err")" '[-]-project names them'
status 'unless they are named' 0 "$OAKUM" scan --db "$TMP/all.db" --fix --project . sbom:bill.json
status 'two targets are refused' 2 "$OAKUM" scan --db "$TMP/all.db" --fix . "$TMP/a"
done_testing
