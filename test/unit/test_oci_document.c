/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/document.h"

#include "base/limits.h"
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

static int parse(enum kind kind, bytes text, struct arena *a, union any *out, err *e)
{
	switch (kind) {
	case INDEX: return oci_index_parse(text, a, &out->index, e);
	case MANIFEST: return oci_manifest_parse(text, a, &out->manifest, e);
	case IMAGE_CONFIG: return oci_config_parse(text, a, &out->config, e);
	case DOCKER: return oci_docker_parse(text, a, &out->docker, e);
	}
	return -1;
}

static void pack(enum kind kind, const union any *v, buf *out)
{
	switch (kind) {
	case INDEX: oci_index_pack(&v->index, out); break;
	case MANIFEST: oci_manifest_pack(&v->manifest, out); break;
	case IMAGE_CONFIG: oci_config_pack(&v->config, out); break;
	case DOCKER: oci_docker_pack(&v->docker, out); break;
	}
}

static int unpack(enum kind kind, bytes in, struct arena *a, union any *out, err *e)
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

static void check_index(const struct oci_index *v)
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

static void check_manifest(const struct oci_manifest *v)
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

static void check_config(const struct oci_config *v)
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

static void check_windows(const struct oci_config *v)
{
	assert_bytes(v->platform.os, "windows");
	assert_bytes(v->platform.os_version, "10.0.20348.2227");
	assert_bytes(v->cmd.items[0], "c:\\windows\\system32\\cmd.exe");
	assert_bytes(v->working_dir, "C:\\app");
	assert_true(v->has_cmd);
	assert_false(v->has_entrypoint);
}

static void check_docker(const struct docker_manifest *v)
{
	assert_int_equal(v->len, 2);
	assert_bytes(v->items[0].config, HEX_B ".json");
	assert_int_equal(v->items[0].repo_tags.len, 2);
	assert_bytes(v->items[0].repo_tags.items[1], "shop:latest");
	assert_bytes(v->items[0].layers.items[0], HEX_A "/layer.tar");
	assert_int_equal(v->items[1].repo_tags.len, 0);
}

static void check_sample(size_t i, const union any *v)
{
	switch (i) {
	case 0: check_index(&v->index); break;
	case 1: check_manifest(&v->manifest); break;
	case 2: check_config(&v->config); break;
	case 3: check_windows(&v->config); break;
	case 4: check_docker(&v->docker); break;
	}
}

static void real_documents_are_read(void **state)
{
	struct arena a = ARENA_INIT;
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < SAMPLES; i++) {
		union any v;

		assert_int_equal(parse(samples[i].kind, samples[i].text, &a, &v, &e), 0);
		check_sample(i, &v);
	}
	arena_done(&a);
}

static void packed_documents_come_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLES; i++) {
		struct arena first = ARENA_INIT, second = ARENA_INIT;
		buf b = BUF_INIT(1 << 20), again = BUF_INIT(1 << 20);
		union any v, back;
		err e = { 0 };

		assert_int_equal(parse(samples[i].kind, samples[i].text, &first, &v, &e), 0);
		pack(samples[i].kind, &v, &b);
		arena_done(&first);
		assert_int_equal(unpack(samples[i].kind, buf_bytes(&b), &second, &back, &e), 0);
		memset(b.p, 0xff, b.n); /* the result must not lean on its input */
		check_sample(i, &back);
		pack(samples[i].kind, &back, &again);
		assert_int_equal(again.n, b.n);
		buf_done(&b);
		buf_done(&again);
		arena_done(&second);
	}
}

/* Whatever stands on the pipe is refused, or is a document that packs to the very same octets. */
static void check_hostile(enum kind kind, bytes in)
{
	struct arena a = ARENA_INIT;
	buf b = BUF_INIT(1 << 20);
	union any v;
	err e = { 0 };

	if (unpack(kind, in, &a, &v, &e) < 0) {
		assert_failed(&e, ERR_BUG);
	} else {
		pack(kind, &v, &b);
		assert_true(bytes_equal(buf_bytes(&b), in));
	}
	buf_done(&b);
	arena_done(&a);
}

static void corrupted_packs_are_refused_or_valid(void **state)
{
	static const uint8_t flips[] = { 0x01, 0x7f, 0x80, 0xff };

	(void)state;
	for (size_t i = 0; i < SAMPLES; i++) {
		struct arena a = ARENA_INIT;
		buf b = BUF_INIT(1 << 20);
		union any v;
		err e = { 0 };

		assert_int_equal(parse(samples[i].kind, samples[i].text, &a, &v, &e), 0);
		pack(samples[i].kind, &v, &b);
		for (size_t n = 0; n < b.n; n++) {
			assert_int_equal(unpack(samples[i].kind, bytes_of(b.p, n), &a, &v, &e), -1);
			assert_failed(&e, ERR_BUG);
			for (size_t f = 0; f < sizeof(flips); f++) {
				b.p[n] ^= flips[f];
				check_hostile(samples[i].kind, buf_bytes(&b));
				b.p[n] ^= flips[f];
			}
		}
		buf_putc(&b, 0);
		assert_int_equal(unpack(samples[i].kind, buf_bytes(&b), &a, &v, &e), -1);
		assert_failed(&e, ERR_BUG);
		buf_done(&b);
		arena_done(&a);
	}
}

/* Each is refused; the text of the error must hold `says`. */
static const struct {
	enum kind kind;
	enum err_kind fails;
	const char *text, *says;
} bad[] = {
	/* CVE-2021-41190: one document, two meanings */
	{ INDEX, ERR_FORMAT, "{\"manifests\":[],\"config\":" CONFIG "}", "manifest too" },
	{ INDEX, ERR_FORMAT, "{\"manifests\":[],\"layers\":[]}", "manifest too" },
	{ MANIFEST, ERR_FORMAT, "{\"config\":" CONFIG ",\"layers\":[],\"manifests\":[]}", "index too" },
	{ INDEX, ERR_FORMAT, "{\"mediaType\":" OCI_MANIFEST ",\"manifests\":[]}", "mediaType" },
	{ MANIFEST, ERR_FORMAT,
	  "{\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"config\":" CONFIG "}",
	  "mediaType" },
	/* Go takes these names for "layers", "manifests", "Env" */
	{ MANIFEST, ERR_FORMAT, "{\"config\":" CONFIG ",\"layers\":[],\"Layers\":[" LAYER "]}",
	  "'layers'" },
	{ MANIFEST, ERR_FORMAT, "{\"config\":" CONFIG ",\"layer\\u017f\":[]}", "'layers'" },
	{ MANIFEST, ERR_FORMAT, "{\"config\":{\"Digest\":" DIGEST_A ",\"size\":1}}", "'digest'" },
	{ INDEX, ERR_FORMAT, "{\"MANIFESTS\":[]}", "'manifests'" },
	{ IMAGE_CONFIG, ERR_FORMAT, "{\"config\":{\"env\":[]}}", "'Env'" },
	{ IMAGE_CONFIG, ERR_FORMAT, "{\"roo\\u0074F\\u017f\":{}}", "'rootfs'" },
	{ DOCKER, ERR_FORMAT, "[{\"Config\":\"x\",\"layers\":[]}]", "'Layers'" },
	{ MANIFEST, ERR_FORMAT, "{\"config\":" CONFIG ",\"layers\":[],\"layers\":[]}", "" },
	/* schema 1 */
	{ MANIFEST, ERR_FORMAT, "{\"schemaVersion\":1,\"name\":\"a\",\"fsLayers\":[]}", "skopeo copy" },
	{ INDEX, ERR_FORMAT, "{\"schemaVersion\":1,\"manifests\":[]}", "skopeo copy" },
	{ MANIFEST, ERR_FORMAT, "{\"schemaVersion\":3,\"config\":" CONFIG "}", "should be 2" },
	{ MANIFEST, ERR_FORMAT, "{\"schemaVersion\":\"2\",\"config\":" CONFIG "}", "schemaVersion" },
	/* what is missing */
	{ INDEX, ERR_FORMAT, "{\"schemaVersion\":2}", "'manifests' is missing" },
	{ INDEX, ERR_FORMAT, "{\"manifests\":null}", "'manifests' is missing" },
	{ MANIFEST, ERR_FORMAT, "{\"layers\":[]}", "'config' is missing" },
	{ MANIFEST, ERR_FORMAT, "{\"config\":{\"mediaType\":\"c\",\"size\":1}}",
	  "'digest' is missing" },
	{ MANIFEST, ERR_FORMAT, "{\"config\":{\"mediaType\":\"c\",\"digest\":" DIGEST_A "}}",
	  "'size'" },
	{ MANIFEST, ERR_FORMAT, "{\"config\":{\"digest\":" DIGEST_A ",\"size\":1}}", "'mediaType'" },
	{ DOCKER, ERR_FORMAT, "[{\"Layers\":[]}]", "'Config' is missing" },
	/* of another type */
	{ INDEX, ERR_FORMAT, "[]", "an array" },
	{ DOCKER, ERR_FORMAT, "{}", "an object" },
	{ DOCKER, ERR_FORMAT, "[[]]", "image 1" },
	{ INDEX, ERR_FORMAT, "{\"manifests\":{}}", "'manifests' is an object" },
	{ INDEX, ERR_FORMAT, "{\"manifests\":[null]}", "manifests[0]" },
	{ MANIFEST, ERR_FORMAT, "{\"config\":" CONFIG ",\"layers\":[" LAYER ",1]}", "layers[1]" },
	{ MANIFEST, ERR_FORMAT, "{\"config\":" CONFIG ",\"annotations\":[]}", "'annotations'" },
	{ IMAGE_CONFIG, ERR_FORMAT, "{\"config\":{\"Env\":[1]}}", "'Env'" },
	{ IMAGE_CONFIG, ERR_FORMAT, "{\"config\":{\"User\":0}}", "'User'" },
	{ IMAGE_CONFIG, ERR_FORMAT, "{\"config\":{\"Labels\":{\"a\":1}}}", "label 'a'" },
	{ IMAGE_CONFIG, ERR_FORMAT, "{\"config\":{\"ExposedPorts\":[\"80/tcp\"]}}", "'ExposedPorts'" },
	{ IMAGE_CONFIG, ERR_FORMAT, "{\"history\":[{\"empty_layer\":\"yes\"}]}", "history[0]" },
	{ IMAGE_CONFIG, ERR_FORMAT, "{\"rootfs\":{\"type\":\"other\"}}", "'other'" },
	{ IMAGE_CONFIG, ERR_FORMAT, "{\"rootfs\":{\"diff_ids\":[\"sha256:12\"]}}", "diff_ids[0]" },
	/* numbers and digests */
	{ MANIFEST, ERR_FORMAT,
	  "{\"config\":{\"mediaType\":\"c\",\"digest\":" DIGEST_A ",\"size\":-1}}", "'size'" },
	{ MANIFEST, ERR_FORMAT,
	  "{\"config\":{\"mediaType\":\"c\",\"digest\":" DIGEST_A ",\"size\":1.5}}", "'size'" },
	{ MANIFEST, ERR_FORMAT, "{\"config\":{\"mediaType\":\"c\",\"digest\":\"md5:0\",\"size\":1}}",
	  "'digest'" },
	{ MANIFEST, ERR_FORMAT,
	  "{\"config\":{\"mediaType\":\"c\",\"digest\":\"sha256:../../../etc/passwd\",\"size\":1}}",
	  "'digest'" },
	{ MANIFEST, ERR_LIMIT,
	  "{\"config\":{\"mediaType\":\"c\",\"digest\":" DIGEST_A ",\"size\":274877906945}}",
	  "'size'" },
	{ INDEX, ERR_FORMAT, "", "" },
	{ INDEX, ERR_FORMAT, "{\"manifests\":[]} x", "" },
};

static void bad_documents_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct arena a = ARENA_INIT;
		union any v;
		err e = { 0 };

		memset(&v, 0x5a, sizeof(v));
		if (parse(bad[i].kind, bytes_str(bad[i].text), &a, &v, &e) == 0)
			fail_msg("accepted: %s", bad[i].text);
		if (!strstr(e.text, bad[i].says))
			fail_msg("'%s' says '%s', not '%s'", bad[i].text, e.text, bad[i].says);
		assert_failed(&e, bad[i].fails);
		assert_int_equal(((uint8_t *)&v)[0], 0x5a);
		arena_done(&a);
	}
}

/* The borders of the table above, from the inside. */
static void good_documents_are_read(void **state)
{
	static const struct {
		enum kind kind;
		const char *text;
	} good[] = {
		{ INDEX, "{\"manifests\":[]}" },
		{ INDEX, "{\"manifests\":[],\"layers\":null,\"unknown\":{\"Manifests\":1}}" },
		{ MANIFEST, "{\"config\":" CONFIG ",\"layers\":null}" },
		{ MANIFEST, "{\"config\":" CONFIG ",\"layers\":[" LAYER "],\"annotations\":null}" },
		{ MANIFEST,
		  "{\"config\":{\"mediaType\":\"c\",\"digest\":" DIGEST_A ",\"size\":274877906944}}" },
		{ IMAGE_CONFIG, "{}" },
		{ IMAGE_CONFIG, "{\"config\":null,\"rootfs\":null,\"history\":null}" },
		{ IMAGE_CONFIG, "{\"config\":{\"Labels\":{\"env\":\"\",\"ENV\":\"\"}}}" },
		{ DOCKER, "[]" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct arena a = ARENA_INIT;
		union any v;
		err e = { 0 };

		if (parse(good[i].kind, bytes_str(good[i].text), &a, &v, &e) < 0)
			fail_msg("%s: %s", good[i].text, e.text);
		arena_done(&a);
	}
}

/* repeat(before, item, n, after): a document with n items. */
static bytes repeat(struct arena *a, const char *before, const char *item, size_t n,
                    const char *after)
{
	buf b = BUF_INIT(16 << 20);

	buf_puts(&b, before);
	for (size_t i = 0; i < n; i++) {
		buf_puts(&b, i ? "," : "");
		buf_puts(&b, item);
	}
	buf_puts(&b, after);
	bytes out = arena_bytes(a, buf_bytes(&b));

	buf_done(&b);
	return out;
}

static void counts_have_limits(void **state)
{
	static const struct {
		enum kind kind;
		const char *before, *item, *after;
		size_t max;
	} lists[] = {
		{ INDEX, "{\"manifests\":[", LAYER, "]}", LIMIT_INDEX_ENTRIES },
		{ MANIFEST, "{\"config\":" CONFIG ",\"layers\":[", LAYER, "]}", LIMIT_LAYERS },
		{ IMAGE_CONFIG, "{\"rootfs\":{\"diff_ids\":[", DIGEST_A, "]}}", LIMIT_LAYERS },
		{ IMAGE_CONFIG, "{\"config\":{\"Env\":[", "\"\"", "]}}", LIMIT_CONFIG_ITEMS },
		{ IMAGE_CONFIG, "{\"history\":[", "{}", "]}", LIMIT_CONFIG_ITEMS },
		{ DOCKER, "[", "{\"Config\":\"c\"}", "]", LIMIT_INDEX_ENTRIES },
		{ DOCKER, "[{\"Config\":\"c\",\"Layers\":[", "\"l\"", "]}]", LIMIT_LAYERS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct arena a = ARENA_INIT;
		union any v;
		err e = { 0 };
		bytes most = repeat(&a, lists[i].before, lists[i].item, lists[i].max, lists[i].after);
		bytes more = repeat(&a, lists[i].before, lists[i].item, lists[i].max + 1, lists[i].after);

		assert_int_equal(parse(lists[i].kind, most, &a, &v, &e), 0);
		assert_int_equal(parse(lists[i].kind, more, &a, &v, &e), -1);
		assert_failed(&e, ERR_LIMIT);
		arena_done(&a);
	}
}

static void lengths_have_limits(void **state)
{
	static const uint64_t max[] = { [INDEX] = LIMIT_MANIFEST,
		                            [MANIFEST] = LIMIT_MANIFEST,
		                            [IMAGE_CONFIG] = LIMIT_CONFIG,
		                            [DOCKER] = LIMIT_MANIFEST };

	(void)state;
	for (enum kind k = INDEX; k <= DOCKER; k++) {
		struct arena a = ARENA_INIT;
		size_t n = (size_t)max[k] + 1;
		uint8_t *text = memset(arena_alloc(&a, n), ' ', n);
		union any v;
		err e = { 0 };

		memcpy(text, k == DOCKER ? "[]" : "{}", 2);
		assert_int_equal(parse(k, bytes_of(text, n), &a, &v, &e), -1);
		assert_failed(&e, ERR_LIMIT);
		if (parse(k, bytes_of(text, n - 1), &a, &v, &e) < 0)
			assert_failed(&e, ERR_FORMAT);
		arena_done(&a);
	}
}

static void foreign_layers_are_known(void **state)
{
	static const struct {
		const char *media_type, *urls;
		bool foreign;
	} cases[] = {
		{ "application/vnd.oci.image.layer.v1.tar", "null", false },
		{ "application/vnd.oci.image.layer.v1.tar", "[]", false },
		{ "application/vnd.oci.image.layer.v1.tar", "[\"https://example.invalid/\"]", true },
		{ "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", "null", true },
		{ "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "null", true },
		{ "application/vnd.docker.image.rootfs.diff.tar.gzip", "null", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena a = ARENA_INIT;
		struct oci_manifest m;
		err e = { 0 };
		const char *text = arena_printf(&a,
		                                "{\"config\":" CONFIG
		                                ",\"layers\":[{\"mediaType\":\"%s\",\"urls\":%s,"
		                                "\"digest\":" DIGEST_A ",\"size\":1}]}",
		                                cases[i].media_type, cases[i].urls);

		assert_int_equal(oci_manifest_parse(bytes_str(text), &a, &m, &e), 0);
		assert_int_equal(m.layers.items[0].foreign, cases[i].foreign);
		arena_done(&a);
	}
}

static void media_types_are_known(void **state)
{
	(void)state;
	assert_true(oci_is_index(BYTES("application/vnd.oci.image.index.v1+json")));
	assert_true(oci_is_index(BYTES("application/vnd.docker.distribution.manifest.list.v2+json")));
	assert_true(oci_is_manifest(BYTES("application/vnd.oci.image.manifest.v1+json")));
	assert_true(oci_is_manifest(BYTES("application/vnd.docker.distribution.manifest.v2+json")));
	assert_false(oci_is_manifest(BYTES("application/vnd.oci.image.index.v1+json")));
	assert_false(oci_is_index(BYTES("application/vnd.oci.image.manifest.v1+json")));
	assert_false(oci_is_manifest(BYTES("application/vnd.docker.distribution.manifest.v1+json")));
	assert_false(oci_is_manifest(BYTES("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_documents_are_read),
		cmocka_unit_test(packed_documents_come_back),
		cmocka_unit_test(corrupted_packs_are_refused_or_valid),
		cmocka_unit_test(bad_documents_are_refused),
		cmocka_unit_test(good_documents_are_read),
		cmocka_unit_test(counts_have_limits),
		cmocka_unit_test(lengths_have_limits),
		cmocka_unit_test(foreign_layers_are_known),
		cmocka_unit_test(media_types_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
