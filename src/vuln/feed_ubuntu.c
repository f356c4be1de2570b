/* SPDX-License-Identifier: Apache-2.0 */
/* Ubuntu's CVE tracker, one CVE a document: "Patches" by source package and release, each with a
 * status word. (Its VEX form: feed_ubuntu_vex.c; Ubuntu's own OSV is read as OSV.) "pending"
 * names a version that is not out yet. What does not exist in a release, is not affected or was
 * never looked at is not kept. */
#include "vuln/feed_parts.h"

#include "model/codename.h"

/* "jammy", "esm-infra/focal", "trusty/esm", "fips-updates/jammy": the pockets of space.c. */
bytes feed_ubuntu_space(bytes name, struct arena *a)
{
	size_t slash = bytes_find(name, '/');
	bytes front = bytes_slice(name, 0, slash), back = bytes_skip(name, slash + 1);
	bytes codename = bytes_is(back, "esm") || back.n == 0 ? front : back,
		  pocket = bytes_is(back, "esm") ? back
	               : back.n > 0          ? front
	                                     : back;
	const char *mark = pocket.n == 0                         ? ""
	                   : bytes_starts(pocket, BYTES("esm"))  ? "-ESM"
	                   : bytes_starts(pocket, BYTES("fips")) ? "-FIPS"
	                                                         : NULL;
	bytes release = codename_release(BYTES("ubuntu"), codename);

	return mark && release.n > 0
	           ? bytes_str(arena_printf(a, "ubuntu " PRIb "%s", BYTESF(release), mark))
	           : BYTES("");
}

static enum advisory_status status_of(bytes word)
{
	if (bytes_is(word, "released"))
		return ADVISORY_FIXED;
	if (bytes_is(word, "needed") || bytes_is(word, "pending") || bytes_is(word, "active"))
		return ADVISORY_AFFECTED;
	if (bytes_is(word, "deferred"))
		return ADVISORY_FIX_DEFERRED;
	return bytes_is(word, "ignored") ? ADVISORY_WILL_NOT_FIX : ADVISORY_UNKNOWN;
}

static int read_patch(const struct feed_job *j, json patch, struct advisory *a)
{
	bytes release = json_name(patch, j->arena), note = feed_text(j, patch, "Note");

	a->space = feed_ubuntu_space(release, j->arena);
	a->status = status_of(feed_text(j, patch, "Status"));
	if (bytes_is(release, "upstream") || bytes_is(release, "devel") ||
	    a->status == ADVISORY_UNKNOWN)
		return 0;
	if (a->space.n == 0)
		return feed_fault(j, a->id, "a release that is not known");
	if (a->status == ADVISORY_FIXED && note.n == 0)
		return feed_fault(j, a->id, "a released fix without its version");
	a->ranges = (struct version_range){ 0 };
	a->fixes = (struct word_list){ 0 };
	if (!feed_fix(j, a, a->status == ADVISORY_FIXED ? note : BYTES("")))
		return feed_fault(j, a->id, "a fixed version that is none");
	return feed_emit(j, a);
}

int feed_ubuntu(bytes document, bytes name, const struct feed_sink *sink, struct arena *a, err *e)
{
	const struct feed_job j = { sink, a, e };
	struct json_doc doc;

	(void)name;
	if (json_parse(document, a, &doc, e) < 0)
		return -1;
	json root = json_root(&doc), patches = json_get(root, "Patches");

	if (json_type(json_get(root, "statements")) == JSON_ARRAY)
		return feed_ubuntu_vex(&j, root);
	struct vulnerability v = { .id = feed_text(&j, root, "Candidate"),
		                       .description = feed_text(&j, root, "Description"),
		                       .published = feed_text(&j, root, "PublicDate"),
		                       .epss = UINT32_MAX,
		                       .epss_percentile = UINT32_MAX };
	enum severity severity = feed_severity(feed_text(&j, root, "Priority"));

	if (v.id.n == 0 || json_type(patches) != JSON_OBJECT)
		return err_set(e, ERR_FORMAT, 0, "not of Ubuntu's tracker: no \"Candidate\", \"Patches\"");
	feed_words(json_get(root, "References"), a, &v.references);
	feed_score(&v, BYTES("ubuntu"), a)->severity = severity;
	if (feed_emit_vulnerability(&j, &v) < 0)
		return -1;
	for (json p = json_first(patches); json_type(p) != JSON_NONE; p = json_next(p)) {
		struct advisory row = {
			.package = json_name(p, a), .id = v.id, .source = BYTES("ubuntu"), .severity = severity
		};

		for (json r = json_first(p); json_type(r) != JSON_NONE; r = json_next(r))
			if (read_patch(&j, r, &row) < 0)
				return -1;
	}
	return 0;
}
