/* SPDX-License-Identifier: Apache-2.0 */
/* sealing - the flags of `oakum seal` beside those of signing, and oakum.yaml, whose part `seal`
 * says the same for every run in a project; a flag wins.
 *
 * Threading: belongs to the main thread. */
#pragma once

#include "cmd/reading.h"
#include "flow/seal.h"

struct sealing_flags {
	const char *fail_on; /* rules of vuln/gate.h; what follows changes parts of them */
	/* Thresholds: a severity, or "none". */
	const char *vulnerabilities, *secrets, *settings;
	const char *unfixed, *ended, *gaps; /* "true", "false" */
	const char *sbom, *attach, *policy, *config, *db, *ignorefile;
	const char *source, *ref, *commit;
	const char *pack;
	struct texts vex;
	struct exit_flag exit_code;
	bool pack_only;
	struct reading_flags reading;
};

extern const struct flag_group sealing_flag_group;

#define SEALING_CONFIG "oakum.yaml"

/* sealing_configure(job, f, e): what is unsaid is taken from --config, else from oakum.yaml in the
 * current folder. Read in a sealed worker. ERR_ABSENT, ERR_FORMAT; ERR_USAGE: no such setting. */
int sealing_configure(struct job *job, struct sealing_flags *f, err *e);

/* What stops an image when nobody says. */
#define SEALING_RULE "fixable-high,kev,secrets,settings,eol"

/* sealing_rule(f, out, e): what stops an image. sealing_papers(f, out, e): what is attested.
 * sealing_forms(f, o, e): how. ERR_USAGE.
 * sealing_policy(f): what is read back is judged by it: --policy, else oakum-policy.yaml where it
 * lies in the current folder; NULL: by who signed. */
int sealing_rule(const struct sealing_flags *f, struct gate_rule *out, err *e);
int sealing_papers(const struct sealing_flags *f, bool *out, err *e);
int sealing_forms(const struct sealing_flags *f, struct seal_options *o, err *e);
const char *sealing_policy(const struct sealing_flags *f);
