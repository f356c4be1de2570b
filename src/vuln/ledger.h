/* SPDX-License-Identifier: Apache-2.0 */
/* ledger - what a team knows of its open findings: since when, whose they are, until when they may
 * stay.
 *
 * A JSON document (schema oakum.ledger/1), one entry for an id of a package in a target, sorted by
 * the three, with nothing in it but what is said here, so that it lives well in a repository. A run
 * adds what it finds, notes the day on which a fix appeared, and closes what has gone; `owner`,
 * `expires` and `note` are people's and are kept. What has an `expires` that is not past and no fix
 * yet is accepted: it fails no gate. When it has a fix, or the day has passed, it counts again.
 * Hostile input: LIMIT_SETTINGS. Threading: values. */
#pragma once

#include "fmt/stream.h"
#include "vuln/gate.h"

/* Members of an entry in their order; dates are YYYY-MM-DD. */
#define LEDGER_FIELDS(X) \
	X(target) X(id) X(package) X(severity) X(installed) X(fixed) X(first_seen) X(became_fixable) \
	X(closed) X(owner) X(expires) X(note)

struct ledger_entry {
#define X(field) bytes field;
	LEDGER_FIELDS(X)
#undef X
};

struct ledger {
	struct ledger_entry *items;
	size_t len, cap;
};

struct ledger_change {
	uint64_t added, fixable, closed, accepted, expired;
};

/* ledger_read(text, a, out, e): add the entries. Arena; borrows text. ERR_FORMAT, ERR_LIMIT. */
int ledger_read(bytes text, struct arena *a, struct ledger *out, err *e);

/* What one run found in one target. */
struct ledger_run {
	bytes target;
	const struct matches *matches;
	struct gate *gate;
	int64_t now;
};

/* ledger_update(l, run, a, out): bring the entries of its target up to date and mark the findings
 * that are accepted (finding.accepted). What is not among the findings but among the matches was
 * left out by a filter: its entry stays as it is. *out is added to. Arena: strings are copied. */
void ledger_update(struct ledger *l, const struct ledger_run *run, struct arena *a,
                   struct ledger_change *out);

/* ledger_write(l, out): sorts it. */
void ledger_write(struct ledger *l, struct stream *out);
