/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/who.h"

#include "base/limits.h"
#include "base/text.h"
#include "cmd/message.h"
#include "cmd/options.h"
#include "cmd/roots.h"
#include "sys/file.h"

#include <stddef.h>

#define FIELD(name) offsetof(struct who_flags, name)
static const struct flag flags[] = {
	{ 0, "key", "FILE|env://NAME", FLAG_LIST, FIELD(keys),
	  "a public key, PEM: one of them must have signed" },
	{ 0, "certificate-identity", "WHO", FLAG_LIST, FIELD(identities),
	  "whom the certificate must name" },
	{ 0, "certificate-identity-regexp", "RE", FLAG_LIST, FIELD(identity_patterns),
	  "the same, searched for" },
	{ 0, "certificate-oidc-issuer", "URL", FLAG_LIST, FIELD(issuers),
	  "who must have vouched for the signer" },
	{ 0, "certificate-oidc-issuer-regexp", "RE", FLAG_LIST, FIELD(issuer_patterns),
	  "the same, searched for" },
	{ 0, "trusted-root", "FILE", FLAG_TEXT, FIELD(root),
	  "logs and authorities (Sigstore's public ones)" },
	{ 0, "certificate-github-workflow-trigger", "NAME", FLAG_TEXT, FIELD(trigger),
	  "the event, as the certificate says" },
	{ 0, "certificate-github-workflow-sha", "SHA", FLAG_TEXT, FIELD(commit), "the commit" },
	{ 0, "certificate-github-workflow-name", "NAME", FLAG_TEXT, FIELD(workflow), "the workflow" },
	{ 0, "certificate-github-workflow-repository", "ORG/REPO", FLAG_TEXT, FIELD(repository),
	  "the repository" },
	{ 0, "certificate-github-workflow-ref", "REF", FLAG_TEXT, FIELD(ref), "the branch or tag" },
	{ 0, "insecure-ignore-tlog", NULL, FLAG_SWITCH, FIELD(ignore_log),
	  "no log entry is needed: a time stamp is enough" },
	{ 0, "insecure-ignore-sct", NULL, FLAG_SWITCH, FIELD(ignore_sct),
	  "the certificate need be in no log" },
	{ 0, "use-signed-timestamps", NULL, FLAG_SWITCH, FIELD(needs_timestamp),
	  "an authority must have stamped the time" },
	{ 0, "local-image", NULL, FLAG_SWITCH, FIELD(local), "the image is a folder: DIR is oci:DIR" },
	{ 0, "offline", "true|false", FLAG_MAYBE, FIELD(offline), "always: nothing else is asked" },
	{ 0, "new-bundle-format", "true|false", FLAG_MAYBE, FIELD(new_format),
	  "always: every form is read" },
	{ 0, "check-claims", "true|false", FLAG_MAYBE, FIELD(check_claims), "always" },
	{ 0, "max-workers", "N", FLAG_TEXT, FIELD(workers), "changes nothing" },
	{ 0, "experimental-oci11", "true|false", FLAG_MAYBE, FIELD(experimental),
	  "always: referrers are asked for" },
	{ 0 },
};

const struct flag_group who_flag_group = { "signer", "Whom to believe", flags };

static bool names_certificate(const struct who_flags *f)
{
	return f->identities.len + f->identity_patterns.len + f->issuers.len + f->issuer_patterns.len >
	       0;
}

static bool names_workflow(const struct who_flags *f)
{
	return f->trigger || f->commit || f->workflow || f->repository || f->ref;
}

/* --check-claims=false would change something: it is refused (check_accepted). */
static bool wants_unchecked(const struct who_flags *f)
{
	return bytes_is(bytes_str(f->check_claims), "false");
}

bool who_is_said(const struct who_flags *f)
{
	return f->keys.len > 0 || names_certificate(f) || names_workflow(f) || f->ignore_log ||
	       f->ignore_sct || f->needs_timestamp || wants_unchecked(f);
}

int who_target(const struct who_flags *f, const char *text, struct arena *a, struct target *out,
               err *e)
{
	bool is_folder = f->local && !bytes_starts(bytes_str(text), BYTES("oci:"));

	return target_parse_signed(is_folder ? arena_printf(a, "oci:%s", text) : text, a, out, e);
}

/* -- keys -------------------------------------------------------------------------------------- */

/* A public key that another program or a token keeps becomes a file first: both may start threads,
 * and a worker is forked after this. */
static int refuse_elsewhere(const char *key, err *e)
{
	bytes k = bytes_str(key);

	if (bytes_search(k, BYTES("://")) == k.n && !bytes_starts(k, BYTES("exec:")) &&
	    !bytes_starts(k, BYTES("pkcs11:")))
		return 0;
	return err_set(e, ERR_USAGE, 0,
	               "'%s': a public key is a file or env://NAME; 'oakum public-key --key KEY' "
	               "writes that of exec: and pkcs11:",
	               SHOW(k));
}

static int read_key(struct job *job, const char *key, bytes *out, err *e)
{
	bytes name = bytes_str(key);

	if (bytes_take_prefix(&name, BYTES("env://"))) {
		/* A copy: a worker has no environment. */
		*out = arena_bytes(&job->arena, bytes_str(job_env(job, key + strlen("env://"))));
		if (out->n == 0)
			return err_set(e, ERR_USAGE, 0, "'%s': no such variable in the environment",
			               SHOW(bytes_str(key)));
	} else if (refuse_elsewhere(key, e) < 0 ||
	           file_read_input(key, LIMIT_KEY, &job->arena, out, e) < 0) {
		return -1;
	}
	if (bytes_search(*out, BYTES("PRIVATE KEY-----")) < out->n)
		return err_set(e, ERR_USAGE, 0,
		               "'%s' is a private key: give its public half, the .pub beside it",
		               SHOW(bytes_str(key)));
	return 0;
}

static int take_keys(struct job *job, const struct texts *paths, struct verify_terms *out, err *e)
{
	bytes *keys = arena_array(&job->arena, bytes, paths->len);

	if (paths->len > LIMIT_KEYS)
		return err_set(e, ERR_LIMIT, 0, "%zu keys; at most %d", paths->len, LIMIT_KEYS);
	for (size_t i = 0; i < paths->len; i++)
		if (read_key(job, paths->items[i], &keys[i], e) < 0)
			return -1;
	out->keys = keys;
	out->keys_len = paths->len;
	return 0;
}

/* -- identities -------------------------------------------------------------------------------- */

static void warn_of(struct job *job, const char *flag, const char *pattern)
{
	bool begins = pattern[0] == '^' && !strchr(pattern, '|');

	if (!pattern_is_anchored(pattern))
		message_note(job, NULL,
		             arena_printf(&job->arena, "--%s '%s' is not anchored%s", flag,
		                          SHOW(bytes_str(pattern)),
		                          begins ? " at its end ($): whatever begins with it fits"
		                                 : " (^...$): whatever holds it fits"));
}

/* take_parts(..., out, e): exact ones, then expressions. */
static int take_parts(struct job *job, const char *flag, const struct texts *exact,
                      const struct texts *patterns, struct identity_part *out, err *e)
{
	const char *name = arena_printf(&job->arena, "%s-regexp", flag);

	for (size_t i = 0; i < exact->len; i++, out++) {
		out->exact = bytes_str(exact->items[i]);
		if (out->exact.n == 0)
			return err_set(e, ERR_USAGE, 0, "--%s is empty", flag);
	}
	for (size_t i = 0; i < patterns->len; i++, out++) {
		if (patterns->items[i][0] == '\0')
			return err_set(e, ERR_USAGE, 0, "--%s is empty: it would fit everybody", name);
		if (pattern_new(patterns->items[i], &out->pattern, e) < 0)
			return err_wrap(e, "--%s", name);
		warn_of(job, name, patterns->items[i]);
	}
	return 0;
}

/* The expressions belong to out->request.identities as soon as they are made: who_done frees them.
 * Where one goes with several, only its first place owns it. */
static int take_identities(struct job *job, const struct who_flags *f, struct verify_terms *out,
                           err *e)
{
	size_t subjects = f->identities.len + f->identity_patterns.len;
	size_t issuers = f->issuers.len + f->issuer_patterns.len;
	size_t n = subjects > issuers ? subjects : issuers;

	if (subjects == 0 || issuers == 0)
		return err_set(e, ERR_USAGE, 0,
		               "say who must have signed: --key, or --certificate-identity and "
		               "--certificate-oidc-issuer (or their -regexp forms)");
	if (n > LIMIT_IDENTITIES)
		return err_set(e, ERR_LIMIT, 0, "%zu identities; at most %d", n, LIMIT_IDENTITIES);
	if (subjects != issuers && subjects != 1 && issuers != 1)
		return err_set(e, ERR_USAGE, 0, "%zu identities and %zu issuers do not pair up", subjects,
		               issuers);
	struct identity_part *who = arena_array(&job->arena, struct identity_part, subjects);
	struct identity_part *by = arena_array(&job->arena, struct identity_part, issuers);
	struct identity *pairs = arena_array(&job->arena, struct identity, n);
	int status = take_parts(job, "certificate-identity", &f->identities, &f->identity_patterns, who,
	                        e);

	if (status == 0)
		status = take_parts(job, "certificate-oidc-issuer", &f->issuers, &f->issuer_patterns, by,
		                    e);
	for (size_t i = 0; i < n; i++)
		pairs[i] = (struct identity){ who[subjects == 1 ? 0 : i], by[issuers == 1 ? 0 : i] };
	out->request.identities = pairs;
	out->request.identities_len = n;
	return status;
}

static int check_accepted(const struct who_flags *f, err *e)
{
	if (wants_unchecked(f))
		return err_set(e, ERR_USAGE, 0,
		               "--check-claims=false: a signature whose claims are not looked at may be of "
		               "any image");
	if (f->keys.len > 0 && (names_certificate(f) || names_workflow(f)))
		return err_set(e, ERR_USAGE, 0, "a --key needs no --certificate-... flag");
	return 0;
}

int who_prepare(struct job *job, const struct who_flags *f, struct verify_terms *out, err *e)
{
	const struct certificate_claims claims = { .items = {
		[CLAIM_TRIGGER_OLD] = bytes_str(f->trigger),
		[CLAIM_COMMIT_OLD] = bytes_str(f->commit),
		[CLAIM_WORKFLOW_OLD] = bytes_str(f->workflow),
		[CLAIM_REPOSITORY_OLD] = bytes_str(f->repository),
		[CLAIM_REF_OLD] = bytes_str(f->ref),
	} };

	*out = (struct verify_terms){ .request = { .ignore_log = f->ignore_log,
		                                       .ignore_sct = f->ignore_sct,
		                                       .needs_timestamp = f->needs_timestamp,
		                                       .claims = claims } };
	if (options_refuse_empty(flags, f, e) < 0 || check_accepted(f, e) < 0 ||
	    trust_root_text(job, f->root, &out->root, e) < 0)
		return -1;
	return f->keys.len > 0 ? take_keys(job, &f->keys, out, e) : take_identities(job, f, out, e);
}

void who_done(struct verify_terms *terms)
{
	const struct identity *items = terms->request.identities;

	for (size_t i = 0; i < terms->request.identities_len; i++) {
		if (i == 0 || items[i].subject.pattern != items[i - 1].subject.pattern)
			pattern_free(items[i].subject.pattern);
		if (i == 0 || items[i].issuer.pattern != items[i - 1].issuer.pattern)
			pattern_free(items[i].issuer.pattern);
	}
	terms->request.identities_len = 0;
}
