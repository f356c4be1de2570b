/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "base/text.h"
#include "sys/file.h"
#include "vuln/update.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* A validator or an address in a NAME.meta. */
#define META_MOST (16 * KIB)

/* What a server said of a document: three lines, each may be empty. */
struct meta {
	const char *url, *etag, *modified;
};

struct fetching {
	const struct source_document *doc;
	struct arena *arena;
	const char *path, *meta, *part, *part_meta;
	const struct update_moved *moved;
	uint64_t begun_at;
};

static struct fetching names_of(const struct source_document *doc, const char *folder,
                                struct arena *a)
{
	return (struct fetching){ .doc = doc,
		                      .arena = a,
		                      .path = arena_printf(a, "%s/%s", folder, doc->name),
		                      .meta = arena_printf(a, "%s/%s.meta", folder, doc->name),
		                      .part = arena_printf(a, "%s/%s.part", folder, doc->name),
		                      .part_meta = arena_printf(a, "%s/%s.part.meta", folder, doc->name) };
}

/* -- what the server said ---------------------------------------------------------------------- */

/* meta_of(f, path): of this very address; all NULL when there is none. */
static struct meta meta_of(const struct fetching *f, const char *path)
{
	bytes text, url, line;
	struct meta m = { 0 };
	err none = { 0 }; /* what cannot be read is fetched again */

	if (file_read_all(path, META_MOST, f->arena, &text, &none) < 0 || !bytes_line(&text, &url) ||
	    !bytes_is(url, f->doc->url))
		return m;
	m.url = f->doc->url;
	if (bytes_line(&text, &line) && line.n > 0)
		m.etag = arena_str(f->arena, line);
	if (bytes_line(&text, &line) && line.n > 0)
		m.modified = arena_str(f->arena, line);
	return m;
}

static int keep_meta(const struct fetching *f, const char *path, const struct file_answer *answer,
                     err *e)
{
	const char *text = arena_printf(f->arena, "%s\n%s\n%s\n", f->doc->url,
	                                answer->etag ? answer->etag : "",
	                                answer->modified ? answer->modified : "");

	return file_write_atomic(path, bytes_str(text), 0644, e);
}

/* dated(f): as the server says, else when it came. */
static int64_t dated(const struct fetching *f)
{
	struct stat st;
	int64_t date;

	if (registry_file_date(meta_of(f, f->meta).modified, &date))
		return date;
	return stat(f->path, &st) == 0 ? st.st_mtime : 0;
}

/* -- one document ------------------------------------------------------------------------------ */

static int begun(void *ctx, const struct file_answer *answer, err *e)
{
	struct fetching *f = ctx;

	f->begun_at = answer->from;
	if (answer->is_page)
		return err_set(e, ERR_FORMAT, 0, "%s: a page (text/html) came, no feed", f->doc->name);
	return keep_meta(f, f->part_meta, answer, e);
}

static void moved(void *ctx, uint64_t done, uint64_t total)
{
	const struct fetching *f = ctx;

	if (f->moved && f->moved->moved)
		f->moved->moved(f->moved->ctx, done, total);
}

/* What a proxy or a portal answers in a feed's place, whatever it calls it. */
static int check_front(const struct fetching *f, int fd, err *e)
{
	uint8_t front[512];
	char low[sizeof(front)];
	int64_t n = file_pread(fd, front, sizeof(front), 0, e);

	if (n < 0)
		return -1;
	bytes text = bytes_trim(bytes_of(front, (size_t)n));

	if (text.n == 0)
		return err_set(e, ERR_FORMAT, 0, "%s: nothing came", f->doc->name);
	for (size_t i = 0; i < text.n; i++)
		low[i] = (char)(text.p[i] >= 'A' && text.p[i] <= 'Z' ? text.p[i] + 32 : text.p[i]);
	text = bytes_of(low, text.n);
	if (bytes_starts(text, BYTES("<!doctype html")) || bytes_starts(text, BYTES("<html")))
		return err_set(e, ERR_FORMAT, 0, "%s: a page (HTML) came, no feed", f->doc->name);
	return 0;
}

/* ask_for(f, fd): the rest of what broke off, else what is other than what is here. */
static struct file_ask ask_for(const struct fetching *f, int fd)
{
	struct meta part = meta_of(f, f->part_meta), whole = meta_of(f, f->meta);
	bool strong = part.etag && part.etag[0] == '"'; /* RFC 9110 13.1.5 */
	const char *validator = strong ? part.etag : part.modified;
	struct stat st;

	if (fstat(fd, &st) == 0 && st.st_size > 0 && validator)
		return (struct file_ask){ .from = (uint64_t)st.st_size, .if_range = validator };
	if (access(f->path, R_OK) < 0)
		return (struct file_ask){ 0 };
	return (struct file_ask){ .etag = whole.etag, .modified = whole.modified };
}

static int save(struct registry *r, struct fetching *f, int fd, struct file_answer *out, err *e)
{
	const struct file_place place = { .what = f->doc->name, .url = f->doc->url };
	struct file_saving saving = {
		.ask = ask_for(f, fd), .fd = fd, .max = LIMIT_FEED, .begun = begun, .moved = moved, .ctx = f
	};

	if (registry_file_check(r, &place, f->arena, e) < 0)
		return -1;
	int result = registry_file_save(r, &place, &saving, f->arena, out, e);

	/* It was whole already, or is shorter now. */
	if (result < 0 && e->sys == ERANGE && saving.ask.from > 0) {
		err_clear(e); /* the second try decides */
		saving.ask = (struct file_ask){ 0 };
		result = registry_file_save(r, &place, &saving, f->arena, out, e);
	}
	return result;
}

/* A part that is no feed, or for which there is no room, shall not be gone on with. */
static bool is_waste(const err *e)
{
	return e->kind == ERR_FORMAT || e->kind == ERR_LIMIT || e->kind == ERR_IO;
}

static int fetch(struct registry *r, struct fetching *f, struct update_feed *out, err *e)
{
	auto_fd fd = open(f->part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	struct file_answer answer;
	struct stat st;

	if (fd < 0)
		return err_set(e, ERR_IO, errno, "'%s'", SHOW(bytes_str(f->part)));
	int result = save(r, f, fd, &answer, e);

	if (result == 0 && !answer.unchanged)
		result = check_front(f, fd, e);
	if ((result < 0 && is_waste(e)) || (result == 0 && answer.unchanged)) {
		(void)unlink(f->part); /* a left-over is no harm */
		(void)unlink(f->part_meta);
	}
	if (result < 0)
		return -1;
	out->unchanged = answer.unchanged;
	if (answer.unchanged)
		return 0;
	if (fstat(fd, &st) == 0)
		out->octets = (uint64_t)st.st_size - f->begun_at;
	/* While no .meta fits it, the document is fetched again. */
	(void)unlink(f->meta);
	if (file_draft_keep(fd, f->part, f->path, 0644, e) < 0)
		return -1;
	(void)unlink(f->part_meta);
	return keep_meta(f, f->meta, &answer, e);
}

int update_feed(struct registry *r, const struct source_document *doc, const char *folder,
                const struct update_moved *moved_to, struct arena *a, struct update_feed *out,
                err *e)
{
	struct fetching f = names_of(doc, folder, a);
	struct update_feed result = { .path = f.path };

	f.moved = moved_to;
	if (fetch(r, &f, &result, e) < 0)
		return -1;
	result.modified = dated(&f);
	*out = result;
	return 0;
}

bool update_feed_kept(const struct source_document *doc, const char *folder, struct arena *a,
                      struct update_feed *out)
{
	const struct fetching f = names_of(doc, folder, a);
	struct stat st;

	if (stat(f.path, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	*out = (struct update_feed){ .path = f.path, .unchanged = true };
	out->octets = (uint64_t)st.st_size;
	out->modified = dated(&f);
	return true;
}

void update_feed_forget(const struct source_document *doc, const char *folder, struct arena *a)
{
	const struct fetching f = names_of(doc, folder, a);

	(void)unlink(f.meta); /* without it the document is fetched anew */
}
