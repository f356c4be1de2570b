/* SPDX-License-Identifier: Apache-2.0 */
/* engine - images that a local Docker or Podman holds, asked over its socket.
 *
 * Sources: Docker Engine API 1.41 and later (/images/NAME/json, /images/NAME/get, /images/load),
 * which Podman answers too. Docker is found by DOCKER_HOST (unix: only), else by the current
 * context (DOCKER_CONTEXT, or the one that ~/.docker/config.json names; contexts/meta), else at
 * /var/run/docker.sock, $XDG_RUNTIME_DIR/docker.sock, ~/.docker/run/docker.sock; then Podman by
 * CONTAINER_HOST, else at $XDG_RUNTIME_DIR/podman/podman.sock, /run/podman/podman.sock. An engine
 * is the user's own; of its answers nothing is believed but an id that is a digest and the text of
 * an error, both bounded and read strictly; what it exports is parsed in a sealed worker, as any
 * archive. Threading: belongs to one thread. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "net/http.h"

struct engine {
	const char *name; /* "docker", "podman", for people */
	const char *socket_path;
	const char *found_by; /* "DOCKER_HOST", "context 'desktop'", "default" */
};

struct engines {
	struct engine *items;
	size_t len, cap;
};

/* engines_find(environment, a, out, e): those whose socket exists, in the order they are asked; an
 * empty list is no error. ERR_USAGE for a DOCKER_HOST or context that is not a unix socket (what to
 * do instead is said) or does not exist; ERR_FORMAT, ERR_IO for a broken file of docker's. */
int engines_find(char *const *environment, struct arena *a, struct engines *out, err *e);

/* engine_inspect(engine, http, name, a, out_id, e): does it hold the image (name, id or digest)?
 * out_id: "sha256:…" of its config. ERR_ABSENT, ERR_NET (nobody listens, no permission: said with
 * what to do). */
int engine_inspect(const struct engine *engine, const struct http_options *http, const char *name,
                   struct arena *a, const char **out_id, err *e);

/* engine_export(engine, http, name, fd, max, e): the archive that `docker save` would write,
 * streamed into fd (an unlinked file: written once). At most max octets, ERR_LIMIT. */
int engine_export(const struct engine *engine, const struct http_options *http, const char *name,
                  int fd, uint64_t max, err *e);

/* engines_export(engines, want, a, out, out_size, e): from the first of them that holds the image,
 * into want->fd. An engine that cannot be asked is passed over; when no other has the image, its
 * error is what is said. ERR_ABSENT: none has it, or there is none. */
struct engine_search {
	const struct http_options *http;
	const char *only;  /* engines of this name; NULL: any */
	const char *image; /* as engine_inspect takes it */
	int fd;
};
int engines_export(const struct engines *engines, const struct engine_search *want, struct arena *a,
                   const struct engine **out, uint64_t *out_size, err *e);

/* engine_import(engine, http, source, e): what `docker load` does with an archive of `size` octets,
 * 0 when unknown (chunked). The engine's own error, which comes inside a 200, is ERR_IO. */
struct engine_source {
	int64_t (*read)(void *ctx, uint8_t *into, size_t cap, err *e);
	void *ctx;
	uint64_t size;
};
int engine_import(const struct engine *engine, const struct http_options *http,
                  const struct engine_source *source, err *e);
