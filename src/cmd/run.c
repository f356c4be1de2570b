/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum run IMAGE [ARGS]` - the image's program, with nothing to spare. */
#include "base/text.h"
#include "cmd/message.h"
#include "cmd/network.h"
#include "cmd/output.h"
#include "cmd/run_policy.h"
#include "cmd/run_streams.h"
#include "cmd/run_terminal.h"
#include "cmd/starting.h"
#include "confine/bundle.h"
#include "confine/forms.h"
#include "oci/platform.h"

#include <limits.h>
#include <stddef.h>

/* As docker: 125 is ours, these are about the program, every other status is its own. */
#define STATUS_RUN_FAILED 125
#define STATUS_NOT_STARTED 126
#define STATUS_NO_PROGRAM 127

struct run_flags {
	const char *print, *platform;
	struct texts without;
	bool interactive, terminal;
	struct run_policy_flags policy;
	struct starting_flags starting;
	struct network_flags network;
};

#define FIELD(name) offsetof(struct run_flags, name)
static const struct flag flags[] = {
	{ 'i', "interactive", NULL, FLAG_SWITCH, FIELD(interactive), "it reads our standard input" },
	{ 't', "tty", NULL, FLAG_SWITCH, FIELD(terminal), "it has a terminal: ours" },
	{ 0, "print", "bundle|kubernetes|docker|compose", FLAG_CHOICE, FIELD(print),
	  "start nothing: say it in this form" },
	{ 0, "without", "LAYER", FLAG_LIST, FIELD(without), "leave a layer out, or all of them" },
	{ 0, "policy", "FILE", FLAG_TEXT, FIELD(policy.file),
	  "the image must meet it (./oakum-policy.yaml)" },
	{ 0, "insecure-skip-policy", NULL, FLAG_SWITCH, FIELD(policy.skip), "it need not" },
	{ 0, "platform", "OS/ARCH", FLAG_TEXT, FIELD(platform), "which image of an index" },
	{ 0 },
};

struct run {
	struct job *job;
	const struct run_flags *flags;
	struct launch launch;
	struct target target;
};

/* -- the image --------------------------------------------------------------------------------- */

/* What the policy judged is what is unpacked: the target names its digest from then on. */
static int prepare(struct run *r, const char *image, err *e)
{
	const struct run_flags *f = r->flags;
	struct launch_options o = {
		.rootfs = { .source = { .environment = r->job->environment,
		                        .tmp_dir = job_tmp(r->job) },
		            .platform = platform_host() },
		.host = starting_host(r->job, &f->starting),
	};

	o.host.elsewhere = f->print != NULL;
	if (run_policy_target(r->job, &f->policy, image, &r->target, e) < 0 ||
	    (f->platform &&
	     platform_parse(bytes_str(f->platform), &r->job->arena, &o.rootfs.platform, e) < 0) ||
	    network_prepare(r->job, &f->network, 0,
	                    r->target.kind == TARGET_REGISTRY ? r->target.text : NULL,
	                    &o.rootfs.source.registry, e) < 0 ||
	    run_policy_judge(r->job, &f->policy, &o.rootfs.source.registry, &r->target, e) < 0)
		return -1;
	o.rootfs.unpack.deadline = o.rootfs.source.registry.http.deadline;
	return launch_prepare(&r->target, &o, &r->job->arena, &r->launch, e);
}

static int leave_out(struct run *r, err *e)
{
	const struct texts *without = &r->flags->without;

	for (size_t i = 0; i < without->len; i++) {
		bytes name = bytes_str(without->items[i]);
		enum defence d = defence_find(name);

		if (bytes_is(name, "all"))
			hardening_leave_out(&r->launch.hardening, (1U << DEFENCES) - 1);
		else if (d < DEFENCES)
			hardening_leave_out(&r->launch.hardening, 1U << d);
		else
			return err_set(e, ERR_USAGE, 0, "--without '%s': no such layer (doc/run.md)",
			               SHOW(name));
	}
	return 0;
}

static int take_flags(struct run *r, const struct texts *operands, err *e)
{
	const struct texts words = { operands->items + 1, operands->len - 1, 0 };
	struct hardening *h = &r->launch.hardening;

	h->image = operands->items[0];
	h->terminal = r->flags->terminal;
	return leave_out(r, e) < 0 ? -1
	                           : starting_apply(r->job, &r->flags->starting, &words, &r->launch, e);
}

/* In a bundle a secret is a file like another. */
static void bind_secrets(struct run *r)
{
	struct hardening *h = &r->launch.hardening;

	for (size_t i = 0; i < h->secrets.len; i++)
		*ARENA_PUSH(&r->job->arena, &h->binds) = (struct hardening_bind){
			h->secrets.items[i].file,
			arena_printf(&r->job->arena, "/run/secrets/%s", h->secrets.items[i].id),
		};
}

/* A form that cannot be told writes nothing. */
static int print(struct run *r, err *e)
{
	struct bundle_host host = { .root = "rootfs",
		                        .cgroup = "",
		                        .user_namespace = r->launch.host.user_namespace,
		                        .id_base = r->launch.host.id_base,
		                        .ids = r->launch.host.ids };
	struct forms forms = { .hardening = &r->launch.hardening,
		                   .config = &r->launch.rootfs.config,
		                   .is_local = r->target.kind != TARGET_REGISTRY,
		                   .user_namespace = r->launch.host.user_namespace,
		                   .seccomp = r->flags->starting.seccomp };
	const char *form = r->flags->print;
	struct stream out;
	int result = 0;

	if (forms_secrets(&r->launch.hardening, &r->job->arena, e) < 0)
		return -1;
	forms.image = forms_image(&r->target, &r->launch.rootfs.image, &r->job->arena);
	output_stdout(&out);
	if (strcmp(form, "kubernetes") == 0)
		result = forms_kubernetes(&forms, &out, e);
	else if (strcmp(form, "docker") == 0)
		result = forms_docker(&forms, &out, e);
	else if (strcmp(form, "compose") == 0)
		result = forms_compose(&forms, &out, e);
	else {
		bind_secrets(r);
		bundle_write(&r->launch.hardening, &host, &out);
	}
	return stream_finish(&out, result < 0 ? &(err){ 0 } : e) < 0 ? -1 : result;
}

/* -- the container ------------------------------------------------------------------------------
 * */

/* run_container(o, e): the program's status, or one of ours with *e set. */
static int run_container(const struct container_options *o, err *e)
{
	struct container *container = NULL;
	int status = STATUS_RUN_FAILED;

	if (container_start(o, &container, e) < 0)
		return e->kind == ERR_ABSENT  ? STATUS_NO_PROGRAM
		       : e->kind == ERR_USAGE ? STATUS_NOT_STARTED
		                              : STATUS_RUN_FAILED;
	(void)container_wait(container, NULL, &status, e); /* a failure leaves the status as it is */
	container_stop(container);
	return status;
}

static int start(struct run *r, const char *image, err *e)
{
	struct container_options o = launch_container(&r->launch);
	enum run_streams_kind kind = r->flags->terminal      ? RUN_STREAMS_TERMINAL
	                             : r->flags->interactive ? RUN_STREAMS_ALL
	                                                     : RUN_STREAMS_OUT;
	struct run_terminal terminal = RUN_TERMINAL_NONE;
	struct run_streams streams = RUN_STREAMS_NONE;
	err late = { 0 };

	starting_notes(r->job, image, &r->launch);
	if (kind == RUN_STREAMS_OUT)
		o.streams[0] = CONTAINER_NOTHING;
	if ((r->flags->terminal && run_terminal_keep(&terminal, e) < 0) ||
	    run_streams_part(&streams, kind, e) < 0) {
		run_terminal_restore(&terminal);
		return -1;
	}
	int status = run_container(&o, e);

	run_terminal_restore(&terminal);
	if (run_streams_join(&streams, &late) == 0 || err_is_set(e))
		return status;
	*e = late;
	return status == 0 ? STATUS_RUN_FAILED : status;
}

/* docker's -v /data:/data is our --verbose and an image with a strange name. */
static int refuse_volume(const struct job *job, const char *image, err *e)
{
	if (!job->verbose || !strchr("/.~", *image) || !strchr(image, ':'))
		return 0;
	return err_set(e, ERR_USAGE, 0,
	               "-v is --verbose here: volumes are not offered (doc/run.md; --tmpfs, --secret)");
}

static int run_all(struct run *r, const struct texts *operands, err *e)
{
	if (refuse_volume(r->job, operands->items[0], e) < 0 || prepare(r, operands->items[0], e) < 0 ||
	    take_flags(r, operands, e) < 0)
		return -1;
	return r->flags->print ? print(r, e) : start(r, operands->items[0], e);
}

static int run_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	struct run r = { .job = job, .flags = options };
	int status = run_all(&r, operands, e);

	if (!err_is_set(e))
		return status;
	message_error(job, operands->items[0], e);
	return status < 0 ? STATUS_RUN_FAILED : status;
}

const struct applet applet_run = {
	.name = "run",
	.brief = "start an image's program, with nothing to spare",
	.operands = "IMAGE [ARGS...]",
	.has_program = true,
	.about = "Starts it by crun or runc: no root, no capability, nothing to write to.",
	.operands_min = 1,
	.operands_max = UINT_MAX,
	.flags = flags,
	.groups = { { &starting_flag_group, FIELD(starting) },
	            { &network_flag_group, FIELD(network) } },
	.options_size = sizeof(struct run_flags),
	.examples = { { "oakum run -p 8080:8080 oci:shop", "the program of the layout, published" },
	              { "oakum run --print kubernetes oci:shop", "the same, for a cluster" } },
	.run = run_run,
	.failed = STATUS_RUN_FAILED,
};
