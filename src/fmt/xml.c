/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/xml.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/map.h"

#include <expat.h>

/* expat copies what it is given: pieces keep that small beside a long document. A tag or comment
 * that goes on is scanned anew with each piece: large ones keep that rare. */
#define PIECE (1 * MIB)

struct reading {
	XML_Parser parser;
	bytes source;
	struct arena *arena;
	const char *wanted; /* of xml_each: the elements that are kept; NULL: the whole document */
	xml_take *take;
	void *ctx;
	/* The element that is kept; the innermost one in it that has not ended, NULL outside. */
	struct xml_element *root, *open;
	struct xml_element *last;        /* the child of `open` that ended last; NULL: none yet */
	buf text;                        /* characters since the last tag */
	size_t depth, nodes; /* nodes: of root */
	err *e;
};

static void stop(struct reading *r, enum err_kind kind, const char *what)
{
	if (!err_is_set(r->e))
		(void)err_set(r->e, kind, 0, "XML: line %lu: %s",
		              (unsigned long)XML_GetCurrentLineNumber(r->parser), what);
	(void)XML_StopParser(r->parser, XML_FALSE); /* the error is kept in e */
}

/* -- where attributes stand -------------------------------------------------------------------- */

/* find_values(r, element, tag): the tag is well-formed, expat has read it: NAME, then for each
 * attribute NAME = 'VALUE' or "VALUE" (XML 1.0 §3.1, STag). */
static void find_values(const struct reading *r, struct xml_element *element, struct xml_span tag)
{
	size_t at = tag.begin;
	const uint8_t *p = r->source.p;

	for (size_t i = 0; i < element->attributes_n; i++) {
		while (at < tag.end && p[at] != '"' && p[at] != '\'')
			at++;
		if (at == tag.end)
			return;
		uint8_t quote = p[at++];

		element->attributes[i].at.begin = at;
		while (at < tag.end && p[at] != quote)
			at++;
		element->attributes[i].at.end = at++;
	}
}

static void take_attributes(struct reading *r, struct xml_element *element, const char **names)
{
	size_t n = 0;

	while (names[2 * n])
		n++;
	element->attributes_n = n;
	element->attributes = arena_array(r->arena, struct xml_attribute, n);
	for (size_t i = 0; i < n; i++) {
		element->attributes[i].name = arena_bytes(r->arena, bytes_str(names[2 * i]));
		element->attributes[i].value = arena_bytes(r->arena, bytes_str(names[2 * i + 1]));
	}
	r->nodes += n;
}

/* -- what expat tells -------------------------------------------------------------------------- */

static struct xml_span here(const struct reading *r)
{
	size_t begin = (size_t)XML_GetCurrentByteIndex(r->parser);

	return (struct xml_span){ begin, begin + (size_t)XML_GetCurrentByteCount(r->parser) };
}

static void on_start(void *ctx, const char *name, const char **attributes)
{
	struct reading *r = ctx;
	struct xml_span tag = here(r);

	if (++r->depth > LIMIT_XML_DEPTH)
		stop(r, ERR_LIMIT, "elements are nested too deep");
	if (!r->open && r->wanted && !bytes_is(xml_local(bytes_str(name)), r->wanted))
		return;
	struct xml_element *element = arena_new(r->arena, struct xml_element);

	element->name = arena_bytes(r->arena, bytes_str(name));
	element->line = (size_t)XML_GetCurrentLineNumber(r->parser);
	element->whole.begin = tag.begin;
	element->inside.begin = tag.end;
	element->parent = r->open;
	take_attributes(r, element, attributes);
	find_values(r, element, tag);
	if (r->last)
		r->last->next = element;
	else if (r->open)
		r->open->first = element;
	else
		r->root = element;
	r->open = element;
	r->last = NULL;
	buf_clear(&r->text);
	if (++r->nodes > LIMIT_XML_NODES)
		stop(r, ERR_LIMIT, "too many elements and attributes");
	else if (tag.end - r->root->whole.begin > LIMIT_XML)
		stop(r, ERR_LIMIT, "an element is too long");
}

/* The element that was wanted has ended; that of an empty one comes even behind stop(). */
static void give(struct reading *r)
{
	if (!err_is_set(r->e) && r->take(r->ctx, r->root, r->e) < 0)
		(void)XML_StopParser(r->parser, XML_FALSE);
	arena_reset(r->arena);
	r->root = r->last = NULL;
	r->nodes = 0;
}

static void on_end(void *ctx, const char *name)
{
	struct reading *r = ctx;
	struct xml_element *element = r->open;
	struct xml_span tag = here(r); /* of <a/>: empty, behind it */

	(void)name;
	r->depth--;
	if (!element)
		return;
	if (!element->first)
		element->text = arena_bytes(r->arena, buf_bytes(&r->text));
	buf_clear(&r->text);
	element->inside.end = tag.begin;
	element->whole.end = tag.end;
	r->last = element;
	r->open = element->parent;
	if (r->wanted && !r->open)
		give(r);
}

static void on_text(void *ctx, const char *text, int n)
{
	struct reading *r = ctx;

	if (!r->open)
		return;
	if (r->text.n + (size_t)n > LIMIT_XML)
		stop(r, ERR_LIMIT, "an element is too long");
	else
		buf_put(&r->text, bytes_of(text, (size_t)n));
}

static void on_doctype(void *ctx, const char *name, const char *system, const char *public,
                       int internal)
{
	(void)name;
	(void)system;
	(void)public;
	(void)internal;
	stop(ctx, ERR_FORMAT, "a document type declaration is not read");
}

/* -- the document ------------------------------------------------------------------------------ */

static int feed(struct reading *r)
{
	enum XML_Status status;
	size_t fed = 0;

	do {
		bytes piece = bytes_slice(r->source, fed, PIECE);

		fed += piece.n;
		status = XML_Parse(r->parser, (const char *)piece.p, (int)piece.n, fed == r->source.n);
		if (status == XML_STATUS_OK && fed - here(r).begin > LIMIT_XML)
			stop(r, ERR_LIMIT, "a tag or comment is too long");
	} while (status == XML_STATUS_OK && fed < r->source.n);
	return status == XML_STATUS_OK && !err_is_set(r->e) ? 0 : -1;
}

static int run(struct reading *r)
{
	r->text = (buf)BUF_INIT(LIMIT_XML);
	r->parser = XML_ParserCreate("UTF-8");
	if (!r->parser)
		return err_set(r->e, ERR_LIMIT, 0, "XML: no memory for a parser");
	XML_SetUserData(r->parser, r);
	XML_SetElementHandler(r->parser, on_start, on_end);
	XML_SetCharacterDataHandler(r->parser, on_text);
	XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
	/* Else expat asks the kernel for random octets, which a sealed worker may not. */
	(void)XML_SetHashSalt(r->parser, (unsigned long)hash_bytes(BYTES("xml")) | 1);
	int result = feed(r);

	if (result < 0 && !err_is_set(r->e))
		(void)err_set(r->e, ERR_FORMAT, 0, "XML: line %lu, column %lu: %s",
		              (unsigned long)XML_GetCurrentLineNumber(r->parser),
		              (unsigned long)XML_GetCurrentColumnNumber(r->parser) + 1,
		              XML_ErrorString(XML_GetErrorCode(r->parser)));
	XML_ParserFree(r->parser);
	buf_done(&r->text);
	return result;
}

int xml_parse(bytes text, struct arena *a, const struct xml_element **out, err *e)
{
	struct reading r = { .source = text, .arena = a, .e = e };

	if (text.n > LIMIT_XML)
		return err_set(e, ERR_LIMIT, 0, "XML: more than %u MiB", (unsigned)(LIMIT_XML / MIB));
	if (run(&r) < 0)
		return -1;
	*out = r.root;
	return 0;
}

int xml_each(bytes text, const char *name, struct arena *scratch, xml_take *take, void *ctx, err *e)
{
	struct reading r = { .source = text, .arena = scratch, .wanted = name, .take = take,
		                 .ctx = ctx, .e = e };
	int result = run(&r);

	arena_reset(scratch);
	return result;
}

bytes xml_local(bytes name)
{
	size_t colon = bytes_find(name, ':');

	return colon < name.n ? bytes_skip(name, colon + 1) : name;
}

const struct xml_attribute *xml_attribute(const struct xml_element *element, const char *name)
{
	for (size_t i = 0; i < element->attributes_n; i++)
		if (bytes_is(element->attributes[i].name, name))
			return &element->attributes[i];
	return NULL;
}

const struct xml_element *xml_child(const struct xml_element *element, const char *name)
{
	for (const struct xml_element *c = element->first; c; c = c->next)
		if (bytes_is(c->name, name))
			return c;
	return NULL;
}

const struct xml_element *xml_after(const struct xml_element *element,
                                    const struct xml_element *top)
{
	if (element->first)
		return element->first;
	while (element != top && !element->next)
		element = element->parent;
	return element == top ? NULL : element->next;
}
