/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "base/text.h"
#include "flow/db_update.h"
#include "oci/artifact.h"
#include "oci/media_type.h"
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

/* write_manifest(file, built, a, out, e): with the name that oras pull gives the file, and its date
 * where it is known. */
static int write_manifest(const struct descriptor *file, int64_t built, struct arena *a, bytes *out,
                          err *e)
{
	const char *date = arena_printf(a, "%sT00:00:00Z", DATE_TEXT(built));
	struct oci_label title = { BYTES("org.opencontainers.image.title"),
		                       BYTES("vulnerabilities.db") };
	struct oci_label created = { BYTES("org.opencontainers.image.created"), bytes_str(date) };
	struct artifact artifact = { .type = BYTES(UPDATE_ARTIFACT),
		                         .layer = *file,
		                         .annotations = { &created, built > 0, built > 0 } };

	artifact.layer.annotations = (struct oci_labels){ &title, 1, 1 };
	return artifact_text(&artifact, a, out, e);
}

static int send(struct registry *r, const struct reference *ref, int fd, uint64_t size,
                int64_t built, digest *out, err *e)
{
	const struct descriptor config = artifact_config();
	struct descriptor layer = { .media_type = BYTES(UPDATE_DATABASE), .size = size };
	struct sending empty = { .fd = -1, .content = BYTES(ARTIFACT_CONFIG_TEXT) };
	struct sending file = { .fd = fd };
	struct registry_document doc = { .media_type = BYTES(OCI_MANIFEST_TYPE) };
	struct arena a = ARENA_INIT;
	int result = -1;

	if (update_digest(fd, DIGEST_SHA256, &layer.digest, e) == 0 &&
	    write_manifest(&layer, built, &a, &doc.content, e) == 0 &&
	    send_blob(r, ref, &config, &empty, e) == 0 && send_blob(r, ref, &layer, &file, e) == 0) {
		*out = doc.digest = digest_of(DIGEST_SHA256, doc.content);
		result = registry_manifest_push(r, ref, &doc, NULL, NULL, e);
	}
	arena_done(&a);
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
