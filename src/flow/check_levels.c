/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/check.h"

static bool is_before(const struct check_finding *x, const struct check_finding *y)
{
	return x->file != y->file ? x->file < y->file : x->from < y->from;
}

/* Findings of both runs are in the order of their places; *at is where the last search stopped. */
static bool has_same(const struct check *check, const struct check_finding *f, size_t *at)
{
	while (*at < check->findings_len && is_before(&check->findings[*at], f))
		++*at;
	for (size_t i = *at; i < check->findings_len && !is_before(f, &check->findings[i]); i++)
		if (strcmp(check->findings[i].check, f->check) == 0 &&
		    strcmp(check->findings[i].field, f->field) == 0)
			return true;
	return false;
}

int check_run_levels(struct check *check, struct check_options *options, struct arena *a, err *e)
{
	struct check baseline = *check;

	options->job.pss = "baseline";
	if (check_run(&baseline, options, a, e) < 0)
		return -1;
	options->job.pss = "restricted";
	if (check_run(check, options, a, e) < 0)
		return -1;
	struct check_finding *all = arena_array(a, struct check_finding,
	                                        check->findings_len + baseline.findings_len);
	size_t len = check->findings_len, at = 0;

	if (len > 0)
		memcpy(all, check->findings, len * sizeof(*all));
	for (size_t i = 0; i < baseline.findings_len; i++)
		if (!has_same(check, &baseline.findings[i], &at))
			all[len++] = baseline.findings[i];
	check->findings = all;
	check->findings_len = len;
	return 0;
}
