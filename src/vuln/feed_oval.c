/* SPDX-License-Identifier: Apache-2.0 */
/* OVAL 5 of Oracle, SUSE, Red Hat and Microsoft (Azure Linux, CBL-Mariner). A definition is read by
 * itself: which vulnerabilities (references), and criteria whose comments say for which systems and
 * packages ("openssl is earlier than 1:3.0.7-5.el9"): they are written by the publishers' programs
 * in a few fixed forms, which others read too (trivy-db). What tests, objects and states behind
 * them say is the same once more. Comments of no known form about a package are counted as faults.
 * The release of Microsoft's is in the file's name alone ("azurelinux-3.0-oval.xml"). */
#include "fmt/xml.h"
#include "vuln/feed_parts.h"
#include "vuln/space.h"

/* Systems that one definition may name; a notice of SUSE has some thirty. */
#define SYSTEMS_MOST 64
#define CRITERIA_DEPTH 16

/* What holds for the packages below. */
struct scope {
	bytes spaces[SYSTEMS_MOST];
	size_t n;
	bytes architecture, module;
};

struct reader {
	struct feed_job job;
	bytes release;          /* of the file's name */
	struct word_list about; /* CVEs */
	bytes notice;
	enum severity severity;
	bool any; /* there was a definition */
};

/* -- elements ---------------------------------------------------------------------------------- */

/* Without its prefix. */
static bool is(const struct xml_element *x, const char *name)
{
	return bytes_is(xml_local(x->name), name);
}

static bytes attribute(const struct xml_element *x, const char *name)
{
	const struct xml_attribute *a = xml_attribute(x, name);

	return a ? bytes_trim(a->value) : BYTES("");
}

/* -- systems ----------------------------------------------------------------------------------- */

static const struct {
	const char *front, *id; /* ID of os-release; NULL: the ecosystem of OSV that is named so */
} systems[] = {
	{ "Oracle Linux ", "ol" },     { "Red Hat Enterprise Linux ", "rhel" },
	{ "AlmaLinux ", "almalinux" }, { "Azure Linux", "azurelinux" },
	{ "CBL-Mariner", "mariner" },  { "SUSE ", NULL },
	{ "openSUSE ", NULL },
};

static bytes source_of(bytes space)
{
	return bytes_starts(space, BYTES("oracle"))   ? BYTES("oracle-oval")
	       : bytes_starts(space, BYTES("redhat")) ? BYTES("redhat")
	       : bytes_starts(space, BYTES("alma"))   ? BYTES("alma")
	       : bytes_starts(space, BYTES("azure"))  ? BYTES("azure")
	                                              : BYTES("suse-cvrf");
}

/* "Oracle Linux 8", "SUSE Linux Enterprise Server 15 SP5": empty when it is none of these. */
static bytes space_of(const struct reader *r, bytes text)
{
	struct arena *a = r->job.arena;
	bytes minor;

	for (size_t i = 0; i < sizeof(systems) / sizeof(*systems); i++) {
		bytes release = text;

		if (!bytes_take_prefix(&release, bytes_str(systems[i].front)))
			continue;
		if (systems[i].id)
			return space_of_distribution(bytes_str(systems[i].id),
			                             release.n > 0 ? release : r->release, a);
		return feed_osv_space(
			bytes_str(arena_printf(a, "%.*s:" PRIb, (int)strlen(systems[i].front) - 1,
		                           systems[i].front, BYTESF(release))),
			a, &minor);
	}
	return BYTES("");
}

static bool add_system(const struct reader *r, bytes text, struct scope *s)
{
	bytes space = space_of(r, text);

	if (space.n == 0)
		return false;
	for (size_t i = 0; i < s->n; i++)
		if (bytes_equal(s->spaces[i], space))
			return true;
	if (s->n < SYSTEMS_MOST)
		s->spaces[s->n++] = space;
	return true;
}

/* -- packages ---------------------------------------------------------------------------------- */

/* split(text, mark, before, after): at " is earlier than ". */
static bool split(bytes text, const char *mark, bytes *before, bytes *after)
{
	bytes m = bytes_str(mark);
	size_t at = bytes_search(text, m);

	if (at == text.n)
		return false;
	*before = bytes_slice(text, 0, at);
	*after = bytes_skip(text, at + m.n);
	*after = bytes_slice(*after, 0, bytes_find(*after, ','));
	(void)bytes_take_prefix(before, BYTES("Package "));
	return true;
}

/* "sqlite3-devel-3.36.0-3.12.1": the last two parts are the version. */
static bool split_version(bytes text, bytes *name, bytes *version)
{
	size_t release = bytes_rfind(text, '-');
	size_t at = release == text.n ? text.n : bytes_rfind(bytes_slice(text, 0, release), '-');

	if (release == text.n || at == release || at == 0)
		return false;
	*name = bytes_slice(text, 0, at);
	*version = bytes_skip(text, at + 1);
	return true;
}

/* Microsoft leaves out the end that its builds have: "2.35-4" is 2.35-4.cm2. */
static bytes with_tag(const struct reader *r, bytes space, bytes version)
{
	bytes major = bytes_slice(r->release, 0, bytes_find(r->release, '.'));

	if (!bytes_starts(space, BYTES("azurelinux")) || major.n == 0)
		return version;
	return bytes_str(arena_printf(r->job.arena, PRIb "%s" PRIb, BYTESF(version),
	                              bytes_compare(major, BYTES("3")) < 0 ? ".cm" : ".azl",
	                              BYTESF(major)));
}

/* What a criterion says of a package. */
struct claim {
	bytes package;
	bytes before, last; /* neither: all versions */
};

static bool is_about_package(bytes comment, struct claim *c)
{
	bytes rest;

	*c = (struct claim){ 0 };
	if (split(comment, " is earlier than ", &c->package, &c->before))
		return true;
	if (split(comment, " is installed with version ", &c->package, &c->last)) {
		if (!bytes_ends(c->last, BYTES(" or earlier")))
			return false;
		c->last.n -= strlen(" or earlier");
		return true;
	}
	if (bytes_ends(comment, BYTES(" is affected"))) {
		c->package = bytes_slice(comment, 0, comment.n - strlen(" is affected"));
		return true;
	}
	return split(comment, " is installed", &c->package, &rest) && rest.n == 0 &&
	       split_version(c->package, &c->package, &c->before);
}

/* The criterion beside it: "golang is greater than 1.19.0". */
static bytes beginning_of(const struct xml_element *criteria, bytes package)
{
	bytes name, version;

	for (const struct xml_element *x = criteria->first; x; x = x->next)
		if (is(x, "criterion") && bytes_is(attribute(criteria, "operator"), "AND") &&
		    split(attribute(x, "comment"), " is greater than ", &name, &version) &&
		    bytes_equal(name, package))
			return version;
	return BYTES("");
}

static int emit(const struct reader *r, const struct scope *s, const struct claim *c, bytes from)
{
	struct advisory a = { .package = c->package, .module = s->module, .severity = r->severity };

	feed_word(s->architecture, r->job.arena, &a.architectures);
	feed_word(r->notice, r->job.arena, &a.vendor_ids);
	feed_word(c->before, r->job.arena, &a.fixes);
	a.status = c->before.n > 0 ? ADVISORY_FIXED : ADVISORY_AFFECTED;
	for (size_t i = 0; i < s->n * r->about.len; i++) {
		bytes space = s->spaces[i / r->about.len];
		struct version_interval range = { .from = from, .from_open = from.n > 0, .to = c->before };

		if (c->last.n > 0)
			range.last = with_tag(r, space, c->last);
		const bytes bounds[] = { range.from, range.to, range.last };

		for (size_t k = 0; k < sizeof(bounds) / sizeof(*bounds); k++)
			if (bounds[k].n > 0 && !version_is_valid(VERSION_RPM, bounds[k]))
				return feed_fault(&r->job, c->package, "a version that is none");
		a.space = space;
		a.source = source_of(space);
		a.id = r->about.items[i % r->about.len];
		a.ranges = (struct version_range){ &range, 1, 1 };
		if (feed_emit(&r->job, &a) < 0)
			return -1;
	}
	return 0;
}

/* -- criteria ---------------------------------------------------------------------------------- */

/* "Oracle Linux arch is x86_64", "Module nodejs:18 is enabled", "Oracle Linux 8 is installed". */
static bool narrows(const struct reader *r, bytes comment, struct scope *s)
{
	bytes before, after, module = comment;

	if (split(comment, " arch is ", &before, &after)) {
		s->architecture = after;
		return true;
	}
	if (bytes_take_prefix(&module, BYTES("Module ")) &&
	    split(module, " is enabled", &s->module, &after))
		return true;
	return split(comment, " is installed", &before, &after) && add_system(r, before, s);
}

/* Criteria of systems alone: which of them holds does not matter for the others beside them. */
static void narrow(const struct reader *r, const struct xml_element *criteria, struct scope *s)
{
	struct scope found = { .architecture = s->architecture, .module = s->module };

	for (const struct xml_element *x = criteria->first; x; x = x->next) {
		if (is(x, "criterion"))
			(void)narrows(r, attribute(x, "comment"), &found);
		for (const struct xml_element *y = is(x, "criteria") ? x->first : NULL; y; y = y->next)
			if (is(y, "criterion") && bytes_is(attribute(x, "operator"), "OR"))
				(void)narrows(r, attribute(y, "comment"), &found);
	}
	if (found.n == 0) {
		memcpy(found.spaces, s->spaces, sizeof(found.spaces));
		found.n = s->n;
	}
	*s = found;
}

/* What needs no word: which key a package is signed with, that something is not there. */
static bool says_nothing(bytes comment)
{
	static const char *const ends[] = { " key", " is not affected", " must be installed",
		                                " is running", " is set up" };
	bytes before, after;

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (bytes_ends(comment, bytes_str(ends[i])))
			return true;
	return split(comment, " is greater than ", &before, &after);
}

static int read_criteria(const struct reader *r, const struct xml_element *criteria,
                         const struct scope *above, unsigned depth)
{
	struct scope s = *above, ignored = { 0 };
	struct claim c;
	int result = 0;

	if (depth == 0)
		return feed_fault(&r->job, r->notice, "criteria that are too deep");
	if (!bytes_is(attribute(criteria, "operator"), "OR"))
		narrow(r, criteria, &s);
	for (const struct xml_element *x = criteria->first; x && result == 0; x = x->next) {
		bytes comment = attribute(x, "comment");

		if (is(x, "criteria"))
			result = read_criteria(r, x, &s, depth - 1);
		else if (!is(x, "criterion") || narrows(r, comment, &ignored) || says_nothing(comment))
			continue;
		else if (!is_about_package(comment, &c))
			result = feed_fault(&r->job, comment, "a criterion of a form that is not known");
		else
			result = emit(r, &s, &c, beginning_of(criteria, c.package));
	}
	return result;
}

/* -- definitions ------------------------------------------------------------------------------- */

/* Where no reference names a CVE, the title may be one. */
static int emit_vulnerabilities(struct reader *r, struct vulnerability *v)
{
	bytes title = bytes_slice(v->title, 0, bytes_find(v->title, ' '));

	if (r->about.len == 0 && bytes_starts(title, BYTES("CVE-")))
		feed_word(title, r->job.arena, &r->about);
	for (size_t i = 0; i < r->about.len; i++) {
		v->id = r->about.items[i];
		if (feed_emit_vulnerability(&r->job, v) < 0)
			return -1;
	}
	return 0;
}

static int read_about(struct reader *r, const struct xml_element *metadata, struct scope *s)
{
	struct vulnerability v = { .epss = UINT32_MAX, .epss_percentile = UINT32_MAX };

	for (const struct xml_element *x = metadata->first; x; x = xml_after(x, metadata)) {
		bytes id = attribute(x, "ref_id");

		if (is(x, "reference") && bytes_starts(id, BYTES("CVE-")))
			feed_word(bytes_slice(id, 0, bytes_find(id, ' ')), r->job.arena, &r->about);
		else if (is(x, "reference"))
			r->notice = id;
		else if (is(x, "severity"))
			r->severity = feed_severity(bytes_trim(x->text));
		else if (is(x, "title"))
			v.title = bytes_trim(x->text);
		else if (is(x, "description"))
			v.description = bytes_trim(x->text);
		else if (is(x, "platform"))
			(void)add_system(r, bytes_trim(x->text), s);
		else if (is(x, "issued") || is(x, "updated"))
			v.published = bytes_slice(attribute(x, "date"), 0, 10);
		else if (is(x, "advisory_date"))
			v.published = bytes_slice(bytes_trim(x->text), 0, 10);
	}
	return emit_vulnerabilities(r, &v);
}

static int read_definition(struct reader *r, const struct xml_element *root)
{
	const struct xml_element *metadata = NULL, *criteria = NULL;
	struct scope s = { 0 };

	for (const struct xml_element *x = root->first; x; x = x->next) {
		metadata = is(x, "metadata") ? x : metadata;
		criteria = is(x, "criteria") ? x : criteria;
	}
	r->about = (struct word_list){ 0 };
	r->notice = BYTES("");
	r->severity = SEVERITY_UNKNOWN;
	if (!metadata || !criteria)
		return feed_fault(&r->job, attribute(root, "id"), "a definition without its parts");
	if (read_about(r, metadata, &s) < 0)
		return -1;
	if (r->about.len == 0)
		return feed_fault(&r->job, attribute(root, "id"), "a definition that names no CVE");
	return read_criteria(r, criteria, &s, CRITERIA_DEPTH);
}

/* "3.0" of "azurelinux-3.0-oval.xml". */
static bytes release_of(bytes name)
{
	for (; name.n > 2; name = bytes_skip(name, 1)) {
		size_t n = 0;

		while (n < name.n && ((name.p[n] >= '0' && name.p[n] <= '9') || name.p[n] == '.'))
			n++;
		if (n > 2 && name.p[0] != '.' && bytes_find(bytes_slice(name, 0, n), '.') < n)
			return bytes_slice(name, 0, n);
	}
	return BYTES("");
}

static int take_definition(void *ctx, const struct xml_element *definition, err *e)
{
	struct reader *r = ctx;

	(void)e; /* it is that of the job */
	r->any = true;
	return read_definition(r, definition);
}

/* The generator's, which stands before the first definition. */
static bytes timestamp_of(bytes document)
{
	bytes mark = BYTES("timestamp>"), front = bytes_slice(document, 0, 4096);
	bytes rest = bytes_skip(front, bytes_search(front, mark) + mark.n);

	return bytes_trim(bytes_slice(rest, 0, bytes_find(rest, '<')));
}

int feed_oval(bytes document, bytes name, const struct feed_sink *sink, struct arena *a, err *e)
{
	struct arena one = ARENA_INIT;
	struct reader r = { .job = { sink, &one, e }, .release = release_of(name) };

	(void)a; /* each definition has its own memory */
	int result = feed_date(&r.job, timestamp_of(document));

	if (result == 0)
		result = xml_each(document, "definition", &one, take_definition, &r, e);

	arena_done(&one);
	return result == 0 && !r.any ? err_set(e, ERR_FORMAT, 0, "no OVAL definitions") : result;
}
