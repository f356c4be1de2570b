/* SPDX-License-Identifier: Apache-2.0 */
#include "report/seal_page.h"

#include "base/arena.h"
#include "base/text.h"
#include "oci/predicate.h"

#include <inttypes.h>
#include <string.h>

const char *seal_stage_name(enum seal_stage s)
{
	static const char *const names[] = {
		[SEAL_JUDGE] = "judge", [SEAL_GATE] = "gate",     [SEAL_PUSH] = "push",
		[SEAL_SIGN] = "sign",   [SEAL_ATTEST] = "attest", [SEAL_VERIFY] = "verify",
	};
	return names[s];
}

const char *seal_state_name(enum seal_state s)
{
	static const char *const names[] = {
		[SEAL_WAITS] = "not begun", [SEAL_RUNS] = "begun",  [SEAL_HOLDS] = "holds",
		[SEAL_LEFT] = "left out",   [SEAL_FAILS] = "fails",
	};
	return names[s];
}

/* -- counts ------------------------------------------------------------------------------------ */

static const char *counted(uint64_t n, const char *one, const char *many, struct arena *a)
{
	return n == 0 ? arena_printf(a, "no %s", one)
	              : arena_printf(a, "%" PRIu64 " %s", n, n == 1 ? one : many);
}

static const char *counts(const struct seal_image *image, struct arena *a)
{
	const char *text = counted(image->packages, "package", "packages", a);
	bool any = false;

	for (enum severity s = SEVERITY_CRITICAL; s > SEVERITY_UNKNOWN; s--) {
		if (image->vulnerabilities[s] == 0)
			continue;
		text = arena_printf(a, "%s, %" PRIu64 " %s", text, image->vulnerabilities[s],
		                    severity_name(s));
		any = true;
	}
	if (image->vulnerabilities[SEVERITY_UNKNOWN] > 0)
		text = arena_printf(a, "%s, %" PRIu64 " unrated", text,
		                    image->vulnerabilities[SEVERITY_UNKNOWN]);
	else if (!any)
		text = arena_printf(a, "%s, no vulnerability", text);
	return arena_printf(a, "%s, %s, %s to settings%s", text,
	                    counted(image->secrets, "secret", "secrets", a),
	                    counted(image->settings, "remark", "remarks", a),
	                    image->gaps > 0 ? ", not everything could be read" : "");
}

/* -- stages ------------------------------------------------------------------------------------ */

static const char *of_judging(const struct seal_page *page, struct arena *a)
{
	return page->images.len == 1 ? counts(&page->images.items[0], a)
	                             : arena_printf(a, "%zu images", page->images.len);
}

static const char *of_gate(const struct seal_page *page, struct arena *a)
{
	size_t reasons = 0;

	for (size_t i = 0; i < page->images.len; i++)
		reasons += page->images.items[i].reasons.len;
	return reasons == 0
	           ? "nothing stops it"
	           : arena_printf(a, "%s; nothing was written", reasons_count(reasons, a));
}

static const char *of_pushing(const struct seal_page *page, struct arena *a)
{
	if (page->stays)
		return "it stays where it lies";
	if (page->is_dry)
		return arena_printf(a, "would be pushed to %s", page->place);
	return page->sent == 0 ? "everything was there"
	                       : arena_printf(a, "%s sent", SIZE_TEXT(page->sent));
}

static const char *of_statements(const struct seal_page *page, bool signatures, struct arena *a)
{
	size_t all = 0, old = 0;

	for (size_t i = 0; i < page->statements.len; i++) {
		const struct seal_statement *s = &page->statements.items[i];

		if ((strcmp(s->type, PREDICATE_SIGN) == 0) != signatures)
			continue;
		all++;
		old += s->was_there;
	}
	const char *what = arena_printf(a, "%zu %s%s", all, signatures ? "signature" : "statement",
	                                all == 1 ? "" : "s");

	if (old == 0)
		return what;
	return old == all ? arena_printf(a, "%s, there before", what)
	                  : arena_printf(a, "%s, %zu of them there before", what, old);
}

static const char *of_verifying(const struct seal_page *page, struct arena *a)
{
	if (page->is_dry)
		return page->policy ? page->policy : "by who signed";
	return page->policy ? arena_printf(a, "read back, as %s demands", page->policy)
	                    : "read back, by who signed";
}

static const char *of_stage(const struct seal_page *page, enum seal_stage stage, struct arena *a)
{
	switch (stage) {
	case SEAL_JUDGE: return of_judging(page, a);
	case SEAL_GATE: return of_gate(page, a);
	case SEAL_PUSH: return of_pushing(page, a);
	case SEAL_SIGN:
		return page->is_dry ? arena_printf(a, "%zu signature%s", page->subjects,
		                                   page->subjects == 1 ? "" : "s")
		                    : of_statements(page, true, a);
	case SEAL_ATTEST:
		return page->is_dry ? "what was found, and the provenance"
		                    : of_statements(page, false, a);
	case SEAL_VERIFY: return of_verifying(page, a);
	}
	return "";
}

const char *seal_says(const struct seal_page *page, enum seal_stage stage, struct arena *a)
{
	switch (page->steps[stage]) {
	case SEAL_WAITS:
	case SEAL_RUNS: break;
	case SEAL_HOLDS:
	case SEAL_LEFT: return of_stage(page, stage, a);
	case SEAL_FAILS:
		return page->why ? page->why : stage == SEAL_GATE ? of_gate(page, a) : "";
	}
	return "";
}

/* -- the page ---------------------------------------------------------------------------------- */

static enum style style_of(enum seal_state s)
{
	switch (s) {
	case SEAL_HOLDS: return STYLE_GOOD;
	case SEAL_FAILS: return STYLE_BAD;
	case SEAL_LEFT:
	case SEAL_RUNS: return STYLE_WARN;
	case SEAL_WAITS: break;
	}
	return STYLE_FAINT;
}

static void show_steps(const struct seal_page *page, const struct terminal *t, struct stream *out)
{
	struct arena a = ARENA_INIT;

	for (unsigned i = 0; i < SEAL_STAGES; i++) {
		enum seal_stage stage = (enum seal_stage)i;
		enum seal_state state = page->steps[i];

		stream_printf(out, "  %-8s %s%-9s%s ", seal_stage_name(stage),
		              terminal_style(t, style_of(state)), seal_state_name(state),
		              terminal_plain(t));
		stream_show(out, bytes_str(seal_says(page, stage, &a)));
		stream_puts(out, "\n");
	}
	arena_done(&a);
}

static void show_reasons(const struct seal_image *image, const struct terminal *t,
                         struct stream *out)
{
	struct arena a = ARENA_INIT;

	stream_puts(out, "\n");
	if (image->digest.algorithm != DIGEST_NONE)
		stream_printf(out, "%s ", DIGEST_TEXT(&image->digest));
	stream_show(out, bytes_str(image->platform));
	stream_printf(out, ": %s\n", reasons_count(image->reasons.len, &a));
	arena_done(&a);
	for (size_t i = 0; i < image->reasons.len; i++) {
		const struct reason *r = &image->reasons.items[i];

		stream_printf(out, "  %s%-13s%s %-8s ", terminal_style(t, STYLE_BAD), r->judgement,
		              terminal_plain(t),
		              r->severity == SEVERITY_UNKNOWN ? "" : severity_name(r->severity));
		stream_show(out, bytes_str(r->text));
		stream_puts(out, "\n");
	}
}

static void show_statements(const struct seal_page *page, struct stream *out)
{
	for (size_t i = 0; i < page->statements.len; i++) {
		const struct seal_statement *s = &page->statements.items[i];

		if (i == 0 || !digest_equal(&s->subject, &s[-1].subject))
			stream_printf(out, "\n%s\n", DIGEST_TEXT(&s->subject));
		stream_printf(out, "  %-11s %s%s\n", s->name,
		              s->manifest.algorithm != DIGEST_NONE ? DIGEST_TEXT(&s->manifest) : "by tag",
		              s->was_there ? ", there before" : "");
	}
}

static void show_level(const struct seal_page *page, struct stream *out)
{
	stream_puts(out, "\n  signer   ");
	if (page->identity.n > 0) {
		stream_show(out, page->identity);
		stream_puts(out, ", for whom ");
		stream_show(out, page->issuer);
		stream_puts(out, " vouches\n");
	} else {
		stream_puts(out, "a key\n");
	}
	stream_puts(out, "  builder  ");
	stream_show(out, bytes_str(*page->builder ? page->builder : "nobody says"));
	stream_printf(out, "\n  SLSA     build level %u: %s\n", page->level, page->level_why);
	for (size_t i = 0; i < page->verdicts.len; i++) {
		stream_puts(out, i == 0 ? "  holds    " : "           ");
		stream_show(out, bytes_str(page->verdicts.items[i]));
		stream_puts(out, "\n");
	}
}

static const char *verdict_of(const struct seal_page *page)
{
	if (page->steps[SEAL_GATE] == SEAL_FAILS)
		return "stopped";
	if (page->is_dry && page->passes)
		return "would be sealed";
	return page->steps[SEAL_VERIFY] == SEAL_HOLDS ? "sealed" : "not sealed";
}

void seal_text(const struct seal_page *page, const struct terminal *t, struct stream *out)
{
	const char *verdict = verdict_of(page);
	bool bad = page->steps[SEAL_VERIFY] != SEAL_HOLDS && !(page->is_dry && page->passes);

	stream_printf(out, "%s%s%s ", terminal_style(t, bad ? STYLE_BAD : STYLE_GOOD), verdict,
	              terminal_plain(t));
	stream_show(out, bytes_str(page->place));
	if (page->root.algorithm != DIGEST_NONE)
		stream_printf(out, "\n  digest   %s", DIGEST_TEXT(&page->root));
	stream_puts(out, "\n");
	show_steps(page, t, out);
	for (size_t i = 0; i < page->images.len; i++)
		if (page->images.items[i].reasons.len > 0)
			show_reasons(&page->images.items[i], t, out);
	show_statements(page, out);
	if (page->statements.len > 0)
		show_level(page, out);
}
