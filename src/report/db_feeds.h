/* SPDX-License-Identifier: Apache-2.0 */
/* db_feeds - the feeds there are, for people and for programs. Threading: pure functions. */
#pragma once

#include "fmt/stream.h"
#include "vuln/source.h"

struct feed_row {
	const struct source *source;
	uint64_t fetched; /* octets that are here of it */
};

struct feeds_page {
	struct feed_row *items;
	size_t len, cap;
};

/* db_feeds_page(page, out). db_feeds_json: schema "oakum-db-feeds" version 1. */
void db_feeds_page(const struct feeds_page *page, struct stream *out);
void db_feeds_json(const struct feeds_page *page, struct stream *out);
