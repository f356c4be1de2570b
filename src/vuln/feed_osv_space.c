/* SPDX-License-Identifier: Apache-2.0 */
/* The ecosystems of OSV (schema 1.7, "Defined ecosystems") as spaces. Those of packages that no
 * cataloger finds (Android, CRAN, GitHub Actions, Hex, Linux, OSS-Fuzz, ...) are not known here:
 * their reader counts and names them. */
#include "vuln/feed_parts.h"
#include "vuln/space.h"
#include "vuln/stream.h"

static const struct {
	const char *name;
	enum ecosystem ecosystem;
} ecosystems[] = {
	{ "NuGet", ECO_NUGET },  { "npm", ECO_NPM },
	{ "PyPI", ECO_PYPI },    { "Go", ECO_GOLANG },
	{ "Maven", ECO_MAVEN },  { "crates.io", ECO_CARGO },
	{ "RubyGems", ECO_GEM }, { "Packagist", ECO_COMPOSER },
};

static const struct {
	const char *name, *id; /* of os-release */
} distributions[] = {
	{ "Debian", "debian" },          { "Alpine", "alpine" },       { "Rocky Linux", "rocky" },
	{ "AlmaLinux", "almalinux" },    { "Wolfi", "wolfi" },         { "Chainguard", "chainguard" },
	{ "Azure Linux", "azurelinux" }, { "Photon OS", "photon" },    { "Mageia", "mageia" },
	{ "MinimOS", "minimos" },        { "Alpaquita", "alpaquita" }, { "Echo", "echo" },
};

static bool is_number(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* "22.04:LTS", "Pro:18.04:LTS", "Pro:FIPS-updates:20.04:LTS". Other pockets (real-time kernels,
 * kernels of boards) have packages that nothing tells from the release's. */
static bytes ubuntu_release(bytes suffix, struct arena *a)
{
	const char *pocket = "";
	bytes part, release = BYTES("");

	while (bytes_take_until(&suffix, ':', &part)) {
		if (part.n > 0 && is_number(part.p[0]) && release.n == 0)
			release = part;
		else if (bytes_starts(part, BYTES("FIPS")))
			pocket = "-FIPS";
		else if (bytes_is(part, "Pro"))
			pocket = *pocket ? pocket : "-ESM";
		else if (!bytes_is(part, "LTS"))
			return BYTES("");
	}
	return *pocket && release.n > 0 ? bytes_str(arena_printf(a, PRIb "%s", BYTESF(release), pocket))
	                                : release;
}

/* "Linux Enterprise Server 15 SP5", "Linux Enterprise Module for Basesystem 15 SP5", "Linux
 * Enterprise Micro 5.3": modules belong to the release. */
static bytes suse_space(bytes suffix, struct arena *a)
{
	bool micro = bytes_search(suffix, BYTES(" Micro ")) < suffix.n;
	size_t pack = bytes_search(suffix, BYTES(" SP")), n = 0;
	bytes front = bytes_slice(suffix, 0, pack), digits = bytes_skip(suffix, pack + 3);
	bytes release = bytes_skip(front, bytes_rfind(front, ' ') + 1);

	while (n < digits.n && is_number(digits.p[n]))
		n++;
	if (!bytes_starts(suffix, BYTES("Linux Enterprise ")) || release.n == 0 ||
	    !is_number(release.p[0]))
		return BYTES("");
	if (n > 0)
		release = bytes_str(
			arena_printf(a, PRIb "." PRIb, BYTESF(release), BYTESF(bytes_slice(digits, 0, n))));
	return space_of_distribution(micro ? BYTES("sle-micro") : BYTES("sles"), release, a);
}

static bytes opensuse_space(bytes suffix, struct arena *a)
{
	if (bytes_is(suffix, "Tumbleweed"))
		return space_of_distribution(BYTES("opensuse-tumbleweed"), BYTES(""), a);
	if (!bytes_take_prefix(&suffix, BYTES("Leap ")) || suffix.n == 0 || !is_number(suffix.p[0]))
		return BYTES("");
	return space_of_distribution(BYTES("opensuse-leap"), suffix, a);
}

/* Alpine's "v3.19" is 3.19, "Azure Linux:3" calls itself 3.0. */
static bytes plain_release(bytes name, bytes suffix, struct arena *a)
{
	(void)bytes_take_prefix(&suffix, BYTES("v"));
	suffix = bytes_slice(suffix, 0, bytes_find(suffix, ':'));
	return bytes_is(name, "Azure Linux") && suffix.n > 0 && bytes_find(suffix, '.') == suffix.n
	           ? bytes_str(arena_printf(a, PRIb ".0", BYTESF(suffix)))
	           : suffix;
}

bytes feed_osv_space(bytes ecosystem, struct arena *a, bytes *out_minor)
{
	bytes suffix = ecosystem, name, space;

	if (!bytes_take_until(&suffix, ':', &name))
		return BYTES("");
	for (size_t i = 0; i < sizeof(ecosystems) / sizeof(*ecosystems); i++)
		if (bytes_is(name, ecosystems[i].name))
			return bytes_str(ecosystem_name(ecosystems[i].ecosystem));
	for (size_t i = 0; i < sizeof(distributions) / sizeof(*distributions); i++)
		if (bytes_is(name, distributions[i].name))
			return space_of_distribution(bytes_str(distributions[i].id),
			                             plain_release(name, suffix, a), a);
	if (bytes_is(name, "Ubuntu"))
		return space_of_distribution(BYTES("ubuntu"), ubuntu_release(suffix, a), a);
	if (bytes_is(name, "SUSE"))
		return suse_space(suffix, a);
	if (bytes_is(name, "openSUSE"))
		return opensuse_space(suffix, a);
	return bytes_is(name, "Red Hat") && stream_of_product(suffix, a, &space, out_minor) ? space
	                                                                                    : BYTES("");
}
