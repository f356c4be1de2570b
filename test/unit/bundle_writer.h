/* SPDX-License-Identifier: Apache-2.0 */
/* bundle_writer - single-file bundles of every version, written from dotnet/runtime's
 * Microsoft.NET.HostModel (Bundler.cs, Manifest.cs, FileEntry.cs) for the tests of their reader. */
#pragma once

#include "base/buf.h"
#include "base/limits.h"
#include "unit.h"

#define BUNDLE_MARKER \
	"\x8b\x12\x02\xb9\x6a\x61\x20\x38\x72\x7b\x93\x02\x14\xd7\xa0\x32" \
	"\x13\xf5\xb9\xe6\xef\xae\x33\x18\xee\x3b\x2d\xce\x24\xb3\x6a\xae"
#define BUNDLE_PLACEHOLDER 1000 /* where the host holds the header's offset */
#define BUNDLE_HOST (40 * KIB)

enum { BUNDLE_UNKNOWN, BUNDLE_ASSEMBLY, BUNDLE_NATIVE, BUNDLE_DEPS, BUNDLE_CONFIG, BUNDLE_SYMBOLS };

struct bundle_file {
	const char *path, *body;
	uint8_t type;
	uint64_t compressed; /* when not 0: body is this long and stands for more */
	uint64_t offset;     /* set by the writer; set before: kept, no body is written */
};

struct bundle_options {
	uint32_t major, minor;
	int64_t count;       /* when not 0: what the header claims */
	int64_t shift;       /* added to the header's offset */
	int64_t deps_offset; /* when not 0: what the header claims */
	int64_t deps_size;
	const char *raw_length; /* when set: what stands for the length of the first path */
};

static inline void bundle_le(buf *b, uint64_t v, size_t octets)
{
	for (size_t i = 0; i < octets; i++)
		buf_putc(b, (uint8_t)(v >> (8 * i)));
}

static inline void bundle_text(buf *b, const char *s)
{
	size_t n = strlen(s);

	for (; n > 0x7f; n >>= 7)
		buf_putc(b, (uint8_t)((n & 0x7f) | 0x80));
	buf_putc(b, (uint8_t)n);
	buf_puts(b, s);
}

/* The head of a 64-bit ELF file without sections whose one segment is the host. */
static inline void bundle_host(buf *b)
{
	buf_put(b, BYTES("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\x3e\0\1\0\0\0"));
	bundle_le(b, 0, 8);  /* entry */
	bundle_le(b, 64, 8); /* program headers */
	bundle_le(b, 0, 8);  /* no sections */
	bundle_le(b, 0, 4);  /* flags */
	buf_put(b, BYTES("\x40\0\x38\0\1\0\x40\0\0\0\0\0"));
	bundle_le(b, 1, 8); /* PT_LOAD */
	for (int i = 0; i < 3; i++)
		bundle_le(b, 0, 8);
	bundle_le(b, BUNDLE_HOST, 8);
	bundle_le(b, BUNDLE_HOST, 8);
	bundle_le(b, 4096, 8);
	while (b->n < BUNDLE_HOST)
		buf_putc(b, (uint8_t)(b->n * 7));
	memcpy(b->p + BUNDLE_PLACEHOLDER, "\0\0\0\0\0\0\0\0" BUNDLE_MARKER, 40);
}

static inline void bundle_places(buf *b, const struct bundle_options *o,
                                 const struct bundle_file *files)
{
	for (uint8_t type = BUNDLE_DEPS; type <= BUNDLE_CONFIG; type++) {
		const struct bundle_file *f = files;
		bool claimed = type == BUNDLE_DEPS && o->deps_offset != 0;

		while (f->path && f->type != type)
			f++;
		bundle_le(b, claimed ? (uint64_t)o->deps_offset : f->path ? f->offset : 0, 8);
		bundle_le(b, claimed ? (uint64_t)o->deps_size : f->path ? strlen(f->body) : 0, 8);
	}
	bundle_le(b, 0, 8); /* flags */
}

static inline void bundle_entry(buf *b, const struct bundle_options *o, const struct bundle_file *f,
                                bool first)
{
	bundle_le(b, f->offset, 8);
	bundle_le(b, f->compressed ? f->compressed * 4 : strlen(f->body), 8);
	if (o->major >= 6)
		bundle_le(b, f->compressed, 8);
	buf_putc(b, o->major == 1 ? BUNDLE_UNKNOWN : f->type); /* TargetSpecificFileType */
	if (first && o->raw_length) {
		buf_puts(b, o->raw_length);
		buf_puts(b, f->path);
	} else {
		bundle_text(b, f->path);
	}
}

/* bundle_write(b, o, files): a host with these files behind it; the list ends with a NULL path. */
static inline void bundle_write(buf *b, const struct bundle_options *o, struct bundle_file *files)
{
	size_t count = 0;

	bundle_host(b);
	for (struct bundle_file *f = files; f->path; f++, count++) {
		if (f->offset != 0)
			continue;
		f->offset = b->n;
		buf_puts(b, f->body);
	}
	uint64_t header = b->n + (uint64_t)o->shift;

	bundle_le(b, o->major, 4);
	bundle_le(b, o->minor, 4);
	bundle_le(b, o->count ? (uint64_t)o->count : count, 4);
	bundle_text(b, "Qb1x_YzE3ow=");
	if (o->major >= 2)
		bundle_places(b, o, files);
	for (struct bundle_file *f = files; f->path; f++)
		bundle_entry(b, o, f, f == files);
	for (size_t i = 0; i < 8; i++)
		b->p[BUNDLE_PLACEHOLDER + i] = (uint8_t)(header >> (8 * i));
}
