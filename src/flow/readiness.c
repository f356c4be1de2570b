/* SPDX-License-Identifier: Apache-2.0 */
/* How ready an image is to run with nothing to spare, told without a start. What programs do cannot
 * be told from files; what their makers said can: volumes, folders that were made to be written to,
 * the environment, ports, the form of the command. */
#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "flow/judge.h"
#include "flow/weaknesses.h"

#define NAMED_MOST 3

/* -- who --------------------------------------------------------------------------------------- */

static struct page_setting judge_user(struct audit_page *page)
{
	const struct page_identity *who = &page->user;
	struct page_setting s = { "non-root", who->has_uid && who->uid != 0, NULL };

	struct user run = { .uid = who->uid, .gid = who->gid };

	user_harden(&run);
	page->readiness.uid = run.uid;
	page->readiness.gid = run.gid;
	if (who->what == PAGE_USER_ABSENT)
		s.why = arena_printf(&page->arena, "no account %s: it cannot start", SHOW(who->written));
	return s;
}

/* -- what it writes ---------------------------------------------------------------------------- */

struct writes {
	struct audit_page *page;
	buf line;
	size_t named;
};

static bool is_open(bytes path)
{
	return path_within(path, BYTES("tmp")) || path_within(path, BYTES("dev/shm"));
}

static void add_write(struct writes *w, bytes path, const char *what)
{
	if (is_open(path))
		return;
	if (w->named++ < NAMED_MOST)
		buf_printf(&w->line, "%s%s /%s", w->named > 1 ? ", " : "", what, SHOW(path));
}

static void find_volumes(struct writes *w)
{
	const struct strings *volumes = &w->page->image->config.volumes;

	for (size_t i = 0; i < volumes->len; i++)
		add_write(w, path_join(&w->page->arena, (bytes){ 0 }, volumes->items[i]), "VOLUME");
}

/* Folders that the environment names for files of the moment. */
static void find_variables(struct writes *w)
{
	static const char *const names[] = { "DOTNET_BUNDLE_EXTRACT_BASE_DIR", "ASPNETCORE_TEMP",
		                                 "TMPDIR", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *value = weakness_env(w->page, names[i]);

		if (value && *value == '/')
			add_write(w, path_join(&w->page->arena, (bytes){ 0 }, bytes_str(value)), names[i]);
	}
}

static bool is_home(const struct audit_page *page, bytes path)
{
	for (size_t i = 0; i < page->facts->accounts.len; i++) {
		bytes home = page->facts->accounts.items[i].home;

		if (bytes_take_prefix(&home, BYTES("/")) && bytes_equal(home, path))
			return true;
	}
	return false;
}

static bool is_empty(const struct tree *t, uint32_t folder)
{
	for (uint32_t i = tree_get(t, folder)->first_child; i != TREE_NONE; i = tree_get(t, i)->next)
		if (!(tree_get(t, i)->flags & TREE_HIDDEN))
			return false;
	return true;
}

/* An empty folder that belongs to the program's own user was made to be written to. */
static void find_folders(struct writes *w)
{
	struct audit_page *page = w->page;
	const struct tree *t = page->image->tree;
	uint32_t uid, gid;

	if (!page->user.has_uid || page->user.uid == 0)
		return; /* root owns nearly all of them */
	for (uint32_t i = 0; i < tree_count(t); i++) {
		const struct tree_node *n = tree_get(t, i);

		tree_ids(t, i, &uid, &gid);
		if (n->type != ENTRY_DIR || n->flags & TREE_HIDDEN || uid != page->user.uid ||
		    !is_empty(t, i))
			continue;
		bytes path = tree_path(t, i, &page->arena);

		if (!is_home(page, path) && !bytes_equal(path, path_join(&page->arena, (bytes){ 0 },
		                                                         page->image->config.working_dir)))
			add_write(w, path, "empty folder");
	}
}

/* HOME, else that of the account, else /tmp (confine/hardening.h). */
static bool has_open_home(struct audit_page *page)
{
	bytes home = bytes_str(weakness_env(page, "HOME"));
	bool said = home.n > 0;

	const struct account *account = user_account(&page->facts->accounts, page->readiness.uid);

	if (!said && account)
		home = account->home;
	return (!said && !account) || is_open(path_join(&page->arena, (bytes){ 0 }, home));
}

/* A single file of .NET with native libraries in it writes them to DOTNET_BUNDLE_EXTRACT_BASE_DIR,
 * else below HOME, before it starts (dotnet/runtime, bundle/extractor.cpp). NULL: it can, or need
 * not. */
static const char *find_unpacking(struct audit_page *page)
{
	if (weakness_env(page, "DOTNET_BUNDLE_EXTRACT_BASE_DIR") || has_open_home(page))
		return NULL;
	for (size_t i = 0; i < page->facts->apps.len; i++) {
		const struct dotnet_app *app = &page->facts->apps.items[i];

		if (app->bundle_unpacks && !app->hidden)
			return arena_printf(&page->arena,
			                    "%s unpacks itself: DOTNET_BUNDLE_EXTRACT_BASE_DIR=/tmp/.net",
			                    SHOW(app->path));
	}
	return NULL;
}

static struct page_setting judge_root(struct audit_page *page)
{
	struct writes w = { .page = page, .line = BUF_INIT(16 * KIB) };
	const char *unpacks = find_unpacking(page);

	find_volumes(&w);
	find_variables(&w);
	find_folders(&w);
	struct page_setting s = { "read-only", w.named == 0 && !unpacks, unpacks };

	if (w.named > NAMED_MOST)
		buf_printf(&w.line, " and %zu more", w.named - NAMED_MOST);
	if (w.named > 0)
		s.why = arena_printf(&page->arena, PRIb ": --tmpfs%s%s", BYTESF(buf_bytes(&w.line)),
		                     unpacks ? "; " : "", unpacks ? unpacks : "");
	buf_done(&w.line);
	return s;
}

/* -- ports ------------------------------------------------------------------------------------- */

/* "http://+:80;https://+:8443", "80;81", "80": the last number of each part; an address without
 * one means 80. */
static uint64_t low_port(bytes value)
{
	bytes part;

	while (bytes_take_until(&value, ';', &part)) {
		size_t colon = bytes_rfind(part, ':');
		bytes number = bytes_skip(part, colon < part.n ? colon + 1 : 0);
		uint64_t port = 0;

		number = bytes_slice(number, 0, bytes_find(number, '/'));
		if (bytes_starts(part, BYTES("http")) && (number.n == 0 || bytes_ends(number, BYTES("]"))))
			port = bytes_starts(part, BYTES("https")) ? 443 : 80;
		else if (!text_take_u64(number, 10, UINT16_MAX, &port))
			continue;
		if (port > 0 && port < 1024)
			return port;
	}
	return 0;
}

static struct page_setting judge_low_ports(struct audit_page *page)
{
	static const char *const names[] = { "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS",
		                                 "ASPNETCORE_HTTPS_PORTS", "DOTNET_URLS", "PORT" };
	struct page_setting s = { "no-capability", true, NULL };
	uint64_t port = 0;

	for (size_t i = 0; i < page->ports.len && port == 0; i++)
		port = page->ports.items[i].privileged ? page->ports.items[i].number : 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names) && port == 0; i++)
		port = low_port(bytes_str(weakness_env(page, names[i])));
	s.holds = port == 0;
	if (!s.holds)
		s.why = arena_printf(&page->arena, "port %u is below 1024", (unsigned)port);
	return s;
}

/* -- the rest ---------------------------------------------------------------------------------- */

static struct page_setting judge_command(const struct audit_page *page)
{
	struct page_setting s = { "sigterm", page->form == PAGE_FORM_EXEC, NULL };

	if (page->form == PAGE_FORM_SHELL)
		s.why = "a shell stands before the program";
	else if (page->form == PAGE_FORM_NONE)
		s.why = "no program is named";
	return s;
}

static struct page_setting judge_shell(const struct audit_page *page)
{
	struct page_setting s = { "no-shell", true, NULL };

	for (size_t i = 0; i < page->tools.len; i++)
		s.holds &= page->tools.items[i].group != PAGE_SHELL;
	return s;
}

static struct page_setting judge_privileges(struct audit_page *page)
{
	uint64_t files = page->setuid.total + page->setgid.total + page->capabilities.total;
	struct page_setting s = { "no-setuid", files == 0, NULL };

	if (files > 0)
		s.why = arena_printf(&page->arena, "%s, void under no_new_privs", COUNT_TEXT(files));
	return s;
}

void judge_readiness(struct audit_page *page)
{
	struct page_setting *out = page->readiness.settings;

	if (!page->image->has_config)
		return;
	*out++ = judge_user(page);
	*out++ = judge_root(page);
	*out++ = judge_low_ports(page);
	*out++ = judge_command(page);
	*out++ = judge_shell(page);
	*out++ = judge_privileges(page);
}
