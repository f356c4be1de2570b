/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/holdings.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/text.h"
#include "oci/media_type.h"
#include "sys/file.h"
#include "transfer/origin.h"

struct search {
	const struct local *local;
	struct parser *parser;
	struct arena *arena;
	struct map seen; /* of digests, as text */
	uint64_t read;
	struct holdings list;
};

static bool first_time(struct search *s, const digest *d)
{
	void **place = map_put(&s->seen, bytes_str(arena_str(s->arena, bytes_str(DIGEST_TEXT(d)))));
	bool is_first = !*place;

	*place = s;
	return is_first;
}

/* keep(s, d, m, e): what is worth keeping of it; its slices are another arena's. */
static int keep(struct search *s, const struct descriptor *d, const struct oci_manifest *m, err *e)
{
	bytes type = m->artifact_type.n > 0 ? m->artifact_type : m->config.media_type;
	struct holding h = { .subject = m->subject };

	if (s->list.len == LIMIT_REFERRERS)
		return err_set(e, ERR_LIMIT, 0, "more than %d manifests that refer to others",
		               LIMIT_REFERRERS);
	h.d.digest = d->digest;
	h.d.size = d->size;
	h.d.media_type = arena_bytes(s->arena, d->media_type);
	h.d.ref_name = d->ref_name;
	h.d.artifact_type = arena_bytes(s->arena, type);
	for (size_t i = 0; i < m->annotations.len; i++) {
		struct oci_label *note = ARENA_PUSH(s->arena, &h.d.annotations);

		note->name = arena_bytes(s->arena, m->annotations.items[i].name);
		note->value = arena_bytes(s->arena, m->annotations.items[i].value);
	}
	*ARENA_PUSH(s->arena, &s->list) = h;
	return 0;
}

/* -- what index.json names --------------------------------------------------------------------- */

static int take_named(struct search *s, const struct descriptor *d, struct arena *scratch, err *e)
{
	struct oci_manifest m = { 0 };
	bytes text;

	if (!oci_is_manifest(d->media_type) || !first_time(s, &d->digest))
		return 0;
	if (origin_local_document(s->local, d, scratch, &text, e) < 0 ||
	    parser_manifest(s->parser, text, scratch, &m, e) < 0)
		return err_wrap(e, "manifest %s", DIGEST_TEXT(&d->digest));
	return m.has_subject ? keep(s, d, &m, e) : 0;
}

/* -- other blobs ------------------------------------------------------------------------------- */

/* read_small(s, file, scratch, out, e): the text of what can be a manifest with a subject; empty
 * for what cannot. Layers are told by their first octet. */
static int read_small(struct search *s, const struct local_file *file, struct arena *scratch,
                      bytes *out, err *e)
{
	uint8_t first = 0;

	*out = (bytes){ 0 };
	if (file->size < 2 || file->size > LIMIT_MANIFEST)
		return 0;
	if (file_pread_all(file->fd, &first, 1, file->offset, e) < 0)
		return -1;
	if (first != '{')
		return 0;
	s->read += file->size;
	if (s->read > LIMIT_HOLDINGS_READ)
		return err_set(e, ERR_LIMIT, 0,
		               "more than %u MiB of JSON among the blobs, where something that is "
		               "attached could be",
		               (unsigned)(LIMIT_HOLDINGS_READ / MIB));
	uint8_t *text = arena_alloc(scratch, (size_t)file->size);

	if (file_pread_all(file->fd, text, (size_t)file->size, file->offset, e) < 0)
		return -1;
	*out = bytes_of(text, (size_t)file->size);
	return 0;
}

/* Statements have subjects, too; only manifests have layers beside. */
static bool may_refer(bytes text)
{
	return bytes_search(text, BYTES("\"subject\"")) < text.n &&
	       bytes_search(text, BYTES("\"layers\"")) < text.n;
}

static int judge_blob(struct search *s, const digest *name, bytes text, struct arena *scratch,
                      err *e)
{
	struct descriptor d = { .digest = *name, .size = text.n };
	digest have = digest_of(name->algorithm, text);
	struct oci_manifest m = { 0 };

	if (!digest_equal(&have, name))
		return 0;
	if (parser_manifest(s->parser, text, scratch, &m, e) < 0) {
		if (e->kind != ERR_FORMAT && e->kind != ERR_LIMIT)
			return -1;
		err_clear(e); /* no manifest: some other JSON */
		return 0;
	}
	d.media_type = m.media_type.n > 0 ? m.media_type : BYTES(OCI_MANIFEST_TYPE);
	return m.has_subject ? keep(s, &d, &m, e) : 0;
}

static int take_blob(struct search *s, const digest *name, struct arena *scratch, err *e)
{
	struct local_file file;
	bytes text;

	if (!first_time(s, name))
		return 0;
	if (local_find(s->local, origin_blob_name(name, scratch), &file, e) < 0) {
		if (e->kind != ERR_FORMAT && e->kind != ERR_ABSENT)
			return -1;
		err_clear(e); /* a folder, or a link that leads away: no blob */
		return 0;
	}
	int status = read_small(s, &file, scratch, &text, e);

	local_file_close(&file);
	return status == 0 && may_refer(text) ? judge_blob(s, name, text, scratch, e) : status;
}

int holdings_read(const struct local *local, const struct oci_index *index, struct parser *parser,
                  struct arena *a, struct holdings *out, err *e)
{
	struct search s = { .local = local, .parser = parser, .arena = a };
	struct local_digests blobs = { 0 };
	struct arena scratch = ARENA_INIT;
	int status = 0;

	map_init(&s.seen, a);
	for (size_t i = 0; i < index->manifests.len && status == 0; i++) {
		status = take_named(&s, &index->manifests.items[i], &scratch, e);
		arena_reset(&scratch);
	}
	if (status == 0)
		status = local_blobs(local, a, &blobs, e);
	for (size_t i = 0; i < blobs.len && status == 0; i++) {
		status = take_blob(&s, &blobs.items[i], &scratch, e);
		arena_reset(&scratch);
	}
	arena_done(&scratch);
	if (status == 0)
		*out = s.list;
	return status;
}
