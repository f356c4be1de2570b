/* SPDX-License-Identifier: Apache-2.0 */
/* seal_page - what one `oakum seal` did: its stages, the images it judged and why one was stopped,
 * what it signed and who says so.
 *
 * Plain data: flow/seal fills it, the writers below only render it. Texts are untrusted octets,
 * also those of C strings, unless they are called static. Threading: as its owner. */
#pragma once

#include "crypto/digest.h"
#include "fmt/stream.h"
#include "report/reasons.h"
#include "report/terminal.h"

/* In the order in which they come. */
enum seal_stage {
	SEAL_JUDGE,
	SEAL_GATE,
	SEAL_PUSH,
	SEAL_SIGN,
	SEAL_ATTEST,
	SEAL_VERIFY,
};
#define SEAL_STAGES 6

enum seal_state {
	SEAL_WAITS,
	SEAL_RUNS,
	SEAL_HOLDS,
	SEAL_LEFT,  /* it was not to be done: --dry-run */
	SEAL_FAILS,
};

/* One image that was judged: what the target names, or one platform of it. */
struct seal_image {
	digest digest;        /* of its manifest; none before docker's archive has one */
	digest config;
	const char *platform; /* "linux/arm64" */
	bytes base_name, base_digest; /* as the image says; may be empty */
	uint64_t packages, secrets, settings, gaps;
	uint64_t vulnerabilities[SEVERITY_CRITICAL + 1]; /* by severity */
	struct reasons reasons; /* none: it passes */
};

/* What is said of an image, and signed. */
struct seal_statement {
	const char *name; /* "signature", "sbom", "provenance"; static */
	const char *type; /* its predicateType; static */
	digest subject;
	digest content;   /* of what is said */
	digest manifest;  /* the referrer that holds it; none: by tag */
	bool was_there;   /* an earlier run put it */
};

struct seal_page {
	const char *source, *place; /* as typed; the same where an image is sealed in its place */
	digest root;                /* what is sealed: the index, or the only manifest */
	digest top;                 /* what the place's name means then: the same, or an index above */
	bool is_dry, passes;
	enum seal_state steps[SEAL_STAGES];
	const char *why;    /* the step that fails did; NULL: none does, or it is the gate */
	bool stays;         /* it is sealed where it lies: nothing is pushed */
	uint64_t sent;      /* octets that were pushed */
	size_t subjects;    /* to be signed: images and the index above them */
	const char *policy; /* by which what is read back is judged; NULL: by who signed */
	struct {
		struct seal_image *items;
		size_t len, cap;
	} images;
	struct {
		struct seal_statement *items;
		size_t len, cap;
	} statements;
	bytes identity, issuer; /* of the certificate; empty: a key */
	bytes public_key;       /* PEM; empty: a certificate */
	const char *builder;    /* who built it, as its provenance says; "" nobody says */
	unsigned level;         /* of SLSA's build track, as far as it is proven */
	const char *level_why;  /* why not a higher one; static */
	struct {
		const char **items;
		size_t len, cap;
	} verdicts; /* what was read back, and holds */
};

/* seal_stage_name(s): "judge". seal_state_name(s): "holds". Static. */
const char *seal_stage_name(enum seal_stage s);
const char *seal_state_name(enum seal_state s);
/* seal_says(page, stage, a): what came of a stage: "112 packages, 3 high, 1 low, no secret";
 * of one that fails page->why; "": nothing yet. Arena. */
const char *seal_says(const struct seal_page *page, enum seal_stage stage, struct arena *a);

/* seal_text: for people. seal_json: schema oakum.seal/1 (doc/seal.md). */
void seal_text(const struct seal_page *page, const struct terminal *terminal, struct stream *out);
void seal_json(const struct seal_page *page, struct stream *out);
