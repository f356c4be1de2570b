/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/trust_update.h"

#include "base/limits.h"
#include "flow/trust_wire.h"
#include "oci/registry_file.h"
#include "sys/file.h"
#include "sys/worker.h"
#include "trust/public_good.h"

#include <errno.h>

#define QUESTION_MOST (1 + LIMIT_TUF_FILE)
#define ANSWER_MOST ((size_t)(4 * KIB))

struct walk {
	const struct trust_update_options *options;
	bytes kept[TUF_PARTS];
	struct worker *worker;
	struct registry *registry;
	struct arena *arena;
	struct trust_step step; /* what the worker said last */
	bytes came[TUF_PARTS]; /* to be kept */
};

static bytes pinned(const struct walk *w)
{
	return w->options->root.n > 0 ? w->options->root
	                              : bytes_of(trust_public_tuf, trust_public_tuf_len);
}

/* -- in the worker ----------------------------------------------------------------------------- */

struct server {
	const struct walk *walk;
	struct tuf *tuf; /* NULL: not begun */
};

/* A question is one octet, whether the file is there, and the file; the first one is empty. */
static int answer(void *ctx, bytes question, buf *out, err *e)
{
	struct server *s = ctx;
	const struct walk *w = s->walk;
	struct trust_step step = { 0 };
	uint8_t there;
	int status;

	if (!s->tuf)
		status = tuf_new(pinned(w), w->kept, w->options->now, &s->tuf, e);
	else if (bytes_take_u8(&question, &there))
		status = tuf_take(s->tuf, there ? &question : NULL, &step.keep, e);
	else
		status = side_unread(e);
	if (status < 0)
		return -1;
	step.at_end = !tuf_wants(s->tuf, &step.wish);
	for (enum tuf_role role = TUF_ROOT; role <= TUF_TARGETS; role++)
		step.version[role] = tuf_version(s->tuf, role);
	trust_step_pack(&step, out);
	return 0;
}

static _Noreturn int serve(struct worker_side *side, void *walk)
{
	struct server s = { .walk = walk };
	const struct side_service service = { QUESTION_MOST, ANSWER_MOST, answer, &s };

	side_serve(side, &service);
}

/* -- in the parent: what the worker says ------------------------------------------------------- */

/* ask(w, question, e): the verdict on what is sent, and what it wants next. */
static int ask(struct walk *w, bytes question, err *e)
{
	bytes in;

	if (worker_ask(w->worker, question, ANSWER_MOST, w->arena, &in, e) < 0)
		return -1;
	return trust_step_unpack(in, w->arena, &w->step) ? 0 : worker_unread(e);
}

/* -- in the parent: files ---------------------------------------------------------------------- */

static int read_there(struct walk *w, bytes *out, err *e)
{
	const struct tuf_wish *wish = &w->step.wish;
	bytes mirror = bytes_str(w->options->mirror);
	const char *slash = bytes_ends(mirror, BYTES("/")) ? "" : "/";
	bool is_folder = bytes_take_prefix(&mirror, BYTES("file://"));
	const char *place = arena_printf(w->arena, PRIb "%s%s", BYTESF(mirror), slash, wish->name);
	const struct file_place address = { .what = wish->name, .url = place };

	if (!is_folder)
		return registry_file_read(w->registry, &address, (size_t)wish->most, w->arena, out, e);
	if (mirror.n == 0 || mirror.p[0] != '/')
		return err_set(e, ERR_USAGE, 0, "file:// stands before a whole path: file:///FOLDER");
	return file_read_all(place, (size_t)wish->most, w->arena, out, e);
}

/* fetch(w, out, out_there, e): the file that the worker wants. */
static int fetch(struct walk *w, bytes *out, bool *out_there, err *e)
{
	*out_there = true;
	if (read_there(w, out, e) == 0)
		return 0;
	/* Stores that list nothing for strangers say "denied" of what is not there (Amazon's S3). */
	bool is_absent = e->kind == ERR_ABSENT || (e->kind == ERR_NET && e->sys == EPERM);

	if (!is_absent || !w->step.wish.may_be_absent)
		return -1;
	err_clear(e); /* the worker knows what that means */
	*out_there = false;
	*out = bytes_of(NULL, 0);
	return 0;
}

static int one(struct walk *w, err *e)
{
	const enum tuf_part part = w->step.wish.part;
	buf question = BUF_INIT(QUESTION_MOST);
	bytes content;
	bool there;

	if (fetch(w, &content, &there, e) < 0)
		return -1;
	buf_putc(&question, there);
	buf_put(&question, content); /* fetched within the limit */
	int status = ask(w, buf_bytes(&question), e);

	buf_done(&question);
	if (status < 0)
		return -1;
	if (w->step.keep)
		w->came[part] = content;
	return 0;
}

/* -- in the parent: what is kept --------------------------------------------------------------- */

static const char *place_of(const struct walk *w, enum tuf_part part)
{
	return arena_printf(w->arena, "%s/%s/%s", w->options->folder, w->options->name,
	                    tuf_part_name(part));
}

/* What cannot be read counts as not there, but is not overlooked: it would undo the checks against
 * going back. */
static int read_kept(struct walk *w, err *e)
{
	for (size_t i = 0; i < TUF_PARTS; i++)
		if (file_read_all(place_of(w, (enum tuf_part)i), LIMIT_TUF_FILE, w->arena, &w->kept[i],
		                  e) < 0) {
			if (e->kind != ERR_ABSENT)
				return -1;
			err_clear(e); /* the first time */
			w->kept[i] = bytes_of(NULL, 0);
		}
	return 0;
}

static int keep(struct walk *w, struct trust_update_result *out, err *e)
{
	const struct trust_update_options *o = w->options;
	const char *current = arena_printf(w->arena, "%s/current", o->folder);
	struct trust_update_result r = { .unchanged = true,
		                             .path = place_of(w, TUF_PART_TRUSTED_ROOT) };

	for (size_t i = 0; i < TUF_PARTS; i++) {
		if (!w->came[i].p)
			continue;
		r.unchanged = false;
		if (file_write_atomic(place_of(w, (enum tuf_part)i), w->came[i], 0644, e) < 0)
			return -1;
	}
	if (file_write_atomic(current, bytes_str(arena_printf(w->arena, "%s\n", o->name)), 0644, e) < 0)
		return -1;
	memcpy(r.version, w->step.version, sizeof(r.version));
	*out = r;
	return 0;
}

static int walk(struct walk *w, struct trust_update_result *out, err *e)
{
	int status = ask(w, bytes_of(NULL, 0), e);

	if (w->kept[TUF_PART_ROOT].n == 0)
		w->came[TUF_PART_ROOT] = pinned(w); /* unless a later one comes */
	if (status == 0)
		status = registry_open(&w->options->registry, &w->registry, e);
	while (status == 0 && !w->step.at_end)
		status = one(w, e);
	if (w->registry)
		registry_close(w->registry);
	return status == 0 ? keep(w, out, e) : -1;
}

int trust_update(const struct trust_update_options *o, struct arena *a,
                 struct trust_update_result *out, err *e)
{
	struct walk w = { .options = o, .arena = a };
	struct worker_options options = { .serve = serve,
		                              .arg = &w,
		                              .keep = { -1, -1 },
		                              .deadline = o->registry.http.deadline };
	bool landlock; /* `oakum selftest` tells */
	const char *folder = arena_printf(a, "%s/%s", o->folder, o->name);

	if (file_make_dirs(folder, 0755, e) < 0)
		return -1;
	auto_fd lock = file_lock(folder, o->timeout_ms, NULL, NULL, e);

	if (lock < 0 || read_kept(&w, e) < 0 || worker_start(&options, &w.worker, &landlock, e) < 0)
		return -1;
	int status = walk(&w, out, e);

	worker_stop(w.worker);
	return status;
}
