/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/keygen.c - `oakum keygen`: a pair of keys, in the files that cosign reads too. */
#include "base/limits.h"
#include "base/text.h"
#include "cmd/keys.h"
#include "cmd/output.h"
#include "cmd/status.h"
#include "sys/file.h"
#include "trust/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

struct keygen_flags {
	const char *prefix, *type, *import;
	struct key_flags secret; /* without its --key: what that would name is made here */
};

#define FIELD(name) offsetof(struct keygen_flags, name)
static const struct flag flags[] = {
	{ 'o', "output-key-prefix", "PREFIX", FLAG_TEXT, FIELD(prefix),
	  "PREFIX.key and PREFIX.pub (oakum)" },
	{ 't', "type", "ecdsa-p256|ecdsa-p384|ecdsa-p521|ed25519", FLAG_CHOICE, FIELD(type),
	  "the first; what everybody can verify" },
	{ 0, "import", "FILE", FLAG_TEXT, FIELD(import),
	  "no new key: this one, PEM, under a password" },
	{ 0, "password-file", "FILE", FLAG_TEXT, FIELD(secret.password_file), "the password" },
	{ 0, "password-stdin", NULL, FLAG_SWITCH, FIELD(secret.password_stdin),
	  "the same from standard input" },
	{ 0 },
};

static int make_key(struct job *job, const struct keygen_flags *f, struct private_key **out, err *e)
{
	static const struct {
		const char *name;
		enum key_kind kind;
	} kinds[] = { { "ecdsa-p384", KEY_P384 }, { "ecdsa-p521", KEY_P521 },
		          { "ed25519", KEY_ED25519 } };
	enum key_kind kind = KEY_P256;
	bytes text;

	for (size_t i = 0; f->type && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(f->type, kinds[i].name) == 0)
			kind = kinds[i].kind;
	if (!f->import)
		return private_key_new(kind, out, e);
	if (f->type)
		return err_set(e, ERR_USAGE, 0, "--import and --type exclude each other");
	if (file_read_all(f->import, LIMIT_KEY, &job->arena, &text, e) < 0)
		return -1;
	if (keyfile_is_shut(text))
		return err_set(e, ERR_USAGE, 0, "'%s' is such a key file already",
		               SHOW(bytes_str(f->import)));
	return keyfile_open(text, BYTES(""), out, e) < 0
	           ? err_wrap(e, "%s", SHOW(bytes_str(f->import)))
	           : 0;
}

/* put(path, text, mode, e): a new file, never one that is there: keys cannot be made again. */
static int put(const char *path, bytes text, mode_t mode, err *e)
{
	auto_fd fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);

	if (fd < 0)
		return err_set(e, ERR_IO, errno, "%s%s", SHOW(bytes_str(path)),
		               errno == EEXIST ? " is not overwritten" : "");
	if (file_write_all(fd, path, text, e) == 0 && fsync(fd) == 0)
		return 0;
	(void)unlink(path); /* a part of a key is of no use */
	return err_is_set(e) ? -1 : err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(path)));
}

static int refuse_present(const char *path, err *e)
{
	return access(path, F_OK) == 0
	           ? err_set(e, ERR_IO, EEXIST, "%s is not overwritten", SHOW(bytes_str(path)))
	           : 0;
}

/* Both or none. */
static int put_pair(struct job *job, const char *prefix, bytes shut, bytes public, err *e)
{
	const char *key = arena_printf(&job->arena, "%s.key", prefix);
	const char *pub = arena_printf(&job->arena, "%s.pub", prefix);

	if (put(key, shut, 0600, e) < 0)
		return -1;
	if (put(pub, public, 0644, e) < 0) {
		(void)unlink(key);
		return -1;
	}
	return 0;
}

static int tell(const char *prefix, const struct public_key *k, err *e)
{
	digest id = public_key_id(k);
	struct stream out;

	output_stdout(&out);
	stream_show(&out, bytes_str(prefix));
	stream_puts(&out, ".key   the private key: keep it, and its password\n");
	stream_show(&out, bytes_str(prefix));
	stream_printf(&out, ".pub   the public key, %s\n", DIGEST_TEXT(&id));
	return stream_finish(&out, e);
}

static int write_keys(struct job *job, const struct keygen_flags *f, const struct private_key *k,
                      const struct keys *words, err *e)
{
	const char *prefix = f->prefix ? f->prefix : "oakum";
	const struct public_key *public = private_key_public(k);
	bytes password, shut;

	/* Before a person types a password twice for nothing; put looks again. */
	if (refuse_present(arena_printf(&job->arena, "%s.key", prefix), e) < 0 ||
	    refuse_present(arena_printf(&job->arena, "%s.pub", prefix), e) < 0 ||
	    keys_password(job, &f->secret, words, true, &password, e) < 0 ||
	    keyfile_shut(k, password, &job->arena, &shut, e) < 0 ||
	    put_pair(job, prefix, shut, public_key_pem(public, &job->arena), e) < 0)
		return -1;
	return tell(prefix, public, e);
}

static int keygen_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	const struct keygen_flags *f = options;
	struct private_key *k = NULL;
	struct keys words;

	(void)operands; /* it takes none */
	keys_early(job, &f->secret, &words);
	int status = make_key(job, f, &k, e);

	if (status == 0)
		status = write_keys(job, f, k, &words, e);
	private_key_free(k);
	arena_wipe(&job->arena);
	return status < 0 ? -1 : STATUS_DONE;
}

const struct applet applet_keygen = {
	.name = "keygen",
	.brief = "a pair of keys to sign with",
	.operands = "",
	.about = "Writes oakum.key, under a password (scrypt, secretbox: as cosign), oakum.pub.\n"
			 "The password comes from OAKUM_PASSWORD or COSIGN_PASSWORD, a file, standard\n"
			 "input, or the terminal. Nothing is overwritten.",
	.flags = flags,
	.options_size = sizeof(struct keygen_flags),
	.examples = { { "oakum keygen", "asks for a password" },
	              { "oakum keygen --import ca.pem -o release", "an RSA, EC or Ed25519 key" } },
	.run = keygen_run,
};
