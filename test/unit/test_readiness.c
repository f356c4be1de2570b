/* SPDX-License-Identifier: Apache-2.0 */
/* Which settings of a hardened start an image keeps to: each where it holds, where it does not. */
#include "unit.h"

#include "flow/audit.h"

struct fixture {
	struct image image;
	struct facts facts;
	struct coverage coverage;
	struct audit_page page;
};

/* An image that keeps to all of them. */
static struct fixture *begin(void)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->image.tree = tree_new();
	f->image.has_config = true;
	f->image.config.user = BYTES("1654");
	*ARENA_PUSH(&f->image.arena, &f->image.config.entrypoint) = BYTES("/app/shop");
	*ARENA_PUSH(&f->image.arena, &f->facts.accounts) = (struct account){
		.name = BYTES("app"), .home = BYTES("/home/app"), .uid = 1654, .gid = 1655
	};
	tree_layer(f->image.tree, 0);
	return f;
}

static void end(struct fixture *f)
{
	page_done(&f->page);
	tree_free(f->image.tree);
	arena_done(&f->image.arena);
	free(f);
}

static void add(struct fixture *f, enum entry_type type, const char *path, uint32_t mode,
                uint32_t uid)
{
	const struct entry entry = { .type = type, .path = bytes_str(path), .mode = mode, .uid = uid };
	uint32_t node;
	err e = { 0 };

	assert_int_equal(tree_apply(f->image.tree, &entry, &node, &e), 0);
}

static void say(struct fixture *f, struct strings *list, const char *text)
{
	*ARENA_PUSH(&f->image.arena, list) = bytes_str(text);
}

static const struct page_setting *judge(struct fixture *f, const char *name)
{
	page_done(&f->page);
	audit_judge(&f->image, &f->facts, &f->coverage, NULL, 0, &f->page);
	for (size_t i = 0; i < PAGE_SETTINGS; i++)
		if (strcmp(f->page.readiness.settings[i].name, name) == 0)
			return &f->page.readiness.settings[i];
	fail_msg("no setting '%s'", name);
	return NULL;
}

/* holds(f, name, why): as it should; why NULL: it holds, and nothing is said. */
static void is(struct fixture *f, const char *name, bool holds, const char *why)
{
	const struct page_setting *s = judge(f, name);

	if (s->holds != holds)
		fail_msg("%s %s (%s)", name, s->holds ? "holds" : "does not hold", s->why ? s->why : "");
	if (!why)
		assert_null(s->why);
	else
		assert_string_equal(s->why, why);
}

static void all_hold(void **state)
{
	static const char *const names[] = { "non-root", "read-only", "no-capability",
		                                 "sigterm",  "no-shell",  "no-setuid" };
	struct fixture *f = begin();

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		is(f, names[i], true, NULL);
	f->image.has_config = false;
	page_done(&f->page);
	audit_judge(&f->image, &f->facts, &f->coverage, NULL, 0, &f->page);
	assert_null(f->page.readiness.settings[0].name);
	end(f);
}

static void root_is_replaced(void **state)
{
	static const struct {
		const char *user, *why;
		bool holds;
		uint32_t uid, gid;
	} cases[] = {
		{ "1654", NULL, true, 1654, 1655 },
		{ "7:8", NULL, true, 7, 8 },
		{ "7", NULL, true, 7, 7 },
		{ "7:0", NULL, true, 7, 7 },
		{ "app", NULL, true, 1654, 1655 },
		{ "", NULL, false, 1654, 1654 },
		{ "0:5", NULL, false, 1654, 1654 },
		{ "web", "no account web: it cannot start", false, 1654, 1654 },
	};
	struct fixture *f = begin();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		f->image.config.user = bytes_str(cases[i].user);
		is(f, "non-root", cases[i].holds, cases[i].why);
		assert_int_equal(f->page.readiness.uid, cases[i].uid);
		assert_int_equal(f->page.readiness.gid, cases[i].gid);
	}
	end(f);
}

static void what_is_written(void **state)
{
	struct fixture *f = begin();

	(void)state;
	add(f, ENTRY_DIR, "home/app", 0700, 1654);
	add(f, ENTRY_DIR, "tmp/app", 0700, 1654);
	add(f, ENTRY_DIR, "srv/root", 0755, 0);
	add(f, ENTRY_DIR, "srv/full", 0755, 1654);
	add(f, ENTRY_FILE, "srv/full/x", 0644, 1654);
	say(f, &f->image.config.volumes, "/tmp");
	say(f, &f->image.config.env, "DOTNET_BUNDLE_EXTRACT_BASE_DIR=/tmp/.net");
	is(f, "read-only", true, NULL);
	add(f, ENTRY_DIR, "srv/data", 0700, 1654);
	is(f, "read-only", false, "empty folder /srv/data: --tmpfs");
	f->image.config.user = BYTES("7"); /* not the folder's owner */
	is(f, "read-only", true, NULL);
	say(f, &f->image.config.volumes, "/var/lib/shop");
	is(f, "read-only", false, "VOLUME /var/lib/shop: --tmpfs");
	say(f, &f->image.config.env, "TMPDIR=/var/tmp");
	is(f, "read-only", false, "VOLUME /var/lib/shop, TMPDIR /var/tmp: --tmpfs");
	for (int i = 0; i < 4; i++)
		say(f, &f->image.config.volumes, "/x");
	is(f, "read-only", false, "VOLUME /var/lib/shop, VOLUME /x, VOLUME /x and 3 more: --tmpfs");
	end(f);
}

static void what_unpacks_itself(void **state)
{
	const char *const why = "app/shop unpacks itself: DOTNET_BUNDLE_EXTRACT_BASE_DIR=/tmp/.net";
	struct fixture *f = begin();
	struct dotnet_app *app = ARENA_PUSH(&f->image.arena, &f->facts.apps);

	(void)state;
	*app = (struct dotnet_app){ .path = BYTES("app/shop"), .single_file = true };
	is(f, "read-only", true, NULL);
	app->bundle_unpacks = true;
	is(f, "read-only", false, why);
	say(f, &f->image.config.env, "HOME=/home/app");
	is(f, "read-only", false, why);
	say(f, &f->image.config.volumes, "/data");
	is(f, "read-only", false,
	   "VOLUME /data: --tmpfs; app/shop unpacks itself: DOTNET_BUNDLE_EXTRACT_BASE_DIR=/tmp/.net");
	f->image.config.volumes.len = f->image.config.env.len = 0;
	say(f, &f->image.config.env, "HOME=/tmp");
	is(f, "read-only", true, NULL);
	f->image.config.env.len = 0;
	say(f, &f->image.config.env, "DOTNET_BUNDLE_EXTRACT_BASE_DIR=/tmp/.net");
	is(f, "read-only", true, NULL);
	f->image.config.env.len = 0;
	say(f, &f->image.config.env, "DOTNET_BUNDLE_EXTRACT_BASE_DIR=/var/net");
	is(f, "read-only", false, "DOTNET_BUNDLE_EXTRACT_BASE_DIR /var/net: --tmpfs");
	f->image.config.env.len = 0;
	f->image.config.user = BYTES("7"); /* no account: its home is /tmp */
	is(f, "read-only", true, NULL);
	f->image.config.user = BYTES("1654");
	is(f, "read-only", false, why);
	app->hidden = true;
	is(f, "read-only", true, NULL);
	end(f);
}

static void low_ports(void **state)
{
	static const struct {
		const char *variable;
		const char *why;
	} cases[] = {
		{ "ASPNETCORE_URLS=http://+:8080;https://+:8443", NULL },
		{ "ASPNETCORE_URLS=http://+:8080;https://+:443/shop", "port 443 is below 1024" },
		{ "ASPNETCORE_URLS=http://+", "port 80 is below 1024" },
		{ "ASPNETCORE_URLS=https://[::]", "port 443 is below 1024" },
		{ "ASPNETCORE_URLS=https://[::]:5001", NULL },
		{ "ASPNETCORE_HTTP_PORTS=8080;81", "port 81 is below 1024" },
		{ "ASPNETCORE_HTTP_PORTS=8080", NULL },
		{ "PORT=1023", "port 1023 is below 1024" },
		{ "PORT=1024", NULL },
		{ "PORT=", NULL },
		{ "PORT=80x", NULL },
		{ "SUPPORT=80", NULL },
	};
	struct fixture *f = begin();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		f->image.config.env.len = 0;
		say(f, &f->image.config.env, cases[i].variable);
		is(f, "no-capability", !cases[i].why, cases[i].why);
	}
	f->image.config.env.len = 0;
	say(f, &f->image.config.exposed_ports, "8080/tcp");
	is(f, "no-capability", true, NULL);
	say(f, &f->image.config.exposed_ports, "22/tcp");
	is(f, "no-capability", false, "port 22 is below 1024");
	end(f);
}

static void the_command_and_what_is_at_hand(void **state)
{
	struct fixture *f = begin();

	(void)state;
	f->image.config.entrypoint.len = 0;
	is(f, "sigterm", false, "no program is named");
	say(f, &f->image.config.cmd, "/bin/sh");
	say(f, &f->image.config.cmd, "-c");
	is(f, "sigterm", false, "a shell stands before the program");
	add(f, ENTRY_FILE, "usr/bin/chage", 02755, 0);
	is(f, "no-setuid", false, "1, void under no_new_privs");
	add(f, ENTRY_FILE, "usr/bin/su", 04755, 0);
	is(f, "no-setuid", false, "2, void under no_new_privs");
	is(f, "no-shell", true, NULL);
	add(f, ENTRY_FILE, "bin/sh", 0755, 0);
	is(f, "no-shell", false, NULL);
	end(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_hold),        cmocka_unit_test(root_is_replaced),
		cmocka_unit_test(what_is_written), cmocka_unit_test(what_unpacks_itself),
		cmocka_unit_test(low_ports),       cmocka_unit_test(the_command_and_what_is_at_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
