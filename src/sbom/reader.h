/* SPDX-License-Identifier: Apache-2.0 */
/* reader - what the readers of bills share.
 *
 * Private to this room. Threading: one thread a reader. */
#pragma once

#include "fmt/json.h"
#include "fmt/json_stream.h"
#include "sbom/index.h"
#include "sbom/read.h"

struct reader {
	struct sbom_document *out;
	struct arena *arena;  /* lives as long as the document */
	struct arena scratch; /* of the item in hand */
	struct index ids;     /* a package's id in the document -> its number + 1 */
	struct index seen;    /* what a package is -> the same */
	struct index related; /* ids that a relationship names */
	struct map layers;    /* digest as text -> its number + 1 */
	buf item, record;
	buf edges;     /* struct reader_edge */
	uint64_t root; /* of the image's id; 0 none */
	bytes image_ref;
	size_t texts_size;
	/* what stands at the top of the document */
	bytes spdx_version, bom_format, spec_version;
	bytes payload_type, statement_type, predicate_type; /* of what is around it */
	bool of_spdx, of_cyclonedx; /* it has members that only one of them has */
	bool is_bare;               /* they stand at its very top, in no statement */
	const char *wrong;          /* a member of the item in hand that is of the wrong type */
};

/* An edge between ids that may not have been seen yet: their hashes. */
struct reader_edge {
	uint64_t from, to;
};

/* reader_str(r, object, name): a member's text; empty when it is not there or null. Lives as long
 * as the item. reader_list: the same for an array. What is neither makes the item fail. */
bytes reader_str(struct reader *r, json object, const char *name);
json reader_list(struct reader *r, json object, const char *name);
/* reader_keep(r, text): for as long as the document. */
bytes reader_keep(struct reader *r, bytes text);

/* reader_add(r, id, p, e): a package under its id. One without a name is passed over; one that is
 * there already (same purl, same place) is that one. The licence is as the document writes it, a
 * LicenseRef- too. ERR_LIMIT, ERR_IO. */
int reader_add(struct reader *r, bytes id, struct sbom_package *p, err *e);

/* reader_edge(r, from, to, e): hashes of ids; unknown ones and loops of one are dropped at the end.
 * ERR_LIMIT. */
int reader_edge(struct reader *r, uint64_t from, uint64_t to, err *e);

/* reader_related(r, id): a relationship names it. */
void reader_related(struct reader *r, uint64_t id);

/* reader_check_expression(r, text): it should be a licence expression of SPDX; counted when it is
 * none. */
void reader_check_expression(struct reader *r, bytes text);

/* reader_text(r, ref, text, e): the words that a LicenseRef- stands for. ERR_LIMIT. */
int reader_text(struct reader *r, bytes ref, bytes text, err *e);

/* reader_layer(r, blob, diff_id): the layer with these digests, made when it is new; SBOM_NO_LAYER
 * when both are none or there are too many. */
uint16_t reader_layer(struct reader *r, bytes blob, bytes diff_id);

/* reader_is_image(purl): the purl of an image ("pkg:oci/…", "pkg:docker/…") or none at all. */
bool reader_is_image(bytes purl);

/* reader_relation(r, from, type, to, e): SPDX 2.3 section 11. */
int reader_relation(struct reader *r, bytes from, bytes type, bytes to, err *e);
/* reader_source_info(r, info, p): SPDX 2.3 section 7.12. */
void reader_source_info(struct reader *r, bytes info, struct sbom_package *p);
/* reader_comment(comment, p): what spdx_comment (spdx.h) writes. */
void reader_comment(bytes comment, struct sbom_package *p);
/* reader_purpose(name): section 7.24. reader_said(licence): empty when it says nothing. */
enum sbom_kind reader_purpose(bytes name);
bytes reader_said(bytes licence);
/* reader_describe(r, p): the package that turned out to be the image. */
void reader_describe(struct reader *r, const struct sbom_package *p);

/* reader_enter(s, object, e): as json_stream_enter, but ERR_FORMAT when what comes is neither that
 * nor, for an array, null. reader_token(s, e): what comes is a string.
 * reader_items(r, s, take, e): each object of the array that comes next, parsed. reader_object: the
 * object that comes next. reader_parse: an object that is there as text. */
int reader_enter(struct json_stream *s, bool object, err *e);
int reader_token(struct json_stream *s, err *e);
int reader_items(struct reader *r, struct json_stream *s,
                 int (*take)(struct reader *r, json item, err *e), err *e);
int reader_parse(struct reader *r, bytes text, int (*take)(struct reader *r, json object, err *e),
                 err *e);
int reader_object(struct reader *r, struct json_stream *s,
                  int (*take)(struct reader *r, json object, err *e), err *e);

/* Members at the top of a document. */
struct reader_member {
	const char *name;
	int (*take)(struct reader *r, struct json_stream *s, err *e);
};
extern const struct reader_member spdx_members[], cyclonedx_members[]; /* end with a NULL */

/* tag_read(r, source, e): SPDX as tag-value. */
int tag_read(struct reader *r, const struct sbom_source *source, err *e);

/* json_read(r, source, e): a bill as JSON, a statement, an envelope. */
int json_read(struct reader *r, const struct sbom_source *source, err *e);
