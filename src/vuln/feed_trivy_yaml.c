/* SPDX-License-Identifier: Apache-2.0 */
/* trivy-db's content as YAML, the form of its test data: buckets of buckets of pairs. */
#include "vuln/feed_trivy.h"

static int read_packages(struct trivy_reader *r, const struct yaml_node *packages)
{
	for (const struct yaml_node *p = yaml_items(packages); p; p = p->next) {
		r->package = yaml_text(yaml_get(p, "bucket"));
		for (const struct yaml_node *v = yaml_items(yaml_get(p, "pairs")); v; v = v->next)
			if (trivy_advisory(r, yaml_text(yaml_get(v, "key")), yaml_get(v, "value")) < 0)
				return -1;
	}
	return 0;
}

static int read_vulnerabilities(struct trivy_reader *r, const struct yaml_node *pairs)
{
	for (const struct yaml_node *n = yaml_items(pairs); n; n = n->next)
		if (trivy_vulnerability(r, yaml_text(yaml_get(n, "key")), yaml_get(n, "value")) < 0)
			return -1;
	return 0;
}

static int read_bucket(struct trivy_reader *r, const struct yaml_node *bucket)
{
	bytes name = yaml_text(yaml_get(bucket, "bucket"));
	const struct yaml_node *pairs = yaml_get(bucket, "pairs");

	/* Names and addresses of sources: ours stand with them. Products have been read. */
	if (bytes_is(name, "data-source") || bytes_is(name, "Red Hat CPE"))
		return 0;
	if (bytes_is(name, "vulnerability"))
		return read_vulnerabilities(r, pairs);
	if (!trivy_bucket(r, name))
		return feed_fault(&r->job, name, "a bucket that is not known");
	return read_packages(r, pairs);
}

/* -- Red Hat's products, before all else ------------------------------------------------------- */

static void read_products(struct trivy_reader *r, const struct yaml_node *bucket)
{
	for (const struct yaml_node *b = yaml_items(yaml_get(bucket, "pairs")); b; b = b->next) {
		const struct yaml_node *pairs = yaml_items(yaml_get(b, "pairs"));

		if (!bytes_is(yaml_text(yaml_get(b, "bucket")), "cpe"))
			continue;
		for (const struct yaml_node *n = pairs; n; n = n->next)
			trivy_product(r, yaml_text(yaml_get(n, "key")), yaml_text(yaml_get(n, "value")),
			              r->job.arena);
	}
}

static void learn_products(struct trivy_reader *r, const struct yaml_node *bucket)
{
	for (const struct yaml_node *p = yaml_items(yaml_get(bucket, "pairs")); p; p = p->next)
		for (const struct yaml_node *v = yaml_items(yaml_get(p, "pairs")); v; v = v->next)
			trivy_learn(r, yaml_get(v, "value"), r->job.arena);
}

static void find_products(struct trivy_reader *r, const struct yaml_node *root)
{
	for (const struct yaml_node *b = yaml_items(root); b; b = b->next)
		if (bytes_is(yaml_text(yaml_get(b, "bucket")), "Red Hat CPE"))
			read_products(r, b);
	for (const struct yaml_node *b = yaml_items(root); b; b = b->next)
		if (bytes_is(yaml_text(yaml_get(b, "bucket")), "Red Hat"))
			learn_products(r, b);
}

int feed_trivy_yaml(bytes document, bytes name, const struct feed_sink *sink, struct arena *a,
                    err *e)
{
	struct trivy_reader r;
	struct yaml_file file;

	(void)name;
	trivy_begin(&r, sink, a, e);
	if (yaml_parse(document, a, &file, e) < 0)
		return -1;
	const struct yaml_node *root = file.documents.len > 0 ? file.documents.items[0].root : NULL;

	if (file.faults.len > 0 || !yaml_get(yaml_items(root), "bucket"))
		return err_set(e, ERR_FORMAT, 0, "no list of trivy-db's buckets");
	find_products(&r, root);
	for (const struct yaml_node *b = yaml_items(root); b; b = b->next)
		if (read_bucket(&r, b) < 0)
			return -1;
	return 0;
}
