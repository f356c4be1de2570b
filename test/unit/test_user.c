/* SPDX-License-Identifier: Apache-2.0 */
/* Whom an image names: image-spec 1.1, config.md "User"; passwd(5), group(5); numbers as Go's
 * strconv.Atoi reads them, which engines are written with. */
#include "oci/user.h"

#include "base/buf.h"
#include "base/limits.h"
#include "unit.h"

struct lists {
	struct arena arena;
	struct account_list accounts;
	struct group_list groups;
};

static struct lists read_lists(const char *users, const char *groups)
{
	struct lists l = { 0 };

	user_read_accounts(bytes_str(users), &l.arena, &l.accounts);
	user_read_groups(bytes_str(groups), &l.arena, &l.groups);
	return l;
}

static const char users[] = "root:x:0:0:root:/root:/bin/sh\n"
							"# app:x:1:1:::\n"
							"+app:x:2:2:::\n"
							"app:x:1654:1655:a gecos, field:/home/app:/bin/sh:rest\n"
							"minimal:x:44:55\r\n"
							"\n"
							"nobody:x:65534:65534::/:/bin/false\n"
							"3000:x:7:7:::\n"
							"toor:x:0:9:::\n"
							"none:x:4294967295:1:::\n"
							":x:3:3:::\n"
							"word:x:one:1:::";
static const char groups[] = "root:x:0:\nstaff:x:50:app,root\nbare:x:60\nnone:x:4294967295:\n";

/* Every answer to the question, and what a hardened start makes of it. */
static void finds(void **state)
{
	enum { ABSENT = 1, NO_GROUP = 2, NUMBER = 4, ACCOUNT = 8, GID = 16 };
	static const struct {
		const char *text;
		unsigned what;
		uint32_t uid, gid, hard_uid, hard_gid;
	} cases[] = {
		{ "", NUMBER | ACCOUNT | GID, 0, 0, 1654, 1654 },
		{ "0", NUMBER | ACCOUNT | GID, 0, 0, 1654, 1654 },
		{ "+0", NUMBER | ACCOUNT | GID, 0, 0, 1654, 1654 },
		{ "-0", NUMBER | ACCOUNT | GID, 0, 0, 1654, 1654 },
		{ "00:5", NUMBER | ACCOUNT | GID, 0, 5, 1654, 1654 },
		{ ":50", NUMBER | ACCOUNT | GID, 0, 50, 1654, 1654 },
		{ "root", ACCOUNT | GID, 0, 0, 1654, 1654 },
		{ "toor", ACCOUNT | GID, 0, 9, 1654, 1654 },
		{ "app", ACCOUNT | GID, 1654, 1655, 1654, 1655 },
		{ "app:", ACCOUNT | GID, 1654, 1655, 1654, 1655 },
		{ "app:staff", ACCOUNT | GID, 1654, 50, 1654, 50 },
		{ "app:bare", ACCOUNT | GID, 1654, 60, 1654, 60 },
		{ "app:root", ACCOUNT | GID, 1654, 0, 1654, 1654 },
		{ "app:+7", ACCOUNT | GID, 1654, 7, 1654, 7 },
		{ "1654", NUMBER | ACCOUNT | GID, 1654, 1655, 1654, 1655 },
		{ "1000", NUMBER, 1000, 0, 1000, 1000 }, /* engines: root's group */
		{ "1000:0", NUMBER | GID, 1000, 0, 1000, 1000 },
		{ "1000:8", NUMBER | GID, 1000, 8, 1000, 8 },
		{ "minimal", ACCOUNT | GID, 44, 55, 44, 55 },
		{ "3000", NUMBER, 3000, 0, 3000, 3000 }, /* the number, not the account of that name */
		{ "4294967294", NUMBER, 4294967294, 0, 4294967294, 4294967294 },
		{ "4294967295", ABSENT, 0, 0, 0, 0 },
		{ "-1", ABSENT, 0, 0, 0, 0 },
		{ "none", ABSENT, 0, 0, 0, 0 },
		{ "word", ABSENT, 0, 0, 0, 0 },
		{ "+app", ABSENT, 0, 0, 0, 0 },
		{ "app ", ABSENT, 0, 0, 0, 0 },
		{ "ghost:50", ABSENT | GID, 0, 50, 0, 0 },
		{ "app:ghost", ACCOUNT | NO_GROUP, 1654, 0, 0, 0 },
		{ "app:none", ACCOUNT | NO_GROUP, 1654, 0, 0, 0 },
		{ "app:staff:root", ACCOUNT | NO_GROUP, 1654, 0, 0, 0 },
		{ "app:4294967295", ACCOUNT | NO_GROUP, 1654, 0, 0, 0 },
	};
	struct lists l = read_lists(users, groups);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		unsigned what = cases[i].what;
		struct user u;
		err e = { 0 };
		int status = user_find(bytes_str(cases[i].text), &l.accounts, &l.groups, &u, &e);

		if (u.uid != cases[i].uid || u.gid != cases[i].gid || u.is_absent != !!(what & ABSENT) ||
		    u.is_number != !!(what & NUMBER) || (u.account != NULL) != !!(what & ACCOUNT) ||
		    u.has_gid != !!(what & GID))
			fail_msg("'%s': %u:%u", cases[i].text, u.uid, u.gid);
		assert_int_equal(status, what & (ABSENT | NO_GROUP) ? -1 : 0);
		if (status < 0) {
			assert_int_equal(e.kind, ERR_FORMAT);
			continue;
		}
		user_harden(&u);
		assert_int_equal(u.uid, cases[i].hard_uid);
		assert_int_equal(u.gid, cases[i].hard_gid);
	}
	arena_done(&l.arena);
}

static void columns(void **state)
{
	struct lists l = read_lists(users, groups);
	const struct account *app = user_account(&l.accounts, 1654);

	(void)state;
	assert_non_null(app);
	assert_bytes(app->home, "/home/app");
	assert_bytes(app->shell, "/bin/sh:rest");
	assert_null(user_account(&l.accounts, 1000));
	assert_int_equal(user_account(&l.accounts, 44)->home.n, 0);
	assert_int_equal(l.accounts.len, 6);
	assert_int_equal(l.groups.len, 3);
	arena_done(&l.arena);
}

/* So many lines, and so long ones, are read; what follows is not there. */
static void bounds(void **state)
{
	struct arena a = ARENA_INIT;
	struct account_list accounts = { 0 };
	struct group_list some = { 0 };
	buf text = BUF_INIT(4 * MIB);

	(void)state;
	buf_puts(&text, "long:x:1:1:");
	memset(buf_room(&text, LIMIT_PATH), 'x', LIMIT_PATH);
	text.n += LIMIT_PATH;
	buf_puts(&text, "::\nstaff:x:50:");
	memset(buf_room(&text, LIMIT_PATH), 'm', LIMIT_PATH);
	text.n += LIMIT_PATH;
	for (size_t i = 3; i <= LIMIT_ACCOUNTS; i++)
		buf_puts(&text, "\na:x:7:7");
	buf_puts(&text, "\nlate:x:9:9");
	user_read_accounts(buf_bytes(&text), &a, &accounts);
	user_read_groups(buf_bytes(&text), &a, &some);
	assert_null(user_account(&accounts, 1));
	assert_non_null(user_account(&accounts, 7));
	assert_null(user_account(&accounts, 9));
	assert_int_equal(accounts.len, LIMIT_ACCOUNTS - 2);
	assert_int_equal(some.items[1].gid, 50); /* its members are not kept */
	assert_int_equal(some.len, LIMIT_ACCOUNTS);
	buf_done(&text);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds),
		cmocka_unit_test(columns),
		cmocka_unit_test(bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
