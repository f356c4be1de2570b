/* SPDX-License-Identifier: Apache-2.0 */
/* What is attested of an image that passes. The scan's result is cosign's predicate for it
 * (specs/COSIGN_VULN_ATTESTATION_SPEC.md), with Trivy's report inside; settings and secrets are
 * test results (in-toto/attestation, spec/predicates/test-result.md). */
#include "flow/seal_judge.h"

#include "base/limits.h"
#include "rule/image_rules.h"
#include "secret/rules.h"
#include "trust/claim.h"
#include "trust/compact.h"
#include "vuln/database.h"

static const struct {
	const char *name, *type; /* as `oakum attest --type` has it */
} papers[SEAL_PAPERS] = {
	[SEAL_SPDX] = { "sbom", "spdxjson" },
	[SEAL_CYCLONEDX] = { "cyclonedx", "cyclonedx" },
	[SEAL_SCAN] = { "scan", "vuln" },
	[SEAL_SECRETS] = { "secrets", "test-result" },
	[SEAL_SETTINGS] = { "settings", "test-result" },
	[SEAL_PROVENANCE] = { "provenance", "slsaprovenance1" },
};

const char *seal_paper_name(enum seal_paper p)
{
	return papers[p].name;
}

const char *seal_paper_type(enum seal_paper p)
{
	struct predicate_type type = { 0 };
	err impossible = { 0 };

	(void)predicate_type_of(papers[p].type, &type, &impossible); /* those of the table are known */
	return type.uri;
}

/* -- the scan ---------------------------------------------------------------------------------- */

/* What the database says of a vulnerability in general is no fact about the image, and fills logs:
 * its id is enough. */
static struct gate without_texts(const struct gate *gate, struct arena *a)
{
	const struct findings *found = &gate->found;
	struct gate bare = *gate;

	bare.found.items = arena_alloc(a, found->len * sizeof(*found->items));
	for (size_t i = 0; i < found->len; i++) {
		struct vulnerability *about = arena_new(a, struct vulnerability);

		*about = *found->items[i].about;
		about->description = (bytes){ 0 };
		about->references = (struct word_list){ 0 };
		bare.found.items[i] = found->items[i];
		bare.found.items[i].about = about;
	}
	return bare;
}

/* A document of ours, whole. */
struct document {
	buf text;
	struct stream out;
};

static struct stream *document_begin(struct document *d)
{
	d->text = (buf)BUF_INIT(LIMIT_BUNDLE / 2);
	stream_init(&d->out, stream_to_buf, &d->text);
	return &d->out;
}

static int document_end(struct document *d, struct arena *a, bytes *out, err *e)
{
	int status = stream_finish(&d->out, e);

	if (status == 0)
		*out = arena_bytes(a, bytes_trim(buf_bytes(&d->text)));
	buf_done(&d->text);
	return status;
}

/* An image is called by its digest: where it lies, and under which name, is nothing that it is. */
static const char *own_name(const struct seal_judged *j, struct arena *a)
{
	const struct image *image = &j->bill.image;
	const digest *d = digest_size(&image->manifest) > 0 ? &image->manifest : &image->config_digest;

	return arena_printf(a, "%s", DIGEST_TEXT(d));
}

static int scan_result(const struct seal_judged *j, int64_t now, struct arena *a, bytes *out,
                       err *e)
{
	struct image nameless = j->bill.image;
	struct arena own = ARENA_INIT;
	struct scan_page page = j->scan.page;
	const struct gate bare = without_texts(page.gate, &own);
	struct document report;

	page.gate = &bare;
	page.target = bytes_str(own_name(j, a));
	nameless.reference = BYTES("");
	page.image = &nameless;
	page.now = now;
	scan_json(&page, document_begin(&report));
	arena_done(&own);
	return document_end(&report, a, out, e);
}

static int scan_paper(const struct seal_judged *j, const struct seal_wishes *w, struct arena *a,
                      bytes *out, err *e)
{
	const digest database = database_digest(w->scan.db);
	const int64_t built = database_info(w->scan.db)->built;
	struct compact c;
	bytes result;

	if (scan_result(j, w->now, a, &result, e) < 0)
		return -1;
	compact_begin(&c);
	json_write_object(&c.json, NULL);
	json_write_object(&c.json, "invocation");
	json_write_array(&c.json, "parameters");
	json_write_end(&c.json);
	json_write_text(&c.json, "uri", "");
	json_write_text(&c.json, "event_id", "");
	json_write_text(&c.json, "builder.id", "");
	json_write_end(&c.json);
	json_write_object(&c.json, "scanner");
	json_write_text(&c.json, "uri", "pkg:generic/oakum");
	json_write_text(&c.json, "version", w->tool_version);
	json_write_object(&c.json, "db");
	json_write_text(&c.json, "uri", DIGEST_TEXT(&database));
	json_write_str(&c.json, "version", built > 0 ? claim_time(built, a) : BYTES("unknown"));
	json_write_end(&c.json);
	json_write_raw(&c.json, "result", result);
	json_write_end(&c.json);
	json_write_object(&c.json, "metadata");
	json_write_str(&c.json, "scanStartedOn", claim_time(w->now, a));
	json_write_str(&c.json, "scanFinishedOn", claim_time(w->now, a));
	json_write_end(&c.json);
	json_write_end(&c.json);
	*out = compact_end(&c, a);
	return 0;
}

/* -- test results ------------------------------------------------------------------------------ */

/* An image that is attested has passed: what was found is below the gate, and a warning. Which
 * tests those were is a ResourceDescriptor, whose name policies ask for (doc/policy.md). */
static void begin_test(struct compact *c, const char *name, const struct seal_wishes *w)
{
	compact_begin(c);
	json_write_object(&c->json, NULL);
	json_write_text(&c->json, "result", "PASSED");
	json_write_array(&c->json, "configuration");
	json_write_object(&c->json, NULL);
	json_write_text(&c->json, "name", name);
	json_write_text(&c->json, "downloadLocation", "pkg:generic/oakum");
	json_write_object(&c->json, "annotations");
	json_write_text(&c->json, "version", w->tool_version);
	json_write_end(&c->json);
	json_write_end(&c->json);
	json_write_end(&c->json);
}

static bool is_found(const struct seal_judged *j, const struct rule *rule)
{
	for (size_t i = 0; i < j->page.weaknesses.len; i++)
		if (j->page.weaknesses.items[i].rule == rule)
			return true;
	return false;
}

static void list_rules(struct compact *c, const char *name, const struct seal_judged *j, bool found)
{
	json_write_array(&c->json, name);
	for (size_t i = 0; i < IMAGE_RULES; i++)
		if (is_found(j, &image_rules[i]) == found)
			json_write_text(&c->json, NULL, image_rules[i].id);
	json_write_end(&c->json);
}

static bytes settings_paper(const struct seal_judged *j, const struct seal_wishes *w,
                            struct arena *a)
{
	struct compact c;

	begin_test(&c, "settings", w);
	list_rules(&c, "passedTests", j, false);
	list_rules(&c, "warnedTests", j, true);
	json_write_array(&c.json, "failedTests");
	json_write_end(&c.json);
	json_write_end(&c.json);
	return compact_end(&c, a);
}

static bool has_secret(const struct secrets_page *page, size_t rule)
{
	for (size_t i = 0; i < page->len; i++)
		if (page->items[i].found.rule == rule)
			return true;
	return false;
}

static void list_secrets(struct compact *c, const char *name, const struct secrets_page *page,
                         bool found)
{
	json_write_array(&c->json, name);
	for (size_t i = 0; i < secret_rules_len; i++)
		if (has_secret(page, i) == found)
			json_write_text(&c->json, NULL, secret_rules[i].id);
	json_write_end(&c->json);
}

static bytes secrets_paper(const struct seal_judged *j, const struct seal_wishes *w,
                           struct arena *a)
{
	struct compact c;

	begin_test(&c, "secrets", w);
	list_secrets(&c, "passedTests", &j->secrets, false);
	list_secrets(&c, "warnedTests", &j->secrets, true);
	json_write_array(&c.json, "failedTests");
	json_write_end(&c.json);
	json_write_end(&c.json);
	return compact_end(&c, a);
}

/* -- all --------------------------------------------------------------------------------------- */

static int bill_paper(const struct seal_judged *j, enum sbom_format format, int64_t now,
                      struct arena *a, bytes *out, err *e)
{
	struct sbom sbom = j->bill.sbom;
	struct document d;

	sbom.created = now;
	sbom.name = bytes_str(own_name(j, a));
	sbom_write(&sbom, format, document_begin(&d));
	return document_end(&d, a, out, e);
}

int seal_write(const struct seal_judged *j, enum seal_paper kind, const struct seal_wishes *w,
               struct arena *a, bytes *out, err *e)
{
	switch (kind) {
	case SEAL_SPDX: return bill_paper(j, SBOM_SPDX_JSON, w->now, a, out, e);
	case SEAL_CYCLONEDX: return bill_paper(j, SBOM_CYCLONEDX_1_6, w->now, a, out, e);
	case SEAL_SCAN: return scan_paper(j, w, a, out, e);
	case SEAL_SECRETS: *out = secrets_paper(j, w, a); return 0;
	case SEAL_SETTINGS: *out = settings_paper(j, w, a); return 0;
	case SEAL_PROVENANCE: break; /* not of what was judged: seal_build.h */
	}
	*out = (bytes){ 0 };
	return 0;
}
