/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/stages.h"

#include "flow/policy.h"
#include "oci/predicate.h"
#include "transfer/attachments.h"

#include <string.h>

struct looking {
	const struct stages_options *options;
	struct audit_page *page;
	struct target target; /* as what it turned out to be */
	struct image_attachments there;
	const char *unasked; /* why nothing is known of what is attached; NULL */
	struct decision decision;
	const char *undecided; /* why the policy decides nothing; NULL: it did */
};

static void answer(struct looking *l, enum page_stage_name stage, enum page_answer what,
                   const char *why)
{
	l->page->stages[stage] = (struct page_stage){ what, why };
}

/* -- what is attached -------------------------------------------------------------------------- */

/* What is attached must be to the image that was read. */
static bool is_read(const struct looking *l)
{
	for (size_t i = 0; i < l->there.subjects_len; i++)
		if (digest_equal(&l->there.subjects[i].digest, &l->page->image->manifest))
			return true;
	return false;
}

static void look(struct looking *l)
{
	const struct attachments_options all = { .scope = SCOPE_PLATFORM,
		                                     .platform = l->page->image->platform,
		                                     .tell_all = true,
		                                     .registry = l->options->registry };
	err e = { 0 };

	if (l->target.kind == TARGET_DOCKER_ARCHIVE || l->target.kind == TARGET_DAEMON)
		l->unasked = "nothing can be attached where it lies";
	else if (attachments_read(&l->target, &all, &l->page->arena, &l->there, &e) < 0)
		l->unasked = arena_printf(&l->page->arena, "%s", e.text);
	else if (!is_read(l))
		l->unasked = "it is another image there by now";
}

static bool is_of(const struct attachment *at, enum predicate_kind kind)
{
	for (const char *const *type = predicate_versions(kind); *type; type++)
		if (predicate_is(at->predicate_type, *type))
			return true;
	return false;
}

static bool is_signature(const struct attachment *at)
{
	return at->kind == ATTACHMENT_SIGNATURE || predicate_is(at->predicate_type, PREDICATE_SIGN);
}

static size_t count(const struct looking *l, enum page_stage_name stage)
{
	size_t n = 0;

	for (size_t i = 0; i < l->there.list.len; i++) {
		const struct attachment *at = &l->there.list.items[i];

		n += stage == PAGE_SIGNATURE ? is_signature(at)
		     : stage == PAGE_SBOM    ? is_of(at, PREDICATES_SPDX) || is_of(at, PREDICATES_CYCLONEDX)
		                             : is_of(at, PREDICATES_PROVENANCE);
	}
	return n;
}

/* -- what a policy says of it ------------------------------------------------------------------ */

static void decide(struct looking *l)
{
	const struct stages_options *o = l->options;
	const struct policy_options options = { .path = o->policy,
		                                    .root = o->root,
		                                    .root_is_named = o->root_is_named,
		                                    .has_platform = true,
		                                    .platform = l->page->image->platform,
		                                    .registry = o->registry,
		                                    .now = o->clock,
		                                    .deadline = o->registry.http.deadline };
	struct policy_session *session;
	err e = { 0 };

	l->undecided = "nobody says whom to believe (--policy)";
	if (!o->policy || l->unasked)
		return;
	int status = policy_open(&options, &session, &e);

	if (status == 0) {
		status = policy_judge(session, &l->target, &l->page->arena, &l->decision, &e);
		policy_close(session);
	}
	l->undecided = status < 0 ? arena_printf(&l->page->arena, "%s", e.text) : NULL;
}

/* A need begins with its name ("sbom by ci"). */
static const struct decision_line *need(const struct looking *l, const char *name)
{
	for (size_t i = 0; i < l->decision.lines.len && !l->undecided; i++) {
		const struct decision_line *line = &l->decision.lines.items[i];

		if (!line->is_detail && line->depth > 0 && bytes_starts(line->what, bytes_str(name)))
			return line;
	}
	return NULL;
}

/* -- the stages -------------------------------------------------------------------------------- */

static void judge_attached(struct looking *l, enum page_stage_name stage, const char *name)
{
	struct arena *a = &l->page->arena;
	const struct decision_line *line = need(l, name);
	size_t n = count(l, stage);

	if (l->unasked)
		answer(l, stage, PAGE_UNTOLD, l->unasked);
	else if (line && line->verdict == NEED_HOLDS)
		answer(l, stage, PAGE_HOLDS,
		       arena_printf(a, PRIb ", as the policy demands", BYTESF(line->what)));
	else if (line)
		answer(l, stage, PAGE_LACKS,
		       arena_printf(a, PRIb ": " PRIb, BYTESF(line->what), BYTESF(line->why)));
	else if (n == 0)
		answer(l, stage, PAGE_LACKS, "nothing of that kind is attached");
	else
		answer(l, stage, PAGE_UNTOLD,
		       l->undecided ? "it is attached; nobody says whom to believe (--policy)"
		                    : "it is attached; the policy does not ask for it");
}

static bytes label(const struct image *image, const char *name)
{
	for (size_t i = 0; i < image->config.labels.len; i++)
		if (bytes_is(image->config.labels.items[i].name, name))
			return image->config.labels.items[i].value;
	return BYTES("");
}

/* A provenance says where the source is, and whoever believes it need not have asked for that; a
 * label says it, too, and anybody writes labels. */
static void judge_source(struct looking *l)
{
	const struct page_stage *proof = &l->page->stages[PAGE_PROVENANCE];
	bytes said = label(l->page->image, "org.opencontainers.image.source");

	if (proof->answer != PAGE_LACKS)
		answer(l, PAGE_SOURCE, PAGE_UNTOLD, "a provenance may say it; it is attached");
	else if (said.n > 0)
		answer(l, PAGE_SOURCE, PAGE_UNTOLD,
		       arena_printf(&l->page->arena, "a label says " PRIb ", and nobody vouches for it",
		                    BYTESF(said)));
	else
		answer(l, PAGE_SOURCE, PAGE_LACKS, "neither a provenance nor a label says it");
}

static void judge_scan(struct looking *l)
{
	const struct scan_page *scan = l->page->scan;
	size_t n = 0;

	if (!scan || scan->matches->uncovered.len > 0) {
		answer(l, PAGE_SCAN, PAGE_UNTOLD, "there is no database of all that is in it");
		return;
	}
	for (size_t i = 0; i < scan->gate->found.len; i++) {
		const struct finding *f = &scan->gate->found.items[i];

		n += f->rating.severity >= SEVERITY_HIGH && f->match.fixed.n > 0;
	}
	answer(l, PAGE_SCAN, n == 0 ? PAGE_HOLDS : PAGE_LACKS,
	       n == 0 ? "nothing of high severity that has a fix"
	              : arena_printf(&l->page->arena, "%zu of high severity that have a fix", n));
}

static void judge_run(struct looking *l)
{
	size_t lacking = 0;

	for (size_t i = 0; i < PAGE_SETTINGS; i++)
		lacking += !l->page->readiness.settings[i].holds;
	answer(l, PAGE_HARDENED_RUN, lacking == 0 ? PAGE_HOLDS : PAGE_LACKS,
	       lacking == 0 ? "it keeps to every setting ('oakum prove' shows it)"
	                    : arena_printf(&l->page->arena, "%zu of %d settings do not hold", lacking,
	                                   PAGE_SETTINGS));
}

static void judge_verification(struct looking *l)
{
	bool passes = l->decision.kind == DECISION_PASSES;

	if (l->unasked)
		answer(l, PAGE_VERIFICATION, PAGE_UNTOLD, l->unasked);
	else if (l->undecided)
		answer(l, PAGE_VERIFICATION, PAGE_UNTOLD, l->undecided);
	else
		answer(l, PAGE_VERIFICATION, passes ? PAGE_HOLDS : PAGE_LACKS,
		       passes ? "the policy is met" : "the policy is not met");
}

void stages_judge(const struct target *target, const struct stages_options *options,
                  struct audit_page *page)
{
	struct looking l = { .options = options, .page = page, .target = *target };
	bool is_remote = page->image->kind == TARGET_REGISTRY;

	l.target.kind = page->image->kind;
	look(&l);
	decide(&l);
	judge_attached(&l, PAGE_SBOM, "sbom");
	judge_attached(&l, PAGE_SIGNATURE, "signature");
	judge_attached(&l, PAGE_PROVENANCE, "provenance");
	judge_source(&l);
	judge_scan(&l);
	answer(&l, PAGE_REGISTRY, is_remote ? PAGE_HOLDS : PAGE_UNTOLD,
	       is_remote ? "it was read from there, by its digest" : "it lies on this machine");
	judge_verification(&l);
	judge_run(&l);
}
