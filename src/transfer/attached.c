/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/attached.h"

#include "base/limits.h"
#include "base/text.h"
#include "fmt/stream.h"
#include "oci/predicate.h"
#include "sys/file.h"
#include "transfer/gather.h"

#include <unistd.h>

struct search {
	const struct attached_options *options;
	struct arena arena;
	struct gather gather;
	digest image;
	struct descriptors found;
};

/* -- what is attached to it -------------------------------------------------------------------- */

static bool is_bill(const struct attachment *at)
{
	return at->kind == ATTACHMENT_STATEMENT &&
	       (predicate_is(at->predicate_type, PREDICATE_SPDX) ||
	        predicate_is(at->predicate_type, PREDICATE_CYCLONEDX));
}

/* OpenVEX has no registered media type; those that name it by its name are taken. */
static bool is_vex(const struct attachment *at)
{
	bytes media = at->layer.media_type, type = at->predicate_type;

	if (bytes_search(media, BYTES("openvex")) < media.n ||
	    bytes_search(media, BYTES("csaf")) < media.n)
		return true;
	return (at->kind == ATTACHMENT_STATEMENT || at->kind == ATTACHMENT_ENVELOPE) &&
	       (bytes_starts(type, BYTES(PREDICATE_OPENVEX)) ||
	        (type.n == 0 && at->kind == ATTACHMENT_ENVELOPE));
}

/* Statements are about a platform's manifest, never about the index above it. */
static int find_image(struct search *s, const struct target *target, err *e)
{
	struct gather *g = &s->gather;

	if (gather_open(g, target, &s->options->registry, &s->arena, e) < 0 ||
	    gather_subjects(g, SCOPE_PLATFORM, &s->options->platform, e) < 0)
		return -1;
	g->subjects.items += g->subjects.len - 1;
	g->subjects.len = g->subjects.cap = 1;
	s->image = g->subjects.items[0].digest;
	return 0;
}

/* find(s, kinds, where, wanted, e): into s->found. */
static int find(struct search *s, unsigned kinds, enum find_where where,
                bool (*wanted)(const struct attachment *at), err *e)
{
	const struct attachments_options options = { .kinds = kinds };
	struct attachments list;

	if (attachments_find(&s->gather, &options, where, &list, e) < 0)
		return -1;
	for (size_t i = 0; i < list.len; i++) {
		const struct attachment *at = &list.items[i];

		if (at->unread)
			return err_set(e, ERR_FORMAT, 0, "attestation %s: %s", DIGEST_TEXT(&at->manifest),
			               at->unread);
		if (at->layer.digest.algorithm != DIGEST_NONE && wanted(at))
			*ARENA_PUSH(&s->arena, &s->found) = at->layer;
	}
	return 0;
}

/* One that BuildKit put into the index is there without a further question. */
static int find_bill(struct search *s, const struct target *target, err *e)
{
	const unsigned kinds = 1 << ATTACHMENT_STATEMENT;

	if (find_image(s, target, e) < 0 || find(s, kinds, FIND_BESIDE, is_bill, e) < 0 ||
	    (s->found.len == 0 && find(s, kinds, FIND_ALL, is_bill, e) < 0))
		return -1;
	if (s->found.len > 0)
		return 0;
	return err_set(e, ERR_UNSIGNED, 0,
	               "no bill of materials is attached to %s (BuildKit attaches one with "
	               "--sbom=true; without --attached one is made)",
	               DIGEST_TEXT(&s->image));
}

static int find_vex(struct search *s, const struct target *target, err *e)
{
	const unsigned kinds = 1 << ATTACHMENT_STATEMENT | 1 << ATTACHMENT_ENVELOPE |
	                       1 << ATTACHMENT_OTHER;

	if (find_image(s, target, e) < 0 || find(s, kinds, FIND_ALL, is_vex, e) < 0)
		return -1;
	return s->found.len > 0 ? 0
	                        : err_set(e, ERR_UNSIGNED, 0, "no VEX is attached to %s",
	                                  DIGEST_TEXT(&s->image));
}

/* -- its octets -------------------------------------------------------------------------------- */

/* copy_blob(s, d, blob, take, ctx, e): every octet to take, and the digest at the end. */
static int copy_blob(struct search *s, const struct descriptor *d, struct blob *blob,
                     int (*take)(void *ctx, bytes part, err *e), void *ctx, err *e)
{
	struct hasher *h = hasher_new(d->digest.algorithm);
	uint8_t *part = arena_array(&s->arena, uint8_t, 64 * KIB);
	int64_t n = 0;

	while ((n = blob_read(blob, part, 64 * KIB, e)) > 0) {
		hasher_update(h, bytes_of(part, (size_t)n));
		if (take(ctx, bytes_of(part, (size_t)n), e) < 0) {
			n = -1;
			break;
		}
	}
	digest have = hasher_final(h);

	hasher_free(h);
	if (n < 0)
		return -1;
	return digest_equal(&have, &d->digest)
	           ? 0
	           : err_set(e, ERR_FORMAT, 0, "it has the digest %s", DIGEST_TEXT(&have));
}

static int fetch(struct search *s, const struct descriptor *d, uint64_t max,
                 int (*take)(void *ctx, bytes part, err *e), void *ctx, err *e)
{
	struct blob blob;

	if (d->size > max)
		return err_set(e, ERR_LIMIT, 0, "more than %u MiB", (unsigned)(max / MIB));
	if (blob_open(&s->gather.origin, d, (bytes){ NULL, 0 }, 0, &blob, e) < 0)
		return -1;
	int done = copy_blob(s, d, &blob, take, ctx, e);

	blob_close(&blob);
	return done;
}

static int to_file(void *ctx, bytes part, err *e)
{
	return file_write_all(*(int *)ctx, "the attached bill", part, e);
}

static int fetch_file(struct search *s, int fd, err *e)
{
	if (fetch(s, &s->found.items[0], LIMIT_SBOM, to_file, &fd, e) < 0)
		return -1;
	return lseek(fd, 0, SEEK_SET) == 0 ? 0 : err_set(e, ERR_IO, 0, "a temporary file");
}

static int fetch_texts(struct search *s, struct arena *a, struct attached_texts *out, err *e)
{
	for (size_t i = 0; i < s->found.len; i++) {
		const struct descriptor *d = &s->found.items[i];
		const char *name = arena_str(a, bytes_str(DIGEST_TEXT(&d->digest)));
		buf text = BUF_INIT(LIMIT_SETTINGS);
		int done = fetch(s, d, LIMIT_SETTINGS, stream_to_buf, &text, e);

		*ARENA_PUSH(a, out) =
			(struct attached_text){ arena_bytes(a, buf_bytes(&text)), name };
		buf_done(&text);
		if (done < 0)
			return err_wrap(e, "attached VEX %s", name);
	}
	out->image = s->image;
	return 0;
}

static void search_done(struct search *s)
{
	gather_close(&s->gather);
	arena_done(&s->arena);
}

int attached_open(const struct target *target, const struct attached_options *options,
                  struct attached *out, err *e)
{
	struct search s = { .options = options };
	int fd = -1, result = -1;

	if (find_bill(&s, target, e) == 0 &&
	    (fd = file_temp_unlinked(options->tmp_dir, e)) >= 0)
		result = fetch_file(&s, fd, e);
	if (fd >= 0 && result < 0)
		(void)err_wrap(e, "attached bill %s", DIGEST_TEXT(&s.found.items[0].digest));
	if (result == 0)
		*out = (struct attached){ fd, s.image, s.found.items[0].digest, s.found.len - 1 };
	else if (fd >= 0)
		close(fd);
	search_done(&s);
	return result;
}

int attached_vex(const struct target *target, const struct attached_options *options,
                 struct arena *a, struct attached_texts *out, err *e)
{
	struct search s = { .options = options };
	int result = -1;

	*out = (struct attached_texts){ 0 };
	if (find_vex(&s, target, e) == 0)
		result = fetch_texts(&s, a, out, e);
	search_done(&s);
	return result;
}
