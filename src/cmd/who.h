/* SPDX-License-Identifier: Apache-2.0 */
/* who - the flags of every command that verifies: whom we believe.
 *
 * A command puts a struct who_flags into its options and the group into its applet. Of identities
 * and issuers those that are given exactly come first, then the expressions, each in the order of
 * the command line; as many of both pair up by that order, a single one goes with all of the
 * others. Threading: belongs to the main thread. */
#pragma once

#include "cmd/applet.h"
#include "flow/verify.h"
#include "oci/target.h"

struct who_flags {
	struct texts keys;
	struct texts identities, identity_patterns, issuers, issuer_patterns;
	const char *trigger, *commit, *workflow, *repository, *ref; /* that a certificate must say */
	const char *root;
	bool ignore_log, ignore_sct, needs_timestamp;
	bool local; /* the image is a folder */
	/* Of cosign; what they ask for is always so. */
	const char *offline, *new_format, *check_claims;
	const char *workers, *experimental;
};

extern const struct flag_group who_flag_group;

/* who_is_said(f): does any flag say whom to believe, or what must be proven of him? Not one of
 * those that change nothing; nor --trusted-root, which policies need, too; nor --local-image. */
bool who_is_said(const struct who_flags *f);

/* who_target(f, text, a, out, e): the image: of --local-image always a folder, else as
 * target_parse_signed, whose errors it has. */
int who_target(const struct who_flags *f, const char *text, struct arena *a, struct target *out,
               err *e);

/* who_prepare(job, f, out, e): the terms; notes about expressions that are not anchored go to
 * standard error. ERR_USAGE, ERR_ABSENT, ERR_IO, ERR_LIMIT. Arena of the job; who_done frees the
 * expressions, also after a failure. */
int who_prepare(struct job *job, const struct who_flags *f, struct verify_terms *out, err *e);
void who_done(struct verify_terms *terms);
