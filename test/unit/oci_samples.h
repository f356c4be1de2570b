/* SPDX-License-Identifier: Apache-2.0 */
/* oci_samples - documents as their writers write them, what they say, and one way to parse and pack
 * them all. */
#pragma once

#include "oci/document.h"
#include "unit.h"

#define HEX_A "4c1be05fed2a5ec2f1c8e1ad5e7c5e5d2e3f8f9a5cc20d5bb1d0ab9b1d33d1aa"
#define HEX_B "b5b2b2c507a0944348e0303114d8d93aaaa081732b86451d9bce1f432a537bc7"
#define DIGEST_A "\"sha256:" HEX_A "\""
#define DIGEST_B "\"sha256:" HEX_B "\""
#define OCI_MANIFEST "\"application/vnd.oci.image.manifest.v1+json\""
#define LAYER "{\"mediaType\":\"l\",\"digest\":" DIGEST_A ",\"size\":1}"
#define CONFIG "{\"mediaType\":\"c\",\"digest\":" DIGEST_B ",\"size\":2}"

/* What BuildKit pushes for two platforms (docs.docker.com, "Image attestation storage"). */
static const char buildkit_index[] =
	"{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":["
	"{\"mediaType\":" OCI_MANIFEST ",\"digest\":" DIGEST_A ",\"size\":1234,"
	"\"platform\":{\"architecture\":\"amd64\",\"os\":\"linux\"}},"
	"{\"mediaType\":" OCI_MANIFEST ",\"digest\":" DIGEST_B ",\"size\":567,"
	"\"annotations\":{\"vnd.docker.reference.digest\":" DIGEST_A ","
	"\"vnd.docker.reference.type\":\"attestation-manifest\"},"
	"\"platform\":{\"architecture\":\"unknown\",\"os\":\"unknown\"}}]}";

/* The example of manifest.md, image-spec 1.1, with a base annotation of annotations.md. */
static const char spec_manifest[] =
	"{ \"schemaVersion\": 2, \"mediaType\": " OCI_MANIFEST ",\n"
	"  \"config\": { \"mediaType\": \"application/vnd.oci.image.config.v1+json\","
	" \"digest\": " DIGEST_B ", \"size\": 7023 },\n"
	"  \"layers\": [\n"
	"    { \"mediaType\": \"application/vnd.oci.image.layer.v1.tar+gzip\", \"digest\": "
	"\"sha256:9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0\","
	" \"size\": 32654 },\n"
	"    { \"mediaType\": \"application/vnd.oci.image.layer.v1.tar+gzip\", \"digest\": "
	"\"sha256:3c3a4604a545cdc127456d94e421cd355bca5b528f4a9c1905b15da2eb4a4c6b\","
	" \"size\": 16724 }\n"
	"  ],\n"
	"  \"subject\": { \"mediaType\": " OCI_MANIFEST ", \"digest\": "
	"\"sha256:5b0bcabd1ed22e9fb1310cf6c2dec7cdef19f0ad69efa1f392e94a4333501270\","
	" \"size\": 7682 },\n"
	"  \"annotations\": { \"com.example.key1\": \"value1\","
	" \"org.opencontainers.image.base.name\": \"debian:12\","
	" \"org.opencontainers.image.base.digest\": " DIGEST_A " } }";

/* A configuration as docker build writes it, with what Docker adds to the specification. */
static const char docker_config[] =
	"{\"architecture\":\"arm64\",\"variant\":\"v8\",\"os\":\"linux\",\"author\":null,"
	"\"config\":{\"Hostname\":\"\",\"AttachStdin\":false,"
	"\"ExposedPorts\":{\"22/tcp\":{},\"8080/tcp\":{}},"
	"\"Env\":[\"PATH=/usr/bin\",\"A=\\u00e9\\n\"],\"Cmd\":null,"
	"\"Entrypoint\":[\"dotnet\",\"shop.dll\"],"
	"\"ArgsEscaped\":true,"
	"\"Healthcheck\":{\"Test\":[\"CMD-SHELL\",\"curl -f /\"],\"Interval\":30000000000},"
	"\"Volumes\":null,\"WorkingDir\":\"/app\",\"User\":\"1654:1654\",\"StopSignal\":\"SIGINT\","
	"\"OnBuild\":null,\"Labels\":{\"maintainer\":\"x\",\"empty\":null}},"
	"\"container_config\":{\"Cmd\":[\"/bin/sh\"]},\"docker_version\":\"20.10.7\","
	"\"created\":\"2024-01-02T03:04:05.678Z\","
	"\"history\":[{\"created\":\"2024-01-01T00:00:00Z\",\"created_by\":\"ADD file:x in / \"},"
	"{\"created_by\":\"ENV A=1\",\"comment\":\"buildkit\",\"empty_layer\":true}],"
	"\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[" DIGEST_A "," DIGEST_B "]}}";

static const char windows_config[] =
	"{\"architecture\":\"amd64\",\"os\":\"windows\",\"os.version\":\"10.0.20348.2227\","
	"\"config\":{\"User\":\"ContainerUser\",\"Env\":[\"PATH=c:\\\\Windows\\\\System32\"],"
	"\"Cmd\":[\"c:\\\\windows\\\\system32\\\\cmd.exe\"],\"ArgsEscaped\":true,"
	"\"WorkingDir\":\"C:\\\\app\"},"
	"\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[" DIGEST_A
	"]},\"history\":[{\"created_by\":\"Apply image\"}]}";

/* docker save of one image with two tags. */
static const char docker_manifest[] = "[{\"Config\":\"" HEX_B
									  ".json\",\"RepoTags\":[\"shop:1\",\"shop:latest\"],"
									  "\"Layers\":[\"" HEX_A "/layer.tar\",\"" HEX_B
									  "/layer.tar\"]},"
									  "{\"Config\":\"blobs/sha256/" HEX_A
									  "\",\"RepoTags\":null,\"Layers\":[]}]\n";

/* The four kinds behind one shape, so that a table can name them. */
enum kind { INDEX, MANIFEST, IMAGE_CONFIG, DOCKER };

union any {
	struct oci_index index;
	struct oci_manifest manifest;
	struct oci_config config;
	struct docker_manifest docker;
};

static inline int parse(enum kind kind, bytes text, struct arena *a, union any *out, err *e)
{
	switch (kind) {
	case INDEX: return oci_index_parse(text, a, &out->index, e);
	case MANIFEST: return oci_manifest_parse(text, a, &out->manifest, e);
	case IMAGE_CONFIG: return oci_config_parse(text, a, &out->config, e);
	case DOCKER: return oci_docker_parse(text, a, &out->docker, e);
	}
	return -1;
}

static inline void pack(enum kind kind, const union any *v, buf *out)
{
	switch (kind) {
	case INDEX: oci_index_pack(&v->index, out); break;
	case MANIFEST: oci_manifest_pack(&v->manifest, out); break;
	case IMAGE_CONFIG: oci_config_pack(&v->config, out); break;
	case DOCKER: oci_docker_pack(&v->docker, out); break;
	}
}

static inline int unpack(enum kind kind, bytes in, struct arena *a, union any *out, err *e)
{
	switch (kind) {
	case INDEX: return oci_index_unpack(in, a, &out->index, e);
	case MANIFEST: return oci_manifest_unpack(in, a, &out->manifest, e);
	case IMAGE_CONFIG: return oci_config_unpack(in, a, &out->config, e);
	case DOCKER: return oci_docker_unpack(in, a, &out->docker, e);
	}
	return -1;
}

static const struct {
	enum kind kind;
	bytes text;
} samples[] = {
	{ INDEX, BYTES_INIT(buildkit_index) },       { MANIFEST, BYTES_INIT(spec_manifest) },
	{ IMAGE_CONFIG, BYTES_INIT(docker_config) }, { IMAGE_CONFIG, BYTES_INIT(windows_config) },
	{ DOCKER, BYTES_INIT(docker_manifest) },
};
#define SAMPLES (sizeof(samples) / sizeof(samples[0]))

static inline void check_index(const struct oci_index *v)
{
	assert_bytes(v->media_type, "application/vnd.oci.image.index.v1+json");
	assert_int_equal(v->manifests.len, 2);
	const struct descriptor *d = v->manifests.items;

	assert_bytes(d[0].media_type, "application/vnd.oci.image.manifest.v1+json");
	assert_int_equal(d[0].size, 1234);
	assert_string_equal(DIGEST_TEXT(&d[0].digest), "sha256:" HEX_A);
	assert_bytes(d[0].platform.architecture, "amd64");
	assert_bytes(d[0].platform.os, "linux");
	assert_false(oci_is_attestation(&d[0]));
	assert_false(d[0].foreign);
	assert_true(oci_is_attestation(&d[1]));
	assert_bytes(d[1].reference_type, "attestation-manifest");
}

static inline void check_manifest(const struct oci_manifest *v)
{
	assert_int_equal(v->config.size, 7023);
	assert_string_equal(DIGEST_TEXT(&v->config.digest), "sha256:" HEX_B);
	assert_int_equal(v->layers.len, 2);
	assert_int_equal(v->layers.items[1].size, 16724);
	assert_string_equal(DIGEST_TEXT(&v->layers.items[1].digest),
	                    "sha256:3c3a4604a545cdc127456d94e421cd355bca5b528f4a9c1905b15da2eb4a4c6b");
	assert_true(v->has_subject);
	assert_string_equal(DIGEST_TEXT(&v->subject),
	                    "sha256:5b0bcabd1ed22e9fb1310cf6c2dec7cdef19f0ad69efa1f392e94a4333501270");
	assert_bytes(v->base_name, "debian:12");
	assert_bytes(v->base_digest, "sha256:" HEX_A);
}

static inline void check_config(const struct oci_config *v)
{
	assert_bytes(v->platform.architecture, "arm64");
	assert_bytes(v->platform.variant, "v8");
	assert_bytes(v->created, "2024-01-02T03:04:05.678Z");
	assert_bytes(v->author, "");
	assert_bytes(v->user, "1654:1654");
	assert_bytes(v->working_dir, "/app");
	assert_bytes(v->stop_signal, "SIGINT");
	assert_int_equal(v->env.len, 2);
	assert_bytes(v->env.items[1], "A=\xc3\xa9\n");
	assert_true(v->has_entrypoint);
	assert_int_equal(v->entrypoint.len, 2);
	assert_bytes(v->entrypoint.items[1], "shop.dll");
	assert_false(v->has_cmd);
	assert_int_equal(v->cmd.len, 0);
	assert_int_equal(v->exposed_ports.len, 2);
	assert_bytes(v->exposed_ports.items[1], "8080/tcp");
	assert_int_equal(v->volumes.len, 0);
	assert_bytes(v->healthcheck.items[0], "CMD-SHELL");
	assert_int_equal(v->labels.len, 2);
	assert_bytes(v->labels.items[0].value, "x");
	assert_bytes(v->labels.items[1].value, "");
	assert_int_equal(v->history.len, 2);
	assert_false(v->history.items[0].empty_layer);
	assert_bytes(v->history.items[1].created_by, "ENV A=1");
	assert_true(v->history.items[1].empty_layer);
	assert_int_equal(v->diff_ids.len, 2);
	assert_string_equal(DIGEST_TEXT(&v->diff_ids.items[1]), "sha256:" HEX_B);
}

static inline void check_windows(const struct oci_config *v)
{
	assert_bytes(v->platform.os, "windows");
	assert_bytes(v->platform.os_version, "10.0.20348.2227");
	assert_bytes(v->cmd.items[0], "c:\\windows\\system32\\cmd.exe");
	assert_bytes(v->working_dir, "C:\\app");
	assert_true(v->has_cmd);
	assert_false(v->has_entrypoint);
}

static inline void check_docker(const struct docker_manifest *v)
{
	assert_int_equal(v->len, 2);
	assert_bytes(v->items[0].config, HEX_B ".json");
	assert_int_equal(v->items[0].repo_tags.len, 2);
	assert_bytes(v->items[0].repo_tags.items[1], "shop:latest");
	assert_bytes(v->items[0].layers.items[0], HEX_A "/layer.tar");
	assert_int_equal(v->items[1].repo_tags.len, 0);
}

static inline void check_sample(size_t i, const union any *v)
{
	switch (i) {
	case 0: check_index(&v->index); break;
	case 1: check_manifest(&v->manifest); break;
	case 2: check_config(&v->config); break;
	case 3: check_windows(&v->config); break;
	case 4: check_docker(&v->docker); break;
	}
}
