/* SPDX-License-Identifier: Apache-2.0 */
/* issues_page - style and script of the HTML report (issues_html.c), as the browser gets them.
 *
 * The script puts texts into the page as texts, never as HTML, and makes a link of nothing but a
 * front that the program wrote and an escaped id. The page's policy names both by their digests, so
 * that nothing else runs. A page of rows is shown at once, the others follow while it is read.
 * Threading: constant. */
#pragma once

#define PAGE_STYLE \
	":root{color-scheme:light dark;--line:#d5d9de;--faint:#5c6670;--bad:#b3261e;" \
	"--warn:#8a5a00}\n" \
	"@media(prefers-color-scheme:dark){:root{--line:#3a4149;--faint:#9aa4ae;" \
	"--bad:#ff8a80;--warn:#ffc46b}}\n" \
	"body{font:15px/1.45 system-ui,sans-serif;margin:1.5rem auto;max-width:110rem;" \
	"padding:0 1rem}\n" \
	"h1{font-size:1.4rem;margin:0}\n" \
	"p,ul{margin:.4rem 0}\n" \
	".faint{color:var(--faint)}\n" \
	"form{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:center;margin:1rem 0}\n" \
	"input,select,button{font:inherit}\n" \
	"#find{flex:1 1 12rem;max-width:30rem;padding:.25rem .5rem}\n" \
	"table{border-collapse:collapse;width:100%}\n" \
	"th,td{border-bottom:1px solid var(--line);padding:.3rem .5rem;text-align:left;" \
	"vertical-align:top;overflow-wrap:anywhere}\n" \
	"thead{position:sticky;top:0;background:Canvas}\n" \
	"th button{all:unset;cursor:pointer;font-weight:600;white-space:nowrap}\n" \
	"th button:focus-visible{outline:2px solid}\n" \
	"th[aria-sort=ascending] button::after{content:' \\2191'}\n" \
	"th[aria-sort=descending] button::after{content:' \\2193'}\n" \
	"td:first-child{white-space:nowrap;font-weight:600}\n" \
	".critical,.high{color:var(--bad)}\n" \
	".medium{color:var(--warn)}\n" \
	".low,.info,.unknown{color:var(--faint)}\n" \
	"@media(max-width:48rem){table,tbody,tr,td{display:block}thead tr{display:flex;" \
	"flex-wrap:wrap}thead th{display:block}" \
	"tr{padding:.4rem 0;border-bottom:1px solid var(--line)}" \
	"td{border:0;padding:.1rem 0}td:empty{display:none}td:not(:first-child)::before{" \
	"content:attr(data-name) ': ';color:var(--faint)}}\n" \
	"@media print{form{display:none}body{font-size:9pt;margin:0;max-width:none}" \
	"thead{position:static;display:table-header-group}tr{break-inside:avoid}}\n"

#define PAGE_SCRIPT \
	"'use strict';\n" \
	"const data = JSON.parse(document.getElementById('data').textContent);\n" \
	"const words = ['unknown', 'info', 'low', 'medium', 'high', 'critical'];\n" \
	"const [find, least, fixable, shown] = ['find', 'least', 'fixable', 'shown'].map(\n" \
	"  id => document.getElementById(id));\n" \
	"const body = document.querySelector('tbody');\n" \
	"const heads = [...document.querySelectorAll('th')];\n" \
	"const order = new Intl.Collator('en', {numeric: true}).compare;\n" \
	"const rows = data.rows.map(([severity, fix, link, ...cells]) => {\n" \
	"  cells = [words[severity], ...cells.map(n => data.texts[n])];\n" \
	"  return {severity, fix, link, cells, text: cells.join('\\n').toLowerCase()};\n" \
	"});\n" \
	"let column = 0, turned = false;\n" \
	"function make(row) {\n" \
	"  const tr = document.createElement('tr');\n" \
	"  row.cells.forEach((text, n) => {\n" \
	"    const td = tr.insertCell(), link = n === 1 && data.texts[row.link];\n" \
	"    td.dataset.name = heads[n].textContent;\n" \
	"    if (n === 0) td.className = text;\n" \
	"    if (!link) { td.textContent = text; return; }\n" \
	"    const a = td.appendChild(document.createElement('a'));\n" \
	"    a.href = link + encodeURIComponent(text);\n" \
	"    a.rel = 'noreferrer noopener';\n" \
	"    a.textContent = text;\n" \
	"  });\n" \
	"  return tr;\n" \
	"}\n" \
	"let timer = 0, rest = [];\n" \
	"function more(most) {\n" \
	"  const page = document.createDocumentFragment();\n" \
	"  for (const row of rest.splice(0, most)) page.append(row.tr ||= make(row));\n" \
	"  body.append(page);\n" \
	"  if (rest.length) timer = setTimeout(more, 0, 500);\n" \
	"}\n" \
	"function show() {\n" \
	"  const want = find.value.toLowerCase().split(/\\s+/);\n" \
	"  const list = rows.filter(row => row.severity >= Number(least.value) &&\n" \
	"    (!fixable.checked || row.fix) && want.every(word => row.text.includes(word)));\n" \
	"  const sign = turned ? -1 : 1;\n" \
	"  list.sort((a, b) => sign * (column ? order(a.cells[column], b.cells[column])\n" \
	"                                     : b.severity - a.severity));\n" \
	"  clearTimeout(timer);\n" \
	"  body.replaceChildren();\n" \
	"  rest = list.slice();\n" \
	"  more(200);\n" \
	"  shown.textContent = list.length + ' of ' + rows.length + ' shown';\n" \
	"  heads.forEach((th, n) => n === column\n" \
	"    ? th.setAttribute('aria-sort', turned !== (n === 0) ? 'descending' : 'ascending')\n" \
	"    : th.removeAttribute('aria-sort'));\n" \
	"}\n" \
	"heads.forEach((th, n) => th.addEventListener('click', () => {\n" \
	"  turned = n === column && !turned;\n" \
	"  column = n;\n" \
	"  show();\n" \
	"}));\n" \
	"document.querySelector('form').addEventListener('input', show);\n" \
	"addEventListener('beforeprint', () => more(Infinity));\n" \
	"document.querySelector('form').addEventListener('submit', e => e.preventDefault());\n" \
	"show();\n"
