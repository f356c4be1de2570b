/* SPDX-License-Identifier: Apache-2.0 */
/* system_item - what the inspectors of the distribution's package databases emit: one wire form.
 *
 * An item is a number from this list and what follows it. Items of one file stay in their order, so
 * that relations and files may belong to "the package before".
 * Threading: one inspection's. */
#pragma once

#include "image/inspector.h"
#include "model/package.h"

enum system_item {
	SYSTEM_NONE,
	SYSTEM_PACKAGE,   /* its fields */
	SYSTEM_RELATIONS, /* of the package before it: pairs of enum relation and a name */
	SYSTEM_FILES,     /* whose (a name; empty: of the package before it), then paths (owned.h) */
	SYSTEM_OWN,       /* this number and those above it: the database's own */
};

enum relation {
	RELATION_NONE,
	RELATION_PROVIDES,
	RELATION_NEEDS,
	RELATION_OR, /* another way to meet the need before it */
};

/* system_emit_package(in, kind, p): name, version, architecture, source and its version, licence,
 * vendor, module; a value above LIMIT_PACKAGE_FIELD is a stated gap instead.
 * system_take_package(payload, kind, out): the same, read in the parent; what is unsaid of the
 * source is as the package. False when the item is another one or broken. Borrows. */
void system_emit_package(struct inspection *in, unsigned kind, const struct package *p);
bool system_take_package(bytes payload, unsigned kind, struct package *out);

/* Relations of one package, up to LIMIT_RELATIONS octets (a gap says that there were more). */
struct relations_writer {
	struct inspection *in;
	buf out;
	size_t start; /* octets before the first pair */
	bool full;
};
void relations_begin(struct relations_writer *w, struct inspection *in);
/* relations_start(w, in, start): the same for items that begin otherwise. */
void relations_start(struct relations_writer *w, struct inspection *in, bytes start);
void relations_add(struct relations_writer *w, enum relation relation, bytes name);
/* relations_end: emit them, free the memory. */
void relations_end(struct relations_writer *w);

/* relations_next(rest, relation, name): 1 and the next pair, 0 at the end, -1 when the encoding is
 * broken. Borrows. */
int relations_next(bytes *rest, enum relation *out_relation, bytes *out_name);
