/* SPDX-License-Identifier: Apache-2.0 */
/* What is downloaded and run at once. */
#include "base/path.h"
#include "rule/docker_runs.h"

#define RULE(id) (&docker_rules[id])

static bool runs(const struct shell_command *c, const char *const *programs, size_t n)
{
	size_t at = shell_program(c);

	for (size_t k = 0; k < n && at < c->len; k++)
		if (bytes_is(path_base(c->words[at].text), programs[k]))
			return true;
	return false;
}

static bool is_shell(const struct shell_command *c)
{
	static const char *const shells[] = { "sh", "bash", "ash", "dash", "zsh", "python", "python3" };

	return runs(c, shells, sizeof(shells) / sizeof(*shells));
}

static bool is_download(const struct shell_command *c)
{
	static const char *const clients[] = { "curl", "wget" };

	return runs(c, clients, 2);
}

/* sh -c "$(curl ...)", bash <(curl ...) */
static bool substitutes_download(const struct shell_command *c)
{
	static const char *const marks[] = { "$(curl ", "$(wget ", "`curl ", "`wget ",
		                                 "<(curl ", "<(wget " };

	for (size_t k = c->program; k < c->len; k++)
		for (size_t m = 0; m < sizeof(marks) / sizeof(*marks); m++)
			if (bytes_search(c->words[k].text, bytes_str(marks[m])) < c->words[k].text.n)
				return true;
	return false;
}

/* In the script of "bash -c", too. */
static bool pipes_download(bytes text, struct arena *a)
{
	struct shell_script script;
	bool downloads = false;

	shell_split(text, a, &script);
	for (size_t k = 0; k < script.len; k++) {
		downloads = (downloads && script.items[k].before == SHELL_PIPE) ||
		            is_download(&script.items[k]);
		if (downloads && script.items[k].before == SHELL_PIPE && is_shell(&script.items[k]))
			return true;
	}
	return false;
}

void docker_downloads(const struct docker_scope *s, size_t index)
{
	const struct docker_command *all = s->commands->items;
	size_t k = index;

	const struct shell_word *inner = shell_inner(&all[index].shell);

	if (!is_shell(&all[index].shell))
		return;
	if (substitutes_download(&all[index].shell) ||
	    (inner && pipes_download(inner->text, s->f->job->arena)))
		docker_command_find(s, RULE(DF011), &all[index].shell);
	while (k > 0 && all[k].shell.before == SHELL_PIPE) {
		k--;
		if (is_download(&all[k].shell)) {
			docker_command_find(s, RULE(DF011), &all[index].shell);
			return;
		}
	}
}
