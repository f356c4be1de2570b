# SPDX-License-Identifier: Apache-2.0
"""reports.py FORMAT SUBJECT NUMBER FILE [SCHEMA] - is this report of NUMBER made-up findings (issues_make.c)
what readers of its format take? Hostile ones begin as the harmless ones do. Prints what is wrong."""
import collections
import gzip
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as xml

kind, subject, number, file, *schema = sys.argv[1:]
number = int(number)
octets = open(file, 'rb').read()
text = octets.decode('utf-8')  # strictly
faults = []


def check(what, good):
    if not good:
        faults.append(what)


def sarif():
    log = json.loads(text)
    if schema and number < 100:
        import jsonschema
        jsonschema.Draft7Validator(json.load(open(schema[0]))).validate(log)
    run, = log['runs']
    results, rules = run['results'], run['tool']['driver']['rules']
    check('as many results', len(results) == min(number, 5000))
    scores = [float(rules[r['ruleIndex']]['properties']['security-severity']) for r in results]
    check('worst first', scores == sorted(scores, reverse=True))
    check('rules by their place', all(rules[r['ruleIndex']]['id'] == r['ruleId'] for r in results))
    for name in 'oakumFinding/v1', 'primaryLocationLineHash':
        check('no fingerprint twice',
              len({r['partialFingerprints'][name] for r in results}) == len(results))
    check('levels', {r['level'] for r in results} <= {'error', 'warning', 'note'})
    check('URIs', all(re.fullmatch(r"[\w./%~@+=-]+", u) for u in uris(results)))
    check('tags that GitHub takes', all(len(r['properties']['tags']) <= 10 for r in rules))
    check('what GitHub takes', len(gzip.compress(octets)) < 10_000_000)
    notes = [n['message']['text'] for n in run['invocations'][0]['toolExecutionNotifications']]
    check('the rest is counted',
          any(f'{number - 5000} more' in n for n in notes) == (number > 5000))
    for r in results:
        region = r['locations'][0]['physicalLocation']['region']
        check('regions', list(region.values()) == ([1, 1, 1, 1] if subject == 'packages' else [3, 5, 3, 9]))


def uris(results):
    return [r['locations'][0]['physicalLocation']['artifactLocation']['uri'] for r in results]


def junit():
    root = xml.fromstring(octets)
    suite, = root
    cases = suite.findall('testcase')
    check('as many cases', len(cases) == max(number, 1) == int(suite.get('tests')))
    check('as many failures',
          len(suite.findall('testcase/failure')) == number == int(suite.get('failures')))
    check('a name each', len({c.get('name') for c in cases}) == len(cases))
    check('nothing but our elements', {e.tag for e in root.iter()} <=
          {'testsuites', 'testsuite', 'properties', 'property', 'testcase', 'failure'})


def gitlab():
    """Schemas 15.0 of GitLab's security reports: required members, patterns, lengths."""
    report = json.loads(text)
    check('version', re.fullmatch(r'\d+\.\d+\.\d+', report['version']))
    scan = report['scan']
    check('type', scan['type'] == {'packages': 'container_scanning', 'settings': 'sast',
                                   'secrets': 'secret_detection'}[subject])
    for name in 'start_time', 'end_time':
        check(name, re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d', scan[name]))
    for tool in scan['analyzer'], scan['scanner']:
        check('tool', all(tool[n] for n in ('id', 'name', 'version')) and tool['vendor']['name'])
    check('as many', len(report['vulnerabilities']) == number)
    check('an id each', len({v['id'] for v in report['vulnerabilities']}) == number)
    for v in report['vulnerabilities']:
        check('lengths', len(v['name']) <= 255 and len(v.get('solution', '')) <= 7000)
        check('severity', v['severity'] in ('Info', 'Unknown', 'Low', 'Medium', 'High', 'Critical'))
        check('identifiers', all(i['type'] and i['name'] and i['value'] and
                                 re.match('https?://.', i.get('url', 'https://x'))
                                 for i in v['identifiers']) and v['identifiers'])
        check('links', all(re.match('https?://.', link['url']) for link in v['links']))
        place = v['location']
        if subject == 'packages':
            check('place', place['dependency']['package']['name'] and place['operating_system'] and
                  place['image'] and 'version' in place['dependency'])
        else:
            check('place', place['file'].startswith('src/file') and place['start_line'] == 3)
        check('commit', ('commit' in place) == (subject == 'secrets'))


def annotations():
    """As the runner reads commands: actions/runner, ActionCommand.cs."""
    *lines, last = text.splitlines()
    levels = collections.Counter()
    for line in lines:
        level, properties, message = re.fullmatch('::([a-z]+) ([^:]*)::(.*)', line).groups()
        levels[level] += 1
        values = dict(p.split('=', 1) for p in properties.split(','))
        check('properties', set(values) <= {'file', 'line', 'endLine', 'col', 'endColumn', 'title'})
        if values['title'] == 'oakum':  # what to know of a target
            levels[level] -= 1
            continue
        check('ids', values['title'].startswith('CVE-2026-'))
        check('messages', re.match('(message|package) [0-9]', message))
    check('levels', set(levels) <= {'error', 'warning', 'notice'} and
          all(n <= 10 for n in levels.values()))
    check('no controls', not re.search('[\x00-\x09\x0b-\x1f\x7f\u202e\u2028]', text))
    check('the rest is counted', number <= 30 or f'{number - 30} are not shown' in last)
    check('sums', last.startswith(f'{number} finding'))


def markdown():
    html = subprocess.run(['cmark-gfm', '-e', 'table', '-e', 'autolink', '-e', 'strikethrough',
                           '--unsafe', file], stdout=subprocess.PIPE, check=True).stdout.decode()
    tags = set(re.findall('</?([a-z0-9]+)', html))
    check('nothing but our elements', tags <=
          {'h2', 'p', 'ul', 'li', 'table', 'thead', 'tbody', 'tr', 'th', 'td'})
    rows = html.count('<tr>') - (number > 0)
    left = re.search('([0-9]+) more findings', html)
    check('all are there or counted', rows + int(left[1] if left else 0) == number)
    check('columns', rows == 0 or html.count('<td>') == rows * html.count('<th>'))
    check('what GitHub takes', len(octets) < 1 << 20)
    check('no controls', not re.search('[\x00-\x09\x0b-\x1f\x7f\u202e\u2028]', text))


def html():
    check('below a megabyte', len(octets) < 1_000_000)
    data = re.search('<script type="application/json" id="data">(.*?)</script>', text, re.S)[1]
    page = json.loads(data)
    left = re.search('<p>([0-9]+) more findings', text)
    check('all are there or counted', len(page['rows']) + int(left[1] if left else 0) == number)
    order = [row[0] for row in page['rows']]
    check('worst first', order == sorted(order, reverse=True))
    check('nothing from elsewhere', not re.search(r'<[^>]*\b(src|href)=|url\(|@import', text.replace(data, '')))
    check('two scripts and one style', text.count('<script') == 2 and text.count('<style') == 1)


globals()[kind]()
print(*sorted(set(faults)), sep='\n')
sys.exit(bool(faults))
