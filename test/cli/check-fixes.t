#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fixes of `oakum check`, rule by rule: test/fixes/*.txt has files and what becomes of them.
#
#     ### RULE FLAG...        a sample; only this rule is asked for. "HK001:KP001": HK001 says where
#                             the fix belongs, and the finding is one of KP001
#     === NAME                a file of it, its lines
#     === after NAME          what the fix makes of the file; a file without one stays as it is
. "$ROOT/test/tap.sh"

cd "$TMP" || exit 1
cat >fixes.py <<'EOF'
"""fixes.py OAKUM FILE...: each sample has the finding, with a fix; the fix changes what it is to
change and nothing else; done again it changes nothing; the finding is gone, and none is new. Under a sanitizer only
what the fix makes is looked at: the rest are runs of what was run."""
import json
import os
import re
import subprocess
import sys
import tempfile

oakum, sources = sys.argv[1], sys.argv[2:]
rank = ['info', 'low', 'medium', 'high', 'critical']


def check(folder, *flags):
    return subprocess.run([oakum, 'check', *flags, '.'], cwd=folder, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)


def findings(folder, *flags):
    done = check(folder, '-f', 'json', *flags)
    return json.loads(done.stdout)['findings'] if done.returncode in (0, 1) else None


def write(folder, files):
    for name, text in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w') as file:
            file.write(text)


def read(folder):
    return {os.path.relpath(os.path.join(at, name), folder): open(os.path.join(at, name)).read()
            for at, _, names in os.walk(folder) for name in names}


def severe(found):
    return {f['rule'] for f in found if rank.index(f['severity']) >= 2}


def difference(have, want):
    return '\n'.join(f'{name}:\n{have.get(name)}\nwanted:\n{want.get(name)}'
                     for name in sorted({*have, *want}) if have.get(name) != want.get(name))


def prove(rule, flags, files, want):
    with tempfile.TemporaryDirectory() as folder:
        write(folder, files)
        if os.environ['VARIANT'] == 'asan':
            check(folder, '--rule', rule, '--fix=review', *flags)
            return difference(read(folder), want)
        before = findings(folder, '--all', *flags)
        own = [f for f in findings(folder, '--rule', rule, *flags) if f['rule'] == rule]
        if not own:
            return 'no finding'
        if not any(f.get('fix') in ('safe', 'review') for f in own):
            return 'no fix'
        check(folder, '--rule', rule, '--fix=review', *flags)
        have = read(folder)
        if have != want:
            return difference(have, want)
        check(folder, '--rule', rule, '--fix=review', *flags)
        if read(folder) != have:
            return 'a second time it changes more'
        left = findings(folder, '--rule', rule, *flags)
        if left:
            return f'left: {left}'
        new = severe(findings(folder, '--all', *flags)) - severe(before)
        return f'new: {new}' if new else None


proved = set()
for source in sources:
    for sample in open(source).read().split('### ')[1:]:
        head, _, body = sample.partition('\n')
        name, *flags = head.split()
        rule = name.split(':')[-1]
        files, after = {}, {}
        for part in re.split('^=== ', body, flags=re.M)[1:]:
            file, _, text = part.partition('\n')
            if file.startswith('after '):
                after[file[len('after '):]] = text
            else:
                files[file] = text
        why = prove(rule, flags, files, {**files, **after})
        if why:
            print(name, *flags, why)
        else:
            proved.add(name.split(':')[0])
print('proved:', *sorted(proved))
EOF
python3 fixes.py "$OAKUM" "$ROOT"/test/fixes/*.txt >fixes.out 2>&1
like "every sample is mended as it stands there, once for all" "$(head -n 1 fixes.out)" '^proved: '
cat >wrong.txt <<'EOF'
### KP024
=== a.yaml
apiVersion: v1
kind: Pod
spec:
  serviceAccount: x
=== after a.yaml
kind: Pod
EOF
like "and a sample that is not is told" "$(python3 fixes.py "$OAKUM" wrong.txt)" '^KP024 a.yaml:'
catalogue=${OAKUM_SHARED:-$ROOT/../shared/data}/rules/catalogue.json
cat >share.py <<'EOF'
"""share.py CATALOGUE PROVED: yes, or which rules of the classes safe and review are not among them."""
import json
import sys

rules = {r['id'] for r in json.load(open(sys.argv[1]))['rules'] if r['fixable'] in ('safe', 'review')}
proved = set(open(sys.argv[2]).read().partition('proved:')[2].split())
enough = len(rules & proved) >= 0.95 * len(rules)
print('yes' if enough else f'{len(rules & proved)} of {len(rules)}, not {sorted(rules - proved)}')
EOF
if [ -f "$catalogue" ]; then
	is "95 of 100 rules of the classes safe and review have a fix that is proved" \
		"$(python3 share.py "$catalogue" fixes.out)" yes
else
	skip "the share of rules with a proved fix" "no shared data"
fi

done_testing
