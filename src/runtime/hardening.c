/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/hardening.h"

#include "base/path.h"
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
	[DEFENCE_PROCESSES] = "processes",
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

/* take_number(line, out): the next field of a line of passwd(5) or group(5). */
static bool take_number(bytes *line, uint32_t *out)
{
	bytes field;
	uint64_t number;

	if (!bytes_take_until(line, ':', &field) || !text_take_u64(field, 10, UINT32_MAX - 1, &number))
		return false;
	*out = (uint32_t)number;
	return true;
}

/* name:password:number:...; line stands behind the number. */
static bool take_entry(bytes *line, bytes *out_name, uint32_t *out)
{
	bytes password;

	return bytes_take_until(line, ':', out_name) && bytes_take_until(line, ':', &password) &&
	       take_number(line, out);
}

/* find_account(users, name, uid, out): the first with this name, or where name is empty, with that
 * number. */
static bool find_account(bytes users, bytes name, uint32_t uid, struct hardening *out)
{
	bytes line, found;
	uint32_t have, gid;

	while (bytes_line(&users, &line)) {
		if (!take_entry(&line, &found, &have) || !take_number(&line, &gid) ||
		    (name.n > 0 ? !bytes_equal(found, name) : have != uid))
			continue;
		out->uid = have;
		out->gid = gid;
		return true;
	}
	return false;
}

static bool find_group(bytes groups, bytes name, uint32_t *out)
{
	bytes line, found;

	while (bytes_line(&groups, &line))
		if (take_entry(&line, &found, out) && bytes_equal(found, name))
			return true;
	return false;
}

int hardening_take_user(bytes text, const struct hardening_names *known, struct hardening *out,
                        err *e)
{
	bytes group = text, user = { 0 };
	struct hardening who = { 0 };
	uint64_t number;

	(void)bytes_take_until(&group, ':', &user);
	if (text_take_u64(user, 10, UINT32_MAX - 1, &number)) {
		if (!find_account(known->users, BYTES(""), (uint32_t)number, &who))
			who.uid = who.gid = (uint32_t)number;
	} else if (user.n == 0 || !find_account(known->users, user, 0, &who)) {
		return err_set(e, ERR_FORMAT, 0, "the image has no user '%s' (--user takes a number, too)",
		               SHOW(user));
	}
	if (text_take_u64(group, 10, UINT32_MAX - 1, &number))
		who.gid = (uint32_t)number;
	else if (group.n > 0 && !find_group(known->groups, group, &who.gid))
		return err_set(e, ERR_FORMAT, 0, "the image has no group '%s' (--user takes a number, too)",
		               SHOW(group));
	out->uid = who.uid;
	out->gid = who.gid;
	return 0;
}

/* Nobody is root because an image says so, or says nothing. */
static int take_image_user(bytes text, const struct hardening_names *known, struct hardening *out,
                           err *e)
{
	if (text.n > 0 && hardening_take_user(text, known, out, e) < 0)
		return -1;
	if (out->uid == 0)
		out->uid = out->gid = HARDENING_USER;
	if (out->gid == 0)
		out->gid = out->uid;
	return 0;
}

/* -- the program ------------------------------------------------------------------------------- */

#define PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" /* as docker */

/* What is a C string to the runtime ends at a NUL. */
static int add_all(struct arena *a, const char *what, const struct strings *more,
                   struct strings *out, err *e)
{
	for (size_t i = 0; i < more->len; i++) {
		if (bytes_find(more->items[i], 0) < more->items[i].n)
			return err_set(e, ERR_FORMAT, 0, "the image's %s holds a NUL", what);
		*ARENA_PUSH(a, out) = more->items[i];
	}
	return 0;
}

static bool has_variable(const struct strings *env, bytes front)
{
	size_t i = 0;

	while (i < env->len && !bytes_starts(env->items[i], front))
		i++;
	return i < env->len;
}

/* Who has no account has no home, and runtimes set none: programs that unpack themselves or keep
 * files of the moment ask for one. */
static void add_home(const struct hardening_names *known, struct arena *a, struct hardening *h)
{
	struct hardening ignored = { 0 };

	if (!has_variable(&h->env, BYTES("HOME=")) &&
	    !find_account(known->users, BYTES(""), h->uid, &ignored))
		*ARENA_PUSH(a, &h->env) = BYTES("HOME=/tmp");
}

int hardening_take_folder(bytes text, struct arena *a, bytes *out, err *e)
{
	uint8_t *clean = arena_alloc(a, text.n);
	bool escapes;

	if (bytes_find(text, 0) < text.n)
		return err_set(e, ERR_FORMAT, 0, "the name of a folder holds a NUL");
	*out = bytes_str(arena_printf(a, "/" PRIb, BYTESF(path_clean(text, clean, text.n, &escapes))));
	return 0;
}

int hardening_of(const struct oci_config *config, const struct hardening_names *known,
                 struct arena *a, struct hardening *out, err *e)
{
	*out = (struct hardening){ .memory = HARDENING_MEMORY, .processes = HARDENING_PROCESSES };
	if (add_all(a, "entry point", &config->entrypoint, &out->args, e) < 0 ||
	    add_all(a, "command", &config->cmd, &out->args, e) < 0 ||
	    add_all(a, "environment", &config->env, &out->env, e) < 0 ||
	    hardening_take_folder(config->working_dir, a, &out->cwd, e) < 0)
		return -1;
	if (!has_variable(&out->env, BYTES("PATH=")))
		*ARENA_PUSH(a, &out->env) = BYTES(PATH);
	*ARENA_PUSH(a, &out->folders) = (struct hardening_folder){ "/tmp", HARDENING_TMP };
	if (take_image_user(config->user, known, out, e) < 0)
		return -1;
	add_home(known, a, out);
	return 0;
}
