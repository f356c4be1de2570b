/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/python_needs.h"

#include "base/limits.h"
#include "base/text.h"

enum truth { NO, MAYBE, YES };

static enum truth truth_of(bool yes)
{
	return yes ? YES : NO;
}

/* -- what is known of the Python that will run it ---------------------------------------------- */

struct python {
	bool known;
	uint64_t major, minor;
};

/* ".../python3.11/..." as CPython names its folders; Debian's python3/dist-packages serves several
 * versions and tells none. */
static struct python python_of(bytes path)
{
	struct python p = { 0 };
	bytes part;

	while (bytes_take_until(&path, '/', &part)) {
		bytes major;

		if (!bytes_take_prefix(&part, BYTES("python")) || !bytes_take_until(&part, '.', &major))
			continue;
		if (text_take_u64(major, 10, 99, &p.major) && text_take_u64(part, 10, 999, &p.minor))
			p.known = true;
	}
	return p;
}

/* order(have, text, out): how "3.8" compares with what runs: negative when that is older. Only two
 * numbers can be compared. */
static bool order(const struct python *have, bytes text, int *out)
{
	uint64_t major, minor = 0;
	bytes word;

	if (!have->known || !bytes_take_until(&text, '.', &word) ||
	    !text_take_u64(word, 10, 99, &major) ||
	    (text.n > 0 && !text_take_u64(text, 10, 999, &minor)))
		return false;
	*out = have->major != major ? (have->major > major) - (have->major < major)
	                            : (have->minor > minor) - (have->minor < minor);
	return true;
}

static enum truth compare_version(const struct python *have, bytes operator, bytes text)
{
	int c;

	if (!order(have, text, &c))
		return MAYBE;
	if (bytes_is(operator, "<"))
		return truth_of(c < 0);
	if (bytes_is(operator, "<="))
		return truth_of(c <= 0);
	if (bytes_is(operator, ">"))
		return truth_of(c > 0);
	if (bytes_is(operator, ">="))
		return truth_of(c >= 0);
	if (bytes_is(operator, "=="))
		return truth_of(c == 0);
	return bytes_is(operator, "!=") ? truth_of(c != 0) : MAYBE;
}

/* What the variables of an environment are in a container: Linux. */
static enum truth compare(const struct python *have, bytes variable, bytes operator, bytes text)
{
	static const struct {
		const char *variable, *value;
	} fixed[] = { { "sys_platform", "linux" },
		          { "platform_system", "Linux" },
		          { "os_name", "posix" } };

	if (bytes_is(variable, "extra"))
		return truth_of(!bytes_is(operator, "=="));
	if (bytes_is(variable, "python_version"))
		return compare_version(have, operator, text);
	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++) {
		bool same = bytes_is(text, fixed[i].value);

		if (!bytes_is(variable, fixed[i].variable))
			continue;
		if (bytes_is(operator, "=="))
			return truth_of(same);
		if (bytes_is(operator, "!="))
			return truth_of(!same);
	}
	return MAYBE;
}

/* -- markers: marker_or of PEP 508 ------------------------------------------------------------- */

struct marker {
	const struct python *have;
	bytes rest;
	bool broken;
};

static bool is_operator(uint8_t c)
{
	return c == '<' || c == '>' || c == '=' || c == '!' || c == '~';
}

/* The next word: a bracket, a quoted text without its quotes, an operator, a name. */
static bytes take_word(struct marker *m)
{
	bytes word;
	size_t n = 0;

	m->rest = bytes_trim(m->rest);
	if (m->rest.n == 0)
		return m->rest;
	uint8_t c = m->rest.p[0];

	if (c == '\'' || c == '"') {
		m->rest = bytes_skip(m->rest, 1);
		m->broken |= bytes_find(m->rest, c) == m->rest.n;
		return bytes_take_until(&m->rest, c, &word) ? word : BYTES("");
	}
	if (c == '(' || c == ')')
		n = 1;
	else if (is_operator(c))
		while (n < m->rest.n && is_operator(m->rest.p[n]))
			n++;
	else
		while (n < m->rest.n && !strchr(" \t()<>=!~'\"", m->rest.p[n]))
			n++;
	word = bytes_slice(m->rest, 0, n);
	m->rest = bytes_skip(m->rest, n);
	return word;
}

static bool next_is(struct marker *m, const char *word)
{
	struct marker ahead = *m;

	if (!bytes_is(take_word(&ahead), word))
		return false;
	*m = ahead;
	return true;
}

static enum truth either(struct marker *m, unsigned depth);

static enum truth comparison(struct marker *m, unsigned depth)
{
	if (m->broken || depth == LIMIT_JSON_DEPTH) {
		m->broken = true;
		return MAYBE;
	}
	if (next_is(m, "(")) {
		enum truth inner = either(m, depth + 1);

		m->broken |= !next_is(m, ")");
		return inner;
	}
	bytes left = take_word(m), operator= take_word(m), right = take_word(m);

	m->broken |= left.n == 0 || operator.n == 0;
	return compare(m->have, left, operator, right);
}

static enum truth both(struct marker *m, unsigned depth)
{
	enum truth all = comparison(m, depth);

	while (next_is(m, "and")) {
		enum truth one = comparison(m, depth);

		all = one < all ? one : all;
	}
	return all;
}

static enum truth either(struct marker *m, unsigned depth)
{
	enum truth any = both(m, depth);

	while (next_is(m, "or")) {
		enum truth one = both(m, depth);

		any = one > any ? one : any;
	}
	return any;
}

bool python_need(bytes value, bytes path, bytes *out)
{
	const struct python have = python_of(path);
	size_t cut = bytes_find(value, ';'), n = 0;
	struct marker m = { .have = &have, .rest = bytes_skip(value, cut + 1) };

	value = bytes_trim(value);
	while (n < value.n && !strchr(" \t[(<>=!~;@", value.p[n]))
		n++;
	*out = bytes_slice(value, 0, n);
	if (n == 0)
		return false;
	if (bytes_trim(m.rest).n == 0)
		return true;
	enum truth truth = either(&m, 0);

	return m.broken || truth != NO;
}
