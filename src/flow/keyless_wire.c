/* SPDX-License-Identifier: Apache-2.0 */
/* Records between flow/keyless.c and its worker. */
#include "base/limits.h"
#include "flow/keyless_own.h"

void keyless_pack_case(buf *b, const struct keyless_case *c)
{
	pack_bytes(b, c->bundle);
	pack_bytes(b, c->key);
	pack_u64(b, c->in_no_log);
	pack_u64(b, c->has_artifact);
	pack_bytes(b, c->artifact);
	pack_bytes(b, c->sha256);
	pack_bytes(b, c->sha512);
}

bool keyless_take_case(bytes *in, struct keyless_case *out)
{
	return pack_take_bytes(in, LIMIT_BUNDLE, &out->bundle) &&
	       pack_take_bytes(in, LIMIT_KEY, &out->key) && pack_take_bool(in, &out->in_no_log) &&
	       pack_take_bool(in, &out->has_artifact) &&
	       pack_take_bytes(in, LIMIT_BLOB_WHOLE, &out->artifact) &&
	       pack_take_bytes(in, 32, &out->sha256) && pack_take_bytes(in, 64, &out->sha512) &&
	       in->n == 0;
}

void keyless_pack_entry(buf *b, const struct bundle_entry *entry)
{
	const struct bundle_proof *p = &entry->proof;

	pack_u64(b, entry->index);
	pack_bytes(b, entry->log_id);
	pack_bytes(b, entry->kind);
	pack_bytes(b, entry->version);
	pack_u64(b, (uint64_t)entry->time);
	pack_bytes(b, entry->promise);
	pack_bytes(b, entry->body);
	pack_u64(b, p->there);
	pack_u64(b, p->index);
	pack_u64(b, p->size);
	pack_bytes(b, p->root);
	pack_bytes(b, p->checkpoint);
	pack_u64(b, p->hashes_len);
	for (size_t i = 0; i < p->hashes_len; i++)
		pack_bytes(b, p->hashes[i]);
}

static bool take_proof(bytes *in, struct arena *a, struct bundle_proof *p)
{
	uint64_t n;

	if (!pack_take_bool(in, &p->there) || !pack_take_u64(in, UINT64_MAX, &p->index) ||
	    !pack_take_u64(in, UINT64_MAX, &p->size) ||
	    !pack_take_bytes(in, LIMIT_SERVICE_ANSWER, &p->root) ||
	    !pack_take_bytes(in, LIMIT_SERVICE_ANSWER, &p->checkpoint) ||
	    !pack_take_u64(in, LIMIT_PROOF_HASHES, &n))
		return false;
	p->hashes = arena_array(a, bytes, n);
	for (p->hashes_len = 0; p->hashes_len < n; p->hashes_len++)
		if (!pack_take_bytes(in, LIMIT_SERVICE_ANSWER, &p->hashes[p->hashes_len]))
			return false;
	return true;
}

bool keyless_take_entry(bytes *in, struct arena *a, struct bundle_entry *out)
{
	struct bundle_entry entry = { 0 };
	uint64_t time;

	if (!pack_take_u64(in, UINT64_MAX, &entry.index) ||
	    !pack_take_bytes(in, LIMIT_SERVICE_ANSWER, &entry.log_id) ||
	    !pack_take_bytes(in, LIMIT_SERVICE_ANSWER, &entry.kind) ||
	    !pack_take_bytes(in, LIMIT_SERVICE_ANSWER, &entry.version) ||
	    !pack_take_u64(in, INT64_MAX, &time) ||
	    !pack_take_bytes(in, LIMIT_SERVICE_ANSWER, &entry.promise) ||
	    !pack_take_bytes(in, LIMIT_SERVICE_ANSWER, &entry.body) || !take_proof(in, a, &entry.proof))
		return false;
	entry.time = (int64_t)time;
	*out = entry;
	return in->n == 0;
}

void keyless_pack_services(buf *b, const struct signing_services *s)
{
	pack_u64(b, s->len);
	for (size_t i = 0; i < s->len; i++) {
		pack_bytes(b, s->items[i].url);
		pack_u64(b, s->items[i].version);
	}
}

bool keyless_take_services(bytes *in, struct arena *a, struct signing_services *out)
{
	uint64_t n, version;
	bytes url;

	*out = (struct signing_services){ .len = 0 };
	if (!pack_take_u64(in, SIGNING_SERVICES_MOST, &n))
		return false;
	for (; out->len < n; out->len++) {
		if (!pack_take_bytes(in, LIMIT_IDENTITY, &url) || !pack_take_u64(in, 2, &version))
			return false;
		out->items[out->len] = (struct signing_service){ arena_bytes(a, url), (unsigned)version };
	}
	return true;
}
