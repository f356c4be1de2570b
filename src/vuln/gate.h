/* SPDX-License-Identifier: Apache-2.0 */
/* gate - which findings count: from matches to what a report shows and an exit status stands for.
 *
 * The order is Trivy's: severity, status, ignore file, one finding once, then VEX; what an ignore
 * file or a VEX statement takes away is kept aside with its reason. Filters of severity and status
 * leave nothing but a count. Nothing here prints. Threading: values; an arena belongs to one
 * thread. */
#pragma once

#include "model/ignore.h"
#include "vuln/match.h"
#include "vuln/rating.h"
#include "vuln/vex.h"

struct map;

struct finding {
	struct match match;
	const struct vulnerability *about; /* its id is empty when nothing more is known */
	struct rating rating;
	const struct purl *purl;
	const char *purl_text;
	bool known_before; /* it stands in the baseline */
	bool accepted;     /* the ledger lets it be for now */
	/* of those that were taken away: */
	const char *by; /* "ignore" or "vex"; NULL: it counts */
	bytes why;      /* a statement or a justification; may be empty */
	bytes source;   /* the file that says so; may be empty */
};

struct findings {
	struct finding *items;
	size_t len, cap;
};

/* -- what a gate stands on --------------------------------------------------------------------- */

#define GATE_ALL 0xffU /* every severity */

struct gate_options {
	unsigned severities;     /* bit 1 << enum severity; GATE_ALL */
	unsigned ignored_status; /* bit 1 << enum advisory_status */
	const struct ignore_list *ignore; /* may be NULL, as all below */
	/* What an ignore file's paths may call the packages of the system, that have no file: the
	 * report's target, with and without the kind of target before it; empty: nothing. */
	bytes system[2];
	const struct vex_list *vex;
	const struct purl *image;  /* for VEX, see vex_find */
	const struct map *before;  /* of a baseline: gate_key to anything */
	bool no_texts;             /* titles, descriptions and the like are not shown */
};

struct gate {
	struct findings found, suppressed; /* sorted as they are shown: package, version, worst first */
	uint64_t by_severity, by_status; /* what those filters left out */
	uint64_t unrated; /* of by_severity: those of unknown severity */
};

/* gate_severities(words, out, e): "HIGH,CRITICAL" to bits; LOW takes in what others call
 * negligible. gate_statuses(words, out, e): "will_not_fix,affected" to bits. ERR_USAGE. */
int gate_severities(bytes words, unsigned *out, err *e);
int gate_statuses(bytes words, unsigned *out, err *e);
#define GATE_NOT_FIXED (GATE_ALL & ~(1U << ADVISORY_FIXED))

/* gate_text(b): b, never with NULL: for "%.*s", whose argument must not be. Borrows. */
static inline bytes gate_text(bytes b)
{
	return b.p ? b : BYTES("");
}

/* gate_status_name(status): "will_not_fix". Static. */
const char *gate_status_name(enum advisory_status status);

/* gate_pass(db, matches, options, a, out, e): rate, filter, sort. Borrows matches. Arena.
 * ERR_FORMAT and ERR_IO of the database. */
int gate_pass(struct database *db, const struct matches *matches,
              const struct gate_options *options, struct arena *a, struct gate *out, err *e);

/* gate_key(id, package, a): how a finding of a baseline is known again. */
bytes gate_key(bytes id, bytes package, struct arena *a);
/* gate_baseline(text, a, out, e): the gate_keys of Trivy's JSON, which ours is. ERR_FORMAT. */
int gate_baseline(bytes text, struct arena *a, struct word_list *out, err *e);

/* -- what fails -------------------------------------------------------------------------------- */

/* "kev,epss:0.5,fixable-high,critical": any of them; what is no finding of a vulnerability ("eol",
 * "gaps", "secrets", "settings-high") is the caller's to ask. */
struct gate_rule {
	bool any, kev, fixable, ended, gaps;
	uint32_t epss; /* millionths; UINT32_MAX: no matter */
	/* At least so severe; SEVERITY_UNKNOWN: no matter. fixable_severity: of those with a fix.
	 * "secrets" and "settings" alone mean medium. */
	enum severity severity, fixable_severity, secrets, settings;
};

/* gate_rule_parse(words, out, e): ERR_USAGE. gate_fails(rule, f): it is of the rule and neither of
 * the baseline nor accepted. */
int gate_rule_parse(bytes words, struct gate_rule *out, err *e);
bool gate_fails(const struct gate_rule *rule, const struct finding *f);
/* gate_needs_database(rule): it asks for vulnerabilities. */
bool gate_needs_database(const struct gate_rule *rule);
