/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/target.h"

#include "base/text.h"

#include <sys/stat.h>

static const struct prefix {
	const char *text;
	enum target_kind kind;
	bool has_tag; /* a path with an optional tag behind it */
} prefixes[] = {
	{ "docker://", TARGET_REGISTRY, false },
	{ "docker-daemon:", TARGET_DAEMON, false },
	{ "oci:", TARGET_LAYOUT, true },
	{ "oci-archive:", TARGET_OCI_ARCHIVE, true },
	{ "docker-archive:", TARGET_DOCKER_ARCHIVE, true },
	{ "rootfs:", TARGET_ROOTFS, false },
	{ "sbom:", TARGET_SBOM, false },
};

/* find_prefix(s): the prefix s begins with, dropped from it; NULL when there is none. */
static const struct prefix *find_prefix(bytes *s)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (bytes_take_prefix(s, bytes_str(prefixes[i].text)))
			return &prefixes[i];
	return NULL;
}

static bool exists(const char *path, struct stat *out)
{
	return stat(path, out) == 0;
}

/* split_path(s, a, out): the longest existing path that s begins with, where a tag may follow
 * behind ':' or a digest behind '@'. A path that does not exist ends at its first ':', as in
 * containers-transports(5). */
static void split_path(bytes s, struct arena *a, struct target *out)
{
	char *path = arena_str(a, s);
	size_t n = s.n;
	struct stat st;

	while (n > 0 && !exists(path, &st)) {
		do
			n--;
		while (n > 0 && s.p[n] != ':' && s.p[n] != '@');
		path[n] = '\0';
	}
	if (n == 0)
		n = bytes_find(s, ':');
	out->path = arena_str(a, bytes_slice(s, 0, n));
	out->tag = arena_str(a, bytes_skip(s, n + 1));
}

static int parse_prefixed(const struct prefix *prefix, bytes rest, struct arena *a,
                          struct target *out, err *e)
{
	bool is_reference = prefix->kind == TARGET_REGISTRY || prefix->kind == TARGET_DAEMON;

	out->kind = prefix->kind;
	if (is_reference)
		out->tag = arena_str(a, rest);
	else if (prefix->has_tag)
		split_path(rest, a, out);
	else
		out->path = arena_str(a, rest);
	if (!*(is_reference ? out->tag : out->path))
		return err_set(e, ERR_USAGE, 0, "'%s' names nothing behind its prefix",
		               SHOW(bytes_str(out->text)));
	return 0;
}

static bool is_layout(const char *folder, struct arena *a)
{
	struct stat st;

	return exists(arena_printf(a, "%s/oci-layout", folder), &st) ||
	       exists(arena_printf(a, "%s/index.json", folder), &st);
}

/* Text that nobody means as a registry reference: "./x", "/x", "~/x", "x.tar", "x.tar.gz:tag". */
static bool looks_like_path(bytes s)
{
	size_t i = bytes_search(s, BYTES(".tar"));
	bytes behind = bytes_skip(s, i + 4);

	if (bytes_starts(s, BYTES("./")) || bytes_starts(s, BYTES("../")) ||
	    bytes_starts(s, BYTES("/")) || bytes_starts(s, BYTES("~")) || bytes_is(s, ".") ||
	    bytes_is(s, ".."))
		return true;
	return i < s.n && (behind.n == 0 || behind.p[0] == '.' || behind.p[0] == ':');
}

/* Recognise an existing path by what it is. False: there is none. */
static bool recognise(struct target *t, struct arena *a)
{
	struct target split = *t;
	bytes text = bytes_str(t->text);
	struct stat st;

	split_path(text, a, &split);
	if (!exists(split.path, &st))
		return false;
	bool tagged = strlen(split.path) < text.n;

	if (S_ISDIR(st.st_mode) && is_layout(split.path, a))
		split.kind = TARGET_LAYOUT;
	else if (S_ISDIR(st.st_mode) && !tagged)
		split.kind = TARGET_ROOTFS;
	else if (!S_ISDIR(st.st_mode) && (!tagged || looks_like_path(text)))
		split.kind = TARGET_ARCHIVE;
	else
		return false; /* "debian:12" beside a folder or file "debian" is still a reference */
	*t = split;
	return true;
}

static int no_such_path(bytes s, err *e)
{
	return err_set(e, ERR_ABSENT, 0, "no such file or folder: '%s'", SHOW(s));
}

/* by_text: what lies in this folder decides nothing. */
static int parse_bare(bytes s, bool by_text, struct arena *a, struct target *t, err *e)
{
	bool is_path = looks_like_path(s);

	if ((is_path || !by_text) && recognise(t, a))
		return 0;
	if (is_path)
		return no_such_path(s, e);
	if (bytes_search(s, BYTES("://")) < s.n)
		return err_set(e, ERR_USAGE, 0,
		               "'%s' begins with no prefix known here (docker://, oci:, oci-archive:, "
		               "docker-archive:, docker-daemon:, rootfs:, sbom:)",
		               SHOW(s));
	t->kind = TARGET_REGISTRY;
	t->tag = t->text;
	return 0;
}

static int parse(const char *text, bool by_text, struct arena *a, struct target *out, err *e)
{
	bytes s = bytes_str(text), rest = s;
	struct target t = { .path = "", .tag = "", .text = arena_str(a, s) };
	const struct prefix *prefix = find_prefix(&rest);

	if (s.n == 0)
		return err_set(e, ERR_USAGE, 0, "the target is empty");
	if ((prefix ? parse_prefixed(prefix, rest, a, &t, e) : parse_bare(s, by_text, a, &t, e)) < 0)
		return -1;
	*out = t;
	return 0;
}

int target_parse(const char *text, struct arena *a, struct target *out, err *e)
{
	return parse(text, false, a, out, e);
}

int target_parse_signed(const char *text, struct arena *a, struct target *out, err *e)
{
	return parse(text, true, a, out, e);
}
