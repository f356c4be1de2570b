/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/document_write.h"

#include "base/limits.h"
#include "oci/media_type.h"

#include <assert.h>

bytes oci_layer_type(enum codec codec)
{
	static const char *const types[] = {
		[CODEC_NONE] = OCI_LAYER_TYPE,
		[CODEC_GZIP] = OCI_LAYER_TYPE "+gzip",
		[CODEC_ZSTD] = OCI_LAYER_TYPE "+zstd",
	};

	assert(codec <= CODEC_ZSTD);
	return bytes_str(types[codec]);
}

/* -- parts ------------------------------------------------------------------------------------- */

static void put_some(struct json_writer *w, const char *name, bytes value)
{
	if (value.n > 0)
		json_write_str(w, name, value);
}

static void put_words(struct json_writer *w, const char *name, const struct strings *words)
{
	if (words->len == 0)
		return;
	json_write_array(w, name);
	for (size_t i = 0; i < words->len; i++)
		json_write_str(w, NULL, words->items[i]);
	json_write_end(w);
}

/* Names are octets that came as JSON strings: they hold no NUL that was not escaped there, and one
 * that does names no member here. */
static bool is_name(bytes name)
{
	return bytes_find(name, 0) == name.n;
}

static void put_set(struct json_writer *w, const char *name, const struct strings *names,
                    struct arena *a)
{
	if (names->len == 0)
		return;
	json_write_object(w, name);
	for (size_t i = 0; i < names->len; i++) {
		if (!is_name(names->items[i]))
			continue;
		json_write_object(w, arena_str(a, names->items[i]));
		json_write_end(w);
	}
	json_write_end(w);
}

static void put_labels(struct json_writer *w, const char *name, const struct oci_labels *list,
                       struct arena *a)
{
	if (list->len == 0)
		return;
	json_write_object(w, name);
	for (size_t i = 0; i < list->len; i++)
		if (is_name(list->items[i].name))
			json_write_str(w, arena_str(a, list->items[i].name), list->items[i].value);
	json_write_end(w);
}

void oci_annotations_write(struct json_writer *w, const struct oci_labels *list, struct arena *a)
{
	put_labels(w, "annotations", list, a);
}

void oci_descriptor_write(struct json_writer *w, const char *name, const struct descriptor *d,
                          struct arena *a)
{
	json_write_object(w, name);
	json_write_str(w, "mediaType", d->media_type);
	json_write_text(w, "digest", DIGEST_TEXT(&d->digest));
	json_write_u64(w, "size", d->size);
	oci_annotations_write(w, &d->annotations, a);
	json_write_end(w);
}

static int finish(buf *text, struct stream *stream, struct arena *a, bytes *out, err *e)
{
	int status = stream_finish(stream, e);

	if (status == 0)
		*out = arena_bytes(a, buf_bytes(text));
	buf_done(text);
	return status;
}

/* -- the config -------------------------------------------------------------------------------- */

static void put_run(struct json_writer *w, const struct oci_config *c, struct arena *a)
{
	json_write_object(w, "config");
	put_some(w, "User", c->user);
	put_set(w, "ExposedPorts", &c->exposed_ports, a);
	put_words(w, "Env", &c->env);
	put_words(w, "Entrypoint", &c->entrypoint);
	put_words(w, "Cmd", &c->cmd);
	put_set(w, "Volumes", &c->volumes, a);
	put_some(w, "WorkingDir", c->working_dir);
	put_labels(w, "Labels", &c->labels, a);
	put_some(w, "StopSignal", c->stop_signal);
	if (c->healthcheck.len > 0) {
		json_write_object(w, "Healthcheck");
		put_words(w, "Test", &c->healthcheck);
		json_write_end(w);
	}
	json_write_end(w);
}

static void put_layers(struct json_writer *w, const struct oci_made *made)
{
	json_write_object(w, "rootfs");
	json_write_text(w, "type", "layers");
	json_write_array(w, "diff_ids");
	for (size_t i = 0; i < made->layers_len; i++)
		json_write_text(w, NULL, DIGEST_TEXT(&made->layers[i].diff_id));
	json_write_end(w);
	json_write_end(w);
	json_write_array(w, "history");
	for (size_t i = 0; i < made->layers_len; i++) {
		json_write_object(w, NULL);
		json_write_text(w, "created", made->created);
		json_write_text(w, "created_by", made->layers[i].made_by);
		json_write_text(w, "comment", made->comment);
		json_write_end(w);
	}
	json_write_end(w);
}

int oci_config_write(const struct oci_made *made, struct arena *a, bytes *out, err *e)
{
	buf text = BUF_INIT(LIMIT_CONFIG);
	struct stream stream;
	struct json_writer w;

	stream_init(&stream, stream_to_buf, &text);
	json_write_init(&w, &stream);
	json_write_object(&w, NULL);
	json_write_text(&w, "created", made->created);
	json_write_str(&w, "architecture", made->platform.architecture);
	put_some(&w, "variant", made->platform.variant);
	json_write_str(&w, "os", made->platform.os);
	put_run(&w, made->config, a);
	put_layers(&w, made);
	json_write_end(&w);
	return finish(&text, &stream, a, out, e);
}

/* -- the manifest ------------------------------------------------------------------------------ */

int oci_manifest_write(const struct descriptor *config, const struct descriptor *layers, size_t len,
                       struct arena *a, bytes *out, err *e)
{
	buf text = BUF_INIT(LIMIT_MANIFEST);
	struct stream stream;
	struct json_writer w;

	stream_init(&stream, stream_to_buf, &text);
	json_write_init(&w, &stream);
	json_write_object(&w, NULL);
	json_write_u64(&w, "schemaVersion", 2);
	json_write_text(&w, "mediaType", OCI_MANIFEST_TYPE);
	oci_descriptor_write(&w, "config", config, a);
	json_write_array(&w, "layers");
	for (size_t i = 0; i < len; i++)
		oci_descriptor_write(&w, NULL, &layers[i], a);
	json_write_end(&w);
	json_write_end(&w);
	return finish(&text, &stream, a, out, e);
}
