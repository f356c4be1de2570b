/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/oidc.h"

#include "base/limits.h"
#include "base/text.h"
#include "trust/protojson.h"

static bool is_letters(bytes text)
{
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if (!(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    c != '-' && c != '_')
			return false;
	}
	return text.n > 0;
}

/* parts(token, out_claims): header, claims, signature. */
static bool parts(bytes token, bytes *out_claims)
{
	bytes header = { 0 };

	return bytes_take_until(&token, '.', &header) && bytes_take_until(&token, '.', out_claims) &&
	       is_letters(header) && is_letters(*out_claims) && is_letters(token);
}

bool oidc_is_token(bytes text)
{
	bytes claims = { 0 };

	return parts(text, &claims);
}

/* The letters are text to protojson as they are: base64url without padding. */
static int read_claims(bytes token, struct arena *a, struct json_doc *out, err *e)
{
	bytes letters = { 0 }, text;
	struct json_doc quoted;

	if (token.n > LIMIT_TOKEN || !parts(token, &letters))
		return err_set(e, ERR_FORMAT, 0, "no identity token: three parts of base64url");
	const char *string = arena_printf(a, "\"" PRIb "\"", BYTESF(letters));

	if (json_parse(bytes_str(string), a, &quoted, e) < 0)
		return -1;
	if (!protojson_octets(json_root(&quoted), a, &text))
		return err_set(e, ERR_FORMAT, 0, "no identity token: its claims are not base64url");
	return json_parse(text, a, out, e);
}

int oidc_claims_of(bytes token, struct arena *a, struct oidc_claims *out, err *e)
{
	struct oidc_claims claims = { 0 };
	struct json_doc doc;
	bool verified = true;

	if (read_claims(token, a, &doc, e) < 0)
		return -1;
	json root = json_root(&doc), email = json_get(root, "email");

	claims.issuer = json_bytes(json_get(root, "iss"), a);
	claims.subject = json_bytes(json_type(email) == JSON_STRING ? email : json_get(root, "sub"), a);
	if (json_type(email) == JSON_STRING && json_bool(json_get(root, "email_verified"), &verified) &&
	    !verified)
		return err_set(e, ERR_FORMAT, 0, "the token's address '%s' is not verified",
		               SHOW(claims.subject));
	if (claims.subject.n == 0 || claims.subject.n > LIMIT_IDENTITY || claims.issuer.n == 0 ||
	    claims.issuer.n > LIMIT_IDENTITY)
		return err_set(e, ERR_FORMAT, 0, "the token names no subject or no issuer");
	(void)json_i64(json_get(root, "exp"), &claims.expires); /* whoever takes it decides */
	*out = claims;
	return 0;
}

int oidc_github_answer(bytes text, struct arena *a, bytes *out, err *e)
{
	struct json_doc doc;
	bytes token;

	if (json_parse(text, a, &doc, e) < 0)
		return -1;
	if (!json_str(json_get(json_root(&doc), "value"), a, &token) || !oidc_is_token(token))
		return err_set(e, ERR_FORMAT, 0, "no token in the answer");
	*out = token;
	return 0;
}
