/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum prove [IMAGE]` - the hardened container, attacked from within: what held, and by what. */
#include "flow/prove.h"

#include "base/limits.h"
#include "base/text.h"
#include "cmd/message.h"
#include "cmd/network.h"
#include "cmd/output.h"
#include "cmd/status.h"
#include "oci/platform.h"
#include "sys/file.h"

#include <stddef.h>

#define FORMATS "table|json|statement|" ISSUES_FORMATS

struct prove_flags {
	const char *manifest, *container, *runtime, *platform, *severity, *format;
	struct texts without, output;
	struct exit_flag exit_code;
	struct network_flags network;
};

#define FIELD(name) offsetof(struct prove_flags, name)
static const struct flag flags[] = {
	{ 0, "without", "LAYER", FLAG_LIST, FIELD(without),
	  "leave a layer out, or all: what holds next?" },
	{ 0, "manifest", "FILE", FLAG_TEXT, FIELD(manifest),
	  "attack what this pod would really be given" },
	{ 0, "container", "NAME", FLAG_TEXT, FIELD(container), "of the manifest: this one only" },
	{ 0, "severity", "LEVEL", FLAG_TEXT, FIELD(severity), "gate on this and worse (medium)" },
	{ 0, "exit-code", "N", FLAG_STATUS, FIELD(exit_code), "exit with N instead of 1" },
	{ 0, "runtime", "PROGRAM", FLAG_TEXT, FIELD(runtime), "crun or runc" },
	{ 0, "platform", "OS/ARCH", FLAG_TEXT, FIELD(platform), "which image of an index" },
	{ 'f', "format", FORMATS, FLAG_CHOICE, FIELD(format), "for people, or for programs" },
	{ 'o', "output", "[FORMAT=]FILE", FLAG_LIST, FIELD(output), OUTPUT_HELP },
	{ 0 },
};

struct prove {
	struct job *job;
	const struct prove_flags *flags;
	const char *image;    /* named on the command line; NULL: none */
	struct target target; /* what it names */
	struct prove_options options;
	struct prove_pods pods;
	struct prove_page page;
	struct outputs outputs;
	enum severity gate;
};

/* -- what is asked ----------------------------------------------------------------------------- */

static int take_without(struct prove *p, err *e)
{
	const struct texts *words = &p->flags->without;

	for (size_t i = 0; i < words->len; i++) {
		bytes word = bytes_str(words->items[i]);
		enum defence d = defence_find(word);

		if (bytes_is(word, "all"))
			p->options.without = (1U << DEFENCES) - 1;
		else if (d == DEFENCES)
			return err_set(e, ERR_USAGE, 0, "--without '%s': no such layer", SHOW(word));
		else
			p->options.without |= 1U << d;
	}
	return 0;
}

static int take_flags(struct prove *p, err *e)
{
	const struct prove_flags *f = p->flags;
	struct rootfs_options *rootfs = &p->options.launch.rootfs;

	p->gate = SEVERITY_MEDIUM;
	if (!p->image && !f->manifest)
		return err_set(e, ERR_USAGE, 0, "name an image, or a --manifest");
	if (f->container && !f->manifest)
		return err_set(e, ERR_USAGE, 0, "--container is one of a --manifest");
	if (f->severity && !severity_from(bytes_str(f->severity), &p->gate))
		return err_set(e, ERR_USAGE, 0,
		               "--severity is info, low, medium, high or critical, not '%s'",
		               SHOW(bytes_str(f->severity)));
	if (p->image && target_parse(p->image, &p->job->arena, &p->target, e) < 0)
		return -1;
	rootfs->platform = platform_host();
	rootfs->source.environment = p->options.launch.host.environment = p->job->environment;
	rootfs->source.tmp_dir = job_tmp(p->job);
	p->options.launch.host.runtime = f->runtime;
	if (f->platform &&
	    platform_parse(bytes_str(f->platform), &p->job->arena, &rootfs->platform, e) < 0)
		return -1;
	return take_without(p, e);
}

static int read_manifest(struct prove *p, err *e)
{
	bytes text;

	if (!p->flags->manifest)
		return 0;
	if (file_read_input(p->flags->manifest, LIMIT_LIST_WHOLE, &p->job->arena, &text, e) < 0)
		return -1;
	return prove_pods_read(text, &p->job->arena, &p->pods, e) < 0
	           ? err_wrap(e, "%s", SHOW(bytes_str(p->flags->manifest)))
	           : 0;
}

/* -- what is done ------------------------------------------------------------------------------ */

static int prove_one(struct prove *p, const struct target *target, err *e)
{
	struct rootfs_options *rootfs = &p->options.launch.rootfs;

	if (network_prepare(p->job, &p->flags->network, 0,
	                    target->kind == TARGET_REGISTRY ? target->text : NULL,
	                    &rootfs->source.registry, e) < 0)
		return -1;
	rootfs->unpack.deadline = rootfs->source.registry.http.deadline;
	struct prove_container proven;

	if (prove_image(target, &p->options, &p->job->arena, &proven, e) < 0)
		return -1;
	for (size_t i = 0; i < proven.notes.len; i++)
		message_note(p->job, *proven.name ? proven.name : target->text, proven.notes.items[i]);
	*ARENA_PUSH(&p->job->arena, &p->page.containers) = proven;
	return 0;
}

/* The others are attacked all the same. */
static void leave_unproven(struct prove *p, const char *name, err *why)
{
	const char *text = arena_str(&p->job->arena, bytes_str(why->text));

	*ARENA_PUSH(&p->job->arena, &p->page.unproven) = (struct prove_unproven){ name, text };
	(void)err_wrap(why, "%s", name);
	message_error(p->job, p->page.target, why);
}

/* Only what is wrong with the command line stops it all. */
static int prove_pod(struct prove *p, const struct prove_pod *pod, err *e)
{
	struct target target = p->target;
	err why = { 0 };

	p->options.pod = pod;
	if (!p->image && target_parse(pod->image, &p->job->arena, &target, &why) < 0) {
		leave_unproven(p, pod->name, &why);
	} else if (prove_one(p, &target, &why) < 0) {
		if (why.kind == ERR_USAGE) {
			*e = why;
			return -1;
		}
		leave_unproven(p, pod->name, &why);
	}
	return 0;
}

static int prove_pods(struct prove *p, err *e)
{
	const char *only = p->flags->container;
	size_t done = 0;

	for (size_t i = 0; i < p->pods.len; i++) {
		const struct prove_pod *pod = &p->pods.items[i];

		if (only && strcmp(only, pod->container) != 0)
			continue;
		if (prove_pod(p, pod, e) < 0)
			return -1;
		done++;
	}
	return done > 0 ? 0
	                : err_set(e, ERR_ABSENT, 0, "the manifest has no container '%s'",
	                          SHOW(bytes_str(only)));
}

static int render(struct prove *p, err *e)
{
	struct issues issues;
	int result = 0;

	issues_init(&issues, ISSUES_OF_SETTINGS, p->job->now);
	issues_add_prove(&issues, &p->page);
	outputs_issues(&p->outputs, &issues);
	issues_done(&issues);
	for (size_t i = 0; i < p->outputs.len && result == 0; i++) {
		struct stream *out = output_stream(&p->outputs, i);
		const char *format = output_format(&p->outputs, i);

		if (strcmp(format, "json") == 0)
			prove_json(&p->page, out);
		else if (strcmp(format, "table") == 0)
			prove_table(&p->page, output_terminal(&p->outputs, i, p->job), out);
		else if (strcmp(format, "statement") == 0)
			result = prove_statement(&p->page, out, e);
	}
	return result == 0 ? outputs_commit(&p->outputs, e) : -1;
}

static int prove_all(struct prove *p, err *e)
{
	const struct prove_flags *f = p->flags;

	if (take_flags(p, e) < 0 || read_manifest(p, e) < 0 ||
	    outputs_open(p->job, f->format ? f->format : "table", &f->output, FORMATS, &p->outputs, e) <
	        0)
		return -1;
	p->page.target = f->manifest ? f->manifest : p->image;
	if ((f->manifest ? prove_pods(p, e) : prove_one(p, &p->target, e)) < 0)
		return -1;
	return p->page.containers.len > 0 ? render(p, e) : 0; /* why not was told of each */
}

static int prove_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	struct prove p = { .job = job,
		               .flags = options,
		               .image = operands->len > 0 ? operands->items[0] : NULL };
	int result = prove_all(&p, e);

	outputs_close(&p.outputs);
	if (result == 0 && p.page.unproven.len > 0)
		return STATUS_FAILED;
	if (result == 0)
		return status_exit(prove_fallen(&p.page, p.gate) > 0 ? STATUS_FINDINGS : STATUS_DONE,
		                   &p.flags->exit_code);
	if (e->kind == ERR_USAGE)
		return -1;
	message_error(job, p.page.target, e);
	return STATUS_FAILED;
}

const struct applet applet_prove = {
	.name = "prove",
	.brief = "attack the hardened container from within",
	.operands = "[IMAGE]",
	.about = "Starts the image as 'oakum run' does, with a helper in the place of its program,\n"
			 "and tells which attacks were held, and by which layer. 'oakum attest' signs it.",
	.operands_max = 1,
	.flags = flags,
	.groups = { { &network_flag_group, FIELD(network) } },
	.options_size = sizeof(struct prove_flags),
	.examples = { { "oakum prove --without seccomp oci:shop", "what would hold without it" },
	              { "oakum prove --manifest deploy.yaml -f json", "what a pod would be given" } },
	.run = prove_run,
};
