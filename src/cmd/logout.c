/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/logout.c - `oakum logout [HOST]`: forget who we are at a registry. */
#include "cmd/message.h"
#include "cmd/status.h"
#include "net/credentials.h"
#include "oci/reference.h"

struct logout_flags {
	const char *authfile;
	bool all;
};

#define FIELD(name) offsetof(struct logout_flags, name)
static const struct flag flags[] = {
	{ 'a', "all", NULL, FLAG_SWITCH, FIELD(all), "every registry" },
	{ 0, "authfile", "FILE", FLAG_TEXT, FIELD(authfile),
	  "credentials (default: those of docker and podman)" },
	{ 0 },
};

static int logout_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	const struct logout_flags *f = options;
	struct credential_options from = { .environment = job->environment, .authfile = f->authfile };
	const char *host = NULL, *where;

	if (f->all && operands->len > 0)
		return err_set(e, ERR_USAGE, 0, "--all or a registry, not both");
	if (!f->all && reference_parse_host(operands->len > 0 ? operands->items[0] : "docker.io",
	                                    &job->arena, &host, e) < 0)
		return -1;
	struct credentials *c = credentials_open(&from);
	int status = credentials_forget(c, host, &where, e);

	if (status == 0)
		message_note(job, host, arena_printf(&job->arena, "logged out; taken out of %s", where));
	credentials_close(c);
	return status < 0 ? -1 : STATUS_DONE;
}

const struct applet applet_logout = {
	.name = "logout",
	.brief = "forget user and password of a registry",
	.operands = "[HOST]",
	.about = "Takes them out of docker's and podman's files, and out of the credential helper\n"
			 "that config.json names. Default: Docker Hub.",
	.operands_min = 0,
	.operands_max = 1,
	.flags = flags,
	.options_size = sizeof(struct logout_flags),
	.examples = { { "oakum logout ghcr.io", "one registry" },
	              { "oakum logout --all", "every registry that is named in a file" } },
	.run = logout_run,
};
