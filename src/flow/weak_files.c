/* SPDX-License-Identifier: Apache-2.0 */
/* What single files of an image give away: leftovers, servers, programs that change themselves. */
#include "flow/weaknesses.h"

#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"

#define NAMED_MOST 3

enum { MODE_WRITE = 0200, MODE_OTHERS_WRITE = 0002, MODE_EXECUTE = 0111 };

/* -- leftovers -------------------------------------------------------------------------------- */

struct found {
	struct audit_page *page;
	uint32_t nodes[NAMED_MOST];
	uint64_t total;
};

/* The build's own folders count only where a program of .NET lies: others use the names for what
 * they need. */
static bool is_leftover(const struct tree *t, uint32_t node)
{
	const struct tree_node *n = tree_get(t, node);
	bytes name = tree_name(t, node);

	if (n->package > 0)
		return false;
	if (n->type == ENTRY_DIR)
		return bytes_is(name, ".git") || bytes_is(name, ".svn") || bytes_is(name, ".vs");
	return n->type == ENTRY_FILE &&
	       (bytes_is(name, "Dockerfile") || bytes_is(name, ".dockerignore") ||
	        bytes_is(name, "docker-compose.yml") ||
	        bytes_is(name, "appsettings.Development.json") || bytes_ends(name, BYTES(".csproj")) ||
	        bytes_ends(name, BYTES(".user")) || bytes_is(name, "project.assets.json") ||
	        (bytes_ends(name, BYTES(".pdb")) && !(n->flags & TREE_IDENTIFIED)));
}

/* A system keeps files of such names for itself: what is asked is what somebody copied. */
static bool is_of_system(const struct tree *t, uint32_t node)
{
	static const char *const tops[] = { "usr", "lib", "etc", "proc", "sys" };

	while (tree_get(t, node)->parent != 0 && tree_get(t, node)->parent != TREE_NONE)
		node = tree_get(t, node)->parent;
	for (size_t i = 0; i < sizeof(tops) / sizeof(*tops); i++)
		if (bytes_is(tree_name(t, node), tops[i]))
			return true;
	return false;
}

static void tell_leftovers(struct audit_page *page, const struct found *f)
{
	const struct tree *t = page->image->tree;
	buf line = BUF_INIT(16 * KIB);

	for (size_t i = 0; i < f->total && i < NAMED_MOST; i++)
		buf_printf(&line, "%s%s", i > 0 ? ", " : "",
		           SHOW(tree_path(t, f->nodes[i], &page->arena)));
	if (f->total > NAMED_MOST)
		buf_printf(&line, " and %s more", COUNT_TEXT(f->total - NAMED_MOST));
	if (f->total > 0) {
		struct page_weakness *w =
			weakness_add(page, IM016, arena_str(&page->arena, buf_bytes(&line)));

		w->path = tree_path(t, f->nodes[0], &page->arena);
		w->layer = tree_get(t, f->nodes[0])->layer + 1U;
	}
	buf_done(&line);
}

static void judge_leftovers(struct audit_page *page)
{
	const struct tree *t = page->image->tree;
	struct found f = { .page = page };

	for (uint32_t i = 0; i < tree_count(t); i++) {
		if (tree_get(t, i)->flags & TREE_HIDDEN || !is_leftover(t, i) || is_of_system(t, i))
			continue;
		if (f.total < NAMED_MOST)
			f.nodes[f.total] = i;
		f.total++;
	}
	tell_leftovers(page, &f);
}

/* -- servers ---------------------------------------------------------------------------------- */

static void judge_servers(struct audit_page *page)
{
	static const char *const servers[] = { "usr/sbin/sshd",       "usr/sbin/dropbear",
		                                   "usr/sbin/in.telnetd", "usr/sbin/telnetd",
		                                   "usr/sbin/cron",       "usr/sbin/crond",
		                                   "usr/sbin/vsftpd",     "usr/sbin/xinetd" };
	const struct tree *t = page->image->tree;

	for (size_t i = 0; i < sizeof(servers) / sizeof(*servers); i++) {
		uint32_t node = tree_find(t, bytes_str(servers[i]), true);

		/* crond of Alpine is a name of busybox, which starts nothing by itself. */
		if (node == TREE_NONE || tree_get(t, node)->type != ENTRY_FILE ||
		    !(tree_get(t, node)->mode & MODE_EXECUTE) ||
		    bytes_is(tree_name(t, node), "busybox"))
			continue;
		struct page_weakness *w = weakness_add(page, IM018, servers[i]);

		w->path = bytes_str(servers[i]);
		w->layer = tree_get(t, node)->layer + 1U;
	}
}

/* -- the program ------------------------------------------------------------------------------ */

static bool can_write(const struct audit_page *page, uint32_t node)
{
	const struct tree *t = page->image->tree;
	uint32_t uid, gid, content = tree_content(t, node);

	tree_ids(t, content, &uid, &gid);
	return (uid == page->user.uid && (tree_get(t, content)->mode & MODE_WRITE)) ||
	       (tree_get(t, content)->mode & MODE_OTHERS_WRITE);
}

/* The first word of ENTRYPOINT or CMD, and the assembly that "dotnet" is told to run. */
static void judge_program(struct audit_page *page)
{
	const struct oci_config *config = &page->image->config;
	const struct strings *lists[] = { &config->entrypoint, &config->cmd };
	const struct tree *t = page->image->tree;

	if (!page->user.has_uid || page->user.uid == 0)
		return; /* root may write everything */
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < lists[k]->len && i < 2; i++) {
			bytes path = path_join(&page->arena, config->working_dir, lists[k]->items[i]);
			uint32_t node = tree_find(t, path, true);

			if (node == TREE_NONE || tree_get(t, node)->type != ENTRY_FILE ||
			    !can_write(page, node))
				continue;
			struct page_weakness *w =
				weakness_add(page, IM024, arena_printf(&page->arena, "%s", SHOW(path)));

			w->path = path;
			w->layer = tree_get(t, node)->layer + 1U;
			return;
		}
}

/* -- .NET ------------------------------------------------------------------------------------- */

static bool is_set(const char *value)
{
	return value &&
	       (strcmp(value, "1") == 0 || bytes_equal_nocase(bytes_str(value), BYTES("true")));
}

static bool has_icu(const struct tree *t)
{
	for (uint32_t i = 0; i < tree_count(t); i++)
		if (!(tree_get(t, i)->flags & TREE_HIDDEN) &&
		    bytes_starts(tree_name(t, i), BYTES("libicuuc.so")))
			return true;
	return false;
}

static void judge_dotnet(struct audit_page *page)
{
	const char *invariant = weakness_env(page, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT");
	const char *open = weakness_env(page, "DOTNET_EnableDiagnostics");
	const char *socket = weakness_env(page, "DOTNET_EnableDiagnostics_IPC");

	if (page->runtimes.len == 0 || !page->image->has_config)
		return;
	if (!(open && strcmp(open, "0") == 0) && !(socket && strcmp(socket, "0") == 0))
		weakness_add(page, IM026, "DOTNET_EnableDiagnostics is not 0");
	if (!is_set(invariant) && !has_icu(page->image->tree))
		weakness_add(page, IM027,
		             "libicu is missing and DOTNET_SYSTEM_GLOBALIZATION_INVARIANT is not set");
}

void judge_weak_files(struct audit_page *page)
{
	judge_leftovers(page);
	judge_servers(page);
	if (page->image->has_config)
		judge_program(page);
	judge_dotnet(page);
}
