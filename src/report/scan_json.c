/* SPDX-License-Identifier: Apache-2.0 */
/* Trivy's JSON report, schema version 2: members, their order and their words are what its users'
 * programs read. What Oakum knows more of a finding stands in "Oakum". */
#include "report/scan_page.h"

#include "base/text.h"
#include "fmt/json_write.h"
#include "report/scan_result.h"

#include <stdio.h>

static void write_digest(struct json_writer *w, const char *name, const digest *d)
{
	if (digest_size(d) > 0)
		json_write_text(w, name, DIGEST_TEXT(d));
}

static void write_some_text(struct json_writer *w, const char *name, bytes value)
{
	if (value.n > 0)
		json_write_str(w, name, value);
}

static void write_words(struct json_writer *w, const char *name, const struct word_list *list)
{
	if (list->len == 0)
		return;
	json_write_array(w, name);
	for (size_t i = 0; i < list->len; i++)
		json_write_str(w, NULL, list->items[i]);
	json_write_end(w);
}

/* -- metadata ---------------------------------------------------------------------------------- */

static void write_strings(struct json_writer *w, const char *name, const struct strings *list)
{
	if (list->len == 0)
		return;
	json_write_array(w, name);
	for (size_t i = 0; i < list->len; i++)
		json_write_str(w, NULL, list->items[i]);
	json_write_end(w);
}

static void write_set(struct json_writer *w, const char *name, const struct strings *list)
{
	if (list->len == 0)
		return;
	json_write_object(w, name);
	for (size_t i = 0; i < list->len; i++) {
		json_write_object(w, SHOW(list->items[i]));
		json_write_end(w);
	}
	json_write_end(w);
}

static void write_diff_ids(struct json_writer *w, const char *name, const struct oci_config *c)
{
	json_write_array(w, name);
	for (size_t i = 0; i < c->diff_ids.len; i++)
		json_write_text(w, NULL, DIGEST_TEXT(&c->diff_ids.items[i]));
	json_write_end(w);
}

static void write_history(struct json_writer *w, const struct oci_config *c)
{
	json_write_array(w, "history");
	for (size_t i = 0; i < c->history.len; i++) {
		const struct oci_history *h = &c->history.items[i];

		json_write_object(w, NULL);
		write_some_text(w, "created", h->created);
		write_some_text(w, "created_by", h->created_by);
		write_some_text(w, "comment", h->comment);
		if (h->empty_layer)
			json_write_bool(w, "empty_layer", true);
		json_write_end(w);
	}
	json_write_end(w);
}

static void write_config(struct json_writer *w, const struct oci_config *c)
{
	json_write_object(w, "ImageConfig");
	json_write_str(w, "architecture", c->platform.architecture);
	write_some_text(w, "author", c->author);
	write_some_text(w, "created", c->created);
	write_history(w, c);
	json_write_str(w, "os", c->platform.os);
	write_some_text(w, "variant", c->platform.variant);
	json_write_object(w, "rootfs");
	json_write_text(w, "type", "layers");
	write_diff_ids(w, "diff_ids", c);
	json_write_end(w);
	json_write_object(w, "config");
	write_strings(w, "Cmd", &c->cmd);
	write_strings(w, "Entrypoint", &c->entrypoint);
	write_strings(w, "Env", &c->env);
	write_set(w, "ExposedPorts", &c->exposed_ports);
	write_set(w, "Volumes", &c->volumes);
	write_some_text(w, "User", c->user);
	write_some_text(w, "WorkingDir", c->working_dir);
	write_some_text(w, "StopSignal", c->stop_signal);
	json_write_end(w);
	json_write_end(w);
}

static void write_layers(struct json_writer *w, const struct image *image)
{
	json_write_array(w, "Layers");
	for (size_t i = 0; i < image->layers.len; i++) {
		const struct image_layer *l = &image->layers.items[i];

		json_write_object(w, NULL);
		json_write_u64(w, "Size", l->expanded);
		write_digest(w, "Digest", &l->blob);
		write_digest(w, "DiffID", &l->diff_id);
		json_write_end(w);
	}
	json_write_end(w);
}

static uint64_t size_of(const struct image *image)
{
	uint64_t size = 0;

	for (size_t i = 0; i < image->layers.len; i++)
		size += image->layers.items[i].expanded;
	return size;
}

static void write_image(struct json_writer *w, const struct image *image)
{
	write_digest(w, "ImageID", &image->config_digest);
	write_diff_ids(w, "DiffIDs", &image->config);
	if (image->reference.n > 0) {
		json_write_array(w, "RepoTags");
		json_write_str(w, NULL, image->reference);
		json_write_end(w);
		json_write_str(w, "Reference", image->reference);
	}
	write_config(w, &image->config);
	write_layers(w, image);
}

static void write_metadata(struct json_writer *w, const struct scan_page *page)
{
	json_write_object(w, "Metadata");
	if (page->image && page->image->has_config)
		json_write_u64(w, "Size", size_of(page->image));
	if (page->os_id.n > 0) {
		json_write_object(w, "OS");
		json_write_str(w, "Family", scan_family(page->os_id));
		json_write_str(w, "Name", page->os_version);
		if (page->os_ended)
			json_write_bool(w, "EOSL", true);
		json_write_end(w);
	}
	if (page->image && page->image->has_config)
		write_image(w, page->image);
	json_write_end(w);
}

/* -- findings ---------------------------------------------------------------------------------- */

static void write_identity(struct json_writer *w, const char *name, const struct package *p,
                           struct arena *a)
{
	json_write_object(w, name);
	json_write_text(w, "PURL", result_purl(p, a));
	json_write_end(w);
}

static void write_layer(struct json_writer *w, const struct scan_page *page,
                        const struct package *p)
{
	json_write_object(w, "Layer");
	if (page->image && p->layer < page->image->layers.len) {
		const struct image_layer *l = &page->image->layers.items[p->layer];

		write_digest(w, "Digest", &l->blob);
		write_digest(w, "DiffID", &l->diff_id);
	}
	json_write_end(w);
}

/* Trivy's numbers of severities. */
static unsigned severity_number(enum severity s)
{
	return s <= SEVERITY_INFO ? s == SEVERITY_INFO : (unsigned)s - 1;
}

/* What one vendor says; the advisory's own source says it of this package. */
static void write_vendor(struct json_writer *w, bytes source, enum severity severity)
{
	if (severity != SEVERITY_UNKNOWN && source.n > 0)
		json_write_u64(w, SHOW(source), severity_number(severity));
}

/* Sorted by vendor, as the scores are; the advisory's own source stands among them. */
static void write_vendors(struct json_writer *w, const struct finding *f)
{
	bytes own = f->match.advisory->source;
	enum severity severity = f->match.advisory->severity;
	bool any = severity != SEVERITY_UNKNOWN, said = !any;

	for (size_t i = 0; i < f->about->scores.len; i++)
		any |= f->about->scores.items[i].severity != SEVERITY_UNKNOWN &&
		       f->about->scores.items[i].source.n > 0;
	if (!any)
		return;
	json_write_object(w, "VendorSeverity");
	for (size_t i = 0; i < f->about->scores.len; i++) {
		const struct vulnerability_score *s = &f->about->scores.items[i];
		int c = bytes_compare(own, s->source);

		if (!said && c <= 0)
			write_vendor(w, own, severity);
		if (said || c != 0)
			write_vendor(w, s->source, s->severity);
		said |= c <= 0;
	}
	if (!said)
		write_vendor(w, own, severity);
	json_write_end(w);
}

static bool has_score(const struct vulnerability_score *s)
{
	return s->source.n > 0 && (s->v2_vector.n > 0 || s->v3_vector.n > 0 || s->v4_vector.n > 0 ||
	                           s->v2_score > 0 || s->v3_score > 0 || s->v4_score > 0);
}

static void write_tenths(struct json_writer *w, const char *name, unsigned value)
{
	if (value > 0)
		json_write_tenths(w, name, value);
}

static void write_scores(struct json_writer *w, const struct vulnerability *about)
{
	bool any = false;

	for (size_t i = 0; i < about->scores.len; i++)
		any |= has_score(&about->scores.items[i]);
	if (!any)
		return;
	json_write_object(w, "CVSS");
	for (size_t i = 0; i < about->scores.len; i++) {
		const struct vulnerability_score *s = &about->scores.items[i];

		if (!has_score(s))
			continue;
		json_write_object(w, SHOW(s->source));
		write_some_text(w, "V2Vector", s->v2_vector);
		write_some_text(w, "V3Vector", s->v3_vector);
		write_some_text(w, "V40Vector", s->v4_vector);
		write_tenths(w, "V2Score", s->v2_score);
		write_tenths(w, "V3Score", s->v3_score);
		write_tenths(w, "V40Score", s->v4_score);
		json_write_end(w);
	}
	json_write_end(w);
}

static void write_more(struct json_writer *w, const struct finding *f)
{
	const struct vulnerability *v = f->about;
	bool scored = v->id.n > 0 && v->epss != UINT32_MAX;

	if (v->kev_added.n == 0 && !scored && f->match.package->reach == REACH_UNSAID)
		return;
	json_write_object(w, "Oakum");
	json_write_some(w, "KevAdded", v->kev_added);
	json_write_some(w, "KevDue", v->kev_due);
	if (scored) {
		json_write_u64(w, "EpssMillionths", v->epss);
		json_write_some(w, "EpssDate", v->epss_date);
	}
	if (f->match.package->reach != REACH_UNSAID)
		scan_reach_write_finding(f, w);
	json_write_end(w);
}

static void write_upper(struct json_writer *w, const char *name, enum severity s)
{
	json_write_text(w, name, result_severity(s));
}

static void write_finding(struct json_writer *w, const struct scan_page *page,
                          const struct finding *f, struct arena *a)
{
	const struct package *p = f->match.package;
	const struct result_source *source = result_source(f, a);

	json_write_object(w, NULL);
	json_write_str(w, "VulnerabilityID", f->match.id);
	write_words(w, "VendorIDs", &f->match.advisory->vendor_ids);
	json_write_text(w, "PkgID", result_id(p, a));
	json_write_str(w, "PkgName", p->name);
	if (!scan_is_system(p) && !result_is_by_file(p))
		write_some_text(w, "PkgPath", p->path);
	write_identity(w, "PkgIdentifier", p, a);
	json_write_str(w, "InstalledVersion", p->version);
	write_some_text(w, "FixedVersion", f->match.fixed);
	json_write_text(w, "Status", gate_status_name(f->match.status));
	if (page->image)
		write_layer(w, page, p);
	write_some_text(w, "SeveritySource", f->rating.source);
	json_write_text(w, "PrimaryURL", scan_link(f->match.id, a));
	json_write_object(w, "DataSource");
	json_write_str(w, "ID", source->id);
	json_write_str(w, "Name", source->name);
	write_some_text(w, "URL", source->url);
	json_write_end(w);
	write_some_text(w, "Title", f->about->title);
	write_some_text(w, "Description", f->about->description);
	write_upper(w, "Severity", f->rating.severity);
	write_words(w, "CweIDs", &f->about->cwes);
	write_vendors(w, f);
	write_scores(w, f->about);
	write_words(w, "References", &f->about->references);
	write_some_text(w, "PublishedDate", f->about->published);
	write_some_text(w, "LastModifiedDate", f->about->modified);
	write_more(w, f);
	json_write_end(w);
}

static void write_suppressed(struct json_writer *w, const struct scan_page *page,
                             const struct result *r)
{
	if (!page->show_suppressed || r->suppressed.len == 0)
		return;
	json_write_array(w, "ExperimentalModifiedFindings");
	for (size_t i = 0; i < r->suppressed.len; i++) {
		const struct finding *f = r->suppressed.items[i];

		json_write_object(w, NULL);
		json_write_text(w, "Type", "vulnerability");
		json_write_text(w, "Status", *f->by == 'i' ? "ignored" : "not_affected");
		json_write_str(w, "Statement", f->why);
		json_write_str(w, "Source", f->source);
		json_write_object(w, "Finding");
		json_write_str(w, "VulnerabilityID", f->match.id);
		json_write_str(w, "PkgName", f->match.package->name);
		json_write_str(w, "InstalledVersion", f->match.package->version);
		write_upper(w, "Severity", f->rating.severity);
		json_write_end(w);
		json_write_end(w);
	}
	json_write_end(w);
}

static void write_package(struct json_writer *w, const struct scan_page *page,
                          const struct package *p, struct arena *a)
{
	json_write_object(w, NULL);
	json_write_text(w, "ID", result_id(p, a));
	json_write_str(w, "Name", p->name);
	write_identity(w, "Identifier", p, a);
	json_write_str(w, "Version", p->version);
	write_some_text(w, "Arch", p->architecture);
	if (scan_is_system(p)) {
		json_write_str(w, "SrcName", p->source_name.n > 0 ? p->source_name : p->name);
		json_write_str(w, "SrcVersion", p->source_version.n > 0 ? p->source_version : p->version);
	} else if (!result_is_by_file(p)) {
		write_some_text(w, "FilePath", p->path);
	}
	if (page->image)
		write_layer(w, page, p);
	json_write_end(w);
}

static void write_result(struct json_writer *w, const struct scan_page *page,
                         const struct result *r)
{
	struct arena scratch = ARENA_INIT;

	json_write_object(w, NULL);
	json_write_str(w, "Target", r->target);
	json_write_text(w, "Class", r->is_system ? "os-pkgs" : "lang-pkgs");
	json_write_str(w, "Type", r->type);
	if (page->list_packages) {
		json_write_array(w, "Packages");
		for (size_t i = 0; i < r->packages.len; i++) {
			write_package(w, page, r->packages.items[i], &scratch);
			arena_reset(&scratch);
		}
		json_write_end(w);
	}
	if (r->found.len > 0) {
		json_write_array(w, "Vulnerabilities");
		for (size_t i = 0; i < r->found.len; i++) {
			write_finding(w, page, r->found.items[i], &scratch);
			arena_reset(&scratch);
		}
		json_write_end(w);
	}
	write_suppressed(w, page, r);
	json_write_end(w);
	arena_done(&scratch);
}

/* -- what it rests on -------------------------------------------------------------------------- */

static void write_database(struct json_writer *w, const struct scan_page *page)
{
	struct scan_part parts[SCAN_PARTS_MOST];
	size_t n = scan_parts(page, parts);

	json_write_object(w, "Database");
	if (page->database->built > 0) {
		json_write_text(w, "Date", DATE_TEXT(page->database->built));
		json_write_i64(w, "AgeDays", scan_age(page));
	}
	json_write_bool(w, "Stale", scan_is_stale(page));
	json_write_array(w, "Parts");
	for (size_t i = 0; i < n; i++) {
		json_write_object(w, NULL);
		json_write_text(w, "Name", parts[i].name);
		if (parts[i].days >= 0) {
			json_write_octets(w, "Date", parts[i].date);
			json_write_i64(w, "AgeDays", parts[i].days);
		}
		json_write_bool(w, "Stale", parts[i].old);
		json_write_end(w);
	}
	json_write_end(w);
	json_write_end(w);
}

static void write_basis(struct json_writer *w, const struct scan_page *page)
{
	const struct matches *m = page->matches;

	json_write_object(w, "Oakum");
	write_database(w, page);
	json_write_u64(w, "PackagesLookedUp", m->looked_at);
	json_write_u64(w, "PackagesWithoutData", m->without);
	write_words(w, "NotInDatabase", &m->uncovered);
	json_write_u64(w, "Unclear", m->doubts.len);
	json_write_u64(w, "OtherPlatforms", m->elsewhere);
	json_write_u64(w, "Gaps", page->gaps);
	scan_reach_write(page, w);
	json_write_array(w, "EndOfLife");
	for (size_t i = 0; i < page->ends.len; i++) {
		json_write_object(w, NULL);
		json_write_str(w, "Name", page->ends.items[i].name);
		json_write_str(w, "Version", page->ends.items[i].version);
		json_write_str(w, "Date", page->ends.items[i].date);
		json_write_end(w);
	}
	json_write_end(w);
	json_write_end(w);
}

void scan_json(const struct scan_page *page, struct stream *out)
{
	struct arena a = ARENA_INIT;
	struct results results;
	struct json_writer w;
	char time[64];

	results_make(page, &a, &results);
	json_write_init(&w, out);
	json_write_object(&w, NULL);
	json_write_u64(&w, "SchemaVersion", 2);
	snprintf(time, sizeof(time), "%sT%02d:%02d:%02dZ", DATE_TEXT(page->now),
	         (int)(page->now / 3600 % 24), (int)(page->now / 60 % 60), (int)(page->now % 60));
	json_write_text(&w, "CreatedAt", time);
	json_write_octets(&w, "ArtifactName", page->target);
	json_write_text(&w, "ArtifactType", !page->image               ? "cyclonedx"
	                                    : page->image->has_config ? "container_image"
	                                                              : "filesystem");
	write_metadata(&w, page);
	json_write_array(&w, "Results");
	for (size_t i = 0; i < results.len; i++)
		write_result(&w, page, &results.items[i]);
	scan_secrets(page, &w);
	json_write_end(&w);
	write_basis(&w, page);
	json_write_end(&w);
	arena_done(&a);
}

/* -- in the audit's document ------------------------------------------------------------------- */

void scan_write(const struct scan_page *page, struct json_writer *w, const char *name)
{
	const struct findings *list = &page->gate->found;
	uint64_t count[SEVERITY_CRITICAL + 1] = { 0 };

	json_write_object(w, name);
	if (page->database->built > 0)
		json_write_text(w, "database", DATE_TEXT(page->database->built));
	json_write_u64(w, "looked_up", page->matches->looked_at);
	json_write_u64(w, "without_data", page->matches->without);
	json_write_array(w, "findings");
	for (size_t i = 0; i < list->len; i++) {
		const struct finding *f = &list->items[i];

		count[f->rating.severity]++;
		json_write_object(w, NULL);
		json_write_octets(w, "id", f->match.id);
		json_write_text(w, "severity", severity_name(f->rating.severity));
		json_write_text(w, "purl", f->purl_text);
		json_write_some(w, "fixed", f->match.fixed);
		json_write_text(w, "status", gate_status_name(f->match.status));
		json_write_bool(w, "exploited", f->about->kev_added.n > 0);
		json_write_end(w);
	}
	json_write_end(w);
	json_write_object(w, "severities");
	for (enum severity s = SEVERITY_UNKNOWN; s <= SEVERITY_CRITICAL; s++)
		json_write_u64(w, severity_name(s), count[s]);
	json_write_end(w);
	json_write_end(w);
}
