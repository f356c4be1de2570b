/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum vercmp ORDERING` - which of two versions is older, for each pair on standard input. */
#include "base/text.h"
#include "cmd/output.h"
#include "version/version.h"

#include <errno.h>
#include <unistd.h>

/* What has been read of standard input and is no whole line yet. */
struct input {
	size_t n;
	uint64_t lines;
	uint8_t held[LIMIT_VERSION_LINE];
};

static const char *answer(enum version_ordering ordering, bytes a, bytes b)
{
	int c = 0;

	if (!version_compare(ordering, a, b, &c))
		return "invalid\n";
	return c < 0 ? "<\n" : c > 0 ? ">\n" : "=\n";
}

static int answer_line(enum version_ordering ordering, uint64_t number, bytes line,
                       struct stream *out, err *e)
{
	size_t tab = bytes_find(line, '\t');

	if (tab == line.n)
		return err_set(e, ERR_FORMAT, 0,
		               "standard input: line %llu: '%s' has no tab (a pair is VERSION<tab>VERSION)",
		               (unsigned long long)number, SHOW(line));
	stream_puts(out, answer(ordering, bytes_slice(line, 0, tab), bytes_skip(line, tab + 1)));
	return 0;
}

/* Answer what is held line by line and keep the begun line, or answer that too at the end. */
static int answer_held(struct input *in, enum version_ordering ordering, bool at_end,
                       struct stream *out, err *e)
{
	bytes rest = bytes_of(in->held, in->n), line;

	while (rest.n > 0 && (at_end || bytes_find(rest, '\n') < rest.n)) {
		(void)bytes_line(&rest, &line);
		if (answer_line(ordering, ++in->lines, line, out, e) < 0)
			return -1;
	}
	if (rest.n == sizeof(in->held))
		return err_set(e, ERR_LIMIT, 0, "standard input: line %llu has more than %zu octets",
		               (unsigned long long)in->lines + 1, sizeof(in->held));
	if (rest.n > 0)
		memmove(in->held, rest.p, rest.n);
	in->n = rest.n;
	return 0;
}

static int answer_all(enum version_ordering ordering, struct stream *out, err *e)
{
	struct input in;
	ssize_t got;

	in.n = 0;
	in.lines = 0;
	do {
		got = read(STDIN_FILENO, in.held + in.n, sizeof(in.held) - in.n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set(e, ERR_IO, errno, "read standard input");
		in.n += (size_t)got;
		if (answer_held(&in, ordering, got == 0, out, e) < 0)
			return -1;
	} while (got != 0);
	return 0;
}

static int vercmp_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	enum version_ordering ordering = version_ordering_named(bytes_str(operands->items[0]));
	struct stream out;
	err late = { 0 };

	(void)job;
	(void)options;
	if (ordering == VERSION_UNKNOWN)
		return err_set(
			e, ERR_USAGE, 0,
			"'%s' is no ordering (dpkg, apk, rpm, nuget, semver, pep440, maven, gem, go)",
			SHOW(bytes_str(operands->items[0])));
	output_stdout(&out);
	int status = answer_all(ordering, &out, e);

	/* The answers before a bad line are given; that line is what is told. */
	return stream_finish(&out, status < 0 ? &late : e) < 0 ? -1 : status;
}

const struct applet applet_vercmp = {
	.name = "vercmp",
	.brief = "say which of two versions is older",
	.operands = "dpkg|apk|rpm|nuget|semver|pep440|maven|gem|go",
	.about = "Reads pairs of versions from standard input, one a line, divided by a tab, and\n"
			 "prints for each whether the first is older (<), the same (=) or newer (>) than\n"
			 "the second in this ordering, or 'invalid' when one of them is no version there.",
	.operands_min = 1,
	.operands_max = 1,
	.examples = { { "printf '1.0~rc1\\t1.0\\n' | oakum vercmp dpkg", "prints <" },
	              { "oakum vercmp nuget < pairs.tsv", "one answer a line" } },
	.run = vercmp_run,
};
