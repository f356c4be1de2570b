/* SPDX-License-Identifier: Apache-2.0 */
/* reader - what the readers of bills share.
 *
 * Private to this room. Threading: one thread a reader. */
#pragma once

#include "base/map.h"
#include "fmt/json.h"
#include "sbom/read.h"

struct reader {
	struct sbom_document *out;
	struct arena *arena;
	struct map ids;    /* a package's id in the document -> struct reader_id */
	struct map seen;   /* what a package is (parts_id) -> the same */
	struct map layers; /* digest as text -> struct reader_id */
	bytes root;        /* the id of the image */
};

struct reader_id {
	uint32_t index;
};

/* reader_str(r, object, name): a member's text; empty when it is none. */
bytes reader_str(const struct reader *r, json object, const char *name);

/* reader_add(r, id, p, e): a package under its id. One without a name is passed over; one that is
 * there already (same purl, same place) is that one. ERR_LIMIT. */
int reader_add(struct reader *r, bytes id, struct sbom_package *p, err *e);

/* reader_edge(r, from, to, e): ids; unknown ones and loops of one are passed over. ERR_LIMIT. */
int reader_edge(struct reader *r, bytes from, bytes to, err *e);

/* reader_layer(r, blob, diff_id): the layer with these digests, made when it is new; SBOM_NO_LAYER
 * when both are none or there are too many. */
uint16_t reader_layer(struct reader *r, bytes blob, bytes diff_id);

/* reader_is_image(purl): the purl of an image ("pkg:oci/…", "pkg:docker/…") or none at all. */
bool reader_is_image(bytes purl);

int spdx_read(struct reader *r, json root, err *e);
int cyclonedx_read(struct reader *r, json root, err *e);
