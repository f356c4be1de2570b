/* SPDX-License-Identifier: Apache-2.0 */
/* skip - files that the user does not want to be told about: --skip-files, --skip-dirs.
 *
 * Patterns are those of base/path.h, against the path in the image; a leading "/" or "./" and a
 * closing "/" mean nothing. Threading: pure functions. */
#pragma once

#include "base/bytes.h"

struct skip_words {
	const char **items;
	size_t len;
};

struct skip {
	struct skip_words files, dirs;
};

/* skip_fits(s, path): a pattern names the file, or a folder above it. */
bool skip_fits(const struct skip *s, bytes path);
