/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "base/text.h"
#include "flow/db_update.h"
#include "fmt/json_write.h"
#include "sys/file.h"

#include <errno.h>
#include <sys/stat.h>

struct sending {
	int fd;
	uint64_t at;
	bytes content; /* in place of the file, when fd is -1 */
};

static int64_t sending_read(void *ctx, uint8_t *into, size_t cap, err *e)
{
	struct sending *s = ctx;
	bytes part = bytes_slice(s->content, (size_t)s->at, cap);
	int64_t n = (int64_t)part.n;

	if (s->fd >= 0)
		n = file_pread(s->fd, into, cap, s->at, e);
	else if (n > 0)
		memcpy(into, part.p, part.n);
	s->at += n > 0 ? (uint64_t)n : 0;
	return n;
}

static int sending_restart(void *ctx, uint64_t from, err *e)
{
	struct sending *s = ctx;

	(void)e;
	s->at = from;
	return 0;
}

static int send_blob(struct registry *r, const struct reference *ref, const struct descriptor *d,
                     struct sending *s, err *e)
{
	const struct registry_source source = { sending_read, sending_restart, s };
	bool is_there;

	if (registry_blob_exists(r, ref, d, &is_there, e) < 0)
		return -1;
	return is_there ? 0 : registry_blob_push(r, ref, d, NULL, &source, e);
}

static int to_buf(void *ctx, bytes part, err *e)
{
	return buf_append(ctx, part, e);
}

static void write_descriptor(struct json_writer *w, const char *name, const struct descriptor *d)
{
	json_write_object(w, name);
	json_write_str(w, "mediaType", d->media_type);
	json_write_text(w, "digest", DIGEST_TEXT(&d->digest));
	json_write_u64(w, "size", d->size);
}

static void write_manifest(const struct descriptor *config, const struct descriptor *layer,
                           int64_t built, buf *out)
{
	struct stream stream;
	struct json_writer w;
	err none = { 0 };

	stream_init(&stream, to_buf, out);
	json_write_init(&w, &stream);
	json_write_object(&w, NULL);
	json_write_u64(&w, "schemaVersion", 2);
	json_write_text(&w, "mediaType", "application/vnd.oci.image.manifest.v1+json");
	json_write_text(&w, "artifactType", UPDATE_ARTIFACT);
	write_descriptor(&w, "config", config);
	json_write_end(&w);
	json_write_array(&w, "layers");
	write_descriptor(&w, NULL, layer);
	json_write_object(&w, "annotations"); /* the name that oras pull gives the file */
	json_write_text(&w, "org.opencontainers.image.title", "vulnerabilities.db");
	json_write_end(&w);
	json_write_end(&w);
	json_write_end(&w);
	json_write_object(&w, "annotations");
	buf date = BUF_INIT(64);

	buf_printf(&date, "%sT00:00:00Z", DATE_TEXT(built));
	json_write_str(&w, "org.opencontainers.image.created", buf_bytes(&date));
	buf_done(&date);
	json_write_end(&w);
	json_write_end(&w);
	(void)stream_finish(&stream, &none); /* the buffer has room for a manifest */
}

static int send(struct registry *r, const struct reference *ref, int fd, uint64_t size,
                int64_t built, digest *out, err *e)
{
	struct descriptor config = { .media_type = BYTES("application/vnd.oci.empty.v1+json"),
		                         .digest = digest_of(DIGEST_SHA256, BYTES("{}")),
		                         .size = 2 };
	struct descriptor layer = { .media_type = BYTES(UPDATE_DATABASE), .size = size };
	struct sending empty = { .fd = -1, .content = BYTES("{}") }, file = { .fd = fd };
	buf manifest = BUF_INIT(LIMIT_MANIFEST);

	if (update_digest(fd, DIGEST_SHA256, &layer.digest, e) < 0 ||
	    send_blob(r, ref, &config, &empty, e) < 0 || send_blob(r, ref, &layer, &file, e) < 0)
		return -1;
	write_manifest(&config, &layer, built, &manifest);
	const struct registry_document doc = {
		.content = buf_bytes(&manifest),
		.media_type = BYTES("application/vnd.oci.image.manifest.v1+json"),
		.digest = digest_of(DIGEST_SHA256, buf_bytes(&manifest))
	};
	int result = registry_manifest_push(r, ref, &doc, NULL, NULL, e);

	*out = doc.digest;
	buf_done(&manifest);
	return result;
}

static int check_licence(const struct database_info *info, bool allow, err *e)
{
	if (!info->restricted || allow)
		return 0;
	return err_set(e, ERR_USAGE, 0,
	               "it holds a feed whose licence forbids passing it on (oakum db feeds); "
	               "--allow-licence, if you may");
}

int db_push(const char *path, const struct reference *ref, const struct registry_options *options,
            bool allow_licence, digest *out, err *e)
{
	auto_fd fd = file_open_read(path, e);
	struct database *db;
	struct registry *r;
	struct stat st;

	if (fd < 0 || db_check(path, &db, e) < 0)
		return -1;
	int64_t built = database_info(db)->built;
	int result = check_licence(database_info(db), allow_licence, e);

	database_close(db);
	if (result < 0 || registry_open(options, &r, e) < 0)
		return err_wrap(e, "'%s'", SHOW(bytes_str(path)));
	result = fstat(fd, &st) < 0 ? err_set(e, ERR_IO, errno, "'%s'", SHOW(bytes_str(path)))
	                            : send(r, ref, fd, (uint64_t)st.st_size, built, out, e);
	registry_close(r);
	return result;
}
