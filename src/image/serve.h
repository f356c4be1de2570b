/* SPDX-License-Identifier: Apache-2.0 */
/* serve - the requests a parent makes of a sealed worker, and the worker's loop that answers them.
 *
 * A request is one message: an octet that says what, then its parameters (pack.h) or a document. A
 * layer is followed by a second message, the blob's octets as they are stored. Answers: the packed
 * document (oci/document.h), the listing (oci/local.h) or evidence records; then a last frame of
 * its own, the verdict: the octet 1, or the octet 0, one octet err_kind and a printable text.
 * The codec of a blob is told by its first octets, on both sides. The parent's end: client.h,
 * read.h. */
#pragma once

#include "codec/codec.h"
#include "image/dispatch.h"
#include "sys/worker.h"

enum request {
	REQUEST_NONE,
	REQUEST_INDEX,
	REQUEST_MANIFEST,
	REQUEST_CONFIG,
	REQUEST_DOCKER,
	REQUEST_LIST,
	REQUEST_LAYOUT, /* an index.json that is about to be written: oci/layout.h */
	REQUEST_APPEND, /* a manifest that gets one more layer: oci/append.h */
	REQUEST_STRINGS, /* whatever a document says: oci/strings.h */
	REQUEST_LAYER
};

/* What a layer request says. */
struct layer_request {
	enum codec_engine engine;
	struct aliases aliases; /* a second read when it is not empty */
};
void layer_request_pack(const struct layer_request *r, buf *out);
bool layer_request_unpack(bytes in, struct arena *a, struct layer_request *out);

/* What a worker is given before the fork. */
struct serve {
	const struct inspector *const *inspectors;
	int archive_fd; /* for REQUEST_LIST, -1 none */
	int spool_fd;
};

/* serve_main(side, arg): arg is a struct serve. The worker's main; never returns while the parent
 * lives. */
int serve_main(struct worker_side *side, void *arg);
