/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "oci_samples.h"

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

#define A16 "aaaaaaaaaaaaaaaa"
#define A64 A16 A16 A16 A16
#define A256 A64 A64 A64 A64

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
	/* RFC 6838 section 4.2: 127 octets, a slash, 127 octets */
	{ MANIFEST, ERR_LIMIT, "{\"artifactType\":\"" A256 "\",\"config\":" CONFIG "}", "255" },
	{ MANIFEST, ERR_LIMIT, "{\"config\":{\"mediaType\":\"" A256 "\"}}", "255" },
	{ INDEX, ERR_LIMIT, "{\"mediaType\":\"" A256 "\",\"manifests\":[]}", "255" },
	{ INDEX, ERR_LIMIT, "{\"manifests\":[{\"artifactType\":\"" A256 "\"}]}", "255" },
	/* what is missing */
	{ INDEX, ERR_FORMAT, "{\"schemaVersion\":2}", "'manifests' is missing" },
	/* octets in a descriptor (descriptor.md, "Embedded Content") */
	{ INDEX, ERR_FORMAT, "{\"manifests\":[{\"mediaType\":\"m\",\"digest\":" DIGEST_A
	  ",\"size\":1,\"data\":\"*\"}]}", "'data' is no base64" },
	{ INDEX, ERR_FORMAT, "{\"manifests\":[{\"mediaType\":\"m\",\"digest\":" DIGEST_A
	  ",\"size\":1,\"data\":1}]}", "'data'" },
	{ INDEX, ERR_FORMAT, "{\"manifests\":[{\"mediaType\":\"m\",\"digest\":" DIGEST_A
	  ",\"size\":1,\"Data\":\"YQ==\"}]}", "'data'" },
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

/* A descriptor with 32 annotations. */
#define FOUR(x) "\"" x "0\":\"\",\"" x "1\":\"\",\"" x "2\":\"\",\"" x "3\":\"\""
#define NOTED \
	"{\"mediaType\":\"l\",\"digest\":" DIGEST_A ",\"size\":1,\"annotations\":{" FOUR("a") \
	"," FOUR("b") "," FOUR("c") "," FOUR("d") "," FOUR("e") "," FOUR("f") "," FOUR("g") \
	"," FOUR("h") "}}"

static void counts_have_limits(void **state)
{
	static const struct {
		enum kind kind;
		const char *before, *item, *after;
		size_t max;
	} lists[] = {
		{ INDEX, "{\"manifests\":[", LAYER, "]}", LIMIT_INDEX_ENTRIES },
		{ INDEX, "{\"manifests\":[", NOTED, "]}", LIMIT_CONFIG_ITEMS / 32 },
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

static void annotations_of_what_refers_are_kept(void **state)
{
	static const char notes[] = "\"annotations\":{\"k\":\"v\",\"n\":1,\"\":\"\"}";
	struct arena a = ARENA_INIT;
	struct oci_manifest m;
	err e = { 0 };

	(void)state;
	const char *refers = arena_printf(&a,
	                                  "{\"config\":" CONFIG ",%s,\"subject\":{\"mediaType\":\"m\","
	                                  "\"digest\":" DIGEST_A ",\"size\":1}}",
	                                  notes);
	const char *alone = arena_printf(&a, "{\"config\":" CONFIG ",%s}", notes);

	assert_int_equal(oci_manifest_parse(bytes_str(refers), &a, &m, &e), 0);
	assert_int_equal(m.annotations.len, 2); /* those that are strings */
	assert_true(bytes_is(m.annotations.items[0].name, "k"));
	assert_true(bytes_is(m.annotations.items[0].value, "v"));
	buf packed = BUF_INIT(4096);
	struct oci_manifest back;

	oci_manifest_pack(&m, &packed);
	assert_int_equal(oci_manifest_unpack(buf_bytes(&packed), &a, &back, &e), 0);
	assert_int_equal(back.annotations.len, 2);
	assert_true(bytes_is(back.annotations.items[0].value, "v"));
	assert_int_equal(oci_manifest_parse(bytes_str(alone), &a, &m, &e), 0);
	assert_int_equal(m.annotations.len, 0);
	buf_done(&packed);
	arena_done(&a);
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

static void descriptors_keep_annotations_and_data(void **state)
{
	static const char text[] =
		"{\"manifests\":[{\"mediaType\":\"m\",\"digest\":" DIGEST_A ",\"size\":1,\"data\":\"YQ==\","
		"\"annotations\":{\"k\":\"v\",\"n\":1}}," LAYER "]}";
	struct arena a = ARENA_INIT;
	struct oci_index v, back;
	buf packed = BUF_INIT(4096);
	err e = { 0 };

	(void)state;
	assert_int_equal(oci_index_parse(bytes_str(text), &a, &v, &e), 0);
	oci_index_pack(&v, &packed);
	assert_int_equal(oci_index_unpack(buf_bytes(&packed), &a, &back, &e), 0);
	buf_done(&packed);
	assert_bytes(back.manifests.items[0].data, "a");
	assert_int_equal(back.manifests.items[0].annotations.len, 1);
	assert_bytes(oci_labels_get(&back.manifests.items[0].annotations, "k"), "v");
	assert_bytes(oci_labels_get(&back.manifests.items[0].annotations, "n"), "");
	assert_int_equal(back.manifests.items[1].data.n, 0);
	assert_int_equal(back.manifests.items[1].annotations.len, 0);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_documents_are_read), cmocka_unit_test(bad_documents_are_refused),
		cmocka_unit_test(good_documents_are_read), cmocka_unit_test(counts_have_limits),
		cmocka_unit_test(lengths_have_limits),     cmocka_unit_test(foreign_layers_are_known),
		cmocka_unit_test(annotations_of_what_refers_are_kept),
		cmocka_unit_test(media_types_are_known),
		cmocka_unit_test(descriptors_keep_annotations_and_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
