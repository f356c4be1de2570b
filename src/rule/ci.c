/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/ci.h"

#include "base/path.h"
#include "base/text.h"

#define NEST 6 /* lists in lists: scripts of GitLab, jobs in stages of Azure */

/* -- files ------------------------------------------------------------------------------------ */

static bool is_step_of_azure(const struct yaml_node *v)
{
	static const char *const keys[] = { "script",     "bash",     "pwsh",     "powershell", "task",
		                                "checkout",   "template", "download", "publish",    "stage",
		                                "deployment", "job" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (yaml_find(v, keys[i]))
			return true;
	return false;
}

static bool is_job_of_gitlab(const struct yaml_node *v)
{
	return yaml_is(v, YAML_MAPPING) && (yaml_get(v, "script") || yaml_get(v, "before_script"));
}

static enum ci_system system_of(const struct yaml_node *root)
{
	static const char *const lists[] = { "stages", "jobs", "steps" };

	if (!yaml_is(root, YAML_MAPPING) || yaml_get(root, "apiVersion"))
		return CI_NONE;
	if ((yaml_find(root, "on") && yaml_is(yaml_get(root, "jobs"), YAML_MAPPING)) ||
	    yaml_is(yaml_path(root, "runs.steps"), YAML_SEQUENCE))
		return CI_GITHUB;
	for (size_t i = 0; i < 3; i++)
		if (is_step_of_azure(yaml_items(yaml_get(root, lists[i]))))
			return CI_AZURE;
	for (const struct yaml_node *v = yaml_first(root); v; v = v->next)
		if (is_job_of_gitlab(v))
			return CI_GITLAB;
	return CI_NONE;
}

struct ci_files ci_files(struct rule_job *job)
{
	struct ci_files out = { 0 };

	for (size_t i = 0; i < job->files.len; i++) {
		const struct yaml_file *yaml = job->files.items[i].yaml;
		const struct yaml_node *root = yaml && yaml->documents.len > 0 && !yaml->is_json
		                                   ? yaml_real(yaml->documents.items[0].root)
		                                   : NULL;
		enum ci_system system = system_of(root);

		if (system != CI_NONE)
			*ARENA_PUSH(job->arena, &out) = (struct ci_file){ job, i, system, root };
	}
	return out;
}

/* -- steps ------------------------------------------------------------------------------------ */

static void add_text(struct ci_step *s, const struct yaml_node *text, unsigned depth)
{
	struct arena *a = s->in->job->arena;
	struct shell_script script;

	if (yaml_is(text, YAML_SEQUENCE) && depth > 0) {
		for (const struct yaml_node *v = yaml_items(text); v; v = v->next)
			add_text(s, v, depth - 1);
		return;
	}
	text = yaml_real(text);
	if (!yaml_is(text, YAML_SCALAR))
		return;
	shell_split(yaml_text(text), a, &script);
	for (size_t i = 0; i < script.len; i++) {
		*ARENA_PUSH(a, &s->commands) = script.items[i];
		*ARENA_PUSH(a, &s->texts) = text;
	}
}

static void add_step(struct ci_steps *out, const struct ci_file *file, const struct yaml_node *node,
                     const struct yaml_node *steps, bytes job)
{
	static const char *const texts[] = { "run",          "script",       "bash",
		                                 "pwsh",         "powershell",   "before_script",
		                                 "after_script", "inputs.script", "inputs.inlineScript" };
	struct ci_step *s = ARENA_PUSH(file->job->arena, out);

	*s = (struct ci_step){ .in = file, .node = yaml_real(node), .steps = steps };
	s->label = job.n > 0 ? arena_printf(file->job->arena, "job/%s", SHOW(job)) : "";
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		add_text(s, yaml_path(node, texts[i]), NEST);
}

static void add_list(struct ci_steps *out, const struct ci_file *file,
                     const struct yaml_node *steps, bytes job)
{
	for (const struct yaml_node *v = yaml_items(steps); v; v = v->next)
		if (yaml_is(v, YAML_MAPPING))
			add_step(out, file, v, yaml_real(steps), job);
}

/* Stages have jobs, jobs have steps; a deployment hides its own below a strategy. */
static void add_azure(struct ci_steps *out, const struct ci_file *file, const struct yaml_node *v,
                      unsigned depth)
{
	static const char *const inner[] = { "stages", "jobs" };
	static const char *const strategies[] = { "strategy.runOnce.deploy.steps",
		                                      "strategy.rolling.deploy.steps",
		                                      "strategy.canary.deploy.steps" };
	bytes job = yaml_text(yaml_get(v, yaml_get(v, "job") ? "job" : "deployment"));

	add_list(out, file, yaml_get(v, "steps"), job);
	for (size_t i = 0; i < 3; i++)
		add_list(out, file, yaml_path(v, strategies[i]), job);
	for (size_t i = 0; i < 2 && depth > 0; i++)
		for (const struct yaml_node *n = yaml_items(yaml_get(v, inner[i])); n; n = n->next)
			add_azure(out, file, n, depth - 1);
}

struct ci_steps ci_steps(const struct ci_file *file)
{
	const struct yaml_node *root = file->root;
	struct ci_steps out = { 0 };

	switch (file->system) {
	case CI_GITHUB:
		for (const struct yaml_node *v = yaml_first(yaml_get(root, "jobs")); v; v = v->next)
			add_list(&out, file, yaml_get(v, "steps"), yaml_text(v->key));
		add_list(&out, file, yaml_path(root, "runs.steps"), (bytes){ 0 });
		break;
	case CI_AZURE: add_azure(&out, file, root, NEST); break;
	case CI_GITLAB:
		for (const struct yaml_node *v = yaml_first(root); v; v = v->next)
			if (is_job_of_gitlab(v))
				add_step(&out, file, v, NULL, yaml_text(v->key));
		break;
	case CI_NONE: break;
	}
	return out;
}

/* -- what steps do ---------------------------------------------------------------------------- */

bool ci_uses(const struct ci_step *s, const char *const *names)
{
	bytes action = yaml_text(yaml_get(s->node, "uses"));
	bytes task = yaml_text(yaml_get(s->node, "task"));
	bytes name = bytes_slice(action, 0, bytes_find(action, '@'));

	if (action.n == 0)
		name = bytes_slice(task, 0, bytes_find(task, '@'));
	for (; *names; names++) {
		bytes wanted = bytes_str(*names);

		/* "snyk/actions/" stands for all in it. */
		if (bytes_ends(wanted, BYTES("/"))
		        ? bytes_equal_nocase(bytes_slice(name, 0, wanted.n), wanted)
		        : bytes_equal_nocase(name, wanted))
			return true;
	}
	return false;
}

/* The words behind the program, as far as asked: "docker buildx build". */
bool ci_is_command(const struct shell_command *c, const char *words)
{
	bytes rest = bytes_str(words), word = { 0 };
	size_t at = c->program;

	(void)bytes_take_until(&rest, ' ', &word);
	if (at >= c->len || !bytes_equal(path_base(c->words[at].text), word))
		return false;
	while (bytes_take_until(&rest, ' ', &word))
		if (++at >= c->len || !bytes_equal(c->words[at].text, word))
			return false;
	return true;
}

static bool runs_one_of(const struct ci_step *s, const char *const *commands)
{
	for (size_t i = 0; i < s->commands.len; i++)
		for (const char *const *c = commands; *c; c++)
			if (ci_is_command(&s->commands.items[i], *c))
				return true;
	return false;
}

static bool publishes_container(const struct ci_step *s)
{
	for (size_t i = 0; i < s->commands.len; i++) {
		const struct shell_command *c = &s->commands.items[i];

		for (size_t w = c->program + 1; ci_is_command(c, "dotnet publish") && w < c->len; w++)
			if (bytes_ends(c->words[w].text, BYTES("PublishContainer")))
				return true;
	}
	return false;
}

bool ci_builds(const struct ci_step *s)
{
	static const char *const actions[] = { "docker/build-push-action", "docker/bake-action",
		                                   "redhat-actions/buildah-build", "Docker", NULL };
	static const char *const commands[] = { "docker build",       "docker buildx build",
		                                    "docker buildx bake", "docker compose build",
		                                    "podman build",       "buildah build",
		                                    "buildah bud",        "executor",
		                                    "nerdctl build",      NULL };

	return ci_uses(s, actions) || runs_one_of(s, commands) || publishes_container(s);
}

bool ci_scans(const struct ci_step *s)
{
	static const char *const actions[] = {
		"aquasecurity/trivy-action", "anchore/scan-action",       "snyk/actions/",
		"docker/scout-action",       "bridgecrewio/checkov-action", "hadolint/hadolint-action",
		"gitleaks/gitleaks-action",  "azure/container-scan",      "github/codeql-action/analyze",
		NULL
	};
	static const char *const commands[] = { "trivy", "grype", "snyk", "dockle", "hadolint",
		                                    "checkov", "kubescape", "docker scout", "osv-scanner",
		                                    "gitleaks", "trufflehog", "semgrep", "oakum scan",
		                                    "oakum check", "oakum audit", "oakum secrets", NULL };

	return ci_uses(s, actions) || runs_one_of(s, commands);
}

bool ci_uploads(const struct ci_step *s)
{
	static const char *const reports[] = { "github/codeql-action/upload-sarif",
		                                   "PublishTestResults", NULL };
	static const char *const others[] = { "actions/upload-artifact", "PublishBuildArtifacts",
		                                  "PublishPipelineArtifact", NULL };
	static const char *const words[] = { "sarif", "report", "result", "scan", "trivy", "grype",
		                                 "junit", "sbom" };
	static const char *const fields[] = { "with.path", "with.name", "inputs.targetPath",
		                                  "inputs.PathtoPublish", "inputs.artifact", "publish" };

	if (ci_uses(s, reports))
		return true;
	if (!ci_uses(s, others) && !yaml_find(s->node, "publish"))
		return false;
	for (size_t f = 0; f < sizeof(fields) / sizeof(*fields); f++) {
		bytes text = yaml_text(yaml_path(s->node, fields[f]));

		for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
			if (bytes_search(text, bytes_str(words[i])) < text.n)
				return true;
	}
	return false;
}

bool ci_is_scheduled(const struct ci_file *file)
{
	bytes text = file->job->files.items[file->file].text;

	switch (file->system) {
	case CI_GITHUB: return yaml_path(file->root, "on.schedule") != NULL;
	case CI_AZURE: return yaml_get(file->root, "schedules") != NULL;
	/* The schedule itself is kept by the server; a job that knows of it says so. */
	case CI_GITLAB: return bytes_search(text, BYTES("schedule")) < text.n;
	case CI_NONE: break;
	}
	return false;
}

bool ci_is_rebuilt(struct rule_job *job)
{
	struct ci_files files = ci_files(job);

	for (size_t i = 0; i < files.len; i++)
		if (ci_is_scheduled(&files.items[i]))
			return true;
	return false;
}

/* "pin: minor+rebuild" is what is meant without a word. */
static bool asks_for_digests(const struct rule_job *job)
{
	for (size_t i = 0; i < job->files.len; i++) {
		const struct job_file *f = &job->files.items[i];

		if (bytes_is(path_base(bytes_str(f->name)), "oakum.yaml") && f->yaml &&
		    f->yaml->documents.len > 0 &&
		    yaml_says(yaml_get(f->yaml->documents.items[0].root, "pin"), "digest+bot"))
			return true;
	}
	return false;
}

bool ci_lets_tags_move(struct rule_job *job)
{
	return !asks_for_digests(job) && ci_is_rebuilt(job);
}

/* -- findings --------------------------------------------------------------------------------- */

struct job_finding *ci_find(const struct ci_step *s, enum ci_rule rule,
                            const struct yaml_node *node)
{
	const struct yaml_node *at = node ? node : yaml_first(s->node);
	struct job_finding *f;

	at = at ? at : s->node; /* a step is named by its first line */
	f = job_find(s->in->job, &ci_rules[rule], s->in->file, at->key ? at->key->from : at->from,
	             at->to);
	f->object = s->label;
	return f;
}

struct yaml_editor ci_fix(const struct ci_file *file, struct job_finding *finding,
                          enum rule_fix class)
{
	const struct job_file *f = &file->job->files.items[file->file];

	finding->fix_class = class;
	return (struct yaml_editor){ f->yaml, &f->source, file->job->arena, &finding->fix };
}

bool ci_place(const struct ci_file *file, const struct yaml_node *scalar, bytes what,
              size_t *out_from)
{
	bytes text = file->job->files.items[file->file].text;
	bytes span = bytes_slice(text, scalar->from, scalar->to - scalar->from);
	size_t at = bytes_search(span, what);
	bytes rest = bytes_skip(span, at + what.n);

	if (what.n == 0 || at == span.n || bytes_search(rest, what) < rest.n)
		return false;
	*out_from = scalar->from + at;
	return true;
}
