/* SPDX-License-Identifier: Apache-2.0 */
/* Whom an image makes its program run as: image-spec 1.1, config.md "User"; passwd(5), group(5). */
#include "base/limits.h"
#include "confine/bundle.h"

#include "unit.h"

static const char users_text[] = "root:x:0:0::/root:/bin/sh\n"
								 "app:x:1001:1002::/app:/bin/sh\n"
								 "short\n"
								 "huge:x:99999999999:1::/:\n"
								 "minus:x:-5:1::/:\n"
								 "nobody:x:65534:65534::/:/bin/false\r\n"
								 "7:x:7007:7007::/:/bin/sh\n"
								 "app:x:0:0::/second:/bin/sh\n"
								 "last:x:44:55";
static const char groups_text[] = "root:x:0:\nstaff:x:50:app\nodd\nwheel:x:zero:\n";

static struct hardening_names known;
static struct arena known_arena;

static int read_known(void **state)
{
	(void)state;
	user_read_accounts(bytes_str(users_text), &known_arena, &known.accounts);
	user_read_groups(bytes_str(groups_text), &known_arena, &known.groups);
	known.group_file = bytes_str(groups_text);
	return 0;
}

static int forget_known(void **state)
{
	(void)state;
	arena_done(&known_arena);
	return 0;
}

/* takes(text, uid, gid): so; -1: refused. */
static void takes(const char *text, int64_t uid, int64_t gid)
{
	struct hardening h = { .uid = 12345, .gid = 12345 };
	err e = { 0 };
	int status = hardening_take_user(bytes_str(text), &known, &known_arena, &h, &e);

	if (uid < 0) {
		assert_int_equal(status, -1);
		assert_int_equal(e.kind, ERR_FORMAT);
		assert_int_equal(h.uid, 12345);
		return;
	}
	assert_int_equal(status, 0);
	assert_int_equal(h.uid, uid);
	assert_int_equal(h.gid, gid);
}

static void users(void **state)
{
	(void)state;
	takes("app", 1001, 1002);
	takes("app:staff", 1001, 50);
	takes("app:9", 1001, 9);
	takes("last", 44, 55); /* no newline behind it */
	takes("nobody", 65534, 65534);
	takes("1001", 1001, 1002); /* the account's group */
	takes("1654", 1654, 1654); /* nobody's */
	takes("1654:50", 1654, 50);
	takes("7", 7, 7); /* the number, not the account of that name */
	takes("0", 0, 0); /* who asks for it */
	takes("root", 0, 0);
	takes("+0", 0, 0); /* as engines read it */
	takes("app:root", 1001, 0);
	takes("4294967294", 4294967294, 4294967294);
}

/* groups_of(user, text): "50 3000 " of --user USER, by this etc/group. */
static const char *groups_of(const char *user, const char *text)
{
	struct hardening_names names = { .accounts = known.accounts, .group_file = bytes_str(text) };
	struct hardening h = { 0 };
	const char *out = "";
	err e = { 0 };

	if (hardening_take_user(bytes_str(user), &names, &known_arena, &h, &e) < 0)
		return arena_str(&known_arena, bytes_str(e.text));
	for (size_t i = 0; i < h.groups.len; i++)
		out = arena_printf(&known_arena, "%s%u ", out, h.groups.items[i]);
	return h.drops_group ? arena_printf(&known_arena, "%sroot", out) : out;
}

/* As moby's user.GetExecUser: of an account, by name or number, where no group is said. */
static void groups(void **state)
{
	static const char text[] = "root:x:0:app,root\nextra:x:3000:last,app\nagain:x:3000:app\n"
							   "own:x:1002:app\n#no:x:7:app\nlong:x:4294967295:app\n"
							   "many:x:9:application\nwheel:x:10:root\nopen:x:50:app:app";
	buf many = BUF_INIT(MIB);

	(void)state;
	assert_string_equal(groups_of("app", text), "3000 50 root");
	assert_string_equal(groups_of("1001", text), "3000 50 root");
	assert_string_equal(groups_of("last", text), "3000 ");
	assert_string_equal(groups_of("app:50", text), "");
	assert_string_equal(groups_of("1654", text), "");
	assert_string_equal(groups_of("root", text), "10 ");
	assert_string_equal(groups_of("app", ""), "");
	for (unsigned i = 1; i <= 64; i++)
		buf_printf(&many, "g:x:%u:app\n", i);
	buf_puts(&many, "g:x:64:app\n");
	assert_non_null(strstr(groups_of("app", arena_str(&known_arena, buf_bytes(&many))), " 64 "));
	buf_puts(&many, "g:x:65:app\n");
	assert_non_null(
		strstr(groups_of("app", arena_str(&known_arena, buf_bytes(&many))), "more than 64"));
	buf_done(&many);
}

static void hostile_users(void **state)
{
	static const char *const refused[] = {
		"",      "mallory", ":50",        "app:nogroup", "app:staff:root", "short", "huge",
		"minus", "-1",      "4294967295", "-7",          "app:wheel",      "app ",  "1654:-1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		takes(refused[i], -1, -1);
}

/* of(user): whom hardening_of makes of it. */
static struct hardening of(struct arena *a, bytes user, bytes folder)
{
	struct oci_config config = { .user = user, .working_dir = folder };
	struct hardening h;
	err e = { 0 };

	assert_int_equal(hardening_of(&config, &known, a, &h, &e), 0);
	return h;
}

static void never_root(void **state)
{
	static const char *const roots[] = { "", "0", "root", "0:0", "root:staff", "0:7", ":50", "+0" };
	struct arena a = ARENA_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++) {
		struct hardening h = of(&a, bytes_str(roots[i]), BYTES(""));

		assert_int_equal(h.uid, 1654); /* "app" of Microsoft's images */
		assert_int_equal(h.gid, 1654);
	}
	assert_int_equal(of(&a, BYTES("app:root"), BYTES("")).gid, 1001);
	arena_done(&a);
}

static void folders(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "", "/" },        { "/", "/" },           { "/app", "/app" },
		{ "app/", "/app" }, { "/a/./b//", "/a/b" }, { "/../../etc", "/etc" },
		{ "a/../..", "/" },
	};
	struct arena a = ARENA_INIT;
	err e = { 0 };
	bytes out;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct hardening h = of(&a, BYTES("app"), bytes_str(cases[i].text));

		assert_true(bytes_is(h.cwd, cases[i].want));
	}
	assert_int_equal(hardening_take_folder(BYTES("/a\0b"), &a, &out, &e), -1);
	assert_int_equal(e.kind, ERR_FORMAT);
	arena_done(&a);
}

static void environments(void **state)
{
	struct arena a = ARENA_INIT;
	struct oci_config config = { .user = BYTES("app") };
	struct hardening h;
	err e = { 0 };

	(void)state;
	*ARENA_PUSH(&a, &config.env) = BYTES("A=b\nc");
	assert_int_equal(hardening_of(&config, &known, &a, &h, &e), 0);
	assert_true(bytes_is(h.env.items[0], "A=b\nc"));
	assert_true(bytes_starts(h.env.items[1], BYTES("PATH=/usr/local/sbin:")));
	*ARENA_PUSH(&a, &config.env) = BYTES("A=b\0LD_PRELOAD=x");
	assert_int_equal(hardening_of(&config, &known, &a, &h, &e), -1);
	assert_int_equal(e.kind, ERR_FORMAT);
	arena_done(&a);
}

static void layers(void **state)
{
	(void)state;
	for (unsigned d = 0; d < DEFENCES; d++)
		assert_int_equal(defence_find(bytes_str(defence_name((enum defence)d))), d);
	assert_int_equal(defence_find(BYTES("moat")), DEFENCES);
}

/* said(h, a): the capabilities that a runtime is told of. */
static bytes said(const struct hardening *h, struct arena *a)
{
	const struct bundle_host host = { .root = "rootfs", .cgroup = "/oakum" };
	buf text = BUF_INIT(64 * KIB);
	struct stream s;
	err e = { 0 };

	stream_init(&s, stream_to_buf, &text);
	bundle_write(h, &host, &s);
	assert_int_equal(stream_finish(&s, &e), 0);
	bytes copy = arena_bytes(a, buf_bytes(&text));

	buf_done(&text);
	return copy;
}

static bool grants(const struct hardening *h, const char *name, struct arena *a)
{
	bytes text = said(h, a);

	return bytes_search(text, bytes_str(arena_printf(a, "\"%s\"", name))) < text.n;
}

/* None is none: a pod whose only capability this host cannot give has not Docker's set in its
 * place. */
static void capabilities(void **state)
{
	struct arena a = ARENA_INIT;
	struct hardening h = { .args = { 0 } };

	(void)state;
	assert_true(hardening_has(&h, DEFENCE_CAPABILITIES));
	assert_false(grants(&h, "CAP_CHOWN", &a));
	hardening_leave_out(&h, (1U << DEFENCES) - 1);
	assert_int_equal(hardening_without(&h), (1U << DEFENCES) - 1);
	assert_true(grants(&h, "CAP_CHOWN", &a));
	assert_false(grants(&h, "CAP_SYS_RESOURCE", &a));
	h.capabilities = UINT64_C(1) << 24; /* linux/capability.h: SYS_RESOURCE */
	hardening_leave_out(&h, 1U << DEFENCE_CAPABILITIES);
	assert_false(grants(&h, "CAP_CHOWN", &a));
	assert_true(grants(&h, "CAP_SYS_RESOURCE", &a));
	h.capabilities = 0;
	assert_true(hardening_has(&h, DEFENCE_CAPABILITIES));
	assert_false(grants(&h, "CAP_CHOWN", &a));
	assert_int_equal(hardening_without(&h), (1U << DEFENCES) - 1 - (1U << DEFENCE_CAPABILITIES));
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(users),   cmocka_unit_test(hostile_users),
		cmocka_unit_test(groups),  cmocka_unit_test(never_root),
		cmocka_unit_test(folders), cmocka_unit_test(environments),
		cmocka_unit_test(layers),  cmocka_unit_test(capabilities),
	};

	return cmocka_run_group_tests(tests, read_known, forget_known);
}
