/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum push SOURCE NAME` - an image into a registry. */
#include "base/text.h"
#include "cmd/copying.h"

static int push_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	const char *name = operands->items[1];
	struct target from, to;

	/* A folder of that name is not meant: push goes to registries only. */
	if (strncmp(name, "docker://", 9) != 0)
		name = arena_printf(&job->arena, "docker://%s", name);
	if (copying_source(job, operands->items[0], &from, e) < 0 ||
	    target_parse(name, &job->arena, &to, e) < 0)
		return -1;
	to.text = operands->items[1];
	return copying_run(job, options, &from, &to, e);
}

const struct applet applet_push = {
	.name = "push",
	.brief = "an image into a registry",
	.operands = "SOURCE NAME",
	.about =
		"Sends an image as it is, digests included. What the registry has is not\n"
		"sent, the tag comes last. Nothing is ever deleted.",
	.operands_min = 2,
	.operands_max = 2,
	.flags = copying_flags,
	.options_size = sizeof(struct copying_flags),
	.groups = { { &network_flag_group, offsetof(struct copying_flags, network) } },
	.examples = { { "oakum push oci:build/image:latest ghcr.io/team/shop:1.2", "a layout" },
	              { "oakum push docker-daemon:shop:dev localhost:5000/shop:dev",
	                "what the local Docker holds" } },
	.run = push_run,
};
