/* SPDX-License-Identifier: Apache-2.0 */
/* oidc - what an identity token (RFC 7519, OpenID Connect Core 1.0 §2) says about its owner. It is
 * read, never judged: that the authority does which takes it. Threading: pure functions. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct oidc_claims {
	bytes subject; /* what the proof of possession signs: an address, where the token has one */
	bytes issuer;
	int64_t expires; /* seconds since 1970; 0: does not say */
};

/* oidc_is_token(text): has the form of one: three runs of base64url letters. */
bool oidc_is_token(bytes text);

/* oidc_claims_of(token, a, out, e): ERR_FORMAT; also of an address that nobody has verified. Arena:
 * a part of a secret. */
int oidc_claims_of(bytes token, struct arena *a, struct oidc_claims *out, err *e);

/* oidc_github_answer(text, a, out, e): the token in the answer of GitHub's token service
 * ({"value": ...}). ERR_FORMAT. Arena: a secret. */
int oidc_github_answer(bytes text, struct arena *a, bytes *out, err *e);
