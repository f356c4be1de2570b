/* SPDX-License-Identifier: Apache-2.0 */
/* A manifest of the tag scheme that gets one more layer. An even first octet: the manifest that is
 * there, as the worker reads it; what is made of it must be one that holds the layer and is then
 * left alone. An odd one: the request, or the answer of a worker that lies. */
#include "fuzz_document.h"
#include "oci/append.h"

static const char entry[] =
	"{\"mediaType\": \"m\", \"digest\": "
	"\"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\", \"size\": 4}";

static void append(bytes old)
{
	struct arena a = ARENA_INIT;
	struct append in = { .old = old,
		                 .entry = BYTES(entry),
		                 .layer = digest_of(DIGEST_SHA256, BYTES("test")),
		                 .replace = BYTES("p") };
	struct appended once, twice;
	err e = { 0 };

	if (append_make(&in, &a, &once, &e) < 0) {
		check_refusal(&e);
	} else if (!once.is_there) {
		if (bytes_search(once.manifest, in.entry) == once.manifest.n)
			abort();
		in.old = once.manifest;
		if (append_make(&in, &a, &twice, &e) < 0)
			check_refusal(&e); /* one more could be too many */
		else if (!twice.is_there)
			abort();
	}
	arena_done(&a);
}

static void unpack(bytes in)
{
	struct arena a = ARENA_INIT;
	struct append request;
	struct appended answer;
	err e = { 0 };

	(void)append_unpack(in, &request);
	if (appended_unpack(in, &a, &answer, &e) < 0 && e.kind != ERR_BUG)
		abort();
	arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	bytes in = bytes_of(data, n);
	uint8_t what = 0;

	if (!bytes_take_u8(&in, &what))
		return 0;
	if (what % 2 == 0)
		append(in);
	else
		unpack(in);
	return 0;
}
