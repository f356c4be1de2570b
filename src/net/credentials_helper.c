/* SPDX-License-Identifier: Apache-2.0 */
#include "net/credentials_helper.h"

#include "base/limits.h"
#include "base/text.h"
#include "fmt/json.h"
#include "fmt/json_write.h"
#include "sys/process.h"

/* What every helper says, on standard output, when it knows nothing of a server
 * (docker-credential-helpers, credentials/error.go). */
#define NOT_FOUND "credentials not found in native keychain"

/* run(h, verb, input, a, out, e): 1 when it did it, 0 when it knows no such server. */
static int run(const struct credentials_helper *h, const char *verb, bytes input, struct arena *a,
               bytes *out, err *e)
{
	const char *program = arena_printf(a, "docker-credential-" PRIb, BYTESF(h->name));
	const char *const argv[] = { program, verb, NULL };
	const struct process p = { .argv = argv,
		                       .environment = h->environment,
		                       .input = input,
		                       .output_max = LIMIT_HELPER_ANSWER,
		                       .asks = true,
		                       .timeout_ms = LIMIT_HELPER_MS };
	struct process_result r;

	if (process_run(&p, a, &r, e) < 0)
		return e->kind == ERR_LIMIT
		           ? err_wrap(e, "the credential helper of %s (it has %u s, and may ask its user)",
		                      SHOW(bytes_str(h->server)), (unsigned)(LIMIT_HELPER_MS / 1000))
		           : -1;
	*out = r.output;
	if (r.status == 0)
		return 1;
	if (bytes_is(bytes_trim(r.output), NOT_FOUND))
		return 0;
	bytes said = bytes_trim(r.message); /* never its output: a secret may be in there */

	return err_set(e, ERR_IO, 0, "'%s %s' for %s ended with status %d: %s", program, verb,
	               SHOW(bytes_str(h->server)), r.status, said.n > 0 ? SHOW(said) : "no message");
}

static int secret_of(json root, const char *name, struct arena *a, bytes *out, err *e)
{
	if (json_str(json_get(root, name), a, out))
		return 0;
	return err_set(e, ERR_FORMAT, 0, "%s is no string", name);
}

int credentials_helper_parse(bytes answer, struct arena *a, struct credential *out, err *e)
{
	struct json_doc doc;
	bytes user, secret;

	if (json_parse(answer, a, &doc, e) < 0)
		return -1;
	if (secret_of(json_root(&doc), "Username", a, &user, e) < 0 ||
	    secret_of(json_root(&doc), "Secret", a, &secret, e) < 0)
		return -1;
	if (user.n == 0 && secret.n == 0)
		return 0;
	if (user.n == 0 || secret.n == 0)
		return err_set(e, ERR_FORMAT, 0, "%s is empty", user.n == 0 ? "Username" : "Secret");
	if (bytes_is(user, "<token>"))
		*out = (struct credential){ .identity_token = secret };
	else
		*out = (struct credential){ .user = user, .password = secret };
	return 0;
}

int credentials_helper_get(const struct credentials_helper *h, struct arena *a,
                           struct credential *out, err *e)
{
	bytes answer;
	int found = run(h, "get", bytes_str(h->server), a, &answer, e);

	if (found <= 0)
		return found;
	if (credentials_helper_parse(answer, a, out, e) < 0)
		return err_wrap(e, "what 'docker-credential-%s get' answered for %s", SHOW(h->name),
		                SHOW(bytes_str(h->server)));
	return 0;
}

int credentials_helper_store(const struct credentials_helper *h, bytes user, bytes secret,
                             struct arena *a, err *e)
{
	buf request = BUF_SECRET(LIMIT_HELPER_ANSWER * 8);
	struct json_writer w;
	struct stream s;
	bytes ignored;

	if (!text_is_utf8(user) || !text_is_utf8(secret))
		return err_set(e, ERR_USAGE, 0, "a credential helper takes UTF-8 only");
	stream_init(&s, stream_to_buf, &request);
	json_write_init(&w, &s);
	w.on_one_line = true;
	json_write_object(&w, NULL);
	json_write_text(&w, "ServerURL", h->server);
	json_write_str(&w, "Username", user);
	json_write_str(&w, "Secret", secret);
	json_write_end(&w);
	int stored = stream_finish(&s, e);

	if (stored == 0)
		stored = run(h, "store", buf_bytes(&request), a, &ignored, e);
	buf_done(&request);
	if (stored == 0 && !err_is_set(e))
		return err_set(e, ERR_IO, 0, "'docker-credential-%s store': " NOT_FOUND, SHOW(h->name));
	return stored < 0 ? -1 : 0;
}

int credentials_helper_erase(const struct credentials_helper *h, struct arena *a, bool *out_had,
                             err *e)
{
	bytes ignored;
	int erased = run(h, "erase", bytes_str(h->server), a, &ignored, e);

	*out_had = erased > 0;
	return erased < 0 ? -1 : 0;
}
