/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/public_key.c - `oakum public-key --key KEY`: the public half of a key that signs, wherever it
 * is kept. */
#include "cmd/keys.h"
#include "cmd/output.h"
#include "cmd/status.h"
#include "sys/file.h"

#include <stddef.h>

struct public_key_flags {
	const char *output;
	struct key_flags key;
};

#define FIELD(name) offsetof(struct public_key_flags, name)
static const struct flag flags[] = {
	{ 'o', "outfile", "FILE", FLAG_TEXT, FIELD(output), "where it goes (standard output)" },
	{ 0 },
};

static int write_key(const char *path, bytes pem, err *e)
{
	struct stream out;

	if (path)
		return file_write_atomic(path, pem, 0644, e);
	output_stdout(&out);
	stream_put(&out, pem);
	return stream_finish(&out, e);
}

static int public_key_run(struct job *job, const void *options, const struct texts *operands,
                          err *e)
{
	const struct public_key_flags *f = options;
	struct signer signer = { 0 };
	struct keys words;

	(void)operands; /* it takes none */
	keys_early(job, &f->key, &words);
	if (!f->key.key)
		return err_set(e, ERR_USAGE, 0, "say which --key");
	int status = keys_open(job, &f->key, &words, &signer, e);

	if (status == 0)
		status = write_key(f->output, public_key_pem(signer.public, &job->arena), e);
	signer_done(&signer);
	arena_wipe(&job->arena);
	return status < 0 ? -1 : STATUS_DONE;
}

const struct applet applet_public_key = {
	.name = "public-key",
	.brief = "the public half of a key that signs",
	.operands = "",
	.about = "Writes the public key, PEM, of a key file, a token or a program: what verify\n"
			 "takes.",
	.flags = flags,
	.groups = { { &key_flag_group, FIELD(key) } },
	.options_size = sizeof(struct public_key_flags),
	.examples = { { "oakum public-key --key oakum.key -o oakum.pub", "of a file" },
	              { "oakum public-key --key exec:./kms -o kms.pub", "of a key service" } },
	.run = public_key_run,
};
