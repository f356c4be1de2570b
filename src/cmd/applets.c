/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/applet.h"

#include "sys/environment.h"

/* The only list of commands. */
#define APPLETS(X) X(audit) X(seal) X(scan) X(vex) X(check) X(init) X(secrets) \
	X(sbom) X(sbom_check) X(diff) \
	X(db_update) X(db_status) X(db_build) X(db_import) X(db_push) X(db_verify) X(db_feeds) \
	X(pull) X(push) X(copy) X(tags) X(login) X(logout) \
	X(keygen) X(public_key) X(sign) X(attest) X(sign_blob) X(attest_blob) \
	X(verify) X(verify_attestation) X(verify_blob) X(verify_blob_attestation) \
	X(verify_provenance) X(tree) \
	X(conformance_verify_bundle) X(conformance_sign_bundle) \
	X(trust_update) X(trust_show) X(trust_explain) \
	X(run) X(prove) X(learn) X(harden) X(prune) \
	X(explain) X(help) X(version) X(completion) X(vercmp) X(selftest)

#define X(name) extern const struct applet applet_##name;
APPLETS(X)
#undef X

#define X(name) &applet_##name,
const struct applet *const applets[] = { APPLETS(X) NULL };
#undef X

#define FIELD(name) offsetof(struct job, name)
static const struct flag global_flags[] = {
	{ 'q', "quiet", NULL, FLAG_SWITCH, FIELD(quiet), "only errors on standard error" },
	{ 'v', "verbose", NULL, FLAG_SWITCH, FIELD(verbose), "say more" },
	{ 0, "log-format", "text|json", FLAG_CHOICE, FIELD(log_format), "form of messages" },
	{ 'h', "help", NULL, FLAG_SWITCH, FIELD(help), "this text" },
	{ 0 },
};

const struct flag_group *group_find(const char *name)
{
	for (size_t i = 0; applets[i]; i++)
		for (size_t g = 0; g < APPLET_GROUPS && applets[i]->groups[g].group; g++)
			if (strcmp(applets[i]->groups[g].group->name, name) == 0)
				return applets[i]->groups[g].group;
	return NULL;
}

/* nth(flags, i): the i-th of a table, or NULL and *i less by its length. */
static const struct flag *nth(const struct flag *flags, size_t *i)
{
	for (; flags && flags->name; flags++, (*i)--)
		if (*i == 0)
			return flags;
	return NULL;
}

const struct flag *applet_flag(const struct applet *applet, size_t i, struct flag_home *out_home)
{
	struct flag_home home = { 0 };
	const struct flag *f = nth(applet->flags, &i);

	for (size_t g = 0; g < APPLET_GROUPS && !f && applet->groups[g].group; g++) {
		home.offset = applet->groups[g].offset;
		f = nth(applet->groups[g].group->flags, &i);
	}
	if (!f) {
		home = (struct flag_home){ .in_job = true };
		f = nth(global_flags, &i);
	}
	if (f && out_home)
		*out_home = (struct flag_home){ home.in_job, home.offset + f->offset };
	return f;
}

/* The page of "sbom check" is sbom-check, as git has it; so it may be named. */
static bool is_name(const char *name, const char *word)
{
	for (; *name && (*name == *word || (*name == ' ' && *word == '-')); name++)
		word++;
	return *name == *word;
}

const struct applet *applet_find(const char *name)
{
	for (size_t i = 0; applets[i]; i++)
		if (is_name(applets[i]->name, name))
			return applets[i];
	return NULL;
}

const struct applet *applet_choose(const char *const *words, size_t *out_taken)
{
	const size_t first = strlen(words[0]);

	*out_taken = 1;
	for (size_t i = 0; words[1] && applets[i]; i++) {
		const char *second = applet_second(applets[i]);

		if (!second || strcmp(second, words[1]) != 0 ||
		    strncmp(applets[i]->name, words[0], first) != 0 || applets[i]->name[first] != ' ')
			continue;
		*out_taken = 2;
		return applets[i];
	}
	return applet_find(words[0]);
}

const char *applet_second(const struct applet *applet)
{
	const char *space = strchr(applet->name, ' ');

	return space ? space + 1 : NULL;
}

const char *job_env(const struct job *job, const char *name)
{
	return environment_find(job->environment, name);
}

const char *job_tmp(const struct job *job)
{
	const char *tmp = job_env(job, "TMPDIR");

	return tmp && *tmp ? tmp : "/tmp";
}
