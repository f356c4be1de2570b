/* SPDX-License-Identifier: Apache-2.0 */
/* What the image's config says about how it runs: user, command, ports, date. */
#include "base/path.h"
#include "base/text.h"
#include "flow/judge.h"

static void judge_user(struct audit_page *page)
{
	struct page_identity *who = &page->user;
	err ignored = { 0 }; /* `found` says what is missing */
	struct user found;

	who->written = page->image->config.user;
	(void)user_find(who->written, &page->facts->accounts, &page->facts->groups, &found, &ignored);
	who->has_uid = !found.is_absent;
	who->uid = found.uid;
	who->has_gid = found.has_gid;
	who->gid = found.gid;
	if (found.account)
		who->name = found.account->name;
	if (found.is_absent)
		who->what = PAGE_USER_ABSENT;
	else if (found.uid == 0)
		who->what = PAGE_USER_ROOT;
	else
		who->what = found.is_number ? PAGE_USER_NUMBER : PAGE_USER_NAME;
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
