/* SPDX-License-Identifier: Apache-2.0 */
/* compact - a JSON document without a space, in an arena: what is signed, and what carries it.
 * Private to this room. Threading: belongs to one thread. */
#pragma once

#include "base/arena.h"
#include "fmt/json_write.h"

struct compact {
	buf text;
	struct stream out;
	struct json_writer json;
};

/* compact_begin(c): *c must not be moved. compact_end(c, a): the document. Arena. */
void compact_begin(struct compact *c);
bytes compact_end(struct compact *c, struct arena *a);

/* compact_base64(c, name, value): octets as a member or an item. */
void compact_base64(struct compact *c, const char *name, bytes value, struct arena *a);
