/* SPDX-License-Identifier: Apache-2.0 */
/* A reference that was read reads the same again from its own text, and nothing in it can leave its
 * place in a URL. */
#include "fuzz_document.h"
#include "oci/reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool fine)
{
	if (!fine)
		abort();
}

static void check_plain(const char *s)
{
	must(!strstr(s, "..") && !strstr(s, "//") && !strpbrk(s, "@?#%\\ \t\r\n"));
}

static void check_reference(const char *text, struct arena *a)
{
	struct reference r, again;
	err e = { 0 };

	if (reference_parse(text, a, &r, &e) < 0) {
		check_refusal(&e);
		return;
	}
	check_plain(r.repository);
	check_plain(r.host);
	must(*r.tag || r.digest.algorithm != DIGEST_NONE);
	must(!strpbrk(r.tag, "/@:?#%"));
	const char *full = reference_text(&r, a);

	must(reference_parse(full, a, &again, &e) == 0);
	must(!strcmp(r.host, again.host) && !strcmp(r.repository, again.repository));
	must(!strcmp(r.tag, again.tag) && !strcmp(full, reference_text(&again, a)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	bytes text = bytes_of(data, size);
	const char *s = arena_str(&a, bytes_slice(text, 0, bytes_find(text, 0))), *host, *again;
	err e = { 0 };

	check_reference(s, &a);
	if (reference_parse_host(s, &a, &host, &e) < 0)
		check_refusal(&e);
	else
		must(reference_parse_host(host, &a, &again, &e) == 0 && !strcmp(host, again));
	arena_done(&a);
	return 0;
}
