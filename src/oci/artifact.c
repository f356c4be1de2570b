/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/artifact.h"

#include "base/limits.h"
#include "oci/document_write.h"
#include "oci/media_type.h"

struct descriptor artifact_config(void)
{
	return (struct descriptor){ .media_type = BYTES(OCI_EMPTY_TYPE),
		                        .digest = digest_of(DIGEST_SHA256, BYTES(ARTIFACT_CONFIG_TEXT)),
		                        .size = sizeof(ARTIFACT_CONFIG_TEXT) - 1 };
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
	json_write_text(&w, "mediaType", OCI_MANIFEST_TYPE);
	json_write_str(&w, "artifactType", v->type);
	oci_descriptor_write(&w, "config", &config, a);
	json_write_array(&w, "layers");
	oci_descriptor_write(&w, NULL, &v->layer, a);
	json_write_end(&w);
	if (v->subject)
		oci_descriptor_write(&w, "subject", v->subject, a);
	oci_annotations_write(&w, &v->annotations, a);
	json_write_end(&w);
	int status = stream_finish(&stream, e);

	*out = arena_bytes(a, buf_bytes(&text));
	buf_done(&text);
	return status;
}
