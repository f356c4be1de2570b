/* SPDX-License-Identifier: Apache-2.0 */
/* images - what commands share that sign images, verify them or tell what is attached: what their
 * flags say, and what is said of a tag. Threading: belongs to the main thread. */
#pragma once

#include "cmd/applet.h"
#include "transfer/attachments.h"

/* images_scope(platform, all, a, out_scope, out, e): --platform (NULL: not given) and
 * --all-platforms. ERR_USAGE: both, or a platform that is none. Arena. */
int images_scope(const char *platform, bool all, struct arena *a, enum attachments_scope *out_scope,
                 struct platform *out, err *e);

/* images_claims(list, a, out, e): of --annotations: each NAME=VALUE, or several with commas
 * between. ERR_USAGE. Borrows; arena. */
int images_claims(const struct texts *list, struct arena *a, struct oci_labels *out, err *e);

/* images_repository(text, a, out, e): HOST/NAME alone, as --provenance-repository takes it.
 * ERR_USAGE. images_elsewhere(job, out, e): where COSIGN_REPOSITORY says that signatures are kept;
 * NULL: nowhere else. ERR_USAGE. */
int images_repository(const char *text, struct arena *a, struct reference *out, err *e);
int images_elsewhere(struct job *job, const struct reference **out, err *e);

/* images_note_tag(job, target, tag, now, done): the target was named by a tag ("": it was not,
 * nothing is said), which is this digest now; done: "signed", "verified". */
void images_note_tag(struct job *job, const char *target, const char *tag, const char *now,
                     const char *done);
