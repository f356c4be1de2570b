/* SPDX-License-Identifier: Apache-2.0 */
#include "harden/settings.h"

#include "base/path.h"
#include "base/text.h"

#define NEW_HOME "/tmp"

/* -- who --------------------------------------------------------------------------------------- */

int settings_user(const struct oci_config *config, const struct facts *facts,
                  struct settings_user *out, err *e)
{
	struct user who;

	if (user_find(config->user, &facts->accounts, &facts->groups, &who, e) < 0)
		return -1;
	*out = (struct settings_user){ .is_new = who.uid == 0,
		                           .left_group = who.uid != 0 && who.gid == 0 };
	user_harden(&who);
	out->uid = who.uid;
	out->gid = who.gid;
	out->is_named = user_account(&facts->accounts, who.uid) != NULL;
	return 0;
}

/* passwd(5), group(5). A name that somebody else bears is no use: "app" is then "app1654". */
bytes settings_accounts(bytes old, const struct settings_user *u, bool is_group, struct arena *a)
{
	bool taken = bytes_starts(old, BYTES("app:")) || bytes_search(old, BYTES("\napp:")) < old.n;
	buf out = BUF_INIT(old.n + 128);

	buf_put(&out, old);
	if (old.n > 0 && old.p[old.n - 1] != '\n')
		buf_putc(&out, '\n');
	buf_puts(&out, "app");
	if (taken)
		buf_printf(&out, "%u", u->uid);
	if (is_group)
		buf_printf(&out, ":x:%u:\n", u->gid);
	else
		buf_printf(&out, ":x:%u:%u::" NEW_HOME ":/sbin/nologin\n", u->uid, u->gid);
	bytes made = arena_bytes(a, buf_bytes(&out));

	buf_done(&out);
	return made;
}

/* -- the environment --------------------------------------------------------------------------- */

struct mending {
	struct oci_config *config;
	const struct settings_wish *wish;
	struct arena *arena;
	struct settings_notes *notes;
};

static bytes name_of(bytes setting)
{
	return bytes_slice(setting, 0, bytes_find(setting, '='));
}

static bytes *find_env(struct mending *m, const char *name)
{
	bytes *found = NULL;

	for (size_t i = 0; i < m->config->env.len; i++)
		if (bytes_is(name_of(m->config->env.items[i]), name))
			found = &m->config->env.items[i];
	return found;
}

static void set_env(struct mending *m, const char *name, bytes value)
{
	bytes *there = find_env(m, name);
	buf text = BUF_INIT(value.n + strlen(name) + 1);

	buf_printf(&text, "%s=", name);
	buf_put(&text, value);
	if (!there || !bytes_equal(*there, buf_bytes(&text))) {
		if (!there)
			there = ARENA_PUSH(m->arena, &m->config->env);
		*there = arena_bytes(m->arena, buf_bytes(&text));
		*ARENA_PUSH(m->arena, m->notes) = arena_printf(m->arena, "ENV %s", SHOW(*there));
	}
	buf_done(&text);
}

static bool is_secret(const struct mending *m, const char *kind, bytes name)
{
	bytes where = bytes_str(arena_printf(m->arena, "%s " PRIb, kind, BYTESF(name)));

	for (size_t i = 0; i < m->wish->secrets->len; i++)
		if (bytes_equal(m->wish->secrets->items[i], where))
			return true;
	return false;
}

static void drop_secrets(struct mending *m)
{
	struct strings *env = &m->config->env;
	struct oci_labels *labels = &m->config->labels;
	size_t kept = 0;

	for (size_t i = 0; i < env->len; i++) {
		bytes name = name_of(env->items[i]);

		if (is_secret(m, "env", bytes_slice(name, 0, 200)))
			*ARENA_PUSH(m->arena, m->notes) = arena_printf(
				m->arena, "ENV %s went: it holds a secret", SHOW(name));
		else
			env->items[kept++] = env->items[i];
	}
	env->len = kept;
	kept = 0;
	for (size_t i = 0; i < labels->len; i++) {
		if (is_secret(m, "label", bytes_slice(labels->items[i].name, 0, 200)))
			*ARENA_PUSH(m->arena, m->notes) = arena_printf(
				m->arena, "LABEL %s went: it holds a secret", SHOW(labels->items[i].name));
		else
			labels->items[kept++] = labels->items[i];
	}
	labels->len = kept;
}

/* -- ports ------------------------------------------------------------------------------------- */

/* Below 1024 only root may listen: what .NET is told by a number there becomes 8080 or 8443. */
static uint64_t mended_port(uint64_t port)
{
	return port == 443 ? 8443 : 8080;
}

/* low_port_at(value, i, out): the digits from i on are a port below 1024, in "http://+:80/" or in
 * "80;81"; so many they are, 0: no. */
static size_t low_port_at(bytes value, size_t i, uint64_t *out)
{
	size_t n = 0;

	if (i > 0 && !strchr(":;,", value.p[i - 1]))
		return 0;
	while (i + n < value.n && value.p[i + n] >= '0' && value.p[i + n] <= '9')
		n++;
	if (i + n < value.n && !strchr(";,/", value.p[i + n]))
		return 0;
	return text_take_u64(bytes_slice(value, i, n), 10, 1023, out) && *out > 0 ? n : 0;
}

static bytes mend_numbers(struct mending *m, bytes value)
{
	buf out = BUF_INIT(4 * value.n + 4);
	uint64_t port;

	for (size_t i = 0; i < value.n;) {
		size_t n = low_port_at(value, i, &port);

		if (n > 0)
			buf_printf(&out, "%u", (unsigned)mended_port(port));
		else
			buf_putc(&out, value.p[i]);
		i += n > 0 ? n : 1;
	}
	bytes made = arena_bytes(m->arena, buf_bytes(&out));

	buf_done(&out);
	return made;
}

static void mend_dotnet_ports(struct mending *m)
{
	static const char *const names[] = { "ASPNETCORE_URLS", "DOTNET_URLS", "URLS",
		                                 "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS" };
	bool said = false;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		bytes *setting = find_env(m, names[i]);

		if (!setting)
			continue;
		said = true;
		set_env(m, names[i], mend_numbers(m, bytes_skip(*setting, strlen(names[i]) + 1)));
	}
	if (!said)
		set_env(m, "ASPNETCORE_HTTP_PORTS", BYTES("8080"));
}

/* exposed_as(m, port): what "80/tcp" is exposed as from now on; empty: not at all. Port 22 goes
 * with the programs of ssh. */
static bytes exposed_as(struct mending *m, bytes port)
{
	bytes rest = port, number = { 0 }, made = { 0 };
	uint64_t v = 0;
	const char *what = "went";

	(void)bytes_take_until(&rest, '/', &number);
	if (!text_take_u64(number, 10, 1023, &v) || v == 0)
		return port;
	if (v != 22 && m->wish->is_dotnet) {
		made = bytes_str(arena_printf(m->arena, "%u/tcp", (unsigned)mended_port(v)));
		what = v == 443 ? "is now 8443" : "is now 8080";
	} else if (v != 22) {
		made = port;
		what = "stays: who is not root may be refused it";
	}
	*ARENA_PUSH(m->arena, m->notes) = arena_printf(m->arena, "EXPOSE %u %s", (unsigned)v, what);
	return made;
}

static void mend_exposed(struct mending *m)
{
	struct strings *ports = &m->config->exposed_ports, made = { 0 };

	for (size_t i = 0; i < ports->len; i++) {
		bytes port = exposed_as(m, ports->items[i]);
		bool again = port.n == 0;

		for (size_t k = 0; k < made.len; k++)
			again |= bytes_equal(made.items[k], port);
		if (!again)
			*ARENA_PUSH(m->arena, &made) = port;
	}
	*ports = made;
}

/* -- all --------------------------------------------------------------------------------------- */

static void mend_dotnet(struct mending *m)
{
	if (!m->wish->is_dotnet)
		return;
	set_env(m, "DOTNET_EnableDiagnostics", BYTES("0"));
	mend_dotnet_ports(m);
	if (m->wish->is_bundle && !find_env(m, "DOTNET_BUNDLE_EXTRACT_BASE_DIR"))
		set_env(m, "DOTNET_BUNDLE_EXTRACT_BASE_DIR", BYTES("/tmp/.net"));
}

/* What ran as root had root's folder to write to. */
static void mend_user(struct mending *m)
{
	const struct settings_user *u = &m->wish->user;
	bytes *home = find_env(m, "HOME");
	bytes text = bytes_str(arena_printf(m->arena, "%u:%u", u->uid, u->gid));

	if (u->is_new && (!home || bytes_is(*home, "HOME=/root")))
		set_env(m, "HOME", BYTES(NEW_HOME));
	if (bytes_equal(m->config->user, text))
		return;
	*ARENA_PUSH(m->arena, m->notes) = arena_printf(m->arena, "USER " PRIb ", %s", BYTESF(text),
	                                               u->is_new       ? "it was root"
	                                               : u->left_group ? "it was in root's group"
	                                                               : "by number");
	m->config->user = text;
}

/* docker's form: ["CMD", words], ["CMD-SHELL", script], ["NONE"]. */
static void mend_health(struct mending *m)
{
	struct strings *check = &m->config->healthcheck;

	bool guilty = false;

	for (size_t i = 0; i < m->wish->secrets->len; i++)
		guilty |= bytes_is(m->wish->secrets->items[i], "healthcheck");
	if (check->len == 0 ||
	    (!guilty && (m->wish->has_shell || !bytes_is(check->items[0], "CMD-SHELL"))))
		return;
	*check = (struct strings){ 0 };
	*ARENA_PUSH(m->arena, m->notes) = guilty ? "HEALTHCHECK went: it holds a secret"
	                                         : "HEALTHCHECK went: it is a script for a shell";
}

void settings_mend(struct oci_config *config, const struct settings_wish *wish, struct arena *a,
                   struct settings_notes *out_notes, const char **out_refused)
{
	struct mending m = { config, wish, a, out_notes };

	*out_refused = NULL;
	for (size_t i = 0; i < wish->secrets->len; i++)
		if (bytes_is(wish->secrets->items[i], "entrypoint") ||
		    bytes_is(wish->secrets->items[i], "command"))
			*out_refused = "a word of the command is a secret: hand it over when it is started";
	drop_secrets(&m);
	mend_user(&m);
	mend_dotnet(&m);
	mend_exposed(&m);
	mend_health(&m);
	config->history.len = 0;
}
