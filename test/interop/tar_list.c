/* SPDX-License-Identifier: Apache-2.0 */
/* tar_list - what the tar reader says of an archive, for comparison with other readers.
 *   tar_list FILE [CHUNK]   feed FILE in pieces of CHUNK octets (65536)
 * One entry a line, fields with tabs between: type, mode, uid, gid, size, mtime, device, name,
 * link, capability in hex, CRC of the stored octets ("-" for a sparse file). Names are escaped. */
#include "fmt/tar.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <zlib.h>

struct list {
	buf line;
	bool sparse;
	uLong crc;
};

static void put_name(buf *b, bytes name)
{
	for (size_t i = 0; i < name.n; i++)
		buf_printf(b, name.p[i] > ' ' && name.p[i] < 0x7f && name.p[i] != '\\' ? "%c" : "\\%03o",
		           name.p[i]);
}

static int on_entry(void *ctx, const struct tar_entry *entry, err *e)
{
	struct list *l = ctx;
	static const char types[] = "?fhlcbdp";

	(void)e;
	buf_clear(&l->line);
	buf_printf(&l->line, "%c\t%04o\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRId64 "\t%u,%u\t",
	           types[entry->type], entry->mode, entry->uid, entry->gid, entry->size, entry->mtime,
	           entry->major, entry->minor);
	put_name(&l->line, entry->name);
	buf_puts(&l->line, "\t");
	put_name(&l->line, entry->link);
	buf_puts(&l->line, "\t");
	for (size_t i = 0; i < entry->capability.n; i++)
		buf_printf(&l->line, "%02x", entry->capability.p[i]);
	l->sparse = entry->sparse;
	l->crc = crc32(0, NULL, 0);
	return 0;
}

static int on_data(void *ctx, bytes part, err *e)
{
	struct list *l = ctx;

	(void)e;
	l->crc = crc32(l->crc, part.p, (uInt)part.n);
	return 0;
}

static int on_end(void *ctx, err *e)
{
	struct list *l = ctx;

	(void)e;
	printf("%.*s\t", (int)l->line.n, (const char *)l->line.p);
	if (l->sparse)
		puts("-");
	else
		printf("%08lx\n", l->crc);
	return 0;
}

static int list(FILE *in, uint8_t *chunk, size_t size, err *e)
{
	static const struct tar_events events = { on_entry, on_data, on_end };
	struct list l = { .line = BUF_INIT(SIZE_MAX) };
	struct arena a = ARENA_INIT;
	struct tar *t = tar_new(&a, &events, &l);
	size_t n;
	int r = 0;

	while (r == 0 && (n = fread(chunk, 1, size, in)) > 0)
		r = tar_feed(t, bytes_of(chunk, n), e);
	if (r == 0)
		r = tar_finish(t, e);
	if (r == 0 && tar_trailing(t) > 0)
		fprintf(stderr, "trailing: %" PRIu64 "\n", tar_trailing(t));
	tar_done(t);
	arena_done(&a);
	buf_done(&l.line);
	return r;
}

int main(int argc, char **argv)
{
	size_t size = argc > 2 ? strtoul(argv[2], NULL, 10) : 65536;
	FILE *in = argc > 1 ? fopen(argv[1], "rb") : NULL;
	uint8_t *chunk = malloc(size ? size : 1);
	err e = { 0 };

	if (!in || !chunk || size == 0) {
		fputs("usage: tar_list FILE [CHUNK]\n", stderr);
		return 2;
	}
	int r = list(in, chunk, size, &e);

	if (r < 0)
		fprintf(stderr, "%s: %s\n", err_kind_name(e.kind), e.text);
	fclose(in);
	free(chunk);
	return r < 0 ? 3 : 0;
}
