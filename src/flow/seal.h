/* SPDX-License-Identifier: Apache-2.0 */
/* seal - an image read once, judged by all, and, when it passes, pushed, signed, attested and read
 * back: the order of `oakum seal`.
 *
 * Every image of an index is judged before anything is written anywhere; what is pushed and signed
 * is named by the digests that were judged, so nobody can put something else in between. Whoever is
 * stopped at any place leaves nothing signed that did not pass, and is gone on with by the next run
 * (seal_keep.h). From a registry, a layout, an archive or an engine, to a registry or a layout.
 * Threading: forks workers and starts threads that end with each step: called by a process with one
 * thread. */
#pragma once

#include "flow/seal_build.h"
#include "flow/seal_judge.h"
#include "flow/seal_keep.h"
#include "flow/sign.h"

/* Who signs: there from the call of login until that of logout. */
struct seal_hand {
	struct sign_who who;
	struct attach *session;
};

/* What the caller is told and asked. ctx is handed to each. */
struct seal_calls {
	/* stage: one has begun, or ended: page->steps says how. */
	void (*stage)(void *ctx, const struct seal_page *page, enum seal_stage stage);
	/* judged: pages and papers of one image, before they go. */
	int (*judged)(void *ctx, const struct seal_judged *j, const struct seal_papers *papers, err *e);
	/* paper: what else is attested: the provenance, of the root alone. */
	int (*paper)(void *ctx, enum seal_paper kind, bytes content, err *e);
	/* login: when something is to be signed; no secret is read before. logout: whatever became of
	 * it; no secret is in memory afterwards. */
	int (*login)(void *ctx, struct seal_hand *out, err *e);
	void (*logout)(void *ctx);
	void *ctx;
};

struct seal_options {
	const struct target *source, *place; /* place NULL: the image is sealed where it lies */
	const struct platform *platform;     /* one image of an index; NULL: all of it */
	struct seal_wishes wishes;
	struct seal_build build;
	struct registry_options to; /* of the place; that of the source is in wishes */
	void (*report)(void *ctx, uint64_t done, uint64_t total); /* of the copy; may be NULL */
	void *report_ctx;
	bool as_bundle, as_tag, signature_as_tag; /* the last: of the signature alone */
	bytes signer; /* how the signer is named: another one signs anew */
	bytes key;    /* of who signs, public, PEM; empty: a certificate, of the builder if of anybody
	               * who is known before it is there */
	struct seal_keep keep;
	const char *policy; /* NULL: what is attached must be of the one who signed */
	bytes root;         /* a trusted root; empty: that of the public good instance */
	bool root_is_named;
	bool dry;
	int64_t clock; /* seconds; trust is decided by it */
	struct seal_calls calls;
};

/* seal_run(o, a, out, e): 0: out->passes tells whether the gate let it through; if not, nothing was
 * written. -1: a step failed, out tells which: errors of image_read and the database, of
 * transfer_run, of login and sign_image; ERR_UNTRUSTED, ERR_UNSIGNED: what was read back is not
 * what it must be. Arena. */
int seal_run(const struct seal_options *o, struct arena *a, struct seal_page *out, err *e);

/* seal_refuse(source, place, e): ERR_USAGE where an image cannot be sealed so. */
int seal_refuse(const struct target *source, const struct target *place, err *e);
