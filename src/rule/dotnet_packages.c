/* SPDX-License-Identifier: Apache-2.0 */
/* Rules about how a Dockerfile gets the packages of a .NET program: credentials, order, cache. */
#include "base/path.h"
#include "base/text.h"
#include "rule/dotnet.h"

#define RULE(id) (&dotnet_rules[id])
#define CONFIG "id=nugetconfig,target=/root/.nuget/NuGet/NuGet.Config"
#define CACHE "--mount=type=cache,target=/root/.nuget/packages"
#define PROJECTS \
	16 /* of a Dockerfile that are copied one by one before their packages are fetched */

static bool has(bytes text, const char *part)
{
	return bytes_search(text, bytes_str(part)) < text.n;
}

static bool builds(const struct dockerfile_instruction *i)
{
	return i->kind == DOCKERFILE_RUN &&
	       (has(i->line, "dotnet restore") || has(i->line, "dotnet publish") ||
	        has(i->line, "dotnet build"));
}

/* -- credentials ------------------------------------------------------------------------------ */

static bool is_feed_secret(bytes key)
{
	return bytes_is(key, "VSS_NUGET_EXTERNAL_FEED_ENDPOINTS") ||
	       bytes_is(key, "FEED_ACCESSTOKEN") || bytes_is(key, "NUGET_API_KEY") ||
	       bytes_starts(key, BYTES("NuGetPackageSourceCredentials_"));
}

/* The feeds come with a NuGet.Config that is mounted while packages are fetched. */
static void check_credential(const struct docker_file *f, const struct dockerfile_instruction *i,
                             size_t index)
{
	const struct dockerfile_pair *p = &i->pairs.items[index];
	const struct docker_stage *s = docker_stage_of(f, i);

	if (!is_feed_secret(p->key.text))
		return;
	struct job_finding *finding = docker_find(f, RULE(DN011), p->key.from, p->value.to);

	if (!s || p->legacy)
		return;
	docker_drop_pair(f, finding, i, index);
	for (size_t k = s->in->first; k < s->in->end; k++) {
		const struct dockerfile_instruction *run = docker_instruction(f, k);

		if (builds(run) && run->from > i->from && !has(run->line, "id=nugetconfig"))
			docker_mount(f, finding, run, CONFIG);
	}
}

/* -- order ------------------------------------------------------------------------------------ */

bool dotnet_copies_all(const struct dockerfile_instruction *i)
{
	return i->kind == DOCKERFILE_COPY && i->words.len == 2 && !dockerfile_flag(i, "from") &&
	       (bytes_is(i->words.items[0].text, ".") || bytes_is(i->words.items[0].text, "./"));
}

/* What a restore reads besides the projects, from the folder of the Dockerfile. */
static const char *other_files(const struct docker_file *f, bytes dir)
{
	static const char *const names[] = { "packages.lock.json", "global.json",
		                                 "Directory.Build.props", "Directory.Packages.props" };
	const char *text = "";

	for (size_t k = 0; k < f->job->files.len; k++) {
		bytes name = bytes_str(f->job->files.items[k].name);

		for (size_t n = 0; n < sizeof(names) / sizeof(*names); n++)
			if (bytes_equal(path_dir(name), dir) &&
			    bytes_equal_nocase(path_base(name), bytes_str(names[n])))
				text = arena_printf(f->job->arena, "%s %s", text, docker_text(f, path_base(name)));
	}
	return text;
}

/* A COPY for the projects, each into its own folder; NULL where it is not clear which count. */
static const char *copy_projects(const struct dotnet_scope *s, const struct docker_file *f)
{
	bytes dir = path_dir(bytes_str(f->job->files.items[f->file].name));
	const char *others = other_files(f, dir), *text;
	size_t len = 0;

	if (dotnet_has_project(s, dir))
		return arena_printf(f->job->arena, "COPY *.csproj%s ./\n", others);
	text = *others ? arena_printf(f->job->arena, "COPY%s ./\n", others) : "";
	for (size_t k = 0; k < s->files.len; k++) {
		bytes name = bytes_str(s->job->files.items[s->files.items[k].file].name);

		if (!s->files.items[k].project || !path_within(name, dir))
			continue;
		name = bytes_skip(name, dir.n + (dir.n > 0));
		if (bytes_find(name, ' ') < name.n || ++len > PROJECTS)
			return NULL;
		text = arena_printf(f->job->arena, "%sCOPY %s %s/\n", text, docker_text(f, name),
		                    docker_text(f, path_dir(name)));
	}
	return len > 0 ? text : NULL;
}

/* The project that "dotnet publish src/Shop/Shop.csproj" names; empty without one. */
static bytes project_of(const struct shell_command *c)
{
	for (size_t k = c->program + 2; k < c->len; k++)
		if (bytes_ends(c->words[k].text, BYTES(".csproj")) && !c->words[k].quoted &&
		    bytes_find(c->words[k].text, '$') == c->words[k].text.n)
			return c->words[k].text;
	return (bytes){ 0 };
}

static bool has_config(const struct rule_job *job)
{
	for (size_t k = 0; k < job->files.len; k++)
		if (bytes_equal_nocase(path_base(bytes_str(job->files.items[k].name)),
		                       BYTES("nuget.config")))
			return true;
	return false;
}

/* The mounts of the new restore: those that the RUN has, else NuGet.Config as a secret where there
 * is one, and the cache that a publish then has to see as well. */
static const char *mounts_of(const struct docker_file *f, const struct dockerfile_instruction *run,
                             bool publish)
{
	const char *text = "";

	for (size_t k = 0; k < run->flags.len; k++)
		text = arena_printf(f->job->arena, "%s%s ", text, docker_text(f, run->flags.items[k].text));
	if (run->flags.len > 0)
		return text;
	return arena_printf(f->job->arena, "%s%s",
	                    has_config(f->job) ? "--mount=type=secret," CONFIG " " : "",
	                    publish ? CACHE " " : "");
}

static void restore_first(const struct dotnet_scope *s, const struct docker_file *f,
                          struct job_finding *finding, const struct dockerfile_instruction *all,
                          const struct dockerfile_instruction *run)
{
	bytes dir = path_dir(bytes_str(f->job->files.items[f->file].name));
	const char *copy = copy_projects(s, f);
	struct docker_commands commands;

	docker_run(f, run, &commands);
	if (!copy || commands.len != 1 || run->json || run->heredocs.len > 0)
		return;
	const struct shell_command *c = &commands.items[0].shell;
	bytes project = project_of(c);
	const struct shell_word *verb = c->program + 1 < c->len ? &c->words[c->program + 1] : NULL;

	if (!shell_is(c, "dotnet") || !verb || (project.n == 0 && !dotnet_has_project(s, dir)))
		return;
	bool publish = !bytes_is(verb->text, "restore");

	docker_fix(f, finding, RULE_FIX_REVIEW, all->from, all->from,
	           arena_printf(f->job->arena, "%sRUN %sdotnet restore%s%s\n", copy,
	                        mounts_of(f, run, publish), project.n > 0 ? " " : "",
	                        docker_text(f, project)));
	if (!publish) {
		docker_delete(f, finding, RULE_FIX_REVIEW, run);
		return;
	}
	if (!shell_has(c, "--no-restore"))
		docker_fix(f, finding, RULE_FIX_REVIEW, verb->to, verb->to, " --no-restore");
	if (run->flags.len == 0)
		docker_fix(f, finding, RULE_FIX_REVIEW, c->from, c->from, CACHE " ");
}

static void check_order(const struct dotnet_scope *s, const struct docker_file *f)
{
	const struct dockerfile_instruction *all = NULL;

	for (size_t k = 0; k < f->dockerfile->instructions.len; k++) {
		const struct dockerfile_instruction *i = docker_instruction(f, k);

		if (i->kind == DOCKERFILE_FROM)
			all = NULL;
		if (builds(i) && all)
			restore_first(s, f, docker_find_at(f, RULE(DN013), all), all, i);
		if (builds(i))
			return; /* packages are there from now on */
		if (dotnet_copies_all(i))
			all = i;
	}
}

void dotnet_check_packages(const struct dotnet_scope *s, const struct docker_file *f)
{
	for (size_t k = 0; k < f->dockerfile->instructions.len; k++) {
		const struct dockerfile_instruction *i = docker_instruction(f, k);

		for (size_t n = 0; n < i->pairs.len; n++)
			if (i->kind == DOCKERFILE_ENV || i->kind == DOCKERFILE_ARG)
				check_credential(f, i, n);
	}
	check_order(s, f);
}
