/* SPDX-License-Identifier: Apache-2.0 */
/* feed_fixture - what the tests of feed readers share. */
#pragma once

#include "catalog_fixture.h"
#include "vuln/advisory.h"

/* Everything a reader gives, kept: its octets live in the arena and the documents until the end. */
struct given {
	struct arena arena;
	struct {
		struct advisory *items;
		size_t len, cap;
	} advisories;
	struct {
		struct vulnerability *items;
		size_t len, cap;
	} vulnerabilities;
	struct {
		struct end_of_life *items;
		size_t len, cap;
	} ends;
	struct {
		const char **items;
		size_t len, cap;
	} faults;
	bytes date; /* the last */
};

static int keep_advisory(void *ctx, const struct advisory *a, err *e)
{
	struct given *g = ctx;

	(void)e;
	*ARENA_PUSH(&g->arena, &g->advisories) = *a;
	return 0;
}

static int keep_vulnerability(void *ctx, const struct vulnerability *v, err *e)
{
	struct given *g = ctx;

	(void)e;
	*ARENA_PUSH(&g->arena, &g->vulnerabilities) = *v;
	return 0;
}

static int keep_end(void *ctx, const struct end_of_life *x, err *e)
{
	struct given *g = ctx;

	(void)e;
	*ARENA_PUSH(&g->arena, &g->ends) = *x;
	return 0;
}

static int keep_date(void *ctx, bytes date, err *e)
{
	struct given *g = ctx;

	(void)e;
	g->date = date;
	return 0;
}

static int keep_fault(void *ctx, bytes where, const char *what, err *e)
{
	struct given *g = ctx;

	(void)e;
	*ARENA_PUSH(&g->arena, &g->faults) = arena_printf(&g->arena, PRIb ": %s", BYTESF(where), what);
	return 0;
}

static int read_text(feed_reader *reader, bytes document, struct given *g, err *e)
{
	const struct feed_sink sink = { keep_advisory, keep_vulnerability, keep_end,
		                            keep_date,     keep_fault,         g };

	return reader(document, BYTES("test"), &sink, &g->arena, e);
}

static void must_read(feed_reader *reader, bytes document, struct given *g)
{
	err e = { 0 };

	if (read_text(reader, document, g, &e) < 0)
		fail_msg("%s", e.text);
}

static void must_refuse(feed_reader *reader, const char *document)
{
	struct given g = { 0 };
	err e = { 0 };

	assert_int_equal(read_text(reader, bytes_str(document), &g, &e), -1);
	assert_failed(&e, ERR_FORMAT);
	assert_int_equal(g.advisories.len + g.vulnerabilities.len, 0);
	arena_done(&g.arena);
}
