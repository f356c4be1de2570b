/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "oci/registry_reading.h"

#include <errno.h>
#include <inttypes.h>

/* The pieces of an upload that broke, or was too large, when it was sent all at once. */
#define CHUNK_AFTER_BREAK (16 * MIB)

/* -- what is there ----------------------------------------------------------------------------- */

int registry_blob_exists(struct registry *r, const struct reference *ref,
                         const struct descriptor *d, bool *out, err *e)
{
	struct arena a = ARENA_INIT;
	const struct call c = { .what = arena_printf(&a, "blob %s", DIGEST_TEXT(&d->digest)),
		                    .host = ref->host,
		                    .repository = ref->repository,
		                    .method = HTTP_HEAD,
		                    .push = true,
		                    .path = arena_printf(&a, "blobs/%s", DIGEST_TEXT(&d->digest)) };
	struct answer answer;
	int result = call_send(r, &c, &a, &answer, e);

	if (result == 0 && http_status(answer.x) != 200 && http_status(answer.x) != 404) {
		result = call_refuse(r, &c, answer.x, e);
	} else if (result == 0) {
		const char *length = http_header(answer.x, "Content-Length");
		uint64_t size = d->size;

		/* A blob of another size is not this one, whatever the registry calls it. */
		*out = http_status(answer.x) == 200 &&
		       (!length || text_take_u64(bytes_str(length), 10, INT64_MAX, &size)) &&
		       size == d->size;
		http_end(answer.x);
	}
	if (result < 0)
		(void)call_wrap(&c, e);
	arena_wipe(&a);
	return result;
}

/* -- an upload --------------------------------------------------------------------------------- */

struct upload {
	struct registry *r;
	const struct reference *ref;
	const struct descriptor *d;
	const struct registry_source *source;
	const char *mount_from; /* not asked yet whether it can be taken from there; NULL */
	struct arena arena;     /* of one step */
	const char *what;
	buf location;       /* absolute, with its NUL; empty while there is no session */
	uint64_t chunk;     /* 0: all at once */
	uint64_t least;     /* of a chunk that is not the last, as the registry says */
	uint64_t at;        /* octets that the registry has */
	uint64_t best;      /* the most it had when patience was last full */
	uint64_t source_at; /* where the source is */
	uint64_t given;     /* the most that the registry can have: what the source ever gave */
	struct patience patience;
};

static struct call upload_call(struct upload *u, enum http_method method, const char *path)
{
	return (struct call){ .what = u->what,
		                  .host = u->ref->host,
		                  .repository = u->ref->repository,
		                  .push = true,
		                  .method = method,
		                  .path = path,
		                  .patience = &u->patience };
}

/* Where the next request of this session goes (distribution-spec 1.1: absolute or relative, with or
 * without a query). Another origin gets no secret (call_send), and none without TLS. */
static int take_location(struct upload *u, const struct answer *answer, err *e)
{
	const struct call c = upload_call(u, HTTP_GET, "");
	const char *text = http_header(answer->x, "Location"), *to;
	struct url base, from, next;

	if (!text)
		return u->location.n ? 0
		                     : err_set(e, ERR_NET, 0, "the registry names no place for uploads");
	if (url_parse(call_base(u->r, &c, &u->arena), &u->arena, &base, e) < 0 ||
	    url_parse(answer->url, &u->arena, &from, e) < 0 ||
	    url_resolve(answer->url, text, &u->arena, &to, e) < 0 ||
	    url_parse(to, &u->arena, &next, e) < 0 ||
	    call_check_target(u->r, &base, &from, &next, e) < 0)
		return err_wrap(e, "place for uploads");
	buf_clear(&u->location);
	buf_put(&u->location, bytes_of(to, strlen(to) + 1));
	return 0;
}

static const char *location(const struct upload *u)
{
	return (const char *)u->location.p;
}

/* OCI-Chunk-Min-Length: what is smaller is refused, but for the last chunk. */
static void heed_min_length(struct upload *u, const struct http_exchange *x)
{
	const char *text = http_header(x, "OCI-Chunk-Min-Length");
	uint64_t least;

	if (text && text_take_u64(bytes_str(text), 10, LIMIT_BLOB, &least))
		u->least = least;
}

/* begin_call(u): POST, with the wish to mount when that was not asked yet. */
static struct call begin_call(struct upload *u)
{
	struct call c = upload_call(u, HTTP_POST, "blobs/uploads/");

	c.mount_from = u->mount_from;
	if (u->mount_from)
		c.path = arena_printf(&u->arena, "blobs/uploads/?mount=%s&from=%s",
		                      url_escape(bytes_str(DIGEST_TEXT(&u->d->digest)), &u->arena),
		                      url_escape(bytes_str(u->mount_from), &u->arena));
	return c;
}

/* begin(u, e): 0 when the registry took the blob from where it is; 1 when there is a session, which
 * is also what a declined mount opens (distribution-spec 1.1, "Mounting a blob"), or when one is to
 * be asked for without the mount. */
static int begin(struct upload *u, err *e)
{
	const struct call c = begin_call(u);
	struct answer answer;

	u->at = 0;
	u->mount_from = NULL;
	if (call_send(u->r, &c, &u->arena, &answer, e) < 0)
		return -1;
	int status = http_status(answer.x), result = 1;

	if (status != 202 && !c.mount_from)
		return call_refuse(u->r, &c, answer.x, e);
	if (status == 201)
		result = 0;
	else if (status == 202 && take_location(u, &answer, e) < 0)
		result = -1;
	heed_min_length(u, answer.x);
	http_end(answer.x);
	return result;
}

/* -- one request of octets --------------------------------------------------------------------- */

/* What a request takes from the source: [from, from + size). */
struct piece {
	struct upload *u;
	uint64_t from, left, size;
};

static int64_t read_piece(void *ctx, uint8_t *into, size_t cap, err *e)
{
	struct piece *p = ctx;
	int64_t n = p->u->source->read(p->u->source->ctx, into, cap < p->left ? cap : p->left, e);

	if (n > 0) {
		p->left -= (uint64_t)n;
		p->u->source_at += (uint64_t)n;
		if (p->u->given < p->u->source_at)
			p->u->given = p->u->source_at;
	}
	return n;
}

static int restart_piece(void *ctx, err *e)
{
	struct piece *p = ctx;

	p->left = p->size;
	if (p->u->source_at == p->from)
		return 0;
	p->u->source_at = p->from;
	return p->u->source->restart(p->u->source->ctx, p->from, e);
}

/* What is sent of it with this request; 202 and 201 are success. 1: the registry has another part
 * than we thought, or takes no more than chunks. */
static int send_piece(struct upload *u, struct call *c, struct piece *p, struct answer *answer,
                      err *e)
{
	c->body = (struct http_body){ .read = read_piece, .ctx = p, .size = p->size };
	c->restart = restart_piece;
	c->once = true; /* what arrived of it is asked for before anything is sent again */
	if (restart_piece(p, e) < 0 || call_send(u->r, c, &u->arena, answer, e) < 0)
		return -1;
	int status = http_status(answer->x);

	if (status == 416 || (status == 413 && u->chunk == 0 && p->size > CHUNK_AFTER_BREAK)) {
		http_end(answer->x);
		return 1;
	}
	if (status != 201 && status != 202 && status != 204)
		return call_refuse(u->r, c, answer->x, e);
	return 0;
}

static int check_said(const struct upload *u, const struct answer *answer, err *e)
{
	digest said;

	if (reading_digest(answer->x, &said, e) < 0)
		return -1;
	if (said.algorithm == DIGEST_NONE || digest_equal(&said, &u->d->digest))
		return 0;
	return err_set(e, ERR_FORMAT, 0, "the registry calls it %s", DIGEST_TEXT(&said));
}

/* PUT LOCATION?digest=D, with all that is left. */
static int finish(struct upload *u, err *e)
{
	static const struct http_header type[] = { { "Content-Type", "application/octet-stream" },
		                                       { 0 } };
	struct piece p = { .u = u, .from = u->at, .size = u->d->size - u->at };
	struct call c = upload_call(
		u, HTTP_PUT,
		arena_printf(&u->arena, "%s%cdigest=%s", location(u), strchr(location(u), '?') ? '&' : '?',
	                 url_escape(bytes_str(DIGEST_TEXT(&u->d->digest)), &u->arena)));
	struct answer answer;

	c.headers = type;
	c.idle_ms = call_commit_ms(u->d->size);
	int result = send_piece(u, &c, &p, &answer, e);

	if (result != 0)
		return result;
	result = check_said(u, &answer, e);
	http_end(answer.x);
	return result;
}

/* PATCH LOCATION with the next chunk. */
static int send_chunk(struct upload *u, err *e)
{
	uint64_t left = u->d->size - u->at, chunk = u->chunk < u->least ? u->least : u->chunk, have;
	struct piece p = { .u = u, .from = u->at, .size = left < chunk ? left : chunk };
	const char *range = arena_printf(&u->arena, "%" PRIu64 "-%" PRIu64, p.from,
	                                 p.from + p.size - 1);
	const struct http_header headers[] = { { "Content-Type", "application/octet-stream" },
		                                   { "Content-Range", range },
		                                   { 0 } };
	struct call c = upload_call(u, HTTP_PATCH, location(u));
	struct answer answer;

	c.headers = headers;
	c.idle_ms = call_commit_ms(p.size);
	int result = send_piece(u, &c, &p, &answer, e);

	if (result != 0)
		return result;
	result = take_location(u, &answer, e);
	heed_min_length(u, answer.x);
	u->at = p.from + p.size;
	if (result == 0 && upload_range(bytes_str(http_header(answer.x, "Range")), &have) &&
	    have < u->at && have >= p.from)
		u->at = have; /* it took less */
	http_end(answer.x);
	return result;
}

/* GET LOCATION: how much the registry has. */
static int ask_offset(struct upload *u, err *e)
{
	const struct call c = upload_call(u, HTTP_GET, location(u));
	struct answer answer;
	uint64_t have = 0;

	if (call_send(u->r, &c, &u->arena, &answer, e) < 0)
		return -1;
	if (http_status(answer.x) != 204 && http_status(answer.x) != 202)
		return call_refuse(u->r, &c, answer.x, e);
	int result = take_location(u, &answer, e);

	if (result == 0 && !upload_range(bytes_str(http_header(answer.x, "Range")), &have))
		have = 0;
	http_end(answer.x);
	if (result == 0 && have > u->given)
		return err_set(e, ERR_NET, 0, "the registry has %" PRIu64 " bytes of %" PRIu64, have,
		               u->given);
	u->at = have;
	return result;
}

/* -- all of it --------------------------------------------------------------------------------- */

/* grew(u, from): enough since it was there. */
static bool grew(const struct upload *u, uint64_t from)
{
	return u->at > from && (u->at - from >= u->chunk || u->at == u->d->size);
}

/* judge_progress(u, before, e): more than ever fills up patience; what was there once and is sent
 * again costs none; a registry that takes little, or forgets, wears it out. */
static int judge_progress(struct upload *u, uint64_t before, err *e)
{
	if (grew(u, u->best)) {
		u->best = u->at;
		u->patience = (struct patience){ 0 };
		return 0;
	}
	if (grew(u, before) || patience_take(&u->patience, u->r->http, 0) == 0)
		return 0;
	return err_set(e, ERR_NET, 0, "the registry does not keep what it is sent");
}

/* What the registry has is not sent again, as far as it says; in chunks, so that the next break
 * costs one of them. */
static void resume(struct upload *u)
{
	err ignored = { 0 }; /* the session is lost: from the beginning */

	if (u->chunk == 0)
		u->chunk = CHUNK_AFTER_BREAK;
	if (ask_offset(u, &ignored) == 0)
		return;
	buf_clear(&u->location);
	u->at = 0;
}

/* 0 when the blob is there; 1 when the next part is to be sent. */
static int step(struct upload *u, err *e)
{
	uint64_t before = u->at;
	int result;

	arena_reset(&u->arena);
	if (u->location.n == 0)
		return begin(u, e);
	if (u->chunk == 0 || u->at == u->d->size) {
		result = finish(u, e);
	} else {
		result = send_chunk(u, e);
		if (result == 0)
			return judge_progress(u, before, e) < 0 ? -1 : 1;
	}
	if (result != 1)
		return result;
	resume(u);
	return judge_progress(u, before, e) < 0 ? -1 : 1;
}

/* After a broken connection: 0 when there is something to try. */
static int mend(struct upload *u, err *e)
{
	if (!patience_is_worth(e) || patience_take(&u->patience, u->r->http, 0) < 0)
		return -1;
	registry_note(u->r, "%s/%s: %s: %s, tried again", u->ref->host, u->ref->repository, u->what,
	              e->text);
	err_clear(e); /* mended, or it comes again */
	if (u->location.n > 0)
		resume(u);
	return 0;
}

int registry_blob_push(struct registry *r, const struct reference *ref, const struct descriptor *d,
                       const char *mount_from, const struct registry_source *source, err *e)
{
	struct arena names = ARENA_INIT;
	struct upload u = { .r = r,
		                .ref = ref,
		                .d = d,
		                .source = source,
		                .mount_from = mount_from,
		                .chunk = r->options.chunk,
		                .arena = ARENA_INIT,
		                .location = BUF_INIT(4 * LIMIT_HTTP_HEADERS) };
	int result = 1;

	u.what = arena_printf(&names, "upload of blob %s", DIGEST_TEXT(&d->digest));
	while (result == 1) {
		result = step(&u, e);
		if (result < 0 && mend(&u, e) == 0)
			result = 1;
	}
	if (result < 0)
		(void)err_wrap(e, "%s/%s: %s", ref->host, ref->repository, u.what);
	buf_done(&u.location);
	arena_wipe(&u.arena);
	arena_wipe(&names);
	return result;
}
