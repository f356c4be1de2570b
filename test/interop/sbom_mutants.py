# SPDX-License-Identifier: Apache-2.0
"""sbom_mutants.py SCHEMAS OAKUM COUNT DOCUMENT...: changes bills in COUNT ways each and asks jsonschema and `oakum sbom
check` whether they are still valid. Prints a line for each document: its version, how many mutants, how many of them
invalid, how many on which the two disagree; those that differ go to standard error. The same changes every time."""
import copy
import json
import pathlib
import random
import subprocess
import sys
import warnings

import jsonschema

warnings.simplefilter('ignore')  # of a resolver that newer releases of jsonschema replace
folder, oakum, count = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])


def unlabelled(schema):
    """Without any "$id", so that schemas go by their file names; those of parts mislead some resolvers."""
    if isinstance(schema, list):
        return [unlabelled(value) for value in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: unlabelled(value) for key, value in schema.items() if key != '$id' or not isinstance(value, str)}


store = {path.name: unlabelled(json.loads(path.read_text())) for path in folder.glob('*.json')}
WRONG = [7, -1, 1.5, 2.0, True, False, None, '', 'no such word', [], {}, ['x'], {'x': 1}, 'a\nb', 'x' * 5000]
BASE = 'file:///schemas/'
IDENTITY = {'spdxVersion', 'specVersion', 'bomFormat'}  # without them it is no bill


def validator(version):
    name = ('spdx-%s.schema.json' % version[5:] if version.startswith('SPDX')
            else 'cyclonedx-bom-%s.schema.json' % version)
    known = {BASE + other: schema for other, schema in store.items()}
    return jsonschema.Draft7Validator(store[name], resolver=jsonschema.RefResolver(BASE + name, store[name], known))


def places(value, path=()):
    if path:
        yield path
    for key, sub in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(sub, path + (key,))


def prune(document, judge):
    """What a version does not know or wants otherwise is taken out, until the document is valid."""
    for _ in range(200):
        error = next(judge.iter_errors(document), None)
        if error is None:
            return document
        path, holder = list(error.absolute_path), document
        if error.validator == 'additionalProperties':
            for key in set(error.instance) - set(error.schema.get('properties', {})):
                del error.instance[key]
            continue
        for key in path[:-1]:
            holder = holder[key]
        del holder[path[-1]]
    raise SystemExit('a document that cannot be made valid')


def mutate(document, chance):
    """One change, at a place where there is something."""
    document = copy.deepcopy(document)
    path = chance.choice([p for p in places(document) if p[0] not in IDENTITY])
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    key, what = path[-1], chance.randrange(6)
    if what == 0:
        del holder[key]
    elif what == 1 and isinstance(holder, list):
        holder.append(copy.deepcopy(holder[key]))
    elif what == 2 and isinstance(holder, dict):
        holder['unknown'] = 1
    elif what == 3 and isinstance(holder[key], str):
        holder[key] += chance.choice([' ', 'x', '0', '/', 'é'])
    elif what == 4 and isinstance(holder, dict) and len(holder) > 1:
        holder[key] = copy.deepcopy(chance.choice(list(holder.values())))
    else:
        holder[key] = copy.deepcopy(chance.choice(WRONG))
    return document


def ours(text):
    """Whether `oakum sbom check` calls it valid; what its reader refuses is not."""
    pathlib.Path('mutant.json').write_text(text)
    run = subprocess.run([oakum, 'sbom', 'check', '-f', 'json', 'sbom:mutant.json'], capture_output=True, text=True)
    if run.returncode == 3:
        return False, run.stderr.strip()
    report = json.loads(run.stdout)
    return 'fault' not in report, report.get('fault', '')


for name in sys.argv[4:]:
    document = json.loads(pathlib.Path(name).read_text())
    for key in ('packages', 'components', 'relationships', 'files', 'dependencies'):
        if key in document:
            document[key] = document[key][:4]
    version = document.get('spdxVersion') or document['specVersion']
    document = prune(document, validator(version))
    judge, chance, invalid, differ = validator(version), random.Random(name), 0, 0
    for i in range(count):
        mutant = mutate(document, chance) if i else document
        text = json.dumps(mutant)
        want, (have, why) = judge.is_valid(mutant), ours(text)
        invalid += not want
        if want != have:
            differ += 1
            wrong = '; '.join('/'.join(map(str, e.path)) + ': ' + e.message[:150] for e in judge.iter_errors(mutant))
            print(name, i, 'jsonschema:', wrong or 'valid', '| oakum:', why or 'valid', file=sys.stderr)
    print(version, count, invalid, differ)
