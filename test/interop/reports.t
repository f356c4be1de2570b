#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every report, of nothing, of few and of 5,001 findings, harmless and hostile: valid for readers of its
# format, within their limits. The HTML page in a browser: it sorts, filters, prints, runs nothing else.
. "$ROOT/test/tap.sh"

tools=$(dirname "$OAKUM")/test/interop
[ -x "$tools/issues_make" ] || skip_all 'issues_make is not built'
SHARED=${OAKUM_SHARED:-$ROOT/../shared/data}
schema=$SHARED/schemas/sarif-2.1.0.schema.json
{ [ -f "$schema" ] && python3 -c 'import jsonschema'; } 2>/dev/null || schema=
[ -n "$schema" ] || skip 'SARIF by its schema' 'no schema or no python3-jsonschema'
cd "$TMP" || exit 1

report() { # FORMAT SUBJECT NUMBER [hostile]
	"$tools/issues_make" "$@" >report &&
		python3 "$ROOT/test/interop/reports.py" "$1" "$2" "$3" report ${schema:+"$schema"}
}
for format in sarif junit gitlab annotations markdown html; do
	if [ $format = markdown ] && ! command -v cmark-gfm >tool; then
		skip 'Markdown by its reader' 'cmark-gfm is not installed'
		continue
	fi
	for subject in packages settings secrets; do
		for number in 0 7; do
			ok "$format, $subject: $number" report $format $subject $number
			ok "$format, $subject: $number, hostile" report $format $subject $number hostile
		done
	done
	ok "$format: 5001" report $format packages 5001
	ok "$format: 5001, hostile" report $format packages 5001 hostile
	"$tools/issues_make" $format packages 7 >report
	"$tools/issues_make" $format packages 7 >again
	ok "$format: the same octets again" cmp report again
done
# The judge must see what is wrong.
"$tools/issues_make" sarif packages 7 | sed 's/"ruleIndex": 6/"ruleIndex": 5/' >report
status 'a wrong report is seen' 1 python3 "$ROOT/test/interop/reports.py" sarif packages 7 report

# -- the page in a browser ------------------------------------------------------------------------
[ "$VARIANT" = release ] || done_testing # both variants write the same octets
if ! command -v chromium >tool; then
	skip 'the page in a browser' 'chromium is not installed'
	done_testing
fi
browser() {
	timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
		--user-data-dir="$TMP/profile" "$@" 2>browser.err
}
cat >probe.py <<'END'
"""probe.py PAGE SCRIPT OUT [allow]: the page with a script more at its end, which its policy allows or not."""
import base64
import hashlib
import sys

page, script = (open(name, encoding='utf-8').read() for name in sys.argv[1:3])
if sys.argv[4:]:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page = page.replace('script-src ', f"script-src 'sha256-{digest}' ", 1)
open(sys.argv[3], 'w', encoding='utf-8').write(
    page.replace('</body>', f'<script>{script}</script></body>'))
END
cat >use.js <<'END'
{
const say = [], rows = () => [...document.querySelectorAll('tbody tr')];
const column = n => rows().slice(0, 3).map(tr => tr.cells[n].textContent.slice(0, 14)).join();
const input = (what, value) => {
  what[what.type === 'checkbox' ? 'checked' : 'value'] = value;
  what.dispatchEvent(new Event('input', {bubbles: true}));
};
say.push(column(0));
heads[0].firstChild.click(); say.push(column(0));
heads[1].firstChild.click(); say.push(column(1));
heads[1].firstChild.click(); say.push(column(1), heads[1].getAttribute('aria-sort'));
input(least, '5'); say.push(shown.textContent);
input(least, '0'); input(fixable, true); say.push(shown.textContent);
input(fixable, false); input(find, 'NUMBER  17 package'); say.push(shown.textContent);
input(find, 'nowhere'); say.push(rows().length);
input(find, '');
dispatchEvent(new Event('beforeprint')); say.push(rows().length);
say.push(document.querySelectorAll('table img, table script, table b').length, document.title);
say.push(new Set([...document.querySelectorAll('td a')].map(a => a.origin)).size);
document.body.dataset.say = say.join('|');
}
END
use() { # [hostile]
	"$tools/issues_make" html packages 300 "$@" >page.html
	python3 probe.py page.html use.js probe.html allow
	browser --dump-dom "file://$TMP/probe.html" >dom
	sed -n 's/.*data-say="\([^"]*\)".*/\1/p' dom
}
id=CVE-2026-00
want="critical,critical,critical|unknown,unknown,unknown|${id}000,${id}001,${id}002"
want="$want|${id}299,${id}298,${id}297|descending|50 of 300 shown|150 of 300 shown|13 of 300 shown|0|300"
is 'sorts and filters' "$(use)" "$want|0|Vulnerabilities|1"
is 'hostile texts are texts' "$(use hostile)" "$want|0|Vulnerabilities|1"
"$tools/issues_make" html packages 0 >page.html
browser --dump-dom "file://$TMP/page.html" >dom
like 'nothing found' "$(cat dom)" '0 of 0 shown'
echo "document.title = 'ran'" >other.js
python3 probe.py page.html other.js probe.html
browser --dump-dom "file://$TMP/probe.html" >dom
like 'another script does not run' "$(cat dom)" '<title>Vulnerabilities</title>'
python3 probe.py page.html other.js probe.html allow
browser --dump-dom "file://$TMP/probe.html" >dom
like 'as one does that is allowed' "$(cat dom)" '<title>ran</title>'
"$tools/issues_make" html settings 50 >page.html
browser --no-pdf-header-footer --print-to-pdf="$TMP/page.pdf" "file://$TMP/page.html" >dom
is 'prints' "$(head -c 5 page.pdf)" '%PDF-'
done_testing
