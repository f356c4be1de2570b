/* SPDX-License-Identifier: Apache-2.0 */
/* Amazon Linux' bulletins, one page of HTML each (alas.aws.amazon.com/AL2023/ALAS-...html); the
 * RSS beside them names them alone. Read are the parts with ids: "severity", "references" (the
 * CVEs) and "new_packages": a list of NAME-VERSION-RELEASE.ARCH by architecture. The release of
 * the system is in the builds' own ("amzn2023"). Nothing of the page is rendered or followed. */
#include "base/map.h"
#include "vuln/feed_parts.h"
#include "vuln/space.h"

/* between(text, from, to): what lies between the two; empty when the first is not there. */
static bytes between(bytes text, const char *from, const char *to)
{
	bytes mark = bytes_str(from);
	size_t at = bytes_search(text, mark);
	bytes rest = bytes_skip(text, at + mark.n);

	return at == text.n ? BYTES("") : bytes_slice(rest, 0, bytes_search(rest, bytes_str(to)));
}

static bool is_word(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '-' || c == '.' ||
	       c == '_' || c == '+' || c == '~' || c == '^' || c == ':';
}

/* take_word(in, out): the next run of such characters; tags and entities are passed over. */
static bool take_word(bytes *in, bytes *out)
{
	while (in->n > 0 && !is_word(in->p[0])) {
		uint8_t end = in->p[0] == '<' ? '>' : in->p[0] == '&' ? ';' : 0;

		*in = bytes_skip(*in, end ? bytes_find(*in, end) + 1 : 1);
	}
	size_t n = 0;

	while (n < in->n && is_word(in->p[n]))
		n++;
	*out = bytes_slice(*in, 0, n);
	*in = bytes_skip(*in, n);
	return n > 0;
}

static void read_references(const struct feed_job *j, bytes part, struct word_list *out)
{
	bytes word;

	while (take_word(&part, &word)) {
		bool there = !bytes_starts(word, BYTES("CVE-"));

		for (size_t i = 0; i < out->len && !there; i++)
			there = bytes_equal(out->items[i], word);
		if (!there)
			feed_word(word, j->arena, out);
	}
}

/* A package: each of its architectures is one more word of the same row. */
struct row {
	struct advisory advisory;
	bytes version;
};

/* "kernel-headers-4.9.76-38.79.amzn2.x86_64" */
static bool split(bytes word, bytes *name, bytes *version, bytes *arch)
{
	size_t dot = bytes_rfind(word, '.'), release = bytes_rfind(word, '-');
	size_t at = release == word.n ? word.n : bytes_rfind(bytes_slice(word, 0, release), '-');

	if (dot == word.n || release == word.n || at == release || at == 0 || dot < release)
		return false;
	*name = bytes_slice(word, 0, at);
	*version = bytes_slice(word, at + 1, dot - at - 1);
	*arch = bytes_skip(word, dot + 1);
	return true;
}

/* "amazon 2023" of "0.8.7-16.amzn2023.0.1". */
static bytes space_of(bytes version, struct arena *a)
{
	bytes mark = BYTES(".amzn"), rest = bytes_skip(version, bytes_search(version, mark) + mark.n);

	rest = bytes_slice(rest, 0, bytes_find(rest, '.'));
	return rest.n > 0 ? space_of_distribution(BYTES("amzn"), rest, a) : BYTES("");
}

static int read_packages(const struct feed_job *j, bytes part, struct map *rows)
{
	bytes word, name, version, arch;

	while (take_word(&part, &word)) {
		if (bytes_ends(word, BYTES(":")))
			continue; /* "aarch64:" */
		bytes space = split(word, &name, &version, &arch) ? space_of(version, j->arena) : BYTES("");

		if (space.n == 0) {
			if (feed_fault(j, word, "a package that is not of Amazon Linux") < 0)
				return -1;
			continue;
		}
		if (bytes_is(arch, "src"))
			continue;
		void **place = map_put(
			rows, bytes_str(arena_printf(j->arena, PRIb " " PRIb, BYTESF(name), BYTESF(version))));
		struct row *r = *place;

		if (!r) {
			*place = r = arena_new(j->arena, struct row);
			r->advisory.space = space;
			r->advisory.package = name;
			r->version = version;
		}
		feed_word(arch, j->arena, &r->advisory.architectures);
	}
	return 0;
}

static int emit(const struct feed_job *j, const struct map *rows, const struct vulnerability *v,
                bytes notice)
{
	for (size_t i = 0; i < rows->len; i++) {
		const struct row *r = rows->items[i].value;
		struct advisory a = r->advisory;

		a.id = v->id;
		a.source = BYTES("amazon");
		a.status = ADVISORY_FIXED;
		a.severity = v->scores.items[0].severity;
		feed_word(notice, j->arena, &a.vendor_ids);
		if ((feed_fix(j, &a, r->version)
		         ? feed_emit(j, &a)
		         : feed_fault(j, notice, "a fixed version that is none")) < 0)
			return -1;
	}
	return 0;
}

int feed_alas(bytes document, bytes name, const struct feed_sink *sink, struct arena *a, err *e)
{
	const struct feed_job j = { sink, a, e };
	bytes notice = bytes_trim(between(document, "<title>", "</title>")),
		  severity = between(document, "id='severity'", "</div>"),
		  references = between(document, "id='references'", "</div>"),
		  packages = between(between(document, "id='new_packages'", "</div>"), "<pre>", "</pre>"),
		  word;
	struct vulnerability v = { .epss = UINT32_MAX, .epss_percentile = UINT32_MAX };
	struct word_list about = { 0 };
	struct map rows;

	(void)name;
	if (!bytes_starts(notice, BYTES("ALAS")) || packages.n == 0)
		return err_set(e, ERR_FORMAT, 0, "no bulletin of Amazon Linux: no title or no packages");
	map_init(&rows, a);
	read_references(&j, references, &about);
	if (read_packages(&j, packages, &rows) < 0)
		return -1;
	struct vulnerability_score *score = feed_score(&v, BYTES("amazon"), a);

	while (take_word(&severity, &word)) /* "Severity:", then the word */
		if (feed_severity(word) != SEVERITY_UNKNOWN)
			score->severity = feed_severity(word);
	v.published = bytes_slice(bytes_trim(between(document, "Advisory Release Date:</b>", "<")), 0,
	                          10);
	if (about.len == 0)
		feed_word(notice, a, &about);
	for (size_t i = 0; i < about.len; i++) {
		v.id = about.items[i];
		if (feed_emit_vulnerability(&j, &v) < 0 || emit(&j, &rows, &v, notice) < 0)
			return -1;
	}
	return 0;
}
