/* SPDX-License-Identifier: Apache-2.0 */
/* predicate - in-toto statements by their types: the only list of those that are known by name
 * here, and the short names that cosign's --type has for them, and more. What each says: in-toto's
 * attestation/spec/predicates, slsa.dev/spec, cosign's specs/COSIGN_PREDICATE_SPEC.md. Threading:
 * static tables. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* What an envelope holds that holds a statement; and what a statement calls itself. */
#define STATEMENT_MEDIA_TYPE "application/vnd.in-toto+json"
#define STATEMENT_V01 "https://in-toto.io/Statement/v0.1"
#define STATEMENT_V1 "https://in-toto.io/Statement/v1"

/* That it says "signed" and nothing else. */
#define PREDICATE_SIGN "https://sigstore.dev/cosign/sign/v1"
#define PREDICATE_PROVENANCE_V01 "https://slsa.dev/provenance/v0.1"
#define PREDICATE_PROVENANCE_V02 "https://slsa.dev/provenance/v0.2"
#define PREDICATE_PROVENANCE_V1 "https://slsa.dev/provenance/v1"
#define PREDICATE_PROVENANCE_V10 "https://slsa.dev/provenance/v1.0" /* Google Cloud Build */
#define PREDICATE_SUMMARY "https://slsa.dev/verification_summary/v1"
#define PREDICATE_SPDX "https://spdx.dev/Document"
#define PREDICATE_CYCLONEDX "https://cyclonedx.org/bom"
#define PREDICATE_OPENVEX "https://openvex.dev/ns"

/* How a file becomes a predicate. */
enum predicate_form {
	PREDICATE_JSON, /* as it stands */
	PREDICATE_TEXT, /* as one text: SPDX's tag-value form */
	PREDICATE_DATA, /* {"Data": TEXT, "Timestamp": NOW}: cosign's own type for anything */
};

struct predicate_type {
	const char *uri;
	enum predicate_form form;
};

#define PREDICATE_NAMES \
	"custom, slsaprovenance, slsaprovenance02, slsaprovenance1, spdx, spdxjson, cyclonedx, link, " \
	"vuln, vulns, openvex, vsa, test-result"

/* predicate_type_of(name, out, e): a short name, or any URI (of JSON). ERR_USAGE lists the names.
 * Borrows a URI. */
int predicate_type_of(const char *name, struct predicate_type *out, err *e);

/* predicate_versions(kind): all types that say the same kind of thing; NULL behind the last. */
enum predicate_kind {
	PREDICATES_PROVENANCE,
	PREDICATES_SPDX,
	PREDICATES_CYCLONEDX,
	PREDICATES_SCAN,
	PREDICATES_TEST,
};
const char *const *predicate_versions(enum predicate_kind kind);

/* predicate_is(type, base): base, or a version of it: base "/v2.3". */
bool predicate_is(bytes type, const char *base);
