/* SPDX-License-Identifier: Apache-2.0 */
/* keys - the flags of every command that signs with a key, the password it lies under, and how one
 * is named: a file; env://VARIABLE, which holds such a file's text; exec:PROGRAM (trust/signer.h);
 * pkcs11:URI, a token (crypto/token.h).
 *
 * A command calls keys_early before it forks anything, and keys_open when the last worker runs.
 * Threading: belongs to the main thread. */
#pragma once

#include "cmd/applet.h"
#include "trust/signer.h"

struct key_flags {
	const char *key, *password_file;
	bool password_stdin;
};

extern const struct flag_group key_flag_group;

/* What the environment had; kept where a forked process finds nothing (sys/secret.h). */
struct keys {
	const char *password, *pin, *text; /* NULL: unsaid */
	const char *typed;                 /* what keys_open was told: nobody is asked twice */
	bool stdin_is_taken;               /* what is signed comes from there: set by the command */
	struct deadline until;             /* of a program that signs: set by the command */
};

/* keys_early(job, flags, out): takes OAKUM_PASSWORD or COSIGN_PASSWORD, OAKUM_PKCS11_PIN, and what
 * env:// names, out of the environment. */
void keys_early(struct job *job, const struct key_flags *f, struct keys *out);

/* keys_open(job, flags, keys, out, e): who signs. A password that is needed and not said is read
 * from standard input when that is a pipe, as cosign does, else asked for at the terminal.
 * ERR_USAGE (no such kind of key; nobody can be asked), ERR_ABSENT, ERR_IO, ERR_FORMAT,
 * ERR_UNTRUSTED (the wrong PIN of a token). */
int keys_open(struct job *job, const struct key_flags *f, struct keys *k, struct signer *out,
              err *e);

/* keys_password(job, flags, keys, twice, out, e): for a new key it is typed twice. Arena of the
 * job: wipe it. */
int keys_password(struct job *job, const struct key_flags *f, const struct keys *k, bool twice,
                  bytes *out, err *e);
