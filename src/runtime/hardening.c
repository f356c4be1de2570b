/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/hardening.h"

#include "base/text.h"

static const char *const names[DEFENCES] = {
	[DEFENCE_USER] = "user",
	[DEFENCE_CAPABILITIES] = "capabilities",
	[DEFENCE_PRIVILEGES] = "no-new-privileges",
	[DEFENCE_SECCOMP] = "seccomp",
	[DEFENCE_READONLY] = "read-only",
	[DEFENCE_NOEXEC] = "noexec",
	[DEFENCE_MASKS] = "masks",
	[DEFENCE_NETWORK] = "network",
	[DEFENCE_LIMITS] = "limits",
};

const char *defence_name(enum defence d)
{
	return names[d];
}

enum defence defence_find(bytes name)
{
	unsigned d = 0;

	while (d < DEFENCES && !bytes_is(name, names[d]))
		d++;
	return d;
}

/* -- the user ---------------------------------------------------------------------------------- */

/* passwd(5): name:password:uid:gid:... */
static bool find_account(bytes accounts, bytes name, struct hardening *out)
{
	bytes line;

	while (bytes_line(&accounts, &line)) {
		bytes field;
		uint64_t uid, gid;

		if (!bytes_take_until(&line, ':', &field) || !bytes_equal(field, name) ||
		    !bytes_take_until(&line, ':', &field) || !bytes_take_until(&line, ':', &field) ||
		    !text_take_u64(field, 10, UINT32_MAX - 1, &uid) ||
		    !bytes_take_until(&line, ':', &field) ||
		    !text_take_u64(field, 10, UINT32_MAX - 1, &gid))
			continue;
		out->uid = (uint32_t)uid;
		out->gid = (uint32_t)gid;
		return true;
	}
	return false;
}

/* "1654", "1654:1654", "app", "app:1654" (image-spec 1.1, config.md §config.User). */
static int take_user(const struct oci_config *config, bytes accounts, struct hardening *out, err *e)
{
	bytes user = config->user, name;
	uint64_t number;

	if (user.n == 0) {
		out->uid = out->gid = HARDENING_USER;
		return 0;
	}
	(void)bytes_take_until(&user, ':', &name);
	if (text_take_u64(name, 10, UINT32_MAX - 1, &number))
		out->uid = out->gid = (uint32_t)number;
	else if (!find_account(accounts, name, out))
		return err_set(e, ERR_FORMAT, 0, "the image has no user '%s' (name one with --user)",
		               SHOW(name));
	if (user.n > 0 && text_take_u64(user, 10, UINT32_MAX - 1, &number))
		out->gid = (uint32_t)number;
	if (out->uid == 0)
		out->uid = out->gid = HARDENING_USER;
	if (out->gid == 0)
		out->gid = out->uid;
	return 0;
}

/* -- the program ------------------------------------------------------------------------------- */

static void add_all(struct arena *a, struct strings *out, const struct strings *more)
{
	for (size_t i = 0; i < more->len; i++)
		*ARENA_PUSH(a, out) = more->items[i];
}

int hardening_of(const struct oci_config *config, bytes accounts, struct arena *a,
                 struct hardening *out, err *e)
{
	*out = (struct hardening){ .cwd = config->working_dir.n > 0 ? config->working_dir : BYTES("/"),
		                       .memory = HARDENING_MEMORY,
		                       .processes = HARDENING_PROCESSES };
	add_all(a, &out->args, &config->entrypoint);
	add_all(a, &out->args, &config->cmd);
	add_all(a, &out->env, &config->env);
	*ARENA_PUSH(a, &out->folders) = (struct hardening_folder){ "/tmp", HARDENING_TMP };
	if (out->args.len == 0)
		return err_set(e, ERR_FORMAT, 0, "the image names no program (say one behind --)");
	return take_user(config, accounts, out, e);
}
