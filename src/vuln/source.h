/* SPDX-License-Identifier: Apache-2.0 */
/* source - where feeds are published: address, licence, size; and which of them an update fetches.
 *
 * A licence that forbids passing a feed on keeps it out of what is fetched unless it is named, and
 * what is made from it is never pushed unasked (database_info.restricted).
 * Threading: pure functions over a const table. */
#pragma once

#include "vuln/advisory.h"

struct source {
	const char *name; /* "debian"; with parts "NAME-PART" names one of them */
	enum feed_kind kind;
	const char *url;   /* "*" stands for a part */
	const char *parts; /* divided by blanks; NULL: it has none */
	const char *licence;
	const char *size;  /* about, of all parts together, compressed where it is */
	bool by_default;   /* fetched when none is named */
	bool restricted;   /* its licence forbids passing it on */
	const char *note;  /* how it is had where an update does not read it as it is; NULL */
};

/* sources: the table; name NULL ends it. */
extern const struct source sources[];

/* One document that is fetched. */
struct source_document {
	const char *name; /* "alpine-v3.22-main": also its file's name */
	enum feed_kind kind;
	const char *url;
};
struct source_documents {
	struct source_document *items;
	size_t len, cap;
};

/* source_choose(text, a, out, e): "NAME", "NAME-PART", or either or a kind before "=URL", whose "*"
 * stands for the parts: adds the documents that are meant. NULL: those of every default source.
 * ERR_USAGE. Arena. */
int source_choose(const char *text, struct arena *a, struct source_documents *out, err *e);
