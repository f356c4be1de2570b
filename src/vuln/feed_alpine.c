/* SPDX-License-Identifier: Apache-2.0 */
/* Alpine's secdb, as YAML or JSON, and Wolfi's and Chainguard's, which have no releases: packages
 * (origins), each with the versions that mend something and what they mend. Version "0": the
 * package was never affected, which others are told so. */
#include "fmt/yaml.h"
#include "vuln/feed_parts.h"
#include "vuln/space.h"

struct reader {
	struct feed_job job;
	bytes space, package, source;
};

/* "CVE-2019-1 CVE-2019-2 (+ regression fix)": words that begin like ids. */
static bool is_id(bytes word)
{
	static const char *const begins[] = { "CVE-",     "GHSA-", "XSA-",  "ALPINE-", "ZBX-",
		                                  "RUSTSEC-", "CNVD-", "TEMP-", "GO-",     "VSV" };

	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++)
		if (bytes_starts(word, bytes_str(begins[i])))
			return true;
	return false;
}

static int read_id(const struct reader *r, bytes version, bytes id)
{
	bool never = bytes_is(version, "0");
	struct advisory a = { .space = r->space,
		                  .package = r->package,
		                  .id = id,
		                  .source = r->source,
		                  .status = never ? ADVISORY_NOT_AFFECTED : ADVISORY_FIXED };

	if (!feed_fix(&r->job, &a, never ? BYTES("") : version))
		return feed_fault(&r->job, id, "a fixed version that is none");
	return feed_emit(&r->job, &a);
}

static int read_fixes(const struct reader *r, bytes version, const struct yaml_node *list)
{
	for (const struct yaml_node *n = yaml_items(list); n; n = n->next) {
		bytes text = yaml_text(n), word;
		bool any = false;

		while (bytes_take_until(&text, ' ', &word)) {
			if (!is_id(word))
				continue;
			any = true;
			if (read_id(r, version, word) < 0)
				return -1;
		}
		if (!any && feed_fault(&r->job, r->package, "what a version mends has no id") < 0)
			return -1;
	}
	return 0;
}

static int read_package(struct reader *r, const struct yaml_node *package)
{
	r->package = yaml_text(yaml_get(package, "name"));
	if (r->package.n == 0)
		return feed_fault(&r->job, r->space, "a package without a name");
	for (const struct yaml_node *v = yaml_first(yaml_get(package, "secfixes")); v; v = v->next)
		if (v->key && read_fixes(r, bytes_trim(yaml_text(v->key)), v) < 0)
			return -1;
	return 0;
}

/* whose(r, root): whose secdb it is; false when nobody's that is known. */
static bool whose(struct reader *r, const struct yaml_node *root)
{
	bytes release = yaml_text(yaml_get(root, "distroversion"));
	bytes home = yaml_text(yaml_get(root, "urlprefix"));

	if (bytes_take_prefix(&release, BYTES("v")) || bytes_is(release, "edge"))
		r->source = BYTES("alpine");
	else if (bytes_is(home, "https://packages.wolfi.dev"))
		r->source = BYTES("wolfi");
	else if (bytes_starts(home, BYTES("https://packages.cgr.dev")))
		r->source = BYTES("chainguard");
	else
		return false;
	r->space = space_of_distribution(r->source, release, r->job.arena);
	return true;
}

int feed_alpine(bytes document, bytes name, const struct feed_sink *sink, struct arena *a, err *e)
{
	struct reader r = { .job = { sink, a, e } };
	struct yaml_file file;

	(void)name;
	if (yaml_parse(document, a, &file, e) < 0)
		return -1;
	const struct yaml_node *root = file.documents.len > 0 ? file.documents.items[0].root : NULL;

	if (!whose(&r, root) || file.faults.len > 0)
		return err_set(e, ERR_FORMAT, 0, "no secdb of Alpine: \"distroversion\" is missing");
	for (const struct yaml_node *p = yaml_items(yaml_get(root, "packages")); p; p = p->next)
		if (read_package(&r, yaml_get(p, "pkg")) < 0)
			return -1;
	return 0;
}
