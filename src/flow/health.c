/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/health.h"

static bool same_name(bytes a, bytes b)
{
	return bytes_equal(bytes_slice(a, 0, bytes_find(a, '=')),
	                   bytes_slice(b, 0, bytes_find(b, '=')));
}

static void set_variable(struct arena *a, struct strings *env, bytes variable)
{
	for (size_t i = 0; i < env->len; i++)
		if (same_name(env->items[i], variable)) {
			env->items[i] = variable;
			return;
		}
	*ARENA_PUSH(a, env) = variable;
}

/* Lists of h may be another's, too: they are copied. */
void health_apply(const struct health_options *o, const struct strings *program, struct arena *a,
                  struct hardening *h)
{
	struct strings args = { 0 }, env = { 0 };

	for (size_t i = 0; i < program->len; i++) /* as docker has it */
		*ARENA_PUSH(a, &args) = program->items[i];
	for (size_t i = 0; i < o->args.len; i++)
		*ARENA_PUSH(a, &args) = o->args.items[i];
	for (size_t i = 0; i < h->env.len; i++)
		*ARENA_PUSH(a, &env) = h->env.items[i];
	for (size_t i = 0; i < o->env.len; i++)
		set_variable(a, &env, o->env.items[i]);
	if (o->args.len > 0)
		h->args = args;
	h->env = env;
}

int health_run(const struct target *image, const struct health_options *o, struct arena *a,
               struct health_result *out, err *e)
{
	struct launch launch;

	if (launch_prepare(image, &o->launch, a, &launch, e) < 0)
		return -1;
	health_apply(o, &launch.rootfs.config.entrypoint, a, &launch.hardening);
	if (launch.hardening.args.len == 0)
		return err_set(e, ERR_FORMAT, 0, "the image names no program");
	launch.hardening.name = "oakum";
	const struct container_options container = launch_container(&launch);
	struct health_probe probe = o->probe;

	probe.environment = o->launch.host.environment;
	return health_watch(&container, &probe, a, out, e);
}
