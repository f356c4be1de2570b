/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/testimony.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "sys/worker.h"
#include "trust/statement.h"

#define SUBJECTS_MOST ((size_t)LIMIT_STATEMENT_SUBJECTS * LIMIT_STATEMENT_DIGESTS)
#define ANSWER_MOST (SUBJECTS_MOST * sizeof(struct digest_chars) + (size_t)(64 * KIB))

/* -- in the worker ----------------------------------------------------------------------------- */

struct reading {
	bytes content;
	const struct predicate_type *type; /* NULL: a statement */
};

static void pack_subjects(const struct statement *s, buf *out)
{
	for (size_t i = 0; i < s->subjects_len; i++)
		for (size_t k = 0; k < s->subjects[i].digests_len; k++) {
			struct arena a = ARENA_INIT;
			const char *text = arena_printf(&a, PRIb ":" PRIb,
			                                BYTESF(s->subjects[i].digests[k].algorithm),
			                                BYTESF(s->subjects[i].digests[k].hex));
			digest d;
			err ignored = { 0 }; /* of an algorithm that names no image */

			if (digest_parse(bytes_str(text), &d, &ignored) == 0)
				pack_str(out, text);
			arena_done(&a);
		}
}

static int read_testimony(const struct reading *r, struct arena *a, buf *out, err *e)
{
	const struct claim claim = { .content = r->content,
		                         .type = r->type ? *r->type : (struct predicate_type){ 0 } };
	struct statement s;

	if (r->type)
		return claim_check(&claim, e);
	if (statement_parse(r->content, a, &s, e) < 0)
		return -1;
	if (s.predicate_type.n > LIMIT_IDENTITY || !text_is_utf8(s.predicate_type))
		return err_set(e, ERR_FORMAT, 0, "its predicateType is no URI");
	pack_bytes(out, s.predicate_type);
	pack_subjects(&s, out);
	return 0;
}

static int answer(void *reading, bytes question, buf *out, err *e)
{
	struct arena a = ARENA_INIT;
	int status = read_testimony(reading, &a, out, e);

	(void)question; /* there is one */
	arena_done(&a);
	return status;
}

static _Noreturn int serve(struct worker_side *side, void *reading)
{
	const struct side_service service = { 0, ANSWER_MOST, answer, reading };

	side_serve(side, &service);
}

/* -- in the parent ----------------------------------------------------------------------------- */

static int take_statement(bytes answer, struct arena *a, struct testimony *out, err *e)
{
	bytes type, text;
	err ignored = { 0 };

	if (!pack_take_bytes(&answer, LIMIT_IDENTITY, &type) || bytes_find(type, 0) < type.n)
		return worker_unread(e);
	out->type = (struct predicate_type){ arena_str(a, type), PREDICATE_JSON };
	while (answer.n > 0) {
		if (out->subjects.len >= SUBJECTS_MOST ||
		    !pack_take_bytes(&answer, sizeof(struct digest_chars), &text) ||
		    digest_parse(text, ARENA_PUSH(a, &out->subjects), &ignored) < 0)
			return worker_unread(e);
	}
	return 0;
}

static int take(bytes answer, const struct predicate_type *type, struct arena *a,
                struct testimony *out, err *e)
{
	out->is_statement = !type;
	if (!type)
		return take_statement(answer, a, out, e);
	out->type = *type;
	return answer.n == 0 ? 0 : worker_unread(e);
}

int testimony_read(bytes content, const struct predicate_type *type, struct deadline deadline,
                   struct arena *a, struct testimony *out, err *e)
{
	struct reading reading = { content, type };
	struct worker_options o = {
		.serve = serve, .arg = &reading, .keep = { -1, -1 }, .deadline = deadline
	};
	struct testimony testimony = { .content = content };
	struct worker *w;
	bytes answer;
	bool landlock; /* `oakum selftest` tells */

	if (worker_start(&o, &w, &landlock, e) < 0)
		return -1;
	int status = worker_ask(w, bytes_of(NULL, 0), ANSWER_MOST, a, &answer, e);

	worker_stop(w);
	if (status < 0 || take(answer, type, a, &testimony, e) < 0)
		return -1;
	*out = testimony;
	return 0;
}

bool testimony_is_about(const struct testimony *t, const digest *d)
{
	for (size_t i = 0; i < t->subjects.len; i++)
		if (digest_equal(&t->subjects.items[i], d))
			return true;
	return !t->is_statement;
}
