/* SPDX-License-Identifier: Apache-2.0 */
#include "image/source.h"

#include "base/limits.h"
#include "base/text.h"
#include "image/client.h"
#include "image/evidence.h"
#include "image/session.h"
#include "oci/engine.h"
#include "sys/file.h"

/* -- registries -------------------------------------------------------------------------------- */

static int parse_index(void *ctx, bytes text, struct arena *a, struct oci_index *out, err *e)
{
	struct session *s = ctx;
	bytes packed;

	if (client_ask(s->workers[0], REQUEST_INDEX, text, a, &packed, e) < 0)
		return -1;
	return oci_index_unpack(packed, a, out, e);
}

/* name_of(target): the reference behind a prefix. */
static const char *name_of(const struct target *target)
{
	return target->tag;
}

static int open_registry(struct session *s, err *e)
{
	struct registry_options o = s->options->network->registry;
	struct source *source = &s->source;

	o.parse_index = parse_index;
	o.parse_ctx = s;
	if (reference_parse(name_of(&s->image->target), &s->arena, &source->reference, e) < 0 ||
	    session_workers(s, session_threads(s, WORKERS_MOST), e) < 0)
		return -1;
	return registry_open(&o, &source->registry, e);
}

/* -- engines ----------------------------------------------------------------------------------- */

/* make_room(s, e): the file that the answer goes to. Workers must hold it: they are forked now. */
static int make_room(struct session *s, err *e)
{
	if (s->source.local.fd < 0) {
		s->source.local.fd = file_temp_unlinked(s->dir, e);
		if (s->source.local.fd < 0)
			return -1;
		s->serve.archive_fd = s->source.local.fd;
	}
	return session_workers(s, session_threads(s, WORKERS_MOST), e);
}

/* ask_engines(s, only, e): engines of this name (NULL: any) are asked, and the image exported. */
static int ask_engines(struct session *s, const char *only, err *e)
{
	struct image *image = s->image;
	struct engines engines;
	const struct engine *engine;

	if (engines_find(s->options->network->environment, &s->arena, &engines, e) < 0 ||
	    (engines.len > 0 && make_room(s, e) < 0))
		return -1;
	struct engine_search want = { &s->options->network->registry.http, only,
		                          name_of(&image->target), s->source.local.fd };

	if (engines_export(&engines, &want, &s->arena, &engine, &s->source.local.size, e) < 0)
		return -1;
	s->source.local.is_archive = true;
	s->source.target = (struct target){ TARGET_ARCHIVE, "", "", image->target.text };
	image->source = bytes_str(arena_printf(&image->arena, "%s (unix:%s, by %s)", engine->name,
	                                       SHOW(bytes_str(engine->socket_path)),
	                                       SHOW(bytes_str(engine->found_by))));
	return 0;
}

/* -- bare names -------------------------------------------------------------------------------- */

/* ask_local(s, name, e): whether engines of this name gave the image. One that cannot be asked must
 * not stop who has a registry as well: it is said. */
static bool ask_local(struct session *s, const char *name)
{
	err trouble = { 0 };

	if (ask_engines(s, name, &trouble) == 0)
		return true;
	if (trouble.kind != ERR_ABSENT)
		session_note(s, trouble.text);
	return false;
}

static int ask_in_order(struct session *s, err *e)
{
	const struct image_network *network = s->options->network;

	for (size_t i = 0; i < network->order_len; i++) {
		enum image_source_kind kind = network->order[i];

		if (kind == IMAGE_SOURCE_REMOTE)
			return open_registry(s, e);
		if (ask_local(s, kind == IMAGE_SOURCE_DOCKER ? "docker" : "podman"))
			return 0;
	}
	return err_set(e, ERR_ABSENT, 0,
	               "no engine here holds this image, and --image-src names no "
	               "registry ('remote')");
}

static int open_named(struct session *s, err *e)
{
	const struct target *target = &s->image->target;
	struct reference ref;

	if (!s->options->network)
		return err_set(e, ERR_ABSENT, 0,
		               "no such file or folder here, and this command asks no "
		               "registry");
	if (target->kind == TARGET_DAEMON)
		return ask_engines(s, NULL, e);
	/* What is no reference is not asked for anywhere. */
	if (reference_parse(name_of(target), &s->arena, &ref, e) < 0)
		return -1;
	return target->tag == target->text ? ask_in_order(s, e) : open_registry(s, e);
}

int source_open(struct session *s, err *e)
{
	const struct target *target = &s->image->target;
	struct source *source = &s->source;

	source->target = *target;
	if (target->kind == TARGET_REGISTRY || target->kind == TARGET_DAEMON)
		return open_named(s, e);
	if (local_open(target, &source->local, e) < 0)
		return -1;
	if (source->local.is_archive)
		s->serve.archive_fd = source->local.fd;
	return session_workers(s, 1, e);
}

void source_close(struct source *source)
{
	registry_close(source->registry);
	source->registry = NULL;
	local_close(&source->local);
}

/* -- documents of registries ------------------------------------------------------------------- */

/* What documents stand under in the cache, where layers have the version of their inspectors. One
 * is one record. */
static digest document_version(void)
{
	return digest_of(DIGEST_SHA256, BYTES("document"));
}

/* take_kept(s, d, max, a, out): false when the cache does not hold it whole. */
static bool take_kept(struct session *s, const digest *d, uint64_t max, struct arena *a, bytes *out)
{
	digest version = document_version(), same;
	err ignored = { 0 }; /* it is fetched again */
	int64_t row;
	bytes piece, document;

	if (!s->cache || !cache_find(s->cache, d, &version, &row, &same) ||
	    cache_read(s->cache, row, 0, &piece, &ignored) <= 0 ||
	    evidence_frame(&piece, &document, &ignored) <= 0 || document.n > max)
		return false;
	digest have = digest_of(d->algorithm, document);

	if (!digest_equal(&have, d))
		return false;
	*out = arena_bytes(a, document);
	return true;
}

static void keep(struct session *s, const digest *d, bytes document)
{
	digest version = document_version(), have = digest_of(d->algorithm, document);
	buf record = BUF_INIT(LIMIT_RECORD);
	err trouble = { 0 };

	if (!s->cache || !digest_equal(&have, d))
		return;
	for (unsigned shift = 0; shift < 32; shift += 8)
		buf_putc(&record, (uint8_t)(document.n >> shift));
	buf_put(&record, document);
	if (cache_put_begin(s->cache, d, d, &version, &trouble) < 0 ||
	    cache_put(s->cache, buf_bytes(&record), &trouble) < 0 ||
	    cache_put_end(s->cache, &trouble) < 0)
		session_drop_cache(s, &trouble);
	buf_done(&record);
}

static int fetch(struct session *s, const struct descriptor *d, uint64_t max, struct arena *a,
                 bytes *out, err *e)
{
	struct source *source = &s->source;
	struct reference at = reference_at(&source->reference, &d->digest);
	struct registry_document document;

	if (!oci_is_index(d->media_type) && !oci_is_manifest(d->media_type))
		return registry_blob(source->registry, &source->reference, d, max, a, out, e);
	if (registry_manifest(source->registry, &at, a, &document, e) < 0)
		return -1;
	*out = document.content;
	return 0;
}

int source_document(struct session *s, const struct descriptor *d, uint64_t max, struct arena *a,
                    bytes *out, err *e)
{
	if (take_kept(s, &d->digest, max, a, out))
		return 0;
	if (fetch(s, d, max, a, out, e) < 0)
		return -1;
	keep(s, &d->digest, *out);
	return 0;
}

/* A registry that does not tell by HEAD what a tag means is asked for the document itself. */
int source_resolve(struct session *s, struct arena *a, struct descriptor *out, err *e)
{
	const struct reference *ref = &s->source.reference;
	struct registry *registry = s->source.registry;
	struct registry_document document;
	struct hoard_hold held;

	s->image->source = bytes_str(
		arena_printf(&s->image->arena, "registry (%s)", SHOW(bytes_str(reference_api_host(ref)))));
	if (hoard_find(s->options->network->registry.hoard, &ref->digest, &held)) {
		*out = (struct descriptor){ .media_type = held.media_type,
			                        .digest = held.digest,
			                        .size = held.size };
		return 0;
	}
	if (registry_head(registry, ref, out, e) < 0)
		return -1;
	if (out->digest.algorithm != DIGEST_NONE)
		return 0;
	if (registry_manifest(registry, ref, a, &document, e) < 0)
		return -1;
	*out = (struct descriptor){ .media_type = document.media_type,
		                        .digest = document.digest,
		                        .size = document.content.n };
	keep(s, &document.digest, document.content);
	return 0;
}
