/* SPDX-License-Identifier: Apache-2.0 */
/* secrets - keys, tokens and passwords of an image: every layer, also what an upper layer deleted,
 * and the configuration: environment, labels, commands, build history and its arguments.
 *
 * Files are searched in the sealed workers while the layers stream by (secret/inspector.h); the
 * strings of the configuration, which a worker parsed, are searched here by the same scanner.
 * Threading: as image_read (one thread, no other running). */
#pragma once

#include "flow/skip.h"
#include "image/image.h"
#include "model/ignore.h"
#include "report/secrets_page.h"

/* secrets_run(target, options, a, out, e): everything. Errors of image_read. Arena. */
int secrets_run(const struct target *target, const struct image_options *options, struct arena *a,
                struct secrets_page *out, err *e);

/* secrets_collect(image, a, out, e): of an image that was read with secret_inspector among others.
 * Arena; borrows from the image. */
int secrets_collect(const struct image *image, struct arena *a, struct secrets_page *out, err *e);

/* secrets_values(image, a, out, e): the secrets themselves that stand in its documents, medium or
 * worse, as slices of the image: for who must know them again elsewhere. Never to be shown. */
int secrets_values(const struct image *image, struct arena *a, struct strings *out, err *e);

/* secrets_text(text, name, a, out, e): adds what octets that are no image's hold; `name` (borrows)
 * is what the report calls them. ERR_BUG. Arena. */
int secrets_text(bytes text, const char *name, struct arena *a, struct secrets_page *out, err *e);

/* What is to be told. */
struct secrets_choice {
	unsigned severities;              /* 1 << SEVERITY_... (vuln/gate.h) */
	const struct ignore_list *ignore; /* may be NULL */
	struct skip skip;
};

/* secrets_choose(page, choice, a): the others are taken off the page. */
void secrets_choose(struct secrets_page *page, const struct secrets_choice *choice,
                    struct arena *a);

/* secrets_input(fd, name, timeout_ms, a, out, e): one file, from where fd stands to its end, in a
 * sealed worker of its own; `name` is what the report calls it. ERR_IO, ERR_LIMIT, ERR_BUG. */
int secrets_input(int fd, const char *name, uint64_t timeout_ms, struct arena *a,
                  struct secrets_page *out, err *e);
