/* SPDX-License-Identifier: Apache-2.0 */
/* The family of Compose files: which of its parts look at which file. */
#include "rule/compose.h"

static void check_version(const struct compose_file *c)
{
	const struct yaml_node *v = yaml_get(c->root, "version");
	const struct job_file *file = &c->job->files.items[c->file];

	if (!v)
		return;
	struct job_finding *f = job_find(c->job, &compose_rules[CP023], c->file, v->key->from, v->to);
	struct yaml_editor ed = { file->yaml, &file->source, c->job->arena, &f->fix };

	f->message = "version means nothing any more";
	f->fix_class = RULE_FIX_SAFE;
	yaml_edit_delete(&ed, v);
}

static void check_duplicates(const struct compose_file *c)
{
	const struct yaml_file *yaml = c->job->files.items[c->file].yaml;

	for (size_t i = 0; i < yaml->duplicates.len; i++) {
		const struct yaml_fault *d = &yaml->duplicates.items[i];

		job_find(c->job, &compose_rules[CP024], c->file, d->at, d->at)->message = d->message;
	}
}

static void check_file(const struct compose_files *files, const struct compose_file *c)
{
	struct compose_service s;

	for (const struct yaml_node *v = yaml_first(c->services); v; v = v->next) {
		if (!compose_service(files, c, v, &s))
			continue;
		compose_check_rights(&s);
		compose_check_mounts(&s);
		compose_check_bounds(&s);
		compose_check_ports(&s);
		compose_check_secrets(&s);
	}
	compose_check_networks(files, c);
	compose_check_extensions(c);
	check_version(c);
	check_duplicates(c);
}

static void check(struct rule_job *job)
{
	struct compose_files files = compose_files(job);

	if (job->options->pss && !job->options->harden)
		return; /* by those standards alone */
	for (size_t i = 0; i < files.len; i++)
		check_file(&files, &files.items[i]);
	if (files.len > 0)
		compose_check_env(job);
}

const struct rule_family rule_family_compose = {
	.name = "compose",
	.rules = compose_rules,
	.len = COMPOSE_RULES,
	.check = check,
};
