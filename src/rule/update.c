/* SPDX-License-Identifier: Apache-2.0 */
/* The family of updates: references to packages, base images and the SDK in versions for which a
 * newer one is asked. Versions that a file leaves open (8.*, a tag that moves) are left as they
 * are: the next restore or build takes the newer one. */
#include "rule/update.h"

#include "base/path.h"
#include "rule/dotnet.h"
#include "version/version.h"

#define RULE(id) (&update_rules[id])

const struct rule update_rules[UPDATE_RULES] = {
	[VU001] = { .id = "VU001",
	            .title = "Package with a known vulnerability that an update removes",
	            .why = "Advisories tell everybody how it is attacked.",
	            .how = "Reference the version that mends it, and restore.",
	            .refs = "NuGet NU1903",
	            .severity = SEVERITY_HIGH,
	            .fix = RULE_FIX_REVIEW },
	[VU002] = { .id = "VU002",
	            .title = "Base image with a .NET that has known vulnerabilities",
	            .why = "A tag with all its numbers never gets the fixes of its line.",
	            .how = "Name the patch that mends it, or the tag that moves.",
	            .refs = "dotnet-docker supported-tags",
	            .severity = SEVERITY_HIGH,
	            .fix = RULE_FIX_REVIEW },
	[VU003] = { .id = "VU003",
	            .title = "global.json asks for an SDK with known vulnerabilities",
	            .why =
	                "What the SDK builds carries its runtime, and the SDK runs on build machines.",
	            .how = "Name the patch that mends it.",
	            .refs = "global.json",
	            .severity = SEVERITY_MEDIUM,
	            .fix = RULE_FIX_REVIEW },
};

/* -- what is asked ----------------------------------------------------------------------------- */

/* wanted(job, name, now, out): the version that is asked for in place of `now`, the nearest of
 * them; false when `now` is no version, or mended already. */
static bool wanted(const struct rule_job *job, bytes name, bytes now, bytes *out)
{
	bytes rest = bytes_str(job->options->updates), line, called;
	bool found = false;
	int order;

	while (bytes_line(&rest, &line)) {
		if (!bytes_take_until(&line, ' ', &called) || !bytes_equal_nocase(called, name) ||
		    !version_compare(VERSION_NUGET, now, line, &order) || order >= 0)
			continue;
		if (found && (!version_compare(VERSION_NUGET, line, *out, &order) || order >= 0))
			continue;
		*out = line;
		found = true;
	}
	return found;
}

static void say(struct rule_job *job, struct job_finding *f, bytes name, bytes now, bytes to)
{
	f->object = arena_str(job->arena, name);
	f->field = arena_str(job->arena, now);
	f->container = arena_str(job->arena, to);
	f->message = to.n > 0
	                 ? arena_printf(job->arena,
	                                PRIb " " PRIb " has known vulnerabilities that " PRIb " mends",
	                                BYTESF(name), BYTESF(now), BYTESF(to))
	                 : "is looked up";
}

static void mend(struct rule_job *job, struct job_finding *f, size_t from, size_t to, bytes text)
{
	edits_add(&f->fix, job->arena, from, to, arena_bytes(job->arena, text));
	f->fix_class = RULE_FIX_REVIEW;
}

/* -- projects ---------------------------------------------------------------------------------- */

/* One version as it is written: 1.2.3, [1.2.3] or $(Name). */
struct written {
	size_t file;
	struct xml_span at;
	bytes text;
};

/* "[1.2.3]" is exactly that version. */
static void strip_brackets(struct written *w)
{
	if (w->text.n < 2 || w->text.p[0] != '[' || w->text.p[w->text.n - 1] != ']' ||
	    bytes_find(w->text, ',') < w->text.n)
		return;
	w->text = bytes_slice(w->text, 1, w->text.n - 2);
	w->at.begin++;
	w->at.end--;
}

/* The leaf's characters without blanks around them; only where they stand as they are read. */
static bool write_leaf(const struct dotnet_scope *s, size_t file, const struct xml_element *e,
                       struct written *out)
{
	bytes raw = bytes_slice(s->job->files.items[file].text, e->inside.begin,
	                        e->inside.end - e->inside.begin);
	bytes trimmed = bytes_trim(raw);

	if (e->first || trimmed.n == 0 || !bytes_equal(trimmed, bytes_trim(e->text)))
		return false;
	size_t front = (size_t)(trimmed.p - raw.p);

	*out = (struct written){ file,
		                     { e->inside.begin + front, e->inside.begin + front + trimmed.n },
		                     trimmed };
	return true;
}

static void update(const struct dotnet_scope *s, bytes name, struct written w)
{
	bytes to;

	strip_brackets(&w);
	if (!wanted(s->job, name, w.text, &to))
		return;
	struct job_finding *f = job_find(s->job, RULE(VU001), w.file, w.at.begin, w.at.end);

	say(s->job, f, name, w.text, to);
	mend(s->job, f, w.at.begin, w.at.end, to);
}

/* "$(Name)": every definition of it in a file of the job. */
static void update_property(const struct dotnet_scope *s, bytes name, bytes property)
{
	struct written w;

	for (size_t k = 0; k < s->files.len; k++) {
		const struct dotnet_file *file = &s->files.items[k];

		for (const struct xml_element *e = file->root; e; e = xml_after(e, file->root))
			if (bytes_equal_nocase(e->name, property) && e->parent &&
			    bytes_is(e->parent->name, "PropertyGroup") && write_leaf(s, file->file, e, &w))
				update(s, name, w);
	}
}

static void update_version(const struct dotnet_scope *s, bytes name, struct written w)
{
	if (bytes_starts(w.text, BYTES("$(")) && bytes_ends(w.text, BYTES(")")))
		update_property(s, name, bytes_slice(w.text, 2, w.text.n - 3));
	else
		update(s, name, w);
}

static void check_reference(const struct dotnet_scope *s, size_t file, const struct xml_element *e)
{
	static const char *const versions[] = { "Version", "VersionOverride" };
	const struct xml_attribute *name = xml_attribute(e, "Include");

	if (!name)
		name = xml_attribute(e, "Update");
	if (!name)
		return;
	for (size_t i = 0; i < 2; i++) {
		const struct xml_attribute *a = xml_attribute(e, versions[i]);
		const struct xml_element *child = xml_child(e, versions[i]);
		struct written w;

		if (a && a->at.end - a->at.begin == a->value.n)
			update_version(s, name->value, (struct written){ file, a->at, a->value });
		if (child && write_leaf(s, file, child, &w))
			update_version(s, name->value, w);
	}
}

static void check_projects(struct rule_job *job)
{
	static const char *const items[] = { "PackageReference", "PackageVersion",
		                                 "GlobalPackageReference", "PackageDownload" };
	struct dotnet_scope s;

	dotnet_open(job, &s);
	for (size_t k = 0; k < s.files.len; k++) {
		const struct dotnet_file *file = &s.files.items[k];

		for (const struct xml_element *e = file->root; e; e = xml_after(e, file->root))
			for (size_t i = 0; i < sizeof(items) / sizeof(*items); i++)
				if (bytes_is(e->name, items[i]))
					check_reference(&s, file->file, e);
	}
}

/* -- images and the SDK ------------------------------------------------------------------------ */

/* Three numbers name one patch; "8.0" moves by itself, and a preview is somebody's choice. */
static bool is_patch(bytes version)
{
	bytes part;
	unsigned parts = 0;

	for (; bytes_take_until(&version, '.', &part); parts++)
		for (size_t i = 0; i < part.n; i++)
			if (part.p[i] < '0' || part.p[i] > '9')
				return false;
	return parts == 3;
}

/* find_patch(job, rule, file, name, at, now): a version that stands at [at, at + now.n). Each is
 * told when nothing is asked yet, so that somebody can look it up. */
static void find_patch(struct rule_job *job, const struct rule *rule, size_t file, bytes name,
                       size_t at, bytes now)
{
	bytes to = { 0 };
	bool asks = *job->options->updates == '\0';

	if (!is_patch(now) || (!asks && !wanted(job, name, now, &to)))
		return;
	struct job_finding *f = job_find(job, rule, file, at, at + now.n);

	say(job, f, name, now, to);
	if (to.n > 0)
		mend(job, f, at, at + now.n, to);
}

/* "mcr.microsoft.com/dotnet/aspnet:8.0.11-noble"; one with a digest is that image whatever its tag
 * says, and is left to who pins it. */
static void check_base(struct rule_job *job, size_t file, const struct docker_stage *s)
{
	const struct dockerfile_word *w = &s->in->image;
	const bytes mark = BYTES(UPDATE_IMAGE_FRONT);
	size_t front = bytes_search(s->name, mark);
	bytes version = bytes_slice(s->tag, 0, bytes_find(s->tag, '-'));

	if (s->parent > 0 || s->digest.n > 0 || front == s->name.n || s->tag.n == 0 ||
	    !bytes_ends(w->text, s->tag))
		return;
	find_patch(job, RULE(VU002), file, bytes_skip(s->name, front), w->to - s->tag.n, version);
}

static void check_global(struct rule_job *job, size_t file)
{
	const struct job_file *f = &job->files.items[file];
	const struct yaml_node *v = f->yaml && f->yaml->documents.len > 0
	                                ? yaml_path(f->yaml->documents.items[0].root, "sdk.version")
	                                : NULL;
	bytes text = v ? yaml_text(v) : (bytes){ 0 };

	/* Between its quotes it stands as it is read. */
	if (text.n > 0 && v->to - v->from == text.n + 2)
		find_patch(job, RULE(VU003), file, BYTES(UPDATE_SDK), v->from + 1, text);
}

static void check(struct rule_job *job)
{
	if (!job->options->updates)
		return;
	check_projects(job);
	for (size_t k = 0; k < job->files.len; k++) {
		const struct job_file *file = &job->files.items[k];
		struct docker_file f;

		if (bytes_equal(path_base(bytes_str(file->name)), BYTES("global.json")))
			check_global(job, k);
		if (!file->dockerfile)
			continue;
		docker_open(job, k, &f);
		for (size_t i = 0; i < f.stages_len; i++)
			check_base(job, k, &f.stages[i]);
	}
}

const struct rule_family rule_family_update = {
	.name = "update",
	.rules = update_rules,
	.len = UPDATE_RULES,
	.check = check,
};
