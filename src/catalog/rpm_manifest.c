/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/rpm.h"

#include "base/limits.h"
#include "base/text.h"

/* The columns of container-manifest-2. */
enum column {
	COLUMN_NAME,
	COLUMN_VERSION_RELEASE,
	COLUMN_VENDOR = 4,
	COLUMN_ARCHITECTURE = 7,
	COLUMN_EPOCH = 8,
	COLUMN_SOURCE_RPM = 9,
	COLUMNS = 10,
};

bool rpm_split_nvr(bytes text, bytes *name, bytes *version_release)
{
	size_t release = bytes_rfind(text, '-');
	bytes front = bytes_slice(text, 0, release);
	size_t version = bytes_rfind(front, '-');

	if (release == text.n || version == front.n || version == 0)
		return false;
	*name = bytes_slice(text, 0, version);
	*version_release = bytes_skip(text, version + 1);
	return true;
}

static bool split_version(bytes text, struct rpm_package *out)
{
	size_t dash = bytes_rfind(text, '-');

	out->version = bytes_slice(text, 0, dash);
	out->release = bytes_skip(text, dash + 1);
	return out->version.n > 0 && out->release.n > 0;
}

/* said(value): rpm prints "(none)" for a tag that is absent. */
static bytes said(bytes value)
{
	return bytes_is(value, "(none)") ? bytes_of(NULL, 0) : value;
}

const char *rpm_manifest_line(bytes line, struct rpm_package *out)
{
	struct rpm_package p = { 0 };
	bytes columns[COLUMNS], rest = line;
	uint64_t epoch = 0;
	size_t n = 0;

	if (line.n > LIMIT_PACKAGE_FIELD)
		return "a line of more than 4 KiB";
	while (n < COLUMNS && bytes_take_until(&rest, '\t', &columns[n]))
		n++;
	if (n < COLUMNS)
		return "fewer than ten fields";
	p.name = columns[COLUMN_NAME];
	if (p.name.n == 0 || !split_version(columns[COLUMN_VERSION_RELEASE], &p))
		return "a package without name, version or release";
	if (said(columns[COLUMN_EPOCH]).n > 0 &&
	    !text_take_u64(columns[COLUMN_EPOCH], 10, UINT32_MAX, &epoch))
		return "an epoch that is no number";
	p.epoch = (uint32_t)epoch;
	p.vendor = said(columns[COLUMN_VENDOR]);
	p.architecture = said(columns[COLUMN_ARCHITECTURE]);
	p.source_rpm = said(columns[COLUMN_SOURCE_RPM]);
	*out = p;
	return NULL;
}

const char *rpm_manifest_name(bytes line, struct rpm_package *out)
{
	struct rpm_package p = { 0 };
	size_t dot = bytes_rfind(line, '.');
	bytes version_release;

	if (line.n > LIMIT_PACKAGE_FIELD)
		return "a line of more than 4 KiB";
	if (!rpm_split_nvr(bytes_slice(line, 0, dot), &p.name, &version_release) ||
	    !split_version(version_release, &p))
		return "no NAME-VERSION-RELEASE.ARCHITECTURE";
	p.architecture = bytes_skip(line, dot + 1);
	*out = p;
	return NULL;
}
