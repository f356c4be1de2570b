/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/keys.h"

#include "base/limits.h"
#include "base/text.h"
#include "cmd/message.h"
#include "cmd/prompt.h"
#include "crypto/token.h"
#include "sys/file.h"
#include "sys/secret.h"
#include "trust/keyfile.h"

#include <sys/stat.h>
#include <unistd.h>

#define FIELD(name) offsetof(struct key_flags, name)
static const struct flag flags[] = {
	{ 0, "key", "KEY", FLAG_TEXT, FIELD(key),
	  "sign with it: FILE, env://NAME, exec:PROGRAM, pkcs11:URI" },
	{ 0, "password-file", "FILE", FLAG_TEXT, FIELD(password_file),
	  "its password; or in OAKUM_PASSWORD, COSIGN_PASSWORD" },
	{ 0, "password-stdin", NULL, FLAG_SWITCH, FIELD(password_stdin),
	  "the same from standard input" },
	{ 0 },
};

const struct flag_group key_flag_group = { "key", "Keys", flags };

/* -- before anything is forked ----------------------------------------------------------------- */

static const char *take(const struct job *job, const char *name)
{
	const char *value = job_env(job, name);

	return value ? secret_keep(value) : NULL;
}

void keys_early(struct job *job, const struct key_flags *f, struct keys *out)
{
	static const char *const tokens[] = { "SIGSTORE_ID_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN" };
	const char *other = take(job, "COSIGN_PASSWORD");

	secret_no_core();
	for (size_t i = 0; f->key && i < sizeof(tokens) / sizeof(*tokens); i++)
		(void)take(job, tokens[i]); /* with a key nobody needs them: no program finds them */
	*out = (struct keys){ .password = take(job, "OAKUM_PASSWORD") };
	if (!out->password)
		out->password = other;
	out->pin = take(job, "OAKUM_PKCS11_PIN");
	out->text = f->key && strncmp(f->key, "env://", 6) == 0 ? take(job, f->key + 6) : NULL;
}

/* -- passwords --------------------------------------------------------------------------------- */

#define INSTEAD "set OAKUM_PASSWORD or COSIGN_PASSWORD, or say --password-file or --password-stdin"

/* An own password is typed twice: nobody could open the key after a slip. */
static int ask_twice(struct job *job, bytes *out, err *e)
{
	bytes again;

	if (prompt_ask(job, "Password for the new key (may be empty): ", true, INSTEAD, out, e) < 0 ||
	    prompt_ask(job, "Once more: ", true, INSTEAD, &again, e) < 0)
		return -1;
	return bytes_equal(*out, again) ? 0 : err_set(e, ERR_USAGE, 0, "the two passwords differ");
}

static int from_file(struct job *job, const char *path, bytes *out, err *e)
{
	if (file_read_all(path, LIMIT_CREDENTIAL_SECRET, &job->arena, out, e) < 0)
		return -1;
	if (bytes_ends(*out, BYTES("\n")))
		out->n--;
	if (bytes_ends(*out, BYTES("\r")))
		out->n--;
	return 0;
}

static int from_stdin(struct job *job, const struct keys *k, bytes *out, err *e)
{
	if (k->stdin_is_taken)
		return err_set(e, ERR_USAGE, 0,
		               "standard input is what is signed already: the password comes from "
		               "--password-file or OAKUM_PASSWORD");
	return prompt_stdin(job, out, e);
}

static bool stdin_is_pipe(void)
{
	struct stat st;

	return fstat(STDIN_FILENO, &st) == 0 && S_ISFIFO(st.st_mode);
}

int keys_password(struct job *job, const struct key_flags *f, const struct keys *k, bool twice,
                  bytes *out, err *e)
{
	if (f->password_stdin && f->password_file)
		return err_set(e, ERR_USAGE, 0, "--password-stdin and --password-file exclude each other");
	if (f->password_stdin)
		return from_stdin(job, k, out, e);
	if (f->password_file)
		return from_file(job, f->password_file, out, e);
	if (k->password) {
		*out = bytes_str(k->password);
		return 0;
	}
	if (!k->stdin_is_taken && stdin_is_pipe()) {
		message_note(job, NULL, "the key's password is taken from standard input");
		return from_stdin(job, k, out, e);
	}
	return twice ? ask_twice(job, out, e)
	             : prompt_ask(job, "Password of the key: ", true, INSTEAD, out, e);
}

/* -- keys -------------------------------------------------------------------------------------- */

/* No signature was looked at. */
static int not_to_be_had(err *e)
{
	if (e->kind == ERR_UNTRUSTED)
		e->kind = ERR_IO;
	return -1;
}

static int open_text(struct job *job, const struct key_flags *f, struct keys *k, bytes text,
                     struct signer *out, err *e)
{
	struct private_key *key;
	bytes password = bytes_str(k->typed ? k->typed : "");

	if (keyfile_is_shut(text) && !k->typed) {
		if (keys_password(job, f, k, false, &password, e) < 0)
			return -1;
		k->typed = secret_keep(arena_str(&job->arena, password));
	}
	if (keyfile_open(text, password, &key, e) < 0)
		return not_to_be_had(e);
	signer_of_key(key, out);
	return 0;
}

static int open_token(const char *uri, const struct keys *k, struct signer *out, err *e)
{
	struct private_key *key;

	if (token_key(uri, bytes_str(k->pin), &key, e) < 0)
		return not_to_be_had(e);
	signer_of_key(key, out);
	return 0;
}

/* Our own secrets are nothing for another program. */
static char *const *others_environment(struct job *job)
{
	static const char *const ours[] = { "OAKUM_PASSWORD=", "COSIGN_PASSWORD=", "OAKUM_PKCS11_PIN=",
		                                "OAKUM_REGISTRY_PASSWORD=", "OAKUM_REGISTRY_TOKEN=",
		                                "OAKUM_IDENTITY_TOKEN=", "SIGSTORE_ID_TOKEN=",
		                                "ACTIONS_ID_TOKEN_REQUEST_TOKEN=" };
	size_t n = 0;

	while (job->environment[n])
		n++;
	char **out = arena_array(&job->arena, char *, n + 1);

	n = 0;
	for (char *const *v = job->environment; *v; v++) {
		bool is_ours = false;

		for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
			is_ours |= strncmp(*v, ours[i], strlen(ours[i])) == 0;
		if (!is_ours)
			out[n++] = *v;
	}
	return out;
}

static int refuse_service(const char *key, err *e)
{
	static const char *const schemes[] = { "awskms://", "azurekms://", "gcpkms://", "hashivault://",
		                                   "k8s://", "gitlab://", "github://" };

	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++)
		if (strncmp(key, schemes[i], strlen(schemes[i])) == 0)
			return err_set(e, ERR_USAGE, 0,
			               "'%s': services of keys are reached by a program: --key exec:PROGRAM "
			               "(doc/signing.md)",
			               SHOW(bytes_str(key)));
	return 0;
}

int keys_open(struct job *job, const struct key_flags *f, struct keys *k, struct signer *out,
              err *e)
{
	const char *key = f->key;
	bytes text;
	int status;

	if (refuse_service(key, e) < 0)
		return -1;
	if (strncmp(key, "exec:", 5) == 0)
		return signer_of_program(key + 5, others_environment(job), &k->until, out, e);
	if (strncmp(key, "pkcs11:", 7) == 0)
		return open_token(key, k, out, e);
	if (strncmp(key, "env://", 6) == 0) {
		status = k->text ? open_text(job, f, k, bytes_str(k->text), out, e)
		                 : err_set(e, ERR_ABSENT, 0, "no such variable in the environment");
	} else {
		if (file_read_all(key, LIMIT_KEY, &job->arena, &text, e) < 0)
			return -1;
		status = open_text(job, f, k, text, out, e);
	}
	return status < 0 ? err_wrap(e, "key '%s'", SHOW(bytes_str(key))) : 0;
}
