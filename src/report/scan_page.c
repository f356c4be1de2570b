/* SPDX-License-Identifier: Apache-2.0 */
#include "report/scan_page.h"

const char *scan_link(bytes id, struct arena *a)
{
	static const struct {
		const char *front, *link;
	} known[] = {
		{ "CVE-", "https://nvd.nist.gov/vuln/detail/" },
		{ "GHSA-", "https://github.com/advisories/" },
		{ "DSA-", "https://security-tracker.debian.org/tracker/" },
		{ "DLA-", "https://security-tracker.debian.org/tracker/" },
		{ "TEMP-", "https://security-tracker.debian.org/tracker/" },
		{ "RHSA-", "https://access.redhat.com/errata/" },
		{ "USN-", "https://ubuntu.com/security/notices/" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (bytes_starts(id, bytes_str(known[i].front)))
			return arena_printf(a, "%s" PRIb, known[i].link, BYTESF(id));
	return arena_printf(a, "https://osv.dev/vulnerability/" PRIb, BYTESF(id));
}

bytes scan_title(const struct finding *f)
{
	bytes rest = f->about->description, line = { 0 };

	if (f->about->title.n > 0)
		return f->about->title;
	(void)bytes_line(&rest, &line); /* none: nothing to say */
	return line;
}

bytes scan_family(bytes os_id)
{
	static const char *const names[][2] = {
		{ "rhel", "redhat" },        { "amzn", "amazon" },
		{ "ol", "oracle" },          { "almalinux", "alma" },
		{ "mariner", "cbl-mariner" }, { "sles", "suse linux enterprise server" },
		{ "opensuse-leap", "opensuse.leap" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (bytes_is(os_id, names[i][0]))
			return bytes_str(names[i][1]);
	return os_id;
}

bool scan_is_system(const struct package *p)
{
	return p->ecosystem == ECO_DEB || p->ecosystem == ECO_APK || p->ecosystem == ECO_RPM;
}

bool scan_is_unread(const struct scan_page *page)
{
	return page->os_id.n > 0 && !page->has_system;
}
