/* SPDX-License-Identifier: Apache-2.0 */
/* rules - what keys, tokens and passwords look like: one const table.
 *
 * A rule has literals, one of which stands in every match, and an expression (PCRE2) whose group
 * "s" is the secret itself. All literals of all rules are found in one pass over the octets; only
 * then is the expression asked, and only around the literal. The shapes are those that the services
 * document. The order of the table is the order of trust: where two rules see the same octets, the
 * earlier one is right.
 * This file is also compiled into the generator of the literal database. Threading: constant. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/severity.h"

#define SECRET_LITERALS 6

/* What can be said about a value without asking anybody (secret/confirm.h). A check sets how sure
 * we are; it never hides a finding. Words and CONTEXT_* belong to the shape and do hide. */
enum secret_check {
	SECRET_SHAPE_ALONE,     /* the prefix says it all */
	SECRET_CHECK_CRC,       /* GitHub, npm: the last six letters are a checksum */
	SECRET_CHECK_KEY,       /* PEM: the body is DER, OpenSSH or PGP */
	SECRET_CHECK_DER,       /* DER, which says itself how long it is */
	SECRET_CHECK_JWT,       /* the header is JSON with "alg" */
	SECRET_CHECK_AZURE_KEY, /* 64 octets in base64 */
	SECRET_CHECK_USER_PASS, /* base64 of name:password */
	SECRET_CHECK_NAMED,     /* the name says so: the value must look random */
	SECRET_CHECK_PASSWORD,  /* the same for passwords, which are shorter */
	SECRET_CHECK_GIVEN,     /* whatever stands there, unless it stands for something else */
	SECRET_CHECK_CONNECTION /* the password of a connection string: a server stands near */
};

struct secret_rule {
	const char *id, *title;
	enum severity severity;
	enum secret_check check;
	bool nocase;         /* literals in any case; the expression says so itself */
	uint16_t back;       /* how far before the literal a match may begin; 0: at the literal */
	uint8_t entropy;     /* of the value, least, in tenths of a bit an octet */
	const char *literals[SECRET_LITERALS];
	const char *expression;
};

extern const struct secret_rule secret_rules[];
extern const size_t secret_rules_len;

/* Fingerprints (secret/scan.h, as a big-endian number) of private keys that programs carry in the
 * open for their self-tests: no secrets. Ends with 0. */
extern const uint32_t secret_published[];

/* The number of a literal in the database: rule, which of its literals, in UTF-16 or not. */
#define SECRET_LITERAL_ID(rule, literal, wide) \
	(unsigned)(((rule) * SECRET_LITERALS + (literal)) * 2 + ((wide) ? 1 : 0))
