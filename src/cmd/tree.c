/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/tree.c - `oakum tree IMAGE`: everything that is attached to it, and who says to have signed
 * it; verified where somebody is named whom to believe. */
#include "base/limits.h"
#include "base/text.h"
#include "cmd/images.h"
#include "cmd/network.h"
#include "cmd/output.h"
#include "cmd/status.h"
#include "cmd/who.h"
#include "flow/attached_tree.h"
#include "sys/worker.h"

#include <stddef.h>

#define FORMATS "text|json"

struct tree_flags {
	const char *platform, *format;
	struct texts output;
	bool all_platforms;
	uint64_t timeout_ms;
	struct who_flags who;
	struct network_flags network;
};

#define FIELD(name) offsetof(struct tree_flags, name)
static const struct flag flags[] = {
	{ 0, "platform", "OS/ARCH", FLAG_TEXT, FIELD(platform),
	  "what is attached to that image of an index, too" },
	{ 0, "all-platforms", NULL, FLAG_SWITCH, FIELD(all_platforms), "to each image of an index" },
	{ 'f', "format", FORMATS, FLAG_CHOICE, FIELD(format), "for people, or for programs" },
	{ 'o', "output", "[FORMAT=]FILE", FLAG_LIST, FIELD(output), OUTPUT_HELP },
	{ 0, "timeout", "TIME", FLAG_TIME, FIELD(timeout_ms), "give up after this (30s an image)" },
	{ 0 },
};

static int show(struct job *job, const struct attached_tree *tree, const struct target *target,
                struct outputs *outputs, err *e)
{
	struct tree_page page;

	if (attached_tree_make(tree, target, &job->arena, &page, e) < 0)
		return err_wrap(e, "%s", SHOW(bytes_str(target->text)));
	for (size_t i = 0; i < outputs->len; i++) {
		if (strcmp(output_format(outputs, i), "json") == 0)
			tree_page_json(&page, output_stream(outputs, i));
		else
			tree_page_text(&page, output_terminal(outputs, i, job), output_stream(outputs, i));
	}
	return STATUS_DONE;
}

/* Workers are forked before the first connection. */
static int show_with_workers(struct job *job, const struct tree_flags *f,
                             struct attached_tree *tree, const char *text, struct outputs *outputs,
                             err *e)
{
	const struct deadline *deadline = &tree->registry.http.deadline;
	struct verify_terms terms = { 0 };
	struct target target;

	if (who_target(&f->who, text, &job->arena, &target, e) < 0)
		return err_wrap(e, "%s", SHOW(bytes_str(text)));
	int status = who_is_said(&f->who) ? who_prepare(job, &f->who, &terms, e) : 0;

	if (status == 0 && who_is_said(&f->who))
		status = verifier_start(&terms, deadline, &tree->verifier, e);
	if (status == 0)
		status = claimant_start(deadline, &tree->claimant, e);
	if (status == 0)
		status = show(job, tree, &target, outputs, e);
	worker_stop(tree->claimant);
	verifier_stop(tree->verifier);
	who_done(&terms);
	return status;
}

static int tree_run(struct job *job, const void *options, const struct texts *targets, err *e)
{
	const struct tree_flags *f = options;
	uint64_t ms = f->timeout_ms ? f->timeout_ms : LIMIT_VERIFY_MS * targets->len;
	struct attached_tree tree = { 0 };
	struct outputs outputs = { 0 };
	int status = images_scope(f->platform, f->all_platforms, &job->arena, &tree.scope,
	                          &tree.platform, e);

	if (status == 0)
		status = images_elsewhere(job, &tree.elsewhere, e);
	if (status == 0)
		status = network_prepare(job, &f->network, ms, targets->items[0], &tree.registry, e);
	if (status == 0)
		status = outputs_open(job, f->format ? f->format : "text", &f->output, FORMATS, &outputs,
		                      e);
	if (status == 0)
		status = show_with_workers(job, f, &tree, targets->items[0], &outputs, e);
	if (status >= 0 && outputs_commit(&outputs, e) < 0)
		status = -1;
	outputs_close(&outputs);
	return status;
}

const struct applet applet_tree = {
	.name = "tree",
	.brief = "what is attached to an image, and by whom",
	.operands = "IMAGE",
	.about = "Shows signatures, attestations and others, of cosign's tags, referrers and\n"
			 "BuildKit. Who signed is what they say, unless flags name whom to believe.",
	.operands_min = 1,
	.operands_max = 1,
	.flags = flags,
	.groups = { { &who_flag_group, FIELD(who) }, { &network_flag_group, FIELD(network) } },
	.options_size = sizeof(struct tree_flags),
	.examples = { { "oakum tree --all-platforms ghcr.io/team/shop:1.2", "in a registry" },
	              { "oakum tree --key cosign.pub oci:shop", "in a layout, verified" } },
	.run = tree_run,
};
