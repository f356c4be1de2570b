/* SPDX-License-Identifier: Apache-2.0 */
/* text - numbers, hex and printable forms of octets.
 *
 * The only way untrusted text reaches a terminal, a log or an error: text_show turns control
 * octets, DEL, broken UTF-8 and the Unicode controls that reorder text (bidi overrides, zero width,
 * line separators) into \xNN. Threading: pure functions. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"

/* text_show(b, s): append the printable form of s to b. text_shown: the same as a C string that
 * lives in a. */
void text_show(buf *b, bytes s);
char *text_shown(struct arena *a, bytes s);

/* struct shown, SHOW(s): the printable form of the front of s, for one printf argument:
 * err_set(e, ..., "'%s' is no digest", SHOW(name)). About SHOWN_MOST octets of it, so that a
 * hostile name leaves room for the reason; longer input ends in "…". The text lives until the end
 * of the enclosing block. */
#define SHOWN_MOST 160
struct shown {
	char text[SHOWN_MOST + 4 * 4 + sizeof("…")];
};
const char *text_show_into(struct shown *out, bytes s);
#define SHOW(s) text_show_into(&(struct shown){ { 0 } }, (s))

/* text_utf8_next(in, out): take one code point from the front; false on the end or on anything that
 * is not shortest-form UTF-8 of a scalar value (Unicode 15, table 3-7). */
bool text_utf8_next(bytes *in, uint32_t *out);
bool text_is_utf8(bytes s);
/* text_utf16_units(s): the length of s in code units of UTF-16, as editors count columns; an octet
 * that is no UTF-8 is one. */
size_t text_utf16_units(bytes s);
/* text_is_deceptive(c): controls, and "Trojan source" (CVE-2021-42574): characters that make a
 * terminal show another text than is there. */
bool text_is_deceptive(uint32_t c);
/* text_is_command(s): it begins with what Azure Pipelines and GitHub's first runners obey wherever
 * it stands in a line of a log: "##vso[" and "##[" (agent docs, loggingcommands.md). */
bool text_is_command(bytes s);
/* text_begun(s): how many octets at its end may be the front of a character, or of what
 * text_is_command: they wait for what comes behind them. */
size_t text_begun(bytes s);

/* text_take_u64(s, base, max, out): s whole is a number in base 8, 10 or 16 (no sign, no space, no
 * prefix), at most max. */
bool text_take_u64(bytes s, unsigned base, uint64_t max, uint64_t *out)
	__attribute__((warn_unused_result));

/* text_hex(b, data): append lower-case hex. text_from_hex(s, out, n): s is exactly 2n lower-case
 * hex digits. */
void text_hex(buf *b, bytes data);
bool text_from_hex(bytes s, uint8_t *out, size_t n) __attribute__((warn_unused_result));

/* text_size(out, n): "842.1 MB" (powers of 1000, one decimal from kB on). text_count(out, n):
 * "14,440". Both into a small value made for one printf argument. */
struct text_small {
	char text[32];
};
const char *text_size_into(struct text_small *out, uint64_t n);
const char *text_count_into(struct text_small *out, uint64_t n);
#define SIZE_TEXT(n) text_size_into(&(struct text_small){ { 0 } }, (n))
#define COUNT_TEXT(n) text_count_into(&(struct text_small){ { 0 } }, (n))

/* text_date(out, seconds): "2026-11-22" of a UNIX time (UTC). text_from_date(s, out): the UNIX time
 * of the front of an RFC 3339 date or date-time ("2026-11-22", "2026-11-22T01:02:03.5+02:00");
 * false when it is neither. */
const char *text_date_into(struct text_small *out, int64_t seconds);
#define DATE_TEXT(s) text_date_into(&(struct text_small){ { 0 } }, (s))
bool text_from_date(bytes s, int64_t *out) __attribute__((warn_unused_result));
