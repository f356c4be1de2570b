/* SPDX-License-Identifier: Apache-2.0 */
/* Grype's database, schema 6 (vulnerability.db): SQLite tables that point to each other and to
 * "blobs" of JSON. Columns are found by their names: later revisions add some.
 *   vulnerability_handles: name, status, dates, provider_id, blob_id
 *   affected_package_handles, unaffected_package_handles: vulnerability_id, operating_system_id,
 *     package_id, blob_id
 *   operating_systems: name, major_version, minor_version, label_version, channel
 *   packages: ecosystem (or type), name
 *   known_exploited_vulnerability_handles: cve, blob_id; epss_handles: cve, epss, percentile
 * Not read: what is only known by a CPE, which matches too much; times are SQLite's text. */
#include "vuln/feed_grype.h"

#include "base/text.h"

/* -- small tables, held whole ------------------------------------------------------------------ */

static bytes text_at(const struct sqlfile_row *row, unsigned column)
{
	bytes text;

	return sqlfile_text(row, column, &text) ? text : BYTES("");
}

static int64_t int_at(const struct sqlfile_row *row, unsigned column)
{
	int64_t v;

	return sqlfile_int(row, column, &v) ? v : 0; /* no row has the id 0 */
}

/* An id as a key of a map. */
static bytes key_of(const int64_t *id)
{
	return bytes_of(id, sizeof(*id));
}

static void keep(struct grype_reader *r, struct map *map, int64_t id, void *value)
{
	int64_t *key = arena_new(&r->kept, int64_t);

	*key = id;
	*map_put(map, key_of(key)) = value;
}

struct columns {
	struct grype_reader *reader;
	unsigned at[6];
};

static int keep_system(void *ctx, const struct sqlfile_row *row, err *e)
{
	struct columns *c = ctx;
	struct grype_system *s = arena_new(&c->reader->kept, struct grype_system);

	(void)e; /* the job's */
	*s = grype_system_of(text_at(row, c->at[0]), text_at(row, c->at[1]), text_at(row, c->at[2]),
	                     text_at(row, c->at[3]), text_at(row, c->at[4]), &c->reader->kept);
	keep(c->reader, &c->reader->systems, row->id, s);
	return s->space.n > 0 ? 0
	                      : feed_fault(&c->reader->job, text_at(row, c->at[0]),
	                                   "a system or a channel of it that is not known");
}

static int keep_package(void *ctx, const struct sqlfile_row *row, err *e)
{
	struct columns *c = ctx;
	struct grype_package *p = arena_new(&c->reader->kept, struct grype_package);

	(void)e;
	p->type = arena_bytes(&c->reader->kept, text_at(row, c->at[0]));
	p->name = arena_bytes(&c->reader->kept, text_at(row, c->at[1]));
	keep(c->reader, &c->reader->packages, row->id, p);
	return 0;
}

/* walk(r, table, names, fn, ctx, e): the rows of a table with the columns of these names. */
static int walk(struct grype_reader *r, const char *table, const char *const names[6],
                sqlfile_fn *fn, err *e)
{
	struct columns c = { .reader = r };
	struct sqlfile_table t;

	if (sqlfile_table(&r->rows, table, &t, e) < 0)
		return -1;
	for (size_t i = 0; i < 6; i++)
		c.at[i] = names[i] ? sqlfile_column(&t, names[i]) : UINT_MAX;
	return sqlfile_walk(&r->rows, &t, fn, &c, e);
}

/* -- blobs and handles ------------------------------------------------------------------------- */

/* blob_of(r, id, a, out, e): 1 and the JSON, 0 when there is none that can be read, -1. */
static int blob_of(struct grype_reader *r, int64_t id, struct arena *a, struct json_doc *out,
                   err *e)
{
	struct sqlfile_row row;
	int there = sqlfile_find(&r->found, &r->blobs, id, &row, e);

	if (there <= 0)
		return there;
	if (json_parse(arena_bytes(a, text_at(&row, r->blob_value)), a, out, e) == 0)
		return 1;
	err_clear(e);
	return 0;
}

/* A vulnerability as its handle says it; its blob in a. */
static int read_handle(struct grype_reader *r, const struct sqlfile_row *row, struct arena *a,
                       struct grype_vulnerability *out, err *e)
{
	const unsigned *at = r->handle;
	int64_t blob = int_at(row, at[5]);
	bytes status = text_at(row, at[1]);

	*out = (struct grype_vulnerability){
		.id = row->id,
		.name = arena_bytes(a, text_at(row, at[0])),
		.published = arena_bytes(a, text_at(row, at[2])),
		.modified = arena_bytes(a, text_at(row, at[3])),
		.provider = arena_bytes(a, text_at(row, at[4])),
		.rejected = bytes_is(status, "rejected"),
	};
	return blob_of(r, blob, a, &out->blob, e) < 0 ? -1 : 0;
}

/* Rows of one vulnerability stand beside each other. */
static int find_vulnerability(struct grype_reader *r, int64_t id, err *e)
{
	struct sqlfile_row row;

	if (r->current.id == id && r->current.name.n > 0)
		return 0;
	arena_reset(&r->about);
	map_init(&r->told, &r->about);
	int there = sqlfile_find(&r->found, &r->handles, id, &row, e);

	r->current = (struct grype_vulnerability){ 0 };
	if (there <= 0)
		return there;
	/* The row is in the reader that finds its blob as well. */
	struct sqlfile_row copy = { row.id, arena_bytes(&r->about, row.record) };

	return read_handle(r, &copy, &r->about, &r->current, e);
}

static int vulnerability_row(void *ctx, const struct sqlfile_row *row, err *e)
{
	struct columns *c = ctx;
	struct grype_reader *r = c->reader;
	struct grype_vulnerability v;

	arena_reset(&r->value);
	return read_handle(r, row, &r->value, &v, e) < 0 ? -1 : grype_vulnerability(r, &v);
}

static int package_row(struct columns *c, const struct sqlfile_row *row, bool affected, err *e)
{
	struct grype_reader *r = c->reader;
	int64_t system = int_at(row, c->at[1]), package = int_at(row, c->at[2]);
	struct grype_row out = {
		.affected = affected,
		.system = map_get(&r->systems, key_of(&system)),
		.package = map_get(&r->packages, key_of(&package)),
	};

	if (find_vulnerability(r, int_at(row, c->at[0]), e) < 0)
		return -1;
	arena_reset(&r->value);
	if (r->current.name.n == 0 || !out.package || (system != 0 && !out.system))
		return feed_fault(&r->job, r->current.name, "a row that points to nothing");
	int there = blob_of(r, int_at(row, c->at[3]), &r->value, &out.blob, e);

	if (there < 0)
		return -1;
	return there ? grype_package(r, &out)
	             : feed_fault(&r->job, r->current.name, "a row whose text cannot be read");
}

static int affected_row(void *ctx, const struct sqlfile_row *row, err *e)
{
	return package_row(ctx, row, true, e);
}

static int unaffected_row(void *ctx, const struct sqlfile_row *row, err *e)
{
	return package_row(ctx, row, false, e);
}

static int kev_row(void *ctx, const struct sqlfile_row *row, err *e)
{
	struct columns *c = ctx;
	struct grype_reader *r = c->reader;
	struct json_doc blob;

	arena_reset(&r->value);
	int there = blob_of(r, int_at(row, c->at[1]), &r->value, &blob, e);

	return there <= 0 ? there : grype_kev(r, text_at(row, c->at[0]), json_root(&blob));
}

/* A share of one as millionths; UINT32_MAX when it is none. */
static uint32_t millionths(const struct sqlfile_row *row, unsigned column)
{
	double v;

	return sqlfile_real(row, column, &v) && v >= 0 && v <= 1 ? (uint32_t)(v * 1e6 + 0.5)
	                                                         : UINT32_MAX;
}

static int epss_row(void *ctx, const struct sqlfile_row *row, err *e)
{
	struct columns *c = ctx;
	struct vulnerability v = { .id = text_at(row, c->at[0]),
		                       .epss = millionths(row, c->at[1]),
		                       .epss_percentile = millionths(row, c->at[2]) };

	(void)e; /* the job's */
	if (v.epss == UINT32_MAX || v.epss_percentile == UINT32_MAX)
		return feed_fault(&c->reader->job, v.id, "an EPSS score that is none");
	return feed_emit_vulnerability(&c->reader->job, &v);
}

/* -- the file ---------------------------------------------------------------------------------- */

static int find_tables(struct grype_reader *r, err *e)
{
	static const char *const columns[6] = { "name",          "status",      "published_date",
		                                    "modified_date", "provider_id", "blob_id" };

	if (sqlfile_table(&r->found, "blobs", &r->blobs, e) < 0 ||
	    sqlfile_table(&r->found, "vulnerability_handles", &r->handles, e) < 0)
		return -1;
	if (!r->blobs.root || !r->handles.root)
		return err_set(e, ERR_FORMAT, 0, "no database of Grype's schema 6: tables are missing");
	r->blob_value = sqlfile_column(&r->blobs, "value");
	for (size_t i = 0; i < 6; i++)
		r->handle[i] = sqlfile_column(&r->handles, columns[i]);
	return 0;
}

static int read_tables(struct grype_reader *r, err *e)
{
	static const char *const
		systems[6] = { "name", "major_version", "minor_version", "label_version", "channel" },
		*const types[6] = { "type", "name" }, *const packages[6] = { "ecosystem", "name" },
		*const none[6] = { NULL },
		*const rows[6] = { "vulnerability_id", "operating_system_id", "package_id", "blob_id" },
		*const kev[6] = { "cve", "blob_id" }, *const epss[6] = { "cve", "epss", "percentile" };
	struct sqlfile_table t;

	if (find_tables(r, e) < 0 || sqlfile_table(&r->rows, "packages", &t, e) < 0)
		return -1;
	bool first = sqlfile_column(&t, "ecosystem") == UINT_MAX; /* revisions of before March 2025 */

	return walk(r, "operating_systems", systems, keep_system, e) < 0 ||
	               walk(r, "packages", first ? types : packages, keep_package, e) < 0 ||
	               walk(r, "vulnerability_handles", none, vulnerability_row, e) < 0 ||
	               walk(r, "affected_package_handles", rows, affected_row, e) < 0 ||
	               walk(r, "unaffected_package_handles", rows, unaffected_row, e) < 0 ||
	               walk(r, "known_exploited_vulnerability_handles", kev, kev_row, e) < 0 ||
	               walk(r, "epss_handles", epss, epss_row, e) < 0
	           ? -1
	           : 0;
}

int feed_grype_db(const struct seek_file *file, const struct feed_sink *sink, err *e)
{
	struct grype_reader r = { .job = { sink, &r.value, e } };
	int result;

	map_init(&r.systems, &r.kept);
	map_init(&r.packages, &r.kept);
	map_init(&r.told, &r.about);
	result = sqlfile_open(&r.rows, file, LIMIT_FEED_RECORD, &r.kept, e) < 0 ||
	                 sqlfile_open(&r.found, file, LIMIT_FEED_RECORD, &r.kept, e) < 0 ||
	                 read_tables(&r, e) < 0
	             ? -1
	             : 0;
	sqlfile_close(&r.rows);
	sqlfile_close(&r.found);
	arena_done(&r.kept);
	arena_done(&r.about);
	arena_done(&r.value);
	return result;
}
