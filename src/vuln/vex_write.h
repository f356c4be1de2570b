/* SPDX-License-Identifier: Apache-2.0 */
/* vex_write - what a team decides about vulnerabilities, as OpenVEX 0.2 documents.
 *
 * Source: the OpenVEX specification 0.2.0 and its JSON schema. The same decisions give the same
 * octets: a document's id is the digest of what it says. Threading: pure functions. */
#pragma once

#include "fmt/stream.h"
#include "model/purl.h"
#include "vuln/vex.h"

/* One decision: about an id, of a package in a product, or of a product as a whole. */
struct vex_decision {
	bytes id;
	struct {
		bytes *items;
		size_t len, cap;
	} aliases;
	bytes product; /* purl */
	struct {
		bytes *items;
		size_t len, cap;
	} parts; /* purls; none: the product itself */
};

/* What all decisions of one run have in common. Empty is left out. */
struct vex_words {
	enum vex_status status;
	const char *author, *justification, *impact, *action, *notes;
};

/* vex_words_check(w, e): what the specification asks for: a justification or an impact statement
 * with not_affected, an action statement with affected, and neither elsewhere. ERR_USAGE. */
int vex_words_check(const struct vex_words *w, err *e);
/* vex_status_from(word, out): false when it is none of the four. */
bool vex_status_from(const char *word, enum vex_status *out);

/* vex_write(w, decisions, len, now, out): a document of version 1. */
void vex_write(const struct vex_words *w, const struct vex_decision *decisions, size_t len,
               int64_t now, struct stream *out);

/* vex_merge(texts, len, now, a, out, out_at, e): the statements of all documents in the first one,
 * each once (timestamps aside), everything else in it as it was; its version and last_updated
 * change when a statement is added. Hostile input. *out_at: the document that cannot be read.
 * ERR_FORMAT (no OpenVEX), ERR_LIMIT. */
int vex_merge(const bytes *texts, size_t len, int64_t now, struct arena *a, struct stream *out,
              size_t *out_at, err *e);
