/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/yaml.h"

#include "base/text.h"
#include "fmt/yaml_build.h"

#include <yaml.h>

/* libyaml counts code points; octets are wanted. One sample in so many code points bounds both the
 * table and the search. */
#define SAMPLE 64

struct reader {
	struct yaml_builder *builder;
	yaml_parser_t parser;
	size_t base;      /* where the stretch that is being read begins */
	uint32_t *points; /* octet of every SAMPLE-th code point of the stretch; NULL: all are ASCII */
	size_t len;
};

/* -- code points to octets -------------------------------------------------------------------- */

static bool is_start(uint8_t c)
{
	return (c & 0xc0) != 0x80;
}

static void sample(struct reader *r, bytes stretch)
{
	size_t points = 0, at = 0;

	for (size_t i = 0; i < stretch.n; i++)
		points += is_start(stretch.p[i]);
	r->points = NULL;
	r->len = points / SAMPLE + 1;
	if (points == stretch.n)
		return;
	r->points = arena_array(r->builder->arena, uint32_t, r->len);
	for (size_t i = 0; i < stretch.n; i++)
		if (is_start(stretch.p[i]) && at++ % SAMPLE == 0)
			r->points[(at - 1) / SAMPLE] = (uint32_t)i;
}

static size_t octet_of(const struct reader *r, size_t point)
{
	bytes text = r->builder->file->text;

	if (!r->points)
		return r->base + point < text.n ? r->base + point : text.n;
	size_t i = point / SAMPLE < r->len ? point / SAMPLE : r->len - 1;
	size_t at = r->base + r->points[i], left = point - i * SAMPLE;

	for (; left > 0 && at < text.n; left--)
		for (at++; at < text.n && !is_start(text.p[at]);)
			at++;
	return at;
}

/* Behind anchor, tag, and the space and comments that follow them. */
static size_t skip_properties(bytes text, size_t at)
{
	while (at < text.n) {
		uint8_t c = text.p[at];

		if (c == '#') {
			at += bytes_find(bytes_skip(text, at), '\n');
		} else if (c == '&' || c == '!') {
			while (at < text.n && text.p[at] > ' ')
				at++;
		} else if (c == ' ' || (c >= '\t' && c <= '\r')) {
			at++;
		} else {
			break;
		}
	}
	return at;
}

/* -- events to nodes -------------------------------------------------------------------------- */

static bytes copy(struct reader *r, const yaml_char_t *s)
{
	return s ? arena_bytes(r->builder->arena, bytes_str((const char *)s)) : (bytes){ 0 };
}

static struct yaml_node *node_at(struct reader *r, enum yaml_kind kind, const yaml_event_t *event,
                                 const yaml_char_t *anchor, const yaml_char_t *tag)
{
	size_t from = octet_of(r, event->start_mark.index), to = octet_of(r, event->end_mark.index);

	if (kind != YAML_ALIAS && (anchor || tag))
		from = skip_properties(r->builder->file->text, from);
	struct yaml_node *n = yaml_node_new(r->builder, kind, from, to);

	if (n)
		n->tag = copy(r, tag);
	return n;
}

/* Known from now on: an alias inside of its own anchor would be a loop, and finds nothing. */
static void remember(struct reader *r, const yaml_char_t *anchor, struct yaml_node *n)
{
	if (anchor)
		*map_put(&r->builder->anchors, copy(r, anchor)) = n;
}

static int on_scalar(struct reader *r, const yaml_event_t *event)
{
	static const uint8_t styles[] = {
		[YAML_ANY_SCALAR_STYLE] = YAML_PLAIN,
		[YAML_PLAIN_SCALAR_STYLE] = YAML_PLAIN,
		[YAML_SINGLE_QUOTED_SCALAR_STYLE] = YAML_SINGLE,
		[YAML_DOUBLE_QUOTED_SCALAR_STYLE] = YAML_DOUBLE,
		[YAML_LITERAL_SCALAR_STYLE] = YAML_LITERAL,
		[YAML_FOLDED_SCALAR_STYLE] = YAML_FOLDED,
	};
	bytes text = r->builder->file->text;
	struct yaml_node *n = node_at(r, YAML_SCALAR, event, event->data.scalar.anchor,
	                              event->data.scalar.tag);

	if (!n)
		return -1;
	n->style = styles[event->data.scalar.style];
	n->text = arena_bytes(r->builder->arena,
	                      bytes_of(event->data.scalar.value, event->data.scalar.length));
	if (n->text.n == 0 && n->style == YAML_PLAIN)
		n->from = n->to; /* a value that is missing, perhaps behind an anchor */
	if (n->style == YAML_LITERAL || n->style == YAML_FOLDED)
		while (n->to > n->from && text.p[n->to - 1] <= ' ')
			n->to--; /* libyaml counts the blank lines behind it */
	if (yaml_resolve(r->builder, n) < 0)
		return -1;
	remember(r, event->data.scalar.anchor, n);
	return yaml_add(r->builder, n);
}

static int on_alias(struct reader *r, const yaml_event_t *event)
{
	struct yaml_builder *b = r->builder;
	struct yaml_node *n = node_at(r, YAML_ALIAS, event, NULL, NULL);

	if (!n)
		return -1;
	n->text = copy(r, event->data.alias.anchor);
	n->target = map_get(&b->anchors, n->text);
	if (!n->target)
		return err_set(b->e, ERR_FORMAT, 0, "an alias to an anchor that is not known here");
	n->weight = n->target->weight;
	return yaml_add(b, n);
}

static int on_start(struct reader *r, const yaml_event_t *event)
{
	bool mapping = event->type == YAML_MAPPING_START_EVENT;
	const yaml_char_t *anchor = mapping ? event->data.mapping_start.anchor
	                                    : event->data.sequence_start.anchor;
	const yaml_char_t *tag = mapping ? event->data.mapping_start.tag
	                                 : event->data.sequence_start.tag;
	bool flow = mapping ? event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
	                    : event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
	struct yaml_node *n = node_at(r, mapping ? YAML_MAPPING : YAML_SEQUENCE, event, anchor, tag);

	if (!n)
		return -1;
	n->style = flow ? YAML_FLOW : YAML_BLOCK;
	n->text = copy(r, anchor); /* until its end */
	return yaml_open(r->builder, n);
}

static int on_end(struct reader *r, const yaml_event_t *event)
{
	struct yaml_frame *f = &r->builder->stack[r->builder->depth - 1];
	struct yaml_node *n = f->node;

	if (n->style == YAML_FLOW) {
		n->to = (uint32_t)octet_of(r, event->end_mark.index);
	} else if (f->last) {
		n->to = f->last->to;
		if (n->first->key)
			n->from = n->first->key->from;
	}
	if (n->text.n > 0)
		*map_put(&r->builder->anchors, n->text) = n;
	n->text = (bytes){ 0 };
	return yaml_close(r->builder);
}

static void begin_document(struct reader *r)
{
	r->builder->depth = 0;
	r->builder->root = NULL;
	map_init(&r->builder->anchors, r->builder->arena);
}

static int on_event(struct reader *r, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT: break;
	case YAML_DOCUMENT_START_EVENT: begin_document(r); break;
	case YAML_DOCUMENT_END_EVENT:
		ARENA_PUSH(r->builder->arena, &r->builder->file->documents)->root = r->builder->root;
		break;
	case YAML_ALIAS_EVENT: return on_alias(r, event);
	case YAML_SCALAR_EVENT: return on_scalar(r, event);
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT: return on_start(r, event);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT: return on_end(r, event);
	}
	return 0;
}

/* -- stretches: from one error to the next document ------------------------------------------- */

static void note_fault(struct reader *r, size_t at, const char *message)
{
	struct arena *a = r->builder->arena;

	*ARENA_PUSH(a, &r->builder->file->faults) = (struct yaml_fault){
		(uint32_t)at, text_shown(a, bytes_str(message))
	};
}

/* 0 at the end of the text, 1 after a fault, -1 with ERR_LIMIT. *out_at: where it was. */
static int read_events(struct reader *r, size_t *out_at)
{
	for (bool end = false; !end;) {
		yaml_event_t event;

		if (!yaml_parser_parse(&r->parser, &event)) {
			*out_at = r->parser.error == YAML_READER_ERROR
			              ? r->base + r->parser.problem_offset
			              : octet_of(r, r->parser.problem_mark.index);
			note_fault(r, *out_at, r->parser.problem ? r->parser.problem : "no YAML");
			return 1;
		}
		end = event.type == YAML_STREAM_END_EVENT;
		*out_at = octet_of(r, event.start_mark.index);
		int done = on_event(r, &event);

		yaml_event_delete(&event);
		if (done < 0 && r->builder->e->kind == ERR_FORMAT) {
			note_fault(r, *out_at, r->builder->e->text);
			err_clear(r->builder->e); /* it stands among the faults */
			return 1;
		}
		if (done < 0)
			return -1;
	}
	return 0;
}

/* The line at or behind `at` that begins a document; text.n when there is none. */
static size_t next_document(bytes text, size_t base, size_t at)
{
	size_t line = at < text.n ? at : text.n;

	while (line > base && text.p[line - 1] != '\n')
		line--;
	if (line <= base)
		line = base + bytes_find(bytes_skip(text, base), '\n') + 1;
	while (line < text.n) {
		bytes rest = bytes_skip(text, line);

		if (bytes_starts(rest, BYTES("---")) && (rest.n == 3 || rest.p[3] <= ' '))
			return line;
		line += bytes_find(rest, '\n') + 1;
	}
	return text.n;
}

static int read_stretch(struct reader *r, size_t *out_at)
{
	bytes stretch = bytes_skip(r->builder->file->text, r->base);

	sample(r, stretch);
	if (!yaml_parser_initialize(&r->parser))
		return err_set(r->builder->e, ERR_BUG, 0, "libyaml has no memory");
	yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r->parser, stretch.p, stretch.n);
	int result = read_events(r, out_at);

	yaml_parser_delete(&r->parser);
	return result;
}

/* JSON when it is JSON: 0; 1 when it is none. */
static int read_json(struct yaml_builder *b, bytes text)
{
	struct yaml_file *file = b->file;
	int result = yaml_json_parse(b, text);

	file->is_json = result == 0;
	if (result > 0)
		*file = (struct yaml_file){ .text = file->text };
	return result;
}

static int read_stretches(struct reader *r)
{
	const struct yaml_file *file = r->builder->file;
	bytes text = file->text;

	while (r->base < text.n && file->faults.len < LIMIT_FAULTS_NAMED) {
		size_t at = text.n;
		int result = read_stretch(r, &at);

		if (result <= 0)
			return result;
		r->base = next_document(text, r->base, at);
	}
	if (r->base < text.n)
		note_fault(r, r->base, "too many errors: the rest is not read");
	return 0;
}

/* Text of Kubernetes begins with an ASCII character: NUL beside it is one of two or four octets. */
static bool is_wide(bytes text)
{
	return bytes_starts(text, BYTES("\xff\xfe")) || bytes_starts(text, BYTES("\xfe\xff")) ||
	       bytes_find(bytes_slice(text, 0, 2), '\0') < (text.n < 2 ? text.n : 2);
}

int yaml_parse(bytes text, struct arena *a, struct yaml_file *out, err *e)
{
	struct yaml_builder builder = { .arena = a, .file = out, .e = e };
	struct reader r = { .builder = &builder };

	*out = (struct yaml_file){ .text = text };
	if (text.n > LIMIT_SETTINGS)
		return err_set(e, ERR_LIMIT, 0, "the file has more than %s", SIZE_TEXT(LIMIT_SETTINGS));
	if (is_wide(text)) {
		note_fault(&r, 0, "this is UTF-16 or UTF-32: save it as UTF-8");
		return 0;
	}
	if (bytes_starts(text, BYTES("\xef\xbb\xbf")))
		r.base = 3;
	bytes trimmed = bytes_trim(bytes_skip(text, r.base));
	int result = 1;

	if (trimmed.n > 0 && (trimmed.p[0] == '{' || trimmed.p[0] == '['))
		result = read_json(&builder, trimmed);
	return result <= 0 ? result : read_stretches(&r);
}
