/* SPDX-License-Identifier: Apache-2.0 */
/* Projects and package settings of .NET: what they say, and the rules about them alone. */
#include "base/path.h"
#include "base/text.h"
#include "fmt/yaml_edit.h"
#include "rule/dotnet.h"
#include "rule/secret_name.h"

#define RULE(id) (&dotnet_rules[id])

void dotnet_open(struct rule_job *job, struct dotnet_scope *out)
{
	*out = (struct dotnet_scope){ .job = job };
	for (size_t k = 0; k < job->files.len; k++) {
		const struct job_file *file = &job->files.items[k];
		struct dotnet_file known = { .file = k };
		err ignored = { 0 };

		if (file->kind != JOB_PROJECT ||
		    xml_parse(file->text, job->arena, &known.root, &ignored) < 0)
			continue;
		known.project = bytes_ends(bytes_str(file->name), BYTES("proj"));
		*ARENA_PUSH(job->arena, &out->files) = known;
	}
}

void dotnet_near(const struct dotnet_scope *all, bytes name, struct dotnet_scope *out)
{
	bytes dir = path_dir(name);
	bool near = false;

	for (size_t k = 0; k < all->files.len; k++)
		near |= all->files.items[k].project &&
		        path_within(bytes_str(all->job->files.items[all->files.items[k].file].name), dir);
	*out = (struct dotnet_scope){ .job = all->job, .all = all };
	for (size_t k = 0; k < all->files.len; k++) {
		const struct dotnet_file *f = &all->files.items[k];
		bytes at = bytes_str(all->job->files.items[f->file].name);

		if (!near || path_within(at, dir) || (!f->project && path_within(dir, path_dir(at))))
			*ARENA_PUSH(all->job->arena, &out->files) = *f;
	}
}

bool dotnet_property(const struct dotnet_scope *s, const char *name, const char *value)
{
	for (size_t k = 0; k < s->files.len; k++)
		for (const struct xml_element *e = s->files.items[k].root; e;
		     e = xml_after(e, s->files.items[k].root))
			if (bytes_is(e->name, name) &&
			    bytes_equal_nocase(bytes_trim(e->text), bytes_str(value)))
				return true;
	return false;
}

bool dotnet_uses(const struct dotnet_scope *s, const char *package)
{
	for (size_t k = 0; k < s->files.len; k++)
		for (const struct xml_element *e = s->files.items[k].root; e;
		     e = xml_after(e, s->files.items[k].root)) {
			const struct xml_attribute *a = bytes_is(e->name, "PackageReference")
			                                    ? xml_attribute(e, "Include")
			                                    : NULL;

			if (a && bytes_equal_nocase(a->value, bytes_str(package)))
				return true;
		}
	return false;
}

bool dotnet_needs_icu(const struct dotnet_scope *s)
{
	return dotnet_property(s, "InvariantGlobalization", "false") ||
	       dotnet_uses(s, "Microsoft.Data.SqlClient") || dotnet_uses(s, "System.Data.SqlClient") ||
	       dotnet_uses(s, "Microsoft.EntityFrameworkCore.SqlServer");
}

bool dotnet_is_web(const struct dotnet_scope *s)
{
	bool none = true;

	for (size_t k = 0; k < s->files.len; k++) {
		const struct dotnet_file *file = &s->files.items[k];
		const struct xml_attribute *sdk = file->project ? xml_attribute(file->root, "Sdk") : NULL;

		none = none && !file->project;
		if (sdk && bytes_is(sdk->value, "Microsoft.NET.Sdk.Web"))
			return true;
	}
	return none;
}

bool dotnet_has_project(const struct dotnet_scope *s, bytes dir)
{
	for (size_t k = 0; k < s->files.len; k++)
		if (s->files.items[k].project &&
		    bytes_equal(path_dir(bytes_str(s->job->files.items[s->files.items[k].file].name)), dir))
			return true;
	return false;
}

bool dotnet_knows_assembly(const struct dotnet_scope *s, bytes name)
{
	bool none = true;

	s = s->all ? s->all : s;
	for (size_t k = 0; k < s->files.len; k++) {
		const struct dotnet_file *file = &s->files.items[k];
		bytes base = path_base(bytes_str(s->job->files.items[file->file].name));

		none = none && !file->project;
		if (file->project && bytes_equal_nocase(bytes_slice(base, 0, bytes_rfind(base, '.')), name))
			return true;
		for (const struct xml_element *e = file->root; e; e = xml_after(e, file->root))
			if (bytes_is(e->name, "AssemblyName") &&
			    (bytes_equal_nocase(bytes_trim(e->text), name) ||
			     bytes_find(e->text, '$') < e->text.n))
				return true;
	}
	return none;
}

/* -- rules ------------------------------------------------------------------------------------ */

/* NuGet replaces %NAME% by the variable of the environment (nuget.config reference). */
static void clear_password(const struct dotnet_scope *s, const struct dotnet_file *file,
                           const struct xml_element *e, const struct xml_attribute *value)
{
	struct job_finding *f = job_find(s->job, RULE(DN012), file->file, e->whole.begin, e->whole.end);

	edits_add(&f->fix, s->job->arena, value->at.begin, value->at.end, BYTES("%NUGET_PASSWORD%"));
	f->fix_class = RULE_FIX_REVIEW;
}

/* Connection strings in appsettings.json; those of Development are for the developer's machine. */
static void check_settings(const struct dotnet_scope *s, size_t index)
{
	const struct job_file *file = &s->job->files.items[index];
	bytes base = path_base(bytes_str(file->name));

	if (!file->yaml || !file->yaml->is_json || file->yaml->documents.len == 0 ||
	    !bytes_starts(base, BYTES("appsettings")) ||
	    bytes_search(base, BYTES("Development")) < base.n)
		return;
	const struct yaml_node *list = yaml_get(file->yaml->documents.items[0].root,
	                                        "ConnectionStrings");

	for (const struct yaml_node *v = yaml_is(list, YAML_MAPPING) ? yaml_first(list) : NULL; v;
	     v = v->next) {
		if (!secret_name_in(yaml_text(v)))
			continue;
		struct job_finding *f = job_find(s->job, RULE(DN025), index, v->from, v->to);
		struct yaml_editor ed = { file->yaml, &file->source, s->job->arena, &f->fix };

		f->message = arena_printf(s->job->arena, "%s has its password here",
		                          SHOW(yaml_text(v->key)));
		f->fix_class = RULE_FIX_REVIEW;
		yaml_edit_scalar(&ed, v, "");
	}
}

static void check_passwords(const struct dotnet_scope *s, const struct dotnet_file *file)
{
	for (const struct xml_element *e = file->root; e; e = xml_after(e, file->root)) {
		const struct xml_attribute *key = xml_attribute(e, "key"),
								   *value = xml_attribute(e, "value");

		if (key && value && bytes_equal_nocase(key->value, BYTES("ClearTextPassword")) &&
		    value->value.n > 0 && value->value.p[0] != '%')
			clear_password(s, file, e, value);
	}
}

/* A project that the SDK makes an image of: ContainerRepository and its kin say so. */
static void check_container(const struct dotnet_scope *s, const struct dotnet_file *file)
{
	const struct xml_element *at = NULL;
	bool hardened = false;

	for (const struct xml_element *e = file->root; e; e = xml_after(e, file->root)) {
		if (bytes_is(e->name, "ContainerFamily") || bytes_is(e->name, "ContainerBaseImage"))
			hardened = true;
		if (bytes_is(e->name, "ContainerRepository") || bytes_is(e->name, "ContainerImageName") ||
		    bytes_is(e->name, "EnableSdkContainerSupport"))
			at = e;
	}
	if (!at || hardened)
		return;
	struct job_finding *f = job_find(s->job, RULE(DN030), file->file, at->whole.begin,
	                                 at->whole.end);
	bytes text = s->job->files.items[file->file].text;
	size_t line = at->whole.begin;

	while (line > 0 && (text.p[line - 1] == ' ' || text.p[line - 1] == '\t'))
		line--;
	bytes indent = bytes_slice(text, line, at->whole.begin - line);

	edits_add(&f->fix, s->job->arena, at->whole.end, at->whole.end,
	          bytes_str(arena_printf(s->job->arena,
	                                 "\n%s<ContainerFamily>noble-chiseled</ContainerFamily>",
	                                 arena_str(s->job->arena, indent))));
	f->fix_class = RULE_FIX_REVIEW;
}

/* Only where the list is one of a .NET project. */
static void check_ignore(const struct dotnet_scope *s, size_t index)
{
	const struct job_file *file = &s->job->files.items[index];
	bytes rest = file->text, line;
	bool bin = false, obj = false, any = false;

	for (size_t k = 0; k < s->files.len; k++)
		any = any || s->files.items[k].project;
	while (bytes_line(&rest, &line)) {
		line = bytes_trim(line);
		bin = bin || bytes_search(line, BYTES("bin")) < line.n || bytes_is(line, "**");
		obj = obj || bytes_search(line, BYTES("obj")) < line.n || bytes_is(line, "**");
	}
	if (!any || (bin && obj))
		return;
	struct job_finding *f = job_find(s->job, RULE(DN015), index, 0, 0);
	bool open = file->text.n > 0 && file->text.p[file->text.n - 1] != '\n';

	edits_add(&f->fix, s->job->arena, file->text.n, file->text.n,
	          bytes_str(arena_printf(s->job->arena, "%s%s%s", open ? "\n" : "",
	                                 bin ? "" : "**/bin/\n", obj ? "" : "**/obj/\n")));
	f->fix_class = RULE_FIX_SAFE;
}

void dotnet_check_projects(const struct dotnet_scope *s)
{
	for (size_t k = 0; k < s->files.len; k++) {
		if (s->files.items[k].project)
			check_container(s, &s->files.items[k]);
		else
			check_passwords(s, &s->files.items[k]);
	}
	dotnet_check_frameworks(s);
	for (size_t k = 0; k < s->job->files.len; k++) {
		if (s->job->files.items[k].kind == JOB_IGNORE)
			check_ignore(s, k);
		check_settings(s, k);
	}
}
