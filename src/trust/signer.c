/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/signer.h"

#include "base/base64.h"
#include "base/limits.h"
#include "base/text.h"
#include "sys/process.h"

/* An own copy of the public half: a token's key would ask the token to check itself. */
static struct public_key *public_of(const struct private_key *k)
{
	struct public_key *copy = NULL;
	err impossible = { 0 }; /* it was read from the same octets */

	(void)public_key_read(public_key_der(private_key_public(k)), &copy, &impossible);
	return copy;
}

void signer_of_key(struct private_key *k, struct signer *out)
{
	*out = (struct signer){ .key = k, .public = public_of(k) };
}

void signer_borrow(const struct private_key *k, struct signer *out)
{
	*out = (struct signer){ .key = (struct private_key *)(uintptr_t)k,
		                    .public = public_of(k),
		                    .is_borrowed = true };
}

void signer_done(struct signer *s)
{
	if (!s->is_borrowed)
		private_key_free(s->key);
	public_key_free(s->public);
	*s = (struct signer){ 0 };
}

/* -- a program --------------------------------------------------------------------------------- */

static int run(const struct signer *s, const char *const *argv, bytes input, struct arena *a,
               bytes *out, err *e)
{
	struct process p = { .argv = argv,
		                 .environment = s->environment,
		                 .input = input,
		                 .output_max = LIMIT_KEY,
		                 .asks = true,
		                 .timeout_ms = LIMIT_SIGNER_MS };
	struct process_result r;

	if (s->until.given_ms > 0 && deadline_left(&s->until) < p.timeout_ms) {
		if (deadline_check(&s->until, e) < 0)
			return err_wrap(e, "exec:%s", SHOW(bytes_str(s->program)));
		p.timeout_ms = deadline_left(&s->until);
	}
	if (process_run(&p, a, &r, e) < 0)
		return err_wrap(e, "exec:%s", SHOW(bytes_str(s->program)));
	*out = r.output;
	if (r.status == 0)
		return 0;
	bytes said = bytes_trim(r.message);

	return err_set(e, ERR_IO, 0, "'%s %s' ended with status %d: %s", SHOW(bytes_str(s->program)),
	               argv[1], r.status, said.n > 0 ? SHOW(said) : "no message");
}

int signer_of_program(const char *program, char *const *environment, const struct deadline *until,
                      struct signer *out, err *e)
{
	const char *const argv[] = { program, "public-key", NULL };
	struct signer s = { .program = program, .environment = environment, .until = *until };
	struct arena a = ARENA_INIT;
	bytes text;
	int status = run(&s, argv, BYTES(""), &a, &text, e);

	if (status == 0 && public_key_read(text, &s.public, e) < 0)
		status = err_wrap(e, "'%s public-key'", SHOW(bytes_str(program)));
	arena_done(&a);
	if (status == 0)
		*out = s;
	return status;
}

/* What standard input holds, and how it is called. */
static bytes input_of(const struct signer *s, enum key_hash hash, const struct key_message *m,
                      struct arena *a, const char **out_name)
{
	if (hash == KEY_HASH_NONE) {
		*out_name = "ed25519";
		return m->text;
	}
	*out_name = hash == KEY_SHA256 ? "sha256" : hash == KEY_SHA384 ? "sha384" : "sha512";
	if (public_key_kind(s->public) == KEY_ED25519)
		*out_name = "ed25519ph";
	if (m->hash)
		return bytes_of(m->hash->value, digest_size(m->hash));
	return key_digest(hash, m->text, a);
}

/* without_space(text, a): base64 comes in lines. */
static bytes without_space(bytes text, struct arena *a)
{
	uint8_t *out = arena_alloc(a, text.n);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] > ' ')
			out[n++] = text.p[i];
	return bytes_of(out, n);
}

/* Key services answer in base64 as often as not; which it is, the signature's check tells. */
static int ask(const struct signer *s, enum key_hash hash, const struct key_message *m,
               struct arena *a, bytes *out, err *e)
{
	const char *argv[] = { s->program, "sign", NULL, NULL };
	bytes input = input_of(s, hash, m, a, &argv[2]), answer, octets;

	if (run(s, argv, input, a, &answer, e) < 0)
		return -1;
	*out = answer;
	if (!public_key_verify(s->public, hash, m, answer) &&
	    base64_decode(without_space(answer, a), a, &octets))
		*out = octets;
	return 0;
}

/* -- signing ----------------------------------------------------------------------------------- */

int signer_sign(const struct signer *s, enum key_hash hash, const struct key_message *message,
                struct arena *a, bytes *out, err *e)
{
	bytes signature;
	int status = s->key ? private_key_sign(s->key, hash, message, a, &signature, e)
	                    : ask(s, hash, message, a, &signature, e);

	if (status < 0)
		return -1;
	if (!public_key_verify(s->public, hash, message, signature))
		return err_set(e, ERR_UNTRUSTED, 0,
		               "what came back is no signature of this key (%s): nothing is written",
		               s->program ? SHOW(bytes_str(s->program)) : "a faulty key or token");
	*out = signature;
	return 0;
}

enum key_hash signer_hash(const struct signer *s, bool is_message, unsigned log)
{
	if (public_key_kind(s->public) == KEY_ED25519)
		return is_message && log > 0 ? KEY_SHA512 : KEY_HASH_NONE;
	return log > 1 || s->program ? public_key_hash(s->public) : KEY_SHA256;
}
