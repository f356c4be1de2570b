/* SPDX-License-Identifier: Apache-2.0 */
/* Man pages, in the macros of man(7) that groff and mandoc share. */
#include "cmd/options.h"
#include "cmd/usage.h"

#include <stdio.h>

/* In roff a backslash begins an escape, a hyphen may become a typographic one, and a line that
 * begins with a dot or an apostrophe is a request. */
static void put_roff(struct stream *out, const char *text)
{
	bool at_line = true;

	for (const char *c = text; *c; c++) {
		if (at_line && (*c == '.' || *c == '\''))
			stream_puts(out, "\\&");
		if (*c == '\\')
			stream_puts(out, "\\e");
		else if (*c == '-')
			stream_puts(out, "\\-");
		else
			stream_put(out, bytes_of(c, 1));
		at_line = *c == '\n';
	}
}

static void put_line(struct stream *out, const char *request, const char *text)
{
	stream_printf(out, "%s ", request);
	put_roff(out, text);
	stream_puts(out, "\n");
}

static void put_title(struct stream *out, const char *name)
{
	stream_puts(out, ".TH ");
	for (const char *c = name; *c; c++) {
		char upper = *c >= 'a' && *c <= 'z' ? (char)(*c - 32) : *c;

		stream_put(out, bytes_of(&upper, 1));
	}
	stream_printf(out, " 1 \"\" \"oakum %s\" \"Oakum\"\n", OAKUM_VERSION);
}

static void put_flag(struct stream *out, const struct flag *f)
{
	struct env_name env;

	stream_puts(out, ".TP\n.B ");
	if (f->letter)
		stream_printf(out, "\\-%c, ", f->letter);
	put_roff(out, "--");
	put_roff(out, f->name);
	if (f->value) {
		stream_puts(out, f->kind == FLAG_MAYBE ? "[=\\fI" : " \\fI");
		put_roff(out, f->value);
		stream_puts(out, f->kind == FLAG_MAYBE ? "\\fR]" : "\\fR");
	}
	stream_puts(out, "\n");
	put_roff(out, f->brief);
	stream_printf(out, "\n(environment:\n.BR %s )\n", options_env_name(f, &env));
}

static void put_status(struct stream *out)
{
	static const struct {
		const char *code, *says;
	} rows[] = {
		{ "0", "done, nothing above the gate" },
		{ "1", "findings above the gate (--exit-code N renames it)" },
		{ "2", "the command line is wrong" },
		{ "3", "could not do it, wholly or for one of several targets" },
		{ "4", "verification failed: a signature or attestation does not hold" },
		{ "5", "nothing to verify" },
		{ "6", "could not see everything, and --fail-on-gap was given" },
		{ "7", "end of life, and --exit-on-eol was given" },
	};

	stream_puts(out, ".SH EXIT STATUS\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		stream_printf(out, ".TP\n.B %s\n", rows[i].code);
		put_roff(out, rows[i].says);
		stream_puts(out, "\n");
	}
	stream_puts(out, ".PP\nWhere several apply the first of 3, 4, 5, 7, 6, 1 is given.\n");
}

void manual_command(const struct applet *applet, struct stream *out)
{
	char name[64];

	snprintf(name, sizeof(name), "oakum-%s", applet->name);
	for (char *c = name; *c; c++)
		*c = *c == ' ' ? '-' : *c;
	put_title(out, name);
	stream_puts(out, ".SH NAME\n");
	put_roff(out, name);
	stream_printf(out, " \\- %s\n.SH SYNOPSIS\n.B oakum %s\n[flags]\n.I %s\n.SH DESCRIPTION\n",
	              applet->brief, applet->name, applet->operands);
	put_roff(out, applet->about);
	stream_puts(out, "\n.SH OPTIONS\n");
	for (size_t i = 0; applet_flag(applet, i, NULL); i++)
		put_flag(out, applet_flag(applet, i, NULL));
	put_status(out);
	stream_puts(out, ".SH EXAMPLES\n");
	for (size_t i = 0; i < 2; i++) {
		put_line(out, ".TP\n.B", applet->examples[i].command);
		put_roff(out, applet->examples[i].says);
		stream_puts(out, "\n");
	}
	stream_puts(out, ".SH SEE ALSO\n.BR oakum (1)\n");
}

static void put_environment(struct stream *out)
{
	static const struct {
		const char *name, *says;
	} rows[] = {
		{ "OAKUM_FLAG", "every flag of every command, in upper case, with _ for -" },
		{ "SOURCE_DATE_EPOCH", "the day a report is made for, in seconds since 1970" },
		{ "NO_COLOR", "no colours when it is not empty" },
		{ "XDG_CACHE_HOME", "where the cache lies, in the folder oakum; else ~/.cache" },
		{ "TMPDIR", "where large files are set aside; else /tmp" },
	};

	stream_puts(out, ".SH ENVIRONMENT\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		stream_printf(out, ".TP\n.B %s\n", rows[i].name);
		put_roff(out, rows[i].says);
		stream_puts(out, "\n");
	}
}

void manual_overview(struct stream *out)
{
	put_title(out, "oakum");
	stream_puts(out, ".SH NAME\noakum \\- look into container images\n.SH SYNOPSIS\n.B oakum\n"
	                 ".I COMMAND\n[flags]\n.IR TARGET ...\n.SH DESCRIPTION\n"
	                 "Reads container images, says what is in them and what to mend.\n"
	                 ".SH COMMANDS\n");
	for (size_t i = 0; applets[i]; i++) {
		const char *second = applet_second(applets[i]);

		stream_printf(out, ".TP\n.BR oakum\\-%.*s", (int)strcspn(applets[i]->name, " "),
		              applets[i]->name);
		stream_printf(out, "%s%s (1)\n", second ? "\\-" : "", second ? second : "");
		put_roff(out, applets[i]->brief);
		stream_puts(out, "\n");
	}
	stream_puts(out, ".SH TARGETS\n");
	put_roff(out, "oci:DIR[:TAG] an OCI image layout, oci-archive:FILE[:TAG] one in a tar file, "
	              "docker-archive:FILE[:REF] what docker save wrote, rootfs:DIR a folder that is a "
	              "root file system. A path without a prefix is recognised by what it is. "
	              "docker://NAME is an image in a registry, docker-daemon:NAME one that a local "
	              "Docker or Podman holds; a name without a prefix is asked for in the order of "
	              "--image-src.\n");
	put_environment(out);
	put_status(out);
}
