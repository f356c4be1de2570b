/* SPDX-License-Identifier: Apache-2.0 */
/* Into what docker save writes (Docker image specification 1.2): the config, each layer expanded,
 * and manifest.json, which names them. Also the form in which engines take images. */
#include "transfer/destination.h"

#include "base/limits.h"
#include "base/text.h"
#include "fmt/json_write.h"
#include "oci/reference.h"
#include "transfer/expand.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

struct layer_name {
	char text[160];
};

static const char *name_of(const digest *d, const char *suffix, struct layer_name *out)
{
	snprintf(out->text, sizeof(out->text), "%s%s", strchr(DIGEST_TEXT(d), ':') + 1, suffix);
	return out->text;
}

static int write_part(void *ctx, bytes part, err *e)
{
	struct destination *t = ctx;

	return archive_write(&t->archive, part, e);
}

static int restart(void *ctx, err *e)
{
	struct destination *t = ctx;

	return archive_rewind(&t->archive, e);
}

static int write_layer(struct destination *t, const struct plan_image *image, size_t i,
                       struct origin *from, err *e)
{
	const digest *diff_id = &image->parsed.diff_ids.items[i];
	const struct descriptor *d = image->layers ? &image->layers[i] : NULL;
	struct layer_name name;
	struct blob blob;

	if (blob_open(from, d, image->names ? image->names[i] : BYTES(""), 0, &blob, e) < 0)
		return -1;
	struct expand x = { t->parser->worker, &blob, write_part, restart, t };
	int status = archive_begin(&t->archive, name_of(diff_id, ".tar", &name), UINT64_MAX, e);

	if (status == 0)
		status = expand_run(&x, diff_id, e);
	meter_add(t->meter, d ? d->size : blob.file.size, true);
	blob_close(&blob);
	return status < 0 ? -1 : archive_end(&t->archive, e);
}

/* An empty layer may stand in a config many times; one file is enough. */
static bool is_repeated(const struct plan_image *image, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (digest_equal(&image->parsed.diff_ids.items[k], &image->parsed.diff_ids.items[i]))
			return true;
	return false;
}

static int manifest_text(const struct destination *t, const struct plan_image *image, bytes *out,
                         err *e)
{
	digest config = digest_of(DIGEST_SHA256, image->config);
	buf text = BUF_INIT(LIMIT_MANIFEST);
	struct layer_name name;
	struct stream stream;
	struct json_writer w;

	stream_init(&stream, stream_to_buf, &text);
	json_write_init(&w, &stream);
	w.on_one_line = true;
	json_write_array(&w, NULL);
	json_write_object(&w, NULL);
	json_write_text(&w, "Config", name_of(&config, ".json", &name));
	json_write_array(&w, "RepoTags");
	if (t->tag.n > 0)
		json_write_str(&w, NULL, t->tag);
	json_write_end(&w);
	json_write_array(&w, "Layers");
	for (size_t i = 0; i < image->len; i++)
		json_write_text(&w, NULL, name_of(&image->parsed.diff_ids.items[i], ".tar", &name));
	json_write_end(&w);
	json_write_end(&w);
	json_write_end(&w);
	int status = stream_finish(&stream, e);

	*out = arena_bytes(t->arena, buf_bytes(&text));
	buf_done(&text);
	return status;
}

int docker_write(struct destination *t, const struct plan *plan, struct origin *from, err *e)
{
	const struct plan_image *image = &plan->image;
	digest config = digest_of(DIGEST_SHA256, image->config);
	struct layer_name name;
	bytes manifest;

	for (size_t i = 0; i < image->len; i++)
		if (!is_repeated(image, i) && write_layer(t, image, i, from, e) < 0)
			return err_wrap(e, "layer %zu", i + 1);
	if (archive_add(&t->archive, name_of(&config, ".json", &name), image->config, e) < 0)
		return -1;
	if (manifest_text(t, image, &manifest, e) < 0)
		return err_wrap(e, "manifest.json");
	return archive_add(&t->archive, "manifest.json", manifest, e);
}

static int64_t read_archive(void *ctx, uint8_t *into, size_t cap, err *e)
{
	const struct destination *t = ctx;

	for (;;) {
		ssize_t n = read(t->archive.file.fd, into, cap);

		if (n < 0 && errno == EINTR)
			continue;
		return n < 0 ? err_set(e, ERR_IO, errno, "read") : n;
	}
}

int docker_finish(struct destination *t, err *e)
{
	if (archive_commit(&t->archive, e) < 0)
		return -1;
	if (!t->engine)
		return 0;
	struct engine_source source = { read_archive, t, t->archive.end };

	return engine_import(t->engine, t->http, &source, e);
}
