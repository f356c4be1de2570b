/* SPDX-License-Identifier: Apache-2.0 */
/* Which advice an image needs, in what order, and what each brings. */
#include "base/limits.h"
#include "base/text.h"
#include "flow/advice.h"
#include "flow/judge.h"

/* Some kilobytes hidden by upper layers are in every image; a megabyte is worth a word. */
#define HIDDEN_WORTH (1 * MIB)
#define DAYS_SOON 182

static const char *gain_root(struct audit_page *page, struct page_action *action)
{
	(void)action;
	if (page->user.what != PAGE_USER_ROOT)
		return NULL;
	return "an escape from the process no longer begins as root";
}

static const char *gain_absent(struct audit_page *page, struct page_action *action)
{
	(void)action;
	if (page->user.what != PAGE_USER_ABSENT)
		return NULL;
	return arena_printf(&page->arena, "the container starts: '%s' is no account of the image",
	                    SHOW(page->user.written));
}

static bool is_ended(const struct support *s, int64_t now)
{
	(void)now;
	return s->state == SUPPORT_ENDED;
}

static bool is_behind(const struct support *s, int64_t now)
{
	(void)now;
	return s->state == SUPPORT_YES && s->behind;
}

static bool is_ending(const struct support *s, int64_t now)
{
	int64_t end;

	return s->state == SUPPORT_YES && text_from_date(bytes_str(s->channel->eol), &end) &&
	       end - now < (int64_t)DAYS_SOON * 86400;
}

/* The visible runtimes of which `is` holds, in one line: "Microsoft.NETCore.App 9.0.7 WORDS
 * DATE". */
static const char *runtimes_that(struct audit_page *page,
                                 bool (*is)(const struct support *, int64_t now), const char *words)
{
	buf line = BUF_INIT(4 * KIB);
	size_t seen = 0;

	for (size_t i = 0; i < page->runtimes.len; i++) {
		const struct page_runtime *r = &page->runtimes.items[i];

		if (!is(&r->support, page->now) || seen++ > 0)
			continue;
		buf_printf(&line, "%s %s %s %s", SHOW(r->runtime->name), SHOW(r->runtime->version), words,
		           is == is_behind ? r->support.channel->latest_runtime : r->support.channel->eol);
	}
	if (seen > 1)
		buf_printf(&line, "; %zu more like it", seen - 1);
	const char *text = seen ? arena_str(&page->arena, buf_bytes(&line)) : NULL;

	buf_done(&line);
	return text;
}

static const char *gain_ended(struct audit_page *page, struct page_action *action)
{
	(void)action;
	return runtimes_that(page, is_ended, "had its last supported day on");
}

static const char *gain_patch(struct audit_page *page, struct page_action *action)
{
	(void)action;
	return runtimes_that(page, is_behind, "misses the fixes up to");
}

static const char *gain_ending(struct audit_page *page, struct page_action *action)
{
	(void)action;
	return runtimes_that(page, is_ending, "is supported until");
}

static const char *gain_leaked(struct audit_page *page, struct page_action *action)
{
	size_t n = page->secrets ? secrets_at_least(page->secrets, SEVERITY_MEDIUM) : 0;

	if (n == 0)
		return NULL;
	for (size_t i = 0; i < page->secrets->len; i++)
		action->files += i == 0 || !bytes_equal(page->secrets->items[i].file,
		                                        page->secrets->items[i - 1].file);
	return arena_printf(&page->arena, "%zu keys, tokens or passwords in the image, one in %s", n,
	                    SHOW(page->secrets->items[0].file));
}

static const char *gain_secrets(struct audit_page *page, struct page_action *action)
{
	const struct page_files *list = &page->hidden_notable;

	if (list->total == 0)
		return NULL;
	action->files = list->total;
	return arena_printf(&page->arena, "%s can still be read in layer %u%s",
	                    SHOW(list->items[0].path), list->items[0].layer + 1U,
	                    list->total > 1 ? ", and others there or in other layers" : "");
}

static const char *gain_setuid(struct audit_page *page, struct page_action *action)
{
	uint64_t setuid = page->setuid.total, setgid = page->setgid.total;

	if (setuid + setgid == 0)
		return NULL;
	action->files = setuid + setgid;
	return arena_printf(&page->arena,
	                    "%s with setuid, %s with setgid: no way to other rights any more",
	                    COUNT_TEXT(setuid), COUNT_TEXT(setgid));
}

static const char *gain_files(struct audit_page *page, struct page_action *action,
                              const struct page_files *list, const char *what)
{
	if (list->total == 0)
		return NULL;
	action->files = list->total;
	return arena_printf(&page->arena, "%s %s, %s the first", COUNT_TEXT(list->total), what,
	                    SHOW(list->items[0].path));
}

static const char *gain_capabilities(struct audit_page *page, struct page_action *action)
{
	return gain_files(page, action, &page->capabilities, "with a part of root's rights");
}

static const char *gain_writable(struct audit_page *page, struct page_action *action)
{
	return gain_files(page, action, &page->world_writable, "open to every user");
}

/* packages_of_group: which packages own the tools of a group; a byte a package, index + 1. */
static uint8_t *packages_of_group(struct audit_page *page, enum page_tool_group group)
{
	const struct tree *t = page->image->tree;
	size_t count = page->facts->packages.len + 1;
	uint8_t *marked = arena_array(&page->arena, uint8_t, count);

	for (size_t i = 0; i < page->tools.len; i++) {
		uint32_t package = tree_get(t, page->tools.items[i].node)->package;

		if (page->tools.items[i].group == group && package > 0 && package < count)
			marked[package] = 1;
	}
	return marked;
}

/* What leaves with the packages that own the tools of a group. Less than the truth: what only they
 * depended on would leave too. */
static uint64_t size_of_group(struct audit_page *page, enum page_tool_group group)
{
	const struct tree *t = page->image->tree;
	const uint8_t *marked = packages_of_group(page, group);
	uint64_t size = 0;

	for (uint32_t i = 0; i < tree_count(t); i++) {
		const struct tree_node *n = tree_get(t, i);

		if (n->type == ENTRY_FILE && !(n->flags & TREE_HIDDEN) &&
		    n->package <= page->facts->packages.len && marked[n->package])
			size += tree_size_here(t, i);
	}
	return size;
}

static const char *names_of_group(struct audit_page *page, enum page_tool_group group)
{
	buf line = BUF_INIT(1 * KIB);
	size_t seen = 0;

	for (size_t i = 0; i < page->tools.len; i++)
		if (page->tools.items[i].group == group && seen++ < 5)
			buf_printf(&line, "%s" PRIb, seen > 1 ? ", " : "", BYTESF(page->tools.items[i].name));
	if (seen > 5)
		buf_printf(&line, " and %zu more", seen - 5);
	const char *text = seen ? arena_str(&page->arena, buf_bytes(&line)) : NULL;

	buf_done(&line);
	return text;
}

static const char *gain_group(struct audit_page *page, struct page_action *action,
                              enum page_tool_group group)
{
	const char *names = names_of_group(page, group);

	if (!names)
		return NULL;
	action->bytes = size_of_group(page, group);
	if (action->bytes == 0)
		return arena_printf(&page->arena, "%s leave", names);
	return arena_printf(&page->arena, "%s leave, %s at least", names, SIZE_TEXT(action->bytes));
}

static const char *gain_compilers(struct audit_page *page, struct page_action *action)
{
	return gain_group(page, action, PAGE_COMPILER);
}

static const char *gain_network(struct audit_page *page, struct page_action *action)
{
	return gain_group(page, action, PAGE_NETWORK);
}

static const char *gain_shell(struct audit_page *page, struct page_action *action)
{
	const char *shells = names_of_group(page, PAGE_SHELL);
	const char *managers = names_of_group(page, PAGE_PACKAGE_MANAGER);

	(void)action;
	if (!shells && !managers)
		return NULL;
	return arena_printf(&page->arena, "%s%s%s: an intruder finds nothing to type into",
	                    shells ? shells : "", shells && managers ? "; " : "",
	                    managers ? managers : "");
}

static const char *gain_exec(struct audit_page *page, struct page_action *action)
{
	(void)action;
	return page->form == PAGE_FORM_SHELL ? "the program receives its stop signal and ends in order"
	                                     : NULL;
}

static const char *gain_ssh(struct audit_page *page, struct page_action *action)
{
	(void)action;
	for (size_t i = 0; i < page->ports.len; i++)
		if (page->ports.items[i].ssh)
			return arena_printf(&page->arena, "one way in less: port %s",
			                    SHOW(page->ports.items[i].written));
	return NULL;
}

static const char *gain_ports(struct audit_page *page, struct page_action *action)
{
	(void)action;
	for (size_t i = 0; i < page->ports.len; i++)
		if (page->ports.items[i].privileged && !page->ports.items[i].ssh)
			return arena_printf(&page->arena, "port %s no longer asks for root's rights",
			                    SHOW(page->ports.items[i].written));
	return NULL;
}

static const char *gain_number(struct audit_page *page, struct page_action *action)
{
	(void)action;
	if (page->user.what != PAGE_USER_NAME)
		return NULL;
	return arena_printf(&page->arena, "runAsNonRoot accepts %u where it refuses '%s'",
	                    page->user.uid, SHOW(page->user.written));
}

static const char *gain_hidden(struct audit_page *page, struct page_action *action)
{
	if (page->hidden_bytes < HIDDEN_WORTH)
		return NULL;
	action->bytes = page->hidden_bytes;
	action->files = page->hidden_files;
	return arena_printf(&page->arena, "%s in %s files", SIZE_TEXT(page->hidden_bytes),
	                    COUNT_TEXT(page->hidden_files));
}

/* What an attacker gains most from comes first: becoming root, known holes, keys; then the tools at
 * hand; then what is merely better. */
static const struct remedy {
	const char *id;
	const char *(*gain)(struct audit_page *page, struct page_action *action); /* NULL: not needed */
} rules[] = {
	{ "non-root-user", gain_root },
	{ "known-user", gain_absent },
	{ "supported-runtime", gain_ended },
	{ "patch-runtime", gain_patch },
	{ "leaked-secrets", gain_leaked },
	{ "deleted-secrets", gain_secrets },
	{ "drop-setuid", gain_setuid },
	{ "lock-writable", gain_writable },
	{ "close-ssh", gain_ssh },
	{ "drop-compilers", gain_compilers },
	{ "drop-network-tools", gain_network },
	{ "drop-shell", gain_shell },
	{ "exec-form", gain_exec },
	{ "drop-capabilities", gain_capabilities },
	{ "ending-runtime", gain_ending },
	{ "high-ports", gain_ports },
	{ "numeric-user", gain_number },
	{ "reclaim-hidden", gain_hidden },
};

void judge_actions(struct audit_page *page)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		struct page_action action = { .id = rules[i].id };

		action.gain = rules[i].gain(page, &action);
		if (!action.gain)
			continue;
		action.title = advice_find(action.id)->title;
		*ARENA_PUSH(&page->arena, &page->actions) = action;
	}
}
