/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/db_update_base.h"

#include "base/limits.h"
#include "base/text.h"
#include "flow/verify_image.h"
#include "transfer/parser.h"

#include <unistd.h>

/* A line of sha256sum, of a file whose name may be long. */
#define DIGEST_FILE_MOST (16 * KIB)

/* -- which file -------------------------------------------------------------------------------- */

struct bringing {
	const struct db_update_options *options;
	struct registry *registry;
	struct parser parser;
	struct arena *arena;
	const struct reference *ref; /* NULL: an address */
	struct update_wish wish;
};

/* The artifact's only layer. */
static int find_layer(struct bringing *b, err *e)
{
	const char *name = reference_text(b->ref, b->arena);
	struct registry_document doc;
	struct oci_manifest m;

	if (registry_manifest(b->registry, b->ref, b->arena, &doc, e) < 0)
		return -1;
	if (oci_is_index(doc.media_type) ||
	    parser_manifest(&b->parser, doc.content, b->arena, &m, e) < 0 ||
	    !bytes_is(m.artifact_type, UPDATE_ARTIFACT)) {
		if (err_is_set(e) && e->kind != ERR_FORMAT)
			return -1;
		err_clear(e); /* what it is not does not matter */
		return err_set(e, ERR_FORMAT, 0,
		               "%s: no vulnerability database (its artifactType is not %s)", name,
		               UPDATE_ARTIFACT);
	}
	if (m.layers.len != 1 || !bytes_is(m.layers.items[0].media_type, UPDATE_DATABASE))
		return err_set(e, ERR_FORMAT, 0,
		               "%s: a database of another version of oakum (this one reads %s)", name,
		               UPDATE_DATABASE);
	b->wish.place.ref = *b->ref;
	b->wish.place.blob = b->wish.digest = m.layers.items[0].digest;
	return 0;
}

/* beside(b, what, suffix, max, out, e): the small file at ADDRESS + suffix. */
static int beside(struct bringing *b, const char *what, const char *suffix, size_t max, bytes *out,
                  err *e)
{
	const char *url = arena_printf(b->arena, "%s%s", b->options->from, suffix);
	const struct file_place place = { .what = what, .url = url };

	return registry_file_read(b->registry, &place, max, b->arena, out, e);
}

/* What stands at ADDRESS.sha256. */
static int fetch_digest(struct bringing *b, err *e)
{
	bytes text;

	if (beside(b, "digest", ".sha256", DIGEST_FILE_MOST, &text, e) < 0)
		return e->kind == ERR_ABSENT
		           ? err_wrap(e, "no digest to check the database by: give --digest")
		           : -1;
	/* As sha256sum writes it: 64 digits, and perhaps a name behind them. */
	b->wish.digest.algorithm = DIGEST_SHA256;
	return text_from_hex(bytes_slice(text, 0, 64), b->wish.digest.value, 32)
	           ? 0
	           : err_set(e, ERR_FORMAT, 0, "%s.sha256: no SHA-256 stands there",
	                     SHOW(bytes_str(b->options->from)));
}

/* -- by whom ----------------------------------------------------------------------------------- */

/* conclude(b, f, e): what was found of whoever should have signed. */
static int conclude(struct bringing *b, const struct verify_finding *f, err *e)
{
	const struct db_update_options *o = b->options;

	if (f->kind == VERDICT_REFUSED)
		return err_set(e, ERR_UNTRUSTED, 0, "its signature does not hold: %s", SHOW(f->why));
	if (f->kind != VERDICT_HOLDS)
		return err_set(e, ERR_UNSIGNED, 0, "it is not signed");
	if (o->note)
		o->note(o->ctx, o->from,
		        f->identity.n > 0 ? arena_printf(b->arena, "signed by '%s'", SHOW(f->identity))
		                          : "signed by the key");
	return 0;
}

/* ADDRESS.sigstore.json is a bundle of the digest that the database must have. */
static int check_bundle(struct bringing *b, err *e)
{
	struct verify_question q = { .sha256 = b->wish.digest };
	struct verify_finding finding;

	if (beside(b, "signature", ".sigstore.json", LIMIT_BUNDLE, &q.bundle, e) < 0) {
		if (e->kind == ERR_ABSENT)
			e->kind = ERR_UNSIGNED;
		return -1;
	}
	if (b->wish.digest.algorithm == DIGEST_SHA512) {
		q.sha512 = b->wish.digest;
		q.sha256 = (digest){ 0 };
	}
	if (verifier_judge(b->options->verifier, &q, b->arena, &finding, e) < 0)
		return -1;
	return conclude(b, &finding, e);
}

/* check_image(b, ref, e): the artifact is signed; what is fetched afterwards is what was. */
static int check_image(struct bringing *b, struct reference *ref, err *e)
{
	const struct db_update_options *o = b->options;
	const struct verify_image wanted = {
		.wish = WISH_SIGNATURE, .gather = { .scope = SCOPE_ROOT, .registry = o->registry }
	};
	struct verify_finding finding = { 0 };
	struct verified_image image;
	struct target target;

	if (target_parse(arena_printf(b->arena, "docker://%s", reference_text(ref, b->arena)), b->arena,
	                 &target, e) < 0 ||
	    verify_image(o->verifier, &target, &wanted, b->arena, &image, e) < 0)
		return -1;
	for (size_t i = 0; i < image.attached.list.len && finding.kind != VERDICT_HOLDS; i++)
		if (image.findings[i].kind != VERDICT_ELSE)
			finding = image.findings[i];
	finding.kind = image.kind;
	*ref = reference_at(ref, &image.attached.subjects[0].digest);
	return conclude(b, &finding, e);
}

/* -- which one --------------------------------------------------------------------------------- */

static int find_file(struct bringing *b, const digest *given, err *e)
{
	const struct db_update_options *o = b->options;

	b->wish.place.url = o->from;
	if (registry_file_check(b->registry, &b->wish.place, b->arena, e) < 0)
		return -1;
	b->wish.digest = *given;
	if (!o->digest && fetch_digest(b, e) < 0)
		return -1;
	return o->verifier ? check_bundle(b, e) : 0;
}

static int find(struct bringing *b, err *e)
{
	const struct db_update_options *o = b->options;
	digest given = { 0 };

	if (o->digest && digest_parse(bytes_str(o->digest), &given, e) < 0) {
		e->kind = ERR_USAGE; /* the user typed it */
		return err_wrap(e, "--digest");
	}
	if (b->ref) {
		if (find_layer(b, e) < 0)
			return -1;
		return !o->digest || digest_equal(&given, &b->wish.digest)
		           ? 0
		           : err_set(e, ERR_FORMAT, 0, "its database has the digest %s and should have %s",
		                     DIGEST_TEXT(&b->wish.digest), DIGEST_TEXT(&given));
	}
	return find_file(b, &given, e);
}

/* -- bring it here ----------------------------------------------------------------------------- */

static int bring(struct bringing *b, struct db_update_result *out, err *e)
{
	const struct db_place *place = &b->options->place;
	const char *part = arena_printf(b->arena, "%s.part", place->path);
	struct update_base base = { 0 };

	b->wish.place.what = "database";
	b->wish.old = place->path;
	b->wish.path = part;
	b->wish.moved = b->options->moved;
	if (find(b, e) < 0)
		return -1;
	int result = update_base(b->registry, &b->wish, &base, e);

	*out = (struct db_update_result){ .unchanged = base.unchanged,
		                              .fetched = base.fetched,
		                              .octets = base.octets };
	if (result < 0 || base.unchanged)
		return result;
	result = db_adopt(part, place, e);
	if (result < 0)
		(void)unlink(part); /* a left-over is no harm */
	return result < 0 ? err_wrap(e, "%s", SHOW(bytes_str(b->options->from))) : 0;
}

int db_update_base(const struct db_update_options *o, struct arena *a, struct db_update_result *out,
                   err *e)
{
	bytes name = bytes_str(o->from);
	bool is_url = bytes_starts(name, BYTES("https://")) || bytes_starts(name, BYTES("http://"));
	struct bringing b = { .options = o, .arena = a };
	struct reference ref;

	(void)bytes_take_prefix(&name, BYTES("docker://"));
	if (!is_url) {
		if (reference_parse(arena_str(a, name), a, &ref, e) < 0)
			return -1;
		b.ref = &ref;
		if (o->verifier && check_image(&b, &ref, e) < 0)
			return err_wrap(e, "%s", SHOW(bytes_str(o->from)));
	}
	/* Before the first connection, which may start threads. */
	if (!is_url && parser_start(&b.parser, NULL, o->registry.http.deadline, e) < 0)
		return -1;
	int result = registry_open(&o->registry, &b.registry, e);

	if (result == 0) {
		result = bring(&b, out, e);
		registry_close(b.registry);
	}
	if (!is_url)
		parser_stop(&b.parser);
	return result;
}
