/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/document.h"

#include "base/base64.h"
#include "base/limits.h"
#include "base/text.h"
#include "oci/media_type.h"
#include "oci/member.h"

#include <inttypes.h>

bytes oci_labels_get(const struct oci_labels *labels, const char *name)
{
	for (size_t i = 0; i < labels->len; i++)
		if (bytes_is(labels->items[i].name, name))
			return labels->items[i].value;
	return (bytes){ 0 };
}

bool oci_is_index(bytes media_type)
{
	return bytes_is(media_type, OCI_INDEX_TYPE) || bytes_is(media_type, DOCKER_INDEX_TYPE);
}

bool oci_is_manifest(bytes media_type)
{
	return bytes_is(media_type, OCI_MANIFEST_TYPE) || bytes_is(media_type, DOCKER_MANIFEST_TYPE);
}

bool oci_is_attestation(const struct descriptor *d)
{
	/* BuildKit gives attestations the platform unknown/unknown. An annotation or an artifact type
	 * beside a real platform, or beside none, is ignored by those who run images, so it must not
	 * hide the image from us. */
	return (bytes_is(d->reference_type, "attestation-manifest") ||
	        bytes_is(d->artifact_type, "application/vnd.docker.attestation.manifest.v1+json")) &&
	       bytes_is(d->platform.os, "unknown") && bytes_is(d->platform.architecture, "unknown");
}

static bool is_foreign_type(bytes media_type)
{
	return bytes_starts(media_type, BYTES("application/vnd.oci.image.layer.nondistributable.")) ||
	       bytes_starts(media_type, BYTES("application/vnd.docker.image.rootfs.foreign."));
}

static int parse_size(json v, uint64_t *out, err *e)
{
	json size = json_get(v, "size");

	if (json_type(size) == JSON_NONE)
		return err_set(e, ERR_FORMAT, 0, "'size' is missing");
	if (!json_u64(size, out))
		return err_set(e, ERR_FORMAT, 0, "'size' is no count of bytes: %s", SHOW(json_raw(size)));
	if (*out > LIMIT_BLOB)
		return err_set(e, ERR_LIMIT, 0, "'size' is %" PRIu64 "; a blob has at most %" PRIu64, *out,
		               LIMIT_BLOB);
	return 0;
}

static int parse_platform(json v, struct arena *a, struct platform *out, err *e)
{
	static const char *const known[] = { "os", "architecture", "variant", "os.version", NULL };
	json platform = { 0 };

	if (member_object(v, "platform", &platform, e) < 0 || member_check(platform, known, a, e) < 0 ||
	    member_platform(platform, a, out, e) < 0)
		return -1;
	return 0;
}

static int parse_type(json v, const char *name, struct arena *a, bytes *out, err *e)
{
	if (member_bytes(v, name, a, out, e) < 0)
		return -1;
	if (out->n > LIMIT_MEDIA_TYPE)
		return err_set(e, ERR_LIMIT, 0, "'%s' has %zu bytes; a media type has at most %d", name,
		               out->n, LIMIT_MEDIA_TYPE);
	return 0;
}

/* The two types that descriptors and documents have. */
static int parse_types(json v, struct arena *a, bytes *media, bytes *artifact, err *e)
{
	return parse_type(v, "mediaType", a, media, e) < 0 ||
	               parse_type(v, "artifactType", a, artifact, e) < 0
	           ? -1
	           : 0;
}

/* put_labels(notes, a, out, e): the members of `notes` that are strings. */
static int put_labels(json notes, struct arena *a, struct oci_labels *out, err *e)
{
	if (json_count(notes) > LIMIT_CONFIG_ITEMS)
		return err_set(e, ERR_LIMIT, 0, "'annotations' has %zu items", json_count(notes));
	for (json v = json_first(notes); json_type(v) != JSON_NONE; v = json_next(v)) {
		struct oci_label note = { .name = json_name(v, a) };

		if (json_str(v, a, &note.value))
			*ARENA_PUSH(a, out) = note;
	}
	return 0;
}

static int parse_notes(json v, struct arena *a, struct descriptor *out, err *e)
{
	json notes = { 0 };

	if (member_object(v, "annotations", &notes, e) < 0 ||
	    member_bytes(notes, "org.opencontainers.image.ref.name", a, &out->ref_name, e) < 0 ||
	    member_bytes(notes, "vnd.docker.reference.type", a, &out->reference_type, e) < 0 ||
	    member_bytes(notes, "vnd.docker.reference.digest", a, &out->reference_digest, e) < 0 ||
	    member_bytes(notes, "in-toto.io/predicate-type", a, &out->predicate_type, e) < 0)
		return -1;
	return put_labels(notes, a, &out->annotations, e);
}

static int parse_data(json v, struct arena *a, bytes *out, err *e)
{
	bytes text = { 0 };

	if (member_bytes(v, "data", a, &text, e) < 0)
		return -1;
	if (text.n > 0 && !base64_decode(text, a, out))
		return err_set(e, ERR_FORMAT, 0, "'data' is no base64");
	return 0;
}

static int parse_descriptor(json v, struct arena *a, struct descriptor *out, err *e)
{
	static const char *const known[] = { "mediaType",   "artifactType", "digest", "size", "urls",
		                                 "annotations", "platform",     "data",   NULL };
	json urls = { 0 };

	if (json_type(v) != JSON_OBJECT)
		return err_set(e, ERR_FORMAT, 0, "a descriptor should be an object");
	if (member_check(v, known, a, e) < 0 ||
	    parse_types(v, a, &out->media_type, &out->artifact_type, e) < 0 ||
	    member_digest(v, "digest", a, &out->digest, e) < 0 || parse_size(v, &out->size, e) < 0 ||
	    parse_platform(v, a, &out->platform, e) < 0 ||
	    member_array(v, "urls", LIMIT_INDEX_ENTRIES, &urls, e) < 0 ||
	    parse_notes(v, a, out, e) < 0 || parse_data(v, a, &out->data, e) < 0)
		return -1;
	if (out->media_type.n == 0)
		return err_set(e, ERR_FORMAT, 0, "'mediaType' is missing");
	out->foreign = json_count(urls) > 0 || is_foreign_type(out->media_type);
	return 0;
}

static int parse_descriptors(json object, const char *name, size_t max, struct arena *a,
                             struct descriptors *out, err *e)
{
	size_t notes = 0;
	json list = { 0 };

	if (member_array(object, name, max, &list, e) < 0)
		return -1;
	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v)) {
		if (parse_descriptor(v, a, ARENA_PUSH(a, out), e) < 0)
			return err_wrap(e, "%s[%zu]", name, out->len - 1);
		notes += out->items[out->len - 1].annotations.len;
		if (notes > LIMIT_CONFIG_ITEMS)
			return err_set(e, ERR_LIMIT, 0, "%s: more than %d annotations", name,
			               LIMIT_CONFIG_ITEMS);
	}
	return 0;
}

/* Version 1 names its layers by digest and its config by nothing: what it means cannot be
 * checked. */
static int refuse_schema1(json root, err *e)
{
	uint64_t version = 2;
	json v = json_get(root, "schemaVersion");

	/* containerd and containers/image read documents that leave it out. */
	if (member_has(root, "schemaVersion") && !json_u64(v, &version))
		return err_set(e, ERR_FORMAT, 0, "'schemaVersion' is no number");
	if (version == 1 || member_has(root, "fsLayers"))
		return err_set(e, ERR_FORMAT, 0,
		               "a Docker schema 1 manifest, a form given up in 2019; convert the image: "
		               "pull and push it with a current docker, or skopeo copy --format oci");
	if (version != 2)
		return err_set(e, ERR_FORMAT, 0, "'schemaVersion' is %" PRIu64 " and should be 2", version);
	return 0;
}

/* The media type a document gives itself must agree with what it is read as (CVE-2021-41190). */
static int check_media_type(bytes have, bool (*fits)(bytes), const char *what, err *e)
{
	if (have.n == 0 || fits(have))
		return 0;
	return err_set(e, ERR_FORMAT, 0, "'mediaType' is '%s', which is no %s", SHOW(have), what);
}

int oci_check_said(const struct descriptor *d, bytes said, err *e)
{
	if (said.n == 0 || bytes_equal(said, d->media_type))
		return 0;
	return err_set(e, ERR_FORMAT, 0, "it calls itself '%s', but came as '%s'", SHOW(said),
	               SHOW(d->media_type));
}

int oci_index_parse(bytes text, struct arena *a, struct oci_index *out, err *e)
{
	static const char *const known[] = { "schemaVersion", "mediaType", "artifactType", "manifests",
		                                 "config",        "layers",    "fsLayers",     NULL };
	struct oci_index v = { 0 };
	struct json_doc doc;

	if (member_open(text, LIMIT_MANIFEST, JSON_OBJECT, a, &doc, e) < 0)
		return -1;
	json root = json_root(&doc);

	if (member_check(root, known, a, e) < 0 || refuse_schema1(root, e) < 0 ||
	    parse_types(root, a, &v.media_type, &v.artifact_type, e) < 0 ||
	    check_media_type(v.media_type, oci_is_index, "image index", e) < 0)
		return -1;
	if (member_has(root, "config") || member_has(root, "layers"))
		return err_set(e, ERR_FORMAT, 0,
		               "an image index with 'config' or 'layers' could be read as a manifest too");
	if (!member_has(root, "manifests"))
		return err_set(e, ERR_FORMAT, 0, "'manifests' is missing: not an image index");
	if (parse_descriptors(root, "manifests", LIMIT_INDEX_ENTRIES, a, &v.manifests, e) < 0)
		return -1;
	*out = v;
	return 0;
}

static int parse_config_descriptor(json root, struct arena *a, struct descriptor *out, err *e)
{
	json config = { 0 };

	if (member_object(root, "config", &config, e) < 0)
		return -1;
	if (json_type(config) == JSON_NONE)
		return err_set(e, ERR_FORMAT, 0, "'config' is missing: not an image manifest");
	if (parse_descriptor(config, a, out, e) < 0)
		return err_wrap(e, "config");
	return 0;
}

static int parse_subject(json root, struct arena *a, struct oci_manifest *out, err *e)
{
	struct descriptor d = { 0 };
	json subject = { 0 };

	if (member_object(root, "subject", &subject, e) < 0)
		return -1;
	if (json_type(subject) == JSON_NONE)
		return 0;
	if (parse_descriptor(subject, a, &d, e) < 0)
		return err_wrap(e, "subject");
	out->has_subject = true;
	out->subject = d.digest;
	return 0;
}

static int parse_annotations(json root, struct arena *a, struct oci_manifest *out, err *e)
{
	json notes = { 0 };

	if (member_object(root, "annotations", &notes, e) < 0 ||
	    member_bytes(notes, "org.opencontainers.image.base.name", a, &out->base_name, e) < 0 ||
	    member_bytes(notes, "org.opencontainers.image.base.digest", a, &out->base_digest, e) < 0)
		return -1;
	return out->has_subject ? put_labels(notes, a, &out->annotations, e) : 0;
}

int oci_manifest_parse(bytes text, struct arena *a, struct oci_manifest *out, err *e)
{
	static const char *const known[] = { "schemaVersion", "mediaType", "artifactType", "config",
		                                 "layers",        "subject",   "annotations",  "manifests",
		                                 "fsLayers",      NULL };
	struct oci_manifest v = { 0 };
	struct json_doc doc;

	if (member_open(text, LIMIT_MANIFEST, JSON_OBJECT, a, &doc, e) < 0)
		return -1;
	json root = json_root(&doc);

	if (member_check(root, known, a, e) < 0 || refuse_schema1(root, e) < 0 ||
	    parse_types(root, a, &v.media_type, &v.artifact_type, e) < 0 ||
	    check_media_type(v.media_type, oci_is_manifest, "image manifest", e) < 0)
		return -1;
	if (member_has(root, "manifests"))
		return err_set(e, ERR_FORMAT, 0,
		               "an image manifest with 'manifests' could be read as an index too");
	if (parse_config_descriptor(root, a, &v.config, e) < 0 ||
	    parse_descriptors(root, "layers", LIMIT_LAYERS, a, &v.layers, e) < 0 ||
	    parse_subject(root, a, &v, e) < 0 || parse_annotations(root, a, &v, e) < 0)
		return -1;
	*out = v;
	return 0;
}

static int parse_docker_item(json v, struct arena *a, struct docker_item *out, err *e)
{
	static const char *const known[] = { "Config", "RepoTags", "Layers", NULL };

	if (json_type(v) != JSON_OBJECT)
		return err_set(e, ERR_FORMAT, 0, "should be an object");
	if (member_check(v, known, a, e) < 0 || member_bytes(v, "Config", a, &out->config, e) < 0 ||
	    member_strings(v, "RepoTags", LIMIT_CONFIG_ITEMS, a, &out->repo_tags, e) < 0 ||
	    member_strings(v, "Layers", LIMIT_LAYERS, a, &out->layers, e) < 0)
		return -1;
	if (out->config.n == 0)
		return err_set(e, ERR_FORMAT, 0, "'Config' is missing");
	return 0;
}

int oci_docker_parse(bytes text, struct arena *a, struct docker_manifest *out, err *e)
{
	struct docker_manifest v = { 0 };
	struct json_doc doc;

	if (member_open(text, LIMIT_MANIFEST, JSON_ARRAY, a, &doc, e) < 0)
		return -1;
	json root = json_root(&doc);

	if (json_count(root) > LIMIT_INDEX_ENTRIES)
		return err_set(e, ERR_LIMIT, 0, "%zu images; at most %d are read", json_count(root),
		               LIMIT_INDEX_ENTRIES);
	for (json item = json_first(root); json_type(item) != JSON_NONE; item = json_next(item))
		if (parse_docker_item(item, a, ARENA_PUSH(a, &v), e) < 0)
			return err_wrap(e, "image %zu", v.len);
	*out = v;
	return 0;
}
