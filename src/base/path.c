/* SPDX-License-Identifier: Apache-2.0 */
#include "base/path.h"

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
