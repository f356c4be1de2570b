/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum harden IMAGE -o DEST` - the safer image out of the one at hand: what its program needs,
 * and no more; not root, no shell, no secret. */
#include "flow/harden.h"

#include "cmd/copying.h"
#include "cmd/health.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/reading.h"
#include "cmd/status.h"

#include <string.h>

struct harden_flags {
	const char *output, *format, *platform, *compression;
	struct texts keep;
	bool shell, accept_secrets;
	struct health_flags health;
	struct network_flags network;
};

#define FIELD(name) offsetof(struct harden_flags, name)
static const struct flag flags[] = {
	{ 'o', "output", "DEST", FLAG_TEXT, FIELD(output), "where the image goes, as `copy` takes it" },
	{ 0, "keep", "PATTERN", FLAG_LIST, FIELD(keep), "paths that stay: opt/plugins, etc/shop/**" },
	{ 0, "keep-shell", NULL, FLAG_SWITCH, FIELD(shell), "for an entry point that is a script" },
	{ 0, "accept-secrets", NULL, FLAG_SWITCH, FIELD(accept_secrets),
	  "go on without the secrets, which were replaced" },
	{ 0, "compression", "gzip|zstd", FLAG_CHOICE, FIELD(compression), "of the layers (gzip)" },
	{ 0, "platform", "OS/ARCH", FLAG_TEXT, FIELD(platform), "which image of an index" },
	{ 'f', "format", "table|json", FLAG_CHOICE, FIELD(format), "for people, or for programs" },
	{ 0 },
};

struct run {
	struct job *job;
	const struct harden_flags *flags;
	struct reading reading;
	struct target from, to;
	struct harden_options options;
	struct health_options health;
};

static int prepare(struct run *r, const char *image, err *e)
{
	const struct harden_flags *f = r->flags;
	const struct reading_flags reading = { .platform = f->platform };
	struct job *job = r->job;

	if (!f->output)
		return err_set(e, ERR_USAGE, 0,
		               "say where the image goes: -o oci:FOLDER, -o docker://NAME");
	if (copying_source(job, image, &r->from, e) < 0 ||
	    copying_destination(job, f->output, &r->to, e) < 0 ||
	    reading_prepare(&r->reading, job, &reading, &f->network,
	                    r->from.kind == TARGET_REGISTRY ? image : f->output, e) < 0)
		return -1;
	r->reading.progress.target = image;
	r->options = (struct harden_options){ .image = r->reading.options,
		                                  .registry = &r->reading.network.registry,
		                                  .environment = job->environment,
		                                  .shell = f->shell,
		                                  .accept_secrets = f->accept_secrets,
		                                  .compress = CODEC_GZIP,
		                                  .version = OAKUM_VERSION };
	if (f->compression && strcmp(f->compression, "zstd") == 0)
		r->options.compress = CODEC_ZSTD;
	if (job_env(job, "SOURCE_DATE_EPOCH"))
		r->options.epoch = &job->now;
	for (size_t i = 0; i < f->keep.len; i++) {
		bytes pattern = bytes_str(f->keep.items[i]);

		while (bytes_starts(pattern, BYTES("/")))
			pattern = bytes_skip(pattern, 1);
		*ARENA_PUSH(&job->arena, &r->options.keep) = pattern;
	}
	return 0;
}

/* How the result is started, when somebody says how to ask it. */
static int prepare_health(struct run *r, err *e)
{
	struct rootfs_options *root = &r->health.launch.rootfs;

	root->source = (struct cargo_options){ .registry = r->reading.network.registry,
		                                   .environment = r->job->environment,
		                                   .tmp_dir = r->reading.options.tmp_dir };
	root->unpack.deadline = r->reading.network.registry.http.deadline;
	r->health.launch.host.environment = r->job->environment;
	if (health_prepare(r->job, &r->flags->health, &r->health, e) < 0)
		return -1;
	if (r->flags->health.probe)
		r->options.health = &r->health;
	return 0;
}

static int harden_applet(struct job *job, const void *options, const struct texts *operands, err *e)
{
	struct run r = { .job = job, .flags = options };
	struct harden_page page;
	struct stream out;

	if (prepare(&r, operands->items[0], e) < 0 || prepare_health(&r, e) < 0)
		return -1;
	int status = harden_run(&r.from, &r.to, &r.options, &job->arena, &page, e);

	progress_end(&r.reading.progress);
	if (status < 0)
		return -1;
	output_stdout(&out);
	if (r.flags->format && strcmp(r.flags->format, "json") == 0)
		harden_json(&page, &out);
	else
		harden_table(&page, job->verbose, &job->out, &out);
	if (stream_finish(&out, e) < 0)
		return -1;
	return page.refusals.len > 0 ? STATUS_FINDINGS : STATUS_DONE;
}

const struct applet applet_harden = {
	.name = "harden",
	.brief = "the safer image out of the one at hand",
	.operands = "IMAGE",
	.about = "Keeps what the program needs; no root, shell, setuid file, secret. -v: and why.",
	.operands_min = 1,
	.operands_max = 1,
	.flags = flags,
	.groups = { { &health_flag_group, FIELD(health) }, { &network_flag_group, FIELD(network) } },
	.options_size = sizeof(struct harden_flags),
	.examples = { { "oakum harden shop.tar -o oci:shop-hardened", "as a layout" },
	              { "oakum harden --probe http://:8080/healthz shop:1 -o oci:shop",
	                "only if it still answers" } },
	.run = harden_applet,
};
