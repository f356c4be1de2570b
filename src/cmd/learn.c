/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum learn IMAGE [-- WORKLOAD]` - what a program needs, and nothing else: a profile, the
 * folders it writes to, the manifests that say so. */
#include "flow/learn.h"

#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "cmd/health.h"
#include "cmd/message.h"
#include "cmd/network.h"
#include "cmd/output.h"
#include "cmd/run_streams.h"
#include "cmd/starting.h"
#include "confine/forms.h"
#include "oci/platform.h"
#include "sys/file.h"
#include "sys/process.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#define PROFILE "seccomp.json"

struct learn_flags {
	const char *output, *platform;
	uint64_t for_ms;
	struct health_flags health;
	struct starting_flags starting;
	struct network_flags network;
};

#define FIELD(name) offsetof(struct learn_flags, name)
static const struct flag flags[] = {
	{ 'o', "output", "FOLDER", FLAG_TEXT, FIELD(output), "where it goes (learned)" },
	{ 0, "for", "TIME", FLAG_TIME, FIELD(for_ms),
	  "watch it so long (10s; a workload: at most, 10m)" },
	{ 0, "platform", "OS/ARCH", FLAG_TEXT, FIELD(platform), "which image of an index" },
	{ 0 },
};

struct lesson {
	struct job *job;
	const struct learn_flags *flags;
	struct target target;
	struct launch launch;
	struct health_options health;
	struct learning_result result;
	const char *folder;
};

/* Once it was watched for an hour it is too late to say so. */
static int check_folder(const char *folder, struct arena *a, err *e)
{
	const char *there = folder;

	if (*folder == '\0')
		return err_set(e, ERR_USAGE, 0, "--output is empty: a folder, as learned");
	while (access(there, F_OK) < 0 && errno == ENOENT && strcmp(there, ".") != 0) {
		bytes above = path_dir(bytes_str(there));

		there = above.n > 0 ? arena_str(a, above) : *there == '/' ? "/" : ".";
	}
	/* A folder is what has an entry "." */
	if (access(arena_printf(a, "%s/.", there), W_OK | X_OK) < 0)
		return err_set(e, ERR_IO, errno, "--output %s", SHOW(bytes_str(folder)));
	return 0;
}

static int check_flags(const struct lesson *l, bool has_workload, err *e)
{
	const struct learn_flags *f = l->flags;

	if (f->health.args.len > 0 && f->starting.entrypoint)
		return err_set(e, ERR_USAGE, 0,
		               "--probe-arg goes with the image's own program, not with --entrypoint");
	if (f->health.probe && l->health.probe.kind == HEALTH_EXIT && has_workload)
		return err_set(e, ERR_USAGE, 0,
		               "--probe %s waits for its end: a workload cannot use it then",
		               SHOW(bytes_str(f->health.probe)));
	return check_folder(l->folder, &l->job->arena, e);
}

static int prepare(struct lesson *l, const char *image, bool has_workload, err *e)
{
	const struct learn_flags *f = l->flags;
	const struct texts no_words = { 0 };
	struct launch_options o = {
		.rootfs = { .source = { .environment = l->job->environment,
		                        .tmp_dir = job_tmp(l->job) },
		            .platform = platform_host() },
		.host = starting_host(l->job, &f->starting),
	};

	l->folder = f->output ? f->output : "learned";
	if (health_prepare(l->job, &f->health, &l->health, e) < 0 ||
	    check_flags(l, has_workload, e) < 0 ||
	    target_parse(image, &l->job->arena, &l->target, e) < 0 ||
	    (f->platform &&
	     platform_parse(bytes_str(f->platform), &l->job->arena, &o.rootfs.platform, e) < 0) ||
	    network_prepare(l->job, &f->network, 0,
	                    l->target.kind == TARGET_REGISTRY ? l->target.text : NULL,
	                    &o.rootfs.source.registry, e) < 0)
		return -1;
	o.rootfs.unpack.deadline = o.rootfs.source.registry.http.deadline;
	if (launch_prepare(&l->target, &o, &l->job->arena, &l->launch, e) < 0)
		return -1;
	l->launch.hardening.image = image;
	return starting_apply(l->job, &f->starting, &no_words, &l->launch, e);
}

static int learn(struct lesson *l, const struct texts *operands, err *e)
{
	struct arena *a = &l->job->arena;
	const char **words = arena_array(a, const char *, operands->len + 1);
	bool has_workload = operands->len > 1;
	struct run_streams streams = RUN_STREAMS_NONE;
	const struct learn_flags *f = l->flags;
	struct learning o = { .launch = &l->launch,
		                  .health = f->health.probe ? &l->health : NULL,
		                  .environment = l->job->environment };

	for (size_t i = 1; i < operands->len; i++)
		words[i - 1] = operands->items[i];
	o.workload = has_workload ? words : NULL;
	if (has_workload)
		o.workload_ms = f->for_ms > 0 ? f->for_ms : LIMIT_LEARN_USE_MS;
	else
		o.watch_ms = f->for_ms > 0 || o.health ? f->for_ms : LIMIT_LEARN_MS;
	starting_notes(l->job, operands->items[0], &l->launch);
	if (run_streams_show(&streams, e) < 0)
		return -1;
	int status = learn_run(&o, a, &l->result, e);

	(void)run_streams_join(&streams, &(err){ 0 }); /* shown for courtesy */
	/* Nothing is left of it: now the signal may end us. */
	if (status < 0 && l->result.interrupt > 0)
		(void)raise(l->result.interrupt);
	if (status < 0)
		return -1;
	if (l->result.learned.calls_len == 0)
		return err_set(e, ERR_IO, 0,
		               "nothing was seen of the program: may its processes be looked into?");
	return 0;
}

/* -- what is written --------------------------------------------------------------------------- */

struct page {
	const char *name;
	int (*write)(const struct forms *f, struct stream *out, err *e); /* NULL: the profile */
	buf text;
};

static int fill(struct lesson *l, const struct forms *f, struct page *p, err *e)
{
	struct stream out;
	err *why = e;
	int result = 0;

	stream_init(&out, stream_to_buf, &p->text);
	if (p->write)
		result = p->write(f, &out, e);
	else
		learn_profile(&l->result.learned, &out);
	err dropped = { 0 };

	if (result < 0)
		why = &dropped;
	return stream_finish(&out, why) < 0 ? -1 : result;
}

/* Nothing is written before all of it can be. */
static int write_pages(struct lesson *l, err *e)
{
	struct forms f = { .hardening = &l->launch.hardening,
		               .config = &l->launch.rootfs.config,
		               .image = forms_image(&l->target, &l->launch.rootfs.image, &l->job->arena),
		               .is_local = l->target.kind != TARGET_REGISTRY,
		               .user_namespace = l->launch.host.user_namespace,
		               .seccomp = PROFILE };
	struct page pages[] = {
		{ PROFILE, NULL, BUF_INIT(LIMIT_LEARN_PAGE) },
		{ "kubernetes.yaml", forms_kubernetes, BUF_INIT(LIMIT_LEARN_PAGE) },
		{ "compose.yaml", forms_compose, BUF_INIT(LIMIT_LEARN_PAGE) },
		{ "docker.sh", forms_docker, BUF_INIT(LIMIT_LEARN_PAGE) },
	};
	size_t len = sizeof(pages) / sizeof(*pages);
	int status = forms_secrets(&l->launch.hardening, &l->job->arena, e);

	for (size_t i = 0; i < len && status == 0; i++)
		status = fill(l, &f, &pages[i], e);
	if (status == 0)
		status = file_make_dirs(l->folder, 0755, e);
	for (size_t i = 0; i < len && status == 0; i++)
		status = file_write_atomic(arena_printf(&l->job->arena, "%s/%s", l->folder, pages[i].name),
		                           buf_bytes(&pages[i].text), 0644, e);
	for (size_t i = 0; i < len; i++)
		buf_done(&pages[i].text);
	return status;
}

static int tell(struct lesson *l, err *e)
{
	const struct learned *k = &l->result.learned;
	const struct hardening *h = &l->launch.hardening;
	struct stream out;

	output_stdout(&out);
	stream_printf(&out, "%zu system calls of the %zu that are allowed by default\n", k->calls_len,
	              learn_most());
	for (size_t i = 0; i < h->folders.len; i++)
		stream_printf(&out, "%s: a tmpfs of %" PRIu64 " MiB\n",
		              SHOW(bytes_str(h->folders.items[i].path)),
		              (h->folders.items[i].size + MIB - 1) / MIB);
	for (size_t i = 0; i < k->folders.len; i++)
		if (learn_is_left(&k->folders.items[i], h))
			stream_printf(&out, "/%s: stays read-only, there are files of the image in it\n",
			              SHOW(k->folders.items[i].path));
	for (size_t i = 0; i < k->ports.len; i++)
		stream_printf(&out, "listens on port %u\n", (unsigned)k->ports.items[i]);
	if (k->is_short)
		stream_puts(&out, "there was more: not all files and folders were looked at\n");
	if (l->result.interrupt > 0)
		stream_printf(&out, "watched for %.1f s, until signal %d\n",
		              (double)l->result.ran_ms / 1000, l->result.interrupt);
	if (l->result.by_us && l->result.status == PROCESS_STATUS_SIGNAL + SIGKILL)
		stream_puts(&out, "it does not end upon SIGTERM: it was killed\n");
	stream_printf(&out, "written: %s/" PROFILE ", kubernetes.yaml, compose.yaml, docker.sh\n",
	              SHOW(bytes_str(l->folder)));
	return stream_finish(&out, e);
}

static int learn_main(struct job *job, const void *options, const struct texts *operands, err *e)
{
	struct lesson l = { .job = job, .flags = options };

	if (prepare(&l, operands->items[0], operands->len > 1, e) < 0 || learn(&l, operands, e) < 0)
		return -1;
	learn_tighten(&l.result.learned, &job->arena, &l.launch.hardening);
	return write_pages(&l, e) < 0 || tell(&l, e) < 0 ? -1 : 0;
}

const struct applet applet_learn = {
	.name = "learn",
	.brief = "the system calls, folders and ports that a program needs",
	.operands = "IMAGE [-- WORKLOAD...]",
	.about = "Starts the image as `oakum run` does, waits for a probe, has a program of this\n"
			 "machine use it, writes what it needed: never more than the default allows.",
	.operands_min = 1,
	.operands_max = UINT_MAX,
	.flags = flags,
	.groups = { { &health_flag_group, FIELD(health) },
	            { &starting_flag_group, FIELD(starting) },
	            { &network_flag_group, FIELD(network) } },
	.options_size = sizeof(struct learn_flags),
	.examples = { { "oakum learn oci:shop", "ten seconds of its life" },
	              { "oakum learn -p 8080:8080 oci:shop -- ./requests.sh", "while that uses it" } },
	.run = learn_main,
};
