/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/vex_write.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "fmt/json.h"
#include "fmt/json_write.h"

#include <stdio.h>

#define CONTEXT "https://openvex.dev/ns/v0.2.0"

static const char *const justifications[] = {
	"component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path",
	"vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist",
};

struct time_text {
	char text[48];
};

static const char *time_text(struct time_text *out, int64_t t)
{
	snprintf(out->text, sizeof(out->text), "%sT%02d:%02d:%02dZ", DATE_TEXT(t),
	         (int)(t / 3600 % 24), (int)(t / 60 % 60), (int)(t % 60));
	return out->text;
}
#define TIME_TEXT(t) time_text(&(struct time_text){ { 0 } }, (t))

/* -- words ------------------------------------------------------------------------------------- */

bool vex_status_from(const char *word, enum vex_status *out)
{
	for (enum vex_status s = VEX_NOT_AFFECTED; s <= VEX_UNDER_INVESTIGATION; s++)
		if (strcmp(word, vex_status_name(s)) == 0) {
			*out = s;
			return true;
		}
	return false;
}

static bool is_justification(const char *word)
{
	for (size_t i = 0; i < sizeof(justifications) / sizeof(*justifications); i++)
		if (strcmp(word, justifications[i]) == 0)
			return true;
	return false;
}

/* OpenVEX 0.2.0, "Status Labels" and "Status Justifications". */
int vex_words_check(const struct vex_words *w, err *e)
{
	if (w->justification && !is_justification(w->justification))
		return err_set(e, ERR_USAGE, 0,
		               "--justification is component_not_present, vulnerable_code_not_present, "
		               "vulnerable_code_not_in_execute_path, "
		               "vulnerable_code_cannot_be_controlled_by_adversary or "
		               "inline_mitigations_already_exist, not '%s'",
		               SHOW(bytes_str(w->justification)));
	if (w->status == VEX_NOT_AFFECTED && !w->justification && !w->impact)
		return err_set(e, ERR_USAGE, 0,
		               "not_affected needs a --justification or an --impact statement");
	if (w->status != VEX_NOT_AFFECTED && (w->justification || w->impact))
		return err_set(e, ERR_USAGE, 0, "--justification and --impact are for not_affected");
	if (w->status == VEX_AFFECTED && !w->action)
		return err_set(e, ERR_USAGE, 0, "affected needs an --action statement: what to do");
	if (w->status != VEX_AFFECTED && w->action)
		return err_set(e, ERR_USAGE, 0, "--action is for affected");
	return 0;
}

/* -- a new document ---------------------------------------------------------------------------- */

static void write_some(struct json_writer *w, const char *name, const char *value)
{
	if (value)
		json_write_text(w, name, value);
}

static void write_purl(struct json_writer *w, bytes purl)
{
	json_write_str(w, "@id", purl);
	json_write_object(w, "identifiers");
	json_write_str(w, "purl", purl);
	json_write_end(w);
}

static void write_decision(struct json_writer *w, const struct vex_words *words,
                           const struct vex_decision *d, int64_t now)
{
	json_write_object(w, NULL);
	json_write_object(w, "vulnerability");
	json_write_str(w, "name", d->id);
	if (d->aliases.len > 0)
		json_write_array(w, "aliases");
	for (size_t i = 0; i < d->aliases.len; i++)
		json_write_str(w, NULL, d->aliases.items[i]);
	if (d->aliases.len > 0)
		json_write_end(w);
	json_write_end(w);
	json_write_text(w, "timestamp", TIME_TEXT(now));
	json_write_array(w, "products");
	json_write_object(w, NULL);
	write_purl(w, d->product);
	if (d->parts.len > 0)
		json_write_array(w, "subcomponents");
	for (size_t i = 0; i < d->parts.len; i++) {
		json_write_object(w, NULL);
		write_purl(w, d->parts.items[i]);
		json_write_end(w);
	}
	if (d->parts.len > 0)
		json_write_end(w);
	json_write_end(w);
	json_write_end(w);
	json_write_text(w, "status", vex_status_name(words->status));
	write_some(w, "status_notes", words->notes);
	write_some(w, "justification", words->justification);
	write_some(w, "impact_statement", words->impact);
	write_some(w, "action_statement", words->action);
	json_write_end(w);
}

static void write_statements(struct json_writer *w, const struct vex_words *words,
                             const struct vex_decision *decisions, size_t len, int64_t now)
{
	json_write_array(w, "statements");
	for (size_t i = 0; i < len; i++)
		write_decision(w, words, &decisions[i], now);
	json_write_end(w);
}

static int to_hasher(void *ctx, bytes part, err *e)
{
	(void)e;
	hasher_update(ctx, part);
	return 0;
}

void vex_write(const struct vex_words *words, const struct vex_decision *decisions, size_t len,
               int64_t now, struct stream *out)
{
	struct hasher *h = hasher_new(DIGEST_SHA256);
	struct stream hashed;
	struct json_writer w;
	struct {
		char text[128];
	} id;
	err none = { 0 };

	stream_init(&hashed, to_hasher, h);
	json_write_init(&w, &hashed);
	json_write_object(&w, NULL);
	json_write_text(&w, "author", words->author);
	write_statements(&w, words, decisions, len, now);
	json_write_end(&w);
	(void)stream_finish(&hashed, &none); /* to_hasher does not fail */
	digest d = hasher_final(h);

	hasher_free(h);
	/* The form of name that the specification's own tool gives. */
	snprintf(id.text, sizeof(id.text), "https://openvex.dev/docs/public/vex-%s",
	         DIGEST_TEXT(&d) + strlen("sha256:"));
	json_write_init(&w, out);
	json_write_object(&w, NULL);
	json_write_text(&w, "@context", CONTEXT);
	json_write_text(&w, "@id", id.text);
	json_write_text(&w, "author", words->author);
	json_write_text(&w, "timestamp", TIME_TEXT(now));
	json_write_u64(&w, "version", 1);
	json_write_text(&w, "tooling", "oakum vex");
	write_statements(&w, words, decisions, len, now);
	json_write_end(&w);
}

/* -- several as one ---------------------------------------------------------------------------- */

struct merge {
	struct arena *arena;
	struct map seen; /* statements, written without their times */
	uint64_t added;
};

/* copy(c, name, v, e): a value as it is, but for members called c->without. OpenVEX has no
 * fractions, and nests nine deep. */
struct copy {
	struct json_writer *writer;
	const char *without; /* may be NULL */
	struct arena *arena;
};

static int copy(const struct copy *c, const char *name, json v, err *e);

static int copy_members(const struct copy *c, json container, bool named, err *e)
{
	for (json m = json_first(container); json_type(m) != JSON_NONE; m = json_next(m)) {
		const char *name = named ? arena_str(c->arena, json_name(m, c->arena)) : NULL;

		if (name && c->without && strcmp(name, c->without) == 0)
			continue;
		if (copy(c, name, m, e) < 0)
			return -1;
	}
	json_write_end(c->writer);
	return 0;
}

static int copy(const struct copy *c, const char *name, json v, err *e)
{
	struct json_writer *w = c->writer;
	bool yes = false;
	int64_t number;

	switch (json_type(v)) {
	case JSON_NONE:
	case JSON_NULL: return 0; /* an absent member says the same */
	case JSON_STRING: json_write_str(w, name, json_bytes(v, c->arena)); return 0;
	case JSON_BOOL:
		(void)json_bool(v, &yes); /* it is one */
		json_write_bool(w, name, yes);
		return 0;
	case JSON_NUMBER:
		if (!json_i64(v, &number))
			return err_set(e, ERR_FORMAT, 0, "a number that is not whole");
		json_write_i64(w, name, number);
		return 0;
	case JSON_ARRAY:
	case JSON_OBJECT: break;
	}
	if (w->depth >= JSON_WRITE_DEPTH - 1)
		return err_set(e, ERR_LIMIT, 0, "nested deeper than %d", JSON_WRITE_DEPTH - 1);
	if (json_type(v) == JSON_OBJECT)
		json_write_object(w, name);
	else
		json_write_array(w, name);
	return copy_members(c, v, json_type(v) == JSON_OBJECT, e);
}

static int is_new(struct merge *m, json statement, bool *out, err *e)
{
	buf text = BUF_INIT(LIMIT_SETTINGS * 8);
	struct json_writer w;
	struct stream s;
	err full = { 0 };

	stream_init(&s, stream_to_buf, &text);
	json_write_init(&w, &s);
	int result = copy(&(struct copy){ &w, "timestamp", m->arena }, NULL, statement, e);

	if (stream_finish(&s, &full) < 0 && result == 0) {
		*e = full;
		result = -1;
	}
	void **place = map_put(&m->seen, arena_bytes(m->arena, buf_bytes(&text)));

	*out = !*place;
	*place = m;
	buf_done(&text);
	return result;
}

/* A statement without a time has its document's, which it leaves. */
static int copy_statement(struct merge *m, json statement, json document, struct json_writer *w,
                          err *e)
{
	const struct copy whole = { w, NULL, m->arena }, timeless = { w, "timestamp", m->arena };
	json time = json_get(statement, "timestamp");

	if (json_type(statement) != JSON_OBJECT)
		return err_set(e, ERR_FORMAT, 0, "a statement that is none");
	json_write_object(w, NULL);
	if (copy(&whole, "timestamp",
	         json_type(time) == JSON_NONE ? json_get(document, "timestamp") : time, e) < 0)
		return -1;
	return copy_members(&timeless, statement, true, e);
}

static int copy_statements(struct merge *m, json document, struct json_writer *w, err *e)
{
	json list = json_get(document, "statements");
	bool fresh;

	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v)) {
		if (is_new(m, v, &fresh, e) < 0 ||
		    (fresh && copy_statement(m, v, document, w, e) < 0))
			return -1;
		m->added += fresh;
	}
	return 0;
}

static int parse(bytes text, struct arena *a, json *out, err *e)
{
	struct json_doc *doc = arena_new(a, struct json_doc);

	if (json_parse(text, a, doc, e) < 0)
		return -1;
	*out = json_root(doc);
	if (!bytes_starts(json_bytes(json_get(*out, "@context"), a), BYTES("https://openvex.dev/ns")))
		return err_set(e, ERR_FORMAT, 0, "no OpenVEX document");
	return 0;
}

/* Everything but what follows from the statements. */
static int copy_head(struct merge *m, json first, uint64_t *out_version, struct json_writer *w,
                     err *e)
{
	static const char *const ours[] = { "statements", "version", "last_updated" };

	if (!json_u64(json_get(first, "version"), out_version))
		*out_version = 1;
	for (json v = json_first(first); json_type(v) != JSON_NONE; v = json_next(v)) {
		const char *name = arena_str(m->arena, json_name(v, m->arena));
		bool skip = false;

		for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
			skip |= strcmp(name, ours[i]) == 0;
		if (!skip && copy(&(struct copy){ w, NULL, m->arena }, name, v, e) < 0)
			return -1;
	}
	return 0;
}

int vex_merge(const bytes *texts, size_t len, int64_t now, struct arena *a, struct stream *out,
              size_t *out_at, err *e)
{
	struct merge m = { .arena = a };
	struct json_writer w;
	uint64_t version, own = 0;
	json first = { 0 };

	map_init(&m.seen, a);
	json_write_init(&w, out);
	json_write_object(&w, NULL);
	for (size_t i = 0; i < len; i++) {
		json document;

		*out_at = i;
		if (parse(texts[i], a, &document, e) < 0)
			return -1;
		if (i == 0) {
			first = document;
			if (copy_head(&m, first, &version, &w, e) < 0)
				return -1;
			json_write_array(&w, "statements");
		}
		if (copy_statements(&m, document, &w, e) < 0)
			return -1;
		own = i == 0 ? m.added : own;
	}
	json_write_end(&w);
	if (m.added > own) {
		json_write_u64(&w, "version", version + 1);
		json_write_text(&w, "last_updated", TIME_TEXT(now));
	} else {
		json_write_u64(&w, "version", version);
		if (copy(&(struct copy){ &w, NULL, a }, "last_updated", json_get(first, "last_updated"),
		         e) < 0)
			return -1;
	}
	json_write_end(&w);
	return 0;
}
