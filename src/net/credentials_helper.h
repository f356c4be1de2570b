/* SPDX-License-Identifier: Apache-2.0 */
/* credentials_helper - programs that keep credentials: docker-credential-NAME.
 *
 * Private to credentials. Source: docker-credential-helpers, README "Development": get and erase
 * take the server on standard input, store a JSON object; get answers {ServerURL, Username,
 * Secret}; the user name "<token>" says that the secret is an identity token (OAuth2 refresh
 * token).
 * Threading: as sys/process. */
#pragma once

#include "net/credentials.h"

struct credentials_helper {
	bytes name;
	const char *server; /* "https://index.docker.io/v1/", "ghcr.io" */
	char *const *environment;
};

/* get: nothing in *out when the helper knows none. ERR_ABSENT: there is no such program; ERR_IO: it
 * failed, with what it said; ERR_FORMAT, ERR_LIMIT. store: user "<token>" for an identity token.
 * erase: *out_had is false when there was none. helper_parse: an answer of get. Arena. */
int credentials_helper_get(const struct credentials_helper *h, struct arena *a,
                           struct credential *out, err *e);
int credentials_helper_store(const struct credentials_helper *h, bytes user, bytes secret,
                             struct arena *a, err *e);
int credentials_helper_erase(const struct credentials_helper *h, struct arena *a, bool *out_had,
                             err *e);
int credentials_helper_parse(bytes answer, struct arena *a, struct credential *out, err *e);
