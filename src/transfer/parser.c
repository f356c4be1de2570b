/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/parser.h"

#include "base/limits.h"
#include "base/pack.h"
#include "image/client.h"

int parser_start(struct parser *p, const struct local *archive, struct deadline deadline, err *e)
{
	static const struct inspector *const none[] = { NULL };
	bool landlock; /* seccomp seals where the kernel lacks it; `oakum selftest` tells */

	*p = (struct parser){ .serve = { .inspectors = none, .archive_fd = -1, .spool_fd = -1 } };
	if (archive && archive->is_archive)
		p->serve.archive_fd = archive->fd;
	struct worker_options o = { .serve = serve_main,
		                        .arg = &p->serve,
		                        .keep = { p->serve.archive_fd, -1 },
		                        .deadline = deadline };

	return worker_start(&o, &p->worker, &landlock, e);
}

void parser_stop(struct parser *p)
{
	worker_stop(p->worker);
	p->worker = NULL;
}

int parser_index(void *parser, bytes text, struct arena *a, struct oci_index *out, err *e)
{
	struct arena answer = ARENA_INIT;
	struct parser *p = parser;
	bytes packed;
	int status = client_ask(p->worker, REQUEST_INDEX, text, &answer, &packed, e);

	if (status == 0)
		status = oci_index_unpack(packed, a, out, e);
	arena_done(&answer);
	return status;
}

int parser_manifest(struct parser *p, bytes text, struct arena *a, struct oci_manifest *out, err *e)
{
	struct arena answer = ARENA_INIT;
	bytes packed;
	int status = client_ask(p->worker, REQUEST_MANIFEST, text, &answer, &packed, e);

	if (status == 0)
		status = oci_manifest_unpack(packed, a, out, e);
	arena_done(&answer);
	return status;
}

int parser_config(struct parser *p, bytes text, struct arena *a, struct oci_config *out, err *e)
{
	bytes packed;

	if (client_ask(p->worker, REQUEST_CONFIG, text, a, &packed, e) < 0)
		return -1;
	return oci_config_unpack(packed, a, out, e);
}

int parser_docker(struct parser *p, bytes text, struct arena *a, struct docker_manifest *out,
                  err *e)
{
	bytes packed;

	if (client_ask(p->worker, REQUEST_DOCKER, text, a, &packed, e) < 0)
		return -1;
	return oci_docker_unpack(packed, a, out, e);
}

int parser_layout(void *parser, bytes text, struct arena *a, struct layout_index *out, err *e)
{
	struct parser *p = parser;
	bytes packed;

	if (client_ask(p->worker, REQUEST_LAYOUT, text, a, &packed, e) < 0)
		return -1;
	return layout_index_unpack(packed, text.n, a, out, e);
}

int parser_append(struct parser *p, const struct append *in, struct arena *a, struct appended *out,
                  err *e)
{
	buf request = BUF_INIT(2 * LIMIT_MANIFEST + LIMIT_IDENTITY + 1024);
	bytes packed;

	append_pack(in, &request);
	int done = client_ask(p->worker, REQUEST_APPEND, buf_bytes(&request), a, &packed, e);

	buf_done(&request);
	return done < 0 ? -1 : appended_unpack(packed, a, out, e);
}

int parser_names(struct parser *p, struct local *archive, struct arena *a, err *e)
{
	buf request = BUF_INIT(16);
	bytes packed;

	pack_u64(&request, archive->size);
	int done = client_ask(p->worker, REQUEST_LIST, buf_bytes(&request), a, &packed, e);

	buf_done(&request);
	if (done < 0)
		return e->kind == ERR_FORMAT ? err_wrap(e, "no archive of an image") : -1;
	return local_names(archive, packed, a, e);
}
