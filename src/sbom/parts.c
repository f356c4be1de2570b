/* SPDX-License-Identifier: Apache-2.0 */
#include "sbom/parts.h"

#include "base/limits.h"
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

static const char *make_id(bytes prefix, bytes name, bytes whole, struct arena *a)
{
	buf b = BUF_INIT(4 * ID_NAME_MAX);

	put_plain(&b, prefix);
	put_plain(&b, name);
	text_hex(&b, whole);
	const char *id = arena_str(a, buf_bytes(&b));

	buf_done(&b);
	return id;
}

static digest hash(struct hasher *h, const buf *whole)
{
	hasher_reset(h);
	hasher_update(h, buf_bytes(whole));
	return hasher_final(h);
}

const char *parts_id(const struct parts *p, size_t i, const struct sbom_package *package,
                     struct arena *a)
{
	return make_id(package->type, package->name,
	               bytes_slice(buf_bytes(&p->digests), i * ID_DIGEST, ID_DIGEST), a);
}

const char *parts_file_id(const struct parts *p, const struct sbom_file *f, struct arena *a)
{
	buf whole = BUF_INIT(SIZE_MAX / 2);

	pack_bytes(&whole, f->path);
	digest d = hash(p->hasher, &whole);

	buf_done(&whole);
	return make_id(BYTES("File"), path_base(f->path), bytes_of(d.value, ID_DIGEST), a);
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

/* What tells one package from another makes its id. The architecture is in the purl. */
static void pack_identity(const struct sbom_package *p, buf *b)
{
	pack_bytes(b, p->type);
	pack_bytes(b, p->name);
	pack_bytes(b, p->version);
	pack_bytes(b, p->purl);
	pack_bytes(b, p->path);
}

bytes *parts_text(struct sbom_package *p, size_t i)
{
	bytes *const texts[] = { &p->source_name, &p->source_version, &p->licence.text, &p->supplier,
		                     &p->originator,  &p->cpe,            &p->checksums,    &p->description,
		                     &p->copyright,   &p->homepage,       &p->download,     &p->slices,
		                     &p->module };

	return i < sizeof(texts) / sizeof(*texts) ? texts[i] : NULL;
}

static void pack_rest(struct sbom_package *p, buf *b)
{
	const bytes *text;

	pack_u64(b, p->kind);
	pack_u64(b, p->layer);
	pack_u64(b, p->licence.kind);
	pack_u64(b, p->overridden);
	pack_u64(b, p->owned_by_system);
	for (size_t i = 0; (text = parts_text(p, i)) != NULL; i++)
		pack_bytes(b, *text);
}

/* Each package is asked for once here, and its id is known from then on. */
static void hash_packages(struct parts *parts, struct hasher *h, buf *b)
{
	const struct sbom *bill = parts->bill;
	struct arena scratch = ARENA_INIT;
	struct sbom_package p;

	pack_u64(b, bill->packages);
	for (size_t i = 0; parts_package(bill, i, &scratch, &p); i++) {
		flush_into(h, b);
		pack_identity(&p, b);
		digest d = hash(parts->hasher, b);

		buf_put(&parts->digests, bytes_of(d.value, ID_DIGEST));
		pack_rest(&p, b);
	}
	flush_into(h, b);
	arena_done(&scratch);
}

static void hash_lists(struct hasher *h, const struct sbom *bill, buf *b)
{
	struct arena scratch = ARENA_INIT;
	struct sbom_file f;
	size_t at = 0;

	pack_u64(b, bill->edges_len);
	for (size_t i = 0; i < bill->edges_len; i++) {
		pack_u64(b, bill->edges[i].from);
		pack_u64(b, bill->edges[i].to);
		if (b->n > KIB)
			flush_into(h, b);
	}
	while (parts_next_file(bill, &at, &scratch, &f)) {
		pack_bytes(b, f.path);
		pack_u64(b, f.size);
		pack_u64(b, f.layer);
		pack_u64(b, f.owner);
		pack_bytes(b, bytes_of(f.sha256.value, digest_size(&f.sha256)));
		flush_into(h, b);
	}
	for (size_t i = 0; i < bill->vulnerabilities_len; i++) {
		const struct sbom_vulnerability *v = &bill->vulnerabilities[i];

		pack_bytes(b, v->id);
		pack_str(b, v->state);
		pack_bytes(b, v->detail);
		pack_bytes(b, v->recommendation);
		for (size_t k = 0; k < v->affects_len; k++)
			pack_u64(b, v->affects[k]);
		flush_into(h, b);
	}
	flush_into(h, b);
	arena_done(&scratch);
}

/* RFC 9562 section 5.8: 48 bits, the version, 12 bits, the variant, 62 bits. */
static void put_uuid(struct parts *p, uint8_t v[64])
{
	buf hex = BUF_INIT(32);

	v[6] = (uint8_t)((v[6] & 0x0f) | 0x80);
	v[8] = (uint8_t)((v[8] & 0x3f) | 0x80);
	text_hex(&hex, bytes_of(v, 16));
	const char *s = (const char *)hex.p;

	snprintf(p->uuid, sizeof(p->uuid), "urn:uuid:%.8s-%.4s-%.4s-%.4s-%.12s", s, s + 8, s + 12,
	         s + 16, s + 20);
	buf_done(&hex);
}

void parts_begin(struct parts *p, const struct sbom *bill, enum sbom_format format)
{
	struct hasher *h = hasher_new(DIGEST_SHA256);
	buf b = BUF_INIT(SIZE_MAX / 2);

	*p = (struct parts){ .bill = bill,
		                 .hasher = hasher_new(DIGEST_SHA256),
		                 .digests = BUF_INIT(SIZE_MAX / 2),
		                 .owned = BUF_INIT(SIZE_MAX / 2) };
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
	hash_packages(p, h, &b);
	hash_lists(h, bill, &b);
	digest d = hasher_final(h);

	hasher_free(h);
	buf_done(&b);
	put_uuid(p, d.value);
}

void parts_done(struct parts *p)
{
	hasher_free(p->hasher);
	buf_done(&p->digests);
	buf_done(&p->owned);
}
