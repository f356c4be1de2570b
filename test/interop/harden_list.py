#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a layout's image holds, read by tarfile, gzip and json alone.

usage: harden_list.py list LAYOUT            layer, mode, owner and name of every entry, in their order
       harden_list.py config LAYOUT          the config as it stands
       harden_list.py unpack LAYOUT FOLDER   the layers upon each other
       harden_list.py planted LAYOUT FOLDER  what make-demo.sh hid in the fat image, a file a value
       harden_list.py holds LAYOUT FOLDER [MOST]  the values that its blobs hold, unpacked, by name;
                                             MOST: of blobs of at most so many octets
"""
import gzip
import json
import os
import re
import sys
import tarfile

layout = sys.argv[2]


def blob(d):
    with open(f"{layout}/blobs/{d['digest'].replace(':', '/')}", 'rb') as f:
        return f.read()


index = json.load(open(f'{layout}/index.json'))
manifest = json.loads(blob(index['manifests'][0]))
config = json.loads(blob(manifest['config']))


def layers(of=manifest['layers']):
    for d in of:
        yield tarfile.open(f"{layout}/blobs/{d['digest'].replace(':', '/')}")


def entries():
    for number, tar in enumerate(layers()):
        kinds = {tarfile.DIRTYPE: '/', tarfile.SYMTYPE: ' -> ', tarfile.LNKTYPE: ' = '}
        for e in tar:
            if e.pax_headers:
                sys.exit(f'{e.name} has {e.pax_headers}')
            tail = kinds.get(e.type, '') + e.linkname
            print(f'{number} {e.mode:o} {e.uid}:{e.gid} {e.name}{tail}'.encode('unicode_escape').decode())


def planted(folder):
    """The values themselves: of the layer that has them, of the environment, of the history."""
    found = {}
    small = [d for d in manifest['layers'] if d['size'] < 1 << 20]
    for tar in layers(small):
        for e in tar:
            if e.isreg() and '.wh.' not in e.name:
                text = tar.extractfile(e).read().decode()
                for n, v in enumerate(re.findall(r'[A-Za-z0-9+/=_]{20,}', text)):
                    found[f'{e.name} {n}'] = v
    for e in config['config']['Env']:
        if 'PASSWORD' in e or 'SECRET' in e:
            found[e.split('=')[0]] = e.split('=', 1)[1]
    for h in config['history']:
        for v in re.findall('ghp_[A-Za-z0-9]+', h['created_by']):
            found['history'] = v
    os.makedirs(folder, exist_ok=True)
    # words of the language around them are no secrets
    for name, value in found.items():
        if not re.fullmatch('[a-z_]+|[A-Za-z]+|-+', value):
            with open(f"{folder}/{name.replace('/', '-')}", 'w') as f:
                f.write(value)


def holds(folder, most=1 << 62):
    values = {n: open(f'{folder}/{n}', 'rb').read() for n in os.listdir(folder)}
    for root, _, names in os.walk(layout):
        for name in names:
            if os.path.getsize(f'{root}/{name}') > most:
                continue
            with open(f'{root}/{name}', 'rb') as f:
                data = f.read()
            if data[:2] == b'\x1f\x8b':
                data += gzip.decompress(data)
            print(*(n for n, v in sorted(values.items()) if v in data), sep='\n', end='')


command = sys.argv[1]
if command == 'list':
    entries()
elif command == 'config':
    print(json.dumps(config, sort_keys=True))
elif command == 'unpack':
    for tar in layers():
        tar.extractall(sys.argv[3], filter='tar') if hasattr(tarfile, 'tar_filter') else tar.extractall(sys.argv[3])
elif command == 'planted':
    planted(sys.argv[3])
elif command == 'holds':
    holds(sys.argv[3], *(int(n) for n in sys.argv[4:]))
