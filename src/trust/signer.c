/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/signer.h"

#include "base/base64.h"
#include "base/limits.h"
#include "base/text.h"
#include "sys/process.h"

#include <stdlib.h>

struct signer {
	const struct private_key *key; /* NULL: a program */
	struct private_key *owned;
	const char *program;
	char *const *environment;
	struct public_key *program_key;
};

static struct signer *make(struct signer v)
{
	struct signer *s = malloc(sizeof(*s));

	if (!s)
		arena_exhausted();
	*s = v;
	return s;
}

struct signer *signer_of_key(struct private_key *k)
{
	return make((struct signer){ .key = k, .owned = k });
}
