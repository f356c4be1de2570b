/* SPDX-License-Identifier: Apache-2.0 */
/* yaml - YAML and JSON documents as trees whose nodes know their exact octets.
 *
 * YAML 1.1 as libyaml reads it, which is the reading that Kubernetes has; a text that begins with
 * "{" or "[" is read as JSON (RFC 8259) first, also several values one behind the other, and as
 * YAML only when it is no JSON. A byte order mark in front is passed over; UTF-16 and UTF-32 are a
 * fault. This is not a writer: changes are spliced into the text (fmt/yaml_edit.h).
 * An anchored node that is used again stays one node: an alias is a node of its own that points to
 * it, and every accessor follows it. Nothing is expanded, and a document whose expansion would
 * exceed LIMIT_YAML_NODES is refused ("billion laughs"), so walking a tree is always bounded. A
 * merge key (<<) is looked through by yaml_get. A tag or merge that cannot be is a fault.
 * After an error reading goes on at the next line that begins with "---".
 * Threading: constant once parsed. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum yaml_kind { YAML_NONE, YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING, YAML_ALIAS };
enum yaml_style {
	YAML_PLAIN,   /* a scalar without quotes */
	YAML_SINGLE,  /* 'scalar' */
	YAML_DOUBLE,  /* "scalar" */
	YAML_LITERAL, /* a scalar behind | */
	YAML_FOLDED,  /* a scalar behind > */
	YAML_BLOCK,   /* a container by indentation */
	YAML_FLOW,    /* a container in brackets */
};

struct yaml_node {
	uint8_t kind, style; /* enum yaml_kind, enum yaml_style */
	bool typed; /* a scalar whose text may stand for a boolean, a number or null: else a string */
	/* Its octets in the text, with quotes or brackets, without anchor and tag; empty behind the
	 * colon for a missing value. Of a block container: from its first key or dash to the end of its
	 * last value. */
	uint32_t from, to;
	uint32_t count;  /* items, members */
	uint32_t weight; /* nodes it would have without aliases; at most LIMIT_YAML_NODES */
	bytes text;      /* a scalar's value, an alias's name */
	bytes tag;       /* "tag:yaml.org,2002:str", "!vault"; empty when there is none */
	struct yaml_node *parent;
	struct yaml_node *key;    /* of a member's value: its key */
	struct yaml_node *first;  /* of a container: its first item or member's value */
	struct yaml_node *next;   /* the one behind this in its container */
	struct yaml_node *target; /* of an alias */
};

struct yaml_document {
	struct yaml_node *root; /* never NULL */
};

/* Something wrong at an octet of the text; the message is ours or libyaml's, printable. */
struct yaml_fault {
	uint32_t at;
	const char *message;
};

struct yaml_file {
	bytes text; /* borrows */
	bool is_json;
	struct {
		struct yaml_document *items;
		size_t len, cap;
	} documents;
	struct {
		struct yaml_fault *items;
		size_t len, cap;
	} faults,       /* a document that could not be read whole is left out */
		duplicates; /* keys that stand twice in a mapping; lookups give the last, as Kubernetes */
	size_t nodes;   /* of all documents */
	bytes list_kind, list_api; /* of the list whose items the documents are (fmt/yaml_items.h) */
};

/* yaml_parse(text, a, out, e): everything that can be read. Arena; borrows text. ERR_LIMIT (size,
 * depth, nodes, expansion): out then holds the documents before it. O(n). */
int yaml_parse(bytes text, struct arena *a, struct yaml_file *out, err *e);

/* Accessors take NULL for "no node" and follow aliases, so a chain is checked once at its end.
 * yaml_real(n): what an alias points to, else n. */
const struct yaml_node *yaml_real(const struct yaml_node *n);
/* yaml_get(mapping, key): the member's value, its own or of a merged mapping: the last one written;
 * NULL when there is none. A value that is null counts as absent. O(members, merged ones too).
 * yaml_find: the same, with null values and without merge keys: what is written. */
const struct yaml_node *yaml_get(const struct yaml_node *mapping, const char *key);
const struct yaml_node *yaml_find(const struct yaml_node *mapping, const char *key);
/* yaml_path(n, "spec.template.spec"): yaml_get for each part. */
const struct yaml_node *yaml_path(const struct yaml_node *n, const char *path);
/* for (v = yaml_first(container); v; v = v->next): items, or members' values (v->key is the key);
 * a value may be an alias: yaml_real(v). Merge keys are members like others. */
const struct yaml_node *yaml_first(const struct yaml_node *container);
/* yaml_is_merge(key): it is the key of a merge, <<. */
bool yaml_is_merge(const struct yaml_node *key);
/* yaml_items(sequence): the same, and NULL for anything that is no sequence. */
const struct yaml_node *yaml_items(const struct yaml_node *sequence);
bool yaml_is(const struct yaml_node *n, enum yaml_kind kind);
/* yaml_is_null(n): no node, or null in one of its spellings. */
bool yaml_is_null(const struct yaml_node *n);
/* yaml_text(n): the scalar's value, "" for anything else. yaml_says(n, s): it is exactly s. */
bytes yaml_text(const struct yaml_node *n);
bool yaml_says(const struct yaml_node *n, const char *s);
/* yaml_bool(n, out), yaml_i64(n, out): false unless n is a scalar of that type, plain or by its tag
 * (YAML 1.1: yes, on and true; 10, 0x0a, 0b1010, 0o12, 012, 1_0, and 10.0 or 1e1, which Kubernetes
 * takes for 10). yaml_is_string(n): a scalar that is neither of them, nor a fraction, nor null. */
bool yaml_bool(const struct yaml_node *n, bool *out);
bool yaml_i64(const struct yaml_node *n, int64_t *out);
bool yaml_is_string(const struct yaml_node *n);
