/* SPDX-License-Identifier: Apache-2.0 */
/* scan - secrets in octets that stream by.
 *
 * A scanner keeps a window of the text: lines may have any length, a secret may lie across the
 * borders of two parts. One pass (Vectorscan) finds the literals of all rules, in UTF-8 and in
 * UTF-16LE at any offset (where .NET keeps the strings of programs), then the rule's expression is
 * asked at that place alone, and what it finds is confirmed (secret/confirm.h). PCRE2 runs without
 * its compiler: a sealed worker may not make code. Work is bounded: so many steps a place, so many
 * places a KiB, so many findings a file; what is left out is told.
 * A finding never holds the secret: at most four of its first letters, its length, and a short
 * keyed fingerprint by which two places with the same secret are known.
 * Threading: a scanner belongs to one thread. */
#pragma once

#include "base/err.h"
#include "secret/confirm.h"

/* Four letters of a long secret, fewer of a short one. */
#define SECRET_FRONT 4
#define SECRET_FINGERPRINT 4

struct secret_finding {
	uint16_t rule; /* index into secret_rules */
	enum secret_confidence confidence;
	bool utf16;
	uint64_t start, end; /* of the secret itself in the octets as they were given */
	uint32_t length;     /* in letters */
	/* The same as lines and columns from 1 (UTF-16 code units, the end is behind the last letter);
	 * line 0: its line is none of text; column 0: its line is too long to tell. */
	uint32_t line, column, end_line, end_column;
	uint8_t front_len;
	uint8_t front[SECRET_FRONT];
	uint8_t fingerprint[SECRET_FINGERPRINT];
	bytes member; /* in which file of the archive it is (secret/unfold.h); start, end and lines are
	               * of that; empty: the file is no archive. A scanner leaves it empty */
};

struct secret_scanner;

/* secret_scanner_new(e): ERR_BUG when this processor is not supported by Vectorscan.
 * secret_scanner_free: NULL is fine; what it read is overwritten. */
struct secret_scanner *secret_scanner_new(err *e);
void secret_scanner_free(struct secret_scanner *s);

/* One text: begin, add its parts, end. Then the findings are there, in the order of their places,
 * until the next begin. secret_scanner_next: begin, for a text that shares what work it may cost
 * with those since the last begin, as members of an archive do. secret_scanner_left_out: places
 * that were not looked at, or findings beyond LIMIT_SECRETS_FILE, since begin; 0: all was. */
void secret_scanner_begin(struct secret_scanner *s);
void secret_scanner_next(struct secret_scanner *s);
void secret_scanner_add(struct secret_scanner *s, bytes part);
void secret_scanner_end(struct secret_scanner *s);
const struct secret_finding *secret_scanner_findings(const struct secret_scanner *s,
                                                     size_t *out_len);
uint64_t secret_scanner_left_out(const struct secret_scanner *s);
