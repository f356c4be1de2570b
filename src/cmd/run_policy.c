/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/run_policy.h"

#include "base/limits.h"
#include "base/text.h"
#include "cmd/images.h"
#include "cmd/message.h"
#include "cmd/roots.h"
#include "flow/policy.h"
#include "oci/reference.h"

#include <unistd.h>

#define USUAL_FILE "oakum-policy.yaml"

/* NULL: there is none. */
static const char *find_policy(const struct run_policy_flags *f)
{
	if (f->skip)
		return NULL;
	if (f->file)
		return f->file;
	return access(USUAL_FILE, F_OK) == 0 ? USUAL_FILE : NULL;
}

int run_policy_target(struct job *job, const struct run_policy_flags *f, const char *text,
                      struct target *out, err *e)
{
	if (f->file && !*f->file)
		return err_set(e, ERR_USAGE, 0,
		               "--policy is empty: a policy that is not there demands nothing");
	if (f->file && f->skip)
		return err_set(e, ERR_USAGE, 0, "--policy and --insecure-skip-policy exclude each other");
	return find_policy(f) ? target_parse_signed(text, &job->arena, out, e)
	                      : target_parse(text, &job->arena, out, e);
}

/* The first line that is not met says why. */
static const char *find_reason(const struct decision *d, struct arena *a)
{
	const char *reason = "no rule is about it";

	for (size_t i = 0; i < d->lines.len; i++) {
		const struct decision_line *line = &d->lines.items[i];

		if (line->verdict != NEED_HOLDS && !line->is_detail)
			reason = arena_printf(a, "%s%s%s", SHOW(line->what), line->why.n > 0 ? ": " : "",
			                      SHOW(line->why));
	}
	return reason;
}

static int conclude(struct job *job, const struct target *target, const struct decision *d, err *e)
{
	switch (d->kind) {
	case DECISION_PASSES: return 0;
	case DECISION_WARNS:
		message_note(job, target->text, "the policy is not met, and only warns");
		return 0;
	case DECISION_LACKS:
		return err_set(e, ERR_UNSIGNED, 0,
		               "not started: what the policy asks for is not attached: %s",
		               find_reason(d, &job->arena));
	case DECISION_NONE:
	case DECISION_DENIED: break;
	}
	return err_set(e, ERR_UNTRUSTED, 0, "not started: the policy is not met: %s",
	               find_reason(d, &job->arena));
}

/* pin(target, digest, a, e): a tag may move between two looks; a digest does not. */
static int pin(struct target *target, const char *text, struct arena *a, err *e)
{
	struct reference reference;
	digest d;

	if (target->kind != TARGET_REGISTRY) {
		target->tag = text;
		return 0;
	}
	if (digest_parse(bytes_str(text), &d, e) < 0 ||
	    reference_parse(target->tag, a, &reference, e) < 0)
		return -1;
	reference = reference_at(&reference, &d);
	target->tag = reference_text(&reference, a);
	return 0;
}

static int judge(struct job *job, struct policy_session *session, struct target *target, err *e)
{
	const struct strings *notes = policy_notes(session);
	struct decision d;

	for (size_t i = 0; i < notes->len; i++)
		message_note(job, target->text, arena_str(&job->arena, notes->items[i]));
	if (policy_judge(session, target, &job->arena, &d, e) < 0)
		return -1;
	return conclude(job, target, &d, e) < 0
	           ? -1
	           : pin(target, arena_str(&job->arena, d.digest), &job->arena, e);
}

int run_policy_judge(struct job *job, const struct run_policy_flags *f,
                     const struct registry_options *registry, struct target *target, err *e)
{
	struct policy_options o = { .path = find_policy(f),
		                        .registry = *registry,
		                        .now = job->clock_ns / 1000000000,
		                        .deadline = registry->http.deadline };
	struct policy_session *session = NULL;

	if (!o.path)
		return 0;
	if (trust_root_text(job, NULL, &o.root, e) < 0 || policy_open(&o, &session, e) < 0)
		return err_wrap(e, "%s", SHOW(bytes_str(o.path)));
	int status = judge(job, session, target, e);

	policy_close(session);
	return status;
}
