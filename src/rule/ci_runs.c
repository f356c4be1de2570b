/* SPDX-License-Identifier: Apache-2.0 */
/* "docker run" in the scripts of workflows: what would be a finding in a Compose file. */
#include "base/text.h"
#include "rule/ci.h"
#include "rule/compose_rules.h"

/* A flag with its value, "--pid=host" or "--pid host"; an empty value: the flag alone. */
static const struct {
	const char *flag, *value;
} risky[] = {
	{ "--privileged", "" },
	{ "--net", "host" },
	{ "--network", "host" },
	{ "--pid", "host" },
	{ "--ipc", "host" },
	{ "--uts", "host" },
	{ "--userns", "host" },
	{ "--cap-add", "ALL" },
	{ "--cap-add", "SYS_ADMIN" },
	{ "--security-opt", "seccomp=unconfined" },
	{ "--security-opt", "apparmor=unconfined" },
	{ "--security-opt", "seccomp:unconfined" },
};

static bool is_risky(const struct shell_command *c, size_t word)
{
	bytes text = c->words[word].text;

	for (size_t i = 0; i < sizeof(risky) / sizeof(*risky); i++) {
		bytes rest = text;

		if (!bytes_take_prefix(&rest, bytes_str(risky[i].flag)))
			continue;
		if (rest.n == 0 && (*risky[i].value == '\0' ||
		                    (word + 1 < c->len &&
		                     bytes_is(c->words[word + 1].text, risky[i].value))))
			return true;
		if (bytes_take_prefix(&rest, BYTES("=")) && *risky[i].value != '\0' &&
		    bytes_is(rest, risky[i].value))
			return true;
	}
	return bytes_search(text, BYTES("docker.sock:")) < text.n;
}

static void check_command(const struct ci_step *s, const struct shell_command *c)
{
	if (!ci_is_command(c, "docker run") && !ci_is_command(c, "podman run") &&
	    !ci_is_command(c, "docker create"))
		return;
	for (size_t w = c->program + 2; w < c->len; w++) {
		if (!is_risky(c, w))
			continue;
		const struct yaml_node *at = yaml_first(s->node);
		struct job_finding *f = job_find(s->in->job, &compose_rules[CP025], s->in->file,
		                                 at->key ? at->key->from : at->from, at->to);

		f->object = s->label;
		f->message = arena_printf(s->in->job->arena, "a container is run with %s",
		                          SHOW(c->words[w].text));
	}
}

void ci_check_runs(const struct ci_step *s)
{
	for (size_t i = 0; i < s->commands.len; i++)
		check_command(s, &s->commands.items[i]);
}
