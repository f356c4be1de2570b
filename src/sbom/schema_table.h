/* SPDX-License-Identifier: Apache-2.0 */
/* schema_table - what the official schemas of SPDX 2.2 and 2.3 and CycloneDX 1.2 to 1.7 demand, in
 * numbers; made by tools/gen-sbom-schemas.
 *
 * A node is a row of numbers: the types that are allowed (none: any) with flags, then what else
 * must hold, each as its enum schema_op with its numbers, then SCHEMA_END. A word is an index into
 * schema_word_starts. Private to schema.c. Threading: constant. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
	SCHEMA_NULL = 1,
	SCHEMA_BOOL = 2,
	SCHEMA_INTEGER = 4,
	SCHEMA_NUMBER = 8,
	SCHEMA_STRING = 16,
	SCHEMA_ARRAY = 32,
	SCHEMA_OBJECT = 64,
	SCHEMA_TYPES = 127,
	SCHEMA_CLOSED = 128, /* no members but those that are named */
	SCHEMA_UNIQUE = 256, /* no item twice */
	SCHEMA_NEVER = 512,  /* nothing fits */
};

enum schema_op {
	SCHEMA_END,
	SCHEMA_REQUIRED, /* n, words */
	SCHEMA_MEMBERS,  /* n, then word and node of each */
	SCHEMA_ITEMS,    /* node */
	SCHEMA_ENUM,     /* n, words */
	SCHEMA_FORM,     /* enum schema_form */
	SCHEMA_ONE_OF,   /* n, nodes: of these exactly one */
	SCHEMA_ANY_OF,   /* n, nodes */
	SCHEMA_ALL_OF,   /* n, nodes */
	SCHEMA_NOT,      /* node */
	SCHEMA_IF,       /* node, node when it fits, node when not */
	SCHEMA_MINIMUM,  /* number; and so on */
	SCHEMA_MAXIMUM,
	SCHEMA_MIN_LENGTH,
	SCHEMA_MAX_LENGTH,
	SCHEMA_MIN_ITEMS,
	SCHEMA_MAX_ITEMS,
	SCHEMA_REF, /* node: that one instead */
	SCHEMA_FALSE,
};

/* Regular expressions of the schemas. */
enum schema_form {
	SCHEMA_LINE = 1,
	SCHEMA_URN_UUID,
	SCHEMA_MEDIA_TYPE,
	SCHEMA_HASH,
	SCHEMA_LOCALE,
	SCHEMA_BOM_LINK,
	SCHEMA_BOM_ELEMENT,
	SCHEMA_CRE,
	SCHEMA_PATENT,
	SCHEMA_COUNTRY,
};

struct schema_root {
	const char *version; /* as the document says it: "SPDX-2.3", "1.6"; NULL ends */
	uint16_t node;
};

extern const uint16_t schema_code[], schema_word_starts[];
extern const char schema_words[];
extern const struct schema_root schema_roots[];
