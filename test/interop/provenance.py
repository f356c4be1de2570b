#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""slsa-verifier's table of cases (its main_regression_test.go, as cases.tsv): `oakum verify-provenance` gives each
row's verdict, for the reason that the row names. Prints TAP.

Rows whose provenance has no log entry in it were verified by asking the log; those must be refused, saying so. Rows
whose data nobody kept are skipped and named.

provenance.py OAKUM FOLDER EVERY    EVERY: 3 runs every third of them"""
import csv
import glob
import os
import re
import subprocess
import sys

oakum, folder, every = *sys.argv[1:3], int(sys.argv[3])
REASONS = {
    'ErrorMismatchSource': 'source',
    'ErrorMismatchBranch': 'branch',
    'ErrorInvalidRef': 'tag',
    'ErrorMismatchTag': 'tag',
    'ErrorMismatchVersionedTag': 'tag',
    'ErrorUntrustedReusableWorkflow': 'builder that is (known|asked for)',
    'ErrorMismatchHash': 'another (image|artifact)',
    'ErrorMismatchWorkflowInputs': 'input',
    'ErrorMismatchBuilderID': 'builder that is asked for',
    'ErrorMismatchIntoto': 'not what was signed',
    'ErrorMutableImage': 'named by its digest',
    'ErrorNoValidSignature': 'no signature|key id',
    'ErrorInvalidSignature': 'the signature does not hold|of another payload',
    'ErrorInvalidBuilderID': '--builder-id',
    'ErrorNotSupported': 'runner',
    'ErrorMismatchPackageName': "the package's name",
    'ErrorMismatchPackageVersion': "the package's version",
}
FLAGS = {'source': '--source-uri', 'branch': '--source-branch', 'tag': '--source-tag', 'builder_id': '--builder-id',
         'versioned_tag': '--source-versioned-tag', 'pkg_name': '--package-name', 'pkg_version': '--package-version'}
count = failed = asked = 0
seen = {'holds': 0, 'only online': 0, 'no data': 0}


def tell(name, fine, *notes):
    global count, failed
    count += 1
    failed += not fine
    print(f'{"ok" if fine else "not ok"} {count} - {name}')
    if not fine:
        print('\n'.join('# ' + line for note in notes for line in note.splitlines()))


def is_due():
    global asked
    asked += 1
    return asked % every == 0


def run(*words):
    done = subprocess.run([oakum, 'verify-provenance', *words], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def check(row, name, words, provenance=None):
    if not is_due():
        return
    words = list(words)
    for column, flag in FLAGS.items():
        if row[column]:
            words += [flag, row[column]]
    status, text = run(*words)
    want = row['expected']
    if provenance and '"mediaType"' not in open(provenance).read():
        seen['only online'] += 1
        tell(f'{name}: only online', status == 4 and 'no log entry' in text, f'status {status}', text)
    else:
        seen['holds'] += 1
        fine = status == 0 if want == 'PASS' else status == 4 and re.search(REASONS[want], text)
        tell(f'{name}: {want}', fine, f'status {status}: {" ".join(words)}', text)


def path(*parts):
    return os.path.join(folder, *parts)


def digest(base, algorithm='sha256'):
    """What stands for the artifact: itself, or its digests."""
    for suffix in '.sha256', '.digest', '.digests':
        if os.path.exists(base + suffix):
            words = open(base + suffix).read().split()
            if suffix == '.digests':
                return f'{algorithm}:{words[words.index(algorithm) + 1]}'
            return words[0] if ':' in words[0] else 'sha256:' + words[0]
    return base if os.path.exists(base) else None


def folders(row, names):
    """The builder's versions, from the row's least one on."""
    def version(text):
        return [int(n) for n in text[1:].split('.')]
    for name in names:
        for v in sorted(glob.glob(path(name, 'v*'))):
            if not row['min_version'] or version(os.path.basename(v)) >= version(row['min_version']):
                yield v


def artifacts(row, names):
    for v in [*folders(row, names), folder]:
        for suffix in '.intoto.jsonl', '.intoto.sigstore', '.intoto.build.slsa':
            parts = row['artifact'].split(',')
            provenance = os.path.join(v, row['provenance'] or parts[0] + suffix)
            # What the container builder's data made is empty, and was not kept.
            given = [digest(os.path.join(v, p)) for p in parts]
            if 'container-based' in v:
                given = ['sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855']
            if os.path.exists(provenance) and None not in given:
                yield os.path.relpath(provenance, folder), [*given, '--provenance-path', provenance], provenance
                break


def images(row, names):
    for v in folders(row, names):
        yield os.path.basename(v), [os.path.join(v, row['artifact'])], None


def google(row, names):
    provenance = path(names[0], 'v0.3', row['provenance'])
    name = digest(path(names[0], 'v0.3', row['artifact']))
    if not name:  # an image in a registry: one by a digest that is another's, one by its tag
        name = row['artifact'] + ('@sha256:' + '5' * 64 if 'digest' in row['case'] else '')
    if row['case'] == 'mismatch input builder version':
        row['builder_id'] += '@v0.4'  # the table lost it
    yield row['provenance'], [name, '--provenance-path', provenance], None


def attestations(row, names):
    provenance = path(names[0], row['artifact'] + '.intoto.jsonl')
    if os.path.exists(provenance):
        yield row['artifact'], [digest(path(names[0], row['artifact'])), '--provenance-path', provenance], None


def packages(row, names):
    answer = path(names[0], row['artifact'] + '.json')
    if os.path.exists(answer):
        yield row['artifact'], [digest(path(names[0], row['artifact']), 'sha512'), '--attestations-path', answer], None


SUMMARY = ['--attestation-path', path('vsa/gce/v1/gke-gce-pre.bcid-vsa.jsonl'),
           '--public-key-path', path('vsa/gce/v1/vsa_signing_public_key.pem')]
SUBJECT = ['--subject-digest', 'gce_image_id:8970095005306000053']
VERIFIER = ['--verifier-id', 'https://bcid.corp.google.com/verifier/bcid_package_enforcer/v0.1']
RESOURCE = ['--resource-uri', 'gce_image://gke-node-images:gke-12615-gke1418000-cos-101-17162-463-29-c-cgpv1-pre']
KEY_ID = ['--public-key-id', 'keystore://76574:prod:vsa_signing_public_key']


def summaries(row, _names):
    yield 'vsa', [*SUMMARY, *SUBJECT, *VERIFIER, *RESOURCE, '--public-key-id', ''], None


TABLES = {
    'runVerifyGHAArtifactPath': (artifacts, ['gha_generic', 'gha_go']),
    'runVerifyGHAContainerBased': (artifacts, ['gha_container-based']),
    'runVerifyGHAArtifactImage': (images, ['gha_generic_container']),
    'runVerifyGCBArtifactImage': (google, ['gcb_container']),
    'runVerifyGithubAttestation': (attestations, ['bcr']),
    'runVerifyNpmPackage': (packages, ['npm/gha']),
    'runVerifyVSA': (summaries, []),
}


def table():
    with open(path('cases.tsv'), newline='') as f:
        for row in csv.DictReader(f, delimiter='\t'):
            find, names = TABLES[row['table']]
            name = row['table'].removeprefix('runVerify') + ' ' + row['case']
            empty = True
            for what, words, provenance in find(row, names):
                empty = False
                check(row, f'{name}, {what}', words, provenance)
            if empty:
                seen['no data'] += 1
                tell(f'{name}, {row["artifact"]} # SKIP nobody kept its data', True)


# -- what the table has no row for, with the same data -------------------------------------------------------------
def expect(name, want, pattern, *words):
    if not is_due():
        return
    status, text = run(*words)
    tell(name, status == want and re.search(pattern, text, re.MULTILINE), f'status {status}, expected {want}', text)


EXAMPLE = ['--source-uri', 'github.com/slsa-framework/example-package']
WORKFLOWS = 'https://github.com/slsa-framework/slsa-github-generator/.github/workflows/'
TRW = 'https://github.com/slsa-framework/example-trw/.github/workflows/builder_high-perms_slsa3.yml'


def builders():
    empty = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    for provenance in sorted(glob.glob(path('gha_container-based', 'v*', '*'))):
        tag = re.search(r'-(v\d[\d.]*)\.intoto', provenance)
        words = [empty, '--provenance-path', provenance, *EXAMPLE, '--source-branch', 'main']
        words += ['--source-tag', tag[1]] if tag else []
        name = os.path.relpath(provenance, folder)
        expect(name, 0, '^  built by .*/builder_container-based_slsa3.yml@refs/tags/v', *words)
        expect(f'{name}: another tag', 4, 'tag', *words, '--source-tag', 'v0.0.1')
        expect(f'{name}: an input', 4, 'input', *words, '--build-workflow-input', 'a=b')
    for v in sorted(glob.glob(path('gha_generic_container', 'v*'))):
        image = os.path.join(v, 'container_workflow_dispatch')
        name = 'gha_generic_container ' + os.path.basename(v)
        expect(name, 0, '^  image      ' + digest(image), image, *EXAMPLE)
        builder = WORKFLOWS + 'generator_container_slsa3.yml'
        expect(f'{name}: by its builder', 0, '', image, *EXAMPLE, '--builder-id', builder)
        expect(f'{name}: by its release', 0, '', image, *EXAMPLE, '--builder-id', f'{builder}@{os.path.basename(v)}')
        expect(f'{name}: by another', 4, 'asked for', image, *EXAMPLE, '--builder-id', builder + '@v9')


def delegators():
    for provenance in sorted(glob.glob(path('gha_delegator', 'v*', '*.slsa'))):
        base = provenance.removesuffix('.build.slsa')
        words = [base, '--provenance-path', provenance, *EXAMPLE]
        name = os.path.relpath(base, folder)
        expect(f'{name}: by a builder that is named', 0, '^  built by .*example-trw', *words, '--builder-id', TRW)
        expect(f'{name}: by one that is not', 4, 'say --builder-id', *words)
    for base in sorted(glob.glob(path('gha_gradle', 'v*', '*.slsa')) + glob.glob(path('gha_maven', 'v*', '*.slsa'))):
        words = [digest(base.removesuffix('.build.slsa')), '--provenance-path', base]
        name = os.path.relpath(base, folder)
        expect(f'{name}: by one of SLSA', 0, '^  built by .*_slsa3.yml', *words, *EXAMPLE)
        expect(f'{name}: from elsewhere', 4, 'source', *words, '--source-uri', 'github.com/a/b')


def old_packages():
    for name, source in (('provenance-npm-test-cli-v02-prega', 'laurentsimon/provenance-npm-test'),
                         ('supreme-googles-cli-v02-tag', 'trishankatdatadog/supreme-goggles')):
        for suffix, want in ('', 0), ('-invalidsigprov', 4), ('-invalidsigpub', 4):
            base = path('npm/gha', f'{name}{suffix}.tgz')
            words = ['--attestations-path', base + '.json', '--source-uri', 'github.com/' + source,
                     '--builder-id', 'https://github.com/actions/runner/github-hosted']
            pattern = '^proven' if want == 0 else REASONS['ErrorInvalidSignature']
            expect(f'{name}{suffix}', want, pattern, digest(base, 'sha512'), *words)
            expect(f'{name}{suffix}: another tarball', 4, 'another artifact|signature|payload',
                   'sha512:' + '0' * 128, *words)


def google_files():
    good = r'github\.json|github-tag|gcs|[23](nd|rd)valid'
    for provenance in sorted(glob.glob(path('gcb_container/v0.3/*.json'))):
        name = os.path.basename(provenance)
        source, image = 'github.com/laurentsimon/gcb-tests', 'github'
        if 'tag' in name:
            source, image = 'github.com/slsa-framework/example-package', 'github-tag'
        if 'gcs' in name:
            source = 'gs://slsa-tooling_cloudbuild/source/1663616632.078353-fc7db143dcc64b5f9fe71d0497125ca1.tgz'
            image = 'gcs'
        words = [digest(path('gcb_container/v0.3', 'gcloud-container-' + image)), '--provenance-path', provenance]
        expect(name, 0 if re.search(good, name) else 4, '', *words, '--source-uri', source)
    worker = 'https://cloudbuild.googleapis.com/GoogleHostedWorker'
    base = path('gcb_container/v0.3/gcloud-container-github')
    words = [digest(base), '--provenance-path', base + '.json', '--source-uri', 'github.com/laurentsimon/gcb-tests']
    expect('Google, the builder by its version', 0, '', *words, '--builder-id', worker + '@v0.3')
    expect('Google, the builder by its name', 0, '', *words, '--builder-id', worker)
    expect('Google, another builder', 4, 'builder', *words, '--builder-id', worker + 'a')
    expect('Google vouches for no branch', 4, 'branch', *words, '--source-branch', 'main')


def verified_by_others():
    good = [*SUMMARY, *SUBJECT, *VERIFIER, *RESOURCE, *KEY_ID]
    expect('a summary', 0, '^  verifier', *good)
    for level, want in (('BCID_L1', 0), ('SLSA_BUILD_LEVEL_1', 0), ('SLSA_BUILD_LEVEL_2', 0), ('SLSA_BUILD_LEVEL_3', 4),
                        ('SLSA_SOURCE_LEVEL_1', 4), ('BCID_L0', 4)):
        expect(f'a summary, {level}', want, '', *good, '--verified-level', level)
    expect('a summary of something else', 4, 'resource', *SUMMARY, *SUBJECT, *VERIFIER, *KEY_ID, '--resource-uri', 'x')
    expect('a summary by somebody else', 4, 'verifier', *SUMMARY, *SUBJECT, *RESOURCE, *KEY_ID, '--verifier-id', 'x')
    expect('a summary about another', 4, 'not about', *good, '--subject-digest', 'gce_image_id:1')
    expect('a summary by another key', 4, 'no signature', '--public-key-path', path('../bundles/cosign-release.pub'),
           *SUMMARY[:2], *SUBJECT, *VERIFIER, *RESOURCE, *KEY_ID)
    expect('a summary, and no subject', 2, 'subject-digest', *SUMMARY, *VERIFIER, *RESOURCE, *KEY_ID)


table()
builders()
delegators()
old_packages()
google_files()
verified_by_others()
print(f'# rows: {seen["holds"]} runs judged, {seen["only online"]} only online, {seen["no data"]} rows without data')
print(f'1..{count}')
sys.exit(failed > 0)
