/* SPDX-License-Identifier: Apache-2.0 */
/* index.json of a layout: read for where its entries stand, and written with others among them. */
#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "fmt/json_write.h"
#include "oci/layout.h"
#include "oci/media_type.h"
#include "oci/member.h"
#include "oci/staged.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* -- in the worker ----------------------------------------------------------------------------- */

static int parse_entry(json v, bytes text, struct arena *a, struct layout_span *out, err *e)
{
	json notes = { 0 };
	bytes raw = json_raw(v);

	if (json_type(v) != JSON_OBJECT)
		return err_set(e, ERR_FORMAT, 0, "a descriptor should be an object");
	*out = (struct layout_span){ .from = (size_t)(raw.p - text.p), .n = raw.n };
	if (member_digest(v, "digest", a, &out->digest, e) < 0 ||
	    member_object(v, "annotations", &notes, e) < 0 ||
	    member_bytes(notes, "org.opencontainers.image.ref.name", a, &out->tag, e) < 0)
		return -1;
	return 0;
}

int layout_index_parse(bytes text, struct arena *a, struct layout_index *out, err *e)
{
	struct layout_index index = { 0 };
	struct json_doc doc;
	json list = { 0 };

	if (member_open(text, LIMIT_MANIFEST, JSON_OBJECT, a, &doc, e) < 0 ||
	    member_array(json_root(&doc), "manifests", LIMIT_INDEX_ENTRIES, &list, e) < 0)
		return -1;
	if (json_type(list) == JSON_NONE)
		return err_set(e, ERR_FORMAT, 0, "'manifests' is missing: not an image index");
	bytes raw = json_raw(list);

	index.from = (size_t)(raw.p - text.p);
	index.n = raw.n;
	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v))
		if (parse_entry(v, text, a, ARENA_PUSH(a, &index), e) < 0)
			return err_wrap(e, "manifests[%zu]", index.len - 1);
	*out = index;
	return 0;
}

void layout_index_pack(const struct layout_index *v, buf *out)
{
	pack_u64(out, v->from);
	pack_u64(out, v->n);
	pack_u64(out, v->len);
	for (size_t i = 0; i < v->len; i++) {
		pack_u64(out, v->items[i].from);
		pack_u64(out, v->items[i].n);
		pack_str(out, DIGEST_TEXT(&v->items[i].digest));
		pack_bytes(out, v->items[i].tag);
	}
}

/* -- in the parent ----------------------------------------------------------------------------- */

/* take_span(in, from, to, out_from, out_n): a run inside [from, to). */
static bool take_span(bytes *in, size_t from, size_t to, size_t *out_from, size_t *out_n)
{
	uint64_t at, n;

	if (!pack_take_u64(in, to, &at) || at < from || !pack_take_u64(in, to - at, &n))
		return false;
	*out_from = (size_t)at;
	*out_n = (size_t)n;
	return true;
}

/* Entries come in order and inside the array: whatever the worker says, no octet is taken twice. */
static bool unpack(bytes in, size_t text_n, struct arena *a, struct layout_index *out)
{
	uint32_t len;
	err ignored = { 0 };

	if (!take_span(&in, 0, text_n, &out->from, &out->n) || out->n < 2 ||
	    !pack_take_u32(&in, LIMIT_INDEX_ENTRIES, &len))
		return false;
	size_t at = out->from + 1, end = out->from + out->n - 1;

	for (uint32_t i = 0; i < len; i++) {
		struct layout_span *s = ARENA_PUSH(a, out);
		bytes text;

		if (!take_span(&in, at, end, &s->from, &s->n) ||
		    !pack_take_bytes(&in, sizeof(struct digest_chars), &text) ||
		    digest_parse(text, &s->digest, &ignored) < 0 || !pack_take_bytes(&in, in.n, &s->tag))
			return false;
		s->tag = arena_bytes(a, s->tag);
		at = s->from + s->n;
	}
	return in.n == 0;
}

int layout_index_unpack(bytes in, size_t text_n, struct arena *a, struct layout_index *out, err *e)
{
	struct layout_index index = { 0 };

	if (!unpack(in, text_n, a, &index))
		return err_set(e, ERR_BUG, 0, "the parsing process answered with nonsense");
	*out = index;
	return 0;
}

static void put_platform(struct json_writer *w, const struct platform *p)
{
	if (p->os.n == 0 && p->architecture.n == 0)
		return;
	json_write_object(w, "platform");
	json_write_str(w, "architecture", p->architecture);
	json_write_str(w, "os", p->os);
	if (p->os_version.n > 0)
		json_write_str(w, "os.version", p->os_version);
	if (p->variant.n > 0)
		json_write_str(w, "variant", p->variant);
	json_write_end(w);
}

/* A name is given by whoever writes the index (ref_name), never by what is listed in it. */
static bool may_be_copied(const struct oci_label *note)
{
	return !bytes_is(note->name, "org.opencontainers.image.ref.name") &&
	       bytes_find(note->name, 0) == note->name.n;
}

static void put_annotations(struct json_writer *w, const struct descriptor *d, struct arena *a)
{
	if (d->ref_name.n == 0 && d->annotations.len == 0)
		return;
	json_write_object(w, "annotations");
	if (d->ref_name.n > 0)
		json_write_str(w, "org.opencontainers.image.ref.name", d->ref_name);
	for (size_t i = 0; i < d->annotations.len; i++) {
		const struct oci_label *note = &d->annotations.items[i];

		if (may_be_copied(note))
			json_write_str(w, arena_str(a, note->name), note->value);
	}
	json_write_end(w);
}

int layout_entry_text(const struct descriptor *d, buf *out, err *e)
{
	struct arena a = ARENA_INIT;
	struct stream stream;
	struct json_writer w;

	stream_init(&stream, stream_to_buf, out);
	json_write_init(&w, &stream);
	w.on_one_line = true;
	json_write_object(&w, NULL);
	json_write_str(&w, "mediaType", d->media_type);
	json_write_text(&w, "digest", DIGEST_TEXT(&d->digest));
	json_write_u64(&w, "size", d->size);
	if (d->artifact_type.n > 0)
		json_write_str(&w, "artifactType", d->artifact_type);
	put_platform(&w, &d->platform);
	put_annotations(&w, d, &a);
	json_write_end(&w);
	arena_done(&a);
	if (stream_finish(&stream, e) < 0)
		return -1;
	out->n--; /* the newline of a document */
	return 0;
}

/* replaced(entries, s): whether a new entry takes the place of s. */
static bool replaced(const struct layout_entries *entries, const struct layout_span *s)
{
	for (size_t i = 0; i < entries->len; i++) {
		const struct descriptor *d = &entries->items[i];

		if (s->tag.n > 0 ? bytes_equal(s->tag, d->ref_name) : digest_equal(&s->digest, &d->digest))
			return true;
	}
	return false;
}

static int put_entries(const struct layout_entries *entries, bool first, buf *out, err *e)
{
	for (size_t i = 0; i < entries->len; i++, first = false)
		if ((!first && buf_append(out, BYTES(","), e) < 0) ||
		    layout_entry_text(&entries->items[i], out, e) < 0)
			return -1;
	return 0;
}

/* put_kept(old, index, entries, out_first, out, e): the entries that stay. */
static int put_kept(bytes old, const struct layout_index *index,
                    const struct layout_entries *entries, bool *out_first, buf *out, err *e)
{
	for (size_t i = 0; i < index->len; i++) {
		const struct layout_span *s = &index->items[i];

		if (replaced(entries, s))
			continue;
		if ((!*out_first && buf_append(out, BYTES(","), e) < 0) ||
		    buf_append(out, bytes_slice(old, s->from, s->n), e) < 0)
			return -1;
		*out_first = false;
	}
	return 0;
}

int layout_index_merge(bytes old, const struct layout_index *index,
                       const struct layout_entries *entries, buf *out, err *e)
{
	bool first = true;

	if (buf_append(out, bytes_slice(old, 0, index->from), e) < 0 ||
	    buf_append(out, BYTES("["), e) < 0 || put_kept(old, index, entries, &first, out, e) < 0 ||
	    put_entries(entries, first, out, e) < 0 || buf_append(out, BYTES("]"), e) < 0 ||
	    buf_append(out, bytes_skip(old, index->from + index->n), e) < 0)
		return err_wrap(e, "the index would be longer than readers take");
	return 0;
}

int layout_index_text(const struct layout_entries *entries, buf *out, err *e)
{
	const bytes empty = BYTES("{\"schemaVersion\":2,\"mediaType\":"
	                          "\"" OCI_INDEX_TYPE "\",\"manifests\":[]}\n");
	const struct layout_index none = { .from = bytes_find(empty, '['), .n = 2 };

	return layout_index_merge(empty, &none, entries, out, e);
}

/* read_old(root, a, out, e): the index.json that is there; nothing when there is none. */
static int read_old(int root, struct arena *a, bytes *out, err *e)
{
	auto_fd fd = openat(root, "index.json", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	*out = (bytes){ 0 };
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return err_set(e, ERR_IO, errno, "open index.json");
	return file_read_fd(fd, "index.json", LIMIT_MANIFEST, a, out, e);
}

static int write_index(int root, bytes text, err *e)
{
	struct staged s;

	if (staged_open(root, &s, e) < 0)
		return -1;
	int status = file_write_all(s.fd, "index.json", text, e);

	if (status == 0)
		status = staged_place(&s, "index.json", e);
	staged_drop(&s);
	return status;
}

int layout_commit(const struct layout *l, const struct layout_entries *entries,
                  int (*parse)(void *, bytes, struct arena *, struct layout_index *, err *),
                  void *ctx, err *e)
{
	struct arena a = ARENA_INIT;
	struct layout_index index = { 0 };
	buf text = BUF_INIT(LIMIT_MANIFEST);
	bytes old;

	/* Others who add an entry wait; the lock ends with the descriptor. */
	auto_fd lock = openat(l->root, "oci-layout", O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int status = lock < 0 || layout_lock(lock) < 0 ? err_set(e, ERR_IO, errno, "lock oci-layout")
	                                               : 0;

	if (status == 0)
		status = read_old(l->root, &a, &old, e);
	if (status == 0 && old.n > 0)
		status = parse(ctx, old, &a, &index, e);
	if (status == 0)
		status = old.n > 0 ? layout_index_merge(old, &index, entries, &text, e)
		                   : layout_index_text(entries, &text, e);
	if (status == 0)
		status = write_index(l->root, buf_bytes(&text), e);
	buf_done(&text);
	arena_done(&a);
	return status < 0 ? err_wrap(e, "index.json") : 0;
}
