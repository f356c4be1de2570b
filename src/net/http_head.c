/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http_head.h"

#include "base/limits.h"
#include "base/text.h"

/* RFC 9110 section 5.6.2, token. */
static bool is_token(bytes s)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		bool alnum = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');

		if (!alnum && (!c || !strchr("!#$%&'*+-.^_`|~", c)))
			return false;
	}
	return s.n > 0;
}

/* RFC 9110 section 5.5, field-value: no controls but tab. */
static bool is_value(bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] < 0x20 && s.p[i] != '\t') || s.p[i] == 0x7f)
			return false;
	return true;
}

bool http_is_header(const struct http_header *header)
{
	return is_token(bytes_str(header->name)) && is_value(bytes_str(header->value));
}

/* status-line = HTTP-version SP status-code SP [ reason-phrase ] */
static int take_status(struct http_head *h, bytes line, err *e)
{
	bytes rest = bytes_skip(line, bytes_find(line, ' ') + 1);
	uint64_t status = 0;

	if (!text_take_u64(bytes_slice(rest, 0, 3), 10, 599, &status) || status < 100 ||
	    (rest.n > 3 && rest.p[3] != ' '))
		return err_set(e, ERR_NET, 0, "'%s' is no status of HTTP", SHOW(line));
	h->status = (int)status;
	h->list.len = 0;
	return 0;
}

/* RFC 9112 section 6.3: how long the body is must be said once, in one way. */
static int check_framing(const struct http_head *h, err *e)
{
	unsigned lengths = 0, codings = 0;
	uint64_t ignored;

	for (size_t i = 0; i < h->list.len; i++) {
		bytes name = bytes_str(h->list.items[i].name), value = bytes_str(h->list.items[i].value);

		if (bytes_equal_nocase(name, BYTES("content-length"))) {
			lengths++;
			if (!text_take_u64(value, 10, INT64_MAX, &ignored))
				return err_set(e, ERR_NET, 0, "the Content-Length '%s' is no length", SHOW(value));
		} else if (bytes_equal_nocase(name, BYTES("transfer-encoding"))) {
			codings++;
			if (!bytes_equal_nocase(value, BYTES("chunked")))
				return err_set(e, ERR_NET, 0, "the Transfer-Encoding '%s' was not asked for",
				               SHOW(value));
		}
	}
	if (lengths + codings > 1)
		return err_set(e, ERR_NET, 0, "the length of the answer is said %u times",
		               lengths + codings);
	return 0;
}

static int take_field(struct http_head *h, bytes line, err *e)
{
	size_t colon = bytes_find(line, ':');
	bytes name = bytes_slice(line, 0, colon), value = bytes_trim(bytes_skip(line, colon + 1));

	if (colon == line.n || !is_token(name) || !is_value(value))
		return err_set(e, ERR_NET, 0, "'%s' is no header", SHOW(line));
	struct http_header *field = ARENA_PUSH(h->arena, &h->list);

	field->name = arena_str(h->arena, name);
	field->value = arena_str(h->arena, value);
	return 0;
}

int http_head_line(struct http_head *h, bytes line, err *e)
{
	h->octets += line.n;
	if (h->octets > LIMIT_HTTP_HEADERS)
		return err_set(e, ERR_LIMIT, 0, "the headers of the answer are longer than %s",
		               SIZE_TEXT(LIMIT_HTTP_HEADERS));
	if (h->whole)
		return 0;
	if (line.n > 0 && line.p[line.n - 1] == '\n')
		line.n--;
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	if (bytes_starts(line, BYTES("HTTP/")))
		return take_status(h, line, e);
	if (line.n > 0)
		return take_field(h, line, e);
	if (h->status < 200)
		return 0;
	if (check_framing(h, e) < 0)
		return -1;
	h->whole = true;
	return 0;
}
