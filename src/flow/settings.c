/* SPDX-License-Identifier: Apache-2.0 */
/* What the image's config says about how it runs: user, command, ports, date. */
#include "base/path.h"
#include "base/text.h"
#include "flow/judge.h"

/* Runtimes read the number with Go's strconv.Atoi, which takes a sign: "+0" is root. */
static bool take_id(bytes s, uint32_t *out)
{
	uint64_t v;

	if (s.n > 1 && (s.p[0] == '+' || s.p[0] == '-')) {
		if (!text_take_u64(bytes_skip(s, 1), 10, s.p[0] == '-' ? 0 : UINT32_MAX, &v))
			return false;
	} else if (!text_take_u64(s, 10, UINT32_MAX, &v)) {
		return false;
	}
	*out = (uint32_t)v;
	return true;
}

static const struct account *find_account(const struct facts *facts, bytes name, bool has_uid,
                                          uint32_t uid)
{
	for (size_t i = 0; i < facts->accounts.len; i++) {
		const struct account *a = &facts->accounts.items[i];

		if (has_uid ? a->uid == uid : bytes_equal(a->name, name))
			return a;
	}
	return NULL;
}

static bool find_group(const struct facts *facts, bytes name, uint32_t *out_gid)
{
	for (size_t i = 0; i < facts->groups.len && name.n > 0; i++) {
		if (!bytes_equal(facts->groups.items[i].name, name))
			continue;
		*out_gid = facts->groups.items[i].gid;
		return true;
	}
	return false;
}

/* OCI image-spec 1.1, config.md "User": user, uid, user:group, uid:gid, …; a part that is a number
 * is one even when an account has it as its name; nothing at all is root. */
static void judge_user(struct audit_page *page)
{
	struct page_identity *who = &page->user;
	bytes rest = page->image->config.user, user = { 0 };

	who->written = rest;
	(void)bytes_take_until(&rest, ':', &user); /* empty: user stays empty */
	who->has_gid = take_id(rest, &who->gid) || find_group(page->facts, rest, &who->gid);
	bool is_number = take_id(user, &who->uid);

	if (user.n == 0)
		is_number = true; /* uid 0 */
	const struct account *account = find_account(page->facts, user, is_number, who->uid);

	who->has_uid = is_number || account;
	if (account) {
		who->name = account->name;
		who->uid = account->uid;
		if (rest.n == 0) {
			who->has_gid = true;
			who->gid = account->gid;
		}
	}
	if (!who->has_uid)
		who->what = PAGE_USER_ABSENT;
	else if (who->uid == 0)
		who->what = PAGE_USER_ROOT;
	else
		who->what = is_number ? PAGE_USER_NUMBER : PAGE_USER_NAME;
}

static bool is_shell(bytes path)
{
	static const char *const shells[] = { "sh", "bash", "ash", "dash", "zsh", "ksh" };
	bytes name = path_base(path);

	for (size_t i = 0; i < sizeof(shells) / sizeof(*shells); i++)
		if (bytes_is(name, shells[i]))
			return true;
	return false;
}

/* The shell form of ENTRYPOINT, CMD and RUN is stored as ["/bin/sh", "-c", text]; SHELL may have
 * changed it to ["/bin/bash", "-eo", "pipefail", "-c"]. */
static enum page_form form_of(const struct strings *words)
{
	if (words->len == 0)
		return PAGE_FORM_NONE;
	if (!is_shell(words->items[0]))
		return PAGE_FORM_EXEC;
	for (size_t i = 1; i < words->len && i < 5; i++) {
		bytes word = words->items[i];

		if (word.n > 1 && word.p[0] == '-' && word.p[1] != '-' && bytes_find(word, 'c') < word.n)
			return PAGE_FORM_SHELL;
	}
	return PAGE_FORM_EXEC;
}

static void judge_ports(struct audit_page *page)
{
	const struct strings *written = &page->image->config.exposed_ports;

	for (size_t i = 0; i < written->len; i++) {
		struct page_port *port = ARENA_PUSH(&page->arena, &page->ports);
		bytes rest = port->written = written->items[i], number = { 0 };
		uint64_t v = 0;

		(void)bytes_take_until(&rest, '/', &number); /* "8080/tcp", or "8080" alone */
		if (!text_take_u64(number, 10, 65535, &v))
			continue; /* shown as it is written */
		port->number = (uint32_t)v;
		port->privileged = v > 0 && v < 1024;
		port->ssh = v == 22;
	}
}

void judge_settings(struct audit_page *page)
{
	const struct oci_config *cfg = &page->image->config;

	if (!page->image->has_config)
		return;
	judge_user(page);
	page->form = form_of(cfg->entrypoint.len > 0 ? &cfg->entrypoint : &cfg->cmd);
	judge_ports(page);
	/* Reproducible builders write the epoch or the year 1980 (the oldest a zip can say): no
	 * date. */
	page->has_created = text_from_date(cfg->created, &page->created) && page->created > 315619200;
}
