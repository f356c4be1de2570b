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
	bool lent;   /* the job keeps the octets of the request at hand */
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
	pack_u64(b, o->job.store);
	pack_str(b, o->job.registries);
	pack_u64(b, o->job.updates != NULL);
	pack_str(b, o->job.updates);
	for (size_t i = 0; i < IGNORE_FORMS_LEN; i++)
		pack_bytes(b, o->ignores[i]);
}

static const char *word(struct server *s, bytes text)
{
	return text.n > 0 ? arena_str(&s->arena, text) : NULL;
}

static void take_ignores(struct server *s, bytes in, err *e)
{
	struct ignore_list *list = arena_new(&s->arena, struct ignore_list);

	for (size_t i = 0; i < IGNORE_FORMS_LEN && !err_is_set(e); i++) {
		struct ignore_file file = { (enum ignore_form)i, ignore_file_name((enum ignore_form)i),
			                        (bytes){ 0 } };

		if (!pack_take_bytes(&in, LIMIT_SETTINGS, &file.text))
			return; /* the parent is our own program */
		file.text = arena_bytes(&s->arena, file.text);
		if (ignore_read(&file, s->options.job.now, &s->arena, list, e) < 0)
			(void)err_wrap(e, "%s", file.name);
	}
	s->job.ignores = list;
}

static void take_options(struct server *s, bytes in, buf *answer)
{
	bytes pss, only, registries, updates;
	bool updating;
	uint64_t version, now, fix, store;
	bool ok = pack_take_bytes(&in, 64, &pss) && pack_take_bytes(&in, LIMIT_PATH, &only) &&
	          pack_take_u64(&in, PSS_LATEST, &version) &&
	          pack_take_bool(&in, &s->options.job.harden) &&
	          pack_take_bool(&in, &s->options.job.optional) &&
	          pack_take_u64(&in, INT64_MAX, &now) && pack_take_u64(&in, RULE_FIX_INPUT, &fix) &&
	          pack_take_bool(&in, &s->options.dump) &&
	          pack_take_u64(&in, JOB_STORE_VAULT, &store) &&
	          pack_take_bytes(&in, LIMIT_PATH, &registries) && pack_take_bool(&in, &updating) &&
	          pack_take_bytes(&in, LIMIT_SETTINGS, &updates);
	err e = { 0 };

	if (!ok)
		return; /* the parent is our own program */
	s->options.job.pss = word(s, pss);
	s->options.job.only = word(s, only);
	s->options.job.pss_version = (unsigned)version;
	s->options.job.now = (int64_t)now;
	s->options.job.registries = word(s, registries);
	s->options.job.store = (enum job_store)store;
	s->options.job.updates = updating ? arena_str(&s->arena, updates) : NULL;
	s->options.fix = (enum rule_fix)fix;
	s->options.job.input = s->options.fix == RULE_FIX_INPUT;
	job_init(&s->job, &s->arena, &s->options.job);
	take_ignores(s, in, &e);
	pack_err(answer, &e);
}

/* -- answers ---------------------------------------------------------------------------------- */

static void take_file(struct server *s, bytes in, buf *answer)
{
	err e = { 0 };
	bytes name, text;

	if (!pack_take_bytes(&in, LIMIT_PATH, &name) || !pack_take_bytes(&in, LIMIT_LIST, &text)) {
		err_set(&e, ERR_LIMIT, 0, "the file or its name is too long");
	} else {
		s->lent = text.n > LIMIT_LIST_WHOLE; /* too long to be copied */
		if (!s->lent)
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
	pack_err(answer, &e);
}

static void take_pins(struct server *s, bytes in, buf *answer)
{
	err e = { 0 };
	bytes pins;

	if (pack_take_bytes(&in, LIMIT_SETTINGS, &pins))
		s->options.job.pins = arena_str(&s->arena, pins);
	else
		err_set(&e, ERR_LIMIT, 0, "too many digests");
	pack_err(answer, &e);
}

static void excuse(struct server *s, bytes in, buf *answer)
{
	bytes name;

	pack_err(answer, &(err){ 0 });
	while (pack_take_bytes(&in, LIMIT_PATH, &name))
		for (const struct rule *r = rule_next(NULL); r; r = rule_next(r)) {
			const char *why = suppress_reason(s->job.ignores, r, arena_str(&s->arena, name),
			                                  &s->arena);

			pack_u64(answer, why != NULL);
			pack_str(answer, why);
		}
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
	pack_str(b, f->asks);
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

/* What became of the texts that were sent, and the files that were made. */
static void pack_texts(const struct server *s, buf *answer)
{
	const struct rule_job *job = &s->job;

	for (size_t i = 0; i < job->files.len; i++) {
		const struct job_file *file = &job->files.items[i];
		bool changed = i >= s->sent_len || file->text.p != s->sent[i].p;

		if (i >= s->sent_len) {
			pack_u64(answer, file->beside);
			pack_u64(answer, file->made);
		} else {
			pack_u64(answer, changed);
		}
		if (changed)
			pack_bytes(answer, file->text);
	}
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
	pack_err(answer, &e);
	pack_u64(answer, fixed);
	pack_u64(answer, job->folded);
	pack_u64(answer, job->files.len - s->sent_len);
	pack_u64(answer, job->faults.len);
	for (size_t i = 0; i < job->faults.len; i++) {
		pack_place(answer, job, job->faults.items[i].file, job->faults.items[i].at);
		pack_str(answer, job->faults.items[i].message);
	}
	pack_u64(answer, job->findings.len);
	for (size_t i = 0; i < job->findings.len; i++)
		pack_finding(answer, job, &job->findings.items[i]);
	pack_texts(s, answer);
}

_Noreturn int check_serve(struct worker_side *side, void *arg)
{
	struct server s = { .side = side };
	buf request = BUF_INIT(LIMIT_LIST + LIMIT_PATH + 64);
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
		case 'o': take_options(&s, fields, &answer); break;
		case 'f': take_file(&s, fields, &answer); break;
		case 'i': excuse(&s, fields, &answer); break;
		case 'p': take_pins(&s, fields, &answer); break;
		default: run(&s, &answer); break;
		}
		side_answer(side, buf_bytes(&answer), true);
		if (s.lent) /* it ends with the worker */
			request = (buf)BUF_INIT(LIMIT_LIST + LIMIT_PATH + 64);
		else
			buf_clear(&request);
		s.lent = false;
		buf_clear(&answer);
	}
}
