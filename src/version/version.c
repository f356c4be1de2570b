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

void version_subject(enum version_ordering ordering, bytes v, struct version_subject *out)
{
	out->ordering = ordering;
	out->text = bytes_trim(v);
	out->is_valid = ordering == VERSION_MAVEN ? is_text(out->text)
	                                          : version_key(ordering, v, &out->key);
}

bool version_against(const struct version_subject *s, bytes other, int *out)
{
	__attribute__((uninitialized)) struct version_key key;

	if (!s->is_valid)
		return false;
	if (s->ordering == VERSION_MAVEN) {
		other = bytes_trim(other);
		if (!is_text(other))
			return false;
		*out = version_compare_maven(s->text, other);
		return true;
	}
	if (!version_key(s->ordering, other, &key))
		return false;
	int c = bytes_compare(version_key_bytes(&s->key), version_key_bytes(&key));

	*out = (c > 0) - (c < 0);
	return true;
}

bool version_compare(enum version_ordering ordering, bytes a, bytes b, int *out)
{
	__attribute__((uninitialized)) struct version_subject s;

	version_subject(ordering, a, &s);
	return version_against(&s, b, out);
}
