/* SPDX-License-Identifier: Apache-2.0 */
/* What of the host a service sees: folders, sockets, devices. */
#include "base/path.h"
#include "base/text.h"
#include "rule/compose.h"

/* A volume in its short or its long form; source is empty for what is no folder of the host. */
struct mount {
	const struct yaml_node *node; /* of the list */
	bytes source, target, mode;
	bool read_only;
};

/* Up to the next colon that is neither in ${...} nor behind the letter of a drive. */
static bool take_part(bytes *rest, bytes *out)
{
	size_t n = 0, depth = 0;

	if (rest->n == 0)
		return false;
	if (rest->n > 2 && rest->p[1] == ':' && (rest->p[2] == '\\' || rest->p[2] == '/') &&
	    ((rest->p[0] | 0x20) >= 'a' && (rest->p[0] | 0x20) <= 'z'))
		n = 2;
	for (; n < rest->n && (depth > 0 || rest->p[n] != ':'); n++) {
		if (rest->p[n] == '{')
			depth++;
		else if (rest->p[n] == '}' && depth > 0)
			depth--;
	}
	*out = bytes_slice(*rest, 0, n);
	*rest = bytes_skip(*rest, n + 1);
	return true;
}

/* Options are divided by commas: "ro,z". */
static bool has_option(bytes mode, const char *option)
{
	bytes word;

	while (bytes_take_until(&mode, ',', &word))
		if (bytes_is(word, option))
			return true;
	return false;
}

/* A name without a slash, dot, tilde or variable in front is a named volume. */
static bool is_host_path(bytes source)
{
	return source.n > 0 && (bytes_find(BYTES("/.~$\\"), source.p[0]) < 5 ||
	                        (source.n > 1 && source.p[1] == ':'));
}

static struct mount mount_of(const struct yaml_node *v)
{
	struct mount m = { .node = v };
	bool truth;

	if (yaml_is(v, YAML_MAPPING)) {
		m.target = yaml_text(yaml_get(v, "target"));
		m.read_only = yaml_bool(yaml_get(v, "read_only"), &truth) && truth;
		m.mode = yaml_text(yaml_path(v, "bind.propagation"));
		m.source = yaml_text(yaml_get(v, "source"));
		if (!yaml_says(yaml_get(v, "type"), "bind") && !yaml_says(yaml_get(v, "type"), "npipe"))
			m.source = (bytes){ 0 };
		return m;
	}
	bytes rest = yaml_text(v), first = { 0 };

	(void)take_part(&rest, &first);
	if (!take_part(&rest, &m.target))
		return m; /* a volume without a name */
	m.mode = rest;
	m.read_only = has_option(m.mode, "ro");
	if (is_host_path(first))
		m.source = first;
	return m;
}

/* -- judgements ------------------------------------------------------------------------------- */

static bool is_socket(const struct mount *m)
{
	static const char *const names[] = { "docker.sock",      "containerd.sock", "crio.sock",
		                                 "cri-dockerd.sock", "podman.sock",     "buildkitd.sock",
		                                 "docker_engine",    "dockershim.sock" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (bytes_is(path_base(m->source), names[i]) || bytes_is(path_base(m->target), names[i]))
			return true;
	return false;
}

static bytes without_slash(bytes path)
{
	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	return path;
}

/* Read-only is no help: keys are read. */
static bool holds_keys(bytes source)
{
	static const char *const parts[] = { "/.ssh", "/.aws", "/.kube", "/.docker", "/.gnupg",
		                                 "/.azure" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (bytes_search(source, bytes_str(parts[i])) < source.n)
			return true;
	return bytes_is(without_slash(source), "/") || bytes_is(without_slash(source), "/root");
}

static bool is_of_system(bytes source)
{
	static const char *const folders[] = { "/bin",  "/boot", "/dev", "/etc", "/lib", "/lib64",
		                                   "/proc", "/run",  "/sbin", "/sys", "/usr",
		                                   "/var/lib/docker", "/var/lib/containerd", "/var/run" };

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		if (path_within(without_slash(source), bytes_str(folders[i])))
			return true;
	return false;
}

/* The short form gets ":ro" or ",ro", in the place of "rw" where that is written. */
static void lock(const struct compose_service *s, const struct yaml_editor *ed,
                 const struct mount *m)
{
	bytes text = yaml_text(m->node), mode = m->mode, word;
	const char *options = "ro";

	if (yaml_is(m->node, YAML_MAPPING)) {
		yaml_edit_put(ed, m->node, "read_only", "true");
		return;
	}
	while (bytes_take_until(&mode, ',', &word))
		if (!bytes_is(word, "rw"))
			options = arena_printf(s->in->job->arena, "%s,%s", options, SHOW(word));
	size_t n = m->mode.n > 0 ? text.n - m->mode.n - 1 : text.n;

	yaml_edit_scalar(ed, m->node,
	                 arena_printf(s->in->job->arena, "%s:%s",
	                              text_shown(s->in->job->arena, bytes_slice(text, 0, n)), options));
}

static void check_folder(const struct compose_service *s, const struct mount *m)
{
	bool keys = holds_keys(m->source);

	if (!keys && (!is_of_system(m->source) || m->read_only))
		return;
	struct job_finding *f = compose_find(s, CP015, m->node, "volumes");

	f->message = arena_printf(s->in->job->arena, "%s of the host%s", SHOW(m->source),
	                          keys ? "" : ", and it can be written");
	if (keys)
		return; /* a person has to say what of it is needed */
	struct yaml_editor ed = compose_fix(s, f, RULE_FIX_REVIEW);

	lock(s, &ed, m);
}

static void check_propagation(const struct compose_service *s, const struct mount *m)
{
	static const char *const shared[] = { "shared", "rshared" };
	const struct yaml_node *v = yaml_path(m->node, "bind.propagation");

	for (size_t i = 0; i < 2; i++) {
		if (!has_option(m->mode, shared[i]))
			continue;
		struct job_finding *f = compose_find(s, CP016, v ? v : m->node, "volumes");
		struct yaml_editor ed = compose_fix(s, f, RULE_FIX_SAFE);
		bytes text = yaml_text(m->node);

		if (v) {
			yaml_edit_delete(&ed, v);
			continue;
		}
		bytes rest = m->mode, word;
		char *new = text_shown(s->in->job->arena, bytes_slice(text, 0, text.n - m->mode.n - 1));

		for (char joint = ':'; bytes_take_until(&rest, ',', &word);)
			if (!bytes_is(word, shared[i])) {
				new = arena_printf(s->in->job->arena, "%s%c%s", new, joint, SHOW(word));
				joint = ',';
			}
		yaml_edit_scalar(&ed, m->node, new);
	}
}

void compose_check_mounts(const struct compose_service *s)
{
	for (const struct yaml_node *v = yaml_items(yaml_get(s->node, "volumes")); v; v = v->next) {
		struct mount m = mount_of(v);

		if (is_socket(&m)) {
			struct job_finding *f = compose_find(s, CP002, v, "volumes");
			struct yaml_editor ed = compose_fix(s, f, RULE_FIX_REVIEW);

			yaml_edit_delete(&ed, v);
		} else if (m.source.n > 0) {
			check_folder(s, &m);
		}
		check_propagation(s, &m);
	}
	for (const struct yaml_node *v = yaml_items(yaml_get(s->node, "devices")); v; v = v->next)
		compose_find(s, CP017, v, "devices");
}
