/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/seal_judge.h"

#include "flow/audit.h"
#include "flow/passing.h"
#include "flow/reach.h"
#include "flow/secrets.h"
#include "flow/survey.h"
#include "oci/platform.h"
#include "secret/inspector.h"

/* -- one read ---------------------------------------------------------------------------------- */

static int judge(struct seal_judged *j, const struct seal_wishes *w, err *e)
{
	struct image *image = &j->bill.image;
	struct scan_options scan = w->scan;

	if (secrets_collect(image, &image->arena, &j->secrets, e) < 0)
		return -1;
	secrets_choose(&j->secrets,
	               &(struct secrets_choice){ GATE_ALL, w->scan.gate.ignore, w->scan.skip },
	               &image->arena);
	coverage_count(image, &j->bill.facts, &image->arena, &j->coverage);
	reach_judge(image, &j->bill.facts, &image->arena, &j->closure);
	scan.gate.severities = GATE_ALL;
	if (scan_judge(image, &j->bill.facts, &scan, &j->scan, e) < 0)
		return -1;
	bill_show(&j->bill, &(struct bill_options){ .now = w->now, .tool_version = w->tool_version });
	/* No rule judges a name: what is signed goes by its digest, wherever it lies. */
	const bytes name = image->reference;

	image->reference = BYTES("");
	audit_judge(image, &j->bill.facts, &j->coverage, &j->secrets, w->now, &j->page);
	image->reference = name;
	j->scan.page.closure = &j->closure;
	j->page.scan = &j->scan.page;
	return 0;
}

int seal_judge(const struct target *target, const struct seal_wishes *wishes,
               struct seal_judged *out, err *e)
{
	const struct inspector *inspectors[INSPECTORS_MOST + 1];
	struct image_options image = wishes->image;

	*out = (struct seal_judged){ 0 };
	survey_inspectors(&secret_inspector, inspectors);
	image.inspectors = inspectors;
	if (survey(target, &image, &out->bill.image, &out->bill.facts, e) < 0)
		return -1;
	if (judge(out, wishes, e) == 0)
		return 0;
	image_done(&out->bill.image);
	return -1;
}

void seal_judged_done(struct seal_judged *j)
{
	page_done(&j->page);
	scan_done(&j->scan);
	bill_done(&j->bill);
}

/* -- the gate ---------------------------------------------------------------------------------- */

static void count(const struct seal_judged *j, struct seal_image *out)
{
	const struct findings *found = &j->scan.gate.found;

	for (size_t i = 0; i < found->len; i++)
		out->vulnerabilities[found->items[i].rating.severity]++;
	for (size_t i = 0; i < j->page.weaknesses.len; i++)
		out->settings += !passing_is_secret(j->page.weaknesses.items[i].rule);
	out->secrets = j->secrets.total;
	out->gaps = j->page.gaps + j->secrets.gaps;
}

void seal_pass(const struct seal_judged *j, const struct seal_wishes *wishes, struct arena *a,
               struct seal_image *out)
{
	const struct image *image = &j->bill.image;

	*out = (struct seal_image){ .digest = image->manifest,
		                        .config = image->config_digest,
		                        .platform = platform_text(&image->platform, a),
		                        .base_name = arena_bytes(a, image->base_name),
		                        .base_digest = arena_bytes(a, image->base_digest),
		                        .packages = j->bill.sbom.packages };
	count(j, out);
	passing_judge(&j->page, &wishes->rule, a, &out->reasons);
}
