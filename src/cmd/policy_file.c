/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/policy_file.h"

#include "base/text.h"
#include "cmd/message.h"

#include <errno.h>
#include <sys/stat.h>

const char *policy_file_usual(void)
{
	struct stat st;

	return lstat(POLICY_FILE, &st) == 0 || errno != ENOENT ? POLICY_FILE : NULL;
}

void policy_file_note(struct job *job, struct policy_session *session, const char *about)
{
	const struct strings *notes = policy_notes(session);

	for (size_t i = 0; i < notes->len; i++)
		message_note(job, about, arena_str(&job->arena, notes->items[i]));
}

/* The last need that is not met says why. */
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

int policy_file_conclude(struct job *job, const char *target, const struct decision *d,
                         const char *refused, err *e)
{
	switch (d->kind) {
	case DECISION_PASSES: return 0;
	case DECISION_WARNS:
		message_note(job, target, "the policy is not met, and only warns");
		return 0;
	case DECISION_LACKS:
		return err_set(e, ERR_UNSIGNED, 0, "%s: what the policy asks for is not attached: %s",
		               refused, find_reason(d, &job->arena));
	case DECISION_NONE:
	case DECISION_DENIED: break;
	}
	return err_set(e, ERR_UNTRUSTED, 0, "%s: the policy is not met: %s", refused,
	               find_reason(d, &job->arena));
}
