/* SPDX-License-Identifier: Apache-2.0 */
#include "image/serve.h"

#include "base/limits.h"
#include "base/pack.h"
#include "fmt/tar.h"
#include "oci/append.h"
#include "oci/document.h"
#include "oci/layout.h"
#include "oci/local.h"
#include "oci/strings.h"

void layer_request_pack(const struct layer_request *r, buf *out)
{
	buf_putc(out, REQUEST_LAYER);
	pack_u64(out, r->engine);
	pack_u64(out, r->aliases.len);
	for (size_t i = 0; i < r->aliases.len; i++) {
		pack_u64(out, r->aliases.items[i].entry);
		pack_bytes(out, r->aliases.items[i].as);
	}
}

bool layer_request_unpack(bytes in, struct arena *a, struct layer_request *out)
{
	uint32_t engine, aliases;

	if (!pack_take_u32(&in, CODEC_REFERENCE, &engine) ||
	    !pack_take_u32(&in, LIMIT_ALIASES, &aliases))
		return false;
	*out = (struct layer_request){ .engine = engine };
	for (uint32_t i = 0; i < aliases; i++) {
		struct alias *alias = ARENA_PUSH(a, &out->aliases);

		if (!pack_take_u32(&in, UINT32_MAX, &alias->entry) ||
		    !pack_take_bytes(&in, LIMIT_PATH, &alias->as))
			return false;
	}
	return in.n == 0;
}

/* answer_verdict(side, e): the frame that ends an answer: how it went. */
static void answer_verdict(struct worker_side *side, const err *e)
{
	buf out = BUF_INIT(16 + sizeof(e->text));

	pack_err(&out, e);
	side_answer(side, buf_bytes(&out), true);
	buf_done(&out);
}

/* -- documents --------------------------------------------------------------------------------- */

static int answer_append(bytes request, struct arena *a, buf *out, err *e)
{
	struct append in;
	struct appended made;

	if (!append_unpack(request, &in))
		return err_set(e, ERR_BUG, 0, "a request that cannot be read");
	if (append_make(&in, a, &made, e) < 0)
		return -1;
	appended_pack(&made, out);
	return 0;
}

static int answer_layout(bytes text, struct arena *a, buf *out, err *e)
{
	struct layout_index layout;

	if (layout_index_parse(text, a, &layout, e) < 0)
		return -1;
	layout_index_pack(&layout, out);
	return 0;
}

static int answer_docker(bytes text, struct arena *a, buf *out, err *e)
{
	struct docker_manifest docker;

	if (oci_docker_parse(text, a, &docker, e) < 0)
		return -1;
	oci_docker_pack(&docker, out);
	return 0;
}

static int answer_document(const struct serve *s, enum request what, bytes text, struct arena *a,
                           buf *out, err *e)
{
	struct oci_index index;
	struct oci_manifest manifest;
	struct oci_config config;
	uint64_t size;

	switch (what) {
	case REQUEST_INDEX:
		if (oci_index_parse(text, a, &index, e) < 0)
			return -1;
		oci_index_pack(&index, out);
		return 0;
	case REQUEST_MANIFEST:
		if (oci_manifest_parse(text, a, &manifest, e) < 0)
			return -1;
		oci_manifest_pack(&manifest, out);
		return 0;
	case REQUEST_CONFIG:
		if (oci_config_parse(text, a, &config, e) < 0)
			return -1;
		oci_config_pack(&config, out);
		return 0;
	case REQUEST_DOCKER: return answer_docker(text, a, out, e);
	case REQUEST_LAYOUT: return answer_layout(text, a, out, e);
	case REQUEST_LIST:
		return pack_take_u64(&text, UINT64_MAX, &size) ? local_list(s->archive_fd, size, a, out, e)
		                                   : err_set(e, ERR_BUG, 0, "a listing of no size");
	case REQUEST_APPEND: return answer_append(text, a, out, e);
	case REQUEST_STRINGS: return oci_strings_pack(text, a, out, e);
	case REQUEST_NONE:
	case REQUEST_LAYER: break;
	}
	return err_set(e, ERR_BUG, 0, "a request of kind %d", (int)what);
}

static void serve_document(struct worker_side *side, const struct serve *s, bytes request,
                           struct arena *a)
{
	buf out = BUF_INIT(LIMIT_EVIDENCE);
	err e = { 0 };

	bool read = answer_document(s, request.p[0], bytes_skip(request, 1), a, &out, &e) == 0;

	if (read && out.n > 0)
		side_answer(side, buf_bytes(&out), false);
	answer_verdict(side, &e);
	buf_done(&out);
}

/* -- layers ------------------------------------------------------------------------------------ */

struct layer {
	struct worker_side *side;
	struct tar *tar;
	enum codec_engine engine;
	struct decoder *decoder; /* NULL: the blob is the tar */
	uint64_t expanded;
	bool begun;    /* the first octets have told the codec */
	bool complete; /* the decoder saw the end of its stream */
};

static void flush_evidence(void *ctx, bytes records)
{
	side_answer(ctx, records, false);
}

static bool is_other_compression(bytes in)
{
	return bytes_starts(in, BYTES("\3757zXZ")) || bytes_starts(in, BYTES("BZh")) ||
	       bytes_starts(in, BYTES("\004\042\115\030"));
}

/* read_part(l, in, last, e): one frame of the blob through decoder and tar. */
static int read_part(struct layer *l, bytes in, bool last, err *e)
{
	enum codec codec = l->begun ? CODEC_NONE : codec_detect(in);

	if (!l->begun && is_other_compression(in))
		return err_set(e, ERR_FORMAT, 0,
		               "compressed in a way that image layers are not (xz, bzip2 or lz4)");
	l->begun = true;
	if (codec != CODEC_NONE)
		l->decoder = decoder_new(codec, l->engine);
	if (!l->decoder) {
		l->expanded += in.n;
		return tar_feed(l->tar, in, e);
	}
	for (int more = 1; more > 0 && (in.n > 0 || last) && !l->complete;) {
		uint8_t *room = side_room(l->side);
		size_t n = 0;

		more = decoder_step(l->decoder, &in, last, room, WORKER_OUT_SIZE, &n, e);
		if (more < 0)
			return -1;
		l->complete = more == 0;
		l->expanded += n;
		if (n == 0)
			continue;
		side_expanded(l->side, n);
		/* The slot is the parent's to hash now, but it writes nothing there and the slot is not
		 * ours to fill again before it was released: reading on is safe. */
		if (tar_feed(l->tar, bytes_of(room, n), e) < 0)
			return -1;
	}
	return 0;
}

static int read_layer(struct layer *l, err *e)
{
	bool last = false;
	int status = err_is_set(e) ? -1 : 0;

	/* After a failure the rest of the message still has to be taken, or the next request would be
	 * read out of this one. */
	while (!last) {
		bytes in;

		side_take(l->side, &in, &last);
		if (status == 0)
			status = read_part(l, in, last, e);
		side_taken(l->side);
	}
	return status < 0 ? -1 : tar_finish(l->tar, e);
}

static void serve_layer(struct worker_side *side, const struct serve *s, bytes request,
                        struct arena *a)
{
	struct layer_request r = { 0 };
	struct layer l = { .side = side };
	bool clear = layer_request_unpack(bytes_skip(request, 1), a, &r);
	struct dispatch_options options = { .inspectors = s->inspectors,
		                                .spool_fd = s->spool_fd,
		                                .aliases = r.aliases.len ? &r.aliases : NULL,
		                                .flush = flush_evidence,
		                                .ctx = side };
	struct dispatch *d = dispatch_new(a, &options);
	err e = { 0 };

	if (!clear)
		(void)err_set(&e, ERR_BUG, 0, "a layer request that cannot be read");
	l.tar = tar_new(a, &dispatch_events, d);
	l.engine = r.engine;
	bool read = read_layer(&l, &e) == 0;

	if (read)
		dispatch_finish(d, l.expanded, tar_trailing(l.tar));
	answer_verdict(side, &e);
	decoder_free(l.decoder);
	tar_done(l.tar);
	dispatch_done(d);
}

int serve_main(struct worker_side *side, void *arg)
{
	const struct serve *s = arg;
	struct arena a = ARENA_INIT;
	buf request = BUF_INIT(LIMIT_RECORD + WORKER_IN_SIZE);

	for (;;) {
		bool last = false;

		buf_clear(&request);
		while (!last) {
			bytes part;

			side_take(side, &part, &last);
			buf_put(&request, part);
			side_taken(side);
		}
		if (request.n == 0)
			break;
		if (request.p[0] == REQUEST_LAYER)
			serve_layer(side, s, buf_bytes(&request), &a);
		else
			serve_document(side, s, buf_bytes(&request), &a);
		arena_reset(&a);
	}
	buf_done(&request);
	arena_done(&a);
	return 0;
}
