/* SPDX-License-Identifier: Apache-2.0 */
/* signing - what `sign`, `attest`, `sign-blob` and `attest-blob` share: who signs, who witnesses,
 * in an order in which no worker ever sees a secret; and what is told of what was signed.
 *
 *   signing_open, then whatever reads files in a worker (testimony_read), then signing_login, then
 *   signing_images or sign_file, then signing_close.
 *
 * Threading: belongs to the main thread. */
#pragma once

#include "cmd/keyless.h"
#include "cmd/keys.h"
#include "cmd/network.h"
#include "flow/sign.h"

struct signing_flags {
	struct key_flags key;
	struct keyless_flags keyless;
	struct network_flags network;
	const char *format, *new_bundle, *upload, *no_upload, *bundle, *output, *platform;
	const char *attach; /* of attest */
	uint64_t timeout_ms;
	bool recursive, replace;
};

/* Of `sign`, of `attest`: into struct signing_flags. */
extern const struct flag_group attaching_flag_group, attesting_flag_group;

struct signing {
	struct job *job;
	const struct signing_flags *flags;
	struct keys words;
	struct registry_options registry;
	bool has_session; /* images are signed */
	bool as_tag;      /* so the log must make promises */
	struct attach session;
	struct keyless_session *keyless;
	struct signer signer;
	struct sign_who who;
};

/* signing_open(s, job, flags, images, e): images: of the targets NULL for files. ERR_USAGE, ERR_IO.
 * signing_login(s, e): services, key or certificate; then signing_fits_tags(s): the tag scheme can
 * hold what is signed (a log of version 2 makes no promises). signing_close(s): after signing_open,
 * whatever became of it. */
int signing_open(struct signing *s, struct job *job, const struct signing_flags *flags,
                 const struct texts *images, err *e);
int signing_login(struct signing *s, err *e);
bool signing_fits_tags(const struct signing *s);
void signing_close(struct signing *s);

/* signing_testimony(s, type, predicate, statement, out, e): what the flags of `attest` say: a file,
 * "-" is standard input. Before signing_login. */
int signing_testimony(struct signing *s, const char *type, const char *predicate,
                      const char *statement, struct testimony *out, err *e);

/* signing_images(s, images, wish, e): each image; what fails is told and the others are still done.
 * The rest of *wish is set here. The exit status, or -1. */
int signing_images(struct signing *s, const struct texts *images, struct sign_wish *wish, err *e);

/* What `sign-blob` and `attest-blob` write: whole files or none. */
struct signing_outputs {
	const char *bundle, *signature, *certificate; /* NULL: not asked for */
};

/* signing_file(s, path, testimony, outputs, e): a file ("-": standard input) signed, or attested;
 * with no outputs the signature goes to standard output, in base64. Errors as sign_file, and
 * ERR_ABSENT, ERR_IO. */
int signing_file(struct signing *s, const char *path, const struct testimony *testimony,
                 const struct signing_outputs *outputs, err *e);
