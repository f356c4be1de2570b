/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http_curl.h"

#include "base/limits.h"
#include "base/text.h"

#include <dlfcn.h>
#include <malloc.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const struct {
	const char *name;
	size_t offset;
} functions[] = {
#define X(name) { "curl_" #name, offsetof(struct curl, name) },
	HTTP_CURL_FUNCTIONS(X)
#undef X
};

/* -- memory ------------------------------------------------------------------------------------ */

/* Less is wiped faster than it is given back. */
#define LARGE (64 * KIB)

/* wipe(p, n): most of a large buffer was never touched; its pages are given back, and are zero when
 * they come again. */
static void wipe(uint8_t *p, size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), head = -(uintptr_t)p % page;
	size_t pages = n > head ? (n - head) / page * page : 0;

	if (pages < LARGE || madvise(p + head, pages, MADV_DONTNEED) < 0) {
		explicit_bzero(p, n);
		return;
	}
	explicit_bzero(p, head);
	explicit_bzero(p + head + pages, n - head - pages);
}

/* What libcurl hands back held requests with their Authorization: a worker that is forked later
 * must not find it. */
static void wipe_and_free(void *p)
{
	if (p)
		wipe(p, malloc_usable_size(p));
	free(p);
}

static void *move(void *p, size_t n)
{
	size_t before = p ? malloc_usable_size(p) : 0;
	void *q = before >= n && p ? p : malloc(n);

	if (q && p && q != p) {
		memcpy(q, p, before);
		wipe_and_free(p);
	}
	return q;
}

int http_curl_load(struct curl *out, err *e)
{
	/* RTLD_NODELETE: OpenSSL's handlers at exit point into what would be unloaded. */
	void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

	if (!library)
		return err_set(e, ERR_IO, 0, "libcurl is needed for the network (Debian: libcurl4): %s",
		               SHOW(bytes_str(dlerror())));
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		void *function = dlsym(library, functions[i].name);

		if (!function)
			return err_set(e, ERR_IO, 0, "libcurl is too old: it has no %s", functions[i].name);
		memcpy((char *)out + functions[i].offset, &function, sizeof(function));
	}
	if (out->global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wipe_and_free, move, strdup, calloc) !=
	    CURLE_OK)
		return err_set(e, ERR_IO, 0, "libcurl could not be initialised");
	return 0;
}
