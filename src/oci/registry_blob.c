/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "oci/registry_reading.h"

#include <errno.h>
#include <inttypes.h>

/* Octets after which a connection that breaks again has earned new patience. */
#define PATIENCE_EARNED (16 * MIB)
#define SKIP_SIZE (64 * KIB)

struct registry_blob {
	struct arena arena;
	struct registry *r;
	struct reference ref; /* where it comes from: the registry, or a mirror */
	struct descriptor d;
	uint64_t at;
	uint64_t patient_at; /* where patience was last full */
	struct patience patience;
	struct http_exchange *x; /* NULL: between two connections, or at the end */
	const char *etag;        /* of the first answer, for If-Range; NULL */
	struct hasher *hasher;   /* NULL when it was not begun at its beginning */
	struct hoard_hold hold;  /* when one of these: */
	bool is_held;            /* read from there, by no connection */
	bool is_kept;            /* written there, too */
	bool done;
};

struct call reading_blob(const struct reference *ref, const digest *blob, struct arena *a)
{
	return (struct call){ .what = arena_printf(a, "blob %s", DIGEST_TEXT(blob)),
		                  .host = ref->host,
		                  .repository = ref->repository,
		                  .method = HTTP_GET,
		                  .path = arena_printf(a, "blobs/%s", DIGEST_TEXT(blob)) };
}

/* -- connections ------------------------------------------------------------------------------- */

static int check_size(const struct registry_blob *b, uint64_t size, err *e)
{
	if (size == b->d.size)
		return 0;
	return err_set(e, ERR_FORMAT, 0, "it has %" PRIu64 " bytes and should have %" PRIu64, size,
	               b->d.size);
}

/* What was waited for in vain counts as patience; so it does in requests (patience_send). */
static int64_t read_wire(struct registry_blob *b, uint8_t *into, size_t cap, err *e)
{
	int64_t n = http_read(b->x, into, cap, e);

	if (n < 0 && e->sys == ETIMEDOUT)
		b->patience.waited_ms += LIMIT_HTTP_IDLE_MS;
	return n;
}

/* Read past what we have: the registry began anew. */
static int skip(struct registry_blob *b, err *e)
{
	uint8_t *waste = arena_alloc(&b->arena, SKIP_SIZE);
	uint64_t left = b->at;

	while (left > 0) {
		int64_t n = read_wire(b, waste, left < SKIP_SIZE ? left : SKIP_SIZE, e);

		if (n < 0)
			return -1;
		if (n == 0)
			return err_set(e, ERR_NET, ECONNRESET, "it ends before what was read already");
		left -= (uint64_t)n;
	}
	return 0;
}

/* The answer is the blob, from where we are. */
static int check_answer(struct registry_blob *b, err *e)
{
	const char *length = http_header(b->x, "Content-Length");
	uint64_t from = 0, size = b->d.size, rest = b->at;

	if (http_status(b->x) == 206) {
		if (!content_range(bytes_str(http_header(b->x, "Content-Range")), &from, &size) ||
		    from != b->at)
			return err_set(e, ERR_NET, 0, "another part came than was asked for");
		rest = 0;
	} else if (length && !text_take_u64(bytes_str(length), 10, INT64_MAX, &size)) {
		return err_set(e, ERR_NET, 0, "its length cannot be read");
	}
	if (check_size(b, size, e) < 0)
		return -1;
	const char *etag = http_header(b->x, "ETag");

	if (!b->etag && etag && etag[0] == '"') /* If-Range takes strong ones (RFC 9110 13.1.5) */
		b->etag = arena_str(&b->arena, bytes_str(etag));
	return rest > 0 ? skip(b, e) : 0;
}

static int connect_at(struct registry_blob *b, err *e)
{
	struct arena a = ARENA_INIT;
	struct call c = reading_blob(&b->ref, &b->d.digest, &a);
	struct http_header headers[3] = { { 0 } };
	struct answer answer;

	c.patience = &b->patience;
	if (b->at > 0) {
		headers[0] = (struct http_header){ "Range", arena_printf(&a, "bytes=%" PRIu64 "-", b->at) };
		if (b->etag)
			headers[1] = (struct http_header){ "If-Range", b->etag };
		c.headers = headers;
	}
	int result = call_send(b->r, &c, &a, &answer, e);

	if (result == 0 && http_status(answer.x) != 200 && http_status(answer.x) != 206) {
		result = call_refuse(b->r, &c, answer.x, e);
	} else if (result == 0) {
		b->x = answer.x;
		result = check_answer(b, e);
	}
	if (result < 0) {
		http_end(b->x);
		b->x = NULL;
	}
	arena_wipe(&a);
	return result;
}

/* go_on(b, e): after a failure; another connection, or -1 with the failure. */
static int go_on(struct registry_blob *b, err *e)
{
	http_end(b->x);
	b->x = NULL;
	if (b->at - b->patient_at >= PATIENCE_EARNED) {
		b->patience = (struct patience){ 0 };
		b->patient_at = b->at;
	}
	do {
		if (!patience_is_worth(e) || patience_take(&b->patience, b->r->http, 0) < 0)
			return -1;
		registry_note(b->r, "%s/%s: %s, goes on at %" PRIu64, b->ref.host, b->ref.repository,
		              e->text, b->at);
		err_clear(e); /* mended, or the next failure takes its place */
	} while (connect_at(b, e) < 0);
	return 0;
}

/* -- reading ----------------------------------------------------------------------------------- */

static int wrap(const struct registry_blob *b, err *e)
{
	return err_wrap(e, "%s/%s: blob %s", b->ref.host, b->ref.repository, DIGEST_TEXT(&b->d.digest));
}

static int check_end(struct registry_blob *b, err *e)
{
	b->done = true;
	if (!b->hasher)
		return 0;
	digest have = hasher_final(b->hasher);

	if (digest_equal(&have, &b->d.digest)) {
		if (b->is_kept)
			hoard_keep(&b->hold, BYTES(""));
		return 0;
	}
	return err_set(e, ERR_FORMAT, 0, "what came has the digest %s", DIGEST_TEXT(&have));
}

/* From the hoard, from the place, or from the place and into the hoard. */
static int connect_first(struct registry_blob *b, err *e)
{
	const uint64_t size = b->d.size;

	b->is_held = hoard_find(b->r->options.hoard, &b->d.digest, &b->hold) && b->hold.size == size;
	if (b->is_held)
		return 0;
	/* The empty blob and the end of one need no connection, but the empty one is asked for: it may
	 * be absent. */
	if ((b->at == 0 || b->at < size) && connect_at(b, e) < 0)
		return wrap(b, e);
	b->is_kept = b->at == 0 && hoard_begin(b->r->options.hoard, &b->d.digest, size, &b->hold);
	return 0;
}

static int open_at(struct registry *r, const struct reference *place, const struct descriptor *d,
                   uint64_t from, struct registry_blob **out, err *e)
{
	struct arena arena = ARENA_INIT;
	struct registry_blob *b = arena_new(&arena, struct registry_blob);

	b->r = r;
	b->ref = *place;
	b->ref.host = arena_str(&arena, bytes_str(place->host));
	b->ref.repository = arena_str(&arena, bytes_str(place->repository));
	b->d = (struct descriptor){ .digest = d->digest, .size = d->size };
	b->at = b->patient_at = from;
	b->arena = arena;
	if (connect_first(b, e) < 0) {
		registry_blob_close(b);
		return -1;
	}
	if (from == 0)
		b->hasher = hasher_new(d->digest.algorithm);
	*out = b;
	return 0;
}

int registry_blob_open(struct registry *r, const struct reference *ref, const struct descriptor *d,
                       uint64_t from, struct registry_blob **out, err *e)
{
	struct arena a = ARENA_INIT;
	struct reference there;
	int result = -1;

	if (from > d->size)
		return err_set(e, ERR_BUG, 0, "a blob of %" PRIu64 " bytes is read from %" PRIu64, d->size,
		               from);
	for (size_t i = 0; result < 0 && reading_mirror(r, ref, i, &a, &there); i++) {
		err failed = { 0 }; /* told, and the next place is asked */

		result = open_at(r, &there, d, from, out, &failed);
		if (result < 0)
			registry_note(r, "%s", failed.text);
	}
	arena_wipe(&a);
	return result == 0 ? 0 : open_at(r, ref, d, from, out, e);
}

static int64_t read_some(struct registry_blob *b, uint8_t *into, size_t cap, err *e)
{
	uint64_t left = b->d.size - b->at;
	uint8_t more;

	if (b->is_held)
		return hoard_read(&b->hold, b->at, into, cap, e);
	for (;;) {
		/* One octet more than there should be is asked for at the end. */
		int64_t n = !b->x  ? 0
		            : left ? read_wire(b, into, left < cap ? left : cap, e)
		                   : read_wire(b, &more, 1, e);

		if (n > 0 && left == 0)
			return err_set(e, ERR_FORMAT, 0, "it is longer than its %" PRIu64 " bytes", b->d.size);
		if (n > 0 || left == 0)
			return n;
		if (n == 0)
			(void)err_set(e, ERR_NET, ECONNRESET, "it ends after %" PRIu64 " of %" PRIu64 " bytes",
			              b->at, b->d.size);
		if (go_on(b, e) < 0)
			return -1;
	}
}

int64_t registry_blob_read(struct registry_blob *b, uint8_t *into, size_t cap, err *e)
{
	if (b->done || cap == 0)
		return 0;
	int64_t n = read_some(b, into, cap, e);

	if (n > 0) {
		const bytes part = bytes_of(into, (size_t)n);

		if (b->hasher)
			hasher_update(b->hasher, part);
		b->is_kept = b->is_kept && hoard_write(&b->hold, b->at, part);
		b->at += part.n;
	} else if (n == 0) {
		n = check_end(b, e);
	}
	return n < 0 ? wrap(b, e) : n;
}

void registry_blob_close(struct registry_blob *b)
{
	if (!b)
		return;
	http_end(b->x);
	hasher_free(b->hasher);
	struct arena arena = b->arena;

	arena_wipe(&arena);
}

int registry_blob(struct registry *r, const struct reference *ref, const struct descriptor *d,
                  uint64_t max, struct arena *a, bytes *out, err *e)
{
	buf content = BUF_INIT(d->size < max ? d->size + SKIP_SIZE : max + SKIP_SIZE);
	struct registry_blob *b;
	int64_t n;

	if (d->size > max)
		return err_set(e, ERR_LIMIT, 0,
		               "%s/%s: blob %s has %" PRIu64 " bytes; at most %" PRIu64 " are read",
		               ref->host, ref->repository, DIGEST_TEXT(&d->digest), d->size, max);
	if (registry_blob_open(r, ref, d, 0, &b, e) < 0)
		return -1;
	do {
		n = registry_blob_read(b, buf_room(&content, SKIP_SIZE), SKIP_SIZE, e);
		content.n += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	registry_blob_close(b);
	if (n == 0)
		*out = arena_bytes(a, buf_bytes(&content));
	buf_done(&content);
	return (int)n;
}
