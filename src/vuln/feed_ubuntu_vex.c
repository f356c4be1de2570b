/* SPDX-License-Identifier: Apache-2.0 */
/* Ubuntu's VEX, OpenVEX 0.2 of Canonical: a CVE or a notice (USN) a document, the head of some
 * documents within "metadata". Products are purls; those of source packages name the release and
 * its pocket ("distro=esm-infra/focal"), binary ones repeat them without it and are passed over.
 * "fixed" names the version that mends, "affected" the one that is there now. What Ubuntu's tracker
 * calls deferred is "under_investigation" with a note; other such statements, and what is not
 * affected, are not kept (Ubuntu's documentation, security-updates/vex: the table of statuses). */
#include "model/purl.h"
#include "vuln/feed_parts.h"

static enum advisory_status status_of(const struct feed_job *j, json statement)
{
	bytes word = feed_text(j, statement, "status"), notes = feed_text(j, statement, "status_notes"),
		  action = feed_text(j, statement, "action_statement");

	if (bytes_is(word, "fixed"))
		return ADVISORY_FIXED;
	if (bytes_is(word, "affected"))
		return bytes_search(action, BYTES("decided to not fix")) < action.n ? ADVISORY_WILL_NOT_FIX
		                                                                    : ADVISORY_AFFECTED;
	return bytes_is(word, "under_investigation") && bytes_search(notes, BYTES("deferred")) < notes.n
	           ? ADVISORY_FIX_DEFERRED
	           : ADVISORY_UNKNOWN;
}

/* Notes may end with "priority: medium", the tracker's word. */
static enum severity severity_of(bytes notes)
{
	bytes mark = BYTES("riority:"), rest = bytes_skip(notes, bytes_search(notes, mark) + mark.n);
	size_t n = 0;

	rest = bytes_trim(rest);
	while (n < rest.n && ((rest.p[n] | 32) >= 'a' && (rest.p[n] | 32) <= 'z'))
		n++;
	return feed_severity(bytes_slice(rest, 0, n));
}

static int read_product(const struct feed_job *j, json product, struct advisory *a)
{
	struct purl purl;

	if (!purl_parse(feed_text(j, product, "@id"), j->arena, &purl))
		return feed_fault(j, a->id, "a product that is no purl");
	if (!bytes_is(purl_qualifier(&purl, "arch", j->arena), "source"))
		return 0;
	a->space = feed_ubuntu_space(purl_qualifier(&purl, "distro", j->arena), j->arena);
	a->package = purl.name;
	a->ranges = (struct version_range){ 0 };
	a->fixes = (struct word_list){ 0 };
	if (a->space.n == 0)
		return feed_fault(j, a->id, "a release that is not known");
	if (a->status == ADVISORY_FIXED && purl.version.n == 0)
		return feed_fault(j, a->id, "a released fix without its version");
	if (!feed_fix(j, a, a->status == ADVISORY_FIXED ? purl.version : BYTES("")))
		return feed_fault(j, a->id, "a fixed version that is none");
	return feed_emit(j, a);
}

static int read_statement(const struct feed_job *j, json statement)
{
	json about = json_get(statement, "vulnerability"), aliases = json_get(about, "aliases"),
		 products = json_get(statement, "products");
	struct vulnerability v = { .id = feed_text(j, about, "name"),
		                       .description = feed_text(j, about, "description"),
		                       .published = feed_text(j, statement, "timestamp"),
		                       .epss = UINT32_MAX,
		                       .epss_percentile = UINT32_MAX };
	struct advisory a = { .id = v.id,
		                  .source = BYTES("ubuntu"),
		                  .status = status_of(j, statement),
		                  .severity = severity_of(feed_text(j, statement, "status_notes")) };

	v.published = bytes_slice(v.published, 0, 10);
	feed_words(aliases, j->arena, &v.references); /* they are links */
	if (a.severity != SEVERITY_UNKNOWN)
		feed_score(&v, a.source, j->arena)->severity = a.severity;
	if (feed_emit_vulnerability(j, &v) < 0)
		return -1;
	for (json p = json_first(products); a.status && json_type(p) != JSON_NONE; p = json_next(p))
		if (read_product(j, p, &a) < 0)
			return -1;
	return 0;
}

int feed_ubuntu_vex(const struct feed_job *j, json root)
{
	json head = json_get(root, "metadata"), list = json_get(root, "statements");

	if (json_type(head) != JSON_OBJECT)
		head = root;
	bytes author = feed_text(j, head, "author");

	if (!bytes_starts(author, BYTES("Canonical")))
		return err_set(j->e, ERR_FORMAT, 0,
		               "VEX that is not Ubuntu's: say what a team has decided with scan --vex");
	if (feed_date(j, feed_text(j, head, "timestamp")) < 0)
		return -1;
	for (json s = json_first(list); json_type(s) != JSON_NONE; s = json_next(s))
		if (read_statement(j, s) < 0)
			return -1;
	return 0;
}
