/* SPDX-License-Identifier: Apache-2.0 */
/* Where engines listen: what docker and podman themselves look at, in their order. */
#include "base/limits.h"
#include "base/text.h"
#include "fmt/json.h"
#include "oci/engine.h"
#include "oci/member.h"
#include "sys/environment.h"
#include "sys/file.h"

#include <errno.h>
#include <sys/stat.h>

struct finder {
	char *const *environment;
	struct arena *arena;
	struct engines *out;
};

static const char *variable(const struct finder *f, const char *name)
{
	const char *value = environment_find(f->environment, name);

	return value && *value ? value : NULL;
}

/* add(f, name, path, found_by): when a socket is there and not listed yet. /run/docker.sock and
 * /var/run/docker.sock are one. */
static void add(struct finder *f, const char *name, const char *path, const char *found_by)
{
	struct stat st, other;

	if (stat(path, &st) < 0 || !S_ISSOCK(st.st_mode))
		return;
	for (size_t i = 0; i < f->out->len; i++)
		if (stat(f->out->items[i].socket_path, &other) == 0 && other.st_dev == st.st_dev &&
		    other.st_ino == st.st_ino)
			return;
	*ARENA_PUSH(f->arena, f->out) = (struct engine){ name, path, found_by };
}

/* add_url(f, name, url, found_by, e): "unix:///path". */
static int add_url(struct finder *f, const char *name, const char *url, const char *found_by,
                   err *e)
{
	bytes text = bytes_str(url);

	if (!bytes_take_prefix(&text, BYTES("unix://")) || text.n == 0 || text.p[0] != '/')
		return err_set(
			e, ERR_USAGE, 0,
			"%s is '%s'; only sockets of this machine are asked: unix:///PATH (forward a "
			"remote one with 'ssh -L', or name the image with docker:// and its registry)",
			found_by, SHOW(bytes_str(url)));
	add(f, name, arena_str(f->arena, text), found_by);
	return 0;
}

/* -- docker's contexts ------------------------------------------------------------------------- */

/* read_config(f, path, out, is_there, e): a JSON file of docker's, which the user need not have. */
static int read_config(struct finder *f, const char *path, struct json_doc *out, bool *is_there,
                       err *e)
{
	bytes text;

	*is_there = false;
	if (file_read_all(path, LIMIT_CREDENTIAL_FILE, f->arena, &text, e) < 0) {
		if (e->kind != ERR_ABSENT)
			return -1;
		err_clear(e); /* docker was never set up here */
		return 0;
	}
	*is_there = true;
	if (member_open(text, LIMIT_CREDENTIAL_FILE, JSON_OBJECT, f->arena, out, e) < 0)
		return err_wrap(e, "'%s'", SHOW(bytes_str(path)));
	return 0;
}

static const char *docker_folder(const struct finder *f)
{
	const char *own = variable(f, "DOCKER_CONFIG"), *home = variable(f, "HOME");

	if (own)
		return own;
	return home ? arena_printf(f->arena, "%s/.docker", home) : NULL;
}

/* current_context(f, folder, out, e): NULL for the default one. */
static int current_context(struct finder *f, const char *folder, const char **out, err *e)
{
	struct json_doc doc;
	bool is_there;
	bytes name = bytes_str(variable(f, "DOCKER_CONTEXT"));

	if (name.n == 0) {
		if (read_config(f, arena_printf(f->arena, "%s/config.json", folder), &doc, &is_there, e) <
		    0)
			return -1;
		if (is_there)
			name = json_bytes(json_get(json_root(&doc), "currentContext"), f->arena);
	}
	*out = name.n == 0 || bytes_is(name, "default") || bytes_find(name, '\0') < name.n
	           ? NULL
	           : arena_str(f->arena, name);
	return 0;
}

static int add_context(struct finder *f, const char *folder, const char *name, err *e)
{
	digest id = digest_of(DIGEST_SHA256, bytes_str(name));
	const char *found_by = arena_printf(f->arena, "context '%s'", SHOW(bytes_str(name)));
	const char *path = arena_printf(f->arena, "%s/contexts/meta/%s/meta.json", folder,
	                                strchr(DIGEST_TEXT(&id), ':') + 1);
	struct json_doc doc;
	bool is_there;

	if (read_config(f, path, &doc, &is_there, e) < 0)
		return -1;
	if (!is_there)
		return err_set(e, ERR_USAGE, 0,
		               "docker's %s does not exist ('docker context ls' lists them)", found_by);
	json docker = json_get(json_get(json_root(&doc), "Endpoints"), "docker");
	bytes host = json_bytes(json_get(docker, "Host"), f->arena);

	if (host.n == 0 || bytes_find(host, '\0') < host.n)
		return err_set(e, ERR_FORMAT, 0, "'%s' names no host", SHOW(bytes_str(path)));
	return add_url(f, "docker", arena_str(f->arena, host), found_by, e);
}

static int add_docker(struct finder *f, err *e)
{
	const char *host = variable(f, "DOCKER_HOST"), *folder = docker_folder(f), *context = NULL;
	const char *runtime = variable(f, "XDG_RUNTIME_DIR"), *home = variable(f, "HOME");

	if (host)
		return add_url(f, "docker", host, "DOCKER_HOST", e);
	if (folder && current_context(f, folder, &context, e) < 0)
		return -1;
	if (context)
		return add_context(f, folder, context, e);
	add(f, "docker", "/var/run/docker.sock", "default");
	if (runtime)
		add(f, "docker", arena_printf(f->arena, "%s/docker.sock", runtime), "default");
	if (home) /* Docker Desktop */
		add(f, "docker", arena_printf(f->arena, "%s/.docker/run/docker.sock", home), "default");
	return 0;
}

static int add_podman(struct finder *f, err *e)
{
	const char *host = variable(f, "CONTAINER_HOST"), *runtime = variable(f, "XDG_RUNTIME_DIR");

	if (host)
		return add_url(f, "podman", host, "CONTAINER_HOST", e);
	if (runtime)
		add(f, "podman", arena_printf(f->arena, "%s/podman/podman.sock", runtime), "default");
	add(f, "podman", "/run/podman/podman.sock", "default");
	return 0;
}

/* -- who holds an image ------------------------------------------------------------------------ */

static int find_holder(const struct engines *engines, const struct engine_search *want,
                       struct arena *a, const struct engine **out, err *e)
{
	const struct engine *first = NULL;
	err trouble = { 0 };
	const char *id;

	for (size_t i = 0; i < engines->len; i++) {
		const struct engine *engine = &engines->items[i];
		err failure = { 0 };

		if (want->only && strcmp(engine->name, want->only) != 0)
			continue;
		first = first ? first : engine;
		if (engine_inspect(engine, want->http, want->image, a, &id, &failure) == 0) {
			*out = engine;
			return 0;
		}
		if (failure.kind != ERR_ABSENT && !err_is_set(&trouble))
			trouble = failure;
	}
	if (err_is_set(&trouble)) {
		*e = trouble;
		return -1;
	}
	if (!first)
		return err_set(e, ERR_ABSENT, 0,
		               "no Docker or Podman is running here (no socket was found where "
		               "DOCKER_HOST, CONTAINER_HOST or their defaults name one)");
	return err_set(e, ERR_ABSENT, 0, "no image '%s' in %s%s", SHOW(bytes_str(want->image)),
	               first->name, engines->len > 1 ? " or the other engines here" : "");
}

int engines_export(const struct engines *engines, const struct engine_search *want, struct arena *a,
                   const struct engine **out, uint64_t *out_size, err *e)
{
	struct stat st;

	if (find_holder(engines, want, a, out, e) < 0)
		return -1;
	if (engine_export(*out, want->http, want->image, want->fd, LIMIT_BLOB, e) < 0)
		return err_wrap(e, "%s", (*out)->name);
	if (fstat(want->fd, &st) < 0)
		return err_set(e, ERR_IO, errno, "what %s gave", (*out)->name);
	*out_size = (uint64_t)st.st_size;
	return 0;
}

int engines_find(char *const *environment, struct arena *a, struct engines *out, err *e)
{
	struct engines found = { 0 };
	struct finder f = { environment, a, &found };

	if (add_docker(&f, e) < 0 || add_podman(&f, e) < 0)
		return -1;
	*out = found;
	return 0;
}
