/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/predicate.h"

#include "base/text.h"

#define CUSTOM "https://cosign.sigstore.dev/attestation/v1"
#define SCAN "https://cosign.sigstore.dev/attestation/vuln/v1"
#define SCAN_V01 "https://in-toto.io/attestation/vulns/v0.1"
#define SCAN_V02 "https://in-toto.io/attestation/vulns/v0.2"
#define TEST "https://in-toto.io/attestation/test-result/v0.1"

static const struct {
	const char *name;
	struct predicate_type type;
} types[] = {
	{ "custom", { CUSTOM, PREDICATE_DATA } },
	{ "slsaprovenance", { PREDICATE_PROVENANCE_V02, PREDICATE_JSON } },
	{ "slsaprovenance02", { PREDICATE_PROVENANCE_V02, PREDICATE_JSON } },
	{ "slsaprovenance1", { PREDICATE_PROVENANCE_V1, PREDICATE_JSON } },
	{ "spdx", { PREDICATE_SPDX, PREDICATE_TEXT } },
	{ "spdxjson", { PREDICATE_SPDX, PREDICATE_JSON } },
	{ "cyclonedx", { PREDICATE_CYCLONEDX, PREDICATE_JSON } },
	{ "link", { "https://in-toto.io/Link/v1", PREDICATE_JSON } },
	{ "vuln", { SCAN, PREDICATE_JSON } },
	{ "vulns", { SCAN_V02, PREDICATE_JSON } },
	{ "openvex", { PREDICATE_OPENVEX, PREDICATE_JSON } },
	{ "vsa", { PREDICATE_SUMMARY, PREDICATE_JSON } },
	{ "test-result", { TEST, PREDICATE_JSON } },
};

/* A scheme, a colon, something (RFC 3986 §3). */
static bool is_uri(bytes s)
{
	size_t colon = bytes_find(s, ':');

	for (size_t i = 0; i < colon; i++) {
		uint8_t c = s.p[i] | 32;

		if (!(c >= 'a' && c <= 'z') && !(i > 0 && s.p[i] >= '+' && s.p[i] <= '9'))
			return false;
	}
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] == 0x7f)
			return false;
	return colon > 0 && colon + 1 < s.n && text_is_utf8(s);
}

int predicate_type_of(const char *name, struct predicate_type *out, err *e)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strcmp(name, types[i].name) == 0) {
			*out = types[i].type;
			return 0;
		}
	if (!is_uri(bytes_str(name)))
		return err_set(e, ERR_USAGE, 0, "no type of predicate '%s': " PREDICATE_NAMES ", or a URI",
		               SHOW(bytes_str(name)));
	*out = (struct predicate_type){ name, PREDICATE_JSON };
	return 0;
}

const char *const *predicate_versions(enum predicate_kind kind)
{
	static const char *const known[][6] = {
		[PREDICATES_PROVENANCE] = { PREDICATE_PROVENANCE_V1, PREDICATE_PROVENANCE_V10,
		                            PREDICATE_PROVENANCE_V02, PREDICATE_PROVENANCE_V01 },
		[PREDICATES_SPDX] = { PREDICATE_SPDX, PREDICATE_SPDX "/v2.2", PREDICATE_SPDX "/v2.3" },
		[PREDICATES_CYCLONEDX] = { PREDICATE_CYCLONEDX, PREDICATE_CYCLONEDX "/v1.4",
		                           PREDICATE_CYCLONEDX "/v1.5", PREDICATE_CYCLONEDX "/v1.6" },
		[PREDICATES_SCAN] = { SCAN, SCAN_V02, SCAN_V01 },
		[PREDICATES_TEST] = { TEST },
	};

	return known[kind];
}

bool predicate_is(bytes type, const char *base)
{
	if (!bytes_take_prefix(&type, bytes_str(base)))
		return false;
	if (type.n == 0)
		return true;
	if (!bytes_take_prefix(&type, BYTES("/v")) || type.n == 0)
		return false;
	for (size_t i = 0; i < type.n; i++)
		if (type.p[i] != '.' && (type.p[i] < '0' || type.p[i] > '9'))
			return false;
	return true;
}
