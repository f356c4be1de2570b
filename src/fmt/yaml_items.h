/* SPDX-License-Identifier: Apache-2.0 */
/* yaml_items - a JSON list of objects that is too long to be kept whole, as YAML documents.
 *
 * Threading: pure. */
#pragma once

#include "fmt/yaml.h"

/* What is kept of a long list. */
struct yaml_sieve {
	/* Asked for each item in its order; what it is given lives until it returns. */
	bool (*keep)(void *ctx, const struct yaml_node *item);
	void *ctx;
	const char *const *passed_over; /* names of members of an item, or of a member of it, that are
	                                 * left out; ends with NULL */
};

/* yaml_parse_items(text, sieve, a, out, e): the items of a JSON object's member "items", read one
 * by one, each kept one as a document of its own: memory is that of what is kept. The list's own
 * kind and apiVersion become out->list_kind and out->list_api. 1 when the text
 * is no such object. ERR_FORMAT, ERR_LIMIT. O(n). */
int yaml_parse_items(bytes text, const struct yaml_sieve *sieve, struct arena *a,
                     struct yaml_file *out, err *e);
