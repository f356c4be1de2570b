/* SPDX-License-Identifier: Apache-2.0 */
/* trivy-db itself (trivy.db, schema 2): bbolt, values in JSON. Read twice: the products of Red Hat
 * stand behind the bucket that counts on them. */
#include "fmt/bolt.h"
#include "vuln/feed_trivy.h"

enum bucket {
	BUCKET_ROOT,
	BUCKET_OTHER, /* of no interest */
	BUCKET_VULNERABILITIES,
	BUCKET_PACKAGES, /* of a space: holds packages */
	BUCKET_PACKAGE,
	BUCKET_PRODUCTS, /* "Red Hat CPE" */
	BUCKET_CPES,
};

struct walker {
	struct trivy_reader reader;
	struct arena names; /* of the buckets in hand, and of the products */
	struct arena value; /* of one value */
	enum bucket in;
	bool products; /* the first reading */
};

/* -- buckets ----------------------------------------------------------------------------------- */

static int kind_of(struct walker *w, bytes name, enum bucket *out)
{
	if (bytes_is(name, "Red Hat CPE")) {
		*out = BUCKET_PRODUCTS;
	} else if (w->products || bytes_is(name, "data-source")) {
		*out = BUCKET_OTHER; /* names and addresses of sources: ours stand with them */
	} else if (bytes_is(name, "vulnerability")) {
		*out = BUCKET_VULNERABILITIES;
	} else if (trivy_bucket(&w->reader, arena_bytes(&w->names, name))) {
		*out = BUCKET_PACKAGES;
	} else {
		*out = BUCKET_OTHER;
		return feed_fault(&w->reader.job, name, "a bucket that is not known");
	}
	return 0;
}

static int enter(void *ctx, bytes name, bool *want, err *e)
{
	struct walker *w = ctx;
	enum bucket kind = BUCKET_OTHER;

	(void)e; /* the job's */
	if (w->in == BUCKET_ROOT) {
		/* What a space's name is made of lives as long as its bucket. */
		w->reader.job.arena = &w->names;
		if (kind_of(w, name, &kind) < 0)
			return -1;
	} else if (w->in == BUCKET_PACKAGES) {
		w->reader.package = name;
		kind = BUCKET_PACKAGE;
	} else if (w->in == BUCKET_PRODUCTS && w->products && bytes_is(name, "cpe")) {
		kind = BUCKET_CPES;
	}
	*want = kind != BUCKET_OTHER && (kind != BUCKET_PRODUCTS || w->products);
	if (*want)
		w->in = kind;
	return 0;
}

static int leave(void *ctx, err *e)
{
	struct walker *w = ctx;

	(void)e;
	w->in = w->in == BUCKET_PACKAGE ? BUCKET_PACKAGES
	        : w->in == BUCKET_CPES  ? BUCKET_PRODUCTS
	                                : BUCKET_ROOT;
	return 0;
}

/* -- values ------------------------------------------------------------------------------------ */

static int pair(void *ctx, bytes key, bytes value, err *e)
{
	struct walker *w = ctx;
	struct yaml_file file;

	if (w->in != BUCKET_VULNERABILITIES && w->in != BUCKET_PACKAGE && w->in != BUCKET_CPES)
		return 0;
	arena_reset(&w->value);
	w->reader.job.arena = &w->value;
	if (yaml_parse(value, &w->value, &file, e) < 0 || file.faults.len > 0 ||
	    file.documents.len != 1) {
		err_clear(e);
		return feed_fault(&w->reader.job, key, "a value that cannot be read");
	}
	const struct yaml_node *root = file.documents.items[0].root;

	if (w->in == BUCKET_CPES) {
		trivy_product(&w->reader, key, yaml_text(root), &w->names);
		return 0;
	}
	return w->in == BUCKET_VULNERABILITIES ? trivy_vulnerability(&w->reader, key, root)
	                                       : trivy_advisory(&w->reader, key, root);
}

int feed_trivy_db(const struct seek_file *file, const struct feed_sink *sink, err *e)
{
	static const struct bolt_events events = { enter, leave, pair };
	struct walker w = { .products = true };

	trivy_begin(&w.reader, sink, &w.names, e);
	int result = bolt_walk(file, &events, &w, e);

	w.products = false;
	w.in = BUCKET_ROOT;
	if (result == 0)
		result = bolt_walk(file, &events, &w, e);
	arena_done(&w.names);
	arena_done(&w.value);
	return result;
}
