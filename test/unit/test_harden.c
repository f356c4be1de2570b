/* SPDX-License-Identifier: Apache-2.0 */
/* What hardening does with databases, commands, settings and paths. Expected values: deb822(5) and
 * dpkg(1) (states of a package), apk-v2(5), POSIX's words of a shell, passwd(5), group(5). */
#include "base/limits.h"
#include "fmt/tar.h"
#include "harden/database.h"
#include "harden/forget.h"
#include "harden/pour.h"
#include "harden/purpose.h"
#include "harden/settings.h"
#include "unit.h"

/* -- databases --------------------------------------------------------------------------------- */

#define A "Package: a\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n"
#define B "Package: b\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2\n text\n"
#define C "Package: c\nArchitecture: all\nVersion: 3\nStatus: install ok installed\n"

static const char *filtered(bool is_apk, const char *text, struct arena *a, err *e)
{
	static struct database_package there[] = {
		{ BYTES_INIT("a"), BYTES_INIT("1"), BYTES_INIT("amd64"), SELECT_PRESENT },
		{ BYTES_INIT("c"), BYTES_INIT("3"), BYTES_INIT("all"), SELECT_SETTINGS },
	};
	struct database d = { .form = is_apk ? DATABASE_APK : DATABASE_DPKG,
		                  .packages = { there, 2, 2 },
		                  .text = bytes_str(text) };
	struct database again;
	buf packed = BUF_INIT(MIB), out = BUF_INIT(MIB);

	database_pack(&d, &packed);
	assert_true(database_unpack(buf_bytes(&packed), a, &again));
	assert_false(database_unpack(bytes_slice(buf_bytes(&packed), 0, packed.n - 1), a, &d));
	const char *made = database_filter(&again, a, &out, e) == 0 ? arena_str(a, buf_bytes(&out))
	                                                            : NULL;

	buf_done(&packed);
	buf_done(&out);
	return made;
}

static void filters_dpkg(void **state)
{
	struct arena a = ARENA_INIT;
	err e = { 0 };

	(void)state;
	assert_string_equal(filtered(false, "", &a, &e), "");
	assert_string_equal(filtered(false, A, &a, &e), A);
	assert_string_equal(filtered(false, B, &a, &e), "");
	assert_string_equal(filtered(false, "\n\n" A "\n\n" B "\n" A, &a, &e), A "\n" A);
	assert_string_equal(filtered(false, B "\n" C "\n" A "\n", &a, &e),
	                    "Package: c\nArchitecture: all\nVersion: 3\n"
	                    "Status: deinstall ok config-files\n\n" A);
	/* another version or architecture is another package; no end of line is none of its text */
	assert_string_equal(filtered(false, "Package: a\nVersion: 1\nArchitecture: i386\n", &a, &e),
	                    "");
	assert_string_equal(filtered(false, "Package: a\nArchitecture: amd64\nVersion: 1", &a, &e),
	                    "Package: a\nArchitecture: amd64\nVersion: 1\n");
	assert_null(filtered(false, "Package: a\nno field\n", &a, &e));
	assert_int_equal(e.kind, ERR_FORMAT);
	arena_done(&a);
}

static void filters_apk(void **state)
{
	struct arena a = ARENA_INIT;
	err e = { 0 };

	(void)state;
	assert_string_equal(
		filtered(true, "C:x\nP:a\nV:1\nA:amd64\nF:lib\nR:b\n\nP:b\nV:1\nA:amd64\n\n", &a, &e),
		"C:x\nP:a\nV:1\nA:amd64\nF:lib\nR:b\n\n");
	assert_string_equal(filtered(true, "P:b\nV:2\nA:amd64\n\nP:a\nV:1\nA:amd64", &a, &e),
	                    "P:a\nV:1\nA:amd64\n\n");
	assert_string_equal(filtered(true, "\n\n", &a, &e), "");
	arena_done(&a);
}

/* -- commands ---------------------------------------------------------------------------------- */

static struct strings words_of(const char *text, struct arena *a)
{
	struct strings words = { 0 };
	bytes rest = bytes_str(text), word;

	while (bytes_take_until(&rest, '|', &word))
		*ARENA_PUSH(a, &words) = word;
	return words;
}

static const char *text_of(const struct strings *words, struct arena *a)
{
	const char *text = "";

	for (size_t i = 0; i < words->len; i++)
		text = arena_printf(a, "%s%s" PRIb, text, i ? "|" : "", BYTESF(words->items[i]));
	return text;
}

static const struct {
	const char *entrypoint, *cmd, *want_entrypoint, *want_cmd; /* NULL: refused */
} commands[] = {
	{ "/app", "x", "/app", "x" },
	{ "/bin/sh|-c|/app --port 80", "ignored", "/app|--port|80", "" },
	{ "", "/bin/sh|-c|exec app 'a b' \"c\"", "", "app|a b|c" },
	{ "/bin/bash|-eo|pipefail|-c|/app", "", "/app", "" },
	{ "tini|--|sh|-c|exec /app x", "", "tini|--|/app|x", "" },
	{ "/bin/sh|-c|/app $PORT", "", NULL, NULL },
	{ "/bin/sh|-c|/app '$PORT'", "", NULL, NULL },
	{ "/bin/sh|-c|a && b", "", NULL, NULL },
	{ "/bin/sh|-c|a; b", "", NULL, NULL },
	{ "/bin/sh|-c|a >log", "", NULL, NULL },
	{ "/bin/sh|-c|A=b app", "", NULL, NULL },
	{ "/bin/sh|-c|cd /app", "", NULL, NULL },
	{ "/bin/sh|-c|app *.dll", "", NULL, NULL },
	{ "/bin/sh|-c|(app)", "", NULL, NULL },
	{ "/bin/sh|-c|", "", NULL, NULL },
	{ "/bin/sh|/entry.sh", "", "/bin/sh|/entry.sh", "" }, /* the closure has its say */
};

static void turns_commands(void **state)
{
	struct arena a = ARENA_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		struct oci_config c = { .entrypoint = words_of(commands[i].entrypoint, &a),
			                    .cmd = words_of(commands[i].cmd, &a) };
		struct settings_notes notes = { 0 };
		const char *refused = NULL;

		if (bytes_ends(bytes_str(commands[i].entrypoint), BYTES("|")))
			*ARENA_PUSH(&a, &c.entrypoint) = BYTES("");
		settings_command(&c, &a, &notes, &refused);
		if (!commands[i].want_entrypoint) {
			assert_non_null(refused);
			continue;
		}
		assert_null(refused);
		assert_string_equal(text_of(&c.entrypoint, &a), commands[i].want_entrypoint);
		assert_string_equal(text_of(&c.cmd, &a), commands[i].want_cmd);
	}
	arena_done(&a);
}

/* -- settings ---------------------------------------------------------------------------------- */

static void mends_settings(void **state)
{
	struct arena a = ARENA_INIT;
	struct strings secrets = words_of("env TOKEN|label key", &a);
	struct oci_config c = {
		.env = words_of(
			"PATH=/bin|TOKEN=x|ASPNETCORE_URLS=http://+:80;https://*:443/;http://+:8180", &a),
		.exposed_ports = words_of("80/tcp|8080|22/tcp|443|9000/udp", &a),
		.healthcheck = words_of("CMD-SHELL|curl localhost", &a),
	};
	const struct settings_wish wish = { .user = { .uid = 1654, .gid = 1654, .is_new = true },
		                                .is_dotnet = true,
		                                .is_bundle = true,
		                                .secrets = &secrets };
	struct settings_notes notes = { 0 };
	const char *refused;

	(void)state;
	*ARENA_PUSH(&a, &c.labels) = (struct oci_label){ BYTES("key"), BYTES("x") };
	*ARENA_PUSH(&a, &c.labels) = (struct oci_label){ BYTES("kept"), BYTES("y") };
	settings_mend(&c, &wish, &a, &notes, &refused);
	assert_null(refused);
	assert_string_equal(
		text_of(&c.env, &a),
		"PATH=/bin|ASPNETCORE_URLS=http://+:8080;https://*:8443/;http://+:8180|HOME=/tmp"
		"|DOTNET_EnableDiagnostics=0|DOTNET_BUNDLE_EXTRACT_BASE_DIR=/tmp/.net");
	assert_string_equal(text_of(&c.exposed_ports, &a), "8080/tcp|8080|8443/tcp|9000/udp");
	assert_int_equal(c.healthcheck.len, 0);
	assert_int_equal(c.labels.len, 1);
	assert_true(bytes_is(c.user, "1654:1654"));

	secrets = words_of("command", &a);
	settings_mend(&c, &wish, &a, &notes, &refused);
	assert_non_null(refused);
	arena_done(&a);
}

static void finds_users(void **state)
{
	static const struct {
		const char *user;
		uint32_t uid, gid;
		bool is_new;
	} users[] = {
		{ "", 1654, 1654, true },       { "0", 1654, 1654, true },   { "root", 1654, 1654, true },
		{ "0:5", 1654, 1654, true },    { "shop", 100, 101, false }, { "shop:0", 100, 100, false },
		{ "7", 7, 7, false },           { "7:8", 7, 8, false },      { "100", 100, 101, false },
		{ "shop:team", 100, 9, false },
	};
	struct account accounts[] = { { .name = BYTES("root") },
		                          { .name = BYTES("shop"), .uid = 100, .gid = 101 } };
	struct account_group groups[] = { { BYTES("team"), 9 } };
	struct facts facts = { .accounts = { accounts, 2, 2 }, .groups = { groups, 1, 1 } };
	struct settings_user u;
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(users) / sizeof(*users); i++) {
		struct oci_config c = { .user = bytes_str(users[i].user) };

		assert_int_equal(settings_user(&c, &facts, &u, &e), 0);
		assert_int_equal(u.uid, users[i].uid);
		assert_int_equal(u.gid, users[i].gid);
		assert_int_equal(u.is_new, users[i].is_new);
	}
	struct oci_config absent = { .user = BYTES("ghost") };

	assert_int_equal(settings_user(&absent, &facts, &u, &e), -1);
	assert_int_equal(e.kind, ERR_FORMAT);
}

static void adds_accounts(void **state)
{
	struct arena a = ARENA_INIT;
	const struct settings_user u = { .uid = 1654, .gid = 1654, .is_new = true };

	(void)state;
	assert_true(bytes_is(settings_accounts(BYTES(""), &u, false, &a),
	                     "app:x:1654:1654::/tmp:/sbin/nologin\n"));
	assert_true(
		bytes_is(settings_accounts(BYTES("root:x:0:"), &u, true, &a), "root:x:0:\napp:x:1654:\n"));
	assert_true(bytes_is(settings_accounts(BYTES("root:x:0:\napp:x:5:\n"), &u, true, &a),
	                     "root:x:0:\napp:x:5:\napp1654:x:1654:\n"));
	arena_done(&a);
}

/* -- paths ------------------------------------------------------------------------------------- */

static void knows_places(void **state)
{
	static const char *const shared[] = { "",    "usr",  "usr/bin",       "usr/lib/x", "etc/shop",
		                                  "opt", "root", "usr/local/bin", "var/lib",   "lib64" };
	static const char *const own[] = { "app",         "opt/shop",       "srv/x",
		                               "usr/src/app", "root/app",       "var/www",
		                               "home/app",    "usr/local/shop", "workspace" };

	(void)state;
	for (size_t i = 0; i < sizeof(shared) / sizeof(*shared); i++)
		assert_true(purpose_is_shared(bytes_str(shared[i])));
	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		assert_false(purpose_is_shared(bytes_str(own[i])));
	assert_true(purpose_is_needed(BYTES("etc/ssl/certs/x.pem")));
	assert_true(purpose_is_needed(BYTES("etc/passwd")));
	assert_false(purpose_is_needed(BYTES("etc/passwd-")));
	assert_false(purpose_is_needed(BYTES("etc/shadow")));
	assert_false(purpose_is_needed(BYTES("etc/ssl/private/key.pem")));
	assert_int_equal(purpose_database_of(BYTES("var/lib/dpkg/status")), PURPOSE_DPKG);
	assert_int_equal(purpose_database_of(BYTES("var/lib/dpkg/status-old")), PURPOSE_NO_DATABASE);
	assert_int_equal(purpose_database_of(BYTES("var/lib/dpkg/status.d/libc6")), PURPOSE_DPKG);
	assert_int_equal(purpose_database_of(BYTES("var/lib/dpkg/status.d/libc6.md5sums")),
	                 PURPOSE_DPKG_FILE);
	assert_int_equal(purpose_database_of(BYTES("var/lib/dpkg/info/libc6:amd64.list")),
	                 PURPOSE_DPKG_FILE);
	assert_int_equal(purpose_database_of(BYTES("var/lib/dpkg/info/libc6.postinst")),
	                 PURPOSE_NO_DATABASE);
	assert_int_equal(purpose_database_of(BYTES("var/lib/rpm/rpmdb.sqlite")), PURPOSE_RPM_SQLITE);
	assert_int_equal(purpose_database_of(BYTES("usr/lib/sysimage/rpm/Packages.db")),
	                 PURPOSE_RPM_NDB);
	assert_int_equal(purpose_database_of(BYTES("var/lib/rpm/Packages")), PURPOSE_RPM_BDB);
	assert_int_equal(purpose_database_of(BYTES("var/lib/rpm/Name")), PURPOSE_RPM_BESIDE);
	assert_int_equal(purpose_database_of(BYTES("usr/share/rpm/rpmdb.sqlite-wal")),
	                 PURPOSE_RPM_BESIDE);
	assert_int_equal(purpose_database_of(BYTES("var/lib/rpmmanifest/container-manifest-2")),
	                 PURPOSE_RPM_LIST);
	assert_int_equal(purpose_database_of(BYTES("root/buildinfo/content_manifests/x.json")),
	                 PURPOSE_WHOLE);
	assert_int_equal(purpose_database_of(BYTES("root/buildinfo/Dockerfile-x")),
	                 PURPOSE_NO_DATABASE);
	assert_int_equal(purpose_tool_of(BYTES("tdnf")), PURPOSE_MANAGER);
	assert_int_equal(purpose_tool_of(BYTES("rpmkeys")), PURPOSE_MANAGER);
	assert_int_equal(purpose_tool_of(BYTES("rpm.conf")), PURPOSE_NO_TOOL);
	assert_true(purpose_is_passing(BYTES("var/lib/dnf/history.sqlite")));
	assert_false(purpose_is_passing(BYTES("var/lib/dnfx")));
	assert_true(purpose_is_passing(BYTES("var/lib/dpkg/info/libc6.postinst")));
	assert_true(purpose_is_own(BYTES("data/conf.json")));
	assert_true(purpose_is_own(BYTES("usrx/y")));
	assert_false(purpose_is_own(BYTES("usr/y")));
	assert_false(purpose_is_own(BYTES("opt/tool/x.json")));
}

/* -- layers ------------------------------------------------------------------------------------ */

struct seen {
	char names[256];
	uint64_t octets;
};

static int on_entry(void *ctx, const struct tar_entry *t, err *e)
{
	struct seen *s = ctx;
	size_t at = strlen(s->names);

	(void)e;
	snprintf(s->names + at, sizeof(s->names) - at, PRIb ":%d ", BYTESF(t->name), (int)t->type);
	return 0;
}

static int on_data(void *ctx, bytes part, err *e)
{
	(void)e;
	((struct seen *)ctx)->octets += part.n;
	return 0;
}

static int on_end(void *ctx, err *e)
{
	(void)ctx, (void)e;
	return 0;
}

/* Read in pieces of every size, it is the same archive; a reader of tar finds what was put in. */
static void pours_layers(void **state)
{
	static const struct tar_events events = { on_entry, on_data, on_end };
	static const size_t steps[] = { 1, 7, 511, 512, 4096 };
	struct pour_entry entries[] = {
		{ .path = BYTES("b/z"), .type = TAR_HARDLINK, .link = BYTES("b/a"), .fd = -1 },
		{ .path = BYTES("b/a"), .type = TAR_FILE, .size = 600, .fd = -1 },
		{ .path = BYTES("b"), .type = TAR_DIR, .mode = 0755, .fd = -1 },
		{ .path = BYTES("b/empty"), .type = TAR_FILE, .fd = -1 },
	};
	static const uint8_t content[600];
	uint64_t size = 0;

	(void)state;
	entries[1].content = bytes_of(content, sizeof(content));
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		struct arena a = ARENA_INIT;
		struct pour p = { .entries = { entries, 4, 4 } };
		struct seen seen = { { 0 }, 0 };
		struct tar *t = tar_new(&a, &events, &seen);
		uint8_t part[4096];
		uint64_t read = 0;
		err e = { 0 };

		pour_begin(&p);
		for (int64_t n; (n = pour_read(&p, part, steps[i], &e)) > 0; read += (uint64_t)n)
			assert_int_equal(tar_feed(t, bytes_of(part, (size_t)n), &e), 0);
		assert_int_equal(tar_finish(t, &e), 0);
		assert_string_equal(seen.names, "b/:6 b/a:1 b/empty:1 b/z:2 ");
		assert_int_equal(seen.octets, 600);
		assert_int_equal(read, 512 * (4 + 2 + 2));
		size = read;
		tar_done(t);
		pour_done(&p);
		arena_done(&a);
	}
	assert_int_equal(size % 512, 0);
}

/* seeks(s, text, split): whether a value is found in the text, which comes in two parts. */
static bool seeks(struct forget_seeker *s, bytes text, size_t split)
{
	forget_seeker_next(s);
	return forget_seeker_add(s, bytes_slice(text, 0, split)) ||
	       forget_seeker_add(s, bytes_skip(text, split));
}

static void seeks_values(void **state)
{
	const size_t most = LIMIT_FORGET_VALUE;
	struct arena a = ARENA_INIT;
	uint8_t *key = arena_alloc(&a, 4 * most), *text = arena_alloc(&a, 4 * most);
	bytes items[] = { BYTES("fault"), BYTES("hunter22"), bytes_of(key, most + 5) };
	const struct strings values = { items, 3, 3 };
	struct forget_seeker s;

	(void)state;
	for (size_t i = 0; i < 4 * most; i++)
		key[i] = (uint8_t)(i * 2654435761U >> 13);
	forget_seeker_begin(&s, &values);
	for (size_t split = 0; split <= 16; split++) {
		assert_true(seeks(&s, BYTES("its hunter22 is"), split));
		assert_false(seeks(&s, BYTES("no fault hunter2"), split)); /* too short; not all */
	}
	/* not across texts */
	assert_false(seeks(&s, BYTES("hunt"), 4));
	assert_false(seeks(&s, BYTES("er22"), 4));
	/* of a long one so many octets, wherever they begin */
	memset(text, 'x', 4 * most);
	memcpy(text + most + 7, key, most);
	for (size_t split = 0; split < 4 * most; split += most / 2 + 3)
		assert_true(seeks(&s, bytes_of(text, 4 * most), split));
	text[most + 7 + most - 1] ^= 1;
	assert_false(seeks(&s, bytes_of(text, 4 * most), most));
	forget_seeker_done(&s);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filters_dpkg),   cmocka_unit_test(filters_apk),
		cmocka_unit_test(turns_commands), cmocka_unit_test(mends_settings),
		cmocka_unit_test(finds_users),    cmocka_unit_test(adds_accounts),
		cmocka_unit_test(knows_places),   cmocka_unit_test(pours_layers),
		cmocka_unit_test(seeks_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
