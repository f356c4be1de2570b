/* SPDX-License-Identifier: Apache-2.0 */
/* go - versions of modules: SemVer behind "v" (Go modules reference, "Versions"; pseudo-versions
 * are pre-releases, "+incompatible" a build), which advisories write without "v"; and releases
 * of Go itself, "go1.21rc2" (go.dev/doc/toolchain), which advisories know as 1.21.0-rc.2. */
#include "version/key.h"

#define NUMBERS 3

/* The labels of a release of Go: rc2 is rc.2. */
static bool key_toolchain(struct version_key *k, bytes v)
{
	bytes release = v;
	uint8_t text[LIMIT_VERSION + sizeof("-.")];
	size_t n = 0;

	while (v.n > 0 && !is_lower(v.p[0]))
		v = bytes_skip(v, 1);
	bytes word = take_while(&v, is_lower);

	if (word.n == 0 || v.n == 0 || !all_are(v, is_digit))
		return key_release(k, release, NUMBERS, NUMBERS, false);
	const bytes parts[] = { bytes_slice(release, 0, (size_t)(word.p - release.p)), BYTES("-"), word,
		                    BYTES("."), v };

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (parts[i].n > 0)
			memcpy(text + n, parts[i].p, parts[i].n);
		n += parts[i].n;
	}
	return key_release(k, bytes_of(text, n), NUMBERS, NUMBERS, false);
}

bool version_key_go(bytes v, struct version_key *k)
{
	if (bytes_take_prefix(&v, BYTES("go")))
		return key_toolchain(k, v);
	(void)take_octet(&v, 'v');
	return key_release(k, v, NUMBERS, NUMBERS, false);
}
