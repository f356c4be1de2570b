/* SPDX-License-Identifier: Apache-2.0 */
/* The page for people: what to do first, then what is in the way, then what is in the image. */
#include "report/audit_page.h"

#include "base/text.h"
#include "oci/platform.h"
#include "report/audit_readiness.h"
#include "report/audit_stages.h"
#include "report/layout.h"

#include <inttypes.h>
#include <stdio.h>

enum { ACTIONS_SHOWN = 5, FILES_SHOWN = 12, FOLDERS_SHOWN = 6, UNKNOWN_SHOWN = 3, GAPS_SHOWN = 8,
       SECRETS_SHOWN = 12 };

/* -- head ------------------------------------------------------------------------------------- */

static void show_source(struct layout *l, const struct image *image)
{
	layout_label(l, "source");
	layout_word(l, STYLE_PLAIN, image->source, "");
	layout_end(l);
}

static void show_platform(struct layout *l, const struct audit_page *page)
{
	const struct facts *facts = page->facts;
	struct arena scratch = ARENA_INIT;

	layout_label(l, "platform");
	if (page->image->platform.os.n > 0)
		layout_word(l, STYLE_PLAIN, bytes_str(platform_text(&page->image->platform, &scratch)),
		            facts->os.known ? "," : "");
	if (facts->os.known)
		layout_word(l, STYLE_PLAIN,
		            facts->os.pretty_name.n > 0 ? facts->os.pretty_name : facts->os.id, "");
	layout_end(l);
	arena_done(&scratch);
}

static void show_age(struct layout *l, const struct audit_page *page)
{
	int64_t days = (page->now - page->created) / 86400;

	if (!page->has_created)
		return;
	layout_label(l, "built");
	layout_word(l, STYLE_PLAIN, bytes_str(DATE_TEXT(page->created)), days > 0 ? "," : "");
	if (days > 0)
		layout_printf(l, days > 180 ? STYLE_WARN : STYLE_PLAIN, "%" PRId64 " day%s ago", days,
		              days == 1 ? "" : "s");
	layout_end(l);
}

static void show_head(struct layout *l, const struct audit_page *page)
{
	const struct image *image = page->image;
	bytes target = bytes_str(image->target.text);

	layout_indent(l, 0);
	layout_word(l, STYLE_TITLE, target, "");
	if (image->reference.n > 0 && !bytes_ends(target, image->reference))
		layout_word(l, STYLE_TITLE, image->reference, "");
	layout_end(l);
	if (digest_size(&image->manifest) > 0 || digest_size(&image->config_digest) > 0) {
		const digest *d = digest_size(&image->manifest) > 0 ? &image->manifest
		                                                    : &image->config_digest;

		layout_label(l, d == &image->manifest ? "digest" : "config");
		layout_word(l, STYLE_PLAIN, bytes_str(DIGEST_TEXT(d)), "");
		layout_end(l);
	}
	if (image->source.n > 0)
		show_source(l, image);
	if (image->platform.os.n > 0 || page->facts->os.known)
		show_platform(l, page);
	show_age(l, page);
	layout_label(l, "size");
	if (page->compressed > 0)
		layout_printf(l, STYLE_PLAIN, "%s compressed, %s expanded in %zu layer%s,",
		              SIZE_TEXT(page->compressed), SIZE_TEXT(page->expanded), page->layers.len,
		              page->layers.len == 1 ? "" : "s");
	layout_printf(l, STYLE_PLAIN, "%s visible in %s files", SIZE_TEXT(page->visible),
	              COUNT_TEXT(page->files));
	layout_end(l);
	audit_stages_text(page, l);
}

static void show_actions(struct layout *l, const struct audit_page *page)
{
	size_t n = page->actions.len;

	if (n == 0)
		return;
	layout_heading(l, "DO FIRST");
	for (size_t i = 0; i < n && i < ACTIONS_SHOWN; i++) {
		const struct page_action *a = &page->actions.items[i];
		int width = (int)l->terminal->width - 3 - 20;

		layout_indent(l, 0);
		layout_cell(l, i < 2 ? STYLE_BAD : STYLE_WARN, bytes_str((char[]){ (char)('1' + i), '\0' }),
		            3);
		layout_cell(l, STYLE_TITLE, bytes_str(a->title), width);
		layout_cell(l, STYLE_FAINT, bytes_str(a->id), -20);
		layout_end(l);
		layout_indent(l, 3);
		layout_text(l, STYLE_PLAIN, a->gain);
		layout_end(l);
	}
	if (n > ACTIONS_SHOWN)
		layout_label(l, "   then");
	for (size_t i = ACTIONS_SHOWN; i < n; i++)
		layout_word(l, STYLE_PLAIN, bytes_str(page->actions.items[i].id), i + 1 < n ? "," : "");
	if (n > ACTIONS_SHOWN)
		layout_end(l);
	layout_label(l, "   why");
	layout_text(l, STYLE_FAINT, "oakum explain NAME");
	layout_end(l);
}

/* -- how it runs ------------------------------------------------------------------------------ */

static void show_user(struct layout *l, const struct page_identity *who)
{
	bool bad = who->what == PAGE_USER_ROOT || who->what == PAGE_USER_ABSENT;
	enum style style = bad ? STYLE_BAD : STYLE_GOOD;

	layout_label(l, "user");
	if (who->what == PAGE_USER_ABSENT) {
		layout_word(l, style, who->written, "");
		layout_text(l, style, "(no such account)");
	} else {
		if (who->name.n > 0)
			layout_word(l, style, who->name, ",");
		layout_printf(l, style, "uid %u", who->uid);
		if (who->has_gid)
			layout_printf(l, style, "gid %u", who->gid);
		if (who->written.n == 0)
			layout_text(l, style, "(the config names nobody)");
	}
	layout_end(l);
}

/* One argument; with spaces in it, or empty, it stands in quotes and is broken at its spaces. */
static void show_argument(struct layout *l, bytes argument)
{
	bytes rest = argument, word;
	buf piece = BUF_INIT(argument.n + 2);

	if (argument.n > 0 && bytes_find(argument, ' ') == argument.n) {
		layout_word(l, STYLE_PLAIN, argument, "");
		return;
	}
	buf_putc(&piece, '"');
	while (bytes_take_until(&rest, ' ', &word)) {
		buf_put(&piece, word);
		if (rest.n == 0)
			break;
		layout_word(l, STYLE_PLAIN, buf_bytes(&piece), "");
		buf_clear(&piece);
	}
	layout_word(l, STYLE_PLAIN, buf_bytes(&piece), "\"");
	buf_done(&piece);
}

static void show_words(struct layout *l, const struct strings *words)
{
	for (size_t i = 0; i < words->len; i++)
		show_argument(l, words->items[i]);
}

static void show_command(struct layout *l, const struct audit_page *page)
{
	layout_label(l, "command");
	if (page->form == PAGE_FORM_NONE) {
		layout_text(l, STYLE_WARN, "none");
	} else {
		show_words(l, &page->image->config.entrypoint);
		show_words(l, &page->image->config.cmd);
		layout_text(l, page->form == PAGE_FORM_SHELL ? STYLE_WARN : STYLE_GOOD,
		            page->form == PAGE_FORM_SHELL ? "(shell form)" : "(exec form)");
	}
	layout_end(l);
}

static void show_ports(struct layout *l, const struct audit_page *page)
{
	if (page->ports.len == 0)
		return;
	layout_label(l, "ports");
	for (size_t i = 0; i < page->ports.len; i++) {
		const struct page_port *p = &page->ports.items[i];

		char tail[32];

		snprintf(tail, sizeof(tail), "%s%s",
		         p->ssh          ? " (ssh, below 1024)"
		         : p->privileged ? " (below 1024)"
		                         : "",
		         i + 1 < page->ports.len ? "," : "");
		layout_word(l, p->privileged ? STYLE_WARN : STYLE_PLAIN, p->written, tail);
	}
	layout_end(l);
}

static void show_run(struct layout *l, const struct audit_page *page)
{
	if (!page->image->has_config)
		return;
	layout_heading(l, "HOW IT RUNS");
	show_user(l, &page->user);
	show_command(l, page);
	show_ports(l, page);
	audit_readiness_text(page, l);
}

/* -- what an intruder finds ------------------------------------------------------------------- */

static void show_files(struct layout *l, const char *label, const struct page_files *list)
{
	if (list->total == 0)
		return;
	layout_label(l, label);
	layout_printf(l, STYLE_WARN, "%s:", COUNT_TEXT(list->total));
	for (size_t i = 0; i < list->len && i < FILES_SHOWN; i++)
		layout_word(l, STYLE_PLAIN, list->items[i].path, i + 1 < list->total ? "," : "");
	if (list->total > FILES_SHOWN)
		layout_printf(l, STYLE_PLAIN, "and %s more", COUNT_TEXT(list->total - FILES_SHOWN));
	layout_end(l);
}

static void show_tools(struct layout *l, const char *label, const struct audit_page *page,
                       enum page_tool_group group)
{
	const struct page_tool *last = NULL;

	for (size_t i = 0; i < page->tools.len; i++) {
		if (page->tools.items[i].group != group)
			continue;
		if (last)
			layout_word(l, STYLE_PLAIN, last->name, ",");
		else
			layout_label(l, label);
		last = &page->tools.items[i];
	}
	if (!last)
		return;
	layout_word(l, STYLE_PLAIN, last->name, "");
	layout_end(l);
}

static void show_surface(struct layout *l, const struct audit_page *page)
{
	if (page->tools.len == 0 && page->setuid.total == 0 && page->setgid.total == 0 &&
	    page->capabilities.total == 0 && page->world_writable.total == 0)
		return;
	layout_heading(l, "WHAT AN INTRUDER FINDS");
	show_files(l, "setuid", &page->setuid);
	show_files(l, "setgid", &page->setgid);
	show_files(l, "caps", &page->capabilities);
	show_files(l, "writable", &page->world_writable);
	show_tools(l, "shells", page, PAGE_SHELL);
	show_tools(l, "install", page, PAGE_PACKAGE_MANAGER);
	show_tools(l, "compiler", page, PAGE_COMPILER);
	show_tools(l, "network", page, PAGE_NETWORK);
}

/* -- what is in it ---------------------------------------------------------------------------- */

static void show_packages(struct layout *l, const struct audit_page *page)
{
	if (page->ecosystems.len == 0)
		return;
	layout_heading(l, "PACKAGES");
	for (size_t i = 0; i < page->ecosystems.len; i++) {
		const struct page_ecosystem *e = &page->ecosystems.items[i];

		layout_label(l, ecosystem_name(e->ecosystem));
		layout_printf(l, STYLE_PLAIN, "%s: %s", ecosystem_title(e->ecosystem),
		              COUNT_TEXT(e->packages));
		if (e->assetless > 0)
			layout_printf(l, STYLE_PLAIN, "+ %s without a file of their own",
			              COUNT_TEXT(e->assetless));
		if (e->overridden > 0)
			layout_printf(l, STYLE_PLAIN, "+ %s replaced by the shared framework",
			              COUNT_TEXT(e->overridden));
		if (e->hidden > 0)
			layout_printf(l, STYLE_PLAIN, "+ %s in hidden files", COUNT_TEXT(e->hidden));
		layout_end(l);
	}
}

static void show_support(struct layout *l, const struct support *s)
{
	switch (s->state) {
	case SUPPORT_UNKNOWN: layout_text(l, STYLE_WARN, "support unknown"); return;
	case SUPPORT_PREVIEW: layout_text(l, STYLE_WARN, "a preview"); return;
	case SUPPORT_ENDED: layout_printf(l, STYLE_BAD, "support ended %s", s->channel->eol); return;
	case SUPPORT_YES:
		layout_text(l, STYLE_GOOD, "supported");
		if (s->channel->eol[0] != '\0')
			layout_printf(l, STYLE_GOOD, "until %s", s->channel->eol);
		if (s->behind)
			layout_printf(l, STYLE_WARN, "(latest patch: %s, known on %s)",
			              s->channel->latest_runtime, support_table_date());
		return;
	}
}

static const char *form_text(const struct dotnet_app *app)
{
	switch (app->form) {
	case DOTNET_SELF_CONTAINED: return "carries its runtime";
	case DOTNET_FRAMEWORK_DEPENDENT: return "uses the shared framework";
	case DOTNET_NATIVE_AOT: return "machine code (NativeAOT), packages and runtime not named";
	case DOTNET_UNKNOWN: break;
	}
	return "runtime unknown";
}

static void show_reference(struct layout *l, const struct dotnet_reference *r, const char *tail)
{
	bool fits = r->gets.n > 0;

	layout_word(l, STYLE_PLAIN, r->name, "");
	layout_word(l, STYLE_PLAIN, r->version, fits ? "," : "");
	layout_text(l, fits ? STYLE_PLAIN : STYLE_WARN, fits ? "gets" : "(nothing here");
	layout_word(l, fits ? STYLE_PLAIN : STYLE_WARN, fits ? r->gets : BYTES("fits)"), tail);
}

static void show_app(struct layout *l, const struct dotnet_app *app)
{
	layout_label(l, "app");
	layout_word(l, STYLE_PLAIN, app->path, ":");
	if (app->single_file)
		layout_printf(l, STYLE_PLAIN, "single file of %u,", app->bundle_files);
	layout_text(l, app->form == DOTNET_NATIVE_AOT ? STYLE_WARN : STYLE_PLAIN, form_text(app));
	for (size_t i = 0; i < app->frameworks.len; i++)
		show_reference(l, &app->frameworks.items[i], i + 1 < app->frameworks.len ? "," : "");
	layout_end(l);
}

static void show_assemblies(struct layout *l, const struct facts *facts)
{
	if (facts->assemblies.len == 0)
		return;
	layout_label(l, "loose");
	layout_printf(l, STYLE_WARN, "%s %s of no known package:",
	              COUNT_TEXT(facts->assemblies.len + facts->assemblies_more),
	              facts->assemblies.len == 1 ? "assembly" : "assemblies");
	for (size_t i = 0; i < facts->assemblies.len && i < UNKNOWN_SHOWN; i++)
		layout_word(l, STYLE_PLAIN, facts->assemblies.items[i].path,
		            i + 1 < facts->assemblies.len ? "," : "");
	if (facts->assemblies.len > UNKNOWN_SHOWN)
		layout_text(l, STYLE_PLAIN, "…");
	layout_end(l);
}

static void show_dotnet(struct layout *l, const struct audit_page *page)
{
	size_t apps = 0;

	for (size_t i = 0; i < page->facts->apps.len; i++)
		apps += !page->facts->apps.items[i].hidden;
	if (page->runtimes.len + apps + page->facts->assemblies.len == 0)
		return;
	layout_heading(l, ".NET");
	for (size_t i = 0; i < page->runtimes.len; i++) {
		const struct page_runtime *r = &page->runtimes.items[i];

		layout_label(l, "runtime");
		layout_word(l, STYLE_PLAIN, r->runtime->name, "");
		layout_word(l, STYLE_PLAIN, r->runtime->version, ",");
		show_support(l, &r->support);
		layout_text(l, STYLE_FAINT, r->runtime->carried ? "carried by" : "in");
		layout_word(l, STYLE_FAINT, r->runtime->path, "");
		layout_end(l);
	}
	for (size_t i = 0; i < page->facts->apps.len; i++)
		if (!page->facts->apps.items[i].hidden)
			show_app(l, &page->facts->apps.items[i]);
	show_assemblies(l, page->facts);
}

/* -- where the size goes ---------------------------------------------------------------------- */

static void show_layers(struct layout *l, const struct audit_page *page)
{
	struct arena scratch = ARENA_INIT;

	for (size_t i = 0; i < page->layers.len; i++) {
		const struct page_layer *p = &page->layers.items[i];
		uint64_t whole = page->compressed > 0 ? page->compressed : 1;

		layout_label(l, arena_printf(&scratch, "layer %zu", i + 1));
		layout_cell(l, STYLE_PLAIN, bytes_str(SIZE_TEXT(p->layer->compressed)), -9);
		layout_cell(l, STYLE_FAINT,
		            bytes_str(arena_printf(&scratch, "%" PRIu64 " %%",
		                                   (p->layer->compressed * 100 + whole / 2) / whole)),
		            -6);
		layout_cell(l, STYLE_PLAIN, bytes_str(SIZE_TEXT(p->layer->expanded)), -11);
		layout_cell(l, STYLE_PLAIN, BYTES(""), 2);
		layout_rest(l, STYLE_PLAIN, p->command);
	}
	arena_done(&scratch);
}

static void show_folders(struct layout *l, const struct audit_page *page)
{
	size_t n = page->folders.len < FOLDERS_SHOWN ? page->folders.len : FOLDERS_SHOWN;

	if (n == 0)
		return;
	layout_label(l, "folders");
	for (size_t i = 0; i < n; i++) {
		const struct page_folder *f = &page->folders.items[i];

		layout_word(l, STYLE_PLAIN, f->path.n > 0 ? f->path : BYTES("/"), "");
		layout_word(l, STYLE_PLAIN, bytes_str(SIZE_TEXT(f->size)), i + 1 < n ? "," : "");
	}
	layout_end(l);
}

static void show_size(struct layout *l, const struct audit_page *page)
{
	layout_heading(l, "WHERE THE SIZE GOES");
	if (page->compressed > 0)
		show_layers(l, page);
	show_folders(l, page);
	if (page->hidden_files == 0)
		return;
	layout_label(l, "hidden");
	layout_printf(l, STYLE_PLAIN, "%s in %s files of lower layers that upper layers hide",
	              SIZE_TEXT(page->hidden_bytes), COUNT_TEXT(page->hidden_files));
	layout_end(l);
	show_files(l, "secrets?", &page->hidden_notable);
}

/* -- secrets ----------------------------------------------------------------------------------- */

static void show_secrets(struct layout *l, const struct secrets_page *secrets)
{
	if (!secrets || secrets->len == 0)
		return;
	layout_heading(l, "KEYS, TOKENS AND PASSWORDS");
	for (size_t i = 0; i < secrets->len && i < SECRETS_SHOWN; i++) {
		const struct secrets_row *row = &secrets->items[i];

		layout_label(l, severity_name(secrets_severity(&row->found)));
		layout_text(l, STYLE_BAD, secret_rules[row->found.rule].title);
		layout_text(l, STYLE_PLAIN, "in");
		layout_word(l, STYLE_PLAIN, row->where.n > 0 ? row->where : row->file, "");
		if (row->layer > 0)
			layout_printf(l, STYLE_PLAIN, "of layer %u%s", row->layer,
			              row->hidden ? ", hidden" : "");
		layout_end(l);
	}
	if (secrets->total > SECRETS_SHOWN) {
		layout_label(l, "");
		layout_printf(l, STYLE_PLAIN, "and %s more: oakum secrets",
		              COUNT_TEXT(secrets->total - SECRETS_SHOWN));
		layout_end(l);
	}
}

/* -- how much of it was understood ------------------------------------------------------------ */

static void show_class(struct layout *l, const struct coverage *c, enum coverage_class class)
{
	bool is_last = class == COVERAGE_UNKNOWN;

	layout_printf(l, is_last && c->of[class].files > 0 ? STYLE_WARN : STYLE_PLAIN, "%s %s%s",
	              COUNT_TEXT(c->of[class].files), coverage_class_name(class), is_last ? "" : ",");
}

static void show_coverage(struct layout *l, const struct coverage *c)
{
	layout_label(l, "files");
	layout_printf(l, STYLE_PLAIN, "%s:", COUNT_TEXT(c->total.files));
	for (enum coverage_class i = COVERAGE_UNKNOWN + 1; i < COVERAGE_CLASSES; i++)
		if (c->of[i].files > 0)
			show_class(l, c, i);
	show_class(l, c, COVERAGE_UNKNOWN);
	layout_end(l);
}

/* Where the files lie that nobody accounts for. */
static void show_unknown_folders(struct layout *l, const struct coverage *c)
{
	size_t n = c->folders.len < UNKNOWN_SHOWN ? c->folders.len : UNKNOWN_SHOWN;

	if (n == 0)
		return;
	layout_label(l, "unknown");
	layout_text(l, STYLE_PLAIN, c->folders.len > n ? "mostly in" : "in");
	for (size_t i = 0; i < n; i++) {
		layout_word(l, STYLE_PLAIN,
		            c->folders.items[i].path.n > 0 ? c->folders.items[i].path : BYTES("/"), "");
		layout_printf(l, STYLE_PLAIN, "(%s)%s", COUNT_TEXT(c->folders.items[i].unknown.files),
		              i + 1 < n ? "," : "");
	}
	layout_end(l);
}

/* What can hold code is named, the largest first. */
static void show_unknown(struct layout *l, const struct coverage *c)
{
	for (enum file_kind kind = 0; kind < COVERAGE_KINDS; kind++) {
		if (c->largest[kind].len == 0)
			continue;
		layout_label(l, "unknown");
		layout_printf(l, STYLE_WARN, "%s %s:", COUNT_TEXT(c->unknown[kind].files),
		              coverage_kind_name(kind));
		for (size_t i = 0; i < c->largest[kind].len && i < UNKNOWN_SHOWN; i++)
			layout_word(l, STYLE_PLAIN, c->largest[kind].items[i].path,
			            i + 1 < c->unknown[kind].files ? "," : "");
		if (c->unknown[kind].files > UNKNOWN_SHOWN)
			layout_text(l, STYLE_PLAIN, "…");
		layout_end(l);
	}
}

static void show_replaced(struct layout *l, const struct coverage *c)
{
	if (c->replaced.files == 0)
		return;
	layout_label(l, "unknown");
	layout_printf(l, STYLE_WARN, "%s replaced since their package was installed",
	              COUNT_TEXT(c->replaced.files));
	layout_end(l);
}

static void show_untrusted(struct layout *l, enum style style, bytes text)
{
	bytes word;

	while (bytes_take_until(&text, ' ', &word))
		layout_word(l, style, word, "");
}

/* A gap of the catalogers without a file concerns the image, one of the engine its layer. */
static void show_gap(struct layout *l, const struct audit_page *page, const struct image_gap *gap)
{
	struct arena scratch = ARENA_INIT;

	layout_label(l, "gap");
	if (gap->node != TREE_NONE)
		layout_word(l, STYLE_WARN, tree_path(page->image->tree, gap->node, &scratch), ":");
	else if (gap->inspector == 0)
		layout_printf(l, STYLE_WARN, "layer %u:", gap->layer + 1U);
	show_untrusted(l, STYLE_WARN, gap->text);
	layout_end(l);
	arena_done(&scratch);
}

static void show_gaps(struct layout *l, const struct audit_page *page)
{
	const struct image *image = page->image;
	const struct facts *facts = page->facts;
	size_t shown = 0;

	for (size_t i = 0; i < image->gaps.len && shown < GAPS_SHOWN; i++, shown++)
		show_gap(l, page, &image->gaps.items[i]);
	for (size_t i = 0; i < facts->gaps.len && shown < GAPS_SHOWN; i++, shown++)
		show_gap(l, page, &facts->gaps.items[i]);
	if (page->gaps > shown) {
		layout_label(l, "");
		layout_printf(l, STYLE_WARN, "and %s more gaps", COUNT_TEXT(page->gaps - shown));
		layout_end(l);
	}
}

void audit_text(const struct audit_page *page, const struct terminal *terminal, struct stream *out)
{
	struct layout l = { .out = out, .terminal = terminal };

	show_head(&l, page);
	show_actions(&l, page);
	show_run(&l, page);
	show_surface(&l, page);
	show_dotnet(&l, page);
	show_packages(&l, page);
	show_secrets(&l, page->secrets);
	if (page->scan)
		scan_short(page->scan, &l);
	show_size(&l, page);
	layout_heading(&l, "HOW MUCH OF IT IS UNDERSTOOD");
	show_coverage(&l, page->coverage);
	show_unknown_folders(&l, page->coverage);
	show_unknown(&l, page->coverage);
	show_replaced(&l, page->coverage);
	show_gaps(&l, page);
}
