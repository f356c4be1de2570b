/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/verify_wire.h"

#include "base/limits.h"
#include "oci/wire.h"

static void time_of(struct wire *w, int64_t *v)
{
	*v = (int64_t)wire_number(w, (uint64_t)*v, INT64_MAX);
}

/* A text of ours; NULL is read back as NULL. */
static void text(struct wire *w, const char **v)
{
	bytes s = bytes_str(*v);

	wire_bytes(w, &s);
	if (!w->out)
		*v = s.n > 0 && bytes_find(s, 0) == s.n ? arena_str(w->a, s) : NULL;
}

static void attachment(struct wire *w, struct attachment *v)
{
	v->kind = (enum attachment_kind)wire_number(w, v->kind, ATTACHMENT_NOTARY);
	wire_digest(w, &v->subject);
	wire_bytes(w, &v->predicate_type);
	WIRE_LIST(w, &v->layer.annotations, LIMIT_CONFIG_ITEMS, wire_label);
	wire_bytes(w, &v->content);
	text(w, &v->unread);
}

static void question(struct wire *w, struct verify_question *v)
{
	wire_bool(w, &v->is_attached);
	attachment(w, &v->attachment);
	v->wish = (enum judge_wish)wire_number(w, v->wish, WISH_ATTESTATION);
	WIRE_LIST(w, &v->claims, LIMIT_CONFIG_ITEMS, wire_label);
	wire_bytes(w, &v->predicate_type);
	wire_bytes(w, &v->bundle);
	wire_bytes(w, &v->parts.signature);
	wire_bytes(w, &v->parts.certificate);
	wire_bytes(w, &v->parts.log);
	wire_bytes(w, &v->parts.timestamp);
	wire_bytes(w, &v->parts.envelope);
	wire_digest(w, &v->sha256);
	wire_digest(w, &v->sha512);
	wire_bool(w, &v->has_artifact);
	wire_bytes(w, &v->artifact);
}

static void log_entry(struct wire *w, struct bundle_entry *v)
{
	wire_bytes(w, &v->promise);
	wire_bytes(w, &v->body);
	wire_bytes(w, &v->log_id);
	time_of(w, &v->time);
	v->index = wire_number(w, v->index, UINT64_MAX);
}

static void finding(struct wire *w, struct verify_finding *v)
{
	v->kind = (enum verdict_kind)wire_number(w, v->kind, VERDICT_REFUSED);
	wire_bytes(w, &v->why);
	wire_bool(w, &v->wants_artifact);
	v->key = (size_t)wire_number(w, v->key, LIMIT_KEYS);
	wire_bytes(w, &v->identity);
	wire_bytes(w, &v->issuer);
	for (size_t i = 0; i < CLAIMS_MOST; i++)
		wire_bytes(w, &v->claims.items[i]);
	time_of(w, &v->first);
	time_of(w, &v->last);
	wire_bytes(w, &v->log_kind);
	v->log_index = wire_number(w, v->log_index, UINT64_MAX);
	log_entry(w, &v->entry);
	wire_bytes(w, &v->predicate_type);
	wire_bytes(w, &v->payload);
	wire_bytes(w, &v->payload_type);
	wire_bytes(w, &v->signature);
	wire_bytes(w, &v->reference);
	WIRE_LIST(w, &v->said, LIMIT_CONFIG_ITEMS, wire_label);
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
