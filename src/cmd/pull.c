/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum pull NAME [DEST]` - an image out of a registry, into a layout unless told otherwise. */
#include "base/text.h"
#include "cmd/copying.h"
#include "oci/reference.h"

/* default_place(job, from, out, e): a layout in this folder, called as the repository. */
static int default_place(struct job *job, const struct target *from, struct target *out, err *e)
{
	struct reference ref;

	if (from->kind != TARGET_REGISTRY)
		return err_set(e, ERR_USAGE, 0, "'%s' is in no registry: say where it shall go",
		               SHOW(bytes_str(from->text)));
	if (reference_parse(from->tag, &job->arena, &ref, e) < 0)
		return -1;
	const char *slash = strrchr(ref.repository, '/'), *name = slash ? slash + 1 : ref.repository;

	*out = (struct target){ .kind = TARGET_LAYOUT, .path = name, .tag = ref.tag };
	out->text = arena_printf(&job->arena, *ref.tag ? "oci:%s:%s" : "oci:%s", name, ref.tag);
	return 0;
}

static int pull_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	struct target from, to;

	if (copying_source(job, operands->items[0], &from, e) < 0)
		return -1;
	if ((operands->len > 1 ? copying_destination(job, operands->items[1], &to, e)
	                       : default_place(job, &from, &to, e)) < 0)
		return -1;
	return copying_run(job, options, &from, &to, e);
}

const struct applet applet_pull = {
	.name = "pull",
	.brief = "an image out of a registry",
	.operands = "NAME [DEST]",
	.about =
		"Fetches an image as it is, digests included, and says where it went: without\n"
		"DEST into the layout oci:IMAGE:TAG here. What is there is not fetched again.",
	.operands_min = 1,
	.operands_max = 2,
	.flags = copying_flags,
	.options_size = sizeof(struct copying_flags),
	.groups = { { &network_flag_group, offsetof(struct copying_flags, network) } },
	.examples = { { "oakum pull --platform linux/arm64 debian:12", "into oci:debian:12" },
	              { "oakum pull ghcr.io/team/shop:1.2 docker-daemon:shop:1.2",
	                "into the local Docker or Podman" } },
	.run = pull_run,
};
