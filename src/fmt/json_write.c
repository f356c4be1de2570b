/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/json_write.h"

#include "base/text.h"
#include "fmt/json_text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

void json_write_init(struct json_writer *w, struct stream *out)
{
	*w = (struct json_writer){ .out = out };
}

static void new_line(struct json_writer *w)
{
	static const char line[] = "\n"
							   "                                "
							   "                                ";

	static_assert(sizeof(line) == 2 + 2 * JSON_WRITE_DEPTH, "two spaces a level");
	if (!w->on_one_line && !w->is_compact)
		stream_put(w->out, bytes_of(line, 1 + 2 * (size_t)w->depth));
}

static void put_utf16(struct stream *out, uint32_t c)
{
	if (c < 0x10000) {
		stream_printf(out, "\\u%04" PRIx32, c);
		return;
	}
	c -= 0x10000;
	stream_printf(out, "\\u%04" PRIx32 "\\u%04" PRIx32, 0xd800 + (c >> 10), 0xdc00 + (c & 0x3ff));
}

static const char *short_escape(uint32_t c)
{
	switch (c) {
	case '"': return "\\\"";
	case '\\': return "\\\\";
	case '\b': return "\\b";
	case '\f': return "\\f";
	case '\n': return "\\n";
	case '\r': return "\\r";
	case '\t': return "\\t";
	default: return NULL;
	}
}

#define PLAIN_STRETCH 256

static void put_string(struct stream *out, bytes s)
{
	stream_puts(out, "\"");
	while (s.n > 0) {
		/* DEL is plain to a reader and escaped here; short stretches, so that a text full of it is
		 * not searched to its end each time. */
		bytes plain = bytes_slice(s, 0, json_text_plain(bytes_slice(s, 0, PLAIN_STRETCH)));
		bytes rest = s;
		uint32_t c;

		plain = bytes_slice(plain, 0, bytes_find(plain, 0x7f));
		if (plain.n > 0) {
			stream_put(out, plain);
			s = bytes_skip(s, plain.n);
			continue;
		}
		if (!text_utf8_next(&rest, &c)) {
			stream_puts(out, "\xef\xbf\xbd"); /* U+FFFD */
			s = bytes_skip(s, 1);
			continue;
		}
		if (short_escape(c))
			stream_puts(out, short_escape(c));
		else if (text_is_deceptive(c))
			put_utf16(out, c);
		else
			stream_put(out, bytes_slice(s, 0, s.n - rest.n));
		s = rest;
	}
	stream_puts(out, "\"");
}

/* What stands before a value: the comma, the line, the member's name. */
static void begin(struct json_writer *w, const char *name)
{
	uint32_t bit = UINT32_C(1) << w->depth;

	assert(w->depth == 0 || (name == NULL) == ((w->arrays & bit) != 0));
	if (w->filled & bit)
		stream_puts(w->out, w->on_one_line && !w->is_compact ? ", " : ",");
	w->filled |= bit;
	if (w->depth > 0)
		new_line(w);
	if (name) {
		put_string(w->out, bytes_str(name));
		stream_puts(w->out, w->is_compact ? ":" : ": ");
	}
}

static void end_of_value(struct json_writer *w)
{
	if (w->depth > 0)
		return;
	stream_puts(w->out, w->is_compact ? "" : "\n");
	w->filled = 0;
}

static void open_container(struct json_writer *w, const char *name, bool is_array)
{
	begin(w, name);
	stream_puts(w->out, is_array ? "[" : "{");
	assert(w->depth + 1 < JSON_WRITE_DEPTH);
	w->depth++;
	uint32_t bit = UINT32_C(1) << w->depth;

	w->filled &= ~bit;
	w->arrays = is_array ? w->arrays | bit : w->arrays & ~bit;
}

void json_write_object(struct json_writer *w, const char *name)
{
	open_container(w, name, false);
}

void json_write_array(struct json_writer *w, const char *name)
{
	open_container(w, name, true);
}

void json_write_end(struct json_writer *w)
{
	uint32_t bit = UINT32_C(1) << w->depth;
	bool filled = w->filled & bit;

	assert(w->depth > 0);
	w->depth--;
	if (filled)
		new_line(w);
	stream_puts(w->out, w->arrays & bit ? "]" : "}");
	end_of_value(w);
}

void json_write_str(struct json_writer *w, const char *name, bytes value)
{
	begin(w, name);
	put_string(w->out, value);
	end_of_value(w);
}

void json_write_text(struct json_writer *w, const char *name, const char *value)
{
	json_write_str(w, name, bytes_str(value));
}

void json_write_u64(struct json_writer *w, const char *name, uint64_t value)
{
	begin(w, name);
	stream_printf(w->out, "%" PRIu64, value);
	end_of_value(w);
}

void json_write_i64(struct json_writer *w, const char *name, int64_t value)
{
	begin(w, name);
	stream_printf(w->out, "%" PRId64, value);
	end_of_value(w);
}

void json_write_bool(struct json_writer *w, const char *name, bool value)
{
	begin(w, name);
	stream_puts(w->out, value ? "true" : "false");
	end_of_value(w);
}

void json_write_tenths(struct json_writer *w, const char *name, unsigned value)
{
	begin(w, name);
	stream_printf(w->out, "%u", value / 10);
	if (value % 10 > 0)
		stream_printf(w->out, ".%u", value % 10);
	end_of_value(w);
}

void json_write_raw(struct json_writer *w, const char *name, bytes value)
{
	begin(w, name);
	stream_put(w->out, value);
	end_of_value(w);
}

void json_write_octets(struct json_writer *w, const char *name, bytes value)
{
	json_write_str(w, name, value);
	if (text_is_utf8(value))
		return;
	char raw_name[64];
	buf hex = BUF_INIT(2 * value.n);

	snprintf(raw_name, sizeof(raw_name), "%s_hex", name);
	text_hex(&hex, value);
	json_write_str(w, raw_name, buf_bytes(&hex));
	buf_done(&hex);
}

void json_write_some(struct json_writer *w, const char *name, bytes value)
{
	if (value.n > 0)
		json_write_octets(w, name, value);
}
