/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/starting.h"

#include "base/limits.h"
#include "base/text.h"
#include "cmd/message.h"
#include "cmd/options.h"
#include "runtime/learn.h"
#include "runtime/relay.h"
#include "sys/file.h"

#include <stddef.h>

#define FIELD(name) offsetof(struct starting_flags, name)
static const struct flag flags[] = {
	{ 'u', "user", "UID[:GID]|NAME", FLAG_TEXT, FIELD(user),
	  "who it runs as; root must be said: 0" },
	{ 'e', "env", "NAME[=VALUE]", FLAG_LIST, FIELD(env), "its environment; a name alone: ours" },
	{ 0, "env-file", "FILE", FLAG_LIST, FIELD(env_files), "the same, a line each" },
	{ 'w', "workdir", "PATH", FLAG_TEXT, FIELD(workdir), "the folder it is started in" },
	{ 0, "entrypoint", "PROGRAM", FLAG_TEXT, FIELD(entrypoint), "instead of the image's" },
	{ 0, "secret", "NAME=FILE", FLAG_LIST, FIELD(secrets),
	  "as /run/secrets/NAME; id=NAME,src=FILE is the same" },
	{ 0, "tmpfs", "PATH[:size=SIZE]", FLAG_LIST, FIELD(folders),
	  "one more folder to write to, in memory" },
	{ 'p', "publish", "[ADDRESS:]PORT:PORT", FLAG_LIST, FIELD(ports),
	  "a port of this machine, and the program's" },
	{ 0, "network", "none|host", FLAG_CHOICE, FIELD(network),
	  "loopback of its own, or this machine's network" },
	{ 'm', "memory", "SIZE", FLAG_TEXT, FIELD(memory), "at most so much (512MiB); 0: any" },
	{ 0, "pids-limit", "N", FLAG_TEXT, FIELD(processes), "at most so many (256); -1: any" },
	{ 0, "seccomp", "FILE", FLAG_TEXT, FIELD(seccomp),
	  "a profile tighter than the default (oakum learn)" },
	{ 0, "name", "NAME", FLAG_TEXT, FIELD(name), "of the container" },
	{ 0, "hostname", "NAME", FLAG_TEXT, FIELD(hostname), "that it has for itself; else its name" },
	{ 0, "userns", "auto|host", FLAG_CHOICE, FIELD(user_namespace),
	  "auto: root of this machine is not root in it" },
	{ 0, "rm", "true", FLAG_MAYBE, FIELD(remove), "always: nothing is left behind" },
	{ 'd', "detach", NULL, FLAG_SWITCH, FIELD(detach), "refused: there is no daemon" },
	{ 0, "volume", "FOLDER:PATH", FLAG_TEXT, FIELD(volume), "refused: what stays lies elsewhere" },
	{ 0, "mount", "type=...", FLAG_TEXT, FIELD(volume), "refused: the same" },
	{ 0, "runtime", "PROGRAM", FLAG_TEXT, FIELD(runtime), "that starts it: crun, runc or a path" },
	{ 0 },
};

const struct flag_group starting_flag_group = { "container", "The container", flags };

struct host_options starting_host(const struct job *job, const struct starting_flags *f)
{
	return (struct host_options){ .runtime = f->runtime,
		                          .user_namespace = bytes_is(bytes_str(f->user_namespace), "auto"),
		                          .environment = job->environment };
}

struct starting {
	struct job *job;
	const struct starting_flags *flags;
	struct launch *launch;
	struct hardening *hardening; /* the launch's */
};

/* -- the environment --------------------------------------------------------------------------- */

/* "NAME=VALUE" takes the place of what the image has under that name; "NAME" is ours, if we have
 * it. */
static void put_variable(struct starting *s, const char *text)
{
	struct strings *env = &s->hardening->env;
	bytes name = bytes_str(text);
	const char *value = job_env(s->job, text);
	size_t i = 0;

	name.n = bytes_find(name, '=');
	if (!text[name.n] && !value)
		return;
	if (!text[name.n])
		text = arena_printf(&s->job->arena, "%s=%s", text, value);
	while (i < env->len && (!bytes_starts(env->items[i], name) || env->items[i].n == name.n ||
	                        env->items[i].p[name.n] != '='))
		i++;
	if (i == env->len)
		(void)ARENA_PUSH(&s->job->arena, env);
	env->items[i] = bytes_str(text);
}

/* place: where it stands. "export A=b" is a shell's. */
static int check_variable(const char *text, const char *place, err *e)
{
	size_t n = strcspn(text, "=");

	if (n == 0)
		return err_set(e, ERR_USAGE, 0, "%s: '%s' has no name", place, SHOW(bytes_str(text)));
	if (strcspn(text, " \t") < n)
		return err_set(e, ERR_USAGE, 0, "%s: '%s' is no name of a variable", place,
		               SHOW(bytes_of(text, n)));
	return 0;
}

/* As docker reads it: lines as they are, those that are empty or begin with # are none. */
static int take_env_file(struct starting *s, const char *path, err *e)
{
	bytes text, line;

	if (file_read_input(path, LIMIT_SETTINGS, &s->job->arena, &text, e) < 0)
		return -1;
	for (unsigned number = 1; bytes_line(&text, &line); number++) {
		const char *place = arena_printf(&s->job->arena, "--env-file %s:%u", SHOW(bytes_str(path)),
		                                 number);

		if (bytes_trim(line).n == 0 || line.p[0] == '#')
			continue;
		const char *variable = arena_str(&s->job->arena, line);

		if (strlen(variable) < line.n)
			return err_set(e, ERR_FORMAT, 0, "%s: there is a NUL", place);
		if (check_variable(variable, place, e) < 0)
			return -1;
		put_variable(s, variable);
	}
	return 0;
}

static int take_env(struct starting *s, err *e)
{
	const struct starting_flags *f = s->flags;

	for (size_t i = 0; i < f->env_files.len; i++)
		if (take_env_file(s, f->env_files.items[i], e) < 0)
			return -1;
	for (size_t i = 0; i < f->env.len; i++) {
		if (check_variable(f->env.items[i], "--env", e) < 0)
			return -1;
		put_variable(s, f->env.items[i]);
	}
	return 0;
}

/* -- the program ------------------------------------------------------------------------------- */

static int take_program(struct starting *s, const struct texts *words, err *e)
{
	struct strings *args = &s->hardening->args;
	const struct oci_config *config = &s->launch->rootfs.config;
	struct arena *a = &s->job->arena;

	if (s->flags->entrypoint || words->len > 0)
		*args = (struct strings){ 0 };
	if (s->flags->entrypoint)
		*ARENA_PUSH(a, args) = bytes_str(s->flags->entrypoint);
	else if (words->len > 0)
		for (size_t i = 0; i < config->entrypoint.len; i++)
			*ARENA_PUSH(a, args) = config->entrypoint.items[i];
	for (size_t i = 0; i < words->len; i++)
		*ARENA_PUSH(a, args) = bytes_str(words->items[i]);
	if (args->len == 0)
		return err_set(e, ERR_FORMAT, 0, "the image names no program (say one behind the image)");
	return 0;
}

/* Names of hosts and containers: RFC 1123, section 2.1. */
static int take_name(const char *flag, const char *text, const char **out, err *e)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
	size_t n = text ? strlen(text) : 0;

	if (!text)
		return 0;
	if (n == 0 || n > 63 || strspn(text, letters) < n || *text == '-' || *text == '.')
		return err_set(e, ERR_USAGE, 0, "%s '%s': letters, digits and hyphens, at most 63", flag,
		               SHOW(bytes_str(text)));
	*out = text;
	return 0;
}

static int take_who(struct starting *s, err *e)
{
	const struct starting_flags *f = s->flags;

	if (f->user && hardening_take_user(bytes_str(f->user), &s->launch->names, &s->job->arena,
	                                   s->hardening, e) < 0)
		return -1;
	return take_name("--name", f->name, &s->hardening->name, e) < 0 ||
	               take_name("--hostname", f->hostname, &s->hardening->hostname, e) < 0
	           ? -1
	           : 0;
}

/* -- what it can reach ------------------------------------------------------------------------- */

/* Of docker's options for a tmpfs: its size; what it is anyway. */
static int take_tmpfs_option(bytes option, uint64_t *out_size, struct arena *a, err *e)
{
	static const char *const always[] = { "rw", "nosuid", "nodev", "noexec", "mode=1777" };

	if (bytes_take_prefix(&option, BYTES("size=")))
		return options_take_size(arena_str(a, option), out_size) && *out_size > 0
		           ? 0
		           : err_set(e, ERR_USAGE, 0, "--tmpfs: '%s' is no size", SHOW(option));
	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
		if (bytes_is(option, always[i]))
			return 0;
	return err_set(e, ERR_USAGE, 0, "--tmpfs: '%s' is not offered: only size=SIZE", SHOW(option));
}

static int take_folder(struct starting *s, const char *text, err *e)
{
	struct hardening_folder folder = { .size = HARDENING_TMP };
	bytes rest = bytes_str(text), path = { 0 }, option, clean;

	(void)bytes_take_until(&rest, ':', &path);
	if (path.n == 0 || path.p[0] != '/')
		return err_set(e, ERR_USAGE, 0, "--tmpfs '%s': a path begins with /", SHOW(path));
	if (hardening_take_folder(path, &s->job->arena, &clean, e) < 0)
		return -1;
	if (clean.n < 2)
		return err_set(e, ERR_USAGE, 0, "--tmpfs: / is the image's");
	while (bytes_take_until(&rest, ',', &option))
		if (take_tmpfs_option(option, &folder.size, &s->job->arena, e) < 0)
			return -1;
	folder.path = arena_str(&s->job->arena, clean);
	for (size_t i = 0; i < s->hardening->folders.len; i++)
		if (strcmp(s->hardening->folders.items[i].path, folder.path) == 0) {
			s->hardening->folders.items[i] = folder;
			return 0;
		}
	*ARENA_PUSH(&s->job->arena, &s->hardening->folders) = folder;
	return 0;
}

static bool is_secret_name(bytes name)
{
	for (size_t i = 0; i < name.n; i++) {
		uint8_t c = name.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    c != '.' && c != '-' && c != '_')
			return false;
	}
	return name.n > 0 && name.n <= 128 && name.p[0] != '.';
}

/* "NAME=FILE", or as docker build has it: "id=NAME,src=FILE". */
static int take_secret(struct starting *s, const char *text, err *e)
{
	struct arena *a = &s->job->arena;
	bytes file = bytes_str(text), name = { 0 }, second = bytes_str(text);

	(void)bytes_take_until(&file, '=', &name);
	(void)bytes_take_until(&second, ',', &(bytes){ 0 });
	if (bytes_is(name, "id") && (bytes_take_prefix(&second, BYTES("src=")) ||
	                             bytes_take_prefix(&second, BYTES("source=")))) {
		name = bytes_slice(file, 0, bytes_find(file, ','));
		file = second;
	}
	if (!is_secret_name(name) || file.n == 0)
		return err_set(e, ERR_USAGE, 0,
		               "--secret '%s': NAME=FILE; a name has letters, digits, '-', '_' and '.'",
		               SHOW(bytes_str(text)));
	for (size_t i = 0; i < s->hardening->secrets.len; i++)
		if (bytes_is(name, s->hardening->secrets.items[i].id))
			return err_set(e, ERR_USAGE, 0, "--secret: there are two of '%s'", SHOW(name));
	*ARENA_PUSH(a, &s->hardening->secrets) = (struct hardening_secret){ arena_str(a, name),
		                                                                arena_str(a, file) };
	return 0;
}

static int take_reach(struct starting *s, err *e)
{
	const struct starting_flags *f = s->flags;
	struct hardening *h = s->hardening;

	if (bytes_is(bytes_str(f->network), "host"))
		h->without |= 1U << DEFENCE_NETWORK;
	if (f->ports.len > 0 && !hardening_has(h, DEFENCE_NETWORK))
		return err_set(e, ERR_USAGE, 0,
		               "--publish: on this machine's network its ports are published as they are");
	for (size_t i = 0; i < f->folders.len; i++)
		if (take_folder(s, f->folders.items[i], e) < 0)
			return -1;
	for (size_t i = 0; i < f->secrets.len; i++)
		if (take_secret(s, f->secrets.items[i], e) < 0)
			return -1;
	for (size_t i = 0; i < f->ports.len; i++)
		if (relay_take_port(bytes_str(f->ports.items[i]), &s->job->arena,
		                    ARENA_PUSH(&s->job->arena, &h->ports), e) < 0)
			return -1;
	return f->workdir ? hardening_take_folder(bytes_str(f->workdir), &s->job->arena, &h->cwd, e)
	                  : 0;
}

/* -- limits ------------------------------------------------------------------------------------ */

/* What was asked for is there, or nothing starts. */
static int take_limits(struct starting *s, err *e)
{
	const struct starting_flags *f = s->flags;
	const struct host *host = &s->launch->host;
	uint64_t number = 0, *memory = &s->hardening->memory;

	if (f->memory && !options_take_size(f->memory, memory))
		return err_set(e, ERR_USAGE, 0,
		               "--memory is a size like 512m or 2GiB, or 0 for no limit, not '%s'",
		               SHOW(bytes_str(f->memory)));
	if (f->processes && strcmp(f->processes, "-1") != 0 &&
	    (!text_take_u64(bytes_str(f->processes), 10, UINT32_MAX, &number) || number == 0))
		return err_set(e, ERR_USAGE, 0, "--pids-limit '%s': a number, or -1 for no limit",
		               SHOW(bytes_str(f->processes)));
	if (f->processes)
		s->hardening->processes = (uint32_t)number;
	if (f->memory && *memory > 0 && !host->limits_memory)
		return err_set(e, ERR_IO, 0, "--memory cannot be kept here: %s", host->why_unlimited);
	if (number > 0 && !host->limits_processes)
		return err_set(e, ERR_IO, 0, "--pids-limit cannot be kept here: %s", host->why_unlimited);
	return 0;
}

static int take_profile(struct starting *s, err *e)
{
	const char *file = s->flags->seccomp;
	struct arena *a = &s->job->arena;
	bytes text;

	if (!file)
		return 0;
	if (file_read_input(file, LIMIT_PROFILE, a, &text, e) < 0 ||
	    learn_read(text, a, &s->hardening->calls, e) < 0)
		return err_wrap(e, "--seccomp %s", SHOW(bytes_str(file)));
	return 0;
}

int starting_apply(struct job *job, const struct starting_flags *f, const struct texts *words,
                   struct launch *launch, err *e)
{
	struct starting s = { job, f, launch, &launch->hardening };

	if (f->detach)
		return err_set(e, ERR_USAGE, 0,
		               "--detach: there is no daemon that would keep it; a service "
		               "manager does (systemd-run oakum run ...)");
	if (f->volume)
		return err_set(e, ERR_USAGE, 0,
		               "volumes are not offered: what must stay belongs to a database or an object "
		               "store; --tmpfs and --secret are for the rest (doc/run.md)");
	return take_who(&s, e) < 0 || take_program(&s, words, e) < 0 || take_env(&s, e) < 0 ||
	               take_reach(&s, e) < 0 || take_limits(&s, e) < 0 || take_profile(&s, e) < 0
	           ? -1
	           : 0;
}

/* Without a user namespace a number in the container is the same one here. */
static void note_account(struct job *job, const char *target, const struct launch *launch)
{
	struct arena *a = &job->arena;
	struct account_list accounts = { 0 };
	err ignored = { 0 }; /* who has no such file has no accounts in it */
	uint32_t uid = hardening_uid(&launch->hardening);
	bytes text;

	if (launch->host.as_user || launch->host.user_namespace || uid == 0 ||
	    file_read_all("/etc/passwd", LIMIT_SETTINGS, a, &text, &ignored) < 0)
		return;
	user_read_accounts(text, a, &accounts);
	const struct account *account = user_account(&accounts, uid);

	if (account)
		message_note(job, target,
		             arena_printf(a,
		                          "its user %u is the account '%s' of this machine, whose files it "
		                          "may use and who may signal it (--userns auto keeps them apart)",
		                          uid, SHOW(account->name)));
}

static void note_groups(struct job *job, const char *target, const struct launch *launch)
{
	const struct hardening *h = &launch->hardening;
	bool maps = launch->host.as_user || launch->host.user_namespace, lacks = false;

	if (h->drops_group && hardening_uid(h) != 0)
		message_note(job, target, "the image has its user in root's group, which is left out");
	for (size_t i = 0; maps && i < hardening_groups(h); i++)
		lacks = lacks || h->groups.items[i] >= launch->host.ids;
	if (lacks)
		message_note(job, target,
		             "supplementary groups of its user that have no id here are left out: an "
		             "ordinary user has one id to give, --userns auto 65536");
}

void starting_notes(struct job *job, const char *target, const struct launch *launch)
{
	note_account(job, target, launch);
	note_groups(job, target, launch);
	for (size_t i = 0; i < launch->host.notes.len; i++)
		message_note(job, target, launch->host.notes.items[i]);
}
