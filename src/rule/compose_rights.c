/* SPDX-License-Identifier: Apache-2.0 */
/* What a service may do: its user, its capabilities, its walls. */
#include "base/text.h"
#include "rule/compose.h"

static bool is_true(const struct yaml_node *n)
{
	bool truth;

	return yaml_bool(n, &truth) && truth;
}

/* A member that must not be there goes. */
static void forbid(const struct compose_service *s, enum compose_rule rule,
                   const struct yaml_node *v, const char *field)
{
	struct job_finding *f = compose_find(s, rule, v, field);
	struct yaml_editor ed = compose_fix(s, f, compose_rules[rule].fix);

	yaml_edit_delete(&ed, v);
}

static void check_host(const struct compose_service *s)
{
	static const char *const keys[] = { "network_mode", "pid",         "ipc",
		                                "uts",          "userns_mode", "cgroup" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (yaml_says(yaml_get(s->node, keys[i]), "host"))
			forbid(s, CP003, yaml_get(s->node, keys[i]), keys[i]);
}

/* -- capabilities ----------------------------------------------------------------------------- */

static bytes capability(const struct yaml_node *v)
{
	bytes name = yaml_text(v);

	if (bytes_equal_nocase(bytes_slice(name, 0, 4), BYTES("CAP_")))
		name = bytes_skip(name, 4);
	return name;
}

static bool drops_all(const struct compose_service *s)
{
	for (size_t i = 0; i < s->layers_len; i++)
		for (const struct yaml_node *v = yaml_items(yaml_get(s->layers[i], "cap_drop")); v;
		     v = v->next)
			if (bytes_equal_nocase(yaml_text(v), BYTES("ALL")))
				return true;
	return false;
}

/* What the engine gives without being asked, and what is not worth a word. */
static bool is_usual(bytes name)
{
	static const char *const usual[] = { "AUDIT_WRITE",      "CHOWN",  "DAC_OVERRIDE", "FOWNER",
		                                 "FSETID",           "KILL",   "MKNOD",        "SETFCAP",
		                                 "NET_BIND_SERVICE", "SETGID", "SETPCAP",      "SETUID",
		                                 "SYS_CHROOT",       "IPC_LOCK" };

	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++)
		if (bytes_equal_nocase(name, bytes_str(usual[i])))
			return true;
	return false;
}

static void check_capabilities(const struct compose_service *s)
{
	const struct yaml_node *added = yaml_get(s->node, "cap_add");

	for (const struct yaml_node *v = yaml_items(added); v; v = v->next) {
		if (is_usual(capability(v)))
			continue;
		struct job_finding *f = compose_find(s, CP004, v, "cap_add");
		struct yaml_editor ed = compose_fix(s, f, RULE_FIX_REVIEW);

		f->message = arena_printf(s->in->job->arena, "%s is added", SHOW(yaml_text(v)));
		yaml_edit_delete(&ed, v);
	}
	if (s->partial || drops_all(s))
		return;
	struct job_finding *f = compose_find(s, CP004, NULL, "cap_drop");
	struct yaml_editor ed = compose_fix(s, f, RULE_FIX_REVIEW);

	f->message = "not all capabilities are dropped";
	compose_append(s, &ed, "cap_drop", "ALL");
}

/* -- security_opt ----------------------------------------------------------------------------- */

/* "seccomp:unconfined", and "seccomp=unconfined" of older versions. */
static bool option_is(const struct yaml_node *v, const char *name, const char *value)
{
	bytes text = yaml_text(v);

	return bytes_take_prefix(&text, bytes_str(name)) && text.n > 0 &&
	       (text.p[0] == ':' || text.p[0] == '=') && bytes_is(bytes_skip(text, 1), value);
}

static bool has_no_new_privileges(const struct compose_service *s)
{
	for (size_t i = 0; i < s->layers_len; i++)
		for (const struct yaml_node *v = yaml_items(yaml_get(s->layers[i], "security_opt")); v;
		     v = v->next)
			if (yaml_says(v, "no-new-privileges") || option_is(v, "no-new-privileges", "true"))
				return true;
	return false;
}

static void check_security_options(const struct compose_service *s)
{
	static const struct {
		const char *name, *off;
	} walls[] = { { "seccomp", "unconfined" },
		          { "apparmor", "unconfined" },
		          { "systempaths", "unconfined" },
		          { "label", "disable" } };
	const struct yaml_node *refused = NULL;

	for (const struct yaml_node *v = yaml_items(yaml_get(s->node, "security_opt")); v;
	     v = v->next) {
		for (size_t i = 0; i < sizeof(walls) / sizeof(*walls); i++)
			if (option_is(v, walls[i].name, walls[i].off))
				forbid(s, CP006, v,
				       arena_printf(s->in->job->arena, "security_opt.%s", walls[i].name));
		if (option_is(v, "no-new-privileges", "false"))
			refused = v;
	}
	if ((s->partial && !refused) || has_no_new_privileges(s))
		return;
	struct job_finding *f = compose_find(s, CP005, refused, "security_opt");
	struct yaml_editor ed = compose_fix(s, f, RULE_FIX_SAFE);

	if (refused)
		yaml_edit_scalar(&ed, refused, "no-new-privileges:true");
	else
		compose_append(s, &ed, "security_opt", "no-new-privileges:true");
}

/* -- root ------------------------------------------------------------------------------------- */

/* Something is mounted right on /tmp. */
static bool has_temporary(const struct compose_service *s)
{
	static const char *const keys[] = { "tmpfs", "volumes" };

	for (size_t i = 0; i < 2; i++) {
		const struct yaml_node *list = compose_get(s, keys[i]);

		if (yaml_says(list, "/tmp"))
			return true;
		for (const struct yaml_node *v = yaml_items(list); v; v = v->next) {
			bytes target = yaml_is(v, YAML_MAPPING) ? yaml_text(yaml_get(v, "target"))
			                                        : yaml_text(v);

			if (bytes_starts(target, BYTES("/tmp")) || bytes_ends(target, BYTES(":/tmp")))
				return true;
		}
	}
	return false;
}

static void check_read_only(const struct compose_service *s)
{
	const struct yaml_node *v = yaml_get(s->node, "read_only");
	bool read_only = is_true(compose_get(s, "read_only"));

	if (s->partial || (read_only && has_temporary(s)))
		return;
	struct job_finding *f = compose_find(s, CP007, v, "read_only");
	struct yaml_editor ed = compose_fix(s, f, RULE_FIX_REVIEW);

	if (read_only) {
		f->message = "the root is read-only, and there is no place for temporary files";
		compose_append(s, &ed, "tmpfs", "/tmp");
	} else {
		yaml_edit_put(&ed, s->node, "read_only", "true");
	}
}

static bool is_root(bytes user)
{
	bytes name = bytes_slice(user, 0, bytes_find(user, ':'));

	return bytes_is(name, "root") || bytes_is(name, "0");
}

/* The image is known to bring a user of its own. */
static bool has_user(const struct compose_service *s)
{
	if (s->build.stages_len > 0) {
		const struct docker_stage *last = &s->build.stages[s->build.final];

		return last->user ? last->user->words.len > 0 && !is_root(last->user->words.items[0].text)
		                  : docker_is_unprivileged(last);
	}
	return docker_is_unprivileged(&s->image);
}

static void check_user(const struct compose_service *s)
{
	const struct yaml_node *v = yaml_get(s->node, "user"), *anywhere = compose_get(s, "user");
	const struct compose_image *known = compose_known(s);
	const struct docker_stage *image = s->build.stages_len > 0 ? &s->build.stages[s->build.final]
	                                                           : &s->image;
	unsigned major;

	if (docker_is_windows(image) || (anywhere ? !v || !is_root(yaml_text(v)) : has_user(s)) ||
	    (s->partial && !v))
		return;
	struct job_finding *f = compose_find(s, CP008, v, "user");
	struct yaml_editor ed = compose_fix(s, f, RULE_FIX_REVIEW);
	const char *user = known                                    ? known->user
	                   : docker_is_dotnet(image, NULL, &major) ? "\"1654:1654\""
	                                                            : "\"10001:10001\"";

	f->message = v ? "the service runs as root" : "no user is named here or known of the image";
	yaml_edit_put(&ed, s->node, "user", user);
}

void compose_check_rights(const struct compose_service *s)
{
	if (is_true(yaml_get(s->node, "privileged")))
		forbid(s, CP001, yaml_get(s->node, "privileged"), "privileged");
	check_host(s);
	check_capabilities(s);
	check_security_options(s);
	check_read_only(s);
	check_user(s);
}
