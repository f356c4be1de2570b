/* SPDX-License-Identifier: Apache-2.0 */
/* The page for programs: schema oakum.audit/1, described in doc/audit-json.md and checked by
 * doc/audit.schema.json. Members are added, never renamed or given another meaning, while the
 * number stays. What does not apply is left out, lists are always there. */
#include "report/audit_page.h"

#include "base/text.h"
#include "fmt/json_write.h"
#include "report/audit_readiness.h"
#include "report/audit_stages.h"

#include <stdio.h>

#define AUDIT_SCHEMA "oakum.audit/1"

static void write_digest(struct json_writer *w, const char *name, const digest *d)
{
	if (digest_size(d) > 0)
		json_write_text(w, name, DIGEST_TEXT(d));
}

static void write_strings(struct json_writer *w, const char *name, const struct strings *list)
{
	json_write_array(w, name);
	for (size_t i = 0; i < list->len; i++)
		json_write_str(w, NULL, list->items[i]);
	json_write_end(w);
}

/* Layers are numbered from 1, as on the page. */
static void write_layer_number(struct json_writer *w, uint16_t layer)
{
	json_write_u64(w, "layer", layer + UINT64_C(1));
}

static const char *kind_name(enum target_kind kind)
{
	switch (kind) {
	case TARGET_LAYOUT: return "oci-layout";
	case TARGET_OCI_ARCHIVE: return "oci-archive";
	case TARGET_DOCKER_ARCHIVE: return "docker-archive";
	case TARGET_ROOTFS: return "rootfs";
	case TARGET_REGISTRY: return "registry";
	case TARGET_DAEMON: return "daemon";
	case TARGET_SBOM: return "sbom";
	case TARGET_NONE:
	case TARGET_ARCHIVE: break;
	}
	return "unknown";
}

/* -- the image -------------------------------------------------------------------------------- */

static void write_platform(struct json_writer *w, const struct platform *p)
{
	if (p->os.n == 0 && p->architecture.n == 0)
		return;
	json_write_object(w, "platform");
	json_write_str(w, "os", p->os);
	json_write_str(w, "architecture", p->architecture);
	json_write_some(w, "variant", p->variant);
	json_write_some(w, "os_version", p->os_version);
	json_write_end(w);
}

static void write_os(struct json_writer *w, const struct os_release *os)
{
	if (!os->known)
		return;
	json_write_object(w, "os");
	json_write_octets(w, "id", os->id);
	json_write_some(w, "version_id", os->version_id);
	json_write_some(w, "version_codename", os->version_codename);
	json_write_some(w, "variant_id", os->variant_id);
	json_write_some(w, "pretty_name", os->pretty_name);
	json_write_end(w);
}

static void write_image(struct json_writer *w, const struct audit_page *page)
{
	const struct image *image = page->image;

	json_write_object(w, "image");
	json_write_octets(w, "target", bytes_str(image->target.text));
	json_write_text(w, "kind", kind_name(image->kind));
	json_write_some(w, "reference", image->reference);
	json_write_some(w, "source", image->source);
	write_digest(w, "digest", &image->manifest);
	write_digest(w, "config_digest", &image->config_digest);
	write_platform(w, &image->platform);
	json_write_some(w, "created", image->config.created);
	if (image->base_name.n > 0 || image->base_digest.n > 0) {
		json_write_object(w, "base");
		json_write_some(w, "name", image->base_name);
		json_write_some(w, "digest", image->base_digest);
		json_write_end(w);
	}
	write_os(w, &page->facts->os);
	json_write_end(w);
}

static void write_size(struct json_writer *w, const struct audit_page *page)
{
	json_write_object(w, "size");
	json_write_u64(w, "compressed", page->compressed);
	json_write_u64(w, "expanded", page->expanded);
	json_write_u64(w, "visible", page->visible);
	json_write_u64(w, "files", page->files);
	json_write_array(w, "folders");
	for (size_t i = 0; i < page->folders.len; i++) {
		json_write_object(w, NULL);
		json_write_octets(w, "path", page->folders.items[i].path);
		json_write_u64(w, "size", page->folders.items[i].size);
		json_write_u64(w, "files", page->folders.items[i].files);
		json_write_end(w);
	}
	json_write_end(w);
	json_write_end(w);
}

static void write_layers(struct json_writer *w, const struct audit_page *page)
{
	json_write_array(w, "layers");
	for (size_t i = 0; i < page->layers.len; i++) {
		const struct page_layer *p = &page->layers.items[i];

		json_write_object(w, NULL);
		write_layer_number(w, (uint16_t)i);
		write_digest(w, "digest", &p->layer->blob);
		write_digest(w, "diff_id", &p->layer->diff_id);
		json_write_some(w, "media_type", p->layer->media_type);
		json_write_u64(w, "compressed", p->layer->compressed);
		json_write_u64(w, "expanded", p->layer->expanded);
		json_write_u64(w, "entries", p->layer->entries);
		json_write_u64(w, "hidden_bytes", p->hidden);
		json_write_some(w, "command", p->command);
		json_write_end(w);
	}
	json_write_end(w);
}

/* -- how it runs ------------------------------------------------------------------------------ */

static void write_user(struct json_writer *w, const struct page_identity *who)
{
	json_write_object(w, "user");
	json_write_text(w, "is", page_user_name(who->what));
	json_write_octets(w, "written", who->written);
	json_write_some(w, "name", who->name);
	if (who->has_uid)
		json_write_u64(w, "uid", who->uid);
	if (who->has_gid)
		json_write_u64(w, "gid", who->gid);
	json_write_end(w);
}

static void write_config(struct json_writer *w, const struct audit_page *page)
{
	const struct oci_config *cfg = &page->image->config;

	if (!page->image->has_config)
		return;
	json_write_object(w, "config");
	write_user(w, &page->user);
	json_write_text(w, "form", page_form_name(page->form));
	write_strings(w, "entrypoint", &cfg->entrypoint);
	write_strings(w, "cmd", &cfg->cmd);
	json_write_some(w, "working_dir", cfg->working_dir);
	json_write_some(w, "stop_signal", cfg->stop_signal);
	write_strings(w, "volumes", &cfg->volumes);
	json_write_array(w, "ports");
	for (size_t i = 0; i < page->ports.len; i++) {
		json_write_object(w, NULL);
		json_write_octets(w, "written", page->ports.items[i].written);
		json_write_u64(w, "number", page->ports.items[i].number);
		json_write_bool(w, "privileged", page->ports.items[i].privileged);
		json_write_end(w);
	}
	json_write_end(w);
	json_write_end(w);
}

/* -- what is in it ---------------------------------------------------------------------------- */

static void write_files(struct json_writer *w, const char *name, const struct page_files *list)
{
	json_write_array(w, name);
	for (size_t i = 0; i < list->len; i++) {
		const struct page_file *f = &list->items[i];
		char mode[8];

		snprintf(mode, sizeof(mode), "%04o", f->mode & 07777U);
		json_write_object(w, NULL);
		json_write_octets(w, "path", f->path);
		json_write_text(w, "mode", mode);
		json_write_u64(w, "uid", f->uid);
		json_write_u64(w, "gid", f->gid);
		json_write_u64(w, "size", f->size);
		write_layer_number(w, f->layer);
		json_write_end(w);
	}
	json_write_end(w);
}

static void write_tools(struct json_writer *w, const struct audit_page *page)
{
	json_write_array(w, "tools");
	for (size_t i = 0; i < page->tools.len; i++) {
		json_write_object(w, NULL);
		json_write_text(w, "group", page_group_name(page->tools.items[i].group));
		json_write_octets(w, "name", page->tools.items[i].name);
		json_write_octets(w, "path", page->tools.items[i].path);
		json_write_end(w);
	}
	json_write_end(w);
}

static void write_package(struct json_writer *w, const struct package *p, struct arena *scratch)
{
	json_write_object(w, NULL);
	json_write_text(w, "ecosystem", ecosystem_name(p->ecosystem));
	json_write_octets(w, "name", p->name);
	json_write_octets(w, "version", p->version);
	json_write_some(w, "architecture", p->architecture);
	if (p->source_name.n > 0) {
		json_write_object(w, "source");
		json_write_octets(w, "name", p->source_name);
		json_write_octets(w, "version", p->source_version);
		json_write_end(w);
	}
	json_write_some(w, "licence", p->licence);
	json_write_some(w, "vendor", p->vendor);
	json_write_some(w, "module", p->module);
	json_write_some(w, "slices", p->slices);
	json_write_text(w, "purl", package_purl(p, scratch));
	json_write_octets(w, "path", p->path);
	write_layer_number(w, p->layer);
	json_write_bool(w, "hidden", p->hidden);
	json_write_bool(w, "assetless", p->assetless);
	json_write_bool(w, "overridden", p->overridden);
	json_write_bool(w, "noted", p->noted);
	json_write_bool(w, "owned_by_system", p->owned_by_system);
	json_write_end(w);
}

static void write_packages(struct json_writer *w, const struct facts *facts)
{
	struct arena scratch = ARENA_INIT;

	json_write_array(w, "packages");
	for (size_t i = 0; i < facts->packages.len; i++) {
		write_package(w, &facts->packages.items[i], &scratch);
		arena_reset(&scratch);
	}
	json_write_end(w);
	arena_done(&scratch);
}

static void write_reference(struct json_writer *w, const struct dotnet_reference *r)
{
	json_write_object(w, NULL);
	json_write_octets(w, "name", r->name);
	json_write_octets(w, "version", r->version);
	json_write_some(w, "roll_forward", r->roll_forward);
	json_write_some(w, "gets", r->gets);
	json_write_end(w);
}

static const char *dotnet_form_name(enum dotnet_form form)
{
	switch (form) {
	case DOTNET_FRAMEWORK_DEPENDENT: return "framework-dependent";
	case DOTNET_SELF_CONTAINED: return "self-contained";
	case DOTNET_NATIVE_AOT: return "native-aot";
	case DOTNET_UNKNOWN: break;
	}
	return "unknown";
}

static void write_bundle(struct json_writer *w, const struct dotnet_app *app)
{
	char version[24];

	if (!app->single_file)
		return;
	snprintf(version, sizeof(version), "%u.%u", app->bundle_major, app->bundle_minor);
	json_write_object(w, "bundle");
	json_write_text(w, "version", version);
	json_write_u64(w, "files", app->bundle_files);
	json_write_bool(w, "compressed", app->bundle_compressed);
	json_write_end(w);
}

static void write_app(struct json_writer *w, const struct dotnet_app *app)
{
	json_write_object(w, NULL);
	json_write_octets(w, "path", app->path);
	json_write_some(w, "name", app->name);
	json_write_some(w, "version", app->version);
	json_write_some(w, "target", app->target);
	json_write_text(w, "form", dotnet_form_name(app->form));
	write_bundle(w, app);
	json_write_array(w, "frameworks");
	for (size_t i = 0; i < app->frameworks.len; i++)
		write_reference(w, &app->frameworks.items[i]);
	json_write_end(w);
	json_write_array(w, "carries");
	for (size_t i = 0; i < app->runtimes.len; i++)
		write_reference(w, &app->runtimes.items[i]);
	json_write_end(w);
	json_write_u64(w, "packages", app->packages);
	json_write_u64(w, "projects", app->projects);
	json_write_u64(w, "assetless", app->assetless);
	write_layer_number(w, app->layer);
	json_write_bool(w, "hidden", app->hidden);
	json_write_end(w);
}

static const char *support_name(enum support_state state)
{
	switch (state) {
	case SUPPORT_PREVIEW: return "preview";
	case SUPPORT_YES: return "supported";
	case SUPPORT_ENDED: return "ended";
	case SUPPORT_UNKNOWN: break;
	}
	return "unknown";
}

static void write_runtime(struct json_writer *w, const struct page_runtime *r)
{
	json_write_object(w, NULL);
	json_write_octets(w, "name", r->runtime->name);
	json_write_octets(w, "version", r->runtime->version);
	json_write_octets(w, "path", r->runtime->path);
	json_write_bool(w, "carried", r->runtime->carried);
	write_layer_number(w, r->runtime->layer);
	json_write_text(w, "support", support_name(r->support.state));
	if (r->support.channel) {
		json_write_some(w, "eol", bytes_str(r->support.channel->eol));
		json_write_some(w, "latest", bytes_str(r->support.channel->latest_runtime));
		json_write_bool(w, "behind", r->support.behind);
	}
	json_write_end(w);
}

static void write_assembly(struct json_writer *w, const struct dotnet_assembly *assembly)
{
	json_write_object(w, NULL);
	json_write_octets(w, "name", assembly->name);
	json_write_octets(w, "version", assembly->version);
	json_write_some(w, "culture", assembly->culture);
	json_write_some(w, "target", assembly->target);
	json_write_octets(w, "path", assembly->path);
	write_layer_number(w, assembly->layer);
	json_write_bool(w, "ready_to_run", assembly->ready_to_run);
	json_write_end(w);
}

static void write_dotnet(struct json_writer *w, const struct audit_page *page)
{
	json_write_object(w, "dotnet");
	json_write_text(w, "support_table", support_table_date());
	json_write_array(w, "runtimes");
	for (size_t i = 0; i < page->runtimes.len; i++)
		write_runtime(w, &page->runtimes.items[i]);
	json_write_end(w);
	json_write_array(w, "apps");
	for (size_t i = 0; i < page->facts->apps.len; i++)
		write_app(w, &page->facts->apps.items[i]);
	json_write_end(w);
	json_write_array(w, "assemblies");
	for (size_t i = 0; i < page->facts->assemblies.len; i++)
		write_assembly(w, &page->facts->assemblies.items[i]);
	json_write_end(w);
	json_write_end(w);
}

/* -- how much of it was understood ------------------------------------------------------------ */

/* A gap of the catalogers without a file concerns the image, one of the engine its layer. */
static void write_gap(struct json_writer *w, const struct tree *tree, const struct image_gap *gap)
{
	struct arena scratch = ARENA_INIT;

	json_write_object(w, NULL);
	if (gap->node != TREE_NONE)
		json_write_octets(w, "path", tree_path(tree, gap->node, &scratch));
	if (gap->node != TREE_NONE || gap->inspector == 0)
		write_layer_number(w, gap->layer);
	json_write_octets(w, "text", gap->text);
	json_write_end(w);
	arena_done(&scratch);
}

static void write_sum(struct json_writer *w, const char *name, const struct coverage_sum *sum)
{
	json_write_object(w, name);
	json_write_u64(w, "files", sum->files);
	json_write_u64(w, "bytes", sum->bytes);
	json_write_end(w);
}

static void write_unknown(struct json_writer *w, const struct coverage *c, enum file_kind kind)
{
	json_write_object(w, coverage_kind_name(kind));
	json_write_u64(w, "files", c->unknown[kind].files);
	json_write_u64(w, "bytes", c->unknown[kind].bytes);
	json_write_array(w, "largest");
	for (size_t i = 0; i < c->largest[kind].len; i++) {
		json_write_object(w, NULL);
		json_write_octets(w, "path", c->largest[kind].items[i].path);
		json_write_u64(w, "size", c->largest[kind].items[i].size);
		write_layer_number(w, c->largest[kind].items[i].layer);
		if (c->largest[kind].items[i].replaced)
			json_write_bool(w, "replaced", true);
		json_write_end(w);
	}
	json_write_end(w);
	json_write_end(w);
}

static void write_coverage(struct json_writer *w, const struct audit_page *page)
{
	const struct coverage *c = page->coverage;

	json_write_object(w, "coverage");
	write_sum(w, "total", &c->total);
	for (enum coverage_class i = 0; i < COVERAGE_CLASSES; i++)
		write_sum(w, coverage_class_name(i), &c->of[i]);
	write_sum(w, "replaced", &c->replaced);
	json_write_object(w, "unknown_kinds");
	for (enum file_kind i = 0; i < COVERAGE_KINDS; i++)
		write_unknown(w, c, i);
	json_write_end(w);
	json_write_array(w, "unknown_folders");
	for (size_t i = 0; i < c->folders.len; i++) {
		json_write_object(w, NULL);
		json_write_octets(w, "path", c->folders.items[i].path);
		json_write_u64(w, "files", c->folders.items[i].unknown.files);
		json_write_u64(w, "bytes", c->folders.items[i].unknown.bytes);
		json_write_end(w);
	}
	json_write_end(w);
	json_write_end(w);
}

static void write_gaps(struct json_writer *w, const struct audit_page *page)
{
	json_write_array(w, "gaps");
	for (size_t i = 0; i < page->image->gaps.len; i++)
		write_gap(w, page->image->tree, &page->image->gaps.items[i]);
	for (size_t i = 0; i < page->facts->gaps.len; i++)
		write_gap(w, page->image->tree, &page->facts->gaps.items[i]);
	json_write_end(w);
}

static void write_hidden(struct json_writer *w, const struct audit_page *page)
{
	json_write_object(w, "hidden");
	json_write_u64(w, "files", page->hidden_files);
	json_write_u64(w, "bytes", page->hidden_bytes);
	write_files(w, "notable", &page->hidden_notable);
	json_write_end(w);
}

/* Lists of files are cut at PAGE_FILES_MAX and gaps at LIMIT_GAPS_NAMED; these numbers are not. */
static void write_totals(struct json_writer *w, const struct audit_page *page)
{
	json_write_object(w, "totals");
	json_write_u64(w, "setuid", page->setuid.total);
	json_write_u64(w, "setgid", page->setgid.total);
	json_write_u64(w, "capabilities", page->capabilities.total);
	json_write_u64(w, "world_writable", page->world_writable.total);
	json_write_u64(w, "hidden_notable", page->hidden_notable.total);
	json_write_u64(w, "gaps", page->gaps);
	json_write_end(w);
}

static void write_actions(struct json_writer *w, const struct audit_page *page)
{
	json_write_array(w, "actions");
	for (size_t i = 0; i < page->actions.len; i++) {
		const struct page_action *a = &page->actions.items[i];

		json_write_object(w, NULL);
		json_write_text(w, "id", a->id);
		json_write_text(w, "title", a->title);
		json_write_text(w, "gain", a->gain);
		json_write_u64(w, "bytes", a->bytes);
		json_write_u64(w, "files", a->files);
		json_write_end(w);
	}
	json_write_end(w);
}

static void write_weaknesses(struct json_writer *w, const struct audit_page *page)
{
	json_write_array(w, "weaknesses");
	for (size_t i = 0; i < page->weaknesses.len; i++) {
		const struct page_weakness *weak = &page->weaknesses.items[i];

		json_write_object(w, NULL);
		json_write_text(w, "rule", weak->rule->id);
		json_write_text(w, "title", weak->rule->title);
		json_write_text(w, "severity", severity_name(weak->rule->severity));
		json_write_text(w, "message", weak->message);
		json_write_some(w, "path", weak->path);
		if (weak->layer > 0)
			json_write_u64(w, "layer", weak->layer);
		json_write_end(w);
	}
	json_write_end(w);
}

void audit_json(const struct audit_page *page, struct stream *out)
{
	struct json_writer w;

	json_write_init(&w, out);
	json_write_object(&w, NULL);
	json_write_text(&w, "schema", AUDIT_SCHEMA);
	json_write_text(&w, "date", DATE_TEXT(page->now));
	write_image(&w, page);
	audit_stages_json(page, &w);
	write_actions(&w, page);
	write_weaknesses(&w, page);
	write_size(&w, page);
	write_layers(&w, page);
	write_config(&w, page);
	audit_readiness_json(page, &w);
	write_tools(&w, page);
	write_files(&w, "setuid", &page->setuid);
	write_files(&w, "setgid", &page->setgid);
	write_files(&w, "capabilities", &page->capabilities);
	write_files(&w, "world_writable", &page->world_writable);
	write_totals(&w, page);
	write_packages(&w, page->facts);
	write_dotnet(&w, page);
	write_coverage(&w, page);
	write_gaps(&w, page);
	write_hidden(&w, page);
	if (page->secrets)
		secrets_write(page->secrets, &w, "secrets");
	if (page->scan)
		scan_write(page->scan, &w, "vulnerabilities");
	json_write_end(&w);
}
