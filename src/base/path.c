/* SPDX-License-Identifier: Apache-2.0 */
#include "base/path.h"

#include "base/limits.h"

#include <assert.h>

bytes path_clean(bytes raw, uint8_t *out, size_t cap, bool *out_escapes)
{
	bytes part, rest = raw;
	size_t n = 0;

	assert(cap >= raw.n);
	(void)cap;
	*out_escapes = false;
	while (bytes_take_until(&rest, '/', &part)) {
		if (part.n == 0 || bytes_equal(part, BYTES(".")))
			continue;
		if (bytes_equal(part, BYTES(".."))) {
			if (n == 0)
				*out_escapes = true;
			n = path_dir(bytes_of(out, n)).n;
			continue;
		}
		if (n > 0)
			out[n++] = '/';
		memmove(out + n, part.p, part.n);
		n += part.n;
	}
	return bytes_of(out, n);
}

bool path_is_clean(bytes p)
{
	bytes part, rest = p;

	if (p.n > 0 && p.p[p.n - 1] == '/')
		return false;
	while (bytes_take_until(&rest, '/', &part))
		if (part.n == 0 || bytes_is(part, ".") || bytes_is(part, ".."))
			return false;
	return bytes_find(p, 0) == p.n;
}

bytes path_join(struct arena *a, bytes dir, bytes name)
{
	bool absolute = name.n > 0 && name.p[0] == '/', escapes;
	size_t n = (absolute ? 0 : dir.n + 1) + name.n;
	uint8_t *raw = arena_alloc(a, n + 1);
	size_t o = 0;

	if (!absolute) {
		if (dir.n)
			memcpy(raw, dir.p, dir.n);
		raw[dir.n] = '/';
		o = dir.n + 1;
	}
	if (name.n)
		memcpy(raw + o, name.p, name.n);
	return path_clean(bytes_of(raw, n), raw, n + 1, &escapes);
}

/* -- patterns --------------------------------------------------------------------------------- */

/* One octet of the pattern after the other, so that no pattern takes more than its length times the
 * path's. */
struct glob {
	bytes path;
	bool *fits; /* fits[i]: what was read of the pattern fits path[0, i) */
};

static void glob_star(struct glob *g, bool over_slashes)
{
	for (size_t i = 1; i <= g->path.n; i++)
		if (g->fits[i - 1] && (over_slashes || g->path.p[i - 1] != '/'))
			g->fits[i] = true;
}

static void glob_octet(struct glob *g, uint8_t c)
{
	for (size_t i = g->path.n; i > 0; i--) {
		uint8_t is = g->path.p[i - 1];

		g->fits[i] = g->fits[i - 1] && (c == '?' ? is != '/' : is == c);
	}
	g->fits[0] = false;
}

/* A part "**" and its slash stand for nothing, too, and end where a part ends. */
static void glob_folders(struct glob *g)
{
	bool before = false;

	for (size_t i = 0; i <= g->path.n; i++) {
		bool begun = g->fits[i];

		g->fits[i] = begun || (before && i > 0 && g->path.p[i - 1] == '/');
		before = before || begun;
	}
}

/* fits[] of the whole pattern. */
static void glob_read(struct glob *g, bytes pattern)
{
	for (bool part = true; pattern.n > 0;) {
		bool slash = pattern.p[0] == '/' || (part && bytes_starts(pattern, BYTES("**/")));

		if (part && bytes_take_prefix(&pattern, BYTES("**/"))) {
			glob_folders(g);
		} else if (bytes_take_prefix(&pattern, BYTES("**"))) {
			glob_star(g, true);
		} else if (bytes_take_prefix(&pattern, BYTES("*"))) {
			glob_star(g, false);
		} else {
			glob_octet(g, pattern.p[0]);
			pattern = bytes_skip(pattern, 1);
		}
		part = slash;
	}
}

bool path_fits(bytes pattern, bytes path)
{
	bool fits[LIMIT_PATH + 1] = { true };

	if (path.n > LIMIT_PATH)
		return false;
	glob_read(&(struct glob){ path, fits }, pattern);
	return fits[path.n];
}

bool path_fits_above(bytes pattern, bytes path)
{
	bool fits[LIMIT_PATH + 1] = { true };

	if (path.n > LIMIT_PATH)
		return false;
	glob_read(&(struct glob){ path, fits }, pattern);
	for (size_t i = 1; i < path.n; i++)
		if (fits[i] && path.p[i] == '/')
			return true;
	return fits[path.n];
}
