/* SPDX-License-Identifier: Apache-2.0 */
/* issues_make FORMAT SUBJECT NUMBER - a report (report/issues.h) of so many made-up findings.
 * SUBJECT: packages, settings, secrets. With the word "hostile" behind them every text holds what
 * some format could trip over. */
#include "report/issues.h"

#include <stdio.h>
#include <stdlib.h>

#define HOSTILE \
	"\"'<b>&amp;</script><script>document.title='ran'</script><!-- ]]> --><img src=x " \
	"onerror=\"document.title='ran'\">\r\n::error::ran\n%0A|`x`[y](javascript:ran)@all $x$ " \
	"www.evil.example \x1b[31m\x01\x7f\xff\xc3\xe2\x80\xae\xe2\x80\xa8\xef\xbf\xbf\xf0\x9f\x98\x80"

static bytes text(bool hostile, const char *plain, size_t n, struct arena *a)
{
	return bytes_str(arena_printf(a, "%s %zu%s", plain, n, hostile ? HOSTILE : ""));
}

static void add(struct issues *all, size_t n, bool hostile, struct arena *a)
{
	bool package = all->subject == ISSUES_OF_PACKAGES;
	const struct issue_rule rule = {
		.id = bytes_str(arena_printf(a, "CVE-2026-%05zu%s", n, hostile ? HOSTILE : "")),
		.title = text(hostile, "what is wrong with number", n, a),
		.about = text(hostile, "A sentence that says more of", n, a),
		.mend = package ? BYTES("") : text(hostile, "Mend it:", n, a),
		.refs = BYTES("CIS 1, NSA 2"),
		.link = bytes_str(arena_printf(a, "https://nvd.nist.gov/vuln/detail/CVE-2026-%05zu%s", n,
		                               hostile ? HOSTILE : "")),
	};
	struct issue issue = {
		.kind = package                                   ? ISSUE_SYSTEM_PACKAGE
		        : all->subject == ISSUES_OF_SETTINGS ? ISSUE_SETTING
		                                                  : ISSUE_SECRET,
		.severity = (enum severity)(n % (SEVERITY_CRITICAL + 1)),
		.file = package ? BYTES("") : text(hostile, "src/file", n, a),
		.in_sources = !package,
		.region = { 3, 5, 3, 9 },
		.where = text(hostile, "part", n, a),
		.message = text(hostile, "message", n, a),
		.package = package ? text(hostile, "package", n, a) : BYTES(""),
		.version = text(hostile, "1.0.", n, a),
		.fixed = n % 2 ? text(hostile, "2.0.", n, a) : BYTES(""),
		.can_be_fixed = n % 2,
	};

	if (package)
		issue.region = (struct issue_region){ 0 };
	issues_add(all, &rule, &issue, rule.id);
}

static int to_stdout(void *ctx, bytes part, err *e)
{
	(void)ctx;
	(void)e;
	return fwrite(part.p, 1, part.n, stdout) == part.n ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct arena a = ARENA_INIT;
	struct issues all;
	struct stream out;
	err e = { 0 };

	if (argc < 4)
		return 2;
	bool hostile = argc > 4;
	enum issues_subject subject = *argv[2] == 'p'      ? ISSUES_OF_PACKAGES
	                              : argv[2][2] == 't' ? ISSUES_OF_SETTINGS
	                                                   : ISSUES_OF_SECRETS;

	issues_init(&all, subject, 1795305600);
	issues_target(&all, text(hostile, "target", 1, &a));
	if (hostile)
		issues_note(&all, HOSTILE);
	for (size_t i = 0, n = strtoul(argv[3], NULL, 10); i < n; i++)
		add(&all, i, hostile, &a);
	stream_init(&out, to_stdout, NULL);
	issues_write(&all, argv[1], &out);
	int result = stream_finish(&out, &e);

	issues_done(&all);
	arena_done(&a);
	return result < 0;
}
