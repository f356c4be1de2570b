/* SPDX-License-Identifier: Apache-2.0 */
/* Each shape is described once; the description writes when `out` is set and reads otherwise, so
 * that both directions cannot drift apart. */
#include "flow/verify_wire.h"

#include "base/limits.h"
#include "base/pack.h"

struct wire {
	buf *out;
	bytes in;
	struct arena *a;
	bool failed; /* reading: something was malformed; what follows stays empty */
};

static uint64_t number(struct wire *w, uint64_t v, uint64_t max)
{
	uint64_t got = 0;

	if (w->out)
		pack_u64(w->out, v);
	else if (w->failed || !pack_take_u64(&w->in, max, &got))
		w->failed = true;
	return w->out ? v : got;
}

static void octets(struct wire *w, bytes *v)
{
	if (w->out)
		pack_bytes(w->out, *v);
	else if (w->failed || !pack_take_bytes(&w->in, w->in.n, v))
		w->failed = true;
}

static void flag(struct wire *w, bool *v)
{
	*v = number(w, *v, 1) == 1;
}

static void time_of(struct wire *w, int64_t *v)
{
	*v = (int64_t)number(w, (uint64_t)*v, INT64_MAX);
}

static void hash(struct wire *w, digest *v)
{
	v->algorithm = (enum digest_algorithm)number(w, v->algorithm, DIGEST_SHA512);
	bytes value = bytes_of(v->value, digest_size(v));

	octets(w, &value);
	if (value.n != digest_size(v))
		w->failed = true;
	else if (!w->out && value.n > 0)
		memcpy(v->value, value.p, value.n);
}

static void labels(struct wire *w, struct oci_labels *v)
{
	/* Each takes two octets at least, so a lie cannot make us allocate. */
	size_t n = (size_t)number(w, v->len,
	                          LIMIT_CONFIG_ITEMS < w->in.n ? LIMIT_CONFIG_ITEMS : w->in.n);

	if (!w->out) {
		v->items = arena_array(w->a, struct oci_label, n);
		v->len = v->cap = n;
	}
	for (size_t i = 0; i < n; i++) {
		octets(w, &v->items[i].name);
		octets(w, &v->items[i].value);
	}
}

/* A text of ours; NULL is read back as NULL. */
static void text(struct wire *w, const char **v)
{
	bytes s = bytes_str(*v);

	octets(w, &s);
	if (!w->out)
		*v = s.n > 0 && bytes_find(s, 0) == s.n ? arena_str(w->a, s) : NULL;
}

static void attachment(struct wire *w, struct attachment *v)
{
	v->kind = (enum attachment_kind)number(w, v->kind, ATTACHMENT_NOTARY);
	hash(w, &v->subject);
	octets(w, &v->predicate_type);
	labels(w, &v->layer.annotations);
	octets(w, &v->content);
	text(w, &v->unread);
}

static void question(struct wire *w, struct verify_question *v)
{
	flag(w, &v->is_attached);
	attachment(w, &v->attachment);
	v->wish = (enum judge_wish)number(w, v->wish, WISH_ATTESTATION);
	labels(w, &v->claims);
	octets(w, &v->predicate_type);
	octets(w, &v->bundle);
	octets(w, &v->parts.signature);
	octets(w, &v->parts.certificate);
	octets(w, &v->parts.log);
	octets(w, &v->parts.timestamp);
	octets(w, &v->parts.envelope);
	hash(w, &v->sha256);
	hash(w, &v->sha512);
	flag(w, &v->has_artifact);
	octets(w, &v->artifact);
}

static void log_entry(struct wire *w, struct bundle_entry *v)
{
	octets(w, &v->promise);
	octets(w, &v->body);
	octets(w, &v->log_id);
	time_of(w, &v->time);
	v->index = number(w, v->index, UINT64_MAX);
}

static void finding(struct wire *w, struct verify_finding *v)
{
	v->kind = (enum verdict_kind)number(w, v->kind, VERDICT_REFUSED);
	octets(w, &v->why);
	flag(w, &v->wants_artifact);
	v->key = (size_t)number(w, v->key, LIMIT_KEYS);
	octets(w, &v->identity);
	octets(w, &v->issuer);
	for (size_t i = 0; i < CLAIMS_MOST; i++)
		octets(w, &v->claims.items[i]);
	time_of(w, &v->first);
	time_of(w, &v->last);
	octets(w, &v->log_kind);
	v->log_index = number(w, v->log_index, UINT64_MAX);
	log_entry(w, &v->entry);
	octets(w, &v->predicate_type);
	octets(w, &v->payload);
	octets(w, &v->payload_type);
	octets(w, &v->signature);
	octets(w, &v->reference);
	labels(w, &v->said);
}

/* The descriptions take what they write without const; they do not change it. */
void verify_question_pack(const struct verify_question *v, buf *out)
{
	struct verify_question copy = *v;

	question(&(struct wire){ .out = out }, &copy);
}

int verify_question_send(struct worker *w, const struct verify_question *q, err *e)
{
	buf text = BUF_INIT(2 * LIMIT_VERIFY_QUESTION);

	verify_question_pack(q, &text);
	int status = worker_send_all(w, buf_bytes(&text), true, e);

	buf_done(&text);
	return status;
}

bool verify_question_unpack(bytes in, struct arena *a, struct verify_question *out)
{
	struct wire w = { .in = in, .a = a };

	*out = (struct verify_question){ 0 };
	question(&w, out);
	return !w.failed && w.in.n == 0;
}

void verify_finding_pack(const struct verify_finding *v, buf *out)
{
	struct verify_finding copy = *v;

	finding(&(struct wire){ .out = out }, &copy);
}

bool verify_finding_unpack(bytes in, struct arena *a, struct verify_finding *out)
{
	struct wire w = { .in = in, .a = a };

	*out = (struct verify_finding){ 0 };
	finding(&w, out);
	return !w.failed && w.in.n == 0;
}
