/* SPDX-License-Identifier: Apache-2.0 */
/* The platform's text is read from the same octets: both stand on the command line. */
#include "fuzz_document.h"
#include "oci/platform.h"
#include "oci/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_target(const char *text, struct arena *a)
{
	struct target t;
	err e = { 0 };

	if (target_parse(text, a, &t, &e) < 0)
		check_refusal(&e);
	else if (t.kind == TARGET_NONE || strcmp(t.text, text) || (!*t.path && !*t.tag))
		abort();
}

/* A platform that was read reads the same again from its own text. */
static void check_platform(bytes text, struct arena *a)
{
	struct platform p, again;
	err e = { 0 };

	if (platform_parse(text, a, &p, &e) < 0) {
		check_refusal(&e);
		return;
	}
	if (platform_parse(bytes_str(platform_text(&p, a)), a, &again, &e) < 0 ||
	    !platform_matches(&again, &p) || strcmp(platform_text(&p, a), platform_text(&again, a)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	bytes text = bytes_of(data, size);

	check_target(arena_str(&a, bytes_slice(text, 0, bytes_find(text, 0))), &a);
	check_platform(text, &a);
	arena_done(&a);
	return 0;
}
