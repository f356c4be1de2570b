/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/login.c - `oakum login [HOST]`: who we are at a registry, asked there and kept as docker and
 * podman keep it, so that these tools know it too. */
#include "base/text.h"
#include "cmd/message.h"
#include "cmd/network.h"
#include "cmd/prompt.h"
#include "cmd/status.h"

struct login_flags {
	const char *user, *password;
	bool password_stdin;
	struct network_flags network;
};

#define FIELD(name) offsetof(struct login_flags, name)
static const struct flag flags[] = {
	{ 'u', "username", "USER", FLAG_TEXT, FIELD(user), "who; <token> for an identity token" },
	{ 'p', "password", "TEXT", FLAG_SECRET, FIELD(password),
	  "the password; the list of processes shows it" },
	{ 0, "password-stdin", NULL, FLAG_SWITCH, FIELD(password_stdin),
	  "take the password from standard input" },
	{ 0 },
};

struct login {
	const char *host;
	bytes user, secret;
	bool is_identity_token;
};

static int take_secret(struct job *job, const struct login_flags *f, struct login *l, err *e)
{
	if (f->password && f->password_stdin)
		return err_set(e, ERR_USAGE, 0, "--password or --password-stdin, not both");
	if (f->password_stdin)
		return prompt_stdin(job, &l->secret, e);
	if (!f->password)
		return prompt_ask(job, arena_printf(&job->arena, "Password at %s: ", l->host), true,
		                  "say --password-stdin", &l->secret, e);
	message_note(job, l->host,
	             "others see a --password in the list of processes; --password-stdin is safer");
	l->secret = bytes_str(f->password);
	return 0;
}

static int take_words(struct job *job, const struct login_flags *f, struct login *l, err *e)
{
	l->user = bytes_str(f->user);
	if (!f->user && f->password_stdin)
		return err_set(e, ERR_USAGE, 0, "--password-stdin needs --username USER");
	if (!f->user &&
	    prompt_ask(job, arena_printf(&job->arena, "User at %s: ", l->host), false,
	               "say --username and --password-stdin", &l->user, e) < 0)
		return -1;
	if (take_secret(job, f, l, e) < 0)
		return -1;
	if (l->user.n == 0 || l->secret.n == 0)
		return err_set(e, ERR_USAGE, 0, "the %s is empty", l->user.n == 0 ? "user" : "password");
	/* They become C strings on their way. */
	if (bytes_find(l->user, 0) < l->user.n || bytes_find(l->secret, 0) < l->secret.n)
		return err_set(e, ERR_USAGE, 0, "a user or password with a NUL in it");
	l->is_identity_token = bytes_is(l->user, "<token>");
	return 0;
}

/* What the registry says to these words; the files are not asked. */
static int check(struct job *job, const struct login_flags *f, const struct login *l, err *e)
{
	struct registry_options options;
	struct registry *r;

	if (network_prepare(job, &f->network, 0, NULL, &options, e) < 0)
		return -1;
	options.credentials.user = arena_str(&job->arena, l->user);
	options.credentials.password = arena_str(&job->arena, l->secret);
	options.credentials.token = NULL;
	options.credentials.only_host = l->host;
	if (registry_open(&options, &r, e) < 0)
		return -1;
	int status = registry_check(r, l->host, e);

	registry_close(r);
	return status;
}

static int keep(struct job *job, const struct login_flags *f, const struct login *l, err *e)
{
	struct credential_options options = { .environment = job->environment,
		                                  .authfile = f->network.authfile };
	struct credentials *c = credentials_open(&options);
	const char *where;
	int status = credentials_store(c, l->host, l->user, l->secret, l->is_identity_token, &where, e);

	if (status == 0)
		message_note(job, l->host,
		             arena_printf(&job->arena, "logged in as %s; kept in %s",
		                          text_shown(&job->arena, l->user), where));
	credentials_close(c);
	return status;
}

static int login_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	const struct login_flags *f = options;
	struct login l = { 0 };

	if (reference_parse_host(operands->len > 0 ? operands->items[0] : "docker.io", &job->arena,
	                         &l.host, e) < 0 ||
	    take_words(job, f, &l, e) < 0)
		return -1;
	int status = check(job, f, &l, e);

	if (status == 0)
		status = keep(job, f, &l, e);
	if (status < 0)
		err_wrap(e, "%s", l.host);
	arena_wipe(&job->arena);
	return status < 0 ? -1 : STATUS_DONE;
}

const struct applet applet_login = {
	.name = "login",
	.brief = "keep user and password of a registry",
	.operands = "[HOST]",
	.about = "Asks the registry (default: Docker Hub) whether it lets this user in, and keeps\n"
			 "both words where docker and podman do: with the credential helper that\n"
			 "config.json names, else in that file, else in podman's auth.json.",
	.operands_min = 0,
	.operands_max = 1,
	.flags = flags,
	.groups = { { &network_flag_group, offsetof(struct login_flags, network) } },
	.options_size = sizeof(struct login_flags),
	.examples = { { "oakum login ghcr.io -u me --password-stdin <token.txt",
	                "GitHub, from a file" },
	              { "oakum login localhost:5000", "asks for both at the terminal" } },
	.run = login_run,
};
