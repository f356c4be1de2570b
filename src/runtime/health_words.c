/* SPDX-License-Identifier: Apache-2.0 */
/* What loaders and runtimes say of what they do not find. The sentences are the programs' own:
 * glibc (elf/dl-load.c), musl (ldso/dynlink.c), .NET (System.Native, pal_icushim.c and
 * opensslshim.c; DllNotFoundException), Go's and Python's strerror(3), Node's loader. */
#include "base/limits.h"
#include "runtime/health.h"

static const struct {
	const char *before, *after; /* what is missing stands between */
	const char *name;           /* what it is called, when the sentence does not say */
} sentences[] = {
	{ "Error loading shared library ", ":", NULL },
	{ "Couldn't find a valid ICU package", NULL, "libicu" },
	{ "No usable version of libssl was found", NULL, "libssl" },
	{ "Unable to load shared library '", "'", NULL },
	{ "Could not find file '", "'", NULL },
	{ "Could not find a part of the path '", "'", NULL },
	{ "The configuration file '", "' was not found", NULL },
	{ "The time zone ID '", "' was not found", NULL },
	{ "No such file or directory: '", "'", NULL },
	{ "No such file or directory, open '", "'", NULL },
	{ "no such file or directory, open '", "'", NULL },
	{ "No module named '", "'", NULL },
	{ "Cannot find module '", "'", NULL },
};

#define SENTENCES (sizeof(sentences) / sizeof(*sentences))

static void add(struct strings *out, struct arena *a, bytes name)
{
	if (name.n == 0 || out->len == LIMIT_HEALTH_MISSING)
		return;
	for (size_t i = 0; i < out->len; i++)
		if (bytes_equal(out->items[i], name))
			return;
	*ARENA_PUSH(a, out) = arena_bytes(a, name);
}

static void take_line(bytes line, struct arena *a, struct strings *out)
{
	for (size_t i = 0; i < SENTENCES; i++) {
		bytes before = bytes_str(sentences[i].before), after = bytes_str(sentences[i].after);
		bytes rest = bytes_skip(line, bytes_search(line, before) + before.n);

		if (bytes_search(line, before) == line.n)
			continue;
		if (sentences[i].name)
			add(out, a, bytes_str(sentences[i].name));
		else if (bytes_search(rest, after) < rest.n)
			add(out, a, bytes_slice(rest, 0, bytes_search(rest, after)));
	}
}

/* glibc's: "libx.so.1: cannot open shared object file: No such file or directory". */
static void take_library(bytes line, struct arena *a, struct strings *out)
{
	bytes front = bytes_slice(line, 0, bytes_search(line, BYTES(": cannot open shared object")));
	size_t space = bytes_rfind(front, ' ');

	if (front.n < line.n)
		add(out, a, bytes_skip(front, space < front.n ? space + 1 : 0));
}

void health_missing(bytes words, struct arena *a, struct strings *out)
{
	bytes line;

	while (bytes_line(&words, &line)) {
		take_line(line, a, out);
		take_library(line, a, out);
	}
}
