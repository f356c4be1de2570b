/* SPDX-License-Identifier: Apache-2.0 */
/* unpack_wire - what the worker says of a layer's entries. Private to unpack. Threading: pure. */
#pragma once

#include "base/buf.h"
#include "fmt/tar.h"
#include "sys/worker.h"

/* One answer: entries as long as there are some, or how it ended. */
#define UNPACK_ANSWER ((size_t)64 << 10)

struct unpack_entry {
	enum tar_type type;
	bytes name, link; /* name, and link of a hard link: clean (base/path.h); else as it stands */
	uint32_t mode;
	uint32_t uid, gid;
	int64_t mtime;
	uint64_t offset, size;
};

struct unpack_list {
	int tar;
	uint64_t size;
};

/* unpack_serve: the worker's main; arg is a struct unpack_list. Answers, each: whether it is the
 * last one, then pack_err; else an entry after the other. unpack_take(in, out): the next of them;
 * false when it makes no sense, or names what no tar that went through path_clean can name. */
int unpack_serve(struct worker_side *side, void *arg);
bool unpack_take(bytes *in, struct unpack_entry *out);
