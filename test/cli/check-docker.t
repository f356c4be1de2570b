#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `oakum check` of Dockerfiles and .NET: BuildKit's parse trees, lint expectations, fixes.
. "$ROOT/test/tap.sh"

SHARED=${OAKUM_SHARED:-$ROOT/../shared/data}
cd "$TMP" || exit 1

# -- parse trees ------------------------------------------------------------------------------------
if [ -d "$SHARED/manifests/buildkit-parser" ]; then
	for folder in "$SHARED"/manifests/buildkit-parser/testfiles/*/; do
		[ -f "$folder/result" ] || continue
		"$OAKUM" check --dump "$folder/Dockerfile" >dump 2>/dev/null
		ok "parse tree: $(basename "$folder")" cmp dump "$folder/result"
	done
	for folder in "$SHARED"/manifests/buildkit-parser/testfiles/-negative/*/; do
		status "refused: $(basename "$folder")" 3 "$OAKUM" check --dump "$folder/Dockerfile"
	done
	for file in "$SHARED"/manifests/dockerfile-parse/*; do
		status "read: $(basename "$file")" 0 "$OAKUM" check --dump "$file"
	done
else
	skip "parse trees of BuildKit" "no shared data"
fi
printf 'FROM x\nBAD y\nRUN <<E\nUSER 1\n' >broken.Dockerfile
status "what is refused is told" 3 "$OAKUM" check --dump broken.Dockerfile
is "and the rest is read" "$(cat out)" "$(printf '(from "x")\n(bad "")\n(run "<<E")\n(user "1")')"

# -- expectations -----------------------------------------------------------------------------------
cat >lint.py <<'EOF'
"""lint.py OAKUM MANIFESTS: every expectation of BuildKit's lint, of the rules by file, of checkov.
One process checks all files of a kind."""
import csv
import json
import os
import shutil
import subprocess
import sys

oakum, data = sys.argv[1:]
catalogue = json.load(open(data + '/../rules/catalogue.json'))['rules']
calls = {rule['id']: rule['refs'] for rule in catalogue}
calls['DF067'] = ['buildkit InvalidDefinitionDescription']
# Their FROM stands in line 2; the expectation was taken from a longer text.
shifted = {'UndeclaredArg-08': 2, 'UndeclaredArg-09': 2}
# One rule of ours stands for several of theirs: the message tells which.
messages = {'DL3014': 'asks', 'DL3015': 'ecommended', 'CKV_DOCKER_11': 'another stage'}
# Theirs for ADD counts a download, too; for us that is DF010.
calls['DF010'].append('checkov CKV_DOCKER_4')
# The lint says nothing of repeated instructions, hadolint's rules for the same do.
silent = {'MultipleInstructionsDisallowed'}
count = 0


def called(finding, name):
    refs = calls.get(finding['rule'], [])
    return (any(name in ref.replace('/', ' ').split() for ref in refs) and
            messages.get(name, '') in finding['message'])


def findings(names):
    """Of each of the files."""
    done = subprocess.run([oakum, 'check', '--all', '-f', 'json', *names],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode not in (0, 1, 3):
        print('status', done.returncode, done.stderr)
    out = {name: [] for name in names}
    for f in json.loads(done.stdout)['findings']:
        if not f.get('suppressed'):
            out[f['file']].append(f)
    return out


def rows(name):
    return list(csv.DictReader(open(f'{data}/{name}/expected.tsv'), delimiter='\t'))


cases = rows('buildkit-lint')
for row in cases:
    os.makedirs('lint/' + row['case'])
    for name, as_name in (('Dockerfile', 'Dockerfile'), ('dockerignore', '.dockerignore')):
        if os.path.exists(f'{data}/buildkit-lint/{row["case"]}/{name}'):
            shutil.copy(f'{data}/buildkit-lint/{row["case"]}/{name}',
                        f'lint/{row["case"]}/{as_name}')
found = findings([f'lint/{row["case"]}/{name}' for row in cases
                  for name in sorted(os.listdir('lint/' + row['case']))])
for row in cases:
    have = [f for name in found if name.startswith(f'lint/{row["case"]}/') for f in found[name]]
    names = row['warnings_rule@line'].split() if row['warnings_rule@line'] != '-' else []
    for want in names:
        name, line = want.split('@')
        line = str(shifted.get(row['case'], line))
        count += 1
        if not any(called(f, name) and str(f['line']) == line for f in have):
            print(row['case'], 'misses', want, [(f['rule'], f['line']) for f in have])
    if not names:
        base = row['case'].split('-')[0]
        count += 1
        for f in have:
            if base not in silent and called(f, base):
                print(row['case'], 'has', f['rule'], f['line'])
for folder, key, file, verdict, bad in (
        ('dockerfile-rules', 'rule_id_in_hadolint_numbering', 'file', 'this_rule_must', 'report'),
        ('checkov/dockerfile', 'check_id', 'file', 'verdict', 'fail')):
    found = findings(sorted({f'{data}/{folder}/{row[file]}' for row in rows(folder)}))
    for row in rows(folder):
        have = [f['rule'] for f in found[f'{data}/{folder}/{row[file]}'] if called(f, row[key])]
        count += 1
        if bool(have) != (row[verdict] == bad):
            print(folder, row[key], row[file], 'wanted', row[verdict], 'has', have)
print('expectations:', count)
EOF
cat >mend.py <<'EOF'
"""mend.py OAKUM FOLDER...: every Dockerfile, mended: once is enough, it still parses, no finding
that has a fix remains, every comment survives. Each in a folder of its own, all by one process."""
import collections
import json
import os
import shutil
import subprocess
import sys

oakum, folders = sys.argv[1], sys.argv[2:]


def run(*args):
    done = subprocess.run([oakum, 'check', *args], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, errors='replace')
    if done.returncode not in (0, 1, 3) or 'break' in done.stderr:
        print(args[0], 'status', done.returncode, done.stderr)
    return done


def comments(text):
    return [line.strip() for line in text.splitlines() if line.lstrip().startswith('#')]


def texts():
    return {copy: open(copy, errors='replace').read() for copy in copies}


def faults():
    """How much of each does not parse: a line for each place on standard error."""
    told = run('--dump', *copies).stderr.splitlines()
    return collections.Counter(line.split(': ')[1] for line in told)


names = sorted(os.path.join(at, file) for folder in folders for at, _, files in os.walk(folder)
               for file in files if 'ockerfile' in file and not file.endswith('ignore'))
copies = {}
for number, name in enumerate(names):
    copy = f'mend/{number}/Dockerfile'
    os.makedirs(f'mend/{number}')
    shutil.copy(name, copy)
    copies[copy] = name
before, broken = texts(), faults()
for mode in ('--fix', '--fix=review'):
    run(mode, '--all', *copies)
    once = texts()
    run(mode, '--all', *copies)
    for copy, text in texts().items():
        if text != once[copy]:
            print(copies[copy], mode, 'twice is not once')
after = faults()
for copy, name in copies.items():
    if after[copy] > broken[copy]:
        print(name, 'parses worse')
    for comment in comments(before[copy]):
        if comment not in once[copy]:
            print(name, 'lost', comment)
for f in json.loads(run('-f', 'json', '--all', *copies).stdout)['findings']:
    if f.get('fix') in ('safe', 'review') and not f.get('suppressed'):
        print(copies[f['file']], 'still', f['rule'], f['line'], f['message'])
print('mended:', len(copies), 'changed:', sum(before[c] != once[c] for c in copies),
      'broken:', sum(broken[c] > 0 for c in copies))
EOF
if [ -d "$SHARED/manifests/buildkit-lint" ]; then
	python3 lint.py "$OAKUM" "$SHARED/manifests" >lint.txt
	like "every expectation is met" "$(head -n 1 lint.txt)" '^expectations: 241$'
	python3 mend.py "$OAKUM" "$SHARED/manifests" >mend.txt
	like "every sample is mended, once for all" "$(head -n 1 mend.txt)" '^mended: [1-9][0-9]* changed: [1-9]'
	is "official chiseled samples have nothing above low" "$("$OAKUM" check --severity medium \
		"$SHARED"/manifests/dotnet/dotnet-docker-samples/*/*chiseled* | grep -c '^  ')" 0
else
	skip "expectations and samples" "no shared data"
fi

# -- fixes ------------------------------------------------------------------------------------------
# mended TEXT CLASS RULE
mended() { printf '%b' "$1" | "$OAKUM" check --fix="$2" --rule "$3" -; }
is "a flag that is the last line takes the sign before it along" \
	"$(mended 'FROM x\nRUN curl x \\\n  -k\nUSER 1\n' safe DF012)" \
	"$(printf 'FROM x\nRUN curl x\nUSER 1')"
is "a flag on a line of its own" "$(mended 'FROM x\nRUN curl \\\n  -k \\\n  x\n' safe DF012)" \
	"$(printf 'FROM x\nRUN curl \\\n  x')"
is "a repeated instruction" "$(mended 'FROM x\nCMD ["a"]\n# why\nCMD ["b"]\n' safe DL4003)" \
	"$(printf 'FROM x\n# why\nCMD ["b"]')"
is "a shell that is needed stays" "$(mended 'FROM x\nCMD a && b\n' safe DF027)" \
	"$(printf 'FROM x\nCMD a && b')"
mkdir app
cat >app/Dockerfile <<'EOF'
# the shop
FROM mcr.microsoft.com/dotnet/sdk:10.0
WORKDIR /src
COPY . .
RUN dotnet publish -o /app
EXPOSE 80
CMD dotnet /app/shop.dll
EOF
cat >app/shop.csproj <<'EOF'
<Project Sdk="Microsoft.NET.Sdk.Web">
  <PropertyGroup><InvariantGlobalization>true</InvariantGlobalization></PropertyGroup>
</Project>
EOF
echo '<configuration/>' >app/nuget.config
printf '.git\n.env\n**/bin/\n**/obj/\n' >app/.dockerignore
"$OAKUM" check --fix=review app/Dockerfile app/shop.csproj app/nuget.config app/.dockerignore >/dev/null
cat >want <<'EOF'
# the shop
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /src
COPY *.csproj ./
RUN @SECRET@ @CACHE@ dotnet restore
COPY . .
RUN @CACHE@ dotnet publish --no-restore -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
WORKDIR /app
COPY --from=build /app .
USER $APP_UID
EXPOSE 8080
CMD ["dotnet", "/app/shop.dll"]
EOF
sed -i 's,@CACHE@,--mount=type=cache\,target=/root/.nuget/packages,
	s,@SECRET@,--mount=type=secret\,id=nugetconfig\,target=/root/.nuget/NuGet/NuGet.Config,' want
is "one stage becomes two" "$(cat app/Dockerfile)" "$(cat want)"
status "it is clean now" 0 "$OAKUM" check app/Dockerfile app/shop.csproj app/.dockerignore

# -- .NET across files ------------------------------------------------------------------------------
printf 'FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled\nENTRYPOINT ["dotnet","web.dll"]\n' \
	>app/Dockerfile
like "an entry point that no project makes" "$("$OAKUM" check app)" ' DN010 .*web.dll'
cat >app/shop.csproj <<'EOF'
<Project Sdk="Microsoft.NET.Sdk.Web">
  <ItemGroup><PackageReference Include="Microsoft.Data.SqlClient" Version="6.0.1"/></ItemGroup>
</Project>
EOF
like "a package that needs ICU" "$("$OAKUM" check app)" ' DN009 '
printf 'FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled-extra\n' >app/Dockerfile
unlike "and an image that has it" "$("$OAKUM" check app)" ' DN009 '
printf '.git\n.env\n' >app/.dockerignore
like "bin and obj" "$("$OAKUM" check app/.dockerignore app/shop.csproj)" ' DN015 '

# -- suppression --------------------------------------------------------------------------------------
printf 'FROM x:1\n# hadolint ignore=DL3002\nUSER root\n' >d.Dockerfile
status "a comment for hadolint" 0 "$OAKUM" check --rule DF001 d.Dockerfile
printf '# check=skip=WorkdirRelativePath\nFROM x:1\nWORKDIR a\n' >d.Dockerfile
status "a directive for BuildKit" 0 "$OAKUM" check --severity low --rule DF030 d.Dockerfile
sed -i 1d d.Dockerfile
status "and without it" 1 "$OAKUM" check --severity low --rule DF030 d.Dockerfile

# -- hostile files ------------------------------------------------------------------------------------
head -c 200000 /dev/zero | tr '\0' 'x' >big.Dockerfile
status "a Dockerfile that is too large" 3 timeout 60 "$OAKUM" check big.Dockerfile
{ echo 'FROM x'; yes 'RUN apt install y;' | head -n 6000; } >many.Dockerfile
status "many instructions" 1 timeout 60 "$OAKUM" check many.Dockerfile

# -- who runs it -----------------------------------------------------------------------------------
mkdir user
for user in '"root"' 'r\oot' 00 +0 '${U:-1000}' '$V' '$UNKNOWN'; do
	printf 'FROM debian:12\nARG V=root\nENV U=0\nUSER %s\n' "$user" >user/Dockerfile
	status "root: USER $user" 1 "$OAKUM" check --rule DF001 user
done
for user in 1000 '"1000"' '${X:-1000}' '${W}:0'; do
	printf 'FROM debian:12\nARG W=1000\nUSER %s\n' "$user" >user/Dockerfile
	status "not root: USER $user" 0 "$OAKUM" check --rule DF001 user
done

done_testing
