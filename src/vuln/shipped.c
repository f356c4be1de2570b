/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/shipped.h"

#include "base/text.h"
#include "sys/file.h"
#include "vuln/feed.h"

static int build(const char *path, err *e)
{
	struct arena a = ARENA_INIT;
	struct database_builder *b = builder_new();
	struct feed_sink sink = builder_sink(b);
	struct database_feed *f = builder_feed(b, FEED_DOTNET, BYTES("shipped"));
	int64_t newest = 0;

	f->documents = 1;
	f->digest = digest_of(DIGEST_SHA256, bytes_str(shipped_record));
	int result = feed_read(FEED_DOTNET, bytes_str(shipped_record), f->name, &sink, &a, e);

	if (result == 0 && !text_from_date(f->newest, &newest))
		result = err_set(e, ERR_BUG, 0, "the shipped record bears no date");
	if (result == 0)
		result = builder_write(b, path, newest, e);
	builder_free(b);
	arena_done(&a);
	return result;
}

int shipped_open(const char *dir, struct database **out, err *e)
{
	struct arena a = ARENA_INIT;
	digest d = digest_of(DIGEST_SHA256, bytes_str(shipped_record));
	buf name = BUF_INIT(64);
	err first = { 0 };

	text_hex(&name, bytes_of(d.value, 8));
	const char *path = arena_printf(&a, "%s/dotnet-" PRIb ".db", dir, BYTESF(buf_bytes(&name)));
	int result = database_open(path, out, &first);

	if (result < 0 && (result = file_make_dirs(dir, 0700, e)) == 0 &&
	    (result = build(path, e)) == 0)
		result = database_open(path, out, e);
	buf_done(&name);
	arena_done(&a);
	return result;
}
