/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/usage.h"

#include "cmd/output.h"

#include <stdio.h>

enum { FLAG_COLUMN = 30, COLUMNS = 80 };

void usage_overview(struct stream *out)
{
	stream_puts(out, "Usage: oakum COMMAND [flags] TARGET...\n\n"
	                 "Read a container image, say what is in it and what to mend.\n\nCommands:\n");
	for (size_t i = 0; applets[i]; i++)
		if (!applets[i]->unlisted)
			stream_printf(out, "  %-12s %s\n", applets[i]->name, applets[i]->brief);
	stream_puts(out,
	            "\nA target is an OCI layout (oci:DIR[:TAG]), an archive (oci-archive:FILE,\n"
	            "docker-archive:FILE) or a folder (rootfs:DIR); a path alone is recognised. Any\n"
	            "other name is asked for at the engines here and then at its registry\n"
	            "(docker-daemon:NAME, docker://NAME).\n\n"
	            "'oakum COMMAND --help' says more about a command.\n\nExamples:\n"
	            "  oakum audit image.tar\n"
	            "  oakum audit --format json oci:build/image:latest\n");
}

bool usage_family(const char *first, struct stream *out)
{
	const size_t n = strlen(first);
	bool any = false;

	for (size_t i = 0; applets[i]; i++) {
		if (strncmp(applets[i]->name, first, n) != 0 || applets[i]->name[n] != ' ')
			continue;
		if (!any && out)
			stream_printf(out, "Usage: oakum %s COMMAND [flags]\n\nCommands:\n", first);
		any = true;
		if (out)
			stream_printf(out, "  %-12s %s\n", applets[i]->name, applets[i]->brief);
	}
	return any;
}

static void put_flag(struct stream *out, const struct flag *f)
{
	char name[COLUMNS + 1];
	bool maybe = f->kind == FLAG_MAYBE;
	int n = snprintf(name, sizeof(name), "%s%c%s--%s%s%s%s", f->letter ? "-" : " ",
	                 f->letter ? f->letter : ' ', f->letter ? ", " : "  ", f->name,
	                 maybe      ? "[="
	                 : f->value ? " "
	                            : "",
	                 f->value ? f->value : "", maybe ? "]" : "");

	if (n + 4 + (int)strlen(f->brief) > COLUMNS && n >= FLAG_COLUMN - 3)
		stream_printf(out, "  %s\n", name); /* a long list speaks for itself */
	else if (n >= FLAG_COLUMN - 3)
		stream_printf(out, "  %s  %s\n", name, f->brief);
	else
		stream_printf(out, "  %-*s%s\n", FLAG_COLUMN - 2, name, f->brief);
}

/* Lines of a group's flags that a command's help has; the group's own page has all. */
#define GROUP_LINES 2

/* "Registries: --cacert, --mirror, 'oakum help network'.", broken at 80 columns. */
static void put_group(struct stream *out, const struct flag_group *group)
{
	char word[80];
	int column = snprintf(word, sizeof(word), "%s:", group->brief), lines = 1;

	stream_printf(out, "%s", word);
	for (const struct flag *f = group->flags; f->name && lines <= GROUP_LINES; f++) {
		int n = snprintf(word, sizeof(word), "--%s,", f->name);
		bool fits = column + 1 + n <= 79;

		lines += !fits;
		if (lines > GROUP_LINES)
			n = snprintf(word, sizeof(word), "...,");
		column = fits ? column + 1 + n : n;
		stream_printf(out, "%s%s", fits ? " " : "\n", word);
	}
	stream_printf(out, "%s'oakum help %s'.\n",
	              column + (int)strlen(group->name) + 15 > 79 ? "\n" : " ", group->name);
}

void usage_group(const struct flag_group *group, struct stream *out)
{
	stream_printf(out, "%s: flags that several commands share.\n\n", group->brief);
	for (const struct flag *f = group->flags; f->name; f++)
		put_flag(out, f);
}

static void put_examples(struct stream *out, const struct applet *applet)
{
	stream_puts(out, "\nExamples:\n");
	for (size_t i = 0; i < 2; i++)
		stream_printf(out, "  %s\n", applet->examples[i].command);
}

void usage_command(const struct applet *applet, struct stream *out)
{
	bool has_flags = applet->flags && applet->flags->name;

	stream_printf(out, "Usage: oakum %s [flags]%s%s\n\n%s\n", applet->name,
	              *applet->operands ? " " : "", applet->operands, applet->about);
	if (has_flags)
		stream_puts(out, "\n");
	for (const struct flag *f = applet->flags; f && f->name; f++)
		put_flag(out, f);
	for (size_t i = 0; i < APPLET_GROUPS && applet->groups[i].group; i++) {
		stream_puts(out, i == 0 ? "\n" : "");
		put_group(out, applet->groups[i].group);
	}
	stream_puts(out, "\nAlways: -q --quiet, -v --verbose, --log-format text|json, -h --help.\n");
	put_examples(out, applet);
}

int usage_print(struct job *job, const struct applet *applet, err *e)
{
	struct stream out;

	(void)job;
	output_stdout(&out);
	usage_command(applet, &out);
	return stream_finish(&out, e);
}
