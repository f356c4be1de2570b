/* SPDX-License-Identifier: Apache-2.0 */
#include "harden/papers.h"

#include "base/limits.h"
#include "fmt/json_write.h"

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
static void put_set(struct json_writer *w, const char *name, const struct strings *names,
                    struct arena *a)
{
	if (names->len == 0)
		return;
	json_write_object(w, name);
	for (size_t i = 0; i < names->len; i++) {
		if (bytes_find(names->items[i], 0) < names->items[i].n)
			continue;
		json_write_object(w, arena_str(a, names->items[i]));
		json_write_end(w);
	}
	json_write_end(w);
}

static void put_labels(struct json_writer *w, const struct oci_labels *labels, struct arena *a)
{
	if (labels->len == 0)
		return;
	json_write_object(w, "Labels");
	for (size_t i = 0; i < labels->len; i++)
		if (bytes_find(labels->items[i].name, 0) == labels->items[i].name.n)
			json_write_str(w, arena_str(a, labels->items[i].name), labels->items[i].value);
	json_write_end(w);
}

static void put_some(struct json_writer *w, const char *name, bytes value)
{
	if (value.n > 0)
		json_write_str(w, name, value);
}

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
	put_labels(w, &c->labels, a);
	put_some(w, "StopSignal", c->stop_signal);
	if (c->healthcheck.len > 0) {
		json_write_object(w, "Healthcheck");
		put_words(w, "Test", &c->healthcheck);
		json_write_end(w);
	}
	json_write_end(w);
}

static void put_layers(struct json_writer *w, const struct papers *p)
{
	json_write_object(w, "rootfs");
	json_write_text(w, "type", "layers");
	json_write_array(w, "diff_ids");
	for (size_t i = 0; i < p->layers_len; i++)
		json_write_text(w, NULL, DIGEST_TEXT(&p->layers[i].diff_id));
	json_write_end(w);
	json_write_end(w);
	json_write_array(w, "history");
	for (size_t i = 0; i < p->layers_len; i++) {
		json_write_object(w, NULL);
		json_write_text(w, "created", p->created);
		json_write_text(w, "created_by", p->layers[i].made_by);
		json_write_text(w, "comment", p->comment);
		json_write_end(w);
	}
	json_write_end(w);
}

/* finish(text, stream, a): the document; it is bounded by what it was read from. */
static bytes finish(buf *text, struct stream *stream, struct arena *a)
{
	err ignored = { 0 };

	(void)stream_finish(stream, &ignored); /* into memory, which has no end here */
	bytes made = arena_bytes(a, buf_bytes(text));

	buf_done(text);
	return made;
}

bytes papers_config(const struct papers *p, struct arena *a)
{
	buf text = BUF_INIT(SIZE_MAX / 2);
	struct stream stream;
	struct json_writer w;

	stream_init(&stream, stream_to_buf, &text);
	json_write_init(&w, &stream);
	json_write_object(&w, NULL);
	json_write_text(&w, "created", p->created);
	json_write_str(&w, "architecture", p->platform.architecture);
	put_some(&w, "variant", p->platform.variant);
	json_write_str(&w, "os", p->platform.os);
	put_run(&w, p->config, a);
	put_layers(&w, p);
	json_write_end(&w);
	return finish(&text, &stream, a);
}

static void put_descriptor(struct json_writer *w, const char *name, const struct descriptor *d)
{
	json_write_object(w, name);
	json_write_str(w, "mediaType", d->media_type);
	json_write_text(w, "digest", DIGEST_TEXT(&d->digest));
	json_write_u64(w, "size", d->size);
	json_write_end(w);
}

bytes papers_manifest(const struct papers *p, const struct descriptor *config, struct arena *a)
{
	buf text = BUF_INIT(SIZE_MAX / 2);
	struct stream stream;
	struct json_writer w;

	stream_init(&stream, stream_to_buf, &text);
	json_write_init(&w, &stream);
	json_write_object(&w, NULL);
	json_write_u64(&w, "schemaVersion", 2);
	json_write_text(&w, "mediaType", PAPERS_MANIFEST_TYPE);
	put_descriptor(&w, "config", config);
	json_write_array(&w, "layers");
	for (size_t i = 0; i < p->layers_len; i++)
		put_descriptor(&w, NULL, &p->layers[i].blob);
	json_write_end(&w);
	json_write_end(&w);
	return finish(&text, &stream, a);
}
