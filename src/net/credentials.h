/* SPDX-License-Identifier: Apache-2.0 */
/* credentials - who we are at a registry: flags and environment, files of docker and podman,
 * credential helpers; and keeping them (login).
 *
 * Order: what the user gave for this command (flags, OAKUM_REGISTRY_USERNAME, _PASSWORD, _TOKEN:
 * meant for the one registry the command names first, sent to no other); then podman's files
 * (REGISTRY_AUTH_FILE, ${XDG_RUNTIME_DIR}/containers/auth.json, ~/.config/containers/auth.json; the
 * longest namespace wins), then docker's (DOCKER_CONFIG or ~/.docker/config.json: credHelpers,
 * credsStore, auths; the key of Docker Hub is https://index.docker.io/v1/). Sources:
 * containers-auth.json(5), docker's credential helper protocol (docker-credential-helpers README).
 * Files are the user's own, still parsed strictly: a file that cannot be read is an error that
 * names it, never "no credentials". They are read at the first question, so that workers forked
 * before know no secret. A helper is a program docker-credential-NAME on PATH, run with the host on
 * its standard input, for at most LIMIT_HELPER_MS, with at most LIMIT_HELPER_ANSWER octets of
 * answer. Secrets are wiped from memory by credentials_close. Threading: one client belongs to one
 * thread at a time (callers lock). */
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
/* credentials_open copies nothing but reads nothing either; credentials_close wipes. */
struct credentials *credentials_open(const struct credential_options *options);
void credentials_close(struct credentials *c);

/* credentials_for(c, host, repository, out, e): for "docker.io", "ghcr.io", "localhost:5000" and
 * "team/shop"; an answer with nothing in it when there is none. Strings live as long as c. ERR_IO,
 * ERR_FORMAT (a file or a helper's answer that makes no sense), ERR_LIMIT. */
int credentials_for(struct credentials *c, const char *host, bytes repository,
                    struct credential *out, err *e);
/* credentials_where(c, host): what was asked in vain, for an error message: "no credentials in
 * ~/.docker/config.json". Static or as long as c. */
const char *credentials_where(struct credentials *c, const char *host);

/* credentials_store(c, host, user, secret, is_identity_token, out_where, e): what `login` does: to
 * the helper that the file names for this host, else into the file (--authfile, else docker's when
 * it exists, else podman's place), 0600, atomically, with everything else in it kept as it was.
 * credentials_forget(c, host, out_where, e): what `logout` does; ERR_ABSENT when there was none. */
int credentials_store(struct credentials *c, const char *host, bytes user, bytes secret,
                      bool is_identity_token, const char **out_where, err *e);
int credentials_forget(struct credentials *c, const char *host, const char **out_where, err *e);
