/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/space.h"

/* How much of VERSION_ID names a release for advisories. */
enum release { RELEASE_NONE, RELEASE_MAJOR, RELEASE_MINOR, RELEASE_WHOLE };

/* What advisories call a package by; some feeds of a distribution name one, some the other. */
enum by { BY_SOURCE, BY_BINARY, BY_EITHER };

static const struct distribution {
	const char *id, *space; /* ID of os-release; the name here */
	enum release release;
	enum by by;
	enum version_ordering ordering;
} distributions[] = {
	{ "debian", "debian", RELEASE_MAJOR, BY_SOURCE, VERSION_DPKG },
	{ "ubuntu", "ubuntu", RELEASE_WHOLE, BY_SOURCE, VERSION_DPKG },
	{ "alpine", "alpine", RELEASE_MINOR, BY_SOURCE, VERSION_APK },
	{ "wolfi", "wolfi", RELEASE_NONE, BY_SOURCE, VERSION_APK },
	{ "chainguard", "chainguard", RELEASE_NONE, BY_SOURCE, VERSION_APK },
	{ "rhel", "redhat", RELEASE_MAJOR, BY_BINARY, VERSION_RPM },
	{ "centos", "redhat", RELEASE_MAJOR, BY_BINARY, VERSION_RPM },
	{ "rocky", "rocky", RELEASE_MAJOR, BY_EITHER, VERSION_RPM },
	{ "almalinux", "alma", RELEASE_MAJOR, BY_BINARY, VERSION_RPM },
	{ "fedora", "fedora", RELEASE_MAJOR, BY_BINARY, VERSION_RPM },
	{ "ol", "oracle", RELEASE_MAJOR, BY_BINARY, VERSION_RPM },
	{ "amzn", "amazon", RELEASE_MAJOR, BY_BINARY, VERSION_RPM },
	{ "sles", "suse", RELEASE_MINOR, BY_EITHER, VERSION_RPM },
	{ "sle-micro", "suse-micro", RELEASE_MINOR, BY_EITHER, VERSION_RPM },
	{ "sl-micro", "suse-micro", RELEASE_MINOR, BY_EITHER, VERSION_RPM },
	{ "opensuse-leap", "opensuse", RELEASE_MINOR, BY_EITHER, VERSION_RPM },
	{ "opensuse-tumbleweed", "opensuse-tumbleweed", RELEASE_NONE, BY_EITHER, VERSION_RPM },
	{ "azurelinux", "azurelinux", RELEASE_MINOR, BY_SOURCE, VERSION_RPM },
	{ "mariner", "azurelinux", RELEASE_MINOR, BY_SOURCE, VERSION_RPM },
	{ "photon", "photon", RELEASE_MINOR, BY_SOURCE, VERSION_RPM },
	{ "mageia", "mageia", RELEASE_MAJOR, BY_SOURCE, VERSION_RPM },
	{ "minimos", "minimos", RELEASE_NONE, BY_SOURCE, VERSION_APK },
	{ "alpaquita", "alpaquita", RELEASE_WHOLE, BY_SOURCE, VERSION_APK },
	{ "echo", "echo", RELEASE_WHOLE, BY_SOURCE, VERSION_DPKG },
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

/* What advisories call a release otherwise than os-release does: what Alpine builds before a
 * release ("3.23_alpha20250612") is its edge; all of Amazon's first Linux (2011.09 to 2018.03) is
 * 1. */
static bytes other_name(const struct distribution *d, bytes version_id)
{
	if (bytes_is(bytes_str(d->space), "alpine") &&
	    bytes_search(version_id, BYTES("_alpha")) < version_id.n)
		return BYTES("edge");
	if (bytes_is(bytes_str(d->space), "amazon") && bytes_starts(version_id, BYTES("201")))
		return BYTES("1");
	return version_id;
}

static bytes name_of(const struct distribution *d, bytes version_id, struct arena *a)
{
	bytes release = release_of(other_name(d, version_id), d->release);

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

/* "Microsoft.NETCore.App.Runtime.linux-x64" is Microsoft.NETCore.App, and so is a runtime whose
 * platform nothing names; empty for other packages. */
static bytes runtime_of(bytes package)
{
	size_t at = bytes_search(package, BYTES(".App.Runtime."));

	if (!bytes_starts(package, BYTES("Microsoft.")))
		return BYTES("");
	if (at < package.n)
		return bytes_slice(package, 0, at + 4);
	return bytes_ends(package, BYTES(".App")) || bytes_starts(package, BYTES("Microsoft.NET.Sdk"))
	           ? package
	           : BYTES("");
}

static bool has_nocase(bytes text, bytes word)
{
	for (; text.n >= word.n; text = bytes_skip(text, 1))
		if (bytes_equal_nocase(bytes_slice(text, 0, word.n), word))
			return true;
	return false;
}

/* Ubuntu Pro mends packages in pockets of their own, which the versions show
 * ("1.1.1f-1ubuntu2.fips.7", "2.4.29-1ubuntu4.27+esm1"); "18.04-ESM" is an image that is
 * subscribed. What a pocket says of a vulnerability counts for its packages instead of what the
 * release says. */
static size_t add_pocket(struct arena *a, struct space *out, size_t n)
{
	bytes base = out[0].name, pocket;

	if (bytes_ends(base, BYTES("-ESM"))) {
		pocket = base;
		base.n -= 4;
	} else if (has_nocase(out[0].version, BYTES("fips"))) {
		pocket = bytes_str(arena_printf(a, PRIb "-FIPS", BYTESF(base)));
	} else if (has_nocase(out[0].version, BYTES("esm"))) {
		pocket = bytes_str(arena_printf(a, PRIb "-ESM", BYTESF(base)));
	} else {
		return n;
	}
	out[n] = out[0];
	out[0].name = base;
	out[n].name = pocket;
	out[n].instead = true;
	return n + 1;
}

static size_t system_space(const struct package *p, struct arena *a, struct space *out)
{
	const struct distribution *d = distribution_of(p->distro_id);
	/* Packages of Alpine's edge on a release are edge's. */
	bytes release = p->repository.n > 0 ? p->repository : p->distro_version,
		  name = d ? name_of(d, release, a) : BYTES("");
	size_t n = 0;

	if (name.n == 0)
		return 0;
	if (d->by != BY_BINARY)
		out[n++] = (struct space){ name, p->source_name.n ? p->source_name : p->name,
			                       p->source_version.n ? p->source_version : p->version,
			                       d->ordering, false };
	bool again = n > 0;

	if (d->by == BY_BINARY ||
	    (d->by == BY_EITHER && p->source_name.n && !bytes_equal(p->source_name, p->name)))
		out[n++] = (struct space){ name, p->name, p->version, d->ordering, again };
	return bytes_is(p->distro_id, "ubuntu") ? add_pocket(a, out, n) : n;
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
				                       ecosystems[i].ordering, false };
	}
	if (p->ecosystem == ECO_NUGET && runtime_of(p->name).n > 0)
		out[n++] = (struct space){ BYTES(".net"),
			                       space_package(BYTES(".net"), runtime_of(p->name), a), p->version,
			                       VERSION_NUGET, false };
	return n;
}
