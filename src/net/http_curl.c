/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http_curl.h"

#include "base/text.h"

#include <dlfcn.h>
#include <malloc.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	size_t offset;
} functions[] = {
#define X(name) { "curl_" #name, offsetof(struct curl, name) },
	HTTP_CURL_FUNCTIONS(X)
#undef X
};

/* -- memory ------------------------------------------------------------------------------------ */

/* What libcurl hands back held requests with their Authorization: a worker that is forked later
 * must not find it. */
static void wipe_and_free(void *p)
{
	if (p)
		explicit_bzero(p, malloc_usable_size(p));
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
