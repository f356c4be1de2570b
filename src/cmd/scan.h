/* SPDX-License-Identifier: Apache-2.0 */
/* scan - what counts and what fails: the flags that `oakum scan` and `oakum vex` share, and what
 * they ask for.
 *
 * A command puts a struct judging_flags into its options and the group into its applet. Files that
 * people hand in are read in a sealed worker. Threading: belongs to one thread. */
#pragma once

#include "base/map.h"
#include "cmd/reading.h"
#include "flow/scan.h"
#include "vuln/papers.h"

struct judging_flags {
	const char *severity, *ignore_status, *fail_on, *only_new, *ignorefile, *pkg_types, *db,
		*scanners, *ledger;
	struct texts vex, skip_dirs, skip_files;
	struct exit_flag exit_code, exit_on_eol;
	bool ignore_unfixed, fail_on_gap, list_all_pkgs, show_suppressed, offline, skip_update;
};

extern const struct flag_group judging_flag_group;

struct judging {
	struct job *job;
	const struct judging_flags *flags;
	const struct reading *reading;
	struct scan_options options;
	struct gate_rule rule;
	struct papers papers;
	struct map before;
	struct ledger_change change;
	bool attached; /* --vex oci */
	enum status status;
};

/* judging_prepare(j, job, flags, reading, e): everything but the targets; the database is opened
 * and a baseline that is no report is scanned. Borrows all; do not move *j afterwards.
 * judging_done also after a failure. ERR_USAGE, ERR_IO, ERR_FORMAT, ... */
int judging_prepare(struct judging *j, struct job *job, const struct judging_flags *flags,
                    const struct reading *reading, err *e);
void judging_done(struct judging *j);

/* judging_scan(j, text, out, e): read one target and judge it; j->status takes in what fails.
 * scan_done frees it. Errors of scan_run and of what is attached. */
int judging_scan(struct judging *j, const char *text, struct scan *out, err *e);

/* judging_lists(rule, db, e): ERR_ABSENT: the rule asks for a list that the database has not. */
int judging_lists(const struct gate_rule *rule, const struct database *db, err *e);

/* judging_uncovered(job, rule, page): STATUS_FAILED, and said, where the rule asks for
 * vulnerabilities and the database has nothing of a release or ecosystem of the target, or for ends
 * of life and nobody told that of its system. */
enum status judging_uncovered(struct job *job, const struct gate_rule *rule,
                              const struct scan_page *page);

/* judging_no_end(job, target, id, version): STATUS_FAILED, and said: until when this system is
 * mended nobody told, which a gate asks for. */
enum status judging_no_end(struct job *job, const char *target, bytes id, bytes version);

/* judging_finish(j, e): once all targets were scanned: write the ledger. ERR_IO.
 * judging_exit(j): the exit status. */
int judging_finish(struct judging *j, err *e);
int judging_exit(const struct judging *j);
