/* SPDX-License-Identifier: Apache-2.0 */
/* The shell form of a command as its exec form. */
#include "base/path.h"
#include "base/text.h"
#include "fmt/shell.h"
#include "harden/purpose.h"
#include "harden/settings.h"

static bool is_shell(bytes word)
{
	return purpose_tool_of(path_base(word)) == PURPOSE_SHELL;
}

/* "-c", "-ec": flags of which the last takes the script. */
static bool is_script_flag(bytes word)
{
	return word.n >= 2 && word.p[0] == '-' && word.p[1] != '-' && word.p[word.n - 1] == 'c';
}

/* script_at(words): index of the script behind a shell; len when there is none. Flags before it may
 * set options ("-eo pipefail -c"). */
static size_t script_at(const struct strings *words, size_t *out_shell)
{
	for (size_t i = 0; i + 2 < words->len; i++) {
		if (!is_shell(words->items[i]))
			continue;
		for (size_t k = i + 1; k + 1 < words->len && k < i + 5; k++)
			if (is_script_flag(words->items[k])) {
				*out_shell = i;
				return k + 1;
			}
	}
	return words->len;
}

/* What a shell does more with than divide it into words; also within quotes, to be sure. */
static bool is_plain(bytes script)
{
	static const char special[] = "$`*?[]{}()<>|&;!~\\#\n\r";

	for (size_t i = 0; i < script.n; i++)
		if (memchr(special, script.p[i], sizeof(special)))
			return false;
	return true;
}

static bool is_builtin(bytes name)
{
	static const char *const names[] = { "cd",     "set",   "umask",  "echo", ":",      "true",
		                                 "ulimit", ".",     "source", "eval", "export", "trap",
		                                 "if",     "while", "for",    "case", "until",  "test",
		                                 "read",   "wait",  NULL };

	for (size_t i = 0; names[i]; i++)
		if (bytes_is(name, names[i]))
			return true;
	return false;
}

/* why_not(script, c): NULL when c can stand for the script. */
static const char *why_not(bytes script, const struct shell_script *c)
{
	if (!is_plain(script))
		return "it expands, joins or redirects something";
	if (c->len != 1)
		return "it is not one command";
	if (c->items[0].program > 0)
		return "it sets a variable first";
	if (c->items[0].len == 0 || is_builtin(c->items[0].words[0].text))
		return "the shell does it itself";
	return NULL;
}

static struct strings joined(const struct strings *words, size_t before,
                             const struct shell_command *c, struct arena *a)
{
	struct strings made = { 0 };

	for (size_t i = 0; i < before; i++)
		*ARENA_PUSH(a, &made) = words->items[i];
	for (size_t i = 0; i < c->len; i++)
		*ARENA_PUSH(a, &made) = c->words[i].text;
	return made;
}

/* exec_form(words, a, notes, name): 1 done, 0 nothing to do, -1 and *out_refused. */
static int exec_form(struct strings *words, const char *name, struct arena *a,
                     struct settings_notes *notes, const char **out_refused)
{
	size_t shell = 0, at = script_at(words, &shell);
	struct shell_script script;

	if (at == words->len)
		return 0;
	shell_split(words->items[at], a, &script);
	const char *why = why_not(words->items[at], &script);

	if (why) {
		*out_refused = arena_printf(
			a,
			"%s is a script for a shell that no list of words can stand for: "
			"%s (\"%s\"); --keep-shell keeps the shell",
			name, why, SHOW(words->items[at]));
		return -1;
	}
	*words = joined(words, shell, &script.items[0], a);
	*ARENA_PUSH(a, notes) = arena_printf(a, "%s: shell form became exec form", name);
	return 1;
}

/* Behind a script CMD's words are the shell's $0, $1, which nothing plain uses. */
void settings_command(struct oci_config *config, struct arena *a, struct settings_notes *out_notes,
                      const char **out_refused)
{
	int done = exec_form(&config->entrypoint, "ENTRYPOINT", a, out_notes, out_refused);

	if (done < 0)
		return;
	if (done == 0)
		(void)exec_form(&config->cmd, "CMD", a, out_notes, out_refused); /* says why itself */
	else
		config->cmd = (struct strings){ 0 };
}
