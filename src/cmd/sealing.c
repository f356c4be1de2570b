/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/sealing.h"

#include "base/limits.h"
#include "base/text.h"
#include "cmd/policy_file.h"
#include "flow/scan_papers.h"
#include "sys/file.h"

#include <stddef.h>

#define FIELD(name) offsetof(struct sealing_flags, name)
static const struct flag flags[] = {
	{ 0, "fail-on", "RULES", FLAG_WORDS, FIELD(fail_on),
	  "what stops (" SEALING_RULE ")" },
	{ 0, "vulnerabilities", "SEVERITY|none", FLAG_TEXT, FIELD(vulnerabilities),
	  "with a fix: fixable-SEVERITY,kev" },
	{ 0, "unfixed", "true|false", FLAG_MAYBE, FIELD(unfixed), "without a fix, too: SEVERITY,kev" },
	{ 0, "secrets", "SEVERITY|none", FLAG_TEXT, FIELD(secrets), "secrets-SEVERITY" },
	{ 0, "settings", "SEVERITY|none", FLAG_TEXT, FIELD(settings), "settings-SEVERITY" },
	{ 0, "end-of-life", "true|false", FLAG_MAYBE, FIELD(ended), "what nobody mends any more: eol" },
	{ 0, "gaps", "true|false", FLAG_MAYBE, FIELD(gaps), "what could not be read" },
	{ 0, "sbom", "spdx|cyclonedx|both", FLAG_CHOICE, FIELD(sbom), "which bill is attested (spdx)" },
	{ 0, "attach", "bundle|tag|both", FLAG_CHOICE, FIELD(attach),
	  "as cosign 3 (bundle), as cosign 2 (tag); unsaid: the signature as both" },
	{ 0, "policy", "FILE", FLAG_TEXT, FIELD(policy), "what must hold then (oakum-policy.yaml)" },
	{ 0, "config", "FILE", FLAG_TEXT, FIELD(config), "settings of this project (oakum.yaml)" },
	{ 0, "db", "FILE", FLAG_TEXT, FIELD(db), "database of vulnerabilities ('oakum db update')" },
	{ 0, "ignorefile", "FILE", FLAG_TEXT, FIELD(ignorefile),
	  "ids not to be told (.trivyignore, also *.yaml)" },
	{ 0, "vex", "FILE", FLAG_LIST, FIELD(vex), "what an issuer says does not concern it" },
	{ 0, "source", "URL", FLAG_TEXT, FIELD(source), "of the build, where no CI tells it" },
	{ 0, "ref", "REF", FLAG_TEXT, FIELD(ref), "its branch or tag" },
	{ 0, "commit", "SHA", FLAG_TEXT, FIELD(commit), "its commit" },
	{ 0, "pack", "FILE", FLAG_TEXT, FIELD(pack), "everything that proves it, as one archive" },
	{ 0, "pack-only", NULL, FLAG_SWITCH, FIELD(pack_only), "of an image that is sealed already" },
	{ 0, "exit-code", "N", FLAG_STATUS, FIELD(exit_code), "exit with N instead of 1" },
	{ 0, "platform", "OS/ARCH", FLAG_TEXT, FIELD(reading.platform), "one image of an index" },
	{ 0, "cache-dir", "DIR", FLAG_TEXT, FIELD(reading.cache_dir),
	  "where evidence is kept (~/.cache/oakum)" },
	{ 0, "no-cache", NULL, FLAG_SWITCH, FIELD(reading.no_cache), "keep nothing, use nothing kept" },
	{ 0, "timeout", "TIME", FLAG_TIME, FIELD(reading.timeout_ms), "give up after this (1h)" },
	{ 0, "no-progress", NULL, FLAG_SWITCH, FIELD(reading.no_progress), "no live display" },
	{ 0 },
};

const struct flag_group sealing_flag_group = { "sealing", "Sealing", flags };

/* -- oakum.yaml -------------------------------------------------------------------------------- */

/* A file of the project says nothing that would run a program or sign for somebody. */
static const struct {
	const char *name;
	size_t offset;
	bool is_rule; /* --fail-on says all of it */
} settings[] = {
	{ "fail-on", FIELD(fail_on), true },
	{ "vulnerabilities", FIELD(vulnerabilities), true },
	{ "unfixed", FIELD(unfixed), true },
	{ "secrets", FIELD(secrets), true },
	{ "settings", FIELD(settings), true },
	{ "end-of-life", FIELD(ended), true },
	{ "gaps", FIELD(gaps), true },
	{ "sbom", FIELD(sbom), false },
	{ "attach", FIELD(attach), false },
	{ "policy", FIELD(policy), false },
	{ "db", FIELD(db), false },
	{ "ignorefile", FIELD(ignorefile), false },
	{ "platform", FIELD(reading.platform), false },
};

static int take_setting(struct job *job, struct sealing_flags *f, bool has_rule, bytes line, err *e)
{
	bytes name;

	if (!bytes_take_until(&line, '=', &name) || bytes_is(name, "pin"))
		return 0; /* of another command */
	/* A gate in a part whose name is misspelt would be none. */
	if (!bytes_take_prefix(&name, BYTES("seal.")))
		return err_set(e, ERR_USAGE, 0, "%s is no setting (doc/seal.md lists them)", SHOW(name));
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
		const char **field = (const char **)((char *)f + settings[i].offset);

		if (!bytes_is(name, settings[i].name))
			continue;
		if (!*field && !(has_rule && settings[i].is_rule))
			*field = arena_str(&job->arena, line);
		return 0;
	}
	return err_set(e, ERR_USAGE, 0, "seal.%s is no setting (doc/seal.md lists them)", SHOW(name));
}

int sealing_configure(struct job *job, struct sealing_flags *f, err *e)
{
	struct paper paper = { .kind = PAPER_SETTINGS, .name = f->config ? f->config : SEALING_CONFIG };
	struct papers papers = { 0 };
	bool has_rule = f->fail_on != NULL;

	if (file_read_all(paper.name, LIMIT_SETTINGS, &job->arena, &paper.text, e) < 0) {
		if (f->config || e->kind != ERR_ABSENT)
			return -1;
		err_clear(e); /* it need not be there */
		return 0;
	}
	if (scan_papers_read(&paper, 1, job->now, &job->arena, &papers, e) < 0)
		return -1;
	for (size_t i = 0; i < papers.settings.len; i++)
		if (take_setting(job, f, has_rule, papers.settings.items[i], e) < 0)
			return err_wrap(e, "%s", SHOW(bytes_str(paper.name)));
	return 0;
}

/* -- words ------------------------------------------------------------------------------------- */

/* "none" is SEVERITY_UNKNOWN; what is unsaid stays. */
static int take_severity(const char *name, const char *word, enum severity *out, err *e)
{
	enum severity s;

	if (!word)
		return 0;
	if (strcmp(word, "none") == 0)
		s = SEVERITY_UNKNOWN;
	else if (!severity_from(bytes_str(word), &s) || s == SEVERITY_UNKNOWN)
		return err_set(e, ERR_USAGE, 0,
		               "%s: '%s' is none of critical, high, medium, low, info, none", name,
		               SHOW(bytes_str(word)));
	*out = s;
	return 0;
}

static int take_truth(const char *name, const char *word, bool *out, err *e)
{
	if (!word)
		return 0;
	*out = strcmp(word, "true") == 0;
	return *out || strcmp(word, "false") == 0
	           ? 0
	           : err_set(e, ERR_USAGE, 0, "%s: '%s' is neither true nor false", name,
	                     SHOW(bytes_str(word)));
}

/* "--vulnerabilities high" says fixable-high,kev; with --unfixed it says high,kev. */
static int take_vulnerabilities(const struct sealing_flags *f, struct gate_rule *rule, err *e)
{
	bool unfixed = rule->severity != SEVERITY_UNKNOWN;
	enum severity severity = unfixed ? rule->severity : rule->fixable_severity;

	if (take_severity("vulnerabilities", f->vulnerabilities, &severity, e) < 0 ||
	    take_truth("unfixed", f->unfixed, &unfixed, e) < 0)
		return -1;
	if (f->vulnerabilities) {
		rule->any = rule->fixable = false;
		rule->epss = UINT32_MAX;
		rule->kev = severity != SEVERITY_UNKNOWN;
	}
	rule->severity = unfixed ? severity : SEVERITY_UNKNOWN;
	rule->fixable_severity = unfixed ? SEVERITY_UNKNOWN : severity;
	return 0;
}

int sealing_rule(const struct sealing_flags *f, struct gate_rule *out, err *e)
{
	if (f->fail_on && !*f->fail_on)
		return err_set(e, ERR_USAGE, 0,
		               "--fail-on is empty: a rule that is not there stops nothing");
	if (gate_rule_parse(bytes_str(f->fail_on ? f->fail_on : SEALING_RULE), out, e) < 0)
		return err_wrap(e, "--fail-on");
	if ((f->vulnerabilities || f->unfixed) && take_vulnerabilities(f, out, e) < 0)
		return -1;
	return take_severity("secrets", f->secrets, &out->secrets, e) < 0 ||
	               take_severity("settings", f->settings, &out->settings, e) < 0 ||
	               take_truth("end-of-life", f->ended, &out->ended, e) < 0 ||
	               take_truth("gaps", f->gaps, &out->gaps, e) < 0
	           ? -1
	           : 0;
}

static bool is_word(const char *said, const char *word)
{
	return said && strcmp(said, word) == 0;
}

int sealing_papers(const struct sealing_flags *f, bool *out, err *e)
{
	bool both = is_word(f->sbom, "both");

	out[SEAL_SPDX] = both || !f->sbom || is_word(f->sbom, "spdx");
	out[SEAL_CYCLONEDX] = both || is_word(f->sbom, "cyclonedx");
	out[SEAL_SCAN] = out[SEAL_SECRETS] = out[SEAL_SETTINGS] = out[SEAL_PROVENANCE] = true;
	return out[SEAL_SPDX] || out[SEAL_CYCLONEDX]
	           ? 0
	           : err_set(e, ERR_USAGE, 0, "sbom: '%s' is none of spdx, cyclonedx, both",
	                     SHOW(bytes_str(f->sbom)));
}

int sealing_forms(const struct sealing_flags *f, struct seal_options *o, err *e)
{
	bool both = is_word(f->attach, "both");

	o->as_bundle = both || !f->attach || is_word(f->attach, "bundle");
	o->as_tag = both || is_word(f->attach, "tag");
	o->signature_as_tag = o->as_tag || !f->attach; /* what asks for it looks for tags still */
	return o->as_bundle || o->as_tag
	           ? 0
	           : err_set(e, ERR_USAGE, 0, "attach: '%s' is none of bundle, tag, both",
	                     SHOW(bytes_str(f->attach)));
}

const char *sealing_policy(const struct sealing_flags *f)
{
	return f->policy ? f->policy : policy_file_usual();
}
