/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum db push FILE NAME` - the vulnerability database for a team, in its registry. */
#include "base/text.h"
#include "cmd/network.h"
#include "cmd/output.h"
#include "cmd/status.h"
#include "flow/db_update.h"

struct db_push_flags {
	uint64_t timeout_ms;
	bool allow_licence;
	struct network_flags network;
};

#define FIELD(name) offsetof(struct db_push_flags, name)
static const struct flag flags[] = {
	{ 0, "allow-licence", NULL, FLAG_SWITCH, FIELD(allow_licence),
	  "also where a feed's licence forbids passing it on" },
	{ 0, "timeout", "TIME", FLAG_TIME, FIELD(timeout_ms), "give up after this (1h)" },
	{ 0 },
};

static int db_push_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	const struct db_push_flags *f = options;
	bytes name = bytes_str(operands->items[1]);
	struct registry_options registry;
	struct reference ref;
	struct stream out;
	digest d;

	(void)bytes_take_prefix(&name, BYTES("docker://"));
	if (reference_parse(arena_str(&job->arena, name), &job->arena, &ref, e) < 0 ||
	    network_prepare(job, &f->network, f->timeout_ms, operands->items[1], &registry, e) < 0 ||
	    db_push(operands->items[0], &ref, &registry, f->allow_licence, &d, e) < 0)
		return -1;
	output_stdout(&out);
	stream_printf(&out, "%s %s\n", DIGEST_TEXT(&d), reference_text(&ref, &job->arena));
	return stream_finish(&out, e) < 0 ? -1 : STATUS_DONE;
}

const struct applet applet_db_push = {
	.name = "db push",
	.brief = "pass a vulnerability database on, in a registry",
	.operands = "FILE NAME",
	.about = "Checks the database and sends it as an artifact; its only layer is the file\n"
			 "(skopeo and oras copy it). 'oakum db update --from docker://NAME' fetches it,\n"
			 "and later only what changed. One that holds a feed whose licence forbids\n"
			 "passing it on is refused.",
	.operands_min = 2,
	.operands_max = 2,
	.flags = flags,
	.groups = { { &network_flag_group, FIELD(network) } },
	.options_size = sizeof(struct db_push_flags),
	.examples = { { "oakum db push vuln.db ghcr.io/team/vulnerabilities:1", "" },
	              { "oakum db push ~/.cache/oakum/vulnerabilities.db localhost:5000/vuln:1",
	                "the one in use" } },
	.run = db_push_run,
};
