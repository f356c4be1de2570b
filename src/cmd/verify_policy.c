/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/verify_policy.h"

#include "base/limits.h"
#include "base/text.h"
#include "cmd/images.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/policy_file.h"
#include "cmd/roots.h"
#include "cmd/status.h"
#include "fmt/json_write.h"

struct showing {
	struct job *job;
	const struct verify_policy_flags *flags;
	struct policy_session *session;
	bool as_json;
	struct stream out;
	struct json_writer json;
};

/* -- text -------------------------------------------------------------------------------------- */

static enum style style_of(enum verdict_of_need verdict)
{
	return verdict == NEED_HOLDS ? STYLE_GOOD : STYLE_BAD;
}

/* The line above an attachment has told what proves the need, and of one alone why it does not. */
static void show_line(struct showing *s, const struct decision_line *line,
                      const struct decision_line *above)
{
	const struct terminal *t = &s->job->out;

	if (line->is_detail && (line->verdict == NEED_HOLDS || bytes_equal(line->why, above->why)))
		return;
	stream_printf(&s->out, "%*s%s%-8s%s", 2 + 2 * (int)line->depth, "",
	              terminal_style(t, style_of(line->verdict)), need_verdict_name(line->verdict),
	              terminal_plain(t));
	stream_show(&s->out, line->what);
	if (line->why.n > 0) {
		stream_puts(&s->out, ": ");
		stream_show(&s->out, line->why);
	}
	stream_puts(&s->out, "\n");
}

static void show_text(struct showing *s, const char *target, const struct decision *d)
{
	const struct terminal *t = &s->job->out;
	bool denied = d->kind == DECISION_LACKS || d->kind == DECISION_DENIED;

	stream_printf(&s->out, "%s%s%s ", terminal_style(t, denied ? STYLE_BAD : STYLE_GOOD),
	              decision_kind_name(d->kind), terminal_plain(t));
	stream_show(&s->out, bytes_str(target));
	stream_puts(&s->out, "\n  image   ");
	stream_show(&s->out, d->digest);
	stream_puts(&s->out, "\n");
	for (size_t i = 0; i < d->lines.len; i++)
		show_line(s, &d->lines.items[i], &d->lines.items[i > 0 ? i - 1 : 0]);
}

/* -- JSON -------------------------------------------------------------------------------------- */

static void put_line(struct json_writer *w, const struct decision_line *line)
{
	json_write_object(w, NULL);
	json_write_octets(w, line->is_detail ? "attachment" : "what", line->what);
	json_write_text(w, "verdict", need_verdict_name(line->verdict));
	json_write_some(w, "why", line->why);
	if (line->line > 0 && !line->is_detail)
		json_write_u64(w, "line", line->line);
}

/* Lines become a tree: one that stands deeper than the one above is a part of it. */
static void put_lines(struct json_writer *w, const struct decision *d)
{
	unsigned open = 0; /* objects that are begun */

	json_write_array(w, "rules");
	for (size_t i = 0; i < d->lines.len; i++) {
		const struct decision_line *line = &d->lines.items[i];

		for (; open > line->depth; open--) {
			json_write_end(w);
			if (open > line->depth + 1)
				json_write_end(w);
		}
		if (line->depth > 0 && i > 0 && d->lines.items[i - 1].depth < line->depth)
			json_write_array(w, "parts");
		put_line(w, line);
		open = line->depth + 1;
	}
	for (; open > 0; open--) {
		json_write_end(w);
		json_write_end(w);
	}
	if (d->lines.len == 0)
		json_write_end(w);
}

static void show_json(struct showing *s, const char *target, const struct decision *d)
{
	struct json_writer *w = &s->json;

	json_write_object(w, NULL);
	json_write_octets(w, "image", bytes_str(target));
	json_write_octets(w, "digest", d->digest);
	json_write_text(w, "decision", decision_kind_name(d->kind));
	put_lines(w, d);
	json_write_end(w);
}

/* -- images ------------------------------------------------------------------------------------ */

static int one_image(struct showing *s, const char *text, err *e)
{
	struct decision decision;
	struct target target;

	if (who_target(s->flags->who, text, &s->job->arena, &target, e) < 0 ||
	    policy_judge(s->session, &target, &s->job->arena, &decision, e) < 0)
		return -1;
	images_note_tag(s->job, text, arena_str(&s->job->arena, decision.tag),
	                arena_str(&s->job->arena, decision.digest), "judged");
	if (s->as_json)
		show_json(s, text, &decision);
	else
		show_text(s, text, &decision);
	return policy_file_conclude(s->job, text, &decision, "denied", e);
}

static enum status each_image(struct showing *s, const struct texts *targets)
{
	enum status worst = STATUS_DONE;

	policy_file_note(s->job, s->session, s->flags->policy);
	for (size_t i = 0; i < targets->len; i++) {
		err e = { 0 };

		if (one_image(s, targets->items[i], &e) == 0)
			continue;
		message_error(s->job, targets->items[i], &e);
		worst = status_worse(worst, status_of(e.kind));
	}
	return worst;
}

static int prepare(struct job *job, const struct verify_policy_flags *f,
                   const struct texts *images, struct policy_options *out, err *e)
{
	uint64_t ms = f->timeout_ms ? f->timeout_ms : LIMIT_VERIFY_MS * images->len;
	enum attachments_scope scope;

	*out = (struct policy_options){ .path = f->policy,
		                            .root_is_named = f->who->root != NULL,
		                            .name = f->name,
		                            .now = job->clock_ns / 1000000000,
		                            .deadline = deadline_in(ms) };
	if (images_elsewhere(job, &out->elsewhere, e) < 0 ||
	    images_scope(f->platform, f->all_platforms, &job->arena, &scope, &out->platform, e) < 0 ||
	    trust_root_text(job, f->who->root, &out->root, e) < 0)
		return -1;
	out->has_platform = scope == SCOPE_PLATFORM;
	out->all_platforms = scope == SCOPE_ALL;
	return network_prepare(job, f->network, ms, images->items[0], &out->registry, e);
}

int verify_policy(struct job *job, const struct verify_policy_flags *flags,
                  const struct texts *targets, err *e)
{
	struct showing s = { .job = job,
		                 .flags = flags,
		                 .as_json = flags->output && strcmp(flags->output, "json") == 0 };
	struct policy_options options;

	if (prepare(job, flags, targets, &options, e) < 0 ||
	    policy_open(&options, &s.session, e) < 0)
		return -1;
	output_stdout(&s.out);
	if (s.as_json) {
		json_write_init(&s.json, &s.out);
		json_write_array(&s.json, NULL);
	}
	enum status worst = each_image(&s, targets);

	if (s.as_json)
		json_write_end(&s.json);
	policy_close(s.session);
	return stream_finish(&s.out, e) < 0 ? -1 : (int)worst;
}
