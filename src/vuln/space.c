/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/space.h"

/* How much of VERSION_ID names a release for advisories. */
enum release { RELEASE_NONE, RELEASE_MAJOR, RELEASE_MINOR, RELEASE_WHOLE };

static const struct distribution {
	const char *id, *space; /* ID of os-release; the name here */
	enum release release;
	bool by_source;
	enum version_ordering ordering;
} distributions[] = {
	{ "debian", "debian", RELEASE_MAJOR, true, VERSION_DPKG },
	{ "ubuntu", "ubuntu", RELEASE_WHOLE, true, VERSION_DPKG },
	{ "alpine", "alpine", RELEASE_MINOR, true, VERSION_APK },
	{ "wolfi", "wolfi", RELEASE_NONE, true, VERSION_APK },
	{ "chainguard", "chainguard", RELEASE_NONE, true, VERSION_APK },
	{ "rhel", "redhat", RELEASE_MAJOR, false, VERSION_RPM },
	{ "centos", "redhat", RELEASE_MAJOR, false, VERSION_RPM },
	{ "rocky", "rocky", RELEASE_MAJOR, false, VERSION_RPM },
	{ "almalinux", "alma", RELEASE_MAJOR, false, VERSION_RPM },
	{ "fedora", "fedora", RELEASE_MAJOR, false, VERSION_RPM },
	{ "ol", "oracle", RELEASE_MAJOR, false, VERSION_RPM },
	{ "amzn", "amazon", RELEASE_MAJOR, false, VERSION_RPM },
	{ "sles", "suse", RELEASE_MINOR, false, VERSION_RPM },
	{ "opensuse-leap", "opensuse", RELEASE_MINOR, false, VERSION_RPM },
	{ "azurelinux", "azurelinux", RELEASE_MINOR, true, VERSION_RPM },
	{ "mariner", "azurelinux", RELEASE_MINOR, true, VERSION_RPM },
	{ "photon", "photon", RELEASE_MINOR, true, VERSION_RPM },
};

static const struct ecosystem_space {
	enum ecosystem ecosystem;
	enum version_ordering ordering;
} ecosystems[] = {
	{ ECO_NUGET, VERSION_NUGET }, { ECO_NPM, VERSION_SEMVER },      { ECO_PYPI, VERSION_PEP440 },
	{ ECO_GOLANG, VERSION_GO },   { ECO_MAVEN, VERSION_MAVEN },     { ECO_CARGO, VERSION_SEMVER },
	{ ECO_GEM, VERSION_GEM },     { ECO_COMPOSER, VERSION_SEMVER },
};

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

/* -- names ------------------------------------------------------------------------------------- */

/* release_of(version_id, how): "3.19.1" by RELEASE_MINOR: "3.19". */
static bytes release_of(bytes version_id, enum release how)
{
	size_t dots = how == RELEASE_MAJOR ? 1 : 2, at = 0;

	if (how == RELEASE_NONE)
		return BYTES("");
	if (how == RELEASE_WHOLE)
		return version_id;
	for (; at < version_id.n; at++)
		if (version_id.p[at] == '.' && --dots == 0)
			break;
	return bytes_slice(version_id, 0, at);
}

static const struct distribution *distribution_of(bytes id)
{
	for (size_t i = 0; i < COUNT(distributions); i++)
		if (bytes_is(id, distributions[i].id))
			return &distributions[i];
	return NULL;
}

static bytes name_of(const struct distribution *d, bytes version_id, struct arena *a)
{
	bytes release = release_of(version_id, d->release);

	if (d->release == RELEASE_NONE)
		return bytes_str(d->space);
	return release.n == 0 ? BYTES("")
	                      : bytes_str(arena_printf(a, "%s " PRIb, d->space, BYTESF(release)));
}

bytes space_of_distribution(bytes id, bytes version_id, struct arena *a)
{
	const struct distribution *d = distribution_of(id);

	return d ? name_of(d, version_id, a) : BYTES("");
}

enum version_ordering space_ordering(bytes name)
{
	bytes first = bytes_slice(name, 0, bytes_find(name, ' '));

	if (bytes_is(name, ".net"))
		return VERSION_NUGET;
	for (size_t i = 0; i < COUNT(distributions); i++)
		if (bytes_is(first, distributions[i].space))
			return distributions[i].ordering;
	for (size_t i = 0; i < COUNT(ecosystems); i++)
		if (bytes_is(name, ecosystem_name(ecosystems[i].ecosystem)))
			return ecosystems[i].ordering;
	return VERSION_UNKNOWN;
}

static bytes lower(bytes s, struct arena *a)
{
	uint8_t *to = arena_alloc(a, s.n);

	for (size_t i = 0; i < s.n; i++)
		to[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (uint8_t)(s.p[i] + 32) : s.p[i];
	return bytes_of(to, s.n);
}

/* PEP 503: runs of -, _ and . are one -. */
static bytes pep503(bytes s, struct arena *a)
{
	bytes low = lower(s, a);
	uint8_t *to = arena_alloc(a, s.n);
	size_t n = 0;

	for (size_t i = 0; i < low.n; i++) {
		bool mark = low.p[i] == '-' || low.p[i] == '_' || low.p[i] == '.';

		if (!mark || n == 0 || to[n - 1] != '-')
			to[n++] = mark ? '-' : low.p[i];
	}
	return bytes_of(to, n);
}

bytes space_package(bytes name, bytes package, struct arena *a)
{
	if (bytes_is(name, "pypi"))
		return pep503(package, a);
	return bytes_is(name, "nuget") || bytes_is(name, ".net") || bytes_is(name, "composer")
	           ? lower(package, a)
	           : package;
}

/* -- where to look ----------------------------------------------------------------------------- */

/* "Microsoft.NETCore.App.Runtime.linux-x64" is Microsoft.NETCore.App; empty for other packages. */
static bytes runtime_of(bytes package)
{
	size_t at = bytes_search(package, BYTES(".App.Runtime."));

	if (at < package.n && bytes_starts(package, BYTES("Microsoft.")))
		return bytes_slice(package, 0, at + 4);
	return bytes_starts(package, BYTES("Microsoft.NET.Sdk")) ? package : BYTES("");
}

static size_t system_space(const struct package *p, struct arena *a, struct space *out)
{
	const struct distribution *d = distribution_of(p->distro_id);
	bytes name = d ? name_of(d, p->distro_version, a) : BYTES("");
	bool source = d && d->by_source;

	if (name.n == 0)
		return 0;
	*out = (struct space){ name, source && p->source_name.n ? p->source_name : p->name,
		                   source && p->source_version.n ? p->source_version : p->version,
		                   d->ordering };
	return 1;
}

size_t spaces_of(const struct package *p, struct arena *a, struct space out[SPACES_MOST])
{
	size_t n = 0;

	if (p->ecosystem == ECO_DEB || p->ecosystem == ECO_APK || p->ecosystem == ECO_RPM)
		return system_space(p, a, out);
	for (size_t i = 0; i < COUNT(ecosystems); i++) {
		bytes name = bytes_str(ecosystem_name(ecosystems[i].ecosystem));

		if (ecosystems[i].ecosystem == p->ecosystem)
			out[n++] = (struct space){ name, space_package(name, p->name, a), p->version,
				                       ecosystems[i].ordering };
	}
	if (p->ecosystem == ECO_NUGET && runtime_of(p->name).n > 0)
		out[n++] = (struct space){ BYTES(".net"),
			                       space_package(BYTES(".net"), runtime_of(p->name), a), p->version,
			                       VERSION_NUGET };
	return n;
}
