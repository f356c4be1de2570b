/* SPDX-License-Identifier: Apache-2.0 */
/* What the worker says of a layer's entries: whatever it says, a name that is believed leads
 * nowhere but down, and nothing beyond the answer is read. */
#include "base/limits.h"
#include "runtime/unpack_wire.h"

#include <stdlib.h>

static void must(bool fine)
{
	if (!fine)
		abort();
}

static void must_lead_down(bytes path)
{
	bytes part;

	must(path.n <= LIMIT_PATH && bytes_find(path, 0) == path.n);
	must(path.n == 0 || (path.p[0] != '/' && path.p[path.n - 1] != '/'));
	while (bytes_take_until(&path, '/', &part))
		must(part.n > 0 && !bytes_is(part, ".") && !bytes_is(part, ".."));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bytes in = bytes_of(data, size);
	struct unpack_entry entry;

	while (in.n > 0) {
		size_t before = in.n;

		if (!unpack_take(&in, &entry))
			return 0;
		must(in.n < before);
		must(entry.type <= TAR_FIFO && entry.mode <= 07777 && entry.mtime >= 0);
		must(entry.uid != UINT32_MAX && entry.gid != UINT32_MAX);
		must_lead_down(entry.name);
		if (entry.type == TAR_HARDLINK)
			must_lead_down(entry.link);
	}
	return 0;
}
