/* SPDX-License-Identifier: Apache-2.0 */
/* Debian's security tracker: tracker/data/json, one object of source packages, each of
 * vulnerabilities, each of releases by code name with "status", "fixed_version", "urgency" and
 * "nodsa_reason".
 * "resolved" with version "0" was never affected; "undetermined" says nothing; sid has no release
 * that an image could name: these three are not kept. Urgency is of the package in the release. */
#include "vuln/feed_parts.h"

#include "model/codename.h"

#define SOURCE "debian"

static bytes space_of(bytes codename, struct arena *a)
{
	bytes release = codename_release(BYTES("debian"), codename);

	return release.n > 0 ? bytes_str(arena_printf(a, "debian " PRIb, BYTESF(release))) : BYTES("");
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
	struct advisory a = { .space = space_of(codename, j->arena),
		                  .package = package,
		                  .id = id,
		                  .source = BYTES(SOURCE),
		                  .severity = severity_of(urgency) };

	if (bytes_is(codename, "sid") || bytes_is(fixed, "0") || bytes_is(status, "undetermined"))
		return 0;
	if (a.space.n == 0)
		return feed_fault(j, id, "a release that is not known");
	if (bytes_is(status, "resolved") && fixed.n == 0)
		return feed_fault(j, id, "resolved without a fixed version");
	if (bytes_is(status, "resolved"))
		a.status = ADVISORY_FIXED;
	else if (bytes_is(status, "open"))
		a.status = status_of(urgency, feed_text(j, release, "nodsa_reason"));
	else
		return feed_fault(j, id, "a status that is not known");
	if (!feed_fix(j, &a, a.status == ADVISORY_FIXED ? fixed : BYTES("")))
		return feed_fault(j, id, "a fixed version that is none");
	return feed_emit(j, &a);
}

static int read_vulnerability(const struct feed_job *j, json v, bytes package)
{
	struct vulnerability about = { .id = json_name(v, j->arena),
		                           .description = feed_text(j, v, "description"),
		                           .epss = UINT32_MAX,
		                           .epss_percentile = UINT32_MAX };
	json list = json_get(v, "releases");

	if (json_type(list) != JSON_OBJECT)
		return feed_fault(j, about.id, "a vulnerability without \"releases\"");
	if (feed_emit_vulnerability(j, &about) < 0)
		return -1;
	for (json r = json_first(list); json_type(r) != JSON_NONE; r = json_next(r))
		if (read_release(j, r, package, about.id) < 0)
			return -1;
	return 0;
}

static int read_package(const struct feed_job *j, json package)
{
	bytes name = json_name(package, j->arena);

	if (json_type(package) != JSON_OBJECT)
		return feed_fault(j, name, "a package without vulnerabilities");
	for (json v = json_first(package); json_type(v) != JSON_NONE; v = json_next(v))
		if (read_vulnerability(j, v, name) < 0)
			return -1;
	return 0;
}

/* One vulnerability with releases shows it, wherever it stands. */
static bool is_tracker(json root)
{
	for (json p = json_first(root); json_type(p) != JSON_NONE; p = json_next(p))
		for (json v = json_first(p); json_type(v) != JSON_NONE; v = json_next(v))
			if (json_type(json_get(v, "releases")) == JSON_OBJECT)
				return true;
	return false;
}

int feed_debian(bytes document, bytes name, const struct feed_sink *sink, struct arena *a, err *e)
{
	const struct feed_job j = { sink, a, e };
	struct json_doc doc;

	(void)name;
	if (json_parse(document, a, &doc, e) < 0)
		return -1;
	json root = json_root(&doc);

	if (json_type(root) != JSON_OBJECT || !is_tracker(root))
		return err_set(e, ERR_FORMAT, 0, "not Debian's tracker: no packages with \"releases\"");
	for (json p = json_first(root); json_type(p) != JSON_NONE; p = json_next(p))
		if (read_package(&j, p) < 0)
			return -1;
	return 0;
}
