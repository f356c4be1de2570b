/* SPDX-License-Identifier: Apache-2.0 */
/* feed_trivy - what trivy-db's buckets mean (schema 2), in either form: bbolt's, and the YAML of
 * its test data; for feed_trivy*.c alone.
 *
 * "debian 12" and the like hold packages, which hold vulnerabilities; "nuget::GitHub Security
 * Advisory Nuget" the same of an ecosystem; "Red Hat" the same of products, which it names by
 * numbers whose meaning stands in "Red Hat CPE"; "vulnerability" says more about each. The numbers
 * of severities and status words are trivy-db's, which ours are too. */
#pragma once

#include "base/map.h"
#include "fmt/yaml.h"
#include "vuln/feed_parts.h"

struct trivy_reader {
	struct feed_job job;
	/* -- of the bucket that is read */
	bytes space, source;
	enum range_syntax syntax;
	bool red_hat;
	bytes package;       /* of the bucket within it */
	struct map products; /* of Red Hat: by number, their CPE or name */
};

/* trivy_begin(r, sink, a, e): nothing read yet; the numbers of products live in a. */
void trivy_begin(struct trivy_reader *r, const struct feed_sink *sink, struct arena *a, err *e);

/* trivy_bucket(r, name): what follows is in this bucket of packages; false: it is not known. */
bool trivy_bucket(struct trivy_reader *r, bytes name);
/* trivy_advisory(r, id, value): of r->package. trivy_vulnerability(r, id, value): of the bucket
 * "vulnerability". Values are JSON or YAML of the same shape. */
int trivy_advisory(struct trivy_reader *r, bytes id, const struct yaml_node *value);
int trivy_vulnerability(struct trivy_reader *r, bytes id, const struct yaml_node *value);

/* trivy_product(r, number, cpe, a): what one number means, said by the bucket "cpe" of "Red Hat
 * CPE". trivy_learn(r, value, a): a row of "Red Hat" whose fixed version says of which release its
 * products are; for data without that bucket. Arena a, that of the map. */
void trivy_product(struct trivy_reader *r, bytes number, bytes cpe, struct arena *a);
void trivy_learn(struct trivy_reader *r, const struct yaml_node *value, struct arena *a);
