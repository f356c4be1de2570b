/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/choice.h"

#include "base/limits.h"
#include "cmd/message.h"
#include "sys/file.h"

#include <stddef.h>

#define FIELD(name) offsetof(struct choice_flags, name)
static const struct flag table[] = {
	{ 's', "severity", "WORDS", FLAG_WORDS, FIELD(severity), "only these: HIGH,CRITICAL" },
	{ 0, "ignorefile", "FILE", FLAG_TEXT, FIELD(ignorefile),
	  "ids not to be told (.trivyignore, also *.yaml)" },
	{ 0, "skip-files", "GLOB", FLAG_LIST, FIELD(skip_files), "not what these name" },
	{ 0, "skip-dirs", "GLOB", FLAG_LIST, FIELD(skip_dirs), "not what lies below" },
	{ 0 },
};

const struct flag_group choice_flag_group = { "choice", "What is told", table };

struct skip_words choice_words(struct job *job, const struct texts *list)
{
	struct texts all = { 0 };

	for (size_t i = 0; i < list->len; i++) {
		bytes rest = bytes_str(list->items[i]), word;

		while (bytes_take_until(&rest, ',', &word))
			if (word.n > 0)
				*ARENA_PUSH(&job->arena, &all) = arena_str(&job->arena, word);
	}
	return (struct skip_words){ all.items, all.len };
}

int choice_add(struct job *job, struct paper_pile *pile, enum paper_kind kind, const char *name,
               bool must, err *e)
{
	bytes text;

	if (file_read_all(name, LIMIT_SETTINGS, &job->arena, &text, e) == 0) {
		*ARENA_PUSH(&job->arena, pile) = (struct paper){ kind, name, text, { 0 } };
		return 0;
	}
	if (must || e->kind != ERR_ABSENT)
		return -1;
	err_clear(e); /* it need not be there */
	return 0;
}

static enum paper_kind ignore_kind(const char *name)
{
	bytes n = bytes_str(name);

	return bytes_ends(n, BYTES(".yaml")) || bytes_ends(n, BYTES(".yml")) ? PAPER_IGNORE_YAML
	                                                                    : PAPER_IGNORE;
}

/* Trivy: an ignore file that was named and is not there ignores nothing. */
int choice_add_ignores(struct job *job, struct paper_pile *pile, const char *asked, err *e)
{
	size_t before = pile->len;

	if (!asked)
		return choice_add(job, pile, PAPER_IGNORE, ".trivyignore", false, e) < 0 ||
		               choice_add(job, pile, PAPER_IGNORE_YAML, ".trivyignore.yaml", false, e) < 0
		           ? -1
		           : 0;
	if (choice_add(job, pile, ignore_kind(asked), asked, false, e) < 0)
		return -1;
	if (pile->len == before)
		message_note(job, asked, "there is no such file, so nothing is ignored");
	return 0;
}

void choice_tell(struct job *job, const char *asked, const struct ignore_list *list)
{
	for (size_t i = 0; i < list->notes.len; i++)
		message_note(job, asked ? asked : ".trivyignore", list->notes.items[i]);
}
