# SPDX-License-Identifier: Apache-2.0
"""cel.py POLICY [CASES]: every expression is read; with CASES, the cases.tsv of the Pod Security
Standards, the verdict of each pod at the newest version is that of the reference."""
import csv
import os
import sys

import celpy
import yaml

policy = next(yaml.safe_load_all(open(sys.argv[1])))['spec']
env = celpy.Environment()


def program(text):
    return env.program(env.compile(text))


variables = [(v['name'], program(v['expression'])) for v in policy['variables']]
rules = [(v['message'], program(v['expression'])) for v in policy['validations']]
print('expressions:', len(variables) + len(rules))
count = 0
for row in csv.DictReader(open(sys.argv[2]), delimiter='\t') if len(sys.argv) > 2 else []:
    if row['level'] != 'restricted' or row['version'] != sys.argv[3]:
        continue
    pod = yaml.safe_load(open(os.path.join(os.path.dirname(sys.argv[2]), row['pod_file'])))
    pod.setdefault('kind', 'Pod')
    known = celpy.json_to_cel({})
    context = {'object': celpy.json_to_cel(pod), 'variables': known}
    for name, p in variables:
        known[celpy.celtypes.StringType(name)] = p.evaluate(context)
    broken = [m for m, p in rules if not p.evaluate(context)]
    beyond = [m for m in broken if 'readOnlyRootFilesystem' in m]
    count += 1
    if bool(set(broken) - set(beyond)) != (row['verdict'] == 'fail'):
        print(row['pod_file'], row['verdict'], row['effective_failing_checks'], broken)
print('pods:', count)
