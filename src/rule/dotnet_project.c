/* SPDX-License-Identifier: Apache-2.0 */
/* Projects and package settings of .NET: what they say, and the rules about them alone. */
#include "base/path.h"
#include "base/text.h"
#include "rule/dotnet.h"

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

static bool uses(const struct dotnet_scope *s, const char *package)
{
	for (size_t k = 0; k < s->files.len; k++)
		for (const struct xml_element *e = s->files.items[k].root; e;
		     e = xml_after(e, s->files.items[k].root)) {
			const struct xml_attribute *a =
				bytes_is(e->name, "PackageReference") ? xml_attribute(e, "Include") : NULL;

			if (a && bytes_equal_nocase(a->value, bytes_str(package)))
				return true;
		}
	return false;
}

bool dotnet_needs_icu(const struct dotnet_scope *s)
{
	return dotnet_property(s, "InvariantGlobalization", "false") ||
	       uses(s, "Microsoft.Data.SqlClient") || uses(s, "System.Data.SqlClient") ||
	       uses(s, "Microsoft.EntityFrameworkCore.SqlServer");
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

static void check_passwords(const struct dotnet_scope *s, const struct dotnet_file *file)
{
	for (const struct xml_element *e = file->root; e; e = xml_after(e, file->root)) {
		const struct xml_attribute *key = xml_attribute(e, "key"),
		                           *value = xml_attribute(e, "value");

		if (key && value && bytes_equal_nocase(key->value, BYTES("ClearTextPassword")) &&
		    value->value.n > 0 && value->value.p[0] != '%')
			job_find(s->job, RULE(DN012), file->file, e->whole.begin, e->whole.end);
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
	struct job_finding *f =
		job_find(s->job, RULE(DN030), file->file, at->whole.begin, at->whole.end);
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
	for (size_t k = 0; k < s->job->files.len; k++)
		if (s->job->files.items[k].kind == JOB_IGNORE)
			check_ignore(s, k);
}
