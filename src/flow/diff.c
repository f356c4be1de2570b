/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/diff.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "flow/convert.h"
#include "flow/diff_measure.h"
#include "flow/survey.h"
#include "sbom/parts.h"
#include "secret/inspector.h"
#include "version/version.h"

#include <stdlib.h>

/* What the packages of a bill take on their way from the worker: a million of some 60 octets. */
#define PACKED_MAX ((size_t)(256 * MIB))

struct named {
	bytes type, name, version;
};

struct side {
	buf packed;
	struct {
		struct named *items;
		size_t len, cap;
	} packages;
	bool is_image;
	struct bill bill; /* of an image */
};

/* -- packages of one side ---------------------------------------------------------------------- */

static void put_packed(void *ctx, const struct sbom *bill, struct stream *out)
{
	struct arena scratch = ARENA_INIT;
	buf b = BUF_INIT(SIZE_MAX / 2);
	struct sbom_package p;

	(void)ctx;
	for (size_t i = 0; parts_package(bill, i, &scratch, &p); i++) {
		buf_clear(&b);
		pack_bytes(&b, p.type);
		pack_bytes(&b, p.name);
		pack_bytes(&b, p.version);
		stream_put(out, buf_bytes(&b));
	}
	buf_done(&b);
	arena_done(&scratch);
}

static void answer(const void *ctx, const struct sbom_document *document, uint8_t what,
                   struct stream *out)
{
	(void)ctx;
	(void)what;
	put_packed(NULL, &document->bill, out);
}

static int compare_text(bytes a, bytes b)
{
	return bytes_compare(a, b);
}

static int compare_named(const void *left, const void *right)
{
	const struct named *a = left, *b = right;
	int c = compare_text(a->type, b->type);

	if (c == 0)
		c = compare_text(a->name, b->name);
	return c ? c : compare_text(a->version, b->version);
}

/* Sorted, each version of a package once. */
static int unpack(struct side *s, struct arena *a, err *e)
{
	bytes rest = buf_bytes(&s->packed);
	size_t kept = 0;

	while (rest.n > 0) {
		struct named *n = ARENA_PUSH(a, &s->packages);

		if (!pack_take_bytes(&rest, rest.n, &n->type) ||
		    !pack_take_bytes(&rest, rest.n, &n->name) ||
		    !pack_take_bytes(&rest, rest.n, &n->version))
			return err_set(e, ERR_BUG, 0, "the parsing process answered nonsense");
	}
	if (s->packages.len > 0)
		qsort(s->packages.items, s->packages.len, sizeof(*s->packages.items), compare_named);
	for (size_t i = 0; i < s->packages.len; i++)
		if (kept == 0 || compare_named(&s->packages.items[kept - 1], &s->packages.items[i]) != 0)
			s->packages.items[kept++] = s->packages.items[i];
	s->packages.len = kept;
	return 0;
}

static int read_image(const struct target *target, const struct diff_options *o, struct side *s,
                      err *e)
{
	const struct inspector *inspectors[INSPECTORS_MOST + 1];
	struct image_options image = o->bill.image;

	survey_inspectors(o->skip_secrets ? NULL : &secret_inspector, inspectors);
	image.inspectors = inspectors;
	if (survey(target, &image, &s->bill.image, &s->bill.facts, e) < 0)
		return -1;
	s->is_image = true;
	bill_show(&s->bill, &o->bill);
	return 0;
}

static int read_side(const struct target *target, const struct diff_options *o, struct arena *a,
                     struct side *s, err *e)
{
	struct stream out, *outs[] = { &out };
	const uint8_t asks[] = { 0 };
	const struct convert_options convert = { .answer = answer,
		                                     .asks = asks,
		                                     .outs = outs,
		                                     .len = 1,
		                                     .tmp_dir = o->bill.image.tmp_dir,
		                                     .timeout_ms = o->bill.image.timeout_ms };
	err full = { 0 };
	int result;

	*s = (struct side){ .packed = BUF_INIT(PACKED_MAX) };
	stream_init(&out, stream_to_buf, &s->packed);
	if (target->kind == TARGET_SBOM) {
		result = convert_file(target->path, &convert, e);
	} else {
		result = read_image(target, o, s, e);
		if (result == 0)
			put_packed(NULL, &s->bill.sbom, &out);
	}
	if (stream_finish(&out, &full) < 0 && result == 0) {
		*e = full;
		result = -1;
	}
	if (result == 0)
		result = unpack(s, a, e);
	return result < 0 ? err_wrap(e, "%s", SHOW(bytes_str(target->text))) : 0;
}

static void side_done(struct side *s)
{
	buf_done(&s->packed);
	if (s->is_image)
		bill_done(&s->bill);
}

/* -- packages ---------------------------------------------------------------------------------- */

static enum version_ordering ordering_of(bytes type)
{
	static const struct {
		const char *type;
		enum version_ordering ordering;
	} known[] = { { "deb", VERSION_DPKG },    { "apk", VERSION_APK },
		          { "rpm", VERSION_RPM },     { "nuget", VERSION_NUGET },
		          { "npm", VERSION_SEMVER },  { "cargo", VERSION_SEMVER },
		          { "pypi", VERSION_PEP440 }, { "maven", VERSION_MAVEN },
		          { "gem", VERSION_GEM },     { "golang", VERSION_GO },
		          { "os", VERSION_DPKG } };

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (bytes_is(type, known[i].type))
			return known[i].ordering;
	return VERSION_UNKNOWN;
}

static enum diff_kind kind_of_change(const struct named *before, const struct named *after)
{
	int order;

	if (!version_compare(ordering_of(before->type), before->version, after->version, &order) ||
	    order == 0)
		return DIFF_CHANGED;
	return order < 0 ? DIFF_NEWER : DIFF_OLDER;
}

static bool same_package(const struct named *a, const struct named *b)
{
	return bytes_equal(a->type, b->type) && bytes_equal(a->name, b->name);
}

struct run { /* the versions of one package that one side alone has */
	const struct named **items;
	size_t len, cap;
};

static void take_run(struct arena *a, struct run *before, struct run *after, struct diff_page *out)
{
	for (size_t i = 0; i < before->len || i < after->len; i++) {
		const struct named *b = i < before->len ? before->items[i] : NULL;
		const struct named *n = i < after->len ? after->items[i] : NULL;
		struct diff_package *p = ARENA_PUSH(a, &out->packages);

		p->type = arena_bytes(a, b ? b->type : n->type);
		p->name = arena_bytes(a, b ? b->name : n->name);
		p->kind = !b ? DIFF_ADDED : !n ? DIFF_REMOVED : kind_of_change(b, n);
		if (b)
			p->before = arena_bytes(a, b->version);
		if (n)
			p->after = arena_bytes(a, n->version);
	}
	before->len = after->len = 0;
}

static void compare_packages(const struct side *before, const struct side *after, struct arena *a,
                             struct diff_page *out)
{
	struct run only[2] = { 0 };
	const struct named *last = NULL;
	size_t i = 0, k = 0;

	while (i < before->packages.len || k < after->packages.len) {
		const struct named *b = i < before->packages.len ? &before->packages.items[i] : NULL;
		const struct named *n = k < after->packages.len ? &after->packages.items[k] : NULL;
		int c = !b ? 1 : !n ? -1 : compare_named(b, n);
		const struct named *now = c <= 0 ? b : n;

		if (last && !same_package(last, now))
			take_run(a, &only[0], &only[1], out);
		last = now;
		if (c < 0)
			*ARENA_PUSH(a, &only[0]) = b;
		else if (c > 0)
			*ARENA_PUSH(a, &only[1]) = n;
		i += c <= 0;
		k += c >= 0;
	}
	take_run(a, &only[0], &only[1], out);
	out->packages_before = before->packages.len;
	out->packages_after = after->packages.len;
}

/* -- settings ---------------------------------------------------------------------------------- */

static void change(struct arena *a, struct diff_page *out, const char *name, bytes before,
                   bytes after)
{
	if (bytes_equal(before, after))
		return;
	*ARENA_PUSH(a, &out->settings) = (struct diff_setting){ DIFF_CHANGED, name,
		                                                    arena_bytes(a, before),
		                                                    arena_bytes(a, after) };
}

static bytes joined(const struct strings *words, struct arena *a)
{
	buf b = BUF_INIT(SIZE_MAX / 2);

	for (size_t i = 0; i < words->len; i++) {
		buf_puts(&b, i > 0 ? " " : "");
		buf_put(&b, words->items[i]);
	}
	bytes text = arena_bytes(a, buf_bytes(&b));

	buf_done(&b);
	return text;
}

static int compare_items(const void *left, const void *right)
{
	return bytes_compare(*(const bytes *)left, *(const bytes *)right);
}

static void sort(struct strings *s)
{
	if (s->len > 0)
		qsort(s->items, s->len, sizeof(*s->items), compare_items);
}

/* Lists whose order says nothing. Both are sorted here. */
static void compare_lists(struct arena *a, struct diff_page *out, const char *name,
                          struct strings before, struct strings after)
{
	size_t i = 0, k = 0;

	sort(&before);
	sort(&after);
	while (i < before.len || k < after.len) {
		int c = i == before.len  ? 1
		        : k == after.len ? -1
		                         : bytes_compare(before.items[i], after.items[k]);

		if (c < 0)
			*ARENA_PUSH(a, &out->settings) = (struct diff_setting){
				DIFF_REMOVED, name, arena_bytes(a, before.items[i]), { NULL, 0 }
			};
		else if (c > 0)
			*ARENA_PUSH(a, &out->settings) = (struct diff_setting){
				DIFF_ADDED, name, { NULL, 0 }, arena_bytes(a, after.items[k])
			};
		i += c <= 0;
		k += c >= 0;
	}
}

static struct strings copy_of(const struct strings *s, struct arena *a)
{
	struct strings made = { 0 };

	for (size_t i = 0; i < s->len; i++)
		*ARENA_PUSH(a, &made) = s->items[i];
	return made;
}

/* Names alone: a value may be a secret. One whose value differs counts as changed. */
static void compare_environments(struct arena *a, struct diff_page *out,
                                 const struct oci_config *before, const struct oci_config *after)
{
	const struct oci_config *both[] = { before, after };
	struct strings names[2] = { 0 };

	for (size_t side = 0; side < 2; side++)
		for (size_t i = 0; i < both[side]->env.len; i++) {
			bytes entry = both[side]->env.items[i];

			*ARENA_PUSH(a, &names[side]) = bytes_slice(entry, 0, bytes_find(entry, '='));
		}
	compare_lists(a, out, "env", copy_of(&names[0], a), copy_of(&names[1], a));
	for (size_t i = 0; i < names[0].len; i++)
		for (size_t k = 0; k < names[1].len; k++)
			if (bytes_equal(names[0].items[i], names[1].items[k]) &&
			    !bytes_equal(before->env.items[i], after->env.items[k]))
				*ARENA_PUSH(a, &out->settings) = (struct diff_setting){
					DIFF_CHANGED, "env", arena_bytes(a, names[0].items[i]),
					arena_bytes(a, names[0].items[i])
				};
}

/* Files that give whoever starts them other rights: setuid, setgid, capabilities. */
static struct strings risky_files(const struct image *image, struct arena *a)
{
	struct strings found = { 0 };

	for (uint32_t i = 0; i < tree_count(image->tree); i++) {
		const struct tree_node *n = tree_get(image->tree, i);

		if (n->type != ENTRY_FILE || n->flags & TREE_HIDDEN)
			continue;
		if (n->mode & 06000 || n->flags & TREE_CAPABILITY)
			*ARENA_PUSH(a, &found) = tree_path(image->tree, i, a);
	}
	return found;
}

static void compare_settings(const struct image *before, const struct image *after, struct arena *a,
                             struct diff_page *out)
{
	const struct oci_config *b = &before->config, *n = &after->config;

	change(a, out, "os", before->platform.os, after->platform.os);
	change(a, out, "architecture", before->platform.architecture, after->platform.architecture);
	change(a, out, "user", b->user, n->user);
	change(a, out, "entrypoint", joined(&b->entrypoint, a), joined(&n->entrypoint, a));
	change(a, out, "cmd", joined(&b->cmd, a), joined(&n->cmd, a));
	change(a, out, "workdir", b->working_dir, n->working_dir);
	change(a, out, "stopsignal", b->stop_signal, n->stop_signal);
	change(a, out, "healthcheck", joined(&b->healthcheck, a), joined(&n->healthcheck, a));
	compare_environments(a, out, b, n);
	compare_lists(a, out, "port", copy_of(&b->exposed_ports, a), copy_of(&n->exposed_ports, a));
	compare_lists(a, out, "volume", copy_of(&b->volumes, a), copy_of(&n->volumes, a));
	compare_lists(a, out, "setuid", risky_files(before, a), risky_files(after, a));
}

/* -- layers ------------------------------------------------------------------------------------ */

static uint64_t size_of(const struct image *image)
{
	uint64_t size = 0;

	for (uint32_t i = 0; i < tree_count(image->tree); i++)
		if (!(tree_get(image->tree, i)->flags & TREE_HIDDEN))
			size += tree_size_here(image->tree, i);
	return size;
}

static const struct image_layer *layer_like(const struct image *image, const digest *diff_id)
{
	for (size_t i = 0; i < image->layers.len; i++)
		if (digest_equal(&image->layers.items[i].diff_id, diff_id))
			return &image->layers.items[i];
	return NULL;
}

static void add_layer(struct arena *a, struct diff_page *out, const struct image_layer *l,
                      bool before, bool after)
{
	if (digest_size(&l->diff_id) > 0)
		*ARENA_PUSH(a, &out->layers) = (struct diff_layer){
			arena_bytes(a, bytes_str(DIGEST_TEXT(&l->diff_id))), l->expanded, before, after
		};
}

static void compare_layers(const struct image *before, const struct image *after, struct arena *a,
                           struct diff_page *out)
{
	for (size_t i = 0; i < before->layers.len; i++)
		add_layer(a, out, &before->layers.items[i], true,
		          layer_like(after, &before->layers.items[i].diff_id));
	for (size_t i = 0; i < after->layers.len; i++)
		if (!layer_like(before, &after->layers.items[i].diff_id))
			add_layer(a, out, &after->layers.items[i], false, true);
	out->size_before = size_of(before);
	out->size_after = size_of(after);
}

/* -- all --------------------------------------------------------------------------------------- */

int diff_make(const struct target *before, const struct target *after,
              const struct diff_options *options, struct arena *a, struct diff_page *out, err *e)
{
	struct side sides[2] = { 0 };
	int result = read_side(before, options, a, &sides[0], e);

	*out = (struct diff_page){ .before = bytes_str(before->text), .after = bytes_str(after->text) };
	if (result == 0)
		result = read_side(after, options, a, &sides[1], e);
	if (result == 0) {
		compare_packages(&sides[0], &sides[1], a, out);
		out->images = sides[0].is_image && sides[1].is_image;
	}
	for (int i = 0; i < 2 && result == 0 && out->images; i++) {
		result = diff_measure(&sides[i].bill, options, i == 1, a, out, e);
		if (result < 0)
			result = err_wrap(e, "%s", SHOW(bytes_str(i == 0 ? before->text : after->text)));
	}
	if (result == 0 && out->images) {
		compare_settings(&sides[0].bill.image, &sides[1].bill.image, a, out);
		compare_layers(&sides[0].bill.image, &sides[1].bill.image, a, out);
	}
	side_done(&sides[0]);
	side_done(&sides[1]);
	return result;
}
