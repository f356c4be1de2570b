/* SPDX-License-Identifier: Apache-2.0 */
/* reading - the flags of every command that reads an image, and what they ask for.
 *
 * A command puts a struct reading_flags into its options and READING_FLAGS into its table.
 * Threading: belongs to one thread. */
#pragma once

#include "cmd/progress.h"
#include "image/image.h"

struct reading_flags {
	const char *platform, *cache_dir;
	uint64_t cache_size, timeout_ms;
	bool no_cache, verify, no_progress;
};

/* READING_FLAGS(type, member): rows of a flag table; `type` is the options struct, `member` its
 * struct reading_flags. */
/* clang-format off */
#define READING_FLAGS(type, member) \
	{ 0, "platform", "OS/ARCH", FLAG_TEXT, offsetof(type, member.platform), \
	  "which image of an index (default: this machine's)" }, \
	{ 0, "verify", NULL, FLAG_SWITCH, offsetof(type, member.verify), \
	  "read and hash again what looks unchanged" }, \
	{ 0, "cache-dir", "DIR", FLAG_TEXT, offsetof(type, member.cache_dir), \
	  "where evidence is kept (~/.cache/oakum)" }, \
	{ 0, "cache-size", "SIZE", FLAG_SIZE, offsetof(type, member.cache_size), \
	  "how large it may grow (2GiB)" }, \
	{ 0, "no-cache", NULL, FLAG_SWITCH, offsetof(type, member.no_cache), \
	  "keep nothing, use nothing kept" }, \
	{ 0, "timeout", "TIME", FLAG_TIME, offsetof(type, member.timeout_ms), \
	  "give up on an image after this (1h)" }, \
	{ 0, "no-progress", NULL, FLAG_SWITCH, offsetof(type, member.no_progress), "no bar" }
/* clang-format on */

struct reading {
	struct job *job;
	struct progress progress; /* set its target before each image */
	struct image_options options;
};

/* reading_prepare(r, job, flags, e): options as the flags and the environment ask, notes and the
 * bar on standard error. Borrows both; do not move *r afterwards. ERR_USAGE. */
int reading_prepare(struct reading *r, struct job *job, const struct reading_flags *flags, err *e);
