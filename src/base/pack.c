/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pack.h"

#include "base/text.h"

void pack_u64(buf *b, uint64_t v)
{
	uint8_t out[10];
	size_t n = 0;

	do {
		out[n++] = (uint8_t)((v & 0x7f) | (v > 0x7f ? 0x80 : 0));
		v >>= 7;
	} while (v);
	buf_put(b, bytes_of(out, n));
}

void pack_bytes(buf *b, bytes v)
{
	pack_u64(b, v.n);
	buf_put(b, v);
}

void pack_str(buf *b, const char *s)
{
	pack_bytes(b, bytes_str(s));
}

bool pack_take_u64(bytes *in, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (in->n > 0 && in->p[0] < 0x80 && in->p[0] <= max) { /* as most are */
		*out = in->p[0];
		*in = bytes_skip(*in, 1);
		return true;
	}
	for (size_t i = 0; i < 10 && i < in->n; i++) {
		uint8_t c = in->p[i];

		if (i == 9 && c > 1)
			return false;
		v |= (uint64_t)(c & 0x7f) << (7 * i);
		if (c & 0x80)
			continue;
		if ((c == 0 && i > 0) || v > max)
			return false;
		*in = bytes_skip(*in, i + 1);
		*out = v;
		return true;
	}
	return false;
}

bool pack_take_u32(bytes *in, uint32_t max, uint32_t *out)
{
	uint64_t v;

	if (!pack_take_u64(in, max, &v))
		return false;
	*out = (uint32_t)v;
	return true;
}

bool pack_take_bytes(bytes *in, size_t max, bytes *out)
{
	bytes rest = *in;
	uint64_t n;

	if (!pack_take_u64(&rest, max, &n) || !bytes_take(&rest, (size_t)n, out))
		return false;
	*in = rest;
	return true;
}

bool pack_take_bool(bytes *in, bool *out)
{
	uint64_t v;

	if (!pack_take_u64(in, 1, &v))
		return false;
	*out = v == 1;
	return true;
}

void pack_err(buf *b, const err *e)
{
	pack_u64(b, e->kind);
	pack_bytes(b, bytes_of(e->text, e->len));
}

static bool is_of_input(uint64_t kind)
{
	return kind == ERR_FORMAT || kind == ERR_LIMIT || kind == ERR_IO || kind == ERR_UNTRUSTED;
}

bool pack_take_err(bytes *in, err *out)
{
	buf shown = BUF_INIT(4 * sizeof(out->text));
	uint64_t kind;
	bytes text;

	if (!pack_take_u64(in, UINT8_MAX, &kind) || !pack_take_bytes(in, sizeof(out->text), &text))
		return false;
	if (kind == ERR_NONE)
		return true;
	/* It was printable once; it is made so again, by us. */
	text_show(&shown, text);
	(void)err_set(out, is_of_input(kind) ? (enum err_kind)kind : ERR_BUG, 0, PRIb,
	              BYTESF(buf_bytes(&shown)));
	buf_done(&shown);
	return true;
}
