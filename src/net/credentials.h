/* SPDX-License-Identifier: Apache-2.0 */
/* credentials - who we are at a registry: flags and environment, files of docker and podman,
 * credential helpers; and keeping them (login).
 *
 * Order: what the user gave for this command (flags, OAKUM_REGISTRY_USERNAME, _PASSWORD, _TOKEN:
 * meant for the one registry the command names first, sent to no other); then the file that the
 * user named, alone (--authfile, else REGISTRY_AUTH_FILE), or else podman's files
 * (${XDG_RUNTIME_DIR}/containers/auth.json, ${XDG_CONFIG_HOME}/containers/auth.json or that of
 * ~/.config) and then docker's (config.json in DOCKER_CONFIG or ~/.docker). In each file the helper
 * that it names for the host, then auths: the longest namespace wins. The user "<token>" says that
 * the password is an identity token. Sources: containers-auth.json(5), docker's credential helper
 * protocol (docker-credential-helpers README). Files are the user's own, still parsed strictly: a
 * file that cannot be read is an error that names it, never "no credentials". They are read at the
 * first question, so that workers forked before know no secret. A helper is a program
 * docker-credential-NAME on PATH, run with the host on its standard input, for at most
 * LIMIT_HELPER_MS, with at most LIMIT_HELPER_ANSWER octets of answer. Secrets are wiped from memory
 * by credentials_close. Threading: one client belongs to one thread at a time (callers lock). */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* One of: user and password; an identity token (OAuth2 refresh token); a registry token (bearer,
 * sent as it is). All empty: none. */
struct credential {
	bytes user, password;
	bytes identity_token;
	bytes registry_token;
	const char *origin; /* where it came from, for people: "the environment", a file, a helper */
};

struct credential_options {
	char *const *environment;            /* borrows */
	const char *authfile;                /* --authfile; NULL */
	const char *user, *password, *token; /* of flags or OAKUM_REGISTRY_*; NULL */
	const char *only_host;               /* whom those are meant for: "ghcr.io", "localhost:5000" */
};

struct credentials;
/* credentials_open borrows everything, reads nothing yet. credentials_close wipes; NULL is fine. */
struct credentials *credentials_open(const struct credential_options *options);
void credentials_close(struct credentials *c);

/* credentials_for(c, host, repository, out, e): for "docker.io", "ghcr.io", "localhost:5000" and
 * "team/shop"; an answer with nothing in it when there is none. Strings live as long as c. ERR_IO,
 * ERR_FORMAT (a file or a helper's answer that makes no sense), ERR_LIMIT. */
int credentials_for(struct credentials *c, const char *host, bytes repository,
                    struct credential *out, err *e);
/* credentials_where(c, host): what was asked in vain, for an error message: "no credentials in
 * ~/.docker/config.json; run 'oakum login ghcr.io'". As long as c. */
const char *credentials_where(struct credentials *c, const char *host);

/* credentials_store(c, host, user, secret, is_identity_token, out_where, e): what `login` does: to
 * the helper that the file names for this host, else into the file (the one the user named, else
 * the one that knows this host already, else docker's when it exists, else podman's in ~/.config,
 * which outlives the session): 0600, atomically, with everything else in it kept as it was, through
 * a symbolic link.
 * credentials_forget(c, host, out_where, e): what `logout` does, in all of the files; NULL as host:
 * every host in auths; ERR_ABSENT when there was none. ERR_IO, ERR_FORMAT, ERR_LIMIT, ERR_USAGE (a
 * user with a colon; no file). */
int credentials_store(struct credentials *c, const char *host, bytes user, bytes secret,
                      bool is_identity_token, const char **out_where, err *e);
int credentials_forget(struct credentials *c, const char *host, const char **out_where, err *e);
