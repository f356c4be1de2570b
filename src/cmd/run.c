/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum run IMAGE [-- ARGS]` - the image's program, with nothing to spare. */
#include "base/text.h"
#include "cmd/message.h"
#include "cmd/network.h"
#include "cmd/output.h"
#include "flow/launch.h"
#include "oci/platform.h"
#include "runtime/bundle.h"
#include "runtime/forms.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#define STATUS_RUN_FAILED \
	125 /* as docker: 126 and 127 are about the program, the rest is its own */
#define STATUS_NO_PROGRAM 127

struct run_flags {
	const char *user, *print, *runtime, *name, *platform;
	struct texts tmpfs, without;
	uint64_t memory, timeout_ms;
	struct network_flags network;
};

#define FIELD(name) offsetof(struct run_flags, name)
static const struct flag flags[] = {
	{ 'u', "user", "UID[:GID]", FLAG_TEXT, FIELD(user), "who it runs as; root must be said (0)" },
	{ 0, "name", "NAME", FLAG_TEXT, FIELD(name), "the container's host name" },
	{ 0, "tmpfs", "PATH[:SIZE]", FLAG_LIST, FIELD(tmpfs), "one more folder to write to" },
	{ 'm', "memory", "SIZE", FLAG_SIZE, FIELD(memory), "at most so much (512MiB)" },
	{ 0, "print", "bundle|kubernetes|docker|compose", FLAG_CHOICE, FIELD(print),
	  "start nothing: say it in this form" },
	{ 0, "without", "LAYER", FLAG_LIST, FIELD(without), "leave a layer of defence out" },
	{ 0, "runtime", "PROGRAM", FLAG_TEXT, FIELD(runtime), "crun or runc" },
	{ 0, "platform", "OS/ARCH", FLAG_TEXT, FIELD(platform), "which image of an index" },
	{ 0 },
};

struct run {
	struct job *job;
	const struct run_flags *flags;
	struct launch launch;
	struct target target;
};

static int prepare(struct run *r, const char *image, err *e)
{
	const struct run_flags *f = r->flags;
	const char *tmp = job_env(r->job, "TMPDIR");
	struct launch_options o = {
		.rootfs = { .source = { .environment = r->job->environment,
		                        .tmp_dir = tmp && *tmp ? tmp : "/tmp" },
		            .platform = platform_host() },
		.host = { .runtime = f->runtime, .environment = r->job->environment },
	};

	if (target_parse(image, &r->job->arena, &r->target, e) < 0 ||
	    (f->platform &&
	     platform_parse(bytes_str(f->platform), &r->job->arena, &o.rootfs.platform, e) < 0) ||
	    network_prepare(r->job, &f->network, f->timeout_ms,
	                    r->target.kind == TARGET_REGISTRY ? r->target.text : NULL,
	                    &o.rootfs.source.registry, e) < 0)
		return -1;
	o.rootfs.unpack.deadline = o.rootfs.source.registry.http.deadline;
	return launch_prepare(&r->target, &o, &r->job->arena, &r->launch, e);
}

static int take_user(struct run *r, err *e)
{
	struct hardening *h = &r->launch.hardening;
	bytes rest = bytes_str(r->flags->user), uid;
	uint64_t number;

	if (!r->flags->user)
		return 0;
	(void)bytes_take_until(&rest, ':', &uid);
	if (!text_take_u64(uid, 10, UINT32_MAX - 1, &number))
		return err_set(e, ERR_USAGE, 0, "--user '%s': a number, or two with ':' between",
		               SHOW(bytes_str(r->flags->user)));
	h->uid = h->gid = (uint32_t)number;
	if (rest.n > 0 && !text_take_u64(rest, 10, UINT32_MAX - 1, &number))
		return err_set(e, ERR_USAGE, 0, "--user: a group is a number");
	h->gid = (uint32_t)number;
	return 0;
}

static int take_flags(struct run *r, const struct texts *operands, err *e)
{
	struct arena *a = &r->job->arena;
	struct hardening *h = &r->launch.hardening;

	h->name = r->flags->name ? r->flags->name : "oakum";
	h->image = operands->items[0];
	if (r->flags->memory > 0)
		h->memory = r->flags->memory;
	for (size_t i = 0; i < r->flags->without.len; i++) {
		enum defence d = defence_find(bytes_str(r->flags->without.items[i]));

		if (d == DEFENCES)
			return err_set(e, ERR_USAGE, 0, "--without '%s': no such layer",
			               SHOW(bytes_str(r->flags->without.items[i])));
		h->without |= 1U << d;
	}
	if (operands->len > 1) /* in place of the image's words, behind its program, as docker has it */
		h->args = r->launch.rootfs.config.entrypoint;
	for (size_t i = 1; i < operands->len; i++)
		*ARENA_PUSH(a, &h->args) = bytes_str(operands->items[i]);
	return take_user(r, e);
}

/* A form that cannot be told writes nothing. */
static int print(struct run *r, err *e)
{
	struct bundle_host host = { .root = "rootfs", .cgroup = "/oakum" };
	struct forms forms = { .hardening = &r->launch.hardening,
		                   .config = &r->launch.rootfs.config,
		                   .is_local = r->target.kind != TARGET_REGISTRY };
	const char *form = r->flags->print;
	struct stream out;
	int result = 0;

	forms.image = forms_image(&r->target, &r->launch.rootfs.image, &r->job->arena);
	output_stdout(&out);
	if (strcmp(form, "kubernetes") == 0)
		result = forms_kubernetes(&forms, &out, e);
	else if (strcmp(form, "docker") == 0)
		result = forms_docker(&forms, &out, e);
	else if (strcmp(form, "compose") == 0)
		result = forms_compose(&forms, &out, e);
	else
		bundle_write(&r->launch.hardening, &host, &out);
	return stream_finish(&out, result < 0 ? &(err){ 0 } : e) < 0 ? -1 : result;
}

static int start(struct run *r, int *out, err *e)
{
	struct container_options o = launch_container(&r->launch);
	struct container *container = NULL;

	if (container_start(&o, &container, e) < 0)
		return -1;
	int status = container_wait(container, NULL, out, e);

	container_stop(container);
	return status < 0 ? -1 : 0;
}

static int run_all(struct run *r, const struct texts *operands, int *out, err *e)
{
	if (prepare(r, operands->items[0], e) < 0 || take_flags(r, operands, e) < 0)
		return -1;
	if (r->launch.hardening.args.len == 0)
		return err_set(e, ERR_FORMAT, 0, "the image names no program (say one behind --)");
	return r->flags->print ? print(r, e) : start(r, out, e);
}

static int run_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	struct run r = { .job = job, .flags = options };
	int status = 0;

	if (run_all(&r, operands, &status, e) == 0)
		return status;
	if (e->kind == ERR_USAGE)
		return -1;
	message_error(job, operands->items[0], e);
	return e->kind == ERR_ABSENT ? STATUS_NO_PROGRAM : STATUS_RUN_FAILED;
}

const struct applet applet_run = {
	.name = "run",
	.brief = "an image's program, with nothing to spare",
	.unlisted = true,
	.operands = "IMAGE [-- ARGS...]",
	.about = "Starts the image's program with crun or runc: no root, no capability, a read-only\n"
			 "root, the default filter of system calls, its own network. Leaves nothing behind.",
	.operands_min = 1,
	.operands_max = UINT_MAX,
	.flags = flags,
	.groups = { { &network_flag_group, FIELD(network) } },
	.options_size = sizeof(struct run_flags),
	.examples = { { "oakum run oci:shop", "the program of the layout" },
	              { "oakum run --print kubernetes oci:shop", "the same, for a cluster" } },
	.run = run_run,
};
