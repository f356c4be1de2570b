/* SPDX-License-Identifier: Apache-2.0 */
/* What the worker says of a layer's entries: whatever it says, a name that is believed leads
 * nowhere but down, a body lies in the tar, and nothing beyond the answer is read. */
#include "base/limits.h"
#include "image/entries.h"

#include <stdlib.h>

#define TAR_SIZE (UINT64_C(1) << 20)

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bytes in = bytes_of(data, size);
	struct entries_item item;
	const struct entry *entry = &item.entry;

	while (in.n > 0) {
		size_t before = in.n;

		if (!entries_take(&in, TAR_SIZE, &item))
			return 0;
		must(in.n < before);
		must(entry->type != ENTRY_NONE && entry->type <= ENTRY_FIFO);
		must(entry->mode <= 07777 && entry->mtime >= 0);
		must(item.offset <= TAR_SIZE);
		must(entry->sparse || entry->size <= TAR_SIZE - item.offset);
		must_lead_down(entry->path);
		if (entry->type == ENTRY_HARDLINK)
			must_lead_down(entry->link);
	}
	return 0;
}
