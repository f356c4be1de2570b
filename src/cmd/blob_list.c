/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/blob_list.h"

#include "base/limits.h"
#include "base/text.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/proof.h"
#include "cmd/status.h"
#include "crypto/lean.h"
#include "sys/file.h"

#include <unistd.h>

#define WORKERS_MOST 16

/* One worker and what it is asked. */
struct seat {
	struct verifier *verifier;
	struct arena arena;
	const char *artifact;
	struct verify_question question;
	bool busy;
};

struct run {
	struct job *job;
	const struct blob_list *list;
	struct seat seats[WORKERS_MOST];
	size_t seats_len;
	struct stream out;
	enum status worst;
};

static size_t processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > WORKERS_MOST ? WORKERS_MOST : (size_t)n;
}

/* -- what came out ----------------------------------------------------------------------------- */

static void tell(struct run *r, const char *artifact, const struct verify_finding *f)
{
	struct json_writer w;

	if (!r->list->as_json) {
		stream_puts(&r->out, "verified ");
		stream_show(&r->out, bytes_str(artifact));
		stream_puts(&r->out, "\n");
		return;
	}
	json_write_init(&w, &r->out);
	w.on_one_line = true;
	json_write_object(&w, NULL);
	json_write_octets(&w, "file", bytes_str(artifact));
	json_write_bool(&w, "verified", true);
	proof_json(&w, f);
	json_write_end(&w);
}

static void tell_failure(struct run *r, const char *artifact, const err *e)
{
	struct json_writer w;

	r->worst = status_worse(r->worst, status_of(e->kind));
	message_error(r->job, artifact, e);
	if (!r->list->as_json)
		return;
	json_write_init(&w, &r->out);
	w.on_one_line = true;
	json_write_object(&w, NULL);
	json_write_octets(&w, "file", bytes_str(artifact));
	json_write_bool(&w, "verified", false);
	json_write_octets(&w, "why", bytes_str(e->text));
	json_write_end(&w);
}

static int hear(struct seat *s, struct verify_finding *out, err *e)
{
	if (verifier_hear(s->verifier, &s->arena, out, e) < 0)
		return -1;
	if (!out->wants_artifact)
		return 0;
	int more = blob_insist(s->artifact, &s->arena, &s->question, e);

	return more > 0 ? verifier_judge(s->verifier, &s->question, &s->arena, out, e) : more;
}

static int collect(struct run *r, struct seat *s, err *e)
{
	struct verify_finding finding;
	err why = { 0 };

	if (!s->busy)
		return 0;
	s->busy = false;
	if (hear(s, &finding, e) < 0)
		return err_wrap(e, "%s", SHOW(bytes_str(s->artifact)));
	if (finding.kind == VERDICT_HOLDS) {
		tell(r, s->artifact, &finding);
		return 0;
	}
	(void)err_set(&why, ERR_UNTRUSTED, 0, "%s", SHOW(finding.why));
	tell_failure(r, s->artifact, &why);
	return 0;
}

/* -- the lines --------------------------------------------------------------------------------- */

static int split(struct run *r, bytes line, size_t number, struct blob_flags *out_flags,
                 const char **out_artifact, err *e)
{
	bytes bundle;

	if (bytes_find(line, '\t') == line.n || bytes_find(line, 0) < line.n)
		return err_set(e, ERR_USAGE, 0, "line %zu: a bundle, a tab and a file belong there",
		               number);
	(void)bytes_take_until(&line, '\t', &bundle); /* seen above */
	*out_flags = (struct blob_flags){ .bundle = arena_str(&r->job->arena, bundle),
		                              .predicate_type = r->list->predicate_type };
	*out_artifact = arena_str(&r->job->arena, line);
	return 0;
}

static int ask(struct run *r, struct seat *s, const struct blob_flags *f, err *e)
{
	err why = { 0 };

	arena_reset(&s->arena);
	if (blob_question(f, s->artifact, &s->arena, &s->question, &why) < 0) {
		tell_failure(r, s->artifact, &why);
		return 0;
	}
	s->busy = true;
	return verifier_ask(s->verifier, &s->question, e);
}

static int each_line(struct run *r, bytes text, err *e)
{
	bytes line;
	size_t asked = 0;

	for (size_t number = 1; bytes_line(&text, &line); number++) {
		struct seat *s = &r->seats[asked % r->seats_len];
		struct blob_flags f;

		if (line.n == 0)
			continue;
		asked++;
		if (collect(r, s, e) < 0 || split(r, line, number, &f, &s->artifact, e) < 0 ||
		    ask(r, s, &f, e) < 0)
			return -1;
	}
	for (size_t i = 0; i < r->seats_len; i++)
		if (collect(r, &r->seats[(asked + i) % r->seats_len], e) < 0)
			return -1;
	return 0;
}

int blob_list_run(struct job *job, const struct blob_list *list, err *e)
{
	struct run r = { .job = job, .list = list };
	size_t most = processors();
	bytes text;
	int status = file_read_all(list->path, LIMIT_BUNDLE, &job->arena, &text, e);

	if (status == 0 && bytes_trim(text).n == 0)
		status = err_set(e, ERR_USAGE, 0, "%s is empty: nothing would be verified",
		                 SHOW(bytes_str(list->path)));
	lean_begin(); /* nobody is asked here: no TLS */
	output_stdout(&r.out);
	for (; r.seats_len < most && status == 0; r.seats_len++)
		status = verifier_start(list->terms, &list->deadline, &r.seats[r.seats_len].verifier, e);
	if (status == 0)
		status = each_line(&r, text, e);
	for (size_t i = 0; i < r.seats_len; i++) {
		verifier_stop(r.seats[i].verifier);
		arena_done(&r.seats[i].arena);
	}
	err ignored = { 0 };

	if (stream_finish(&r.out, status < 0 ? &ignored : e) < 0) /* the first failure is told */
		return -1;
	return status < 0 ? -1 : (int)r.worst;
}
