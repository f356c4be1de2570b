/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum completion SHELL` - a completion script made from the table of commands. */
#include "base/text.h"
#include "cmd/output.h"

/* -- what all three shells need --------------------------------------------------------------- */

static void put_commands(struct stream *out)
{
	for (size_t i = 0; applets[i]; i++)
		if (!applet_second(applets[i]))
			stream_printf(out, "%s%s", i ? " " : "", applets[i]->name);
}

/* The second words that may follow this one. */
static void put_seconds(struct stream *out, const struct applet *applet)
{
	size_t n = strlen(applet->name);

	for (size_t i = 0; applets[i]; i++)
		if (applet_second(applets[i]) && strncmp(applets[i]->name, applet->name, n) == 0 &&
		    applets[i]->name[n] == ' ')
			stream_printf(out, "%s ", applet_second(applets[i]));
}

static bool has_seconds(const struct applet *applet)
{
	size_t n = strlen(applet->name);

	for (size_t i = 0; applets[i]; i++)
		if (strncmp(applets[i]->name, applet->name, n) == 0 && applets[i]->name[n] == ' ')
			return true;
	return false;
}

static void put_choices(struct stream *out, const struct flag *f)
{
	for (const char *c = f->value; *c; c++)
		stream_puts(out, *c == '|' ? " " : (char[]){ *c, '\0' });
}

/* -- bash ------------------------------------------------------------------------------------- */

static void put_bash_applet(struct stream *out, const struct applet *applet)
{
	const struct flag *f;

	stream_printf(out, "\t'%s%s)\n\t\tseconds='", applet->name,
	              applet_second(applet) ? "'" : " '*");
	put_seconds(out, applet);
	stream_puts(out, "'\n\t\tcase $before in\n");
	for (size_t i = 0; (f = applet_flag(applet, i, NULL)); i++) {
		if (f->kind != FLAG_CHOICE)
			continue;
		stream_printf(out, "\t\t--%s) mapfile -t COMPREPLY < <(compgen -W '", f->name);
		put_choices(out, f);
		stream_puts(out, "' -- \"$word\"); return ;;\n");
	}
	stream_puts(out, "\t\tesac\n\t\tflags='");
	for (size_t i = 0; (f = applet_flag(applet, i, NULL)); i++)
		stream_printf(out, "%s--%s", i ? " " : "", f->name);
	stream_puts(out, "' ;;\n");
}

static void put_bash(struct stream *out)
{
	stream_puts(out, "# bash completion for oakum; made by 'oakum completion bash'\n"
	                 "_oakum() {\n"
	                 "\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} "
	                 "flags= seconds=\n"
	                 "\tif ((COMP_CWORD == 1)); then\n"
	                 "\t\tmapfile -t COMPREPLY < <(compgen -W '");
	put_commands(out);
	stream_puts(
		out,
		"' -- \"$word\")\n\t\treturn\n\tfi\n\tcase \"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" in\n");
	for (size_t i = 0; applets[i]; i++)
		if (applet_second(applets[i]))
			put_bash_applet(out, applets[i]);
	for (size_t i = 0; applets[i]; i++)
		if (!applet_second(applets[i]))
			put_bash_applet(out, applets[i]);
	stream_puts(out, "\tesac\n"
	                 "\tif [[ $word == -* ]]; then\n"
	                 "\t\tmapfile -t COMPREPLY < <(compgen -W \"$flags\" -- \"$word\")\n"
	                 "\telse\n"
	                 "\t\t((COMP_CWORD == 2)) || seconds=\n"
	                 "\t\tmapfile -t COMPREPLY < <(compgen -W \"$seconds\" -- \"$word\"; "
	                 "compgen -f -- \"$word\")\n"
	                 "\tfi\n"
	                 "}\n"
	                 "complete -o filenames -F _oakum oakum\n");
}

/* -- zsh -------------------------------------------------------------------------------------- */

/* Inside '…[text]' of _arguments a bracket or a colon would end the text. */
static void put_zsh_text(struct stream *out, const char *text)
{
	for (const char *c = text; *c; c++) {
		if (*c == '[' || *c == ']' || *c == ':')
			stream_puts(out, "\\");
		stream_puts(out, *c == '\'' ? "’" : (char[]){ *c, '\0' });
	}
}

static void put_zsh_applet(struct stream *out, const struct applet *applet)
{
	const struct flag *f;

	stream_printf(
		out, applet_second(applet) ? "\t'%s')\n\t\tshift words; ((CURRENT--))\n" : "\t'%s '*)\n",
		applet->name);
	stream_puts(out, "\t\t_arguments \\\n");
	for (size_t i = 0; (f = applet_flag(applet, i, NULL)); i++) {
		bool again = f->kind == FLAG_LIST || f->kind == FLAG_WORDS;

		stream_printf(out, "\t\t\t'%s--%s[", again ? "*" : "", f->name);
		put_zsh_text(out, f->brief);
		stream_puts(out, "]");
		if (f->kind == FLAG_CHOICE) {
			stream_puts(out, ":value:(");
			put_choices(out, f);
			stream_puts(out, ")");
		} else if (f->kind != FLAG_SWITCH && f->kind != FLAG_MAYBE) {
			stream_puts(out, ":value:_files");
		}
		stream_puts(out, "' \\\n");
	}
	stream_puts(out, has_seconds(applet) ? "\t\t\t'*:target:{compadd -- " : "\t\t\t'*:target:");
	put_seconds(out, applet);
	stream_puts(out, has_seconds(applet) ? "; _files}' ;;\n" : "_files' ;;\n");
}

static void put_zsh(struct stream *out)
{
	stream_puts(out, "#compdef oakum\n# made by 'oakum completion zsh'\n_oakum() {\n"
	                 "\tif ((CURRENT == 2)); then\n\t\tlocal -a commands=(\n");
	for (size_t i = 0; applets[i]; i++) {
		if (applet_second(applets[i]))
			continue;
		stream_printf(out, "\t\t\t'%s:", applets[i]->name);
		put_zsh_text(out, applets[i]->brief);
		stream_puts(out, "'\n");
	}
	stream_puts(out, "\t\t)\n\t\t_describe command commands\n\t\treturn\n\tfi\n"
	                 "\tlocal command=$words[2]\n\tshift words\n\t((CURRENT--))\n"
	                 "\tcase \"$command $words[2]\" in\n");
	for (size_t i = 0; applets[i]; i++)
		if (applet_second(applets[i]))
			put_zsh_applet(out, applets[i]);
	for (size_t i = 0; applets[i]; i++)
		if (!applet_second(applets[i]))
			put_zsh_applet(out, applets[i]);
	stream_puts(out, "\tesac\n}\n"
	                 "if [ \"$funcstack[1]\" = _oakum ]; then _oakum \"$@\"; else compdef _oakum "
	                 "oakum; fi\n");
}

/* -- fish ------------------------------------------------------------------------------------- */

static void put_fish_text(struct stream *out, const char *text)
{
	stream_puts(out, " -d '");
	for (const char *c = text; *c; c++)
		stream_puts(out, *c == '\'' ? "\\'" : (char[]){ *c, '\0' });
	stream_puts(out, "'\n");
}

static void put_fish_seen(struct stream *out, const struct applet *applet)
{
	const char *second = applet_second(applet);

	stream_printf(out, "complete -c oakum -n '__fish_seen_subcommand_from %.*s",
	              (int)strcspn(applet->name, " "), applet->name);
	if (second)
		stream_printf(out, "; and __fish_seen_subcommand_from %s", second);
	stream_puts(out, "'");
}

/* A second word is offered behind the first one. */
static void put_fish_command(struct stream *out, const struct applet *applet)
{
	const char *second = applet_second(applet);

	if (second)
		stream_printf(out, "complete -c oakum -n '__fish_seen_subcommand_from %.*s' -a %s",
		              (int)strcspn(applet->name, " "), applet->name, second);
	else
		stream_printf(out, "complete -c oakum -n __fish_use_subcommand -f -a %s", applet->name);
	put_fish_text(out, applet->brief);
}

static void put_fish_flag(struct stream *out, const struct applet *applet, const struct flag *f)
{
	put_fish_seen(out, applet);
	stream_printf(out, " -l %s", f->name);
	if (f->letter)
		stream_printf(out, " -s %c", f->letter);
	if (f->kind == FLAG_CHOICE) {
		stream_puts(out, " -x -a '");
		put_choices(out, f);
		stream_puts(out, "'");
	} else if (f->kind != FLAG_SWITCH && f->kind != FLAG_MAYBE) {
		stream_puts(out, " -r");
	}
	put_fish_text(out, f->brief);
}

static void put_fish(struct stream *out)
{
	const struct flag *f;

	stream_puts(out, "# fish completion for oakum; made by 'oakum completion fish'\n");
	for (size_t i = 0; applets[i]; i++) {
		put_fish_command(out, applets[i]);
		for (size_t k = 0; (f = applet_flag(applets[i], k, NULL)); k++)
			put_fish_flag(out, applets[i], f);
	}
}

static int completion_run(struct job *job, const void *options, const struct texts *operands,
                          err *e)
{
	static const struct {
		const char *shell;
		void (*put)(struct stream *out);
	} shells[] = { { "bash", put_bash }, { "zsh", put_zsh }, { "fish", put_fish } };
	struct stream out;

	(void)job;
	(void)options;
	for (size_t i = 0; i < 3; i++) {
		if (strcmp(operands->items[0], shells[i].shell) != 0)
			continue;
		output_stdout(&out);
		shells[i].put(&out);
		return stream_finish(&out, e);
	}
	return err_set(e, ERR_USAGE, 0, "there is completion for bash, zsh and fish, not for '%s'",
	               SHOW(bytes_str(operands->items[0])));
}

const struct applet applet_completion = {
	.name = "completion",
	.brief = "print a completion script for a shell",
	.operands = "bash|zsh|fish",
	.about = "Prints a script that completes commands and flags in the shell it is read by.",
	.operands_min = 1,
	.operands_max = 1,
	.examples = { { "source <(oakum completion bash)", "for this shell" },
	              { "oakum completion fish > ~/.config/fish/completions/oakum.fish", "for good" } },
	.run = completion_run,
};
