/* SPDX-License-Identifier: Apache-2.0 */
/* Ubuntu's CVE tracker, one CVE a document: "Patches" by source package and release, each with a
 * status word. (Ubuntu's own OSV is read as OSV.) "pending" names a version that is not out yet.
 * What does not exist in a release, is not affected or was never looked at is not kept. */
#include "vuln/feed_parts.h"

static const struct release {
	const char *name, *space;
} releases[] = {
	{ "trusty", "ubuntu 14.04" },
	{ "trusty/esm", "ubuntu 14.04-ESM" },
	{ "esm-infra-legacy/trusty", "ubuntu 14.04-ESM" },
	{ "xenial", "ubuntu 16.04" },
	{ "esm-infra/xenial", "ubuntu 16.04-ESM" },
	{ "esm-apps/xenial", "ubuntu 16.04-ESM" },
	{ "bionic", "ubuntu 18.04" },
	{ "esm-infra/bionic", "ubuntu 18.04-ESM" },
	{ "esm-apps/bionic", "ubuntu 18.04-ESM" },
	{ "focal", "ubuntu 20.04" },
	{ "esm-infra/focal", "ubuntu 20.04-ESM" },
	{ "esm-apps/focal", "ubuntu 20.04-ESM" },
	{ "jammy", "ubuntu 22.04" },
	{ "esm-apps/jammy", "ubuntu 22.04-ESM" },
	{ "noble", "ubuntu 24.04" },
	{ "esm-apps/noble", "ubuntu 24.04-ESM" },
	{ "oracular", "ubuntu 24.10" },
	{ "plucky", "ubuntu 25.04" },
	{ "questing", "ubuntu 25.10" },
	{ "resolute", "ubuntu 26.04" },
};

static bytes space_of(bytes name)
{
	for (size_t i = 0; i < sizeof(releases) / sizeof(*releases); i++)
		if (bytes_is(name, releases[i].name))
			return bytes_str(releases[i].space);
	return BYTES("");
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

	a->space = space_of(release);
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
