/* SPDX-License-Identifier: Apache-2.0 */
/* accounts - passwd(5), group(5) and shadow(5) of the image: which number a name in the
 * configuration's User is, and which accounts ask for no password. */
#include "catalog/catalogers.h"
#include "catalog/faults.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/path.h"

/* Items, one a line: a number from this list, then what follows it. */
enum item {
	ITEM_NONE,
	ITEM_ACCOUNT, /* name, uid, gid, home, shell */
	ITEM_GROUP,   /* name, gid */
	ITEM_OPEN,    /* name: of an account whose password is empty */
};

/* -- in the worker
 * ------------------------------------------------------------------------------ */

static struct want want(const struct entry *entry)
{
	bool wanted = bytes_is(entry->path, "etc/passwd") || bytes_is(entry->path, "etc/group") ||
	              bytes_is(entry->path, "etc/shadow");

	return (struct want){ wanted ? WANT_ALL : WANT_NO, 0 };
}

static unsigned role(bytes path)
{
	return bytes_is(path, "etc/group") ? 1 : bytes_is(path, "etc/shadow") ? 2 : 0;
}

static const char *const paths[] = { "etc/passwd", "etc/group", "etc/shadow", NULL };

static bool pack_account(bytes line, buf *out)
{
	struct account account;

	if (!user_take_account(line, &account))
		return false;
	pack_u64(out, ITEM_ACCOUNT);
	pack_bytes(out, account.name);
	pack_u64(out, account.uid);
	pack_u64(out, account.gid);
	pack_bytes(out, account.home);
	pack_bytes(out, account.shell);
	return true;
}

static bool pack_group(bytes line, buf *out)
{
	struct account_group group;

	if (!user_take_group(line, &group))
		return false;
	pack_u64(out, ITEM_GROUP);
	pack_bytes(out, group.name);
	pack_u64(out, group.gid);
	return true;
}

/* name:password:..., of both files that have passwords. An empty one lets anybody in. */
static void tell_open(struct inspection *in, bytes line)
{
	bytes name, password;
	buf out = BUF_INIT(LIMIT_PATH + 64);

	if (bytes_take_until(&line, ':', &name) && bytes_take_until(&line, ':', &password) &&
	    line.n > 0 && name.n > 0 && password.n == 0) {
		pack_u64(&out, ITEM_OPEN);
		pack_bytes(&out, name);
		inspection_item(in, buf_bytes(&out));
	}
	buf_done(&out);
}

static int inspect(struct inspection *in, err *e)
{
	bool groups = bytes_is(path_base(in->entry->path), "group");
	bool shadow = bytes_is(path_base(in->entry->path), "shadow");
	struct faults faults = { .in = in };
	buf out = BUF_INIT(LIMIT_PATH + 64);
	bytes rest = in->body, line;

	(void)e;
	for (uint64_t number = 1; bytes_line(&rest, &line); number++) {
		if (user_is_blank(line))
			continue;
		if (number > LIMIT_ACCOUNTS) {
			faults_add(&faults, number, "too many lines: this one and what follows is not read");
			break;
		}
		if (!groups && line.n <= LIMIT_PATH)
			tell_open(in, line);
		if (shadow)
			continue;
		buf_clear(&out);
		if (!(groups ? pack_group(line, &out) : pack_account(line, &out)))
			faults_add(&faults, number, groups ? "no group" : "no account");
		else
			inspection_item(in, buf_bytes(&out));
	}
	faults_end(&faults);
	buf_done(&out);
	return 0;
}

/* -- in the parent
 * ------------------------------------------------------------------------------ */

static bool collect_account(bytes payload, struct arena *a, struct facts *facts)
{
	struct account account;
	uint64_t kind;

	if (!pack_take_u64(&payload, ITEM_ACCOUNT, &kind) || kind != ITEM_ACCOUNT ||
	    !pack_take_bytes(&payload, LIMIT_PATH, &account.name) ||
	    !pack_take_u32(&payload, USER_ID_MOST, &account.uid) ||
	    !pack_take_u32(&payload, USER_ID_MOST, &account.gid) ||
	    !pack_take_bytes(&payload, LIMIT_PATH, &account.home) ||
	    !pack_take_bytes(&payload, LIMIT_PATH, &account.shell) || payload.n > 0)
		return false;
	*ARENA_PUSH(a, &facts->accounts) = account;
	return true;
}

static bool collect_group(bytes payload, struct arena *a, struct facts *facts)
{
	struct account_group group;
	uint64_t kind;

	if (!pack_take_u64(&payload, ITEM_GROUP, &kind) || kind != ITEM_GROUP ||
	    !pack_take_bytes(&payload, LIMIT_PATH, &group.name) ||
	    !pack_take_u32(&payload, USER_ID_MOST, &group.gid) || payload.n > 0)
		return false;
	*ARENA_PUSH(a, &facts->groups) = group;
	return true;
}

static bool collect_open(bytes payload, struct arena *a, struct facts *facts)
{
	uint64_t kind;
	bytes name;

	if (!pack_take_u64(&payload, ITEM_OPEN, &kind) || kind != ITEM_OPEN ||
	    !pack_take_bytes(&payload, LIMIT_PATH, &name) || payload.n > 0)
		return false;
	*ARENA_PUSH(a, &facts->open_accounts) = name;
	return true;
}

/* Only the visible files count: an account that an upper layer took away is none. */
static int collect(struct image *image, struct arena *a, struct facts *facts, err *e)
{
	const struct image_item *item;
	size_t at = 0;

	(void)e;
	while ((item = facts_next_item(image, catalog_accounts.inspector.id, &at))) {
		if (facts_item_hidden(image, item))
			continue;
		uint8_t kind = item->payload.n > 0 ? item->payload.p[0] : ITEM_NONE;

		if (!(kind == ITEM_GROUP  ? collect_group(item->payload, a, facts)
		      : kind == ITEM_OPEN ? collect_open(item->payload, a, facts)
		                          : collect_account(item->payload, a, facts)))
			facts_gap(facts, a, item, "the evidence of this file cannot be read");
	}
	return 0;
}

const struct cataloger catalog_accounts = {
	.inspector = { .name = "accounts", .id = 4, .version = 3, .want = want, .inspect = inspect,
	               .role = role, .paths = paths },
	.collect = collect,
};
