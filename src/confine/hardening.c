/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/hardening.h"

#include "base/path.h"
#include "base/text.h"
#include "confine/capabilities.h"

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

void hardening_leave_out(struct hardening *h, unsigned without)
{
	const unsigned capabilities = 1U << DEFENCE_CAPABILITIES;

	h->without |= without & ~capabilities;
	if (without & capabilities && h->capabilities == 0)
		h->capabilities = CAPABILITIES_USUAL;
}

unsigned hardening_without(const struct hardening *h)
{
	return h->without | (unsigned)(h->capabilities != 0) << DEFENCE_CAPABILITIES;
}

/* -- the user ---------------------------------------------------------------------------------- */

/* What is root's group's is root's: a file of mode 0660, a device, a socket. Root has it anyway. */
static int take_groups(const struct user *who, const struct hardening_names *known, struct arena *a,
                       struct hardening *out, err *e)
{
	struct user_groups all;

	out->groups = (struct user_groups){ 0 };
	out->drops_group = false;
	if (user_find_groups(known->group_file, who, a, &all, e) < 0)
		return -1;
	for (size_t i = 0; i < all.len; i++)
		if (all.items[i] != 0)
			*ARENA_PUSH(a, &out->groups) = all.items[i];
		else
			out->drops_group = true;
	return 0;
}

int hardening_take_user(bytes text, const struct hardening_names *known, struct arena *a,
                        struct hardening *out, err *e)
{
	struct user who;

	if (text.n == 0 || text.p[0] == ':')
		return err_set(e, ERR_FORMAT, 0, "'%s' names no user", SHOW(text));
	if (user_find(text, &known->accounts, &known->groups, &who, e) < 0)
		return -1;
	out->uid = who.uid;
	out->gid = who.gid = who.has_gid ? who.gid : who.uid;
	return take_groups(&who, known, a, out, e);
}

static int take_image_user(bytes text, const struct hardening_names *known, struct arena *a,
                           struct hardening *out, err *e)
{
	struct user who;

	if (user_find(text, &known->accounts, &known->groups, &who, e) < 0)
		return -1;
	user_harden(&who);
	out->uid = who.uid;
	out->gid = who.gid;
	return take_groups(&who, known, a, out, e);
}

/* -- the program ------------------------------------------------------------------------------- */

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
	if (!has_variable(&h->env, BYTES("HOME=")) && !user_account(&known->accounts, h->uid))
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
		*ARENA_PUSH(a, &out->env) = BYTES("PATH=" OCI_PATH_DEFAULT);
	*ARENA_PUSH(a, &out->folders) = (struct hardening_folder){ "/tmp", HARDENING_TMP };
	if (take_image_user(config->user, known, a, out, e) < 0)
		return -1;
	add_home(known, a, out);
	return 0;
}
