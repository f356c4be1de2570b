/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/append.h"

#include "base/limits.h"
#include "base/pack.h"
#include "fmt/json_write.h"
#include "oci/media_type.h"
#include "oci/member.h"

static const char fresh[] = "{\"schemaVersion\":2,\"mediaType\":"
							"\"" OCI_MANIFEST_TYPE "\",\"config\":{},"
							"\"layers\":[]}";

struct making {
	const struct append *in;
	struct arena *arena;
	buf layers; /* the new list, without its brackets */
	struct {
		digest *items;
		size_t len, cap;
	} digests;
	bool is_there;
};

static int keep_layer(struct making *m, json v, err *e)
{
	json notes = { 0 };
	bytes type = { 0 };
	digest d;

	if (member_digest(v, "digest", m->arena, &d, e) < 0 ||
	    member_object(v, "annotations", &notes, e) < 0 ||
	    member_bytes(notes, "predicateType", m->arena, &type, e) < 0)
		return -1;
	m->is_there |= bytes_equal(json_raw(v), m->in->entry);
	if (m->in->replace.n > 0 && bytes_equal(type, m->in->replace) &&
	    !bytes_equal(json_raw(v), m->in->entry))
		return 0;
	buf_put(&m->layers, json_raw(v));
	buf_putc(&m->layers, ',');
	*ARENA_PUSH(m->arena, &m->digests) = d;
	return 0;
}

static int keep_layers(struct making *m, json list, err *e)
{
	if (json_count(list) >= LIMIT_ATTACHMENTS)
		return err_set(e, ERR_LIMIT, 0, "it holds %zu already, no more fit", json_count(list));
	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v))
		if (keep_layer(m, v, e) < 0)
			return -1;
	return 0;
}

/* As cosign writes it: an image of nothing, but for its layers. */
static bytes config_text(const struct making *m, err *e)
{
	buf text = BUF_INIT(LIMIT_MANIFEST);
	struct stream out;
	struct json_writer w;

	stream_init(&out, stream_to_buf, &text);
	json_write_init(&w, &out);
	w.is_compact = true;
	json_write_object(&w, NULL);
	json_write_text(&w, "architecture", "");
	json_write_text(&w, "created", "0001-01-01T00:00:00Z");
	json_write_array(&w, "history");
	for (size_t i = 0; i < m->digests.len; i++) {
		json_write_object(&w, NULL);
		json_write_text(&w, "created", "0001-01-01T00:00:00Z");
		json_write_end(&w);
	}
	json_write_end(&w);
	json_write_text(&w, "os", "");
	json_write_object(&w, "rootfs");
	json_write_text(&w, "type", "layers");
	json_write_array(&w, "diff_ids");
	for (size_t i = 0; i < m->digests.len; i++)
		json_write_text(&w, NULL, DIGEST_TEXT(&m->digests.items[i]));
	json_write_end(&w);
	json_write_end(&w);
	json_write_object(&w, "config");
	json_write_end(&w);
	json_write_end(&w);
	(void)stream_finish(&out, e);
	bytes made = arena_bytes(m->arena, buf_bytes(&text));

	buf_done(&text);
	return made;
}

static bytes config_entry(const struct descriptor *d, struct arena *a)
{
	return bytes_str(arena_printf(a, "{\"mediaType\":\"%s\",\"size\":%llu,\"digest\":\"%s\"}",
	                              OCI_CONFIG_TYPE, (unsigned long long)d->size,
	                              DIGEST_TEXT(&d->digest)));
}

/* splice(text, at, with, out): what stands before `at` in *text, then with; *text: what follows. */
static void splice(bytes *text, bytes at, bytes with, buf *out)
{
	size_t before = (size_t)(at.p - text->p);

	buf_put(out, bytes_slice(*text, 0, before));
	buf_put(out, with);
	*text = bytes_skip(*text, before + at.n);
}

static void put_manifest(struct making *m, bytes old, bytes config_at, bytes layers_at,
                         struct appended *out)
{
	buf text = BUF_INIT(4 * LIMIT_MANIFEST);
	buf list = BUF_INIT(2 * LIMIT_MANIFEST);
	bytes config = config_entry(&out->config, m->arena);

	buf_putc(&list, '[');
	buf_put(&list, buf_bytes(&m->layers));
	buf_put(&list, m->in->entry);
	buf_putc(&list, ']');
	if (config_at.p < layers_at.p) {
		splice(&old, config_at, config, &text);
		splice(&old, layers_at, buf_bytes(&list), &text);
	} else {
		splice(&old, layers_at, buf_bytes(&list), &text);
		splice(&old, config_at, config, &text);
	}
	buf_put(&text, old);
	out->manifest = arena_bytes(m->arena, buf_bytes(&text));
	buf_done(&text);
	buf_done(&list);
}

static int make(struct making *m, bytes old, struct appended *out, err *e)
{
	struct json_doc doc;
	json config = { 0 }, layers = { 0 };

	if (member_open(old, LIMIT_MANIFEST, JSON_OBJECT, m->arena, &doc, e) < 0 ||
	    member_object(json_root(&doc), "config", &config, e) < 0 ||
	    member_array(json_root(&doc), "layers", LIMIT_ATTACHMENTS, &layers, e) < 0)
		return -1;
	if (json_type(config) == JSON_NONE || json_type(layers) == JSON_NONE)
		return err_set(e, ERR_FORMAT, 0, "it is no image manifest: no config, or no layers");
	if (keep_layers(m, layers, e) < 0)
		return -1;
	out->is_there = m->is_there;
	if (m->is_there)
		return 0;
	*ARENA_PUSH(m->arena, &m->digests) = m->in->layer;
	out->config_text = config_text(m, e);
	if (err_is_set(e))
		return -1;
	out->config.digest = digest_of(DIGEST_SHA256, out->config_text);
	out->config.size = out->config_text.n;
	put_manifest(m, old, json_raw(config), json_raw(layers), out);
	return out->manifest.n <= LIMIT_MANIFEST
	           ? 0
	           : err_set(e, ERR_LIMIT, 0, "it would be longer than manifests may be");
}

int append_make(const struct append *in, struct arena *a, struct appended *out, err *e)
{
	struct making m = { .in = in, .arena = a, .layers = BUF_INIT(2 * LIMIT_MANIFEST) };
	struct appended made = { .config = { .media_type = BYTES(OCI_CONFIG_TYPE) } };
	int status = make(&m, in->old.n > 0 ? in->old : BYTES(fresh), &made, e);

	buf_done(&m.layers);
	if (status == 0)
		*out = made;
	return status;
}

/* -- to the worker and back -------------------------------------------------------------------- */

void append_pack(const struct append *v, buf *out)
{
	pack_bytes(out, v->entry);
	pack_str(out, DIGEST_TEXT(&v->layer));
	pack_bytes(out, v->replace);
	pack_bytes(out, v->old);
}

bool append_unpack(bytes in, struct append *out)
{
	bytes layer;
	err ignored = { 0 };

	return pack_take_bytes(&in, LIMIT_MANIFEST, &out->entry) &&
	       pack_take_bytes(&in, sizeof(struct digest_chars), &layer) &&
	       digest_parse(layer, &out->layer, &ignored) == 0 &&
	       pack_take_bytes(&in, LIMIT_IDENTITY, &out->replace) &&
	       pack_take_bytes(&in, LIMIT_MANIFEST, &out->old) && in.n == 0;
}

void appended_pack(const struct appended *v, buf *out)
{
	pack_u64(out, v->is_there);
	pack_bytes(out, v->manifest);
	pack_bytes(out, v->config_text);
}

int appended_unpack(bytes in, struct arena *a, struct appended *out, err *e)
{
	struct appended v = { .config = { .media_type = BYTES(OCI_CONFIG_TYPE) } };

	if (!pack_take_bool(&in, &v.is_there) || !pack_take_bytes(&in, LIMIT_MANIFEST, &v.manifest) ||
	    !pack_take_bytes(&in, LIMIT_MANIFEST, &v.config_text) || in.n > 0)
		return err_set(e, ERR_BUG, 0, "the parsing process answered with nonsense");
	v.manifest = arena_bytes(a, v.manifest);
	v.config_text = arena_bytes(a, v.config_text);
	v.config.digest = digest_of(DIGEST_SHA256, v.config_text);
	v.config.size = v.config_text.n;
	*out = v;
	return 0;
}
