/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/statement.h"

#include "base/limits.h"
#include "base/text.h"
#include "fmt/json.h"

static int read_digests(json v, struct arena *a, struct statement_subject *out, err *e)
{
	size_t n = json_count(v);

	if (json_type(v) != JSON_NONE && json_type(v) != JSON_OBJECT)
		return err_set(e, ERR_FORMAT, 0, "the digests of a subject are no object");
	if (n > LIMIT_STATEMENT_DIGESTS)
		return err_set(e, ERR_LIMIT, 0, "a subject with %zu digests", n);
	out->digests = arena_alloc(a, n * sizeof(*out->digests));
	for (json d = json_first(v); json_type(d) != JSON_NONE; d = json_next(d)) {
		if (!json_str(d, a, &out->digests[out->digests_len].hex))
			return err_set(e, ERR_FORMAT, 0, "a digest that is no text");
		out->digests[out->digests_len++].algorithm = json_name(d, a);
	}
	return 0;
}

static int unclear(err *e)
{
	return err_set(e, ERR_FORMAT, 0,
	               "a statement with a member whose name differs by case alone from one that "
	               "counts: others read it otherwise");
}

static int read_subjects(json list, struct arena *a, struct statement *out, err *e)
{
	static const char *const names[] = { "name", "uri", "digest", "annotations", NULL };
	size_t n = json_count(list);

	if (json_type(list) != JSON_ARRAY || n == 0)
		return err_set(e, ERR_FORMAT, 0, "a statement about nothing");
	if (n > LIMIT_STATEMENT_SUBJECTS)
		return err_set(e, ERR_LIMIT, 0, "a statement about %zu subjects; at most %d", n,
		               LIMIT_STATEMENT_SUBJECTS);
	out->subjects = arena_array(a, struct statement_subject, n);
	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v)) {
		struct statement_subject *s = &out->subjects[out->subjects_len++];

		if (!json_is_clear(v, names, a))
			return unclear(e);
		s->name = json_bytes(json_get(v, "name"), a);
		s->uri = json_bytes(json_get(v, "uri"), a);
		if (json_type(json_get(v, "annotations")) == JSON_OBJECT)
			s->annotations = json_raw(json_get(v, "annotations"));
		if (read_digests(json_get(v, "digest"), a, s, e) < 0)
			return -1;
	}
	return 0;
}

int statement_parse(bytes text, struct arena *a, struct statement *out, err *e)
{
	static const char *const names[] = { "_type", "predicateType", "subject", "predicate", NULL };
	struct json_doc doc;

	*out = (struct statement){ 0 };
	if (text.n > LIMIT_BUNDLE)
		return err_set(e, ERR_LIMIT, 0, "a statement of %zu bytes", text.n);
	if (json_parse(text, a, &doc, e) < 0)
		return err_wrap(e, "statement");
	json root = json_root(&doc), predicate = json_get(root, "predicate");

	if (!json_is_clear(root, names, a))
		return unclear(e);
	out->type = json_bytes(json_get(root, "_type"), a);
	out->predicate_type = json_bytes(json_get(root, "predicateType"), a);
	if (json_type(predicate) != JSON_NONE)
		out->predicate = json_raw(predicate);
	if (!bytes_is(out->type, STATEMENT_V01) && !bytes_is(out->type, STATEMENT_V1))
		return err_set(e, ERR_FORMAT, 0, "no in-toto statement of version 0.1 or 1: '%s'",
		               SHOW(out->type));
	if (out->predicate_type.n == 0)
		return err_set(e, ERR_FORMAT, 0, "a statement without predicateType");
	return read_subjects(json_get(root, "subject"), a, out, e);
}

static bool has_digest(const struct statement_subject *s, const char *name, const digest *d)
{
	uint8_t value[64];

	for (size_t k = 0; k < s->digests_len; k++)
		if (bytes_is(s->digests[k].algorithm, name) &&
		    text_from_hex(s->digests[k].hex, value, digest_size(d)) &&
		    memcmp(value, d->value, digest_size(d)) == 0)
			return true;
	return false;
}

const struct statement_subject *statement_subject_of(const struct statement *s, const digest *d)
{
	static const char *const names[] = { [DIGEST_SHA256] = "sha256", [DIGEST_SHA512] = "sha512" };
	const char *name = d->algorithm <= DIGEST_SHA512 ? names[d->algorithm] : NULL;

	for (size_t i = 0; i < s->subjects_len && name; i++)
		if (has_digest(&s->subjects[i], name, d))
			return &s->subjects[i];
	return NULL;
}

bool statement_is_about(const struct statement *s, const digest *d)
{
	return statement_subject_of(s, d) != NULL;
}
