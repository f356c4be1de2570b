/* SPDX-License-Identifier: Apache-2.0 */
/* range - sets of versions, as advisories and requirements write them, turned into intervals.
 *
 * Every syntax ends in the same form: a row of intervals, of which a version must be in one. A
 * text that is not of its syntax, and a bound that is no version of the ordering, are refused:
 * half a range would be a wrong answer. npm's rule that a pre-release fits only beside a bound
 * with the same numbers is a rule for installing and not kept: advisories mean the order alone.
 * Specifications stand at each syntax. Limits: LIMIT_RANGE, LIMIT_RANGE_INTERVALS. Threading:
 * values; an arena belongs to one thread. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "version/version.h"

/* `from` is in it unless from_open, `last` is, `to` is not. Empty: no such bound; never both
 * `to` and `last`. */
struct version_interval {
	bytes from, to, last;
	bool from_open;
};

struct version_range {
	struct version_interval *items;
	size_t len, cap;
};

enum range_syntax {
	/* >= 1.0, < 2.0 || = 3: GitHub's advisories; blanks or commas mean and, || or; also == and
	 * !=. The bounds are of any ordering (Go's and NuGet's advisories are written so). */
	RANGE_PLAIN,
	RANGE_NPM,    /* node-semver, "Ranges": ^ ~ x-ranges, hyphens */
	RANGE_PEP440, /* PEP 440, "Version specifiers" */
	RANGE_GEM,    /* Gem::Requirement: ~> */
	RANGE_BRACES, /* [1,2),[3,): Maven's POM reference, NuGet's reference; [1] is one version */
};

/* range_parse(syntax, ordering, text, a, out, e): add the intervals of the text to *out.
 * Intervals that hold nothing are left out. Arena; the bounds borrow from text. ERR_FORMAT,
 * ERR_LIMIT. */
int range_parse(enum range_syntax syntax, enum version_ordering ordering, bytes text,
                struct arena *a, struct version_range *out, err *e)
	__attribute__((warn_unused_result));

/* range_complement(ordering, range, a, out, e): add the intervals of all versions that are not in
 * the range, whose bounds are valid. Arena; borrows its bounds. ERR_LIMIT. */
int range_complement(enum version_ordering ordering, const struct version_range *range,
                     struct arena *a, struct version_range *out, err *e)
	__attribute__((warn_unused_result));

/* What happened at a version (OSV schema 1.7, affected[].ranges[].events[]). */
enum range_event_kind { RANGE_INTRODUCED, RANGE_FIXED, RANGE_LAST_AFFECTED, RANGE_LIMIT };
struct range_event {
	enum range_event_kind kind;
	bytes version;
};

/* range_events(ordering, events, n, a, out, e): add the intervals that the events mean, in
 * whatever order they stand: from each introduction ("0": from the first version) to the next
 * fix or last affected one. Limits bound all of them; "*" is none. Sorts the events. O(n log n)
 * where they are nearly in order, n being bounded by LIMIT_RANGE_INTERVALS. Arena; borrows.
 * ERR_FORMAT, ERR_LIMIT. */
int range_events(enum version_ordering ordering, struct range_event *events, size_t n,
                 struct arena *a, struct version_range *out, err *e)
	__attribute__((warn_unused_result));

/* range_holds(ordering, range, v, out): whether v is in one of the intervals. False when v or a
 * bound is invalid. interval_holds: the same of one: 1, 0; -1 when v or a bound is invalid,
 * wherever v lies; interval_holds_subject: of a version that many are held against. In PEP 440 a
 * local part of v counts only against a bound that has one. */
bool range_holds(enum version_ordering ordering, const struct version_range *range, bytes v,
                 bool *out) __attribute__((warn_unused_result));
int interval_holds(enum version_ordering ordering, const struct version_interval *i, bytes v);
int interval_holds_subject(const struct version_interval *i, const struct version_subject *v);
