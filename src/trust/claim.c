/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/claim.h"

#include "base/limits.h"
#include "base/text.h"
#include "fmt/json.h"
#include "trust/compact.h"

static void put_pairs(struct compact *c, const struct oci_labels *pairs, struct arena *a)
{
	for (size_t i = 0; i < pairs->len; i++)
		json_write_str(&c->json, arena_str(a, pairs->items[i].name), pairs->items[i].value);
}

bytes claim_simple(bytes name, const digest *image, const struct oci_labels *pairs,
                   struct arena *a)
{
	struct compact c;

	compact_begin(&c);
	json_write_object(&c.json, NULL);
	json_write_object(&c.json, "critical");
	json_write_object(&c.json, "identity");
	json_write_str(&c.json, "docker-reference", name);
	json_write_end(&c.json);
	json_write_object(&c.json, "image");
	json_write_text(&c.json, "docker-manifest-digest", DIGEST_TEXT(image));
	json_write_end(&c.json);
	json_write_text(&c.json, "type", "cosign container image signature");
	json_write_end(&c.json);
	if (pairs->len == 0) {
		json_write_raw(&c.json, "optional", BYTES("null"));
	} else {
		json_write_object(&c.json, "optional");
		put_pairs(&c, pairs, a);
		json_write_end(&c.json);
	}
	json_write_end(&c.json);
	return compact_end(&c, a);
}

/* -- statements -------------------------------------------------------------------------------- */

static void put_digest(struct compact *c, const digest *d, struct arena *a)
{
	bytes text = bytes_str(arena_str(a, bytes_str(DIGEST_TEXT(d)))), algorithm = { 0 };

	(void)bytes_take_until(&text, ':', &algorithm); /* every digest has one */
	json_write_object(&c->json, "digest");
	json_write_str(&c->json, arena_str(a, algorithm), text);
	json_write_end(&c->json);
}

bytes claim_signed(const digest *image, const struct oci_labels *pairs, struct arena *a)
{
	struct compact c;

	compact_begin(&c);
	json_write_object(&c.json, NULL);
	json_write_text(&c.json, "_type", STATEMENT_V1);
	json_write_array(&c.json, "subject");
	json_write_object(&c.json, NULL);
	put_digest(&c, image, a);
	if (pairs->len > 0) {
		json_write_object(&c.json, "annotations");
		put_pairs(&c, pairs, a);
		json_write_end(&c.json);
	}
	json_write_end(&c.json);
	json_write_end(&c.json);
	json_write_text(&c.json, "predicateType", PREDICATE_SIGN);
	json_write_object(&c.json, "predicate");
	json_write_end(&c.json);
	json_write_end(&c.json);
	return compact_end(&c, a);
}

int claim_check(const struct claim *c, err *e)
{
	struct arena a = ARENA_INIT;
	struct json_doc doc;
	int status = 0;

	if (c->type.form != PREDICATE_JSON) {
		if (!text_is_utf8(c->content))
			status = err_set(e, ERR_FORMAT, 0, "it is no text in UTF-8");
	} else if (json_parse(c->content, &a, &doc, e) < 0) {
		status = -1;
	} else if (json_type(json_root(&doc)) != JSON_OBJECT) {
		status = err_set(e, ERR_FORMAT, 0, "a predicate is a JSON object");
	}
	arena_done(&a);
	return status;
}

bytes claim_time(int64_t now, struct arena *a)
{
	return bytes_str(arena_printf(a, "%sT%02d:%02d:%02dZ", DATE_TEXT(now), (int)(now / 3600 % 24),
	                              (int)(now / 60 % 60), (int)(now % 60)));
}

static void put_predicate(struct compact *c, const struct claim *claim, struct arena *a)
{
	switch (claim->type.form) {
	case PREDICATE_JSON: json_write_raw(&c->json, "predicate", bytes_trim(claim->content)); return;
	case PREDICATE_TEXT: json_write_str(&c->json, "predicate", claim->content); return;
	case PREDICATE_DATA: break;
	}
	json_write_object(&c->json, "predicate");
	json_write_str(&c->json, "Data", claim->content);
	json_write_str(&c->json, "Timestamp", claim_time(claim->now, a));
	json_write_end(&c->json);
}

bytes claim_statement(const struct claim *claim, struct arena *a)
{
	struct compact c;

	compact_begin(&c);
	json_write_object(&c.json, NULL);
	json_write_text(&c.json, "_type", STATEMENT_V1);
	json_write_text(&c.json, "predicateType", claim->type.uri);
	json_write_array(&c.json, "subject");
	json_write_object(&c.json, NULL);
	if (claim->name.n > 0)
		json_write_str(&c.json, "name", claim->name);
	put_digest(&c, &claim->subject, a);
	json_write_end(&c.json);
	json_write_end(&c.json);
	put_predicate(&c, claim, a);
	json_write_end(&c.json);
	return compact_end(&c, a);
}
