/* SPDX-License-Identifier: Apache-2.0 */
/* An archive's listing: what local_list says of any file, local_names takes in, and every name of
 * it is found inside the file or refused with a reason. The listing's octets themselves are
 * hostile, too: the input is also read as one. */
#include "fuzz_document.h"
#include "oci/local.h"

#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_names(struct local *l, bytes packed, struct arena *a, bool ours)
{
	err e = { 0 };

	if (local_names(l, packed, a, &e) < 0) {
		if (ours)
			abort();
		check_refusal(&e);
		return;
	}
	for (size_t i = 0; i < l->names.len; i++) {
		struct local_file f;

		err_clear(&e);
		if (local_find(l, l->names.items[i].name, &f, &e) < 0)
			check_refusal(&e);
		else if (f.owned || f.offset > l->size || f.size > l->size - f.offset)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct local l = { .fd = memfd_create("archive", MFD_CLOEXEC),
		               .is_archive = true,
		               .size = size };
	struct arena a = ARENA_INIT;
	buf out = BUF_INIT(1 << 20);
	err e = { 0 };

	if (l.fd < 0 || write(l.fd, data, size) != (ssize_t)size)
		abort();
	if (local_list(l.fd, size, &a, &out, &e) < 0)
		check_refusal(&e);
	else
		check_names(&l, buf_bytes(&out), &a, true);
	check_names(&l, bytes_of(data, size), &a, false);
	local_close(&l);
	buf_done(&out);
	arena_done(&a);
	return 0;
}
