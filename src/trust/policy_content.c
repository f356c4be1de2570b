/* SPDX-License-Identifier: Apache-2.0 */
/* What an attestation says, once it is known who signed it. */
#include "base/limits.h"
#include "base/text.h"
#include "fmt/json.h"
#include "model/cvss.h"
#include "model/purl.h"
#include "oci/reference.h"
#include "trust/policy_judge.h"
#include "trust/provenance.h"

struct look {
	const struct policy_test *test;
	const struct verdict *verdict;
	struct arena *arena;
	const char **why;
};

static bool refuse(const struct look *l, const char *what, bytes instead)
{
	*l->why = instead.n > 0 ? arena_printf(l->arena, "%s '%s'", what, SHOW(instead)) : what;
	return false;
}

/* -- provenance -------------------------------------------------------------------------------- */

/* A builder may be named with its version or without. */
static bool fits_builder(const struct look *l, const struct provenance *p)
{
	bytes ref, plain = provenance_split(p->builder, &ref);

	if (p->builder.n == 0)
		return refuse(l, "the provenance names no builder", p->builder);
	return globs_fit(&l->test->globs, p->builder) || globs_fit(&l->test->globs, plain) ||
	       refuse(l, "built by", p->builder);
}

/* is_commit(from): hex of git, not a digest of something packed. */
static bool is_commit(const struct provenance_source *from)
{
	return bytes_is(from->algorithm, "sha1") || bytes_is(from->algorithm, "gitCommit");
}

/* The certificate of a workflow names what it ran on: a provenance that names something else lies.
 * Silence of one of them is no lie. */
static bool fits_certificate(const struct look *l, const struct provenance *p)
{
	bytes source = provenance_plain_source(p->source.uri), path = source;
	bytes commit = is_commit(&p->source) ? p->source.digest : (bytes){ 0 };

	(void)bytes_take_prefix(&path, BYTES("github.com/")); /* the old claim has none */
	const struct {
		enum certificate_claim claim;
		bytes said;
		const char *what;
	} rows[] = {
		{ CLAIM_SOURCE, source, "source" },        { CLAIM_REPOSITORY_OLD, path, "source" },
		{ CLAIM_REF, p->source.ref, "ref" },       { CLAIM_REF_OLD, p->source.ref, "ref" },
		{ CLAIM_REF, p->run.ref, "ref" },          { CLAIM_REF_OLD, p->run.ref, "ref" },
		{ CLAIM_COMMIT, commit, "commit" },        { CLAIM_COMMIT_OLD, commit, "commit" },
		{ CLAIM_COMMIT, p->run.commit, "commit" }, { CLAIM_COMMIT_OLD, p->run.commit, "commit" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		bytes claimed = l->verdict->result.claims.items[rows[i].claim];

		if (rows[i].claim == CLAIM_SOURCE)
			claimed = provenance_plain_source(claimed);
		if (claimed.n > 0 && rows[i].said.n > 0 && !bytes_equal(claimed, rows[i].said))
			return refuse(
				l,
				arena_printf(
					l->arena,
					"the certificate is of another %s than the provenance tells:", rows[i].what),
				claimed);
	}
	return true;
}

static bool fits_source(const struct look *l, const struct provenance *p)
{
	bytes source = provenance_plain_source(p->source.uri);

	if (source.n == 0)
		return refuse(l, "the provenance names no source", source);
	if (!fits_certificate(l, p))
		return false;
	for (size_t i = 0; i < l->test->globs.len; i++) {
		struct glob glob = l->test->globs.items[i];

		glob.text = provenance_plain_source(glob.text);
		if (glob_fits(&glob, source))
			return true;
	}
	return refuse(l, "built from", p->source.uri);
}

static bool fits_ref(const struct look *l, const struct provenance *p)
{
	bytes ref = p->source.ref.n > 0 ? p->source.ref : p->run.ref;

	if (ref.n == 0)
		return refuse(l, "the provenance tells neither branch nor tag", ref);
	if (!fits_certificate(l, p))
		return false;
	return globs_fit(&l->test->globs, ref) || refuse(l, "built from", ref);
}

static bool has_nul(bytes s)
{
	return bytes_find(s, 0) < s.n;
}

/* purl-spec, types docker and oci; BuildKit puts the registry into the namespace. */
static const char *purl_image(const struct purl *p, struct arena *a)
{
	bytes registry = purl_qualifier(p, "repository_url", a);
	const char *name = arena_str(a, p->name);

	if (has_nul(p->space) || has_nul(p->name) || has_nul(registry))
		return ""; /* is no name */
	if (bytes_is(p->type, "oci"))
		return arena_str(a, registry); /* without it, of a folder: "" is no name */
	return arena_printf(a, "%s%s%s%s%s", arena_str(a, registry), registry.n > 0 ? "/" : "",
	                    arena_str(a, p->space), p->space.n > 0 ? "/" : "", name);
}

/* material_image(from, a, out): is it an image? What cannot be read as a name fits no pattern. */
static bool material_image(const struct provenance_source *from, struct arena *a,
                           struct image_name *out)
{
	bytes uri = from->uri;
	struct reference ref;
	struct purl p = { 0 };
	err ignored = { 0 };
	const char *name;

	*out = (struct image_name){ 0 };
	if (!purl_parse(uri, a, &p)) {
		if (!bytes_take_prefix(&uri, BYTES("docker://")) &&
		    !bytes_take_prefix(&uri, BYTES("docker-image://")) &&
		    !bytes_take_prefix(&uri, BYTES("oci://")))
			return false;
		name = arena_str(a, uri);
	} else if (bytes_is(p.type, "docker") || bytes_is(p.type, "oci")) {
		name = purl_image(&p, a);
	} else {
		return false;
	}
	if (has_nul(uri) || reference_parse(name, a, &ref, &ignored) < 0)
		return true;
	if (bytes_is(from->algorithm, "sha256"))
		out->digest = bytes_str(arena_printf(a, "sha256:%s", arena_str(a, from->digest)));
	out->name = bytes_str(arena_printf(a, "%s/%s", ref.host, ref.repository));
	out->tag = bytes_str(ref.tag);
	if (p.version.n > 0 && !bytes_starts(p.version, BYTES("sha256:")))
		out->tag = p.version;
	return true;
}

/* Every image that went in: a stage that builds is as good a place for malice as the base. */
static bool fits_base(const struct look *l, const struct provenance *p)
{
	size_t images = 0;

	for (size_t i = 0; i < p->materials_len; i++) {
		struct image_name image;

		if (!material_image(&p->materials[i], l->arena, &image))
			continue;
		images++;
		if (!globs_fit_image(&l->test->globs, &image))
			return refuse(l, "what went in is not as asked for:", p->materials[i].uri);
	}
	return images > 0 || refuse(l, "the provenance names no image that went in", (bytes){ 0 });
}

static bool fits_provenance(const struct look *l)
{
	struct provenance p;
	err e = { 0 };

	if (provenance_parse(&l->verdict->result.statement, l->arena, &p, &e) < 0)
		return refuse(l, arena_str(l->arena, bytes_str(e.text)), (bytes){ 0 });
	switch (l->test->kind) {
	case TEST_BUILDER: return fits_builder(l, &p);
	case TEST_SOURCE: return fits_source(l, &p);
	case TEST_REF: return fits_ref(l, &p);
	case TEST_BASE: return fits_base(l, &p);
	case TEST_NONE:
	case TEST_SEVERITY:
	case TEST_RESULT:
	case TEST_CONFIGURATION:
	case TEST_BILL:
	case TEST_VALUE: break;
	}
	return false;
}

/* -- scans ------------------------------------------------------------------------------------- */

struct findings {
	const struct look *look;
	bool too_bad;
	bytes worst;
};

/* "UNKNOWN" is no worse than any bound; a word that nobody knows is worse than all. */
static void count_word(struct findings *f, bytes word)
{
	enum severity severity = SEVERITY_INFO;

	if (!bytes_equal_nocase(word, BYTES("negligible")) && !severity_from(word, &severity))
		severity = SEVERITY_CRITICAL + 1;
	if (f->look->test->worst == SEVERITY_UNKNOWN || severity > f->look->test->worst) {
		f->too_bad = true;
		f->worst = word;
	}
}

/* tenths_of(score, out): "7.5", or a vector of CVSS; false for anything else. */
static bool tenths_of(bytes score, unsigned *out)
{
	bytes rest = score, whole;
	uint64_t n, tenth = 0, more = 0;
	struct cvss cvss;

	if (cvss_score(score, &cvss)) {
		*out = cvss.base;
		return true;
	}
	if (!bytes_take_until(&rest, '.', &whole) || !text_take_u64(whole, 10, 10, &n))
		return false;
	if (rest.n > 0 && (!text_take_u64(bytes_slice(rest, 0, 1), 10, 9, &tenth) ||
	                   !text_take_u64(rest, 10, UINT64_MAX, &more)))
		return false;
	*out = (unsigned)(10 * n + tenth);
	return true;
}

/* CVSS v3.1, section 5: the words for its scores. */
static void count_score(struct findings *f, bytes score)
{
	unsigned tenths;

	if (!tenths_of(score, &tenths))
		count_word(f, score);
	else
		count_word(f, tenths >= 90   ? BYTES("critical")
		              : tenths >= 70 ? BYTES("high")
		              : tenths >= 40 ? BYTES("medium")
		                             : BYTES("low"));
}

/* Trivy's report, and that of `oakum scan`: Results[].Vulnerabilities[].Severity. */
static void count_trivy(struct findings *f, json results)
{
	for (json r = json_first(results); json_type(r) != JSON_NONE; r = json_next(r)) {
		json list = json_get(r, "Vulnerabilities");

		for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v))
			count_word(f, json_bytes(json_get(v, "Severity"), f->look->arena));
	}
}

/* Grype's: matches[].vulnerability.severity. */
static void count_grype(struct findings *f, json matches)
{
	for (json m = json_first(matches); json_type(m) != JSON_NONE; m = json_next(m))
		count_word(f,
		           json_bytes(json_get(json_get(m, "vulnerability"), "severity"), f->look->arena));
}

/* in-toto, vulns v0.1 and v0.2: scanner.result[].severity[] {method, score}. */
static void count_in_toto(struct findings *f, json list)
{
	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v)) {
		json scores = json_get(v, "severity");

		if (json_count(scores) == 0)
			count_word(f, BYTES("unknown"));
		for (json s = json_first(scores); json_type(s) != JSON_NONE; s = json_next(s)) {
			json score = json_get(s, "score");

			count_score(f, json_type(score) == JSON_NUMBER ? json_raw(score)
			                                               : json_bytes(score, f->look->arena));
		}
	}
}

static bool fits_severity(const struct look *l, json predicate)
{
	json scanner = json_get(predicate, "scanner");
	json result = json_type(scanner) != JSON_NONE ? json_get(scanner, "result") : predicate;
	json trivy = json_get(result, "Results"), grype = json_get(result, "matches");
	struct findings f = { .look = l };

	if (json_type(result) == JSON_ARRAY)
		count_in_toto(&f, result);
	else if (json_type(trivy) == JSON_ARRAY)
		count_trivy(&f, trivy);
	else if (json_type(grype) == JSON_ARRAY)
		count_grype(&f, grype);
	else
		return refuse(l, "the scan's findings are in no form that is understood", (bytes){ 0 });
	return !f.too_bad || refuse(l, "a finding of severity", f.worst);
}

/* -- bills of materials ------------------------------------------------------------------------ */

/* SPDX 2 and 3, CycloneDX, and SPDX's tag-value form, which cosign puts into a string. */
static bool fits_bill(const struct look *l, json predicate)
{
	static const char *const lists[] = { "packages", "files", "@graph", "components" };
	bytes text = json_bytes(predicate, l->arena);
	bool is_bill = bytes_starts(json_bytes(json_get(predicate, "spdxVersion"), l->arena),
	                            BYTES("SPDX-")) ||
	               json_type(json_get(predicate, "@context")) != JSON_NONE ||
	               bytes_is(json_bytes(json_get(predicate, "bomFormat"), l->arena), "CycloneDX");

	if (bytes_starts(text, BYTES("SPDXVersion:")) &&
	    bytes_search(text, BYTES("\nPackageName:")) < text.n)
		return true;
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists) && is_bill; i++)
		if (json_type(json_first(json_get(predicate, lists[i]))) != JSON_NONE)
			return true;
	return refuse(l, is_bill ? "the bill of materials lists nothing" : "it is no bill of materials",
	              (bytes){ 0 });
}

/* -- test results ------------------------------------------------------------------------------ */

static bool fits_result(const struct look *l, json predicate)
{
	bytes result = json_bytes(json_get(predicate, "result"), l->arena);

	return bytes_is(result, "PASSED") || refuse(l, "the result is", result);
}

/* What was run is a resource: by name or by address. */
static bool fits_configuration(const struct look *l, json predicate)
{
	json list = json_get(predicate, "configuration");

	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v))
		if (globs_fit(&l->test->globs, json_bytes(json_get(v, "name"), l->arena)) ||
		    globs_fit(&l->test->globs, json_bytes(json_get(v, "uri"), l->arena)))
			return true;
	return refuse(l, "the result is of another configuration", (bytes){ 0 });
}

/* -- values ------------------------------------------------------------------------------------ */

static json at_path(json v, bytes path, struct arena *a)
{
	bytes name;

	while (bytes_take_until(&path, '.', &name))
		v = json_get(v, arena_str(a, name));
	return v;
}

static bytes value_text(json v, struct arena *a)
{
	return json_type(v) == JSON_STRING ? json_bytes(v, a) : json_raw(v);
}

static bool fits_one(const struct policy_test *test, bytes text)
{
	const struct identity only = { .subject.pattern = test->pattern };

	return test->pattern ? identity_fits(&only, text, (bytes){ 0 }) : globs_fit(&test->globs, text);
}

static bool operator_holds(enum value_operator operator, bool is_list, size_t in, size_t all)
{
	switch (operator) {
	case VALUE_THERE: return true;
	case VALUE_MATCHES:
	case VALUE_IS: return !is_list && in == 1;
	case VALUE_IS_NOT: return !is_list && in == 0;
	case VALUE_ANY_IN: return in > 0;
	case VALUE_ALL_IN: return all > 0 && in == all;
	case VALUE_ANY_NOT_IN: return in < all;
	case VALUE_ALL_NOT_IN: return in == 0;
	}
	return false;
}

/* A member that is not there is no answer, whatever is asked of it. */
static bool fits_value(const struct look *l, json predicate)
{
	json v = at_path(predicate, l->test->path, l->arena);
	bool is_list = json_type(v) == JSON_ARRAY;
	size_t in = 0, all = 1;

	if (json_type(v) == JSON_NONE || json_type(v) == JSON_NULL)
		return refuse(l, "the predicate does not say", l->test->path);
	if (is_list) {
		all = json_count(v);
		for (json item = json_first(v); json_type(item) != JSON_NONE; item = json_next(item))
			in += fits_one(l->test, value_text(item, l->arena));
	} else {
		in = fits_one(l->test, value_text(v, l->arena));
	}
	return operator_holds(l->test->operator, is_list, in, all) ||
	       refuse(l, arena_printf(l->arena, "%s is", SHOW(l->test->path)),
	              bytes_slice(json_raw(v), 0, SHOWN_MOST));
}

static bool fits_predicate(const struct look *l)
{
	struct json_doc doc;
	err e = { 0 };

	if (json_parse(l->verdict->result.statement.predicate, l->arena, &doc, &e) < 0)
		return refuse(l, "the statement has no predicate that can be read", (bytes){ 0 });
	json predicate = json_root(&doc);

	switch (l->test->kind) {
	case TEST_SEVERITY: return fits_severity(l, predicate);
	case TEST_RESULT: return fits_result(l, predicate);
	case TEST_CONFIGURATION: return fits_configuration(l, predicate);
	case TEST_BILL: return fits_bill(l, predicate);
	case TEST_VALUE: return fits_value(l, predicate);
	case TEST_NONE:
	case TEST_BUILDER:
	case TEST_SOURCE:
	case TEST_REF:
	case TEST_BASE: break;
	}
	return false;
}

bool policy_test_holds(const struct policy_test *test, const struct verdict *v, struct arena *a,
                       const char **out_why)
{
	struct look l = { test, v, a, out_why };

	return test->kind >= TEST_SEVERITY ? fits_predicate(&l) : fits_provenance(&l);
}
