/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum run IMAGE [-- ARGS]` - the image's program, with nothing to spare. */
#include "base/text.h"
#include "cmd/message.h"
#include "cmd/network.h"
#include "cmd/output.h"
#include "oci/platform.h"
#include "runtime/container.h"
#include "runtime/forms.h"
#include "sys/file.h"

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
	struct rootfs rootfs;
	struct hardening hardening;
	const char *store;
};

static int find_store(struct run *r, err *e)
{
	const char *data = job_env(r->job, "XDG_DATA_HOME"), *home = job_env(r->job, "HOME");

	if (geteuid() == 0)
		r->store = "/var/lib/oakum/run";
	else if (data && *data == '/')
		r->store = arena_printf(&r->job->arena, "%s/oakum/run", data);
	else if (home && *home == '/')
		r->store = arena_printf(&r->job->arena, "%s/.local/share/oakum/run", home);
	else
		return err_set(e, ERR_USAGE, 0, "there is no home folder: set XDG_DATA_HOME");
	return 0;
}

static int prepare_root(struct run *r, const char *image, err *e)
{
	const struct run_flags *f = r->flags;
	const char *tmp = job_env(r->job, "TMPDIR");
	struct rootfs_options o = {
		.source = { .environment = r->job->environment, .tmp_dir = tmp && *tmp ? tmp : "/tmp" },
		.platform = platform_host(),
		.store = r->store,
		.unpack = { .owners = geteuid() == 0, .userxattr = geteuid() != 0 },
	};
	struct target target;

	if (target_parse(image, &r->job->arena, &target, e) < 0 ||
	    (f->platform &&
	     platform_parse(bytes_str(f->platform), &r->job->arena, &o.platform, e) < 0) ||
	    network_prepare(r->job, &f->network, f->timeout_ms,
	                    target.kind == TARGET_REGISTRY ? target.text : NULL, &o.source.registry,
	                    e) < 0)
		return -1;
	o.unpack.deadline = o.source.registry.http.deadline;
	return rootfs_prepare(&target, &o, &r->job->arena, &r->rootfs, e);
}

static int take_user(struct run *r, err *e)
{
	struct hardening *h = &r->hardening;
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
	struct hardening *h = &r->hardening;

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
		h->args = r->rootfs.config.entrypoint;
	for (size_t i = 1; i < operands->len; i++)
		*ARENA_PUSH(a, &h->args) = bytes_str(operands->items[i]);
	return take_user(r, e);
}

static int print(struct run *r, err *e)
{
	struct bundle_host host = { .root = "rootfs", .cgroup = "/oakum" };
	const char *form = r->flags->print;
	struct stream out;

	output_stdout(&out);
	if (strcmp(form, "kubernetes") == 0)
		forms_kubernetes(&r->hardening, &out);
	else if (strcmp(form, "docker") == 0)
		forms_docker(&r->hardening, &out);
	else if (strcmp(form, "compose") == 0)
		forms_compose(&r->hardening, &out);
	else
		bundle_write(&r->hardening, &host, &out);
	return stream_finish(&out, e);
}

static int find_runtime(struct run *r, struct container_options *out, err *e)
{
	static const char *const places[] = { "/usr/bin/crun", "/usr/sbin/runc", "/usr/bin/runc" };

	out->runtime = r->flags->runtime;
	for (size_t i = 0; !out->runtime && i < sizeof(places) / sizeof(*places); i++)
		if (access(places[i], X_OK) == 0)
			out->runtime = places[i];
	if (!out->runtime)
		return err_set(e, ERR_ABSENT, 0, "no OCI runtime: install crun or runc");
	out->is_crun = strstr(out->runtime, "crun") != NULL;
	return 0;
}

static int start(struct run *r, int *out, err *e)
{
	struct container_options o = { .hardening = &r->hardening,
		                           .rootfs = &r->rootfs,
		                           .as_user = geteuid() != 0,
		                           .has_cgroups = geteuid() == 0 };

	o.place = arena_printf(&r->job->arena, "%s/stage", r->store);
	o.id = arena_printf(&r->job->arena, "%d-%llu", (int)getpid(),
	                    (unsigned long long)r->job->clock_ns);
	if (find_runtime(r, &o, e) < 0 || file_make_dirs(o.place, 0700, e) < 0)
		return -1;
	return container_run(&o, out, e);
}

static int run_all(struct run *r, const struct texts *operands, int *out, err *e)
{
	if (find_store(r, e) < 0 || prepare_root(r, operands->items[0], e) < 0 ||
	    hardening_of(&r->rootfs.config, r->rootfs.accounts, &r->job->arena, &r->hardening, e) < 0 ||
	    take_flags(r, operands, e) < 0)
		return -1;
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
