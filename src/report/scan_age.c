/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "report/scan_page.h"
#include "vuln/space.h"

#define SECONDS_OF_DAY INT64_C(86400)

static int64_t days_since(int64_t date, int64_t now)
{
	return now > date ? (now - date) / SECONDS_OF_DAY : 0;
}

int64_t scan_age(const struct scan_page *page)
{
	return page->database->built > 0 ? days_since(page->database->built, page->now) : -1;
}

/* What feeds tell about; several kinds are one subject, of which the newest counts. After so many
 * days something newer has come, as each is published: every day, some times a month (KEV), on
 * Patch Tuesdays. */
static const struct subject {
	const char *name;
	enum feed_kind kinds[3];
	const char *spaces[3];    /* front of the distribution's space; none: any image */
	enum ecosystem ecosystem; /* only where there are such packages; ECO_NONE: any */
	int64_t days;
} subjects[] = {
	{ "osv", { FEED_OSV, FEED_GHSA }, { 0 }, ECO_NONE, SCAN_STALE_DAYS },
	{ "debian", { FEED_DEBIAN }, { "debian " }, ECO_DEB, SCAN_STALE_DAYS },
	{ "ubuntu", { FEED_UBUNTU }, { "ubuntu " }, ECO_DEB, SCAN_STALE_DAYS },
	{ "alpine", { FEED_ALPINE }, { "alpine ", "wolfi", "chainguard" }, ECO_APK, SCAN_STALE_DAYS },
	{ "csaf", { FEED_CSAF }, { "redhat " }, ECO_RPM, SCAN_STALE_DAYS },
	{ "oval", { FEED_OVAL }, { 0 }, ECO_RPM, SCAN_STALE_DAYS },
	{ "alas", { FEED_ALAS }, { "amazon " }, ECO_RPM, 14 },
	{ ".net", { FEED_DOTNET_CVE, FEED_DOTNET_RELEASES, FEED_DOTNET }, { 0 }, ECO_NUGET, 35 },
	{ "nvd", { FEED_NVD }, { 0 }, ECO_NONE, SCAN_STALE_DAYS },
	{ "kev", { FEED_KEV }, { 0 }, ECO_NONE, 14 },
	{ "epss", { FEED_EPSS }, { 0 }, ECO_NONE, SCAN_STALE_DAYS },
	{ "vunnel", { FEED_VUNNEL }, { 0 }, ECO_NONE, SCAN_STALE_DAYS },
	{ "trivy", { FEED_TRIVY_DB, FEED_TRIVY_YAML }, { 0 }, ECO_NONE, SCAN_STALE_DAYS },
	{ "grype", { FEED_GRYPE_DB }, { 0 }, ECO_NONE, SCAN_STALE_DAYS },
};

_Static_assert(sizeof(subjects) / sizeof(*subjects) == SCAN_PARTS_MOST, "one part a subject");

static bool concerns(const struct subject *s, const struct scan_page *page, bytes space)
{
	bool fits = !s->spaces[0], there = s->ecosystem == ECO_NONE;

	for (size_t i = 0; i < 3 && s->spaces[i]; i++)
		fits |= bytes_starts(space, bytes_str(s->spaces[i]));
	for (size_t i = 0; i < page->packages.len && !there; i++)
		there = page->packages.items[i]->ecosystem == s->ecosystem;
	return fits && there;
}

static bool is_of(const struct subject *s, enum feed_kind kind)
{
	return kind != FEED_UNKNOWN &&
	       (kind == s->kinds[0] || kind == s->kinds[1] || kind == s->kinds[2]);
}

/* newest_of(s, info, out): false when the database has no such feed. */
static bool newest_of(const struct subject *s, const struct database_info *info, bytes *out)
{
	bool any = false;

	*out = BYTES("");
	for (size_t i = 0; i < info->feeds.len; i++) {
		const struct database_feed *f = &info->feeds.items[i];

		if (!is_of(s, f->kind))
			continue;
		any = true;
		if (bytes_compare(f->newest, *out) > 0)
			*out = f->newest;
	}
	return any;
}

size_t scan_parts(const struct scan_page *page, struct scan_part out[SCAN_PARTS_MOST])
{
	struct arena a = ARENA_INIT;
	bytes space = space_of_distribution(page->os_id, page->os_version, &a);
	size_t n = 0;

	for (size_t i = 0; i < SCAN_PARTS_MOST; i++) {
		struct scan_part p = { .name = subjects[i].name, .days = -1 };
		int64_t date;

		if (!newest_of(&subjects[i], page->database, &p.date) ||
		    !concerns(&subjects[i], page, space))
			continue;
		if (text_from_date(p.date, &date))
			p.days = days_since(date, page->now);
		p.old = p.days >= subjects[i].days;
		out[n++] = p;
	}
	arena_done(&a);
	return n;
}

bool scan_is_stale(const struct scan_page *page)
{
	struct scan_part parts[SCAN_PARTS_MOST];
	size_t n = scan_parts(page, parts);
	bool stale = scan_age(page) >= SCAN_STALE_DAYS;

	for (size_t i = 0; i < n; i++)
		stale |= parts[i].old;
	return stale;
}
