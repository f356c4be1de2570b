/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/run_policy.h"

#include "base/text.h"
#include "cmd/policy_file.h"
#include "cmd/roots.h"
#include "oci/reference.h"

/* NULL: there is none. */
static const char *find_policy(const struct run_policy_flags *f)
{
	if (f->skip)
		return NULL;
	return f->file ? f->file : policy_file_usual();
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
	struct decision d;

	policy_file_note(job, session, target->text);
	if (policy_judge(session, target, &job->arena, &d, e) < 0)
		return -1;
	return policy_file_conclude(job, target->text, &d, "not started", e) < 0
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
