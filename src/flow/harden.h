/* SPDX-License-Identifier: Apache-2.0 */
/* harden - the safer image out of the one at hand: without what its program does not need, without
 * root, without secrets, in two layers, and only if it is as it should be.
 *
 * Read once for the facts (flow/survey.h), then once more for what stays (harden_draft.h), which
 * becomes a layout of its own; that is searched for secrets, started if the user says how to ask
 * it, and only then copied to its place. Disk: the expanded layers, once, and the result, in
 * tmp_dir.
 * Threading: as image_read (one thread, no other running). */
#pragma once

#include "codec/codec.h"
#include "flow/health.h"
#include "image/image.h"
#include "report/harden_page.h"

/* How the names of its folders in tmp_dir begin (sys/folder.h). */
#define HARDEN_WORK "oakum-harden-"

struct harden_options {
	struct image_options image; /* inspectors are set by harden_run */
	const struct registry_options *registry;
	char *const *environment;
	struct strings keep;
	bool shell, accept_secrets;
	enum codec compress;                 /* CODEC_GZIP or CODEC_ZSTD */
	const int64_t *epoch;                /* SOURCE_DATE_EPOCH; NULL: the day the image was made */
	const char *version;                 /* of this program */
	const struct health_options *health; /* NULL: nothing is started; the store is set here */
};

/* harden_run(from, to, options, a, out, e): out->refusals says why nothing was written, which is no
 * error. ERR_ABSENT, ERR_FORMAT (no program; a user that is not there; a package database that
 * cannot be read), ERR_LIMIT, ERR_IO, ERR_NET, ERR_USAGE, ERR_BUG. Arena. */
int harden_run(const struct target *from, const struct target *to,
               const struct harden_options *options, struct arena *a, struct harden_page *out,
               err *e);
