/* SPDX-License-Identifier: Apache-2.0 */
#include "version/version.h"
#include "version/key.h"

static const struct {
	const char *name;
	bool (*key)(bytes v, struct version_key *k); /* NULL: there is none */
} orderings[] = {
	[VERSION_UNKNOWN] = { "unknown", NULL },
	[VERSION_DPKG] = { "dpkg", version_key_dpkg },
	[VERSION_APK] = { "apk", version_key_apk },
	[VERSION_RPM] = { "rpm", version_key_rpm },
	[VERSION_NUGET] = { "nuget", version_key_nuget },
	[VERSION_SEMVER] = { "semver", version_key_semver },
	[VERSION_PEP440] = { "pep440", version_key_pep440 },
	[VERSION_MAVEN] = { "maven", NULL },
	[VERSION_GEM] = { "gem", version_key_gem },
	[VERSION_GO] = { "go", version_key_go },
};

enum version_ordering version_ordering_named(bytes name)
{
	for (size_t i = VERSION_DPKG; i < sizeof(orderings) / sizeof(*orderings); i++)
		if (bytes_is(name, orderings[i].name))
			return (enum version_ordering)i;
	return VERSION_UNKNOWN;
}

const char *version_ordering_name(enum version_ordering ordering)
{
	return orderings[ordering].name;
}

/* What no ordering takes: nothing, too much, and what a line or a table could not show. */
static bool is_text(bytes v)
{
	if (v.n == 0 || v.n > LIMIT_VERSION)
		return false;
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] <= ' ' || v.p[i] == 0x7f)
			return false;
	return true;
}

bool version_has_key(enum version_ordering ordering)
{
	return orderings[ordering].key != NULL;
}

bool version_key(enum version_ordering ordering, bytes v, struct version_key *out)
{
	v = bytes_trim(v);
	out->n = 0;
	return orderings[ordering].key && is_text(v) && orderings[ordering].key(v, out);
}

/* Keys are long, and few of their octets are used: the build's habit of clearing what is on the
 * stack would take longer than making them. */
bool version_is_valid(enum version_ordering ordering, bytes v)
{
	__attribute__((uninitialized)) struct version_key k;

	if (ordering == VERSION_MAVEN)
		return is_text(bytes_trim(v));
	return version_key(ordering, v, &k);
}

bool version_compare(enum version_ordering ordering, bytes a, bytes b, int *out)
{
	__attribute__((uninitialized)) struct version_key x, y;

	if (ordering == VERSION_MAVEN) {
		a = bytes_trim(a);
		b = bytes_trim(b);
		if (!is_text(a) || !is_text(b))
			return false;
		*out = version_compare_maven(a, b);
		return true;
	}
	if (!version_key(ordering, a, &x) || !version_key(ordering, b, &y))
		return false;
	int c = bytes_compare(version_key_bytes(&x), version_key_bytes(&y));

	*out = (c > 0) - (c < 0);
	return true;
}
