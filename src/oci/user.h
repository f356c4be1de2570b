/* SPDX-License-Identifier: Apache-2.0 */
/* user - whom an image's configuration names, and who that is by its etc/passwd and etc/group.
 *
 * The text is hostile, and so are the files. A line of them counts where its name and numbers can
 * be read, as engines have it; what follows those may be missing. Threading: pure. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* 2^32 - 1 is no id: chown(2) and setresuid(2) take it for "as it is". */
#define USER_ID_MOST (UINT32_MAX - 1)

#define USER_APP 1654 /* "app" in Microsoft's images: who has root's place */

struct account {
	bytes name, home, shell;
	uint32_t uid, gid;
};

struct account_group {
	bytes name;
	uint32_t gid;
};

struct account_list {
	struct account *items;
	size_t len, cap;
};

struct group_list {
	struct account_group *items;
	size_t len, cap;
};

/* user_is_blank(line): nothing, a comment, or an entry that asks NIS ("+", nsswitch.conf "compat").
 * user_take_account(line, out): a line of passwd(5). user_take_group(line, out): of group(5).
 * False: no such line, or a name of more than LIMIT_PATH. Borrow. */
bool user_is_blank(bytes line);
bool user_take_account(bytes line, struct account *out);
bool user_take_group(bytes line, struct account_group *out);

/* user_read_accounts(text, a, out), user_read_groups(text, a, out): all lines of the file, of the
 * first LIMIT_ACCOUNTS; an account's of at most LIMIT_PATH octets. Arena; borrow. */
void user_read_accounts(bytes text, struct arena *a, struct account_list *out);
void user_read_groups(bytes text, struct arena *a, struct group_list *out);

/* user_account(accounts, uid): the first of this number; NULL: none. Borrows. */
const struct account *user_account(const struct account_list *accounts, uint32_t uid);

struct user {
	uint32_t uid, gid;             /* as engines have it; 0 where absent */
	const struct account *account; /* NULL: it has none */
	bool is_absent;                /* the image has no such user */
	bool is_number;                /* it is written as one; nothing at all is 0 */
	bool has_gid;                  /* said, or the account's; else engines take root's group */
	bool says_group;
};

/* user_find(text, accounts, groups, out, e): image-spec 1.1, config.md "User": "", "1654", "app",
 * "1654:50", "app:staff", ":50". A number, which may have a sign as in Go's strconv.Atoi, is one
 * also where an account has it as its name. ERR_FORMAT: it names a user or a group that the image
 * does not have; *out says all the rest. Borrows accounts. */
int user_find(bytes text, const struct account_list *accounts, const struct group_list *groups,
              struct user *out, err *e);

struct user_groups {
	uint32_t *items;
	size_t len, cap;
};

/* user_find_groups(text, u, a, out, e): the supplementary groups of u by the image's etc/group, as
 * engines give them where no group is said: those with u's account as a member, none twice, never
 * u's own. Arena. ERR_LIMIT: more than LIMIT_USER_GROUPS. */
int user_find_groups(bytes text, const struct user *u, struct arena *a, struct user_groups *out,
                     err *e);

/* user_harden(u): never root and never root's group, because an image says so or says nothing: root
 * becomes USER_APP, root's group that of the user's own number. Nothing but these two changes. */
void user_harden(struct user *u);
