/* SPDX-License-Identifier: Apache-2.0 */
/* settings - what the configuration of an image becomes when it is hardened.
 *
 * Two steps, since what stays hangs on the first: settings_command brings the entry point into exec
 * form; settings_mend does the rest: a user that is not root, by number; the environment and the
 * ports of .NET; no shell in the health check; nothing that holds a secret. Each change is told as
 * a line. The commands of the build are not kept: what they left is not there in their form.
 * Threading: pure. */
#pragma once

#include "catalog/facts.h"

struct settings_notes {
	const char **items; /* printable */
	size_t len, cap;
};

/* settings_command(config, a, out_notes, out_refused): `sh -c "program words"` among the words of
 * ENTRYPOINT or CMD becomes the program and its words; behind wrappers (tini), too. *out_refused:
 * why that cannot be done, NULL when there is nothing to do or it is done. Changes *config;
 * arena. */
void settings_command(struct oci_config *config, struct arena *a, struct settings_notes *out_notes,
                      const char **out_refused);

struct settings_user {
	uint32_t uid, gid;
	bool is_new;     /* the image ran as root */
	bool left_group; /* it ran in root's group, as another user */
	bool is_named;   /* accounts name it already */
};

/* settings_user(config, facts, out, e): the image's own user, but never root and never in root's
 * group (user_harden). ERR_FORMAT: it names one that it does not have. */
int settings_user(const struct oci_config *config, const struct facts *facts,
                  struct settings_user *out, err *e);

struct settings_wish {
	struct settings_user user;
	bool is_dotnet, is_bundle;     /* a single file, which may unpack itself */
	bool has_shell;                /* one stays */
	const struct strings *secrets; /* "env NAME", "label NAME", ...: report/secrets_page.h */
};

/* settings_mend(config, wish, a, out_notes, out_refused): *out_refused: a secret that cannot be
 * left out (it is a word of the command), NULL. Changes *config; arena. */
void settings_mend(struct oci_config *config, const struct settings_wish *wish, struct arena *a,
                   struct settings_notes *out_notes, const char **out_refused);

/* settings_accounts(old, u, is_group, a): etc/passwd, or etc/group, with a line for u. Arena. */
bytes settings_accounts(bytes old, const struct settings_user *u, bool is_group, struct arena *a);
