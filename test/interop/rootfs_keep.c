/* SPDX-License-Identifier: Apache-2.0 */
/* rootfs_keep STORE TARGET - what src/rootfs makes of an image:
 *
 *   layers FOLDER, lower NAME:NAME..., image DIGEST     a line each
 *   KIND TEXT    on standard error, status 1, when it failed */
#include "base/limits.h"
#include "oci/platform.h"
#include "rootfs/rootfs.h"

#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct arena a = ARENA_INIT;
	struct deadline deadline = deadline_in(LIMIT_TIME_MS);
	struct rootfs_options o = {
		.source = { .environment = environ, .tmp_dir = "/tmp" },
		.platform = platform_host(),
		.store = argv[1],
		.unpack = { .owners = geteuid() == 0, .userxattr = geteuid() != 0, .deadline = deadline },
	};
	struct rootfs rootfs;
	struct target target;
	err e = { 0 };

	o.source.registry.http.deadline = deadline;
	if (argc != 3)
		return 2;
	int status = target_parse(argv[2], &a, &target, &e);

	if (status == 0)
		status = rootfs_prepare(&target, &o, &a, &rootfs, &e);
	if (status < 0)
		fprintf(stderr, "%s %s\n", err_kind_name(e.kind), e.text);
	else
		printf("layers %s\nlower %s\nimage %s\n", rootfs.layers, rootfs.lower,
		       digest_size(&rootfs.image) > 0 ? DIGEST_TEXT(&rootfs.image) : "none");
	arena_done(&a);
	return status < 0;
}
