/* SPDX-License-Identifier: Apache-2.0 */
/* The worker's end of `oakum check`: everything in here reads what enemies wrote. */
#include "base/limits.h"
#include "base/pack.h"
#include "flow/check_wire.h"
#include "rule/pss.h"
#include "rule/suppress.h"

struct server {
	struct worker_side *side;
	struct arena arena; /* of the job: files, names */
	struct rule_job job;
	struct check_options options;
	bytes *sent; /* the texts as they came */
	size_t sent_len, sent_cap;
};

void check_pack_options(buf *b, const struct check_options *o)
{
	pack_str(b, o->job.pss);
	pack_str(b, o->job.only);
	pack_u64(b, o->job.pss_version);
	pack_u64(b, o->job.harden);
	pack_u64(b, o->job.optional);
	pack_u64(b, (uint64_t)(o->job.now < 0 ? 0 : o->job.now));
	pack_u64(b, o->fix);
	pack_u64(b, o->dump);
	pack_bytes(b, o->ignores);
}

static void take_options(struct server *s, bytes in)
{
	bytes pss, only, ignores;
	uint64_t version, now, fix;
	bool ok = pack_take_bytes(&in, 64, &pss) && pack_take_bytes(&in, LIMIT_PATH, &only) &&
	          pack_take_u64(&in, PSS_LATEST, &version) &&
	          pack_take_bool(&in, &s->options.job.harden) &&
	          pack_take_bool(&in, &s->options.job.optional) &&
	          pack_take_u64(&in, INT64_MAX, &now) && pack_take_u64(&in, RULE_FIX_INPUT, &fix) &&
	          pack_take_bool(&in, &s->options.dump) &&
	          pack_take_bytes(&in, LIMIT_SETTINGS, &ignores);

	if (!ok)
		return; /* the parent is our own program */
	s->options.job.pss = pss.n > 0 ? arena_str(&s->arena, pss) : NULL;
	s->options.job.only = only.n > 0 ? arena_str(&s->arena, only) : NULL;
	s->options.job.pss_version = (unsigned)version;
	s->options.job.now = (int64_t)now;
	s->options.fix = (enum rule_fix)fix;
	job_init(&s->job, &s->arena, &s->options.job);
	if (ignores.n > 0)
		s->job.ignores = ignore_parse(arena_bytes(&s->arena, ignores), &s->arena);
}

/* -- answers ---------------------------------------------------------------------------------- */

static void pack_error(buf *b, const err *e)
{
	pack_u64(b, e->kind);
	pack_bytes(b, bytes_of(e->text, e->len));
}

static void take_file(struct server *s, bytes in, buf *answer)
{
	err e = { 0 };
	bytes name, text;

	if (!pack_take_bytes(&in, LIMIT_PATH, &name) || !pack_take_bytes(&in, LIMIT_SETTINGS, &text)) {
		err_set(&e, ERR_LIMIT, 0, "the file or its name is too long");
	} else {
		text = arena_bytes(&s->arena, text);
		if (job_add(&s->job, arena_str(&s->arena, name), text, &e) == 0) {
			struct {
				bytes *items;
				size_t len, cap;
			} list = { s->sent, s->sent_len, s->sent_cap };

			*ARENA_PUSH(&s->arena, &list) = text;
			s->sent = list.items;
			s->sent_len = list.len;
			s->sent_cap = list.cap;
		}
	}
	pack_error(answer, &e);
}

static void pack_place(buf *b, const struct rule_job *job, size_t file, size_t at)
{
	struct position position = source_position(&job->files.items[file].source, at);

	pack_u64(b, file);
	pack_u64(b, position.line);
	pack_u64(b, position.column);
}

static void pack_finding(buf *b, const struct rule_job *job, const struct job_finding *f)
{
	pack_place(b, job, f->file, f->from);
	pack_u64(b, rule_number(f->rule));
	pack_u64(b, f->from);
	pack_u64(b, f->to);
	pack_u64(b, f->fix_class);
	pack_str(b, f->object);
	pack_str(b, f->container);
	pack_str(b, f->field);
	pack_str(b, f->message);
	pack_str(b, f->check);
	pack_u64(b, f->suppressed_by != NULL);
	pack_str(b, f->suppressed_by);
}

/* An octet is told in six at most (a list of "=" alone). */
static bytes dump_of(struct server *s, const struct job_file *file)
{
	buf dump = BUF_INIT(8 * LIMIT_DOCKERFILE);

	dockerfile_dump(file->dockerfile, &dump);
	bytes text = arena_bytes(&s->arena, buf_bytes(&dump));

	buf_done(&dump);
	return text;
}

static void run(struct server *s, buf *answer)
{
	struct rule_job *job = &s->job;
	size_t fixed = 0;
	err e = { 0 };

	if (!s->options.dump)
		job_run(job);
	for (size_t i = 0; i < job->files.len && s->options.dump; i++)
		if (job->files.items[i].dockerfile)
			job->files.items[i].text = dump_of(s, &job->files.items[i]);
	if (s->options.fix != RULE_FIX_NONE)
		(void)fix_run(job, s->options.fix, &fixed, &e); /* told below */
	pack_error(answer, &e);
	pack_u64(answer, fixed);
	pack_u64(answer, job->faults.len);
	for (size_t i = 0; i < job->faults.len; i++) {
		pack_place(answer, job, job->faults.items[i].file, job->faults.items[i].at);
		pack_str(answer, job->faults.items[i].message);
	}
	pack_u64(answer, job->findings.len);
	for (size_t i = 0; i < job->findings.len; i++)
		pack_finding(answer, job, &job->findings.items[i]);
	for (size_t i = 0; i < job->files.len; i++) {
		bool changed = job->files.items[i].text.p != s->sent[i].p;

		pack_u64(answer, changed);
		if (changed)
			pack_bytes(answer, job->files.items[i].text);
	}
}

_Noreturn int check_serve(struct worker_side *side, void *arg)
{
	struct server s = { .side = side };
	buf request = BUF_INIT(LIMIT_SETTINGS + LIMIT_PATH + 64);
	buf answer = BUF_INIT(LIMIT_CHECK_ANSWER);

	(void)arg;
	job_init(&s.job, &s.arena, &s.options.job);
	for (;;) {
		bytes part, fields;
		bool last;

		side_take(side, &part, &last);
		buf_put(&request, part);
		side_taken(side);
		if (!last)
			continue;
		fields = bytes_skip(buf_bytes(&request), 1);
		switch (request.p[0]) {
		case 'o': take_options(&s, fields); break;
		case 'f': take_file(&s, fields, &answer); break;
		default: run(&s, &answer); break;
		}
		side_answer(side, buf_bytes(&answer), true);
		buf_clear(&request);
		buf_clear(&answer);
	}
}
