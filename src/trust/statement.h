/* SPDX-License-Identifier: Apache-2.0 */
/* statement - an in-toto statement (in-toto/attestation, v0.1 and v1): somebody says something of a
 * kind about artifacts. Threading: constant once read. */
#pragma once

#include "crypto/digest.h"
#include "oci/predicate.h"

struct statement_subject {
	bytes name, uri;
	struct {
		bytes algorithm, hex;
	} *digests;
	size_t digests_len;
	bytes annotations; /* a JSON object as it stands; empty: none */
};

struct statement {
	bytes type, predicate_type;
	bytes predicate; /* JSON as it stands; empty: none */
	struct statement_subject *subjects;
	size_t subjects_len;
};

/* statement_parse(text, a, out, e): ERR_FORMAT, also where another reader would take other members
 * (json_is_clear); ERR_LIMIT. Views of text and arena. */
int statement_parse(bytes text, struct arena *a, struct statement *out, err *e);

/* statement_subject_of(s, d): the subject that has that digest, whole and of that algorithm; NULL:
 * none. statement_is_about(s, d): there is one. */
const struct statement_subject *statement_subject_of(const struct statement *s, const digest *d);
bool statement_is_about(const struct statement *s, const digest *d);
