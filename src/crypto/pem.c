/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/pem.h"

#include "base/base64.h"
#include "base/buf.h"
#include "base/text.h"

#define DASHES "-----"
#define LINE 64

/* take_line(text, word, out_label): "-----BEGIN label-----" from the front of *text. */
static bool take_line(bytes *text, const char *word, bytes *out_label)
{
	bytes rest = *text;

	if (!bytes_take_prefix(&rest, BYTES(DASHES)) || !bytes_take_prefix(&rest, bytes_str(word)))
		return false;
	size_t n = bytes_search(rest, BYTES(DASHES));

	if (n == rest.n || bytes_find(bytes_slice(rest, 0, n), '\n') < n)
		return false;
	*out_label = bytes_slice(rest, 0, n);
	*text = bytes_skip(rest, n + strlen(DASHES));
	return true;
}

static bool is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* decode(body, a, out): base64 with white space anywhere between the letters. */
static bool decode(bytes body, struct arena *a, bytes *out)
{
	uint8_t *letters = arena_alloc(a, body.n);
	size_t n = 0;

	for (size_t i = 0; i < body.n; i++)
		if (!is_space(body.p[i]))
			letters[n++] = body.p[i];
	return n > 0 && base64_decode(bytes_of(letters, n), a, out);
}

int pem_take(bytes *text, struct arena *a, struct pem *out, err *e)
{
	size_t begin = bytes_search(*text, BYTES(DASHES "BEGIN "));
	bytes rest = bytes_skip(*text, begin), label, last;
	struct pem block;

	if (begin == text->n)
		return 0;
	if (!take_line(&rest, "BEGIN ", &label))
		return err_set(e, ERR_FORMAT, 0, "PEM: a first line that does not end");
	size_t n = bytes_search(rest, BYTES(DASHES));
	bytes body = bytes_slice(rest, 0, n);

	rest = bytes_skip(rest, n);
	if (!take_line(&rest, "END ", &last) || !bytes_equal(label, last))
		return err_set(e, ERR_FORMAT, 0, "PEM: '%s' does not end", SHOW(label));
	block.label = label;
	if (!decode(body, a, &block.der))
		return err_set(e, ERR_FORMAT, 0, "PEM: what '%s' holds is not base64", SHOW(label));
	*out = block;
	*text = rest;
	return 1;
}

int pem_only(bytes text, struct arena *a, struct pem *out, err *e)
{
	while (text.n > 0 && is_space(text.p[0]))
		text = bytes_skip(text, 1);
	if (!bytes_starts(text, BYTES(DASHES "BEGIN ")))
		return err_set(e, ERR_FORMAT, 0, "no PEM");
	if (pem_take(&text, a, out, e) < 0)
		return -1;
	while (text.n > 0 && is_space(text.p[0]))
		text = bytes_skip(text, 1);
	return text.n == 0 ? 0 : err_set(e, ERR_FORMAT, 0, "PEM: something follows '%s'",
	                                 SHOW(out->label));
}

bytes pem_text(const char *label, bytes der, struct arena *a)
{
	bytes letters = base64_encode(der, a);
	buf text = BUF_SECRET(letters.n * 2 + 256); /* it may be a private key */

	buf_printf(&text, DASHES "BEGIN %s" DASHES "\n", label);
	for (size_t i = 0; i < letters.n; i += LINE) {
		buf_put(&text, bytes_slice(letters, i, LINE));
		buf_putc(&text, '\n');
	}
	buf_printf(&text, DASHES "END %s" DASHES "\n", label);
	bytes out = arena_bytes(a, buf_bytes(&text));

	buf_done(&text);
	return out;
}
