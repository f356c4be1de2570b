/* SPDX-License-Identifier: Apache-2.0 */
/* feed - which feeds there are, how a document shows its kind, and how its records travel.
 *
 * A document comes from anywhere and is read in a sealed worker; what is read goes to the parent as
 * records (record.h), which are unpacked there as hostile input.
 * Threading: pure functions; a sink belongs to one thread. */
#pragma once

#include "fmt/stream.h"
#include "vuln/advisory.h"

/* feed_kind_from(word): "osv", as it stands before a path; FEED_UNKNOWN. feed_kind_name: the
 * reverse. Static. */
enum feed_kind feed_kind_from(bytes word);
const char *feed_kind_name(enum feed_kind kind);

/* feed_recognise(document): by its first members or lines; FEED_UNKNOWN: no feed.
 * feed_check_json(document, e): one that begins as a JSON object is one to its end: what is broken
 * may have been a feed. ERR_FORMAT, ERR_LIMIT. */
enum feed_kind feed_recognise(bytes document);
int feed_check_json(bytes document, err *e);

/* feed_read(kind, document, name, sink, a, e): as feed_reader. ERR_FORMAT for FEED_UNKNOWN. */
int feed_read(enum feed_kind kind, bytes document, bytes name, const struct feed_sink *sink,
              struct arena *a, err *e);

/* feed_recognise_store(file): the same of another tool's database; FEED_UNKNOWN. feed_read_store:
 * as feed_store_reader. */
enum feed_kind feed_recognise_store(const struct seek_file *file);
int feed_read_store(enum feed_kind kind, const struct seek_file *file,
                    const struct feed_sink *sink, err *e);

/* -- from the worker to the parent ------------------------------------------------------------- */

/* What a worker says beside records; ctx is the sink's. */
struct feed_news {
	/* document: what follows is of it; FEED_UNKNOWN: it is no feed. failed: it could not be read to
	 * its end. */
	int (*document)(void *ctx, enum feed_kind kind, bytes name, err *e);
	int (*failed)(void *ctx, bytes name, const err *why, err *e);
};

struct feed_wire {
	struct stream *out;
	buf length, record;
	struct arena scratch;
};

/* feed_wire_sink(w): a sink that writes each record to `out`. feed_wire_document, feed_wire_failed:
 * the news. */
void feed_wire_init(struct feed_wire *w, struct stream *out);
struct feed_sink feed_wire_sink(struct feed_wire *w);
void feed_wire_document(struct feed_wire *w, enum feed_kind kind, bytes name);
void feed_wire_failed(struct feed_wire *w, bytes name, const err *why);

/* feed_wire_take(in, sink, news, a, e): hand on the whole records at the front of *in and drop
 * them; what is left is the beginning of one. The arena is reset. ERR_BUG when the worker lies. */
int feed_wire_take(bytes *in, const struct feed_sink *sink, const struct feed_news *news,
                   struct arena *a, err *e);
