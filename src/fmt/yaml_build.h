/* SPDX-License-Identifier: Apache-2.0 */
/* yaml_build - how the readers of YAML and JSON make one tree. For fmt/yaml*.c alone.
 *
 * Containers are opened, filled in the order of the text and closed; in a mapping keys and values
 * alternate. Depth, nodes and weight are counted here. */
#pragma once

#include "base/limits.h"
#include "base/map.h"
#include "fmt/yaml.h"

struct yaml_frame {
	struct yaml_node *node, *last, *key;
};

struct yaml_builder {
	struct arena *arena;
	struct yaml_file *file;
	struct map anchors;
	struct yaml_frame stack[LIMIT_YAML_DEPTH];
	unsigned depth;
	struct yaml_node *root;
	const char *const *passed_over; /* members near the root that are not kept; or NULL */
	err *e;
};

/* yaml_node_new: a node at [from, to); NULL with ERR_LIMIT. */
struct yaml_node *yaml_node_new(struct yaml_builder *b, enum yaml_kind kind, size_t from,
                                size_t to);
/* yaml_add(b, n): n is complete; yaml_open(b, n): what comes lies in it, until yaml_close, which
 * adds it. ERR_LIMIT; ERR_FORMAT for a merge that cannot be. */
int yaml_add(struct yaml_builder *b, struct yaml_node *n);
int yaml_open(struct yaml_builder *b, struct yaml_node *n);
int yaml_close(struct yaml_builder *b);

/* yaml_resolve(b, n): settles what the text of a new scalar stands for, by its tag or, when
 * it is plain, by itself. ERR_FORMAT when the tag does not fit it. */
int yaml_resolve(struct yaml_builder *b, struct yaml_node *n);

/* yaml_json_parse(b, text): text, a part of the file's, as JSON values one behind the other, each a
 * document: 0, 1 when it is none, -1 with ERR_LIMIT. */
int yaml_json_parse(struct yaml_builder *b, bytes text);
