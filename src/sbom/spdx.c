/* SPDX-License-Identifier: Apache-2.0 */
#include "sbom/spdx.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/text.h"

#include <stdlib.h>

const char *spdx_purpose(enum sbom_kind kind)
{
	switch (kind) {
	case SBOM_APPLICATION: return "APPLICATION";
	case SBOM_FRAMEWORK: return "FRAMEWORK";
	case SBOM_OPERATING_SYSTEM: return "OPERATING_SYSTEM";
	case SBOM_LIBRARY: break;
	}
	return "LIBRARY";
}

const char *spdx_licence(const struct licence *l, struct arena *a)
{
	switch (l->kind) {
	case LICENCE_ID:
	case LICENCE_EXPRESSION: return arena_str(a, l->text);
	case LICENCE_TEXT: return licence_ref(l->text, a);
	case LICENCE_NONE: break;
	}
	return SPDX_NOTHING;
}

bytes spdx_source_info(const struct sbom *bill, const struct sbom_package *p, struct arena *a)
{
	buf b = BUF_INIT(SIZE_MAX / 2);

	if (p->source_name.n > 0) {
		buf_puts(&b, "built from ");
		buf_put(&b, p->source_name);
		buf_puts(&b, p->source_version.n > 0 ? " " : "");
		buf_put(&b, p->source_version);
	}
	if (p->path.n > 0) {
		buf_puts(&b, b.n > 0 ? "; read from " : "read from ");
		buf_put(&b, p->path);
	}
	if (p->path.n > 0 && p->layer < bill->layers_len) {
		const struct sbom_layer *layer = &bill->layers[p->layer];
		const digest *d = digest_size(&layer->blob) > 0 ? &layer->blob : &layer->diff_id;

		if (digest_size(d) > 0)
			buf_printf(&b, " in layer %s", DIGEST_TEXT(d));
	}
	bytes text = arena_bytes(a, buf_bytes(&b));

	buf_done(&b);
	return text;
}

struct owned {
	uint32_t owner;
	uint8_t sha1[20];
};

static int compare_owned(const void *left, const void *right)
{
	const struct owned *a = left, *b = right;
	int c = (a->owner > b->owner) - (a->owner < b->owner);

	return c ? c : memcmp(a->sha1, b->sha1, sizeof(a->sha1));
}

void spdx_own(struct parts *parts)
{
	struct arena scratch = ARENA_INIT;
	struct sbom_file f;
	size_t at = 0;

	while (parts_next_file(parts->bill, &at, &scratch, &f)) {
		struct owned one = { .owner = f.owner };

		memcpy(one.sha1, f.sha1.value, sizeof(one.sha1));
		if (digest_size(&f.sha1) > 0)
			buf_put(&parts->owned, bytes_of((const uint8_t *)&one, sizeof(one)));
	}
	if (parts->owned.n > 0)
		qsort(parts->owned.p, parts->owned.n / sizeof(struct owned), sizeof(struct owned),
		      compare_owned);
	arena_done(&scratch);
}

/* The sums as they are written, in their order, one behind the other, are summed up. */
const char *spdx_code(const struct parts *parts, uint32_t owner, struct arena *a)
{
	const struct owned *items = (const void *)parts->owned.p;
	size_t low = 0, high = parts->owned.n / sizeof(*items), len = high;
	buf hex = BUF_INIT(SIZE_MAX / 2);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (items[middle].owner < owner)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < len && items[low].owner == owner; low++)
		text_hex(&hex, bytes_of(items[low].sha1, sizeof(items[low].sha1)));
	const char *code = NULL;

	if (hex.n > 0) {
		digest sum = digest_of(DIGEST_SHA1, buf_bytes(&hex));

		buf_clear(&hex);
		text_hex(&hex, bytes_of(sum.value, digest_size(&sum)));
		code = arena_str(a, buf_bytes(&hex));
	}
	buf_done(&hex);
	return code;
}

bytes spdx_file_name(const struct sbom_file *f, struct arena *a)
{
	uint8_t *name = arena_alloc(a, f->path.n + 2);

	memcpy(name, "./", 2);
	memcpy(name + 2, f->path.p, f->path.n);
	return bytes_of(name, f->path.n + 2);
}

static void put_remark(buf *b, const char *what, bytes text)
{
	buf_puts(b, b->n > 0 ? "; " : "");
	buf_puts(b, what);
	buf_put(b, text);
}

bytes spdx_comment(const struct sbom_package *p, struct arena *a)
{
	buf b = BUF_INIT(SIZE_MAX / 2);

	if (p->slices.n > 0)
		put_remark(&b, SPDX_SLICES, p->slices);
	if (p->module.n > 0)
		put_remark(&b, SPDX_MODULE, p->module);
	if (p->owned_by_system)
		put_remark(&b, SBOM_OF_SYSTEM, (bytes){ NULL, 0 });
	if (p->overridden)
		put_remark(&b, SBOM_OVERRIDDEN, (bytes){ NULL, 0 });
	bytes text = b.n > 0 ? arena_bytes(a, buf_bytes(&b)) : (bytes){ NULL, 0 };

	buf_done(&b);
	return text;
}

void spdx_texts_add(struct spdx_texts *texts, size_t package, const struct licence *l)
{
	uint32_t number = (uint32_t)package;

	if (l->kind != LICENCE_TEXT)
		return;
	uint32_t *seen = index_put(&texts->seen, hash_bytes(l->text));

	if (*seen == 0) {
		if (!texts->packages.p)
			texts->packages = (buf)BUF_INIT(SIZE_MAX / 2);
		buf_put(&texts->packages, bytes_of(&number, sizeof(number)));
	}
	*seen = 1;
}

void spdx_texts_done(struct spdx_texts *texts)
{
	index_done(&texts->seen);
	buf_done(&texts->packages);
}

bool spdx_texts_get(const struct spdx_texts *texts, const struct sbom *bill, size_t i,
                    struct arena *scratch, bytes *out)
{
	struct sbom_package p;
	uint32_t package;

	if (i >= texts->packages.n / sizeof(package))
		return false;
	memcpy(&package, texts->packages.p + i * sizeof(package), sizeof(package));
	parts_package(bill, package, scratch, &p);
	*out = p.licence.text;
	return true;
}
