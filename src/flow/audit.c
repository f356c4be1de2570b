/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/audit.h"

#include "flow/judge.h"
#include "flow/reach.h"
#include "flow/secrets.h"
#include "flow/survey.h"
#include "secret/inspector.h"

void audit_judge(const struct image *image, const struct facts *facts,
                 const struct coverage *coverage, const struct secrets_page *secrets, int64_t now,
                 struct audit_page *out)
{
	*out = (struct audit_page){
		.image = image, .facts = facts, .coverage = coverage, .secrets = secrets, .now = now
	};
	out->gaps = image->gaps_total + facts->gaps_total;
	judge_files(out);
	judge_settings(out);
	judge_tools(out);
	judge_readiness(out);
	judge_packages(out);
	judge_weaknesses(out);
	judge_actions(out);
}

void page_done(struct audit_page *page)
{
	arena_done(&page->arena);
}

int audit_run(const struct target *target, const struct audit_options *options, struct audit *out,
              err *e)
{
	const struct inspector *inspectors[INSPECTORS_MOST + 1];
	struct image_options image = options->image;
	const struct secrets_page *secrets = options->skip_secrets ? NULL : &out->secrets;
	const struct scan_options scan = { .now = options->now,
		                               .db = options->db,
		                               .gate = { .severities = GATE_ALL,
		                                         .no_texts = options->no_texts } };

	*out = (struct audit){ 0 };
	if (secrets) {
		survey_inspectors(&secret_inspector, inspectors);
		image.inspectors = inspectors;
	}
	if (survey(target, &image, &out->image, &out->facts, e) < 0)
		return -1;
	if (secrets && secrets_collect(&out->image, &out->image.arena, &out->secrets, e) < 0) {
		image_done(&out->image);
		return -1;
	}
	coverage_count(&out->image, &out->facts, &out->image.arena, &out->coverage);
	if (options->db)
		reach_judge(&out->image, &out->facts, &out->image.arena, &out->closure);
	if (options->db && scan_judge(&out->image, &out->facts, &scan, &out->scan, e) < 0) {
		image_done(&out->image);
		return -1;
	}
	audit_judge(&out->image, &out->facts, &out->coverage, secrets, options->now, &out->page);
	out->scan.page.closure = &out->closure;
	out->page.scan = options->db ? &out->scan.page : NULL;
	if (options->stages && out->image.has_config)
		stages_judge(target, options->stages, &out->page);
	return 0;
}

void audit_done(struct audit *a)
{
	page_done(&a->page);
	scan_done(&a->scan);
	image_done(&a->image);
}
