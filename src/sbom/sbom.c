/* SPDX-License-Identifier: Apache-2.0 */
#include "sbom/sbom.h"

#include "sbom/parts.h"

/* SPDX 2.3 section 7.10 and CycloneDX's hash-alg: those that both have. */
static const struct {
	const char *spdx, *cyclonedx;
	size_t digits;
} algorithms[] = {
	{ "SHA256", "SHA-256", 64 },
	{ "SHA1", "SHA-1", 40 },
	{ "SHA512", "SHA-512", 128 },
	{ "SHA384", "SHA-384", 96 },
	{ "MD5", "MD5", 32 },
	{ "SHA3-256", "SHA3-256", 64 },
	{ "SHA3-384", "SHA3-384", 96 },
	{ "SHA3-512", "SHA3-512", 128 },
	{ "BLAKE2b-256", "BLAKE2b-256", 64 },
	{ "BLAKE2b-384", "BLAKE2b-384", 96 },
	{ "BLAKE2b-512", "BLAKE2b-512", 128 },
	{ "BLAKE3", "BLAKE3", 64 },
};
#define ALGORITHMS (sizeof(algorithms) / sizeof(*algorithms))

static bool is_hex(bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!memchr("0123456789abcdefABCDEF", s.p[i], 22))
			return false;
	return true;
}

void sbom_checksum_put(buf *b, bytes algorithm, bytes hex)
{
	for (size_t i = 0; i < ALGORITHMS; i++) {
		bool named = bytes_is(algorithm, algorithms[i].spdx) ||
		             bytes_is(algorithm, algorithms[i].cyclonedx);

		bytes name = bytes_str(algorithms[i].spdx);

		if (!named || hex.n != algorithms[i].digits || !is_hex(hex) ||
		    bytes_search(buf_bytes(b), name) < b->n) /* one of each is enough */
			continue;
		buf_put(b, name);
		buf_putc(b, ':');
		buf_put(b, hex);
		buf_putc(b, '\n');
	}
}

bool sbom_checksum_next(bytes *rest, const char **out_spdx, const char **out_cyclonedx,
                        bytes *out_hex)
{
	bytes line, name;

	if (!bytes_take_until(rest, '\n', &line) || !bytes_take_until(&line, ':', &name))
		return false;
	for (size_t i = 0; i < ALGORITHMS; i++)
		if (bytes_is(name, algorithms[i].spdx)) {
			*out_spdx = algorithms[i].spdx;
			*out_cyclonedx = algorithms[i].cyclonedx;
			*out_hex = line;
			return true;
		}
	return false;
}

/* Debian Policy 5.6.2 and abuild's Maintainer name whoever it is; what groups call themselves
 * there, and the hosts of their lists, are few. */
static bool is_group(bytes who)
{
	static const char *const words[] = { "team",      "maintainers", "developers", "packagers",
		                                 "group",     "project",     "debian-",    "@lists.",
		                                 "@tracker.", "@alioth-",    "maint@",     "foundation" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		bytes word = bytes_str(words[i]);

		for (size_t at = 0; at + word.n <= who.n; at++)
			if (bytes_equal_nocase(bytes_slice(who, at, word.n), word))
				return true;
	}
	return false;
}

bytes sbom_supplier(bytes maintainer, struct arena *a)
{
	bytes rest = maintainer, name = bytes_slice(rest, 0, bytes_find(rest, '<')), mail;

	rest = bytes_skip(rest, name.n < rest.n ? name.n + 1 : rest.n);
	mail = bytes_trim(bytes_slice(rest, 0, bytes_find(rest, '>')));
	name = bytes_trim(name);
	if (name.n == 0) {
		name = mail;
		mail.n = 0;
	}
	if (name.n == 0)
		return name;
	bytes who = bytes_slice(maintainer, 0, bytes_find(maintainer, '>'));
	const char *kind = is_group(who) ? "Organization" : "Person";

	if (mail.n == 0)
		return bytes_str(arena_printf(a, "%s: " PRIb, kind, BYTESF(name)));
	return bytes_str(
		arena_printf(a, "%s: " PRIb " (" PRIb ")", kind, BYTESF(name), BYTESF(mail)));
}

enum sbom_format sbom_format(const char *name)
{
	static const struct {
		const char *name;
		enum sbom_format format;
	} names[] = {
		{ "spdx-json", SBOM_SPDX_JSON },
		{ "spdx-tag", SBOM_SPDX_TAG },
		{ "spdx-tag-value", SBOM_SPDX_TAG }, /* Syft's word */
		{ "cyclonedx", SBOM_CYCLONEDX_1_6 }, /* Trivy's word */
		{ "cyclonedx-json", SBOM_CYCLONEDX_1_6 },
		{ "cyclonedx-json@1.6", SBOM_CYCLONEDX_1_6 },
		{ "cyclonedx-json@1.7", SBOM_CYCLONEDX_1_7 },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(name, names[i].name) == 0)
			return names[i].format;
	return SBOM_NO_FORMAT;
}

void sbom_write(const struct sbom *bill, enum sbom_format format, struct stream *out)
{
	switch (format) {
	case SBOM_SPDX_JSON: spdx_json_write(bill, out); return;
	case SBOM_SPDX_TAG: spdx_tag_write(bill, out); return;
	case SBOM_CYCLONEDX_1_6:
	case SBOM_CYCLONEDX_1_7: cyclonedx_json_write(bill, format, out); return;
	case SBOM_NO_FORMAT: return;
	}
}
