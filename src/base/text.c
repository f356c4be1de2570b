/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>

/* What begins with c is so long; 0: nothing does. */
static size_t utf8_length(uint8_t c)
{
	return c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
}

bool text_utf8_next(bytes *in, uint32_t *out)
{
	if (in->n == 0)
		return false;
	uint8_t c = in->p[0];
	size_t n = utf8_length(c);

	if (n == 0 || in->n < n)
		return false;
	uint32_t v = n == 1 ? c : c & (0xffU >> (n + 1));

	for (size_t i = 1; i < n; i++) {
		if ((in->p[i] & 0xc0) != 0x80)
			return false;
		v = v << 6 | (in->p[i] & 0x3fU);
	}
	if ((n == 3 && v < 0x800) || (n == 4 && (v < 0x10000 || v > 0x10ffff)) ||
	    (v >= 0xd800 && v <= 0xdfff))
		return false;
	*in = bytes_skip(*in, n);
	*out = v;
	return true;
}

bool text_is_utf8(bytes s)
{
	uint32_t c;

	while (text_utf8_next(&s, &c))
		;
	return s.n == 0;
}

size_t text_utf16_units(bytes s)
{
	size_t n = 0;

	for (uint32_t c; s.n > 0; n++) {
		if (!text_utf8_next(&s, &c))
			s = bytes_skip(s, 1);
		else if (c > 0xffff)
			n++;
	}
	return n;
}

bool text_is_deceptive(uint32_t c)
{
	/* from, to: controls; what prints nothing; what joins, reorders or breaks lines; tags */
	static const uint32_t ranges[][2] = {
		{ 0x0000, 0x001f }, { 0x007f, 0x009f }, { 0x00ad, 0x00ad },   { 0x034f, 0x034f },
		{ 0x061c, 0x061c }, { 0x115f, 0x1160 }, { 0x180e, 0x180e },   { 0x200b, 0x200f },
		{ 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0x3164, 0x3164 },   { 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff9, 0xfffb },   { 0xe0000, 0xe0fff },
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	return false;
}

bool text_is_command(bytes s)
{
	return bytes_take_prefix(&s, BYTES("##")) &&
	       (bytes_starts(s, BYTES("[")) ||
	        bytes_equal_nocase(bytes_slice(s, 0, 4), BYTES("vso[")));
}

size_t text_begun(bytes s)
{
	const bytes command = BYTES("##vso[");

	for (size_t n = command.n - 1; n > 0; n--)
		if (n <= s.n && bytes_equal_nocase(bytes_skip(s, s.n - n), bytes_slice(command, 0, n)))
			return n;
	for (size_t n = 1; n < 4 && n <= s.n; n++) {
		uint8_t c = s.p[s.n - n];

		if ((c & 0xc0) != 0x80)
			return n < utf8_length(c) ? n : 0;
	}
	return 0;
}

/* show_next(b, s): the printable form of the character (or broken octet) at the front of *s. */
static void show_next(buf *b, bytes *s)
{
	bytes rest = *s;
	uint32_t c;
	bool command = text_is_command(rest), whole = text_utf8_next(&rest, &c);
	size_t n = whole ? s->n - rest.n : 1;
	bytes one = bytes_slice(*s, 0, n);

	*s = bytes_skip(*s, n);
	if (whole && !text_is_deceptive(c) && !command) {
		buf_put(b, one);
		return;
	}
	for (size_t i = 0; i < one.n; i++)
		buf_printf(b, "\\x%02x", one.p[i]);
}

/* Most of what is shown is ASCII, which is put at once. */
static void show_plain(buf *b, bytes *s)
{
	size_t n = 0;

	while (n < s->n && s->p[n] >= ' ' && s->p[n] <= '~' &&
	       !(s->p[n] == '#' && text_is_command(bytes_skip(*s, n))))
		n++;
	buf_put(b, bytes_slice(*s, 0, n));
	*s = bytes_skip(*s, n);
}

void text_show(buf *b, bytes s)
{
	while (s.n > 0) {
		show_plain(b, &s);
		if (s.n > 0)
			show_next(b, &s);
	}
}

char *text_shown(struct arena *a, bytes s)
{
	buf b = BUF_INIT(4 * s.n);

	text_show(&b, s);
	char *out = arena_str(a, buf_bytes(&b));

	buf_done(&b);
	return out;
}

const char *text_show_into(struct shown *out, bytes s)
{
	buf b = BUF_INIT(sizeof(out->text));

	while (s.n > 0 && b.n < SHOWN_MOST)
		show_next(&b, &s);
	snprintf(out->text, sizeof(out->text), PRIb "%s", BYTESF(buf_bytes(&b)), s.n ? "…" : "");
	buf_done(&b);
	return out->text;
}

bool text_take_u64(bytes s, unsigned base, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		unsigned d = c >= '0' && c <= '9'   ? c - (unsigned)'0'
		             : c >= 'a' && c <= 'f' ? c - 'a' + 10U
		             : c >= 'A' && c <= 'F' ? c - 'A' + 10U
		                                    : 16;

		if (d >= base || v > (max - d) / base || d > max)
			return false;
		v = v * base + d;
	}
	*out = v;
	return true;
}

void text_hex(buf *b, bytes data)
{
	static const char digit[] = "0123456789abcdef";
	uint8_t *p = buf_room(b, data.n * 2);

	for (size_t i = 0; i < data.n; i++) {
		p[2 * i] = (uint8_t)digit[data.p[i] >> 4];
		p[2 * i + 1] = (uint8_t)digit[data.p[i] & 15];
	}
	b->n += data.n * 2;
}

static int nibble(uint8_t c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool text_from_hex(bytes s, uint8_t *out, size_t n)
{
	if (s.n != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int high = nibble(s.p[2 * i]), low = nibble(s.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

const char *text_size_into(struct text_small *out, uint64_t n)
{
	static const char *const unit[] = { "B", "kB", "MB", "GB", "TB", "PB", "EB" };
	size_t u = 0;
	uint64_t scale = 1;

	while (u < 6 && n / scale >= 1000) {
		scale *= 1000;
		u++;
	}
	uint64_t tenths = scale == 1 ? 0 : (n % scale) / (scale / 10);

	if (u == 0)
		snprintf(out->text, sizeof(out->text), "%" PRIu64 " B", n);
	else
		snprintf(out->text, sizeof(out->text), "%" PRIu64 ".%" PRIu64 " %s", n / scale, tenths,
		         unit[u]);
	return out->text;
}

const char *text_count_into(struct text_small *out, uint64_t n)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, n);
	size_t o = 0;

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			out->text[o++] = ',';
		out->text[o++] = digits[i];
	}
	out->text[o] = '\0';
	return out->text;
}

/* Days since 1970-01-01 of a Gregorian date and back (Howard Hinnant's civil calendar formulas). */
static int64_t days_from_civil(int64_t y, unsigned m, unsigned d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	unsigned yoe = (unsigned)(y - era * 400);
	unsigned doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;

	return era * 146097 + (int64_t)(yoe * 365 + yoe / 4 - yoe / 100 + doy) - 719468;
}

const char *text_date_into(struct text_small *out, int64_t seconds)
{
	int64_t days = (seconds >= 0 ? seconds : seconds - 86399) / 86400 + 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	unsigned doe = (unsigned)(days - era * 146097);
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	unsigned mp = (5 * doy + 2) / 153;
	unsigned month = mp < 10 ? mp + 3 : mp - 9;
	int64_t year = (int64_t)yoe + era * 400 + (month <= 2);

	snprintf(out->text, sizeof(out->text), "%04" PRId64 "-%02u-%02u", year, month,
	         doy - (153 * mp + 2) / 5 + 1);
	return out->text;
}

/* digits(in, n, out): exactly n decimal digits from the front. */
static bool digits(bytes *in, size_t n, unsigned *out)
{
	bytes part;
	uint64_t v;

	if (!bytes_take(in, n, &part) || !text_take_u64(part, 10, 9999, &v))
		return false;
	*out = (unsigned)v;
	return true;
}

/* The offset from UTC in seconds: "Z" or "+02:00" (RFC 3339 §5.6 time-offset). */
static bool take_zone(bytes *in, int64_t *out)
{
	unsigned h, m;
	bool west = in->n > 0 && in->p[0] == '-';

	*out = 0;
	if (bytes_take_prefix(in, BYTES("Z")) || bytes_take_prefix(in, BYTES("z")))
		return true;
	if (!bytes_take_prefix(in, west ? BYTES("-") : BYTES("+")) || !digits(in, 2, &h) ||
	    !bytes_take_prefix(in, BYTES(":")) || !digits(in, 2, &m) || h > 23 || m > 59)
		return false;
	*out = (int64_t)h * 3600 + m * 60;
	if (west)
		*out = -*out;
	return true;
}

/* The seconds since midnight: "01:02:03" and a fraction, which is dropped (partial-time). A leap
 * second is the first second of the next minute. */
static bool take_time(bytes *in, int64_t *out)
{
	unsigned h, m, s;
	size_t fraction = 0;

	if (!digits(in, 2, &h) || !bytes_take_prefix(in, BYTES(":")) || !digits(in, 2, &m) ||
	    !bytes_take_prefix(in, BYTES(":")) || !digits(in, 2, &s) || h > 23 || m > 59 || s > 60)
		return false;
	if (bytes_take_prefix(in, BYTES("."))) {
		while (fraction < in->n && in->p[fraction] >= '0' && in->p[fraction] <= '9')
			fraction++;
		if (fraction == 0)
			return false;
		*in = bytes_skip(*in, fraction);
	}
	*out = (int64_t)h * 3600 + m * 60 + s;
	return true;
}

/* The days since 1970-01-01: "2026-11-22" (full-date). */
static bool take_date(bytes *in, int64_t *out)
{
	static const uint8_t longest[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	unsigned y, m, d;

	if (!digits(in, 4, &y) || !bytes_take_prefix(in, BYTES("-")) || !digits(in, 2, &m) ||
	    !bytes_take_prefix(in, BYTES("-")) || !digits(in, 2, &d) || m < 1 || m > 12)
		return false;
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	if (d < 1 || d > longest[m - 1] + (m == 2 && leap ? 1U : 0U))
		return false;
	*out = days_from_civil(y, m, d);
	return true;
}

bool text_from_date(bytes s, int64_t *out)
{
	int64_t days, seconds = 0, zone = 0;

	if (!take_date(&s, &days))
		return false;
	if (bytes_take_prefix(&s, BYTES("T")) || bytes_take_prefix(&s, BYTES("t")) ||
	    bytes_take_prefix(&s, BYTES(" "))) {
		if (!take_time(&s, &seconds) || !take_zone(&s, &zone))
			return false;
	}
	if (s.n > 0)
		return false;
	*out = days * 86400 + seconds - zone;
	return true;
}
