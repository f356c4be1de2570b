/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/tags.c - `oakum tags NAME`: the tags of a repository, one a line, as the registry lists
 * them. */
#include "base/limits.h"
#include "cmd/network.h"
#include "cmd/output.h"
#include "cmd/status.h"

struct tags_flags {
	uint64_t timeout_ms;
	struct network_flags network;
};

static const struct flag flags[] = {
	{ 0, "timeout", "TIME", FLAG_TIME, offsetof(struct tags_flags, timeout_ms),
	  "give up after this (30s)" },
	{ 0 },
};

static int list(struct job *job, struct registry *registry, const char *name, err *e)
{
	struct strings tags = { 0 };
	struct reference ref;
	struct stream out;

	if (reference_parse(name, &job->arena, &ref, e) < 0 ||
	    registry_tags(registry, &ref, &job->arena, &tags, e) < 0)
		return -1;
	output_stdout(&out);
	for (size_t i = 0; i < tags.len; i++) {
		stream_show(&out, tags.items[i]);
		stream_puts(&out, "\n");
	}
	return stream_finish(&out, e) < 0 ? -1 : STATUS_DONE;
}

static int tags_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	const struct tags_flags *f = options;
	bytes name = bytes_str(operands->items[0]);
	struct registry_options o;
	struct registry *registry;
	uint64_t ms = f->timeout_ms ? f->timeout_ms : LIMIT_VERIFY_MS;

	if (network_prepare(job, &f->network, ms, operands->items[0], &o, e) < 0 ||
	    registry_open(&o, &registry, e) < 0)
		return -1;
	(void)bytes_take_prefix(&name, BYTES("docker://"));
	int status = list(job, registry, arena_str(&job->arena, name), e);

	registry_close(registry);
	return status;
}

const struct applet applet_tags = {
	.name = "tags",
	.brief = "list the tags of a repository",
	.operands = "NAME",
	.about = "Lists the tags that a registry has for a repository, one a line.",
	.operands_min = 1,
	.operands_max = 1,
	.flags = flags,
	.groups = { { &network_flag_group, offsetof(struct tags_flags, network) } },
	.options_size = sizeof(struct tags_flags),
	.examples = { { "oakum tags ghcr.io/team/shop", "every tag" },
	              { "oakum tags docker://debian | grep slim", "of Docker Hub, some of them" } },
	.run = tags_run,
};
