/* SPDX-License-Identifier: Apache-2.0 */
/* tree_page - what is attached to an image and to its platforms; filled by flow/attached_tree.c.
 *
 * Threading: constant once filled. */
#pragma once

#include "fmt/stream.h"
#include "oci/attachment.h"
#include "report/terminal.h"

enum tree_state {
	TREE_ALONE, /* nobody signed it, or it is of a kind that is not judged */
	TREE_CLAIMED, /* signed by whom it says; not verified */
	TREE_HOLDS,   /* verified */
	TREE_REFUSED, /* does not hold: why */
};

struct tree_item {
	const struct attachment *at;
	const char *place; /* in which repository it lies, where that is not the image's; "" */
	enum tree_state state;
	bytes signer, issuer; /* as claimed, or as proven; empty: a key, or unsaid */
	bytes predicate_type; /* of its statement; empty: none, or unsaid */
	bytes why;            /* of TREE_REFUSED; of others: why it could not be read, or empty */
};

struct tree_subject {
	digest digest;
	bool is_index;
	const char *platform; /* "linux/arm64/v8"; "" */
	struct {
		struct tree_item *items;
		size_t len, cap;
	} attached;
};

struct tree_page {
	bytes image; /* as the user named it */
	struct tree_subject *subjects; /* the root first */
	size_t subjects_len;
	bool verified; /* somebody was named whom to believe */
};

void tree_page_text(const struct tree_page *page, const struct terminal *terminal,
                    struct stream *out);
void tree_page_json(const struct tree_page *page, struct stream *out);
