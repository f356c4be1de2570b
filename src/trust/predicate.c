/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/predicate.h"

#include "base/text.h"

static const struct {
	const char *name;
	struct predicate_type type;
} types[] = {
	{ "custom", { "https://cosign.sigstore.dev/attestation/v1", PREDICATE_DATA } },
	{ "slsaprovenance", { "https://slsa.dev/provenance/v0.2", PREDICATE_JSON } },
	{ "slsaprovenance02", { "https://slsa.dev/provenance/v0.2", PREDICATE_JSON } },
	{ "slsaprovenance1", { "https://slsa.dev/provenance/v1", PREDICATE_JSON } },
	{ "spdx", { "https://spdx.dev/Document", PREDICATE_TEXT } },
	{ "spdxjson", { "https://spdx.dev/Document", PREDICATE_JSON } },
	{ "cyclonedx", { "https://cyclonedx.org/bom", PREDICATE_JSON } },
	{ "link", { "https://in-toto.io/Link/v1", PREDICATE_JSON } },
	{ "vuln", { "https://cosign.sigstore.dev/attestation/vuln/v1", PREDICATE_JSON } },
	{ "vulns", { "https://in-toto.io/attestation/vulns/v0.2", PREDICATE_JSON } },
	{ "openvex", { "https://openvex.dev/ns", PREDICATE_JSON } },
	{ "vsa", { "https://slsa.dev/verification_summary/v1", PREDICATE_JSON } },
	{ "test-result", { "https://in-toto.io/attestation/test-result/v0.1", PREDICATE_JSON } },
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
