/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/health.h"

int health_run(const struct target *image, const struct health_options *o, struct arena *a,
               struct health_result *out, err *e)
{
	struct launch launch;

	if (launch_prepare(image, &o->launch, a, &launch, e) < 0)
		return -1;
	if (o->args.len > 0) /* behind its program, as docker has it */
		launch.hardening.args = launch.rootfs.config.entrypoint;
	for (size_t i = 0; i < o->args.len; i++)
		*ARENA_PUSH(a, &launch.hardening.args) = o->args.items[i];
	if (launch.hardening.args.len == 0)
		return err_set(e, ERR_FORMAT, 0, "the image names no program");
	launch.hardening.name = "oakum";
	const struct container_options container = launch_container(&launch);

	return health_watch(&container, &o->probe, o->launch.host.environment, a, out, e);
}
