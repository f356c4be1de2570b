/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum copy SOURCE DEST` - an image from one place to another, octet for octet: registries, OCI
 * layouts, archives, a local Docker or Podman. */
#include "cmd/copying.h"

static int copy_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	struct target from, to;

	if (copying_source(job, operands->items[0], &from, e) < 0 ||
	    copying_destination(job, operands->items[1], &to, e) < 0)
		return -1;
	return copying_run(job, options, &from, &to, e);
}

const struct applet applet_copy = {
	.name = "copy",
	.brief = "move an image between registries, layouts, archives",
	.operands = "SOURCE DEST",
	.about =
		"Copies an image as it is, every blob checked. DEST: NAME (in a registry),\n"
		"oci:FOLDER[:TAG], oci-archive:FILE, docker-archive:FILE, docker-daemon:NAME.",
	.operands_min = 2,
	.operands_max = 2,
	.flags = copying_flags,
	.options_size = sizeof(struct copying_flags),
	.groups = { { &network_flag_group, offsetof(struct copying_flags, network) } },
	.examples = { { "oakum copy --all --referrers ghcr.io/team/shop:1.2 registry.lan/shop:1.2",
	                "every platform with its signatures" },
	              { "oakum copy image.tar oci:layout:latest",
	                "what docker save wrote, as a layout" } },
	.run = copy_run,
};
