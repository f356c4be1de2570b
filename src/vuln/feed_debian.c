/* SPDX-License-Identifier: Apache-2.0 */
/* Debian's security tracker: tracker/data/json, one object of source packages, each of
 * vulnerabilities, each of releases by code name with "status", "fixed_version", "urgency" and
 * "nodsa_reason".
 * "resolved" with version "0" was never affected; "undetermined" says nothing; sid has no release
 * that an image could name: these three are not kept. Urgency is of the package in the release. */
#include "vuln/feed_parts.h"

#define SOURCE "debian"

static const struct codename {
	const char *name, *space;
} codenames[] = {
	{ "wheezy", "debian 7" },  { "jessie", "debian 8" },    { "stretch", "debian 9" },
	{ "buster", "debian 10" }, { "bullseye", "debian 11" }, { "bookworm", "debian 12" },
	{ "trixie", "debian 13" }, { "forky", "debian 14" },    { "duke", "debian 15" },
};

static bytes space_of(bytes codename)
{
	for (size_t i = 0; i < sizeof(codenames) / sizeof(*codenames); i++)
		if (bytes_is(codename, codenames[i].name))
			return bytes_str(codenames[i].space);
	return BYTES("");
}

/* "high**": the stars say who judged. */
static enum severity severity_of(bytes urgency)
{
	while (bytes_ends(urgency, BYTES("*")))
		urgency.n--;
	return bytes_is(urgency, "unimportant") || bytes_is(urgency, "end-of-life")
	           ? SEVERITY_LOW
	           : feed_severity(urgency);
}

static enum advisory_status status_of(bytes urgency, bytes reason)
{
	if (bytes_is(urgency, "end-of-life"))
		return ADVISORY_END_OF_LIFE;
	if (bytes_is(reason, "postponed"))
		return ADVISORY_FIX_DEFERRED;
	return bytes_is(reason, "ignored") ? ADVISORY_WILL_NOT_FIX : ADVISORY_AFFECTED;
}

static int read_release(const struct feed_job *j, json release, bytes package, bytes id)
{
	bytes codename = json_name(release, j->arena), status = feed_text(j, release, "status"),
		  fixed = feed_text(j, release, "fixed_version"),
		  urgency = feed_text(j, release, "urgency");
	struct advisory a = { .space = space_of(codename),
		                  .package = package,
		                  .id = id,
		                  .source = BYTES(SOURCE),
		                  .severity = severity_of(urgency) };

	if (bytes_is(codename, "sid") || bytes_is(fixed, "0") || bytes_is(status, "undetermined"))
		return 0;
	if (a.space.n == 0)
		return feed_fault(j, id, "a release that is not known");
	if (bytes_is(status, "resolved") && fixed.n > 0)
		a.status = ADVISORY_FIXED;
	else if (bytes_is(status, "open"))
		a.status = status_of(urgency, feed_text(j, release, "nodsa_reason"));
	else
		return feed_fault(j, id, "a status that is not known");
	if (!feed_fix(j, &a, a.status == ADVISORY_FIXED ? fixed : BYTES("")))
		return feed_fault(j, id, "a fixed version that is none");
	return feed_emit(j, &a);
}

static int read_package(const struct feed_job *j, json package)
{
	bytes name = json_name(package, j->arena);

	for (json v = json_first(package); json_type(v) != JSON_NONE; v = json_next(v)) {
		struct vulnerability about = { .id = json_name(v, j->arena),
			                           .description = feed_text(j, v, "description"),
			                           .epss = UINT32_MAX,
			                           .epss_percentile = UINT32_MAX };
		json list = json_get(v, "releases");

		if (feed_emit_vulnerability(j, &about) < 0)
			return -1;
		for (json r = json_first(list); json_type(r) != JSON_NONE; r = json_next(r))
			if (read_release(j, r, name, about.id) < 0)
				return -1;
	}
	return 0;
}

int feed_debian(bytes document, bytes name, const struct feed_sink *sink, struct arena *a, err *e)
{
	const struct feed_job j = { sink, a, e };
	struct json_doc doc;

	(void)name;
	if (json_parse(document, a, &doc, e) < 0)
		return -1;
	json root = json_root(&doc);

	if (json_type(json_get(json_first(json_first(root)), "releases")) != JSON_OBJECT)
		return err_set(e, ERR_FORMAT, 0, "not Debian's tracker: no packages with \"releases\"");
	for (json p = json_first(root); json_type(p) != JSON_NONE; p = json_next(p))
		if (read_package(&j, p) < 0)
			return -1;
	return 0;
}
