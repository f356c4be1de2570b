/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/artifact.h"

#include "base/limits.h"
#include "fmt/json_write.h"

struct descriptor artifact_config(void)
{
	return (struct descriptor){ .media_type = BYTES("application/vnd.oci.empty.v1+json"),
		                        .digest = digest_of(DIGEST_SHA256, BYTES(ARTIFACT_CONFIG_TEXT)),
		                        .size = sizeof(ARTIFACT_CONFIG_TEXT) - 1 };
}

static void put_annotations(struct json_writer *w, const struct oci_labels *list, struct arena *a)
{
	if (list->len == 0)
		return;
	json_write_object(w, "annotations");
	for (size_t i = 0; i < list->len; i++)
		json_write_str(w, arena_str(a, list->items[i].name), list->items[i].value);
	json_write_end(w);
}

static void put_descriptor(struct json_writer *w, const char *name, const struct descriptor *d,
                           struct arena *a)
{
	json_write_object(w, name);
	json_write_str(w, "mediaType", d->media_type);
	json_write_text(w, "digest", DIGEST_TEXT(&d->digest));
	json_write_u64(w, "size", d->size);
	put_annotations(w, &d->annotations, a);
	json_write_end(w);
}

int artifact_text(const struct artifact *v, struct arena *a, bytes *out, err *e)
{
	const struct descriptor config = artifact_config();
	buf text = BUF_INIT(LIMIT_MANIFEST);
	struct stream stream;
	struct json_writer w;

	stream_init(&stream, stream_to_buf, &text);
	json_write_init(&w, &stream);
	w.is_compact = true;
	json_write_object(&w, NULL);
	json_write_u64(&w, "schemaVersion", 2);
	json_write_text(&w, "mediaType", ARTIFACT_MEDIA_TYPE);
	json_write_str(&w, "artifactType", v->type);
	put_descriptor(&w, "config", &config, a);
	json_write_array(&w, "layers");
	put_descriptor(&w, NULL, &v->layer, a);
	json_write_end(&w);
	if (v->subject)
		put_descriptor(&w, "subject", v->subject, a);
	put_annotations(&w, &v->annotations, a);
	json_write_end(&w);
	int status = stream_finish(&stream, e);

	*out = arena_bytes(a, buf_bytes(&text));
	buf_done(&text);
	return status;
}
