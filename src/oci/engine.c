/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/engine.h"

#include "base/limits.h"
#include "base/text.h"
#include "oci/member.h"
#include "sys/file.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PIECE ((size_t)256 << 10)

/* One request to one engine. Paths bear no version: the engine's own is meant, and engines give up
 * old ones (Docker 29 all before 1.44). */
struct call {
	const struct engine *engine;
	struct arena arena;
	struct http *http;
	struct http_exchange *answer;
};

/* knock(engine, e): who may not, or finds nobody, is told what to do; libcurl says only "could not
 * connect". */
static int knock(const struct engine *engine, err *e)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t n = strlen(engine->socket_path);
	auto_fd fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || n >= sizeof(to.sun_path))
		return err_set(e, ERR_IO, fd < 0 ? errno : ENAMETOOLONG, "%s", engine->socket_path);
	memcpy(to.sun_path, engine->socket_path, n);
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0 || errno == EAGAIN)
		return 0;
	if (errno == EACCES || errno == EPERM)
		return err_set(e, ERR_NET, errno,
		               "%s at %s lets this user not in (join its group, or use sudo)", engine->name,
		               engine->socket_path);
	return err_set(e, ERR_NET, errno, "%s at %s (found by %s; is it running?)", engine->name,
	               engine->socket_path, engine->found_by);
}

static int call_open(struct call *c, const struct engine *engine, const struct http_options *http,
                     err *e)
{
	struct http_options o = *http;

	*c = (struct call){ .engine = engine };
	o.socket_path = engine->socket_path;
	o.https_proxy = o.http_proxy = o.no_proxy = NULL;
	o.idle_ms = LIMIT_HTTP_COMMIT_MS; /* an engine packs or unpacks meanwhile */
	return knock(engine, e) < 0 ? -1 : http_open(&o, &c->http, e);
}

static int call_close(struct call *c, int status)
{
	http_end(c->answer);
	if (c->http)
		http_close(c->http);
	arena_done(&c->arena);
	return status;
}

/* An image's name inside a path: slashes, colons and '@' stay, as both engines take them. */
static const char *escape_name(const char *name, struct arena *a)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/:@";
	buf out = BUF_INIT(4 * LIMIT_PATH);

	for (const char *p = name; *p && out.n < (size_t)3 * LIMIT_PATH; p++) {
		if (strchr(plain, *p))
			buf_putc(&out, (uint8_t)*p);
		else
			buf_printf(&out, "%%%02X", (unsigned)(uint8_t)*p);
	}
	char *kept = arena_str(a, buf_bytes(&out));

	buf_done(&out);
	return kept;
}

/* refused(c, name, e): what the engine says of a status that is not 200: {"message": "..."}. */
static int refused(struct call *c, const char *name, err *e)
{
	int status = http_status(c->answer);
	struct json_doc doc;
	bytes text, message = { 0 };
	err ignored = { 0 }; /* an answer that cannot be read explains nothing */

	if (http_read_all(c->answer, LIMIT_TOKEN, &c->arena, &text, &ignored) == 0 &&
	    member_open(text, LIMIT_TOKEN, JSON_OBJECT, &c->arena, &doc, &ignored) == 0)
		message = json_bytes(json_get(json_root(&doc), "message"), &c->arena);
	if (status == 404)
		return err_set(e, ERR_ABSENT, 0, "%s holds no image '%s'", c->engine->name,
		               SHOW(bytes_str(name)));
	return err_set(e, ERR_NET, 0, "%s answers %d: %s", c->engine->name, status, SHOW(message));
}

/* get(c, path, name, e): GET, and its status is 200. */
static int get(struct call *c, const char *what, const char *name, err *e)
{
	struct http_request request = { .method = HTTP_GET };

	request.url = arena_printf(&c->arena, "http://localhost/images/%s/%s",
	                           escape_name(name, &c->arena), what);
	if (http_send(c->http, &request, &c->answer, e) < 0)
		return -1;
	return http_status(c->answer) == 200 ? 0 : refused(c, name, e);
}

static int read_id(struct call *c, struct arena *a, const char **out_id, err *e)
{
	struct json_doc doc;
	bytes text, id;
	digest d;

	if (http_read_all(c->answer, LIMIT_CONFIG, &c->arena, &text, e) < 0 ||
	    member_open(text, LIMIT_CONFIG, JSON_OBJECT, &c->arena, &doc, e) < 0 ||
	    member_bytes(json_root(&doc), "Id", &c->arena, &id, e) < 0)
		return -1;
	/* Podman leaves out the algorithm in some versions. */
	if (id.n == 64)
		id = bytes_str(arena_printf(&c->arena, "sha256:" PRIb, BYTESF(id)));
	if (digest_parse(id, &d, e) < 0)
		return err_wrap(e, "'Id'");
	*out_id = arena_str(a, id);
	return 0;
}

int engine_inspect(const struct engine *engine, const struct http_options *http, const char *name,
                   struct arena *a, const char **out_id, err *e)
{
	struct call c;

	if (call_open(&c, engine, http, e) < 0 || get(&c, "json", name, e) < 0)
		return call_close(&c, -1);
	if (read_id(&c, a, out_id, e) < 0)
		return call_close(&c, err_wrap(e, "%s's answer", engine->name));
	return call_close(&c, 0);
}

static int store(struct call *c, int fd, uint64_t max, err *e)
{
	uint8_t *piece = arena_alloc(&c->arena, PIECE);
	uint64_t at = 0;
	int64_t n;

	while ((n = http_read(c->answer, piece, PIECE, e)) > 0) {
		at += (uint64_t)n;
		if (at > max)
			return err_set(e, ERR_LIMIT, 0, "more than %s", SIZE_TEXT(max));
		if (file_write_all(fd, "a temporary file", bytes_of(piece, (size_t)n), e) < 0)
			return -1;
	}
	return n < 0 ? -1 : 0;
}

int engine_export(const struct engine *engine, const struct http_options *http, const char *name,
                  int fd, uint64_t max, err *e)
{
	struct call c;

	if (call_open(&c, engine, http, e) < 0 || get(&c, "get", name, e) < 0)
		return call_close(&c, -1);
	if (store(&c, fd, max, e) < 0)
		return call_close(&c, err_wrap(e, "export from %s", engine->name));
	return call_close(&c, 0);
}

/* find_error(c, text, e): one JSON document a line; an error comes inside a 200. A line that is
 * none says nothing, but one document at least must be there. */
static int find_error(struct call *c, bytes text, err *e)
{
	bytes line;
	bool any = false;

	while (bytes_line(&text, &line)) {
		struct json_doc doc;
		err ignored = { 0 };

		if (member_open(line, LIMIT_CONFIG, JSON_OBJECT, &c->arena, &doc, &ignored) < 0)
			continue;
		any = true;
		bytes message = json_bytes(json_get(json_root(&doc), "error"), &c->arena);

		if (message.n > 0)
			return err_set(e, ERR_IO, 0, "%s: %s", c->engine->name, SHOW(message));
	}
	return any ? 0
	           : err_set(e, ERR_NET, 0, "%s does not say whether it took the image",
	                     c->engine->name);
}

static int load(struct call *c, const struct engine_source *source, err *e)
{
	static const struct http_header headers[] = { { "Content-Type", "application/x-tar" }, { 0 } };
	struct http_request request = {
		.method = HTTP_POST,
		.url = "http://localhost/images/load?quiet=1",
		.headers = headers,
		.body = { .read = source->read,
		          .ctx = source->ctx,
		          .size = source->size ? source->size : HTTP_SIZE_UNKNOWN },
	};
	bytes text;

	if (http_send(c->http, &request, &c->answer, e) < 0)
		return -1;
	if (http_status(c->answer) != 200)
		return refused(c, "", e);
	if (http_read_all(c->answer, LIMIT_CONFIG, &c->arena, &text, e) < 0)
		return -1;
	return find_error(c, text, e);
}

int engine_import(const struct engine *engine, const struct http_options *http,
                  const struct engine_source *source, err *e)
{
	struct call c;

	if (call_open(&c, engine, http, e) < 0)
		return call_close(&c, -1);
	return call_close(&c, load(&c, source, e));
}
