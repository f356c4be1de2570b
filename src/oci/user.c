/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/user.h"

#include "base/limits.h"
#include "base/text.h"

#define COLUMNS 7 /* name:password:uid:gid:gecos:home:shell */

/* -- the files --------------------------------------------------------------------------------- */

bool user_is_blank(bytes line)
{
	return line.n == 0 || line.p[0] == '#' || line.p[0] == '+' || line.p[0] == '-';
}

static bool take_id(bytes text, uint32_t *out)
{
	uint64_t id;

	if (!text_take_u64(text, 10, USER_ID_MOST, &id))
		return false;
	*out = (uint32_t)id;
	return true;
}

/* What is missing is empty; the last column has the rest. */
static void split(bytes line, bytes *column)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		size_t n = i + 1 < COLUMNS ? bytes_find(line, ':') : line.n;

		column[i] = bytes_slice(line, 0, n);
		line = bytes_skip(line, n < line.n ? n + 1 : n);
	}
}

bool user_take_account(bytes line, struct account *out)
{
	bytes column[COLUMNS];

	split(line, column);
	*out = (struct account){ .name = column[0], .home = column[5], .shell = column[6] };
	return line.n <= LIMIT_PATH && column[0].n > 0 && take_id(column[2], &out->uid) &&
	       take_id(column[3], &out->gid);
}

/* name:password:gid:members; these make long lines, and are not kept. */
bool user_take_group(bytes line, struct account_group *out)
{
	bytes column[COLUMNS];

	split(line, column);
	*out = (struct account_group){ .name = column[0] };
	return column[0].n > 0 && column[0].n <= LIMIT_PATH && take_id(column[2], &out->gid);
}

void user_read_accounts(bytes text, struct arena *a, struct account_list *out)
{
	struct account account;
	bytes line;

	for (uint64_t n = 0; n < LIMIT_ACCOUNTS && bytes_line(&text, &line); n++)
		if (!user_is_blank(line) && user_take_account(line, &account))
			*ARENA_PUSH(a, out) = account;
}

void user_read_groups(bytes text, struct arena *a, struct group_list *out)
{
	struct account_group group;
	bytes line;

	for (uint64_t n = 0; n < LIMIT_ACCOUNTS && bytes_line(&text, &line); n++)
		if (!user_is_blank(line) && user_take_group(line, &group))
			*ARENA_PUSH(a, out) = group;
}

/* -- who --------------------------------------------------------------------------------------- */

const struct account *user_account(const struct account_list *accounts, uint32_t uid)
{
	for (size_t i = 0; i < accounts->len; i++)
		if (accounts->items[i].uid == uid)
			return &accounts->items[i];
	return NULL;
}

static const struct account *find_account(const struct account_list *accounts, bytes name)
{
	for (size_t i = 0; i < accounts->len; i++)
		if (bytes_equal(accounts->items[i].name, name))
			return &accounts->items[i];
	return NULL;
}

static bool find_group(const struct group_list *groups, bytes name, uint32_t *out)
{
	for (size_t i = 0; i < groups->len; i++)
		if (bytes_equal(groups->items[i].name, name)) {
			*out = groups->items[i].gid;
			return true;
		}
	return false;
}

/* "+0" is root to engines, and "-0". */
static bool take_number(bytes text, uint32_t *out)
{
	uint32_t id;

	if (text.n > 1 && (text.p[0] == '+' || text.p[0] == '-')) {
		if (!take_id(bytes_skip(text, 1), &id) || (text.p[0] == '-' && id != 0))
			return false;
		*out = id;
		return true;
	}
	return take_id(text, out);
}

static void find_user(bytes name, const struct account_list *accounts, struct user *out)
{
	out->is_number = name.n == 0 || take_number(name, &out->uid);
	out->account = out->is_number ? user_account(accounts, out->uid) : find_account(accounts, name);
	out->is_absent = !out->is_number && !out->account;
	if (out->account)
		out->uid = out->account->uid;
}

int user_find(bytes text, const struct account_list *accounts, const struct group_list *groups,
              struct user *out, err *e)
{
	bytes group = text, name = { 0 };

	*out = (struct user){ 0 };
	(void)bytes_take_until(&group, ':', &name); /* nothing at all is root */
	find_user(name, accounts, out);
	out->says_group = group.n > 0;
	if (out->says_group) {
		out->has_gid = take_number(group, &out->gid) || find_group(groups, group, &out->gid);
	} else if (out->account) {
		out->has_gid = true;
		out->gid = out->account->gid;
	}
	if (out->is_absent)
		return err_set(e, ERR_FORMAT, 0, "the image has no user '%s' (a number needs no account)",
		               SHOW(name));
	if (group.n > 0 && !out->has_gid)
		return err_set(e, ERR_FORMAT, 0, "the image has no group '%s' (a number needs none)",
		               SHOW(group));
	return 0;
}

static bool is_member(bytes members, bytes name)
{
	bytes member;

	while (bytes_take_until(&members, ',', &member))
		if (bytes_equal(member, name))
			return true;
	return false;
}

static bool has_group(const struct user_groups *groups, uint32_t gid)
{
	for (size_t i = 0; i < groups->len; i++)
		if (groups->items[i] == gid)
			return true;
	return false;
}

int user_find_groups(bytes text, const struct user *u, struct arena *a, struct user_groups *out,
                     err *e)
{
	bytes line, column[COLUMNS];
	uint32_t gid;

	*out = (struct user_groups){ 0 };
	if (!u->account || u->account->uid != u->uid || u->says_group)
		return 0;
	for (uint64_t n = 0; n < LIMIT_ACCOUNTS && bytes_line(&text, &line); n++) {
		split(line, column);
		if (user_is_blank(line) || column[0].n == 0 || !take_id(column[2], &gid) ||
		    !is_member(column[3], u->account->name) || gid == u->gid || has_group(out, gid))
			continue;
		if (out->len == LIMIT_USER_GROUPS)
			return err_set(e, ERR_LIMIT, 0,
			               "the image has its user '%s' in more than %d groups (--user USER:GROUP "
			               "leaves them out)",
			               SHOW(u->account->name), LIMIT_USER_GROUPS);
		*ARENA_PUSH(a, out) = gid;
	}
	return 0;
}

void user_harden(struct user *u)
{
	if (u->uid == 0)
		u->uid = u->gid = USER_APP;
	if (u->gid == 0)
		u->gid = u->uid;
}
