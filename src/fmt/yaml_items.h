/* SPDX-License-Identifier: Apache-2.0 */
/* yaml_items - a JSON list of objects that is too long to be kept whole, as YAML documents.
 *
 * Threading: pure. */
#pragma once

#include "fmt/json.h"
#include "fmt/yaml.h"

/* What is kept of a long list. */
struct yaml_sieve {
	bool (*keep)(void *ctx, json item); /* asked for each item in its order */
	void *ctx;
	const char *const *passed_over; /* names of members of an item, or of a member of it, that are
	                                 * left out; ends with NULL */
};

/* yaml_parse_items(text, sieve, a, out, e): the items of a JSON object's member "items", read one
 * by one, each kept one as a document of its own: memory is that of what is kept. 1 when the text
 * is no such object. ERR_FORMAT, ERR_LIMIT. O(n). */
int yaml_parse_items(bytes text, const struct yaml_sieve *sieve, struct arena *a,
                     struct yaml_file *out, err *e);
