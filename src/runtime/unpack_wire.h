/* SPDX-License-Identifier: Apache-2.0 */
/* unpack_wire - what the worker says of a layer's entries. Private to unpack. Threading: pure. */
#pragma once

#include "base/buf.h"
#include "fmt/tar.h"
#include "sys/worker.h"

struct unpack_entry {
	enum tar_type type;
	bytes name, link; /* name: clean (base/path.h); link: as it stands, of a hard link clean */
	uint32_t mode;
	uint64_t uid, gid;
	int64_t mtime;
	uint64_t offset, size;
};

struct unpack_list {
	int tar;
	uint64_t size;
};

/* unpack_serve: the worker's main; arg is a struct unpack_list. Answers pack_err, then an entry after
 * the other. unpack_take(in, out): the next of them; false when it makes no sense. */
int unpack_serve(struct worker_side *side, void *arg);
bool unpack_take(bytes *in, struct unpack_entry *out);
