/* SPDX-License-Identifier: Apache-2.0 */
/* Databases of other tools: bbolt's pages with trivy-db's values, SQLite's with Grype's. */
#include "vuln/feed.h"

#include <stdlib.h>

static void must(bool fine)
{
	if (!fine)
		abort();
}

static int check_advisory(void *ctx, const struct advisory *a, err *e)
{
	(void)ctx;
	(void)e;
	must(a->space.n > 0 && a->package.n > 0 && a->id.n > 0 && a->source.n > 0);
	must(a->ranges.len + a->versions.len > 0);
	return 0;
}

static int check_vulnerability(void *ctx, const struct vulnerability *v, err *e)
{
	(void)ctx;
	(void)e;
	must(v->id.n > 0);
	must(v->epss == UINT32_MAX || v->epss <= 1000000);
	return 0;
}

static int check_end(void *ctx, const struct end_of_life *x, err *e)
{
	(void)ctx;
	(void)x;
	(void)e;
	must(false);
	return 0;
}

static int check_date(void *ctx, bytes date, err *e)
{
	(void)ctx;
	(void)e;
	must(date.n > 0);
	return 0;
}

static int check_fault(void *ctx, bytes where, const char *what, err *e)
{
	(void)ctx;
	(void)where;
	(void)e;
	must(*what != '\0');
	return 0;
}

static bool read_bytes(void *ctx, uint64_t offset, size_t n, uint8_t *out)
{
	const bytes *data = ctx;

	if (offset > data->n || n > data->n - offset)
		return false;
	if (n > 0)
		memcpy(out, data->p + offset, n);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct feed_sink sink = { check_advisory, check_vulnerability, check_end,
		                            check_date,     check_fault,         NULL };
	bytes octets = bytes_of(data, size);
	const struct seek_file file = { size, read_bytes, &octets };
	enum feed_kind kind = feed_recognise_store(&file);
	err e = { 0 };

	if (kind != FEED_UNKNOWN && feed_read_store(kind, &file, &sink, &e) < 0)
		must(e.kind == ERR_FORMAT || e.kind == ERR_LIMIT);
	return 0;
}
