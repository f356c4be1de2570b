/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/attached.h"

#include "base/limits.h"
#include "base/text.h"
#include "fmt/stream.h"
#include "oci/platform.h"
#include "sys/file.h"
#include "transfer/origin.h"

#include <unistd.h>

struct search {
	const struct attached_options *options;
	bool (*wanted)(const struct descriptor *layer);
	struct arena arena;
	struct parser parser;
	struct registry *registry;
	struct origin origin;
	digest image;
	struct descriptors beside; /* what the indexes on the way to the image say is about something */
	struct descriptors found;
};

/* -- the source -------------------------------------------------------------------------------- */

static int open_place(struct search *s, const struct target *target, err *e)
{
	s->origin = (struct origin){
		.kind = target->kind, .target = target, .parser = &s->parser, .local = { .fd = -1 }
	};
	switch (target->kind) {
	case TARGET_REGISTRY:
		return reference_parse(target->tag, &s->arena, &s->origin.reference, e);
	case TARGET_LAYOUT:
	case TARGET_ARCHIVE:
	case TARGET_OCI_ARCHIVE: return local_open(target, &s->origin.local, e);
	case TARGET_DOCKER_ARCHIVE:
	case TARGET_DAEMON:
	case TARGET_NONE:
	case TARGET_ROOTFS:
	case TARGET_SBOM: break;
	}
	return err_set(e, ERR_USAGE, 0,
	               "nothing can be attached here; name the registry, the layout or the oci-archive "
	               "that the image was built into");
}

static int open_source(struct search *s, const struct target *target, err *e)
{
	struct registry_options registry = s->options->registry;

	registry.parse_index = parser_index;
	registry.parse_ctx = &s->parser;
	if (open_place(s, target, e) < 0 ||
	    parser_start(&s->parser, &s->origin.local, registry.http.deadline, e) < 0)
		return -1;
	if (target->kind == TARGET_REGISTRY && registry_open(&registry, &s->registry, e) < 0)
		return -1;
	s->origin.registry = s->registry;
	if (origin_begin(&s->origin, &s->arena, e) < 0)
		return -1;
	if (s->origin.kind == TARGET_DOCKER_ARCHIVE)
		return err_set(e, ERR_USAGE, 0, "docker's archives hold nothing that is attached");
	return 0;
}

/* -- the image --------------------------------------------------------------------------------- */

static void take_beside(struct search *s, const struct oci_index *index)
{
	for (size_t i = 0; i < index->manifests.len; i++)
		if (bytes_is(index->manifests.items[i].reference_type, "attestation-manifest"))
			*ARENA_PUSH(&s->arena, &s->beside) = index->manifests.items[i];
}

/* From what the target names to the manifest of the platform. */
static int find_image(struct search *s, err *e)
{
	const struct platform *want = &s->options->platform;
	struct descriptor d = { 0 };
	bytes content;

	take_beside(s, &s->origin.index);
	if (origin_root(&s->origin, want, &s->arena, &d, &content, e) < 0)
		return -1;
	for (int depth = 0; oci_is_index(d.media_type); depth++) {
		struct oci_index index = { 0 };

		if (depth >= LIMIT_INDEX_DEPTH)
			return err_set(e, ERR_LIMIT, 0, "indexes nested deeper than %d", LIMIT_INDEX_DEPTH);
		if (parser_index(&s->parser, content, &s->arena, &index, e) < 0)
			return err_wrap(e, "index %s", DIGEST_TEXT(&d.digest));
		int at = platform_choose(&index.manifests, want);

		if (at < 0)
			return err_set(e, ERR_ABSENT, 0, "no image for %s (choose with --platform)",
			               SHOW(bytes_str(platform_text(want, &s->arena))));
		take_beside(s, &index);
		d = index.manifests.items[at];
		if (oci_is_index(d.media_type) &&
		    origin_document(&s->origin, &d, &s->arena, &content, e) < 0)
			return -1;
	}
	s->image = d.digest;
	return 0;
}

/* -- what is attached to it -------------------------------------------------------------------- */

static bool is_bill(const struct descriptor *layer)
{
	bytes type = layer->predicate_type;

	return bytes_is(layer->media_type, "application/vnd.in-toto+json") &&
	       (bytes_starts(type, BYTES("https://spdx.dev/Document")) ||
	        bytes_starts(type, BYTES("https://cyclonedx.org/bom")));
}

/* OpenVEX has no registered media type; those that name it by its name are taken. */
static bool is_vex(const struct descriptor *layer)
{
	bytes media = layer->media_type, type = layer->predicate_type;

	if (bytes_is(media, "application/vnd.in-toto+json"))
		return bytes_starts(type, BYTES("https://openvex.dev/ns"));
	if (bytes_is(media, "application/vnd.dsse.envelope.v1+json"))
		return type.n == 0 || bytes_starts(type, BYTES("https://openvex.dev/ns"));
	return bytes_search(media, BYTES("openvex")) < media.n ||
	       bytes_search(media, BYTES("csaf")) < media.n;
}

/* look_into(s, d, refers, e): the statements of one manifest. refers: it must name the image as its
 * subject; else it may. */
static int look_into(struct search *s, const struct descriptor *d, bool refers, err *e)
{
	struct oci_manifest m = { 0 };
	bytes text;

	if (!oci_is_manifest(d->media_type))
		return 0;
	if (origin_document(&s->origin, d, &s->arena, &text, e) < 0 ||
	    parser_manifest(&s->parser, text, &s->arena, &m, e) < 0)
		return err_wrap(e, "attestation %s", DIGEST_TEXT(&d->digest));
	if ((refers || m.has_subject) && !digest_equal(&m.subject, &s->image))
		return err_set(e, ERR_UNTRUSTED, 0, "the attestation %s is not about this image",
		               DIGEST_TEXT(&d->digest));
	for (size_t i = 0; i < m.layers.len; i++) {
		if (s->wanted(&m.layers.items[i]))
			*ARENA_PUSH(&s->arena, &s->found) = m.layers.items[i];
	}
	return 0;
}

/* Signatures refer to images, too; they are not fetched. */
static bool may_hold_statements(const struct descriptor *d)
{
	bytes type = d->artifact_type;

	return type.n == 0 || bytes_is(type, "application/vnd.in-toto+json") ||
	       bytes_is(type, "application/vnd.docker.attestation.manifest.v1+json") ||
	       bytes_is(type, "application/vnd.dsse.envelope.v1+json") ||
	       bytes_search(type, BYTES("openvex")) < type.n;
}

static int find_beside(struct search *s, err *e)
{
	for (size_t i = 0; i < s->beside.len; i++)
		if (bytes_is(s->beside.items[i].reference_digest, DIGEST_TEXT(&s->image)) &&
		    look_into(s, &s->beside.items[i], false, e) < 0)
			return -1;
	return 0;
}

static int find_referrers(struct search *s, err *e)
{
	struct descriptors list = { 0 };

	if (origin_referrers(&s->origin, &s->image, &s->arena, &list, e) < 0)
		return err_wrap(e, "referrers of %s", DIGEST_TEXT(&s->image));
	for (size_t i = 0; i < list.len; i++)
		if (may_hold_statements(&list.items[i]) && look_into(s, &list.items[i], true, e) < 0)
			return -1;
	return 0;
}

static int find_bill(struct search *s, err *e)
{
	s->wanted = is_bill;
	if (find_image(s, e) < 0 || find_beside(s, e) < 0 ||
	    (s->found.len == 0 && find_referrers(s, e) < 0))
		return -1;
	if (s->found.len > 0)
		return 0;
	return err_set(e, ERR_UNSIGNED, 0,
	               "no bill of materials is attached to %s (BuildKit attaches one with "
	               "--sbom=true; without --attached one is made)",
	               DIGEST_TEXT(&s->image));
}

/* cosign's specification, "Storage": the tag is made of the image's digest. */
static int find_tagged(struct search *s, err *e)
{
	struct descriptor d = { 0 };
	bool found;

	if (origin_tagged(&s->origin, &s->image, "att", &s->arena, &d, &found, e) < 0)
		return -1;
	return found ? look_into(s, &d, false, e) : 0;
}

static int find_vex(struct search *s, err *e)
{
	s->wanted = is_vex;
	if (find_image(s, e) < 0 || find_beside(s, e) < 0 || find_referrers(s, e) < 0 ||
	    find_tagged(s, e) < 0)
		return -1;
	return s->found.len > 0 ? 0
	                        : err_set(e, ERR_UNSIGNED, 0, "no VEX is attached to %s",
	                                  DIGEST_TEXT(&s->image));
}

/* -- its octets -------------------------------------------------------------------------------- */

/* copy_blob(s, d, blob, take, ctx, e): every octet to take, and the digest at the end. */
static int copy_blob(struct search *s, const struct descriptor *d, struct blob *blob,
                     int (*take)(void *ctx, bytes part, err *e), void *ctx, err *e)
{
	struct hasher *h = hasher_new(d->digest.algorithm);
	uint8_t *part = arena_array(&s->arena, uint8_t, 64 * KIB);
	int64_t n = 0;

	while ((n = blob_read(blob, part, 64 * KIB, e)) > 0) {
		hasher_update(h, bytes_of(part, (size_t)n));
		if (take(ctx, bytes_of(part, (size_t)n), e) < 0) {
			n = -1;
			break;
		}
	}
	digest have = hasher_final(h);

	hasher_free(h);
	if (n < 0)
		return -1;
	return digest_equal(&have, &d->digest)
	           ? 0
	           : err_set(e, ERR_FORMAT, 0, "it has the digest %s", DIGEST_TEXT(&have));
}

static int fetch(struct search *s, const struct descriptor *d, uint64_t max,
                 int (*take)(void *ctx, bytes part, err *e), void *ctx, err *e)
{
	struct blob blob;

	if (d->size > max)
		return err_set(e, ERR_LIMIT, 0, "more than %u MiB", (unsigned)(max / MIB));
	if (blob_open(&s->origin, d, (bytes){ NULL, 0 }, 0, &blob, e) < 0)
		return -1;
	int done = copy_blob(s, d, &blob, take, ctx, e);

	blob_close(&blob);
	return done;
}

static int to_file(void *ctx, bytes part, err *e)
{
	return file_write_all(*(int *)ctx, "the attached bill", part, e);
}

static int fetch_file(struct search *s, int fd, err *e)
{
	if (fetch(s, &s->found.items[0], LIMIT_SBOM, to_file, &fd, e) < 0)
		return -1;
	return lseek(fd, 0, SEEK_SET) == 0 ? 0 : err_set(e, ERR_IO, 0, "a temporary file");
}

static int fetch_texts(struct search *s, struct arena *a, struct attached_texts *out, err *e)
{
	for (size_t i = 0; i < s->found.len; i++) {
		const struct descriptor *d = &s->found.items[i];
		const char *name = arena_str(a, bytes_str(DIGEST_TEXT(&d->digest)));
		buf text = BUF_INIT(LIMIT_SETTINGS);
		int done = fetch(s, d, LIMIT_SETTINGS, stream_to_buf, &text, e);

		*ARENA_PUSH(a, out) =
			(struct attached_text){ arena_bytes(a, buf_bytes(&text)), name };
		buf_done(&text);
		if (done < 0)
			return err_wrap(e, "attached VEX %s", name);
	}
	out->image = s->image;
	return 0;
}

static void search_done(struct search *s)
{
	if (s->registry)
		registry_close(s->registry);
	parser_stop(&s->parser);
	local_close(&s->origin.local);
	arena_done(&s->arena);
}

int attached_open(const struct target *target, const struct attached_options *options,
                  struct attached *out, err *e)
{
	struct search s = { .options = options, .origin = { .local = { .fd = -1 } } };
	int fd = -1, result = -1;

	if (open_source(&s, target, e) == 0 && find_bill(&s, e) == 0 &&
	    (fd = file_temp_unlinked(options->tmp_dir, e)) >= 0)
		result = fetch_file(&s, fd, e);
	if (fd >= 0 && result < 0)
		(void)err_wrap(e, "attached bill %s", DIGEST_TEXT(&s.found.items[0].digest));
	if (result == 0)
		*out = (struct attached){ fd, s.image, s.found.items[0].digest, s.found.len - 1 };
	else if (fd >= 0)
		close(fd);
	search_done(&s);
	return result;
}

int attached_vex(const struct target *target, const struct attached_options *options,
                 struct arena *a, struct attached_texts *out, err *e)
{
	struct search s = { .options = options, .origin = { .local = { .fd = -1 } } };
	int result = -1;

	*out = (struct attached_texts){ 0 };
	if (open_source(&s, target, e) == 0 && find_vex(&s, e) == 0)
		result = fetch_texts(&s, a, out, e);
	search_done(&s);
	return result;
}
