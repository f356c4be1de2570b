/* SPDX-License-Identifier: Apache-2.0 */
/* gather - a place that holds an image and what is attached to it, opened for several questions.
 *
 * A registry, a layout or an archive of one, with the sealed worker that reads its documents.
 * Threading: gather_open forks a worker and is called by a process with one thread. Jobs of
 * gather_run run in threads when the place is a registry: they use g->origin and
 * gather_manifest. */
#pragma once

#include "oci/platform.h"
#include "transfer/attachments.h"
#include "transfer/origin.h"

#include <pthread.h>

struct gather {
	struct origin origin;
	struct parser parser;
	struct registry *client; /* NULL: not needed; origin.registry is NULL at a layout */
	pthread_mutex_t lock;    /* of the parser, which answers one at a time */
	struct arena *arena;     /* of all that is found */
	struct {
		struct attachable *items;
		size_t len, cap;
	} subjects;               /* the root first */
	struct descriptors beside; /* what the indexes on the way say is about something */
};

/* gather_open(g, target, registry, a, e): ERR_USAGE for what holds nothing that is attached; as
 * attachments_read. Do not move *g. gather_close: fine after a failure, too. */
int gather_open(struct gather *g, const struct target *target,
                const struct registry_options *registry, struct arena *a, err *e);
void gather_close(struct gather *g);

/* gather_start(g, registry, e), gather_turn(g, target, a, e): instead of gather_open, for several
 * registries and layouts (no archives), one after the other: worker and client are there before the
 * first is named. a lives until the next. Errors as gather_open. */
int gather_start(struct gather *g, const struct registry_options *registry, err *e);
int gather_turn(struct gather *g, const struct target *target, struct arena *a, err *e);

/* gather_name(g): "registry.example/team/shop", "" for what lies on this machine. gather_tag(g): by
 * which it was asked for; "" by digest, or on this machine. */
const char *gather_name(const struct gather *g);
const char *gather_tag(const struct gather *g);

/* gather_subjects(g, scope, platform, e): fills g->subjects and g->beside: what is signed, and what
 * is asked about. SCOPE_ALL: the index and, once each, every manifest and index below it, but for
 * what BuildKit puts beside the platforms and what is no image: that the index covers. platform:
 * which one of a layout that lists an image for several; without an architecture this machine's.
 * gather_root: its first step: the document that the target names, the first subject. */
int gather_subjects(struct gather *g, enum attachments_scope scope, const struct platform *platform,
                    err *e);
int gather_root(struct gather *g, const struct platform *platform, bytes *out_content, err *e);

/* attachments_find(g, options, where, out, e): what is attached to g->subjects, without contents;
 * scope and platform of the options are not looked at. FIND_BESIDE: only by what their index says,
 * which needs no question. As attachments_read. */
enum find_where { FIND_ALL, FIND_BESIDE };
int attachments_find(struct gather *g, const struct attachments_options *options,
                     enum find_where where, struct attachments *out, err *e);

/* attachments_fetch(g, options, list, e): contents of those that are wanted, into their items. */
int attachments_fetch(struct gather *g, const struct attachments_options *options,
                      struct attachments *list, err *e);

static inline bool attachments_wants(const struct attachments_options *o, enum attachment_kind kind)
{
	return o->kinds & (1U << kind);
}

/* attachments_is_other(o, said): an attestation that says that it is of another type. */
static inline bool attachments_is_other(const struct attachments_options *o, bytes said)
{
	return o->predicate_type && said.n > 0 && !bytes_is(said, o->predicate_type);
}

/* attachments_is_its_own(e): what may be told as unread: a failure of the thing itself, not of
 * asking for it. */
static inline bool attachments_is_its_own(const err *e)
{
	return e->kind == ERR_FORMAT || e->kind == ERR_LIMIT || e->kind == ERR_ABSENT;
}

/* gather_blob(g, d, into, e): d->size octets, checked against its digest; from any thread.
 * ERR_FORMAT, ERR_ABSENT, those of blob_open. */
int gather_blob(struct gather *g, const struct descriptor *d, uint8_t *into, err *e);
/* gather_manifest(g, text, a, out, e): parse, from any thread, into an arena of that thread. */
int gather_manifest(struct gather *g, bytes text, struct arena *a, struct oci_manifest *out,
                    err *e);
/* gather_run(g, jobs, run, ctx, e): every job once, as pool_run. */
int gather_run(struct gather *g, size_t jobs, int (*run)(void *ctx, size_t job, err *e), void *ctx,
               err *e);
