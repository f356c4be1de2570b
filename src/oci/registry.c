/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/registry.h"

#include "base/limits.h"
#include "base/text.h"
#include "oci/media_type.h"
#include "oci/registry_call.h"
#include "oci/registry_reading.h"

#include <inttypes.h>
#include <stdio.h>

/* -- the client -------------------------------------------------------------------------------- */

/* "docker.io=mirror.example/hub" */
static int add_mirror(struct registry *r, const char *text, err *e)
{
	bytes place = bytes_str(text), of, host;

	if (!bytes_take_until(&place, '=', &of) || of.n == 0 || place.n == 0)
		return err_set(e, ERR_USAGE, 0, "a mirror is HOST=PLACE, not '%s'", SHOW(bytes_str(text)));
	(void)bytes_take_until(&place, '/', &host);
	struct mirror **end = &r->mirrors, *m = arena_new(&r->arena, struct mirror);

	while (*end)
		end = &(*end)->next;
	m->of = arena_str(&r->arena, of);
	m->host = arena_str(&r->arena, host);
	m->prefix = place.n ? arena_printf(&r->arena, PRIb "/", BYTESF(place)) : "";
	*end = m;
	return 0;
}

int registry_open(const struct registry_options *options, struct registry **out, err *e)
{
	struct arena arena = ARENA_INIT;
	struct registry *r = arena_new(&arena, struct registry);

	r->options = *options;
	r->arena = arena;
	for (const char *const *m = options->mirrors; m && *m; m++)
		if (add_mirror(r, *m, e) < 0) {
			arena = r->arena;
			arena_wipe(&arena);
			return -1;
		}
	pthread_mutex_init(&r->lock, NULL);
	pthread_mutex_init(&r->asking, NULL);
	pthread_mutex_init(&r->meeting, NULL);
	r->credentials = credentials_open(&options->credentials);
	*out = r;
	return 0;
}

void registry_close(struct registry *r)
{
	if (!r)
		return;
	auth_close(r);
	credentials_close(r->credentials);
	http_close(r->http);
	pthread_mutex_destroy(&r->lock);
	pthread_mutex_destroy(&r->asking);
	pthread_mutex_destroy(&r->meeting);
	struct arena arena = r->arena;

	arena_wipe(&arena);
}

int registry_http(struct registry *r, struct http **out, err *e)
{
	int result = 0;

	pthread_mutex_lock(&r->lock);
	if (!r->http)
		result = http_open(&r->options.http, &r->http, e);
	*out = r->http;
	pthread_mutex_unlock(&r->lock);
	return result;
}

struct host *registry_host(struct registry *r, const char *name)
{
	struct host *h;

	pthread_mutex_lock(&r->lock);
	for (h = r->hosts; h; h = h->next)
		if (strcmp(h->name, name) == 0)
			break;
	if (!h) {
		h = arena_new(&r->arena, struct host);
		h->name = arena_str(&r->arena, bytes_str(name));
		h->next = r->hosts;
		r->hosts = h;
	}
	pthread_mutex_unlock(&r->lock);
	return h;
}

void registry_note(struct registry *r, const char *fmt, ...)
{
	char text[sizeof(((err *)0)->text)];
	va_list ap;

	if (!r->options.note)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	r->options.note(r->options.note_ctx, text);
}

/* -- manifests --------------------------------------------------------------------------------- */

/* distribution-spec 1.1, "Pulling manifests": what the client understands. */
static const struct http_header accept_manifests[] = {
	{ "Accept",
	  OCI_INDEX_TYPE ", " OCI_MANIFEST_TYPE ", " DOCKER_INDEX_TYPE ", " DOCKER_MANIFEST_TYPE },
	{ 0 },
};

bytes reading_media_type(const struct http_exchange *x)
{
	bytes type = bytes_str(http_header(x, "Content-Type")), before;

	if (!bytes_take_until(&type, ';', &before))
		return bytes_of(NULL, 0);
	return bytes_trim(before);
}

/* CVE-2021-41190: what a document is read as must be said, and said the same everywhere. */
static int take_media_type(const struct http_exchange *x, struct arena *a, bytes *out, err *e)
{
	bytes type = reading_media_type(x);

	if (bytes_starts(type, BYTES("application/vnd.docker.distribution.manifest.v1+")))
		return err_set(e, ERR_FORMAT, 0,
		               "a Docker schema 1 manifest, a form given up in 2019; convert the image: "
		               "pull and push it with a current docker");
	if (!oci_is_index(type) && !oci_is_manifest(type))
		return err_set(e, ERR_FORMAT, 0, "the Content-Type '%s' is that of no manifest",
		               SHOW(type));
	*out = arena_bytes(a, type);
	return 0;
}

/* Docker-Content-Digest: none when it is not said. */
int reading_digest(const struct http_exchange *x, digest *out, err *e)
{
	const char *text = http_header(x, "Docker-Content-Digest");

	memset(out, 0, sizeof(*out));
	if (text && digest_parse(bytes_str(text), out, e) < 0)
		return err_wrap(e, "Docker-Content-Digest");
	return 0;
}

static int check_digest(const digest *want, const digest *have, err *e)
{
	if (want->algorithm == DIGEST_NONE || have->algorithm == DIGEST_NONE ||
	    digest_equal(want, have))
		return 0;
	return err_set(e, ERR_FORMAT, 0, "its digest is %s and should be %s", DIGEST_TEXT(have),
	               DIGEST_TEXT(want));
}

static const char *manifest_path(const struct reference *ref, struct arena *a)
{
	if (ref->digest.algorithm != DIGEST_NONE)
		return arena_printf(a, "manifests/%s", DIGEST_TEXT(&ref->digest));
	return arena_printf(a, "manifests/%s", ref->tag);
}

static const char *manifest_what(const struct reference *ref, struct arena *a)
{
	if (ref->digest.algorithm != DIGEST_NONE)
		return arena_printf(a, "manifest %s", DIGEST_TEXT(&ref->digest));
	return arena_printf(a, "manifest '%s'", ref->tag);
}

static int take_head(const struct http_exchange *x, const struct reference *ref,
                     struct descriptor *out, err *e)
{
	/* Static names, so that the answer outlives the exchange. */
	static const char *const types[] = {
		OCI_INDEX_TYPE,
		OCI_MANIFEST_TYPE,
		DOCKER_INDEX_TYPE,
		DOCKER_MANIFEST_TYPE,
	};
	const char *length = http_header(x, "Content-Length");
	struct descriptor d = { 0 };
	bytes type = reading_media_type(x);

	if (reading_digest(x, &d.digest, e) < 0 || check_digest(&ref->digest, &d.digest, e) < 0)
		return -1;
	if (length && !text_take_u64(bytes_str(length), 10, LIMIT_MANIFEST, &d.size))
		return err_set(e, ERR_LIMIT, 0, "it has %s bytes; a manifest has at most %s",
		               SHOW(bytes_str(length)), SIZE_TEXT(LIMIT_MANIFEST));
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (bytes_is(type, types[i]))
			d.media_type = bytes_str(types[i]);
	*out = d;
	return 0;
}

int registry_head(struct registry *r, const struct reference *ref, struct descriptor *out, err *e)
{
	struct arena a = ARENA_INIT;
	const struct call c = { .what = manifest_what(ref, &a),
		                    .host = ref->host,
		                    .repository = ref->repository,
		                    .method = HTTP_HEAD,
		                    .path = manifest_path(ref, &a),
		                    .headers = accept_manifests };
	struct answer answer;
	int result = call_send(r, &c, &a, &answer, e);

	if (result == 0 && http_status(answer.x) != 200) {
		result = call_refuse(r, &c, answer.x, e);
	} else if (result == 0) {
		result = take_head(answer.x, ref, out, e);
		http_end(answer.x);
	}
	if (result < 0)
		(void)call_wrap(&c, e);
	arena_wipe(&a);
	return result;
}

static int take_manifest(struct http_exchange *x, const struct reference *ref, bytes content,
                         struct arena *a, struct registry_document *out, err *e)
{
	struct registry_document doc = { .content = content };
	digest said;

	if (take_media_type(x, a, &doc.media_type, e) < 0 || reading_digest(x, &said, e) < 0)
		return -1;
	enum digest_algorithm algorithm = ref->digest.algorithm != DIGEST_NONE ? ref->digest.algorithm
	                                  : said.algorithm != DIGEST_NONE      ? said.algorithm
	                                                                       : DIGEST_SHA256;

	doc.digest = digest_of(algorithm, doc.content);
	if (check_digest(&ref->digest, &doc.digest, e) < 0)
		return -1;
	if (said.algorithm == algorithm && check_digest(&said, &doc.digest, e) < 0)
		return err_wrap(e, "Docker-Content-Digest");
	*out = doc;
	return 0;
}

static int read_within(struct registry *r, const struct reference *ref, size_t max,
                       struct arena *a, struct registry_document *out, const char **out_etag,
                       err *e)
{
	struct arena scratch = ARENA_INIT;
	const struct call c = { .what = manifest_what(ref, &scratch),
		                    .host = ref->host,
		                    .repository = ref->repository,
		                    .method = HTTP_GET,
		                    .path = manifest_path(ref, &scratch),
		                    .headers = accept_manifests };
	struct answer answer;
	bytes content;
	int result = call_read(r, &c, max, &scratch, &answer, &content, e);

	if (result == 0 && http_status(answer.x) != 200) {
		result = call_refuse(r, &c, answer.x, e);
	} else if (result == 0) {
		const char *etag = http_header(answer.x, "ETag");

		result = take_manifest(answer.x, ref, arena_bytes(a, content), a, out, e);
		*out_etag = etag && etag[0] == '"' ? arena_str(a, bytes_str(etag)) : NULL;
		http_end(answer.x);
	}
	if (result < 0)
		(void)call_wrap(&c, e);
	arena_wipe(&scratch);
	return result;
}

int reading_manifest(struct registry *r, const struct reference *ref, struct arena *a,
                     struct registry_document *out, const char **out_etag, err *e)
{
	return read_within(r, ref, LIMIT_MANIFEST, a, out, out_etag, e);
}

bool reading_mirror(struct registry *r, const struct reference *ref, size_t i, struct arena *a,
                    struct reference *out)
{
	struct mirror *m = r->mirrors;

	for (; m; m = m->next)
		if (strcmp(m->of, ref->host) == 0 && i-- == 0)
			break;
	if (!m)
		return false;
	*out = *ref;
	out->host = m->host;
	out->repository = arena_printf(a, "%s%s", m->prefix, ref->repository);
	return true;
}

static int fetch_within(struct registry *r, const struct reference *ref, size_t max,
                        struct arena *a, struct registry_document *out, err *e)
{
	struct reference want = *ref, there;
	struct descriptor meant;
	const char *etag;

	/* A mirror is believed by digest only: what the tag means, the registry says. */
	if (reading_mirror(r, ref, 0, a, &there) && want.digest.algorithm == DIGEST_NONE) {
		if (registry_head(r, ref, &meant, e) < 0)
			return e->kind != ERR_NET
			           ? -1
			           : err_wrap(e,
			                      "what the tag '%s' means is not for a mirror to say (name the "
			                      "digest, or the image at the mirror)",
			                      ref->tag);
		want.digest = meant.digest;
	}
	for (size_t i = 0;
	     want.digest.algorithm != DIGEST_NONE && reading_mirror(r, &want, i, a, &there); i++) {
		err failed = { 0 }; /* told, and the next place is asked */

		if (read_within(r, &there, max, a, out, &etag, &failed) == 0) {
			registry_note(r, "%s/%s answered for %s", there.host, there.repository, ref->host);
			return 0;
		}
		registry_note(r, "%s", failed.text);
	}
	return read_within(r, &want, max, a, out, &etag, e);
}

/* take_held(r, ref, max, a, out, e): 1: out of the hoard; 0: it is not there. */
static int take_held(struct registry *r, const struct reference *ref, size_t max, struct arena *a,
                     struct registry_document *out, err *e)
{
	struct hoard_hold held;

	if (!hoard_find(r->options.hoard, &ref->digest, &held) || held.media_type.n == 0 ||
	    held.size > max)
		return 0;
	uint8_t *room = arena_alloc(a, (size_t)held.size);

	if (hoard_read(&held, 0, room, (size_t)held.size, e) < 0)
		return -1;
	const bytes content = bytes_of(room, (size_t)held.size);

	*out = (struct registry_document){ content, arena_bytes(a, held.media_type),
		                               digest_of(ref->digest.algorithm, content) };
	return check_digest(&ref->digest, &out->digest, e) < 0 ? -1 : 1;
}

static void put_held(struct registry *r, const struct registry_document *doc)
{
	struct hoard_hold hold;

	if (hoard_begin(r->options.hoard, &doc->digest, doc->content.n, &hold) &&
	    hoard_write(&hold, 0, doc->content))
		hoard_keep(&hold, doc->media_type);
}

int registry_manifest_within(struct registry *r, const struct reference *ref, size_t max,
                             struct arena *a, struct registry_document *out, err *e)
{
	int held = take_held(r, ref, max, a, out, e);

	if (held != 0)
		return held > 0 ? 0 : -1;
	if (fetch_within(r, ref, max, a, out, e) < 0)
		return -1;
	put_held(r, out);
	return 0;
}

int registry_manifest(struct registry *r, const struct reference *ref, struct arena *a,
                      struct registry_document *out, err *e)
{
	return registry_manifest_within(r, ref, LIMIT_MANIFEST, a, out, e);
}

size_t registry_requests(struct registry *r)
{
	return atomic_load(&r->requests);
}
