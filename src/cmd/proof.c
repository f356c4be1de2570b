/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/proof.h"

#include "base/base64.h"
#include "base/text.h"

void proof_line(struct stream *out, const char *name, bytes value)
{
	if (value.n == 0)
		return;
	stream_printf(out, "  %-11s", name);
	stream_show(out, value);
	stream_puts(out, "\n");
}

void proof_text(struct stream *out, const struct verify_finding *f)
{
	if (f->identity.n == 0)
		stream_printf(out, "  %-11sthe key\n", "signed by");
	proof_line(out, "signed by", f->identity);
	proof_line(out, "vouched by", f->issuer);
	if (f->first > 0)
		stream_printf(out, "  %-11s%s\n", "on", DATE_TEXT(f->first));
	if (f->log_kind.n > 0)
		stream_printf(out, "  %-11s%llu\n", "logged as", (unsigned long long)f->log_index);
	else
		stream_printf(out, "  %-11sin no log\n", "logged");
	proof_line(out, "statement", f->predicate_type);
}

void proof_json(struct json_writer *w, const struct verify_finding *f)
{
	json_write_some(w, "identity", f->identity);
	json_write_some(w, "issuer", f->issuer);
	if (f->identity.n == 0)
		json_write_u64(w, "key", f->key);
	if (f->first > 0) {
		json_write_i64(w, "signed_from", f->first);
		json_write_i64(w, "signed_until", f->last);
	}
	if (f->log_kind.n > 0) {
		json_write_object(w, "log");
		json_write_octets(w, "kind", f->log_kind);
		json_write_u64(w, "index", f->log_index);
		json_write_end(w);
	}
	json_write_some(w, "predicate_type", f->predicate_type);
}

void proof_envelope(struct json_writer *w, const struct verify_finding *f)
{
	struct arena a = ARENA_INIT;

	json_write_object(w, NULL);
	json_write_octets(w, "payloadType", f->payload_type);
	json_write_str(w, "payload", base64_encode(f->payload, &a));
	json_write_array(w, "signatures");
	json_write_object(w, NULL);
	json_write_str(w, "sig", base64_encode(f->signature, &a));
	json_write_end(w);
	json_write_end(w);
	json_write_end(w);
	arena_done(&a);
}
