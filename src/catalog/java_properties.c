/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/java_properties.h"

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\f';
}

static bytes skip_blanks(bytes s)
{
	size_t n = 0;

	while (n < s.n && is_blank(s.p[n]))
		n++;
	return bytes_skip(s, n);
}

/* take_line(rest): a natural line, without blanks in front; \n, \r or both end it. */
static bytes take_line(bytes *rest)
{
	size_t n = 0;

	while (n < rest->n && rest->p[n] != '\n' && rest->p[n] != '\r')
		n++;
	bytes line = bytes_slice(*rest, 0, n);

	*rest = bytes_skip(*rest, n);
	if (!bytes_take_prefix(rest, BYTES("\r\n")))
		*rest = bytes_skip(*rest, 1);
	return skip_blanks(line);
}

/* takes_next(line): an odd number of backslashes ends it. */
static bool takes_next(bytes line)
{
	size_t n = 0;

	while (n < line.n && line.p[line.n - 1 - n] == '\\')
		n++;
	return n % 2 == 1;
}

/* take_logical(p, out): the next line that says something, with those that continue it. */
static bool take_logical(struct java_properties *p, bytes *out)
{
	bytes line = { 0 };
	size_t n = 0;

	while (line.n == 0 || line.p[0] == '#' || line.p[0] == '!') {
		if (p->rest.n == 0)
			return false;
		line = take_line(&p->rest);
	}
	if (!takes_next(line)) {
		*out = line;
		return true;
	}
	bytes ahead = p->rest, part = line; /* how long all parts are */
	size_t room = line.n;

	while (takes_next(part) && ahead.n > 0) {
		part = take_line(&ahead);
		room += part.n;
	}
	uint8_t *whole = arena_alloc(p->arena, room);

	for (bool more = true; more;) {
		more = takes_next(line);
		line = bytes_slice(line, 0, line.n - more);
		if (line.n > 0)
			memcpy(whole + n, line.p, line.n);
		n += line.n;
		more = more && p->rest.n > 0;
		line = more ? take_line(&p->rest) : line;
	}
	*out = bytes_of(whole, n);
	return true;
}

/* put(at, c): UTF-8 of one UTF-16 unit; halves of pairs stand in no name: "?". */
static uint8_t *put(uint8_t *at, uint32_t c)
{
	if (c >= 0xd800 && c < 0xe000)
		c = '?';
	if (c < 0x80) {
		*at++ = (uint8_t)c;
	} else if (c < 0x800) {
		*at++ = (uint8_t)(0xc0 | c >> 6);
		*at++ = (uint8_t)(0x80 | (c & 0x3f));
	} else {
		*at++ = (uint8_t)(0xe0 | c >> 12);
		*at++ = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		*at++ = (uint8_t)(0x80 | (c & 0x3f));
	}
	return at;
}

static int hex_digit(uint8_t c)
{
	uint8_t lower = c | 0x20;

	if (c >= '0' && c <= '9')
		return c - '0';
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* take_escape(in, out): what stands behind a backslash. */
static bool take_escape(bytes *in, uint32_t *out)
{
	static const char from[] = "tnrf", to[] = "\t\n\r\f";
	uint8_t c = 0;

	*out = 0;
	if (!bytes_take_u8(in, &c))
		return true;
	const char *known = c ? strchr(from, c) : NULL;

	*out = known ? (uint8_t)to[known - from] : c;
	if (c != 'u')
		return true;
	*out = 0;
	for (int i = 0; i < 4; i++) {
		int digit = bytes_take_u8(in, &c) ? hex_digit(c) : -1;

		if (digit < 0)
			return false;
		*out = *out << 4 | (uint32_t)digit;
	}
	return true;
}

static bool unescape(bytes in, struct arena *a, bytes *out)
{
	uint8_t *text = arena_alloc(a, 2 * in.n + 1), *at = text; /* an octet becomes two at most */
	uint8_t c;

	while (bytes_take_u8(&in, &c)) {
		uint32_t unit = c;

		if (c == '\\' && !take_escape(&in, &unit))
			return false;
		at = put(at, unit);
	}
	*out = bytes_of(text, (size_t)(at - text));
	return true;
}

int java_properties_next(struct java_properties *p, bytes *out_key, bytes *out_value)
{
	bytes line;
	size_t n = 0;

	if (!take_logical(p, &line))
		return 0;
	while (n < line.n && !is_blank(line.p[n]) && line.p[n] != '=' && line.p[n] != ':')
		n += line.p[n] == '\\' && n + 1 < line.n ? 2 : 1;
	bytes value = skip_blanks(bytes_skip(line, n));

	if (bytes_take_prefix(&value, BYTES("=")) || bytes_take_prefix(&value, BYTES(":")))
		value = skip_blanks(value);
	return unescape(bytes_slice(line, 0, n), p->arena, out_key) &&
	               unescape(value, p->arena, out_value)
	           ? 1
	           : -1;
}
