/* SPDX-License-Identifier: Apache-2.0 */
/* The rules for images (rule/image_rules.h), judged on what the other parts of the audit found. */
#include "flow/weaknesses.h"

#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "flow/judge.h"
#include "secret/rules.h"
#include "vuln/distribution.h"

#define DAYS_OLD 90
#define ACCOUNTS_MOST 1000 /* compared with each other */
#define NAMED_MOST 3 /* so many of a list are named, the rest is counted */

struct page_weakness *weakness_add(struct audit_page *page, enum image_rule rule, const char *text)
{
	struct page_weakness *w = ARENA_PUSH(&page->arena, &page->weaknesses);

	*w = (struct page_weakness){ &image_rules[rule], text, (bytes){ 0 }, 0 };
	return w;
}

/* -- who runs it ------------------------------------------------------------------------------ */

const char *weakness_env(struct audit_page *page, const char *name)
{
	const struct strings *env = &page->image->config.env;

	for (size_t i = 0; i < env->len; i++) {
		bytes rest = env->items[i];

		if (bytes_take_prefix(&rest, bytes_str(name)) && bytes_take_prefix(&rest, BYTES("=")))
			return text_shown(&page->arena, rest);
	}
	return NULL;
}

static void judge_identity(struct audit_page *page)
{
	const struct page_identity *who = &page->user;
	const char *app = weakness_env(page, "APP_UID");
	bytes name = bytes_slice(who->written, 0, bytes_find(who->written, ':'));
	uint64_t uid;

	if (who->what == PAGE_USER_ROOT && (name.n == 0 || bytes_is(name, "0") ||
	                                    bytes_is(name, "root")))
		weakness_add(page, IM001, name.n == 0 ? "USER is not set" : "USER is root");
	else if (who->what == PAGE_USER_ROOT)
		weakness_add(page, IM002,
		             arena_printf(&page->arena, "'%s' is root by another name", SHOW(name)));
	else if (who->what == PAGE_USER_ABSENT)
		weakness_add(page, IM002,
		             arena_printf(&page->arena, "'%s' is no account of the image", SHOW(name)));
	else if (who->has_uid && app && text_take_u64(bytes_str(app), 10, UINT32_MAX, &uid) &&
	         uid != who->uid)
		weakness_add(page, IM028,
		             arena_printf(&page->arena, "it runs as %u, APP_UID is %s", who->uid, app));
}

static void judge_accounts(struct audit_page *page)
{
	const struct facts *facts = page->facts;

	for (size_t i = 0; i < facts->open_accounts.len && i < LIMIT_FAULTS_NAMED; i++)
		weakness_add(page, IM012,
		             arena_printf(&page->arena, "'%s'", SHOW(facts->open_accounts.items[i])));
	for (size_t i = 0; i < facts->accounts.len && i < ACCOUNTS_MOST; i++) {
		const struct account *a = &facts->accounts.items[i], *first = facts->accounts.items;

		while (first < a && first->uid != a->uid)
			first++;
		if (first < a)
			weakness_add(page, IM013,
			             arena_printf(&page->arena, "'%s' and '%s' are both %u", SHOW(a->name),
			                          SHOW(first->name), a->uid));
	}
}

/* -- lists ------------------------------------------------------------------------------------ */

static void judge_list(struct audit_page *page, enum image_rule rule, const struct page_files *list,
                       const char *what)
{
	buf line = BUF_INIT(64 * KIB);

	for (size_t i = 0; i < list->len && i < NAMED_MOST; i++)
		buf_printf(&line, "%s%s", i > 0 ? ", " : "", SHOW(list->items[i].path));
	if (list->total > NAMED_MOST)
		buf_printf(&line, " and %s more", COUNT_TEXT(list->total - NAMED_MOST));
	if (list->total > 0) {
		struct page_weakness *w = weakness_add(
			page, rule, arena_printf(&page->arena, "%s: " PRIb, what, BYTESF(buf_bytes(&line))));

		w->path = list->items[0].path;
		w->layer = list->items[0].layer + 1U;
	}
	buf_done(&line);
}

static void judge_group(struct audit_page *page, enum image_rule rule, enum page_tool_group group)
{
	buf line = BUF_INIT(64 * KIB);
	struct page_weakness *w;
	size_t seen = 0;

	for (size_t i = 0; i < page->tools.len; i++)
		if (page->tools.items[i].group == group && seen++ < 2 * NAMED_MOST)
			buf_printf(&line, "%s" PRIb, seen > 1 ? ", " : "", BYTESF(page->tools.items[i].name));
	if (seen > 2 * NAMED_MOST)
		buf_printf(&line, " and %zu more", seen - 2 * NAMED_MOST);
	if (seen > 0) {
		w = weakness_add(page, rule, arena_str(&page->arena, buf_bytes(&line)));
		for (size_t i = 0; i < page->tools.len && w->path.n == 0; i++)
			if (page->tools.items[i].group == group)
				w->path = page->tools.items[i].path;
	}
	buf_done(&line);
}

/* -- secrets ---------------------------------------------------------------------------------- */

static bool is_key(const struct secrets_row *row)
{
	enum secret_check check = secret_rules[row->found.rule].check;

	return check == SECRET_CHECK_KEY || check == SECRET_CHECK_DER;
}

static void judge_secret(struct audit_page *page, const struct secrets_row *row)
{
	const char *title = secret_rules[row->found.rule].title;
	const struct tree *t = page->image->tree;
	struct page_weakness *w;

	if (row->layer == 0) {
		weakness_add(page, IM005,
		             arena_printf(&page->arena, "%s in %s", title, SHOW(row->where)));
		return;
	}
	uint32_t node = row->hidden ? TREE_NONE : tree_find(t, row->file, true);
	bool open = node != TREE_NONE && (tree_get(t, node)->mode & 0004);

	w = weakness_add(page, is_key(row) ? IM023 : IM006,
	                 arena_printf(&page->arena, "%s%s", title,
	                              row->hidden ? ", deleted by an upper layer and still there"
	                              : open      ? ", and every user can read it"
	                                          : ""));
	w->path = row->file;
	w->layer = row->layer;
}

/* One of each kind a file. */
static void judge_secrets(struct audit_page *page)
{
	for (size_t i = 0; page->secrets && i < page->secrets->len; i++) {
		const struct secrets_row *row = &page->secrets->items[i], *last = i > 0 ? row - 1 : NULL;

		if (secrets_severity(&row->found) < SEVERITY_MEDIUM)
			continue;
		if (!last || row->layer != last->layer || row->found.rule != last->found.rule ||
		    !bytes_equal(row->file, last->file) || !bytes_equal(row->where, last->where))
			judge_secret(page, row);
	}
}

/* -- configuration ---------------------------------------------------------------------------- */

static void judge_volumes(struct audit_page *page)
{
	static const char *const folders[] = { "bin", "boot", "dev", "etc", "lib", "proc",
		                                   "run", "sbin", "sys",  "usr" };
	const struct strings *volumes = &page->image->config.volumes;

	for (size_t i = 0; i < volumes->len; i++) {
		bytes path = path_join(&page->arena, (bytes){ 0 }, volumes->items[i]);
		bool bad = path.n == 0 || bytes_is(path_base(path), "docker.sock");

		for (size_t k = 0; k < sizeof(folders) / sizeof(*folders); k++)
			bad |= path_within(path, bytes_str(folders[k]));
		if (bad)
			weakness_add(page, IM017,
			             arena_printf(&page->arena, "%s", SHOW(volumes->items[i])));
	}
}

static void judge_open_ports(struct audit_page *page)
{
	for (size_t i = 0; i < page->ports.len; i++)
		if (page->ports.items[i].privileged)
			weakness_add(page, IM019,
			             arena_printf(&page->arena, "port %s%s", SHOW(page->ports.items[i].written),
			                          page->ports.items[i].ssh ? ", a remote shell" : ""));
}

static void judge_age(struct audit_page *page)
{
	bytes reference = page->image->reference;
	size_t colon = bytes_rfind(reference, ':');
	int64_t days = (page->now - page->created) / 86400;

	if (bytes_is(bytes_skip(reference, colon < reference.n ? colon + 1 : 0), "latest"))
		weakness_add(page, IM021, "its tag is latest");
	if (page->has_created && days > DAYS_OLD)
		weakness_add(page, IM021,
		             arena_printf(&page->arena, "it was built %lld days ago", (long long)days));
}

static void judge_support(struct audit_page *page)
{
	const struct os_release *os = &page->facts->os;
	const char *last = os->known ? distribution_end(os->id, os->version_id) : NULL;
	int64_t end;

	if (last && text_from_date(bytes_str(last), &end) && page->now >= end + 86400)
		weakness_add(page, IM022,
		             arena_printf(&page->arena, "%s %s had its last supported day on %s",
		                          SHOW(os->id), SHOW(os->version_id), last));
	for (size_t i = 0; i < page->runtimes.len; i++) {
		const struct page_runtime *r = &page->runtimes.items[i];

		if (r->support.state == SUPPORT_ENDED)
			weakness_add(page, IM022,
			             arena_printf(&page->arena, "%s %s had its last supported day on %s",
			                          SHOW(r->runtime->name), SHOW(r->runtime->version),
			                          r->support.channel->eol));
	}
}

/* -- history ---------------------------------------------------------------------------------- */

static bool says(bytes line, const char *words)
{
	return bytes_search(line, bytes_str(words)) < line.n;
}

/* "/bin/sh -c #(nop) ADD file:… in /", "ADD rootfs.tar / # buildkit": how bases are made. */
static bool is_add(bytes line)
{
	line = bytes_slice(line, 0, bytes_search(line, BYTES("# buildkit")));
	(void)bytes_take_prefix(&line, BYTES("/bin/sh -c #(nop) "));
	return bytes_starts(line, BYTES("ADD ")) && !bytes_ends(bytes_trim(line), BYTES(" /"));
}

static const char *careless(bytes line)
{
	bool update = says(line, "apt-get update"), install = says(line, "apt-get install");

	if (!says(line, "/bin/sh -c ") && !bytes_starts(line, BYTES("RUN ")))
		return NULL;
	if (update && !install && !says(line, "apt-get upgrade"))
		return "apt-get update in a RUN of its own";
	if (install && !says(line, "/var/lib/apt/lists") && !says(line, "--mount=type=cache"))
		return "lists of apt stay in the layer";
	if (says(line, "apk add") && !says(line, "--no-cache") && !says(line, "/var/cache/apk"))
		return "cache of apk stays in the layer";
	if (says(line, " dist-upgrade"))
		return "the whole distribution is upgraded";
	return says(line, "sudo ") ? "sudo" : NULL;
}

static void judge_history(struct audit_page *page)
{
	const struct oci_config *config = &page->image->config;

	for (size_t i = 0; i < config->history.len; i++) {
		bytes line = config->history.items[i].created_by;
		const char *fault = careless(line);

		if (is_add(line))
			weakness_add(page, IM014,
			             arena_printf(&page->arena, "line %zu of the history", i + 1));
		if (fault)
			weakness_add(page, IM015,
			             arena_printf(&page->arena, "line %zu of the history: %s", i + 1, fault));
	}
}

void judge_weaknesses(struct audit_page *page)
{
	bool config = page->image->has_config;

	if (config)
		judge_identity(page);
	judge_accounts(page);
	judge_list(page, IM003, &page->setuid, "setuid");
	judge_list(page, IM003, &page->setgid, "setgid");
	judge_list(page, IM004, &page->capabilities, "capabilities");
	judge_list(page, IM011, &page->world_writable, "open to all");
	judge_secrets(page);
	if (config && page->image->config.healthcheck.len == 0)
		weakness_add(page, IM007, "HEALTHCHECK is not set");
	judge_group(page, IM008, PAGE_SHELL);
	judge_group(page, IM009, PAGE_PACKAGE_MANAGER);
	judge_group(page, IM010, PAGE_COMPILER);
	judge_group(page, IM010, PAGE_NETWORK);
	judge_history(page);
	judge_volumes(page);
	judge_open_ports(page);
	judge_age(page);
	judge_support(page);
	judge_weak_files(page);
}
