/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/secrets.h"

#include "base/limits.h"
#include "catalog/facts.h"
#include "oci/strings.h"
#include "secret/inspector.h"
#include "secret/rules.h"

/* What is shorter is no secret of any rule: `pwd=abcd`. */
#define SECRET_LEAST 8

/* The row of one more finding, or NULL when there are too many. */
static struct secrets_row *add_row(struct secrets_page *page, struct arena *a)
{
	return page->total++ < LIMIT_SECRETS ? ARENA_PUSH(a, page) : NULL;
}

/* -- the documents ----------------------------------------------------------------------------- */

struct document_search {
	struct secret_scanner *scanner;
	struct arena *a;
	struct secrets_page *page;
	const char *document;
	struct oci_string path[LIMIT_JSON_DEPTH + 1]; /* down to the string at hand */
	size_t depth;
	struct strings *values; /* NULL: the page is filled */
};

/* A name of more than a word may be a secret itself. */
#define SAFE_NAME 64

static bool is_safe(bytes name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || name.p[i] >= 0x7f || (name.p[i] >= '0' && name.p[i] <= '9'))
			return false;
	return name.n <= SAFE_NAME;
}

static void put_step(buf *out, const struct oci_string *step)
{
	if (step->name.n == 0) {
		buf_printf(out, "[%u]", step->item);
		return;
	}
	if (out->n > 0)
		buf_putc(out, '.');
	buf_put(out, is_safe(step->name) ? step->name : BYTES("*"));
}

/* path_text(s, n): "history[3].comment": the first n steps; no step that may be a secret. */
static bytes path_text(const struct document_search *s, size_t n)
{
	buf out = BUF_INIT((LIMIT_JSON_DEPTH + 2) * (SAFE_NAME + 1));

	if (strcmp(s->document, "config") != 0)
		buf_printf(&out, "%s", s->document);
	for (size_t i = 0; i < n; i++)
		put_step(&out, &s->path[i]);
	bytes text = arena_bytes(s->a, buf_bytes(&out));

	buf_done(&out);
	return text;
}

static bool is_step(const struct document_search *s, size_t i, const char *name)
{
	return i <= s->depth && bytes_is(s->path[i].name, name);
}

/* named(s, kind, name): "env DB_PASSWORD"; the name alone, the value may be the secret. */
static bytes named(const struct document_search *s, const char *kind, bytes name)
{
	return bytes_str(arena_printf(s->a, "%s " PRIb, kind, BYTESF(bytes_slice(name, 0, 200))));
}

/* What people wrote in a Dockerfile has its name there; empty: it has none. */
static bytes setting_name(const struct document_search *s, bool in_name)
{
	const struct oci_string *at = &s->path[s->depth];

	if (is_step(s, 1, "Entrypoint"))
		return BYTES("entrypoint");
	if (is_step(s, 1, "Cmd"))
		return BYTES("command");
	if (is_step(s, 1, "Healthcheck"))
		return BYTES("healthcheck");
	if (s->depth != 2 || in_name)
		return BYTES("");
	if (is_step(s, 1, "Env"))
		return named(s, "env", bytes_slice(at->value, 0, bytes_find(at->value, '=')));
	return is_step(s, 1, "Labels") ? named(s, "label", at->name) : BYTES("");
}

/* place_of(s, in_name): what people call the place, else the path. */
static bytes place_of(const struct document_search *s, bool in_name)
{
	bool is_config = strcmp(s->document, "config") == 0;
	bytes name = BYTES("");

	if (is_config && is_step(s, 0, "config"))
		name = setting_name(s, in_name);
	else if (is_config && is_step(s, 0, "history") && is_step(s, 2, "created_by"))
		name = bytes_str(arena_printf(s->a, "history %u", s->path[1].item + 1));
	return name.n > 0 ? name : path_text(s, in_name ? s->depth : s->depth + 1);
}

/* The name says what the value is: searched as one. What a setting or a line of the history is
 * called stands in its value. */
static void put_string(const struct oci_string *at, buf *out, size_t *out_name)
{
	bool is_line = bytes_is(at->name, "created_by");
	bytes name = bytes_slice(at->value, 0, bytes_find(at->value, '='));

	*out_name = is_line || name.n == at->value.n ? 0 : name.n;
	if (at->name.n > 0 && !is_line) {
		*out_name = at->name.n;
		buf_put(out, at->name);
		buf_putc(out, '=');
	}
	buf_put(out, at->value);
}

/* value_of(s, text, found): where it stands in the document; text is put_string's. */
static bytes value_of(const struct document_search *s, bytes text,
                      const struct secret_finding *found)
{
	const struct oci_string *at = &s->path[s->depth];
	size_t front = text.n - at->value.n, n = (size_t)(found->end - found->start);

	return found->start >= front ? bytes_slice(at->value, (size_t)found->start - front, n)
	                             : bytes_slice(at->name, (size_t)found->start, n);
}

static void search(struct document_search *s, bytes text, size_t name)
{
	size_t n;

	secret_scanner_begin(s->scanner);
	secret_scanner_add(s->scanner, text);
	secret_scanner_end(s->scanner);
	const struct secret_finding *found = secret_scanner_findings(s->scanner, &n);

	for (size_t i = 0; i < n; i++) {
		struct secrets_row *row = s->values ? NULL : add_row(s->page, s->a);

		if (row)
			*row = (struct secrets_row){ .found = found[i],
				                         .file = bytes_str(s->document),
				                         .where = place_of(s, found[i].start < name) };
		else if (s->values && secrets_severity(&found[i]) >= SEVERITY_MEDIUM)
			*ARENA_PUSH(s->a, s->values) = value_of(s, text, &found[i]);
	}
	if (!s->values)
		s->page->gaps += secret_scanner_left_out(s->scanner) > 0;
}

/* search_document(s, packed): false: nobody packed that. */
static bool search_document(struct document_search *s, bytes packed)
{
	buf text = BUF_INIT(2 * LIMIT_MANIFEST + 1);
	struct oci_string at;

	while (oci_strings_take(&packed, &at)) {
		size_t name;

		s->depth = at.depth;
		s->path[at.depth] = at;
		if (at.name.n + at.value.n < SECRET_LEAST)
			continue;
		buf_clear(&text);
		put_string(&at, &text, &name);
		search(s, buf_bytes(&text), name);
	}
	buf_done(&text);
	return packed.n == 0;
}

static int search_documents(const struct image *image, const struct document_search *options,
                            err *e)
{
	struct document_search *s = arena_new(options->a, struct document_search);

	*s = *options;
	for (size_t i = 0; i < image->documents.len; i++) {
		s->document = image->documents.items[i].name;
		if (!search_document(s, image->documents.items[i].strings))
			return err_set(e, ERR_BUG, 0, "a worker's strings cannot be read");
	}
	return 0;
}

/* -- names ------------------------------------------------------------------------------------- */

/* A link, or the folder of the name: where the secret is, not the name, which holds it. */
static void add_name(const struct image *image, uint32_t node, bool in_link,
                     const struct secret_finding *found, struct arena *a, struct secrets_page *page)
{
	const struct tree_node *n = tree_get(image->tree, node);
	struct secrets_row *row = add_row(page, a);

	if (row)
		*row = (struct secrets_row){ .found = *found,
			                         .file = tree_path(image->tree, in_link ? node : n->parent, a),
			                         .where = in_link ? BYTES("where the link leads")
			                                          : BYTES("a name in this folder"),
			                         .layer = n->layer + UINT32_C(1),
			                         .hidden = n->flags & TREE_HIDDEN };
}

/* search_names(image, scanner, a, page): what entries are called and where links lead, of every
 * layer, as one text; names are apart by a NUL, which none holds. */
static void search_names(const struct image *image, struct secret_scanner *scanner, struct arena *a,
                         struct secrets_page *page)
{
	const struct tree *tree = image->tree;
	size_t n, next = 0;
	uint64_t end = 0;

	secret_scanner_begin(scanner);
	for (uint32_t i = 1; i < tree_count(tree); i++) {
		secret_scanner_add(scanner, tree_name(tree, i));
		secret_scanner_add(scanner, BYTES("\0"));
		secret_scanner_add(scanner, tree_symlink(tree, i));
		secret_scanner_add(scanner, BYTES("\0"));
	}
	secret_scanner_end(scanner);
	page->gaps += secret_scanner_left_out(scanner) > 0;
	const struct secret_finding *found = secret_scanner_findings(scanner, &n);

	for (uint32_t i = 1; i < tree_count(tree) && next < n; i++) {
		uint64_t link = end + tree_name(tree, i).n + 1;

		end = link + tree_symlink(tree, i).n + 1;
		for (; next < n && found[next].start < end; next++)
			add_name(image, i, found[next].start >= link, &found[next], a, page);
	}
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
	struct secret_scanner *scanner = secret_scanner_new(e);

	*out = (struct secrets_page){ .target = image->target.text };
	out->folder = image->kind == TARGET_ROOTFS ? image->target.path : NULL;
	if (!scanner)
		return -1;
	const struct document_search documents = { .scanner = scanner, .a = a, .page = out };
	int status = search_documents(image, &documents, e);

	search_names(image, scanner, a, out);
	secret_scanner_free(scanner);
	take_gaps(image, a, out);
	return status < 0 ? -1 : take_items(image, a, out, e);
}

int secrets_text(bytes text, const char *name, struct arena *a, struct secrets_page *out, err *e)
{
	struct secret_scanner *scanner = secret_scanner_new(e);
	size_t n;

	if (!scanner)
		return -1;
	secret_scanner_begin(scanner);
	secret_scanner_add(scanner, text);
	secret_scanner_end(scanner);
	const struct secret_finding *found = secret_scanner_findings(scanner, &n);

	for (size_t i = 0; i < n; i++) {
		struct secrets_row *row = add_row(out, a);

		if (row)
			*row = (struct secrets_row){ .found = found[i], .file = bytes_str(name) };
	}
	out->gaps += secret_scanner_left_out(scanner) > 0;
	secret_scanner_free(scanner);
	return 0;
}

int secrets_values(const struct image *image, struct arena *a, struct strings *out, err *e)
{
	struct secret_scanner *scanner = secret_scanner_new(e);
	const struct document_search search = { .scanner = scanner, .a = a, .values = out };
	int status = scanner ? search_documents(image, &search, e) : -1;

	secret_scanner_free(scanner);
	return status;
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
		out->items[i].found.member = arena_bytes(a, out->items[i].found.member);
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
