/* SPDX-License-Identifier: Apache-2.0 */
/* path - names inside an image, cleaned lexically.
 *
 * Image paths are octets without a leading slash: "usr/lib/os-release"; the root itself is empty.
 * path_clean is what container runtimes do with a tar name before they unpack it (Go's path.Clean
 * over "/" + name): "." and empty parts go, ".." removes the part before it and is clamped at the
 * root.
 *
 * Patterns of paths, as .gitignore and .dockerignore have them: "**" as a part stands for any parts
 * or none, "*" and "?" for octets of one part; any other octet for itself. Threading: pure
 * functions. */
#pragma once

#include "base/arena.h"
#include "base/bytes.h"

/* path_clean(raw, out, cap, out_escapes): write the clean form of raw (at most raw.n octets, which
 * must fit in cap) to out and return it. *out_escapes says whether a ".." tried to leave the
 * root. */
bytes path_clean(bytes raw, uint8_t *out, size_t cap, bool *out_escapes);

/* path_is_clean(p): whether path_clean could have made it, and no NUL is in it: asked of a path
 * that somebody else says is clean. */
bool path_is_clean(bytes p);

/* path_base(p): what stands behind the last slash. path_dir(p): what stands before it ("" at the
 * top). Borrows. */
static inline bytes path_base(bytes p)
{
	size_t i = bytes_rfind(p, '/');

	return i < p.n ? bytes_skip(p, i + 1) : p;
}

static inline bytes path_dir(bytes p)
{
	size_t i = bytes_rfind(p, '/');

	return bytes_slice(p, 0, i < p.n ? i : 0);
}

/* path_join(a, dir, name): dir + "/" + name, cleaned; an absolute name replaces dir. What a
 * symbolic link in folder dir that says `name` means. Arena. */
bytes path_join(struct arena *a, bytes dir, bytes name);

/* path_within(p, dir): p is dir or lies below it. */
static inline bool path_within(bytes p, bytes dir)
{
	return dir.n == 0 || (bytes_starts(p, dir) && (p.n == dir.n || p.p[dir.n] == '/'));
}

/* path_fits(pattern, path): the whole path fits. path_fits_above(pattern, path): it or a folder
 * that holds it does. A path beyond LIMIT_PATH fits nothing. O(pattern * path). */
bool path_fits(bytes pattern, bytes path);
bool path_fits_above(bytes pattern, bytes path);
