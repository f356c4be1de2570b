/* SPDX-License-Identifier: Apache-2.0 */
/* The readers of feeds: records or an error of their kinds; a record names its package, its
 * space and its vulnerability, has something to match, and bounds that are versions there. */
#include "vuln/feed.h"
#include "vuln/space.h"

#include <stdlib.h>

static void must(bool fine)
{
	if (!fine)
		abort();
}

static int check_advisory(void *ctx, const struct advisory *a, err *e)
{
	enum version_ordering o = space_ordering(a->space);

	(void)ctx;
	(void)e;
	must(o != VERSION_UNKNOWN && a->package.n > 0 && a->id.n > 0 && a->source.n > 0);
	must(a->ranges.len + a->versions.len > 0);
	for (size_t i = 0; i < a->ranges.len; i++) {
		const struct version_interval *r = &a->ranges.items[i];

		must(r->to.n == 0 || r->last.n == 0);
		must(r->from.n == 0 || version_is_valid(o, r->from));
		must(r->to.n == 0 || version_is_valid(o, r->to));
		must(r->last.n == 0 || version_is_valid(o, r->last));
	}
	return 0;
}

static int check_vulnerability(void *ctx, const struct vulnerability *v, err *e)
{
	(void)ctx;
	(void)e;
	must(v->id.n > 0 && v->references.len <= LIMIT_ADVISORY_WORDS);
	for (size_t i = 0; i < v->scores.len; i++)
		must(v->scores.items[i].v3_score <= 100);
	return 0;
}

static int check_end(void *ctx, const struct end_of_life *x, err *e)
{
	(void)ctx;
	(void)e;
	must(x->release.n > 0 && x->date.n > 0);
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static feed_reader *const readers[] = {
		feed_osv,        feed_dotnet_cve, feed_dotnet_releases,
		feed_dotnet,     feed_debian,     feed_alpine,
		feed_ubuntu,     feed_nvd,        feed_kev,
		feed_epss,       feed_eol,        feed_vunnel,
		feed_trivy_yaml, feed_csaf,       feed_oval,
		feed_alas,
	};
	const struct feed_sink sink = { check_advisory, check_vulnerability, check_end,
		                            check_date,     check_fault,         NULL };

	err broken = { 0 };

	(void)feed_recognise(bytes_of(data, size));
	if (feed_check_json(bytes_of(data, size), &broken) < 0)
		must(broken.kind == ERR_FORMAT || broken.kind == ERR_LIMIT);
	for (size_t i = 0; i < sizeof(readers) / sizeof(*readers); i++) {
		struct arena a = ARENA_INIT;
		err e = { 0 };

		if (readers[i](bytes_of(data, size), BYTES("fuzz"), &sink, &a, &e) < 0)
			must(e.kind == ERR_FORMAT || e.kind == ERR_LIMIT);
		arena_done(&a);
	}
	return 0;
}
