/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/shipped.h"

#include "base/text.h"
#include "sys/file.h"
#include "vuln/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define PREFIX "dotnet-"
#define SUFFIX ".db"
#define NAME_OCTETS 8

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

static const char *own_name(struct arena *a)
{
	digest d = digest_of(DIGEST_SHA256, bytes_str(shipped_record));
	buf name = BUF_INIT(2 * NAME_OCTETS);

	text_hex(&name, bytes_of(d.value, NAME_OCTETS));
	const char *text = arena_printf(a, PREFIX PRIb SUFFIX, BYTESF(buf_bytes(&name)));

	buf_done(&name);
	return text;
}

int shipped_open(const char *dir, struct database **out, err *e)
{
	struct arena a = ARENA_INIT;
	err first = { 0 };
	const char *path = arena_printf(&a, "%s/%s", dir, own_name(&a));
	int result = database_open(path, out, &first);

	if (result < 0 && (result = file_make_dirs(dir, 0700, e)) == 0 &&
	    (result = build(path, e)) == 0)
		result = database_open(path, out, e);
	arena_done(&a);
	return result;
}

static bool is_record(bytes name)
{
	uint8_t octets[NAME_OCTETS];

	return bytes_take_prefix(&name, BYTES(PREFIX)) && bytes_ends(name, BYTES(SUFFIX)) &&
	       text_from_hex(bytes_of(name.p, name.n - strlen(SUFFIX)), octets, sizeof(octets));
}

int shipped_prune(const char *dir, int64_t before, bool dry, struct removed *out)
{
	struct arena a = ARENA_INIT;
	const char *own = own_name(&a);
	DIR *list = file_list(AT_FDCWD, dir);
	const struct dirent *entry;
	int status = list || errno == ENOENT ? 0 : -1;

	while (list && status == 0 && (errno = 0, entry = readdir(list)) != NULL)
		if (is_record(bytes_str(entry->d_name)) && strcmp(entry->d_name, own) != 0)
			status = removal_old_one(dirfd(list), entry->d_name, before, dry, out);
	int saved = errno;

	if (list && status == 0 && saved)
		status = -1;
	if (list)
		closedir(list);
	arena_done(&a);
	errno = saved;
	return status;
}
