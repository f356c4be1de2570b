/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/secrets.h"

#include "base/limits.h"
#include "catalog/facts.h"
#include "secret/inspector.h"
#include "secret/rules.h"

/* The row of one more finding, or NULL when there are too many. */
static struct secrets_row *add_row(struct secrets_page *page, struct arena *a)
{
	return page->total++ < LIMIT_SECRETS ? ARENA_PUSH(a, page) : NULL;
}

/* -- the configuration ------------------------------------------------------------------------- */

struct config_search {
	struct secret_scanner *scanner;
	struct arena *a;
	struct secrets_page *page;
};

static void search(struct config_search *s, const char *where, bytes text)
{
	size_t n;

	secret_scanner_begin(s->scanner);
	secret_scanner_add(s->scanner, text);
	secret_scanner_end(s->scanner);
	const struct secret_finding *found = secret_scanner_findings(s->scanner, &n);

	for (size_t i = 0; i < n; i++) {
		struct secrets_row *row = add_row(s->page, s->a);

		if (row)
			*row = (struct secrets_row){ .found = found[i],
				                         .file = BYTES("config"),
				                         .where = bytes_str(where) };
	}
	s->page->gaps += secret_scanner_left_out(s->scanner) > 0;
}

static void search_words(struct config_search *s, const char *where, const struct strings *words)
{
	for (size_t i = 0; i < words->len; i++)
		search(s, where, words->items[i]);
}

/* named(s, kind, name): "env DB_PASSWORD"; the name alone, the value may be the secret. */
static const char *named(struct config_search *s, const char *kind, bytes name)
{
	return arena_printf(s->a, "%s " PRIb, kind, BYTESF(bytes_slice(name, 0, 200)));
}

static void search_config(struct config_search *s, const struct oci_config *config)
{
	for (size_t i = 0; i < config->env.len; i++) {
		bytes env = config->env.items[i];

		search(s, named(s, "env", bytes_slice(env, 0, bytes_find(env, '='))), env);
	}
	search_words(s, "entrypoint", &config->entrypoint);
	search_words(s, "command", &config->cmd);
	search_words(s, "healthcheck", &config->healthcheck);
	for (size_t i = 0; i < config->labels.len; i++) {
		const struct oci_label *label = &config->labels.items[i];
		buf text = BUF_INIT(label->name.n + label->value.n + 1);

		buf_put(&text, label->name);
		buf_putc(&text, '=');
		buf_put(&text, label->value);
		search(s, named(s, "label", label->name), buf_bytes(&text));
		buf_done(&text);
	}
	for (size_t i = 0; i < config->history.len; i++)
		search(s, arena_printf(s->a, "history %zu", i + 1), config->history.items[i].created_by);
}

/* -- the files --------------------------------------------------------------------------------- */

static int take_items(const struct image *image, struct arena *a, struct secrets_page *page, err *e)
{
	const struct image_item *item;

	for (size_t at = 0; (item = facts_next_item(image, secret_inspector.id, &at));) {
		struct secret_finding found;

		if (!secret_finding_unpack(item->payload, &found) || item->node == TREE_NONE)
			return err_set(e, ERR_BUG, 0, "a worker found what is no secret");
		struct secrets_row *row = add_row(page, a);

		if (row)
			*row = (struct secrets_row){ .found = found,
				                         .file = tree_path(image->tree, item->node, a),
				                         .layer = item->layer + UINT32_C(1),
				                         .hidden = facts_item_hidden(image, item) };
	}
	return 0;
}

static void take_gaps(const struct image *image, struct arena *a, struct secrets_page *page)
{
	for (size_t i = 0; i < image->gaps.len; i++) {
		const struct image_gap *gap = &image->gaps.items[i];

		page->gaps++;
		if (page->gap.n == 0)
			page->gap = bytes_str(gap->node == TREE_NONE
			                          ? arena_str(a, gap->text)
			                          : arena_printf(a, PRIb ": " PRIb,
			                                         BYTESF(tree_path(image->tree, gap->node, a)),
			                                         BYTESF(gap->text)));
	}
}

int secrets_collect(const struct image *image, struct arena *a, struct secrets_page *out, err *e)
{
	struct config_search s = { secret_scanner_new(e), a, out };

	*out = (struct secrets_page){ .target = image->target.text };
	out->folder = image->kind == TARGET_ROOTFS ? image->target.path : NULL;
	if (!s.scanner)
		return -1;
	if (image->has_config)
		search_config(&s, &image->config);
	secret_scanner_free(s.scanner);
	take_gaps(image, a, out);
	return take_items(image, a, out, e);
}

int secrets_run(const struct target *target, const struct image_options *options, struct arena *a,
                struct secrets_page *out, err *e)
{
	static const struct inspector *const inspectors[] = { &secret_inspector, NULL };
	struct image_options o = *options;
	struct image image;

	o.inspectors = inspectors;
	if (image_read(target, &o, &image, e) < 0)
		return -1;
	int result = secrets_collect(&image, a, out, e);

	out->target = target->text;
	out->folder = out->folder ? target->path : NULL;
	for (size_t i = 0; i < out->len; i++) {
		out->items[i].file = arena_bytes(a, out->items[i].file);
		out->items[i].where = arena_bytes(a, out->items[i].where);
	}
	image_done(&image);
	return result;
}

/* -- what is to be told ------------------------------------------------------------------------ */

void secrets_choose(struct secrets_page *page, const struct secrets_choice *choice,
                    struct arena *a)
{
	size_t kept = 0;

	for (size_t i = 0; i < page->len; i++) {
		const struct secrets_row *row = &page->items[i];
		bytes id = bytes_str(secret_rules[row->found.rule].id);

		if (choice->severities & 1U << secrets_severity(&row->found) &&
		    !skip_fits(&choice->skip, row->file) &&
		    !(choice->ignore &&
		      ignore_find(choice->ignore, IGNORE_SECRET, id, row->file, NULL, a)))
			page->items[kept++] = *row;
	}
	page->total -= page->len - kept;
	page->len = kept;
}
