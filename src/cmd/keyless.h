/* SPDX-License-Identifier: Apache-2.0 */
/* keyless - the flags of every command that asks Sigstore's services, and what they ask for.
 *
 * A command puts a struct keyless_flags into its options and the group into its applet; then
 * keyless_start before it reads any secret, and keyless_login when no key signs. --yes stands in
 * the group. Threading: belongs to the main thread. */
#pragma once

#include "cmd/applet.h"
#include "flow/keyless.h"

struct keyless_flags {
	const char *identity_token;
	const char *fulcio_url, *rekor_url, *timestamp_url;
	const char *signing_config, *trusted_root;
	const char *tlog_upload; /* "true", "false"; NULL: without a key */
	bool yes;
};

extern const struct flag_group keyless_flag_group;

/* keyless_is_asked(f, has_key): must a service be asked? Always without a key. */
bool keyless_is_asked(const struct keyless_flags *f, bool has_key);

struct keyless_session;

/* keyless_start(job, f, http, has_key, out, e): opens out->k and takes tokens out of the
 * environment; asks nobody. http: as network_prepare makes it (registry_options.http). ERR_USAGE,
 * ERR_FORMAT, ERR_IO. keyless_end: NULL is fine.
 * keyless_of(s): for keyless_key, keyless_witness. */
int keyless_start(struct job *job, const struct keyless_flags *f, const struct http_options *http,
                  bool has_key, struct keyless_session **out, err *e);
void keyless_end(struct keyless_session *s);
struct keyless *keyless_of(const struct keyless_session *s);

/* keyless_login(s, e): finds a token, tells as whom will be signed and where that is published for
 * ever, asks (unless --yes), and certifies. ERR_USAGE: no token, no terminal to ask at, "no". */
int keyless_login(struct keyless_session *s, err *e);
