/* SPDX-License-Identifier: Apache-2.0 */
#include "report/tree_page.h"

#include "base/text.h"
#include "fmt/json_write.h"
#include "oci/predicate.h"

static bool has_layer(const struct attachment *at)
{
	return at->layer.digest.algorithm != DIGEST_NONE;
}

/* -- words ------------------------------------------------------------------------------------- */

static const char *kind_name(const struct tree_item *item)
{
	switch (item->at->kind) {
	case ATTACHMENT_SIGNATURE: return "signature";
	case ATTACHMENT_ENVELOPE: return "attestation";
	case ATTACHMENT_BUNDLE:
		return bytes_is(item->predicate_type, PREDICATE_SIGN) ||
		               (item->predicate_type.n == 0 && item->at->content.n > 0 && item->why.n == 0)
		           ? "signature"
		           : "attestation";
	case ATTACHMENT_STATEMENT: return "statement";
	case ATTACHMENT_NOTARY: return "notary-signature";
	case ATTACHMENT_OTHER: break;
	}
	return "other";
}

static const char *form_name(const struct attachment *at)
{
	switch (at->kind) {
	case ATTACHMENT_SIGNATURE: return "simple-signing";
	case ATTACHMENT_ENVELOPE: return "dsse";
	case ATTACHMENT_BUNDLE: return "bundle";
	case ATTACHMENT_STATEMENT: return "in-toto";
	case ATTACHMENT_NOTARY: return "notary";
	case ATTACHMENT_OTHER: break;
	}
	return "other";
}

static const char *by_name(enum attachment_by by)
{
	switch (by) {
	case ATTACHED_BY_TAG: return "tag";
	case ATTACHED_BESIDE: return "index";
	case ATTACHED_BY_REFERRER: break;
	}
	return "referrer";
}

static const char *state_name(enum tree_state state)
{
	switch (state) {
	case TREE_CLAIMED: return "not-verified";
	case TREE_HOLDS: return "verified";
	case TREE_REFUSED: return "refused";
	case TREE_ALONE: break;
	}
	return "none";
}

static const char *kind_of(const struct tree_subject *s)
{
	return s->is_index ? "index" : "manifest";
}

/* -- text -------------------------------------------------------------------------------------- */

struct drawing {
	const struct terminal *terminal;
	struct stream *out;
};

static void put_styled(const struct drawing *d, enum style style, const char *text)
{
	stream_puts(d->out, terminal_style(d->terminal, style));
	stream_puts(d->out, text);
	stream_puts(d->out, terminal_plain(d->terminal));
}

/* What it holds, in a person's words. */
static void put_what(const struct drawing *d, const struct tree_item *item)
{
	const struct attachment *at = item->at;
	bytes type = item->predicate_type;

	if (at->kind == ATTACHMENT_NOTARY)
		put_styled(d, STYLE_TITLE, "signature of the Notary Project");
	else
		put_styled(d, STYLE_TITLE, kind_name(item));
	if (at->kind == ATTACHMENT_OTHER)
		type = has_layer(at) ? at->layer.media_type : at->artifact_type;
	if (type.n > 0 && !bytes_is(type, PREDICATE_SIGN)) {
		stream_puts(d->out, "  ");
		stream_show(d->out, type);
	}
	if (has_layer(at))
		stream_printf(d->out, "  %s", SIZE_TEXT(at->layer.size));
	if (at->created.n > 0) {
		stream_puts(d->out, "  ");
		stream_show(d->out, at->created);
	}
}

static void put_signer(const struct drawing *d, const struct tree_item *item)
{
	if (item->signer.n == 0) {
		stream_puts(d->out, "by a key");
		return;
	}
	stream_puts(d->out, "by ");
	stream_show(d->out, item->signer);
	if (item->issuer.n > 0) {
		stream_puts(d->out, ", vouched for by ");
		stream_show(d->out, item->issuer);
	}
}

/* put_state(d, item): whether there is a second line is for the caller to know. */
static void put_state(const struct drawing *d, const struct tree_item *item)
{
	switch (item->state) {
	case TREE_HOLDS:
		put_styled(d, STYLE_GOOD, "verified: ");
		put_signer(d, item);
		return;
	case TREE_REFUSED:
		put_styled(d, STYLE_BAD, "refused: ");
		stream_show(d->out, item->why);
		return;
	case TREE_CLAIMED:
		if (item->why.n == 0) {
			put_signer(d, item);
		} else {
			stream_puts(d->out, "cannot be read: ");
			stream_show(d->out, item->why);
		}
		put_styled(d, STYLE_FAINT, " (not verified)");
		return;
	case TREE_ALONE: break;
	}
	if (item->why.n > 0)
		stream_show(d->out, item->why);
	else
		put_styled(d, STYLE_FAINT,
		           item->at->kind == ATTACHMENT_STATEMENT ? "signed by nobody" : "not judged");
}

static void put_item(const struct drawing *d, const char *margin, const struct tree_item *item,
                     bool is_last)
{
	const char *below = is_last ? "    " : "│   ";

	stream_printf(d->out, "%s%s── ", margin, is_last ? "└" : "├");
	put_what(d, item);
	stream_printf(d->out, "\n%s%s%s  %s", margin, below,
	              DIGEST_TEXT(has_layer(item->at) ? &item->at->layer.digest : &item->at->manifest),
	              by_name(item->at->by));
	if (*item->place)
		stream_printf(d->out, " in %s", item->place);
	stream_printf(d->out, "\n%s%s", margin, below);
	put_state(d, item);
	stream_puts(d->out, "\n");
}

static void put_items(const struct drawing *d, const char *margin, const struct tree_subject *s,
                      bool more)
{
	for (size_t i = 0; i < s->attached.len; i++)
		put_item(d, margin, &s->attached.items[i], !more && i + 1 == s->attached.len);
}

void tree_page_text(const struct tree_page *page, const struct terminal *terminal,
                    struct stream *out)
{
	const struct drawing d = { terminal, out };
	const struct tree_subject *root = &page->subjects[0];
	size_t all = 0;

	stream_show(out, page->image);
	stream_printf(out, "\n%s  %s\n", DIGEST_TEXT(&root->digest),
	              kind_of(root));
	put_items(&d, "", root, page->subjects_len > 1);
	for (size_t i = 1; i < page->subjects_len; i++) {
		const struct tree_subject *s = &page->subjects[i];
		bool is_last = i + 1 == page->subjects_len;

		stream_printf(out, "%s── ", is_last ? "└" : "├");
		stream_show(out, bytes_str(*s->platform ? s->platform : kind_of(s)));
		stream_printf(out, "  %s\n", DIGEST_TEXT(&s->digest));
		put_items(&d, is_last ? "    " : "│   ", s, false);
	}
	for (size_t i = 0; i < page->subjects_len; i++)
		all += page->subjects[i].attached.len;
	if (all == 0)
		stream_puts(out, "nothing is attached\n");
	else if (!page->verified)
		put_styled(&d, STYLE_FAINT,
		           "nothing here is verified: name whom to believe (--key, "
		           "--certificate-identity)\n");
}

/* -- json -------------------------------------------------------------------------------------- */

static void write_item(struct json_writer *w, const struct tree_item *item)
{
	const struct attachment *at = item->at;

	json_write_object(w, NULL);
	json_write_text(w, "kind", kind_name(item));
	json_write_text(w, "form", form_name(at));
	json_write_text(w, "attachedBy", by_name(at->by));
	if (*item->place)
		json_write_text(w, "repository", item->place);
	json_write_text(w, "manifest", DIGEST_TEXT(&at->manifest));
	json_write_some(w, "artifactType", at->artifact_type);
	if (has_layer(at)) {
		json_write_text(w, "digest", DIGEST_TEXT(&at->layer.digest));
		json_write_octets(w, "mediaType", at->layer.media_type);
		json_write_u64(w, "size", at->layer.size);
	}
	json_write_some(w, "predicateType", item->predicate_type);
	json_write_some(w, "created", at->created);
	json_write_text(w, "state", state_name(item->state));
	json_write_some(w, item->state == TREE_HOLDS ? "signer" : "claimedSigner", item->signer);
	json_write_some(w, item->state == TREE_HOLDS ? "issuer" : "claimedIssuer", item->issuer);
	json_write_some(w, "reason", item->why);
	json_write_end(w);
}

void tree_page_json(const struct tree_page *page, struct stream *out)
{
	struct json_writer w;

	json_write_init(&w, out);
	json_write_object(&w, NULL);
	json_write_octets(&w, "image", page->image);
	json_write_array(&w, "subjects");
	for (size_t i = 0; i < page->subjects_len; i++) {
		const struct tree_subject *s = &page->subjects[i];

		json_write_object(&w, NULL);
		json_write_text(&w, "digest", DIGEST_TEXT(&s->digest));
		json_write_text(&w, "kind", kind_of(s));
		if (*s->platform)
			json_write_octets(&w, "platform", bytes_str(s->platform));
		json_write_array(&w, "attached");
		for (size_t k = 0; k < s->attached.len; k++)
			write_item(&w, &s->attached.items[k]);
		json_write_end(&w);
		json_write_end(&w);
	}
	json_write_end(&w);
	json_write_end(&w);
}
