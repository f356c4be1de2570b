/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/db_update_base.h"

#include "base/limits.h"
#include "base/text.h"
#include "sys/file.h"
#include "transfer/parser.h"

#include <errno.h>
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

/* What stands at ADDRESS.sha256. */
static int fetch_digest(struct bringing *b, err *e)
{
	const struct db_update_options *o = b->options;
	struct arena *a = b->arena;
	const struct file_place place = { .what = "digest",
		                              .url = arena_printf(a, "%s.sha256", o->from) };
	bytes text;
	char *temp;
	auto_fd fd = file_draft(o->place.path, a, &temp, e);
	const struct file_saving saving = { .fd = fd, .max = DIGEST_FILE_MOST };
	struct file_answer answer;

	if (fd < 0)
		return -1;
	(void)unlink(temp); /* it needs no name */
	if (registry_file_save(b->registry, &place, &saving, a, &answer, e) < 0)
		return e->kind == ERR_ABSENT
		           ? err_wrap(e, "no digest to check the database by: give --digest")
		           : -1;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_set(e, ERR_IO, errno, "digest");
	if (file_read_fd(fd, "digest", DIGEST_FILE_MOST, a, &text, e) < 0)
		return -1;
	/* As sha256sum writes it: 64 digits, and perhaps a name behind them. */
	b->wish.digest.algorithm = DIGEST_SHA256;
	return text_from_hex(bytes_slice(text, 0, 64), b->wish.digest.value, 32)
	           ? 0
	           : err_set(e, ERR_FORMAT, 0, "%s.sha256: no SHA-256 stands there",
	                     SHOW(bytes_str(o->from)));
}

static int find(struct bringing *b, err *e)
{
	const struct db_update_options *o = b->options;
	digest given;

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
	b->wish.place.url = o->from;
	if (registry_file_check(b->registry, &b->wish.place, b->arena, e) < 0)
		return -1;
	if (!o->digest)
		return fetch_digest(b, e);
	b->wish.digest = given;
	return 0;
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
