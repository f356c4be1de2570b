/* SPDX-License-Identifier: Apache-2.0 */
/* document - the JSON documents of an image: index, manifest, config, docker's manifest.json.
 *
 * Sources: OCI image-spec 1.1 (image-index.md, manifest.md, config.md, annotations.md), Docker
 * image manifest v2 schema 2, Docker image spec 1.2 and 1.3 (docker save). Parsing runs in a
 * sealed worker; pack and unpack carry the result over its pipe (base/pack.h), and unpack trusts
 * nothing. Unknown members are ignored, as the specification asks; known ones of a wrong type are
 * ERR_FORMAT, and so are names that differ from a known one only in case, which Go takes for it.
 * null counts as absent. Every slice is arena memory or borrows from the input.
 * Threading: pure functions. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "crypto/digest.h"

struct strings {
	bytes *items;
	size_t len, cap;
};

/* A label of a config, an annotation of a manifest. */
struct oci_label {
	bytes name, value;
};
struct oci_labels {
	struct oci_label *items;
	size_t len, cap;
};

struct platform {
	bytes os, architecture, variant, os_version; /* GOOS, GOARCH names; empty when unsaid */
};

/* What a document says about a blob elsewhere (descriptor.md). Those of one document have at most
 * LIMIT_CONFIG_ITEMS annotations together. */
struct descriptor {
	bytes media_type, artifact_type;
	digest digest;
	uint64_t size; /* at most LIMIT_BLOB */
	struct platform platform;
	bytes ref_name;       /* annotation org.opencontainers.image.ref.name */
	bytes reference_type; /* annotation vnd.docker.reference.type: "attestation-manifest" */
	bytes reference_digest; /* annotation vnd.docker.reference.digest: what that is about */
	bytes predicate_type;   /* annotation in-toto.io/predicate-type: of a statement */
	bool foreign;         /* has urls, or a non-distributable media type */
	bytes data; /* its octets, as the descriptor carries them: not checked; empty: it does not */
	struct oci_labels annotations; /* those that are strings, the ones above among them */
};

struct descriptors {
	struct descriptor *items;
	size_t len, cap;
};

struct oci_index {
	bytes media_type, artifact_type;
	struct descriptors manifests;
};

struct oci_manifest {
	bytes media_type, artifact_type;
	struct descriptor config;
	struct descriptors layers;
	bool has_subject;
	digest subject;
	struct oci_labels annotations;  /* when it has a subject: those that are strings */
	bytes base_name, base_digest; /* annotations org.opencontainers.image.base.* */
};

struct oci_history {
	bytes created, created_by, comment;
	bool empty_layer;
};

/* Where programs are looked for when the image has no PATH: as Docker and containerd. */
#define OCI_PATH_DEFAULT "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct oci_config {
	struct platform platform;
	bytes created, author; /* created: RFC 3339 as written */
	bytes user, working_dir, stop_signal;
	struct strings env, entrypoint, cmd, exposed_ports, volumes;
	bool has_entrypoint, has_cmd;
	struct strings healthcheck; /* docker's Healthcheck.Test */
	struct oci_labels labels;
	struct {
		struct oci_history *items;
		size_t len, cap;
	} history;
	struct {
		digest *items;
		size_t len, cap;
	} diff_ids;
};

/* One image of a docker archive (manifest.json is an array of them). */
struct docker_item {
	bytes config;                     /* path in the archive */
	struct strings repo_tags, layers; /* layers: paths in the archive, base first */
};
struct docker_manifest {
	struct docker_item *items;
	size_t len, cap;
};

/* X_parse(text, a, out, e): ERR_FORMAT, ERR_LIMIT. An index document with a "config" member, or a
 * manifest with "manifests", is refused: one digest must not be read as two things
 * (CVE-2021-41190). */
int oci_index_parse(bytes text, struct arena *a, struct oci_index *out, err *e);
int oci_manifest_parse(bytes text, struct arena *a, struct oci_manifest *out, err *e);
int oci_config_parse(bytes text, struct arena *a, struct oci_config *out, err *e);
int oci_docker_parse(bytes text, struct arena *a, struct docker_manifest *out, err *e);

void oci_index_pack(const struct oci_index *v, buf *out);
void oci_manifest_pack(const struct oci_manifest *v, buf *out);
void oci_config_pack(const struct oci_config *v, buf *out);
void oci_docker_pack(const struct docker_manifest *v, buf *out);
/* X_unpack(in, a, out, e): slices are copied to the arena. ERR_BUG when malformed. */
int oci_index_unpack(bytes in, struct arena *a, struct oci_index *out, err *e);
int oci_manifest_unpack(bytes in, struct arena *a, struct oci_manifest *out, err *e);
int oci_config_unpack(bytes in, struct arena *a, struct oci_config *out, err *e);
int oci_docker_unpack(bytes in, struct arena *a, struct docker_manifest *out, err *e);

/* oci_labels_get(labels, name): the value; empty when there is none. Borrows. */
bytes oci_labels_get(const struct oci_labels *labels, const char *name);

/* oci_is_index(media_type), oci_is_manifest: OCI and Docker names. oci_is_attestation(d): what
 * BuildKit adds beside the platforms; never chosen as the image. */
bool oci_is_index(bytes media_type);
bool oci_is_manifest(bytes media_type);
bool oci_is_attestation(const struct descriptor *d);
/* oci_check_said(d, said, e): ERR_FORMAT when a document's own media type (empty: unsaid) is not
 * the one by which it was named or served: somebody else could read it as something else. */
int oci_check_said(const struct descriptor *d, bytes said, err *e);
