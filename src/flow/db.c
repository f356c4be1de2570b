/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/db.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "flow/db_wire.h"
#include "sys/file.h"
#include "vuln/feed.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct build {
	const struct db_build_options *options;
	struct database_builder *builder;
	struct feed_sink inner; /* the builder's */
	struct worker *worker;
	struct arena scratch, names;
	buf answer;
	int64_t newest; /* the latest date of any feed; 0: none bears one */
	/* -- of one input */
	const struct db_input *input;
	struct hasher *hasher;
	struct database_feed *feeds[FEED_GRYPE_DB + 1]; /* by kind, those that it gave */
	uint64_t passed_over, broken; /* files: no feed; it cannot be read to its end */
	/* -- of one file */
	bool alone;       /* it was named itself */
	const char *name; /* of the document that is read; arena names, reset for each file */
	err failure;      /* of a file that was named */
};

struct db_input db_input_parse(const char *text)
{
	bytes rest = bytes_str(text), word;
	enum feed_kind kind = FEED_UNKNOWN;

	if (bytes_find(rest, ':') < rest.n && bytes_take_until(&rest, ':', &word))
		kind = feed_kind_from(word);
	return (struct db_input){ kind, kind ? text + strlen(text) - rest.n : text, 0 };
}

static bytes last_part(const char *path)
{
	bytes rest = bytes_str(path);

	while (rest.n > 1 && rest.p[rest.n - 1] == '/')
		rest.n--;
	size_t slash = bytes_rfind(rest, '/');

	return slash + 1 < rest.n ? bytes_skip(rest, slash + 1) : rest;
}

/* -- what the worker says ---------------------------------------------------------------------- */

static void pass_over(struct build *b, bytes name)
{
	const struct db_build_options *o = b->options;

	b->passed_over++;
	if (o->fault)
		o->fault(o->ctx, text_shown(&b->names, name), "", "no feed that is known");
}

static int on_document(void *ctx, enum feed_kind kind, bytes name, err *e)
{
	struct build *b = ctx;

	(void)e;
	b->name = text_shown(&b->names, name);
	if (kind == FEED_UNKNOWN) {
		pass_over(b, name);
		return 0;
	}
	if (!b->feeds[kind])
		b->feeds[kind] = builder_feed(b->builder, kind, last_part(b->input->path));
	builder_resume(b->builder, b->feeds[kind]);
	b->feeds[kind]->documents++;
	return 0;
}

static int on_failed(void *ctx, bytes name, const err *why, err *e)
{
	struct build *b = ctx;
	const struct db_build_options *o = b->options;

	(void)e;
	/* A member of an archive is like a file in a folder. */
	if (b->alone && bytes_equal(name, last_part(b->input->path)))
		b->failure = *why;
	b->broken++;
	if (o->fault)
		o->fault(o->ctx, text_shown(&b->names, name), "", why->text);
	return 0;
}

/* A record outside of a document: the worker lies. */
static int check_open(const struct build *b, err *e)
{
	return b->name ? 0 : err_set(e, ERR_BUG, 0, "the worker sent a record of no document");
}

static int on_advisory(void *ctx, const struct advisory *a, err *e)
{
	struct build *b = ctx;

	return check_open(b, e) < 0 ? -1 : b->inner.advisory(b->inner.ctx, a, e);
}

static int on_vulnerability(void *ctx, const struct vulnerability *v, err *e)
{
	struct build *b = ctx;

	return check_open(b, e) < 0 ? -1 : b->inner.vulnerability(b->inner.ctx, v, e);
}

static int on_end_of_life(void *ctx, const struct end_of_life *x, err *e)
{
	struct build *b = ctx;

	return check_open(b, e) < 0 ? -1 : b->inner.end_of_life(b->inner.ctx, x, e);
}

static int on_date(void *ctx, bytes date, err *e)
{
	struct build *b = ctx;

	return check_open(b, e) < 0 ? -1 : b->inner.date(b->inner.ctx, date, e);
}

static int on_fault(void *ctx, bytes where, const char *what, err *e)
{
	struct build *b = ctx;
	const struct db_build_options *o = b->options;

	if (check_open(b, e) < 0)
		return -1;
	if (o->fault)
		o->fault(o->ctx, b->name, SHOW(where), what);
	return b->inner.fault(b->inner.ctx, where, what, e);
}

/* -- one file ---------------------------------------------------------------------------------- */

/* Whole records of what has come so far; the rest stays. */
static int take_records(struct build *b, bytes part, err *e)
{
	static const struct feed_news news = { on_document, on_failed };
	const struct feed_sink sink = { on_advisory, on_vulnerability, on_end_of_life,
		                            on_date,     on_fault,         b };

	if (buf_append(&b->answer, part, e) < 0)
		return -1;
	bytes rest = buf_bytes(&b->answer);

	if (feed_wire_take(&rest, &sink, &news, &b->scratch, e) < 0)
		return -1;
	if (rest.n > 0 && rest.n < b->answer.n)
		memmove(b->answer.p, rest.p, rest.n);
	b->answer.n = rest.n;
	return 0;
}

/* hear(b, last, e): the next part of the answer; without one, wait until the worker moves. */
static int hear(struct build *b, bool *last, err *e)
{
	bytes part;
	int result = worker_answer(b->worker, &part, last, e);

	if (result <= 0)
		return result < 0 ? -1 : worker_wait(b->worker, e);
	result = take_records(b, part, e);
	worker_answer_done(b->worker);
	return result;
}

/* take(b, e): the answer to its end. */
static int take(struct build *b, err *e)
{
	bool last = false;

	while (!last)
		if (hear(b, &last, e) < 0)
			return -1;
	return b->answer.n == 0 ? 0 : err_set(e, ERR_BUG, 0, "the worker stopped within a record");
}

/* room_for(b, e): where the next frame of the request goes. Meanwhile the worker answers. */
static uint8_t *room_for(struct build *b, err *e)
{
	bool last = false;
	uint8_t *room;

	while (!(room = worker_reserve(b->worker)))
		if (hear(b, &last, e) < 0 ||
		    (last && err_set(e, ERR_BUG, 0, "the worker ended its answer too early") < 0))
			return NULL;
	return room;
}

static int send_head(struct build *b, bytes name, err *e)
{
	buf head = BUF_INIT(WORKER_IN_SIZE);
	uint8_t *room = room_for(b, e);

	if (!room)
		return -1;
	pack_u64(&head, b->input->kind);
	pack_bytes(&head, bytes_slice(name, 0, WORKER_IN_SIZE / 2));
	memcpy(room, head.p, head.n);
	worker_send(b->worker, head.n, false);
	buf_done(&head);
	return 0;
}

static int send_content(struct build *b, int fd, const char *path, err *e)
{
	uint64_t sent = 0;
	ssize_t n = 1;

	while (n > 0) {
		uint8_t *room = room_for(b, e);

		if (!room)
			return -1;
		do
			n = read(fd, room, WORKER_IN_SIZE);
		while (n < 0 && errno == EINTR);
		if (n < 0)
			return err_set(e, ERR_IO, errno, "read '%s'", SHOW(bytes_str(path)));
		sent += (uint64_t)n;
		if (sent > LIMIT_FEED_FILE)
			return err_set(e, ERR_LIMIT, 0, "'%s' has more than %u MiB", SHOW(bytes_str(path)),
			               (unsigned)(LIMIT_FEED_FILE / MIB));
		hasher_update(b->hasher, bytes_of(room, (size_t)n));
		worker_send(b->worker, (size_t)n, n == 0);
	}
	return 0;
}

static int read_file(struct build *b, const char *path, err *e)
{
	auto_fd fd = file_open_read(path, e);

	if (fd < 0)
		return -1;
	b->name = NULL;
	buf_clear(&b->answer);
	arena_reset(&b->names);
	if (send_head(b, last_part(path), e) < 0 || send_content(b, fd, path, e) < 0)
		return -1;
	return take(b, e);
}

/* -- folders ----------------------------------------------------------------------------------- */

struct names {
	char **items;
	size_t len, cap;
};

static int by_name(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static int list(const char *path, struct arena *a, struct names *out, err *e)
{
	DIR *dir = opendir(path);

	if (!dir)
		return err_set(e, errno == ENOENT ? ERR_ABSENT : ERR_IO, errno, "open folder '%s'",
		               SHOW(bytes_str(path)));
	for (struct dirent *entry; (entry = readdir(dir));)
		if (entry->d_name[0] != '.') /* also .git */
			*ARENA_PUSH(a, out) = arena_printf(a, "%s/%s", path, entry->d_name);
	closedir(dir);
	if (out->len > 1)
		qsort(out->items, out->len, sizeof(*out->items), by_name);
	return 0;
}

static int read_folder(struct build *b, const char *path, unsigned levels, err *e)
{
	struct arena a = ARENA_INIT;
	struct names names = { 0 };
	struct stat st;
	int result = list(path, &a, &names, e);

	for (size_t i = 0; i < names.len && result == 0; i++) {
		if (lstat(names.items[i], &st) < 0)
			result = err_set(e, ERR_IO, errno, "look at '%s'", SHOW(bytes_str(names.items[i])));
		else if (S_ISREG(st.st_mode))
			result = read_file(b, names.items[i], e);
		else if (S_ISDIR(st.st_mode) && levels > 0)
			result = read_folder(b, names.items[i], levels - 1, e);
		else /* a link could lead anywhere */
			pass_over(b, bytes_str(names.items[i]));
	}
	arena_done(&a);
	return result;
}

/* -- inputs ------------------------------------------------------------------------------------ */

static int finish_input(struct build *b, err *e)
{
	digest all = hasher_final(b->hasher);
	const char *path = b->input->path;
	bool any = false;
	int64_t newest;

	for (size_t i = 0; i <= FEED_GRYPE_DB; i++) {
		struct database_feed *f = b->feeds[i];

		if (!f)
			continue;
		f->digest = all;
		if (!any) { /* once an input */
			f->passed_over = b->passed_over;
			f->faults += b->broken;
		}
		any = true;
		if (f->newest.n == 0 && b->input->date > 0)
			f->newest = builder_text(b->builder, bytes_str(DATE_TEXT(b->input->date)));
		if (text_from_date(f->newest, &newest) && newest > b->newest)
			b->newest = newest;
	}
	if (err_is_set(&b->failure)) {
		*e = b->failure;
		return err_wrap(e, "'%s'", SHOW(bytes_str(path)));
	}
	return any ? 0
	           : err_set(e, ERR_FORMAT, 0,
	                     "'%s': no feed that is known; KIND: before the path says which it is",
	                     SHOW(bytes_str(path)));
}

static int read_input(struct build *b, const struct db_input *input, err *e)
{
	struct stat st;

	b->input = input;
	memset(b->feeds, 0, sizeof(b->feeds));
	b->passed_over = b->broken = 0;
	hasher_reset(b->hasher);
	if (stat(input->path, &st) < 0)
		return err_set(e, errno == ENOENT ? ERR_ABSENT : ERR_IO, errno, "'%s'",
		               SHOW(bytes_str(input->path)));
	b->alone = !S_ISDIR(st.st_mode);
	int result = b->alone ? read_file(b, input->path, e)
	                      : read_folder(b, input->path, LIMIT_FEED_DEPTH, e);

	return result < 0 ? -1 : finish_input(b, e);
}

static int read_inputs(struct build *b, err *e)
{
	const struct db_build_options *o = b->options;
	struct db_inputs inputs = { 0 };

	if (o->gather && o->gather(o->ctx, &inputs, e) < 0)
		return -1;
	size_t n = o->gather ? inputs.len : o->len;
	const struct db_input *items = o->gather ? inputs.items : o->inputs;

	for (size_t i = 0; i < n; i++)
		if (read_input(b, &items[i], e) < 0) {
			if (o->failed)
				o->failed(o->ctx, &items[i]);
			return -1;
		}
	if (o->not_after > 0 && b->newest > o->not_after)
		b->newest = o->not_after;
	return 0;
}

static const char *folder_of(const char *path, struct arena *a)
{
	bytes whole = bytes_str(path);
	size_t slash = bytes_rfind(whole, '/');

	return slash == whole.n ? "." : arena_str(a, bytes_slice(whole, 0, slash + 1));
}

int db_build(const struct db_build_options *o, err *e)
{
	struct build b = { .options = o, .answer = BUF_INIT(2 * LIMIT_FEED_RECORD) };
	struct arena a = ARENA_INIT;
	auto_fd spool = file_temp_unlinked(folder_of(o->out, &a), e);
	struct worker_options worker = { .serve = db_serve, .arg = &spool, .keep = { spool, -1 } };
	bool landlock;

	arena_done(&a);
	if (spool < 0)
		return -1;
	worker.deadline = deadline_in(o->timeout_ms ? o->timeout_ms : LIMIT_TIME_MS);
	if (worker_start(&worker, &b.worker, &landlock, e) < 0)
		return -1;
	b.builder = builder_new();
	b.inner = builder_sink(b.builder);
	b.hasher = hasher_new(DIGEST_SHA256);
	int result = read_inputs(&b, e);

	worker_stop(b.worker);
	if (result == 0)
		result = builder_write(b.builder, o->out, b.newest, e);
	builder_free(b.builder);
	hasher_free(b.hasher);
	buf_done(&b.answer);
	arena_done(&b.scratch);
	arena_done(&b.names);
	return result;
}
