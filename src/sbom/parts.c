/* SPDX-License-Identifier: Apache-2.0 */
#include "sbom/parts.h"

#include "base/buf.h"
#include "base/pack.h"
#include "base/path.h"
#include "base/text.h"

#include <stdio.h>

/* Of a name, this much stands in an id; the digest behind it tells the rest. */
#define ID_NAME_MAX 60
#define ID_DIGEST 8

bool parts_package(const struct sbom *bill, size_t i, struct arena *scratch,
                   struct sbom_package *out)
{
	arena_reset(scratch);
	if (i >= bill->packages)
		return false;
	*out = (struct sbom_package){ .layer = SBOM_NO_LAYER };
	bill->package(bill->ctx, i, scratch, out);
	return true;
}

bool parts_next_file(const struct sbom *bill, size_t *at, struct arena *scratch,
                     struct sbom_file *out)
{
	arena_reset(scratch);
	return bill->next_file && bill->next_file(bill->ctx, at, scratch, out);
}

/* "letters, numbers, . and/or -" */
static void put_plain(buf *b, bytes s)
{
	for (size_t i = 0; i < s.n && i < ID_NAME_MAX; i++) {
		uint8_t c = s.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		             c == '.';

		buf_putc(b, plain ? c : '-');
	}
	buf_putc(b, '-');
}

static const char *make_id(bytes prefix, bytes name, const buf *whole, struct arena *a)
{
	buf b = BUF_INIT(4 * ID_NAME_MAX);
	digest d = digest_of(DIGEST_SHA256, buf_bytes(whole));

	put_plain(&b, prefix);
	put_plain(&b, name);
	text_hex(&b, bytes_of(d.value, ID_DIGEST));
	const char *id = arena_str(a, buf_bytes(&b));

	buf_done(&b);
	return id;
}

const char *parts_id(const struct sbom_package *p, struct arena *a)
{
	buf whole = BUF_INIT(SIZE_MAX / 2);

	pack_bytes(&whole, p->type);
	pack_bytes(&whole, p->name);
	pack_bytes(&whole, p->version);
	pack_bytes(&whole, p->purl); /* the architecture is in it */
	pack_bytes(&whole, p->path);
	const char *id = make_id(p->type, p->name, &whole, a);

	buf_done(&whole);
	return id;
}

const char *parts_file_id(const struct sbom_file *f, struct arena *a)
{
	buf whole = BUF_INIT(SIZE_MAX / 2);

	pack_bytes(&whole, f->path);
	const char *id = make_id(BYTES("File"), path_base(f->path), &whole, a);

	buf_done(&whole);
	return id;
}

const char *parts_time_into(struct parts_time *out, int64_t seconds)
{
	int64_t day = ((seconds % 86400) + 86400) % 86400;

	snprintf(out->text, sizeof(out->text), "%.20sT%02u:%02u:%02uZ", DATE_TEXT(seconds),
	         (unsigned)(day / 3600), (unsigned)(day / 60 % 60), (unsigned)(day % 60));
	return out->text;
}

/* -- the document's UUID ----------------------------------------------------------------------- */

static void flush_into(struct hasher *h, buf *b)
{
	hasher_update(h, buf_bytes(b));
	buf_clear(b);
}

static void hash_package(const struct sbom_package *p, struct arena *scratch, buf *b)
{
	pack_str(b, parts_id(p, scratch));
	pack_u64(b, p->kind);
	pack_bytes(b, p->source_name);
	pack_bytes(b, p->source_version);
	pack_u64(b, p->layer);
	pack_u64(b, p->licence.kind);
	pack_bytes(b, p->licence.text);
	pack_u64(b, p->overridden);
}

static void hash_lists(struct hasher *h, const struct sbom *bill, buf *b)
{
	struct arena scratch = ARENA_INIT;
	struct sbom_package p;
	struct sbom_file f;
	size_t at = 0;

	pack_u64(b, bill->packages);
	for (size_t i = 0; parts_package(bill, i, &scratch, &p); i++) {
		hash_package(&p, &scratch, b);
		flush_into(h, b);
	}
	pack_u64(b, bill->edges_len);
	for (size_t i = 0; i < bill->edges_len; i++) {
		pack_u64(b, bill->edges[i].from);
		pack_u64(b, bill->edges[i].to);
		flush_into(h, b);
	}
	while (parts_next_file(bill, &at, &scratch, &f)) {
		pack_bytes(b, f.path);
		pack_u64(b, f.size);
		pack_u64(b, f.layer);
		pack_u64(b, f.owner);
		flush_into(h, b);
	}
	arena_done(&scratch);
}

/* RFC 9562 section 5.8: 48 bits, the version, 12 bits, the variant, 62 bits. */
static void put_uuid(struct parts_uuid *out, uint8_t v[64])
{
	buf hex = BUF_INIT(32);

	v[6] = (uint8_t)((v[6] & 0x0f) | 0x80);
	v[8] = (uint8_t)((v[8] & 0x3f) | 0x80);
	text_hex(&hex, bytes_of(v, 16));
	const char *s = (const char *)hex.p;

	snprintf(out->text, sizeof(out->text), "urn:uuid:%.8s-%.4s-%.4s-%.4s-%.12s", s, s + 8, s + 12,
	         s + 16, s + 20);
	buf_done(&hex);
}

const char *parts_uuid_into(struct parts_uuid *out, const struct sbom *bill,
                            enum sbom_format format)
{
	struct hasher *h = hasher_new(DIGEST_SHA256);
	buf b = BUF_INIT(SIZE_MAX / 2);

	pack_u64(&b, format);
	pack_str(&b, bill->tool_version);
	pack_str(&b, PARTS_TIME(bill->created));
	pack_bytes(&b, bill->name);
	pack_bytes(&b, bill->os);
	pack_bytes(&b, bill->architecture);
	pack_str(&b, DIGEST_TEXT(&bill->image));
	pack_u64(&b, bill->layers_len);
	for (size_t i = 0; i < bill->layers_len; i++) {
		pack_str(&b, DIGEST_TEXT(&bill->layers[i].blob));
		pack_str(&b, DIGEST_TEXT(&bill->layers[i].diff_id));
	}
	flush_into(h, &b);
	hash_lists(h, bill, &b);
	flush_into(h, &b);
	digest d = hasher_final(h);

	hasher_free(h);
	buf_done(&b);
	put_uuid(out, d.value);
	return out->text;
}
