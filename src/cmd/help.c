/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum help [COMMAND]` - the list of commands, the help of one, or of a group of flags that
 * several share; --man gives it as a man page. */
#include "base/text.h"
#include "cmd/output.h"
#include "cmd/usage.h"

struct help_options {
	bool man;
};

static const struct flag flags[] = {
	{ 0, "man", NULL, FLAG_SWITCH, offsetof(struct help_options, man), "as a man page, in roff" },
	{ 0 },
};

static void print(const struct applet *applet, bool man, struct stream *out)
{
	if (applet && man)
		manual_command(applet, out);
	else if (applet)
		usage_command(applet, out);
	else if (man)
		manual_overview(out);
	else
		usage_overview(out);
}

static int help_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	const struct help_options *o = options;
	const char *words[] = { "oakum", NULL, NULL };
	struct stream out;
	size_t taken;

	(void)job;
	for (size_t i = 0; i < operands->len; i++)
		words[i] = operands->items[i];
	const char *name = words[0];
	const struct applet *applet = applet_choose(words, &taken);
	const struct flag_group *group = group_find(name);

	if (taken < operands->len)
		return err_set(e, ERR_USAGE, 0, "there is no command '%s %s'; 'oakum help' lists them",
		               SHOW(bytes_str(name)), SHOW(bytes_str(words[1])));
	bool family = !applet && !group && usage_family(name, NULL);

	if (!applet && !group && !family && strcmp(name, "oakum") != 0)
		return err_set(e, ERR_USAGE, 0, "there is no command '%s'; 'oakum help' lists them",
		               SHOW(bytes_str(name)));
	output_stdout(&out);
	if (group)
		usage_group(group, &out);
	else if (family)
		(void)usage_family(name, &out);
	else
		print(applet, o->man, &out);
	return stream_finish(&out, e);
}

const struct applet applet_help = {
	.name = "help",
	.brief = "list the commands, or explain one",
	.operands = "[COMMAND]",
	.about = "Lists the commands, or shows the help of one.",
	.operands_max = 2,
	.flags = flags,
	.options_size = sizeof(struct help_options),
	.examples = { { "oakum help audit", "what audit does and its flags" },
	              { "oakum help --man audit | man -l -", "the same as a man page" } },
	.run = help_run,
};
