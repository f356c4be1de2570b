/* SPDX-License-Identifier: Apache-2.0 */
/* CycloneDX 1.6 and 1.7 as JSON: ECMA-424, bom-1.6.schema.json, bom-1.7.schema.json. What is said
 * here is alike in both. */
#include "fmt/json_write.h"
#include "sbom/parts.h"

#include "base/text.h"

#define IMAGE_REF "Image"

static const char *type_name(enum sbom_kind kind)
{
	switch (kind) {
	case SBOM_APPLICATION: return "application";
	case SBOM_FRAMEWORK: return "framework";
	case SBOM_OPERATING_SYSTEM: return "operating-system";
	case SBOM_LIBRARY: break;
	}
	return "library";
}

static void write_property(struct json_writer *w, const char *name, bytes value)
{
	if (value.n == 0)
		return;
	json_write_object(w, NULL);
	json_write_text(w, "name", name);
	json_write_str(w, "value", value);
	json_write_end(w);
}

static void write_digest(struct json_writer *w, const char *name, const digest *d)
{
	if (digest_size(d) > 0)
		write_property(w, name, bytes_str(DIGEST_TEXT(d)));
}

static void write_layer(struct json_writer *w, const struct sbom *bill, uint16_t layer)
{
	if (layer >= bill->layers_len)
		return;
	write_digest(w, "oakum:layer:digest", &bill->layers[layer].blob);
	write_digest(w, "oakum:layer:diff_id", &bill->layers[layer].diff_id);
}

/* -- the image --------------------------------------------------------------------------------- */

static void write_image(struct json_writer *w, const struct sbom *bill)
{
	json_write_object(w, "component");
	json_write_text(w, "type", "container");
	json_write_text(w, "bom-ref", IMAGE_REF);
	json_write_str(w, "name", bill->name);
	if (digest_size(&bill->image) > 0)
		json_write_text(w, "version", DIGEST_TEXT(&bill->image));
	json_write_array(w, "properties");
	write_property(w, "oakum:os", bill->os);
	write_property(w, "oakum:architecture", bill->architecture);
	json_write_end(w);
	json_write_end(w);
}

static void write_metadata(struct json_writer *w, const struct sbom *bill)
{
	json_write_object(w, "metadata");
	json_write_text(w, "timestamp", PARTS_TIME(bill->created));
	json_write_array(w, "lifecycles");
	json_write_object(w, NULL);
	json_write_text(w, "phase", "post-build");
	json_write_end(w);
	json_write_end(w);
	json_write_object(w, "tools");
	json_write_array(w, "components");
	json_write_object(w, NULL);
	json_write_text(w, "type", "application");
	json_write_text(w, "name", "oakum");
	json_write_text(w, "version", bill->tool_version);
	json_write_end(w);
	json_write_end(w);
	json_write_end(w);
	write_image(w, bill);
	if (bill->database > 0) {
		json_write_array(w, "properties");
		write_property(w, "oakum:database", bytes_str(DATE_TEXT(bill->database)));
		json_write_end(w);
	}
	json_write_end(w);
}

/* -- components -------------------------------------------------------------------------------- */

static void write_licence(struct json_writer *w, const struct licence *l)
{
	if (l->kind == LICENCE_NONE)
		return;
	json_write_array(w, "licenses");
	json_write_object(w, NULL);
	if (l->kind == LICENCE_EXPRESSION) {
		json_write_str(w, "expression", l->text);
		json_write_text(w, "acknowledgement", "declared");
	} else {
		json_write_object(w, "license");
		json_write_str(w, l->kind == LICENCE_ID ? "id" : "name", l->text);
		json_write_text(w, "acknowledgement", "declared");
		json_write_end(w);
	}
	json_write_end(w);
	json_write_end(w);
}

static void write_evidence(struct json_writer *w, const struct sbom_package *p)
{
	if (p->path.n == 0)
		return;
	json_write_object(w, "evidence");
	json_write_array(w, "occurrences");
	json_write_object(w, NULL);
	json_write_str(w, "location", p->path);
	json_write_end(w);
	json_write_end(w);
	json_write_end(w);
}

static void write_some(struct json_writer *w, const char *name, bytes value)
{
	if (value.n > 0)
		json_write_str(w, name, value);
}

/* "Organization: Debian": the name alone; write_person says the rest where it would be lost. */
static bytes name_of(bytes who)
{
	(void)(bytes_take_prefix(&who, BYTES("Organization: ")) ||
	       bytes_take_prefix(&who, BYTES("Person: ")));
	return who;
}

static void write_person(struct json_writer *w, const char *name, bytes who)
{
	if (!bytes_starts(who, BYTES("Organization: ")))
		write_property(w, name, who);
}

static void write_supplier(struct json_writer *w, const struct sbom_package *p)
{
	if (p->supplier.n == 0)
		return;
	json_write_object(w, "supplier");
	json_write_str(w, "name", name_of(p->supplier));
	json_write_end(w);
}

static void write_hashes(struct json_writer *w, bytes checksums)
{
	const char *spdx, *cyclonedx;
	bytes hex;

	if (checksums.n == 0)
		return;
	json_write_array(w, "hashes");
	while (sbom_checksum_next(&checksums, &spdx, &cyclonedx, &hex)) {
		json_write_object(w, NULL);
		json_write_text(w, "alg", cyclonedx);
		json_write_str(w, "content", hex);
		json_write_end(w);
	}
	json_write_end(w);
}

static void write_reference(struct json_writer *w, const char *type, bytes url)
{
	if (url.n == 0)
		return;
	json_write_object(w, NULL);
	json_write_text(w, "type", type);
	json_write_str(w, "url", url);
	json_write_end(w);
}

static void write_references(struct json_writer *w, const struct sbom_package *p)
{
	if (p->homepage.n == 0 && p->download.n == 0)
		return;
	json_write_array(w, "externalReferences");
	write_reference(w, "website", p->homepage);
	write_reference(w, "distribution", p->download);
	json_write_end(w);
}

static void write_package(struct json_writer *w, const struct parts *parts, size_t i,
                          const struct sbom_package *p, struct arena *scratch)
{
	json_write_object(w, NULL);
	json_write_text(w, "type", type_name(p->kind));
	json_write_text(w, "bom-ref", parts_id(parts, i, p, scratch));
	write_supplier(w, p);
	write_some(w, "author", name_of(p->originator));
	json_write_str(w, "name", p->name);
	write_some(w, "version", p->version);
	write_some(w, "description", p->description);
	write_hashes(w, p->checksums);
	write_licence(w, &p->licence);
	write_some(w, "copyright", p->copyright);
	write_some(w, "cpe", p->cpe);
	write_some(w, "purl", p->purl);
	write_references(w, p);
	write_evidence(w, p);
	json_write_array(w, "properties");
	write_layer(w, parts->bill, p->layer);
	write_property(w, "oakum:source:name", p->source_name);
	write_property(w, "oakum:source:version", p->source_version);
	write_person(w, "oakum:supplier", p->supplier);
	write_person(w, "oakum:originator", p->originator);
	write_property(w, "oakum:slices", p->slices);
	write_property(w, "oakum:module", p->module);
	if (p->owned_by_system)
		write_property(w, "oakum:owned-by-system", BYTES(SBOM_OF_SYSTEM));
	if (p->overridden)
		write_property(w, "oakum:overridden", BYTES(SBOM_OVERRIDDEN));
	json_write_end(w);
	json_write_end(w);
}

static void write_digests(struct json_writer *w, const struct sbom_file *f, struct arena *scratch)
{
	const digest *digests[] = { &f->sha256, &f->sha1 };
	buf lines = BUF_INIT(512), hex = BUF_INIT(128);

	for (size_t i = 0; i < 2; i++) {
		buf_clear(&hex);
		text_hex(&hex, bytes_of(digests[i]->value, digest_size(digests[i])));
		sbom_checksum_put(&lines, i == 0 ? BYTES("SHA256") : BYTES("SHA1"), buf_bytes(&hex));
	}
	write_hashes(w, arena_bytes(scratch, buf_bytes(&lines)));
	buf_done(&lines);
	buf_done(&hex);
}

static void write_file(struct json_writer *w, const struct parts *parts, const struct sbom_file *f,
                       struct arena *scratch)
{
	json_write_object(w, NULL);
	json_write_text(w, "type", "file");
	json_write_text(w, "bom-ref", parts_file_id(parts, f, scratch));
	json_write_str(w, "name", f->path);
	write_digests(w, f, scratch);
	json_write_array(w, "properties");
	write_layer(w, parts->bill, f->layer);
	write_property(w, "oakum:size",
	               bytes_str(arena_printf(scratch, "%llu", (unsigned long long)f->size)));
	if (f->owner > 0 && f->owner <= parts->bill->packages) {
		struct arena other = ARENA_INIT;
		struct sbom_package p;

		parts_package(parts->bill, f->owner - 1, &other, &p);
		write_property(w, "oakum:owner", bytes_str(parts_id(parts, f->owner - 1, &p, &other)));
		arena_done(&other);
	}
	json_write_end(w);
	json_write_end(w);
}

static void write_components(struct json_writer *w, const struct parts *parts)
{
	struct arena scratch = ARENA_INIT;
	struct sbom_package p;
	struct sbom_file f;
	size_t at = 0;

	json_write_array(w, "components");
	for (size_t i = 0; parts_package(parts->bill, i, &scratch, &p); i++)
		write_package(w, parts, i, &p, &scratch);
	while (parts_next_file(parts->bill, &at, &scratch, &f))
		write_file(w, parts, &f, &scratch);
	json_write_end(w);
	arena_done(&scratch);
}

/* -- who needs whom ---------------------------------------------------------------------------- */

/* The image needs what nothing else is known to need. */
static void write_roots(struct json_writer *w, const struct parts *parts)
{
	const struct sbom *bill = parts->bill;
	struct arena scratch = ARENA_INIT, a = ARENA_INIT;
	bool *needed = arena_array(&a, bool, bill->packages);
	struct sbom_package p;

	for (size_t i = 0; i < bill->edges_len; i++)
		needed[bill->edges[i].to] |= bill->edges[i].from != bill->edges[i].to;
	json_write_object(w, NULL);
	json_write_text(w, "ref", IMAGE_REF);
	json_write_array(w, "dependsOn");
	for (size_t i = 0; parts_package(bill, i, &scratch, &p); i++)
		if (!needed[i])
			json_write_text(w, NULL, parts_id(parts, i, &p, &scratch));
	json_write_end(w);
	json_write_end(w);
	arena_done(&scratch);
	arena_done(&a);
}

static void write_dependencies(struct json_writer *w, const struct parts *parts)
{
	const struct sbom *bill = parts->bill;
	struct arena scratch = ARENA_INIT;
	struct sbom_package p;

	json_write_array(w, "dependencies");
	write_roots(w, parts);
	for (size_t i = 0; i < bill->edges_len;) {
		uint32_t from = bill->edges[i].from;

		parts_package(bill, from, &scratch, &p);
		json_write_object(w, NULL);
		json_write_text(w, "ref", parts_id(parts, from, &p, &scratch));
		json_write_array(w, "dependsOn");
		for (; i < bill->edges_len && bill->edges[i].from == from; i++) {
			parts_package(bill, bill->edges[i].to, &scratch, &p);
			json_write_text(w, NULL, parts_id(parts, bill->edges[i].to, &p, &scratch));
		}
		json_write_end(w);
		json_write_end(w);
	}
	json_write_end(w);
	arena_done(&scratch);
}

void cyclonedx_json_write(const struct sbom *bill, enum sbom_format format, struct stream *out)
{
	bool newer = format == SBOM_CYCLONEDX_1_7;
	struct json_writer w;
	struct parts parts;

	parts_begin(&parts, bill, format);
	json_write_init(&w, out);
	json_write_object(&w, NULL);
	json_write_text(&w, "$schema",
	                newer ? "http://cyclonedx.org/schema/bom-1.7.schema.json"
	                      : "http://cyclonedx.org/schema/bom-1.6.schema.json");
	json_write_text(&w, "bomFormat", "CycloneDX");
	json_write_text(&w, "specVersion", newer ? "1.7" : "1.6");
	json_write_text(&w, "serialNumber", parts.uuid);
	json_write_u64(&w, "version", 1);
	write_metadata(&w, bill);
	write_components(&w, &parts);
	write_dependencies(&w, &parts);
	cyclonedx_vulnerabilities(&w, &parts);
	json_write_end(&w);
	parts_done(&parts);
}
