/* SPDX-License-Identifier: Apache-2.0 */
/* How much a service may take, how it is watched, and which image it is. */
#include "base/path.h"
#include "base/text.h"
#include "rule/compose.h"

/* Files of version 3, and services that have such limits already, have them below deploy; both
 * places at once must agree, and most engines refuse it. */
static bool uses_deploy(const struct compose_service *s)
{
	bytes version = yaml_text(yaml_get(s->in->root, "version"));

	return compose_get(s, "deploy.resources") || bytes_starts(version, BYTES("3"));
}

struct bound {
	enum compose_rule rule;
	const char *deploy, *plain, *value, *message;
};

static void need_bound(const struct compose_service *s, const struct bound *b)
{
	const char *path = arena_printf(s->in->job->arena, "deploy.resources.limits.%s", b->deploy);

	if (compose_get(s, path) || compose_get(s, b->plain))
		return;
	struct job_finding *f = compose_find(s, b->rule, NULL, path);
	struct yaml_editor ed = compose_fix(s, f, compose_rules[b->rule].fix);

	f->message = b->message;
	yaml_edit_put_path(&ed, s->node, uses_deploy(s) ? path : b->plain, b->value);
}

static void check_limits(const struct compose_service *s)
{
	static const struct bound bounds[] = {
		{ CP009, "memory", "mem_limit", "512m", "its memory is not limited" },
		{ CP010, "cpus", "cpus", "\"1.0\"", "its processor time is not limited" },
		{ CP011, "pids", "pids_limit", "200", "the number of its processes is not limited" },
	};

	for (size_t i = 0; i < sizeof(bounds) / sizeof(*bounds); i++)
		need_bound(s, &bounds[i]);
}

static void check_restart(const struct compose_service *s)
{
	const struct yaml_node *v = yaml_get(s->node, "restart");

	if (!yaml_says(v, "always") && !yaml_says(v, "unless-stopped"))
		return;
	struct job_finding *f = compose_find(s, CP012, v, "restart");
	struct yaml_editor ed = compose_fix(s, f, RULE_FIX_REVIEW);

	yaml_edit_scalar(&ed, v, "on-failure:5");
}

/* -- health ----------------------------------------------------------------------------------- */

static bool build_has_check(const struct compose_service *s)
{
	const struct dockerfile *d = s->build.dockerfile;

	for (size_t i = 0; d && i < d->instructions.len; i++)
		if (d->instructions.items[i].kind == DOCKERFILE_HEALTHCHECK &&
		    docker_is_final(&s->build, &d->instructions.items[i]))
			return true;
	return false;
}

static void check_health(const struct compose_service *s)
{
	const struct yaml_node *own = yaml_get(s->node, "healthcheck"), *test = yaml_get(own, "test");
	const struct yaml_node *off = yaml_get(own, "disable");
	const struct compose_image *known = compose_known(s);
	bool disabled;

	if (!yaml_bool(off, &disabled) || !disabled)
		off = yaml_says(test, "NONE") || yaml_says(yaml_items(test), "NONE") ? test : NULL;
	if (!off && (s->partial || compose_get(s, "healthcheck") || build_has_check(s)))
		return;
	struct job_finding *f = compose_find(s, CP018, off, "healthcheck");

	f->message = off ? "the health check is switched off" : "there is no health check";
	if (!off && !(known && known->probe))
		return; /* what answers in this image is not known */
	struct yaml_editor ed = compose_fix(s, f, RULE_FIX_REVIEW);

	if (!off)
		yaml_edit_put(&ed, s->node, "healthcheck",
		              arena_printf(s->in->job->arena, "test: %s\ninterval: 30s", known->probe));
	else if (off != test)
		yaml_edit_delete(&ed, off);
	else
		yaml_edit_delete(&ed, own);
}

/* -- image ------------------------------------------------------------------------------------ */

static void check_image(const struct compose_service *s)
{
	const struct yaml_node *v = yaml_get(s->node, "image");
	const struct docker_stage *i = &s->image;

	if (!v || compose_get(s, "build") || i->digest.n > 0 || !compose_is_literal(yaml_text(v)))
		return;
	struct job_finding *f = compose_find(s, CP020, v, "image");
	const char *more = job_pin(s->in->job, f, yaml_text(v), i->tag.n > 0);

	f->message = i->tag.n == 0                  ? "the image has no tag"
	             : bytes_is(i->tag, "latest") ? "latest moves"
	                                            : "the image is not pinned by digest";
	if (!more || !text_is_utf8(yaml_text(v)))
		return; /* nobody has asked for the digest */
	struct yaml_editor ed = compose_fix(s, f, RULE_FIX_INPUT);

	yaml_edit_scalar(&ed, v, arena_printf(ed.arena, PRIb "%s", BYTESF(yaml_text(v)), more));
}

/* -- the rest --------------------------------------------------------------------------------- */

static void check_log(const struct compose_service *s)
{
	const struct yaml_node *log = yaml_get(s->node, "logging");
	bytes driver = yaml_text(compose_get(s, "logging.driver"));

	if (driver.n > 0 && !bytes_is(driver, "json-file"))
		return; /* it keeps its own bounds */
	if (compose_get(s, "logging.options.max-size"))
		return;
	struct job_finding *f = compose_find(s, CP022, log, "logging");
	struct yaml_editor ed = compose_fix(s, f, RULE_FIX_REVIEW);

	f->message = "the size of its log is not limited";
	if (log)
		yaml_edit_put_path(&ed, log, "options.max-size", "10m");
	else
		yaml_edit_put(&ed, s->node, "logging", "options:\n  max-size: 10m\n  max-file: \"3\"");
}

static void check_system(const struct compose_service *s)
{
	const struct yaml_node *group = yaml_get(s->node, "cgroup_parent");

	if (group) {
		struct job_finding *f = compose_find(s, CP022, group, "cgroup_parent");
		struct yaml_editor ed = compose_fix(s, f, RULE_FIX_REVIEW);

		f->message = "it has a control group of its own";
		yaml_edit_delete(&ed, group);
	}
	if (s->partial)
		return;
	if (!compose_get(s, "ulimits")) {
		struct job_finding *f = compose_find(s, CP022, NULL, "ulimits");
		struct yaml_editor ed = compose_fix(s, f, RULE_FIX_REVIEW);

		f->message = "the number of its open files is not limited";
		yaml_edit_put(&ed, s->node, "ulimits", "nofile: 65536");
	}
	check_log(s);
}

static void check_obsolete(const struct compose_service *s)
{
	const struct yaml_node *links = yaml_get(s->node, "links");
	const struct yaml_node *name = yaml_get(s->node, "container_name");

	if (name) {
		struct job_finding *f = compose_find(s, CP023, name, "container_name");
		struct yaml_editor ed = compose_fix(s, f, RULE_FIX_REVIEW);

		f->message = "a fixed name forbids a second copy";
		yaml_edit_delete(&ed, name);
	}
	if (!links)
		return;
	struct job_finding *f = compose_find(s, CP023, links, "links");

	f->message = "services of one network find each other by name";
	for (const struct yaml_node *v = yaml_items(links); v; v = v->next)
		if (bytes_find(yaml_text(v), ':') < yaml_text(v).n)
			return; /* the other name would be lost */
	struct yaml_editor ed = compose_fix(s, f, RULE_FIX_SAFE);

	yaml_edit_delete(&ed, links);
}

void compose_check_bounds(const struct compose_service *s)
{
	if (!s->partial)
		check_limits(s);
	check_restart(s);
	check_health(s);
	check_image(s);
	check_system(s);
	check_obsolete(s);
}
