/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/attachment.h"

#include "oci/predicate.h"

#define TAG_DIGITS 64

bytes attachment_annotation(const struct attachment *at, const char *name)
{
	return oci_labels_get(&at->layer.annotations, name);
}

enum attachment_kind attachment_kind_of(bytes type)
{
	static const struct {
		const char *type;
		enum attachment_kind kind;
	} known[] = {
		{ "application/vnd.dev.cosign.simplesigning.v1+json", ATTACHMENT_SIGNATURE },
		{ "application/vnd.dev.cosign.artifact.sig.v1+json", ATTACHMENT_SIGNATURE },
		{ "application/vnd.dsse.envelope.v1+json", ATTACHMENT_ENVELOPE },
		{ "application/vnd.dev.cosign.artifact.att.v1+json", ATTACHMENT_ENVELOPE },
		{ STATEMENT_MEDIA_TYPE, ATTACHMENT_STATEMENT },
		{ "application/vnd.docker.attestation.manifest.v1+json", ATTACHMENT_STATEMENT },
		{ "application/vnd.cncf.notary.signature", ATTACHMENT_NOTARY },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (bytes_is(type, known[i].type))
			return known[i].kind;
	/* With its version in the name, or as a parameter before 0.3. */
	if (bytes_starts(type, BYTES("application/vnd.dev.sigstore.bundle")))
		return ATTACHMENT_BUNDLE;
	/* "application/vnd.in-toto.provenance+dsse", as Docker Scout and Tekton write them. */
	if (bytes_starts(type, BYTES("application/vnd.in-toto")) && bytes_ends(type, BYTES("+dsse")))
		return ATTACHMENT_ENVELOPE;
	return ATTACHMENT_OTHER;
}

const char *attachment_tag(const digest *subject, const char *suffix, struct arena *a)
{
	bytes digits = bytes_str(DIGEST_TEXT(subject)), name = { 0 };

	(void)bytes_take_until(&digits, ':', &name);
	digits = bytes_slice(digits, 0, TAG_DIGITS);
	return arena_printf(a, PRIb "-" PRIb "%s%s", BYTESF(name), BYTESF(digits), *suffix ? "." : "",
	                    suffix);
}
