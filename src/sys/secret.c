/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/secret.h"

#include "base/bytes.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

const char *secret_keep(const char *text)
{
	size_t n = strlen(text) + 1;
	char *kept = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (kept == MAP_FAILED)
		abort();                             /* as the arenas do when there is no memory */
	(void)madvise(kept, n, MADV_WIPEONFORK); /* Linux before 4.14 has none */
	memcpy(kept, text, n);
	/* argv and the environment are ours to write to (C17 5.1.2.2.1). */
	explicit_bzero((void *)(uintptr_t)text, n - 1);
	return kept;
}

void secret_no_core(void)
{
	struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none); /* less is always allowed */
}
