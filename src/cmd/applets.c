/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/applet.h"

/* The only list of commands. */
#define APPLETS(X) X(audit) X(sbom) X(explain) X(help) X(version) X(completion) X(selftest)

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
};

const struct flag *applet_flag(const struct applet *applet, size_t i, bool *out_global)
{
	const struct flag *own = applet->flags;

	for (; own && own->name; own++, i--)
		if (i == 0) {
			if (out_global)
				*out_global = false;
			return own;
		}
	if (i >= sizeof(global_flags) / sizeof(*global_flags))
		return NULL;
	if (out_global)
		*out_global = true;
	return &global_flags[i];
}

const struct applet *applet_find(const char *name)
{
	for (size_t i = 0; applets[i]; i++)
		if (strcmp(applets[i]->name, name) == 0)
			return applets[i];
	return NULL;
}

const char *job_env(const struct job *job, const char *name)
{
	size_t n = strlen(name);

	for (char *const *v = job->environment; v && *v; v++)
		if (strncmp(*v, name, n) == 0 && (*v)[n] == '=')
			return *v + n + 1;
	return NULL;
}
