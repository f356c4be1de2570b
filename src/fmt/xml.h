/* SPDX-License-Identifier: Apache-2.0 */
/* xml - a strict, bounded reader of XML documents: a thin adapter over expat.
 *
 * For project files and package lists (MSBuild, NuGet): elements with their attributes and the text
 * of leaves, and where each of them stands in the octets of the document, so that a fix can replace
 * a span of the source and leave the rest as it was. XML 1.0 in UTF-8 only, whatever the document
 * declares. Refused: a document type declaration, and with it every entity but the five predefined
 * ones; what exceeds LIMIT_XML, LIMIT_XML_DEPTH or LIMIT_XML_NODES. Comments and processing
 * instructions are passed over. Names are as written, prefix included: namespaces are not resolved.
 * Long documents (lists of advisories) are read an element at a time: the limits hold for each.
 * This is no writer and no schema checker.
 * Threading: parsing needs an arena of its own thread; a parsed document is constant. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct xml_span { /* octets [begin, end) of the document */
	size_t begin, end;
};

struct xml_attribute {
	bytes name, value;  /* references resolved */
	struct xml_span at; /* the value as it stands between its quotes */
};

struct xml_element {
	bytes name;
	bytes text; /* of a leaf: its characters, references resolved; empty where elements are in it */
	struct xml_attribute *attributes; /* in the order of the document */
	size_t attributes_n;
	struct xml_span whole;  /* from "<" to behind the last ">" */
	struct xml_span inside; /* between the tags; empty and behind the tag for <a/> */
	size_t line;            /* of its "<", from 1 */
	struct xml_element *parent, *first, *next; /* NULL: none */
};

/* xml_parse(text, a, out, e): the root element. Arena; text is not kept. ERR_FORMAT with line and
 * column, ERR_LIMIT. O(n). */
int xml_parse(bytes text, struct arena *a, const struct xml_element **out, err *e);

/* xml_each(text, name, scratch, take, ctx, e): take is called with each element of that local name,
 * whole, and not with those within; it sets *e when it fails, which ends the reading. An element
 * lives in scratch, which is reset behind each. ERR_FORMAT with line and column, also behind
 * elements that were taken; ERR_LIMIT; those of take. O(n). */
typedef int xml_take(void *ctx, const struct xml_element *element, err *e);
int xml_each(bytes text, const char *name, struct arena *scratch, xml_take *take, void *ctx,
             err *e);

/* xml_local(name): without its prefix. xml_attribute(element, name): NULL when it has none of that
 * name. xml_child(element, name): the first child of that name, or NULL. Both compare exactly. */
bytes xml_local(bytes name);
const struct xml_attribute *xml_attribute(const struct xml_element *element, const char *name);
const struct xml_element *xml_child(const struct xml_element *element, const char *name);

/* xml_after(element, top): the next element in the order of the document that lies in top; NULL
 * behind the last. Start with top itself. */
const struct xml_element *xml_after(const struct xml_element *element,
                                    const struct xml_element *top);
