/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/skip.h"

#include "base/path.h"

static bool any_fits(const struct skip_words *words, bytes path)
{
	for (size_t i = 0; i < words->len; i++) {
		bytes pattern = bytes_str(words->items[i]);

		while (bytes_take_prefix(&pattern, BYTES("/")) || bytes_take_prefix(&pattern, BYTES("./")))
			continue;
		while (bytes_ends(pattern, BYTES("/")))
			pattern.n--;
		if (path_fits(pattern, path))
			return true;
	}
	return false;
}

bool skip_fits(const struct skip *s, bytes path)
{
	if (any_fits(&s->files, path))
		return true;
	for (bytes dir = path_dir(path); dir.n > 0; dir = path_dir(dir))
		if (any_fits(&s->dirs, dir))
			return true;
	return false;
}
