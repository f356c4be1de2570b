/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/dotnet.h"

#include "bundle_writer.h"

#define DEPS "{\"runtimeTarget\":{\"name\":\"t\"},\"libraries\":{\"A/1\":{\"type\":\"package\"}}}"
#define CONFIG "{\"runtimeOptions\":{\"tfm\":\"net8.0\"}}"

struct memory {
	bytes all;
};

static bool read_memory(void *ctx, uint64_t offset, size_t n, bytes *out)
{
	const struct memory *m = ctx;

	if (offset > m->all.n || n > m->all.n - offset)
		return false;
	*out = bytes_slice(m->all, (size_t)offset, n);
	return true;
}

static bool search_memory(void *ctx, uint64_t from, uint64_t to, bytes what, uint64_t *out)
{
	const struct memory *m = ctx;
	bytes part = bytes_slice(m->all, (size_t)from, (size_t)(to - from));
	size_t at = bytes_search(part, what);

	*out = from + at;
	return at < part.n;
}

static int parse(bytes all, struct arena *a, struct dotnet_bundle *out, err *e)
{
	struct memory m = { all };
	const struct dotnet_file file = { all.n, read_memory, search_memory, &m };

	return dotnet_bundle_parse(&file, BYTES("app"), a, out, e);
}

static const struct bundle_file plain[] = {
	{ .path = "app.dll", .body = "MZ one", .type = BUNDLE_ASSEMBLY },
	{ .path = "de/app.resources.dll", .body = "MZ two", .type = BUNDLE_ASSEMBLY },
	{ .path = "app.deps.json", .body = DEPS, .type = BUNDLE_DEPS },
	{ .path = "app.runtimeconfig.json", .body = CONFIG, .type = BUNDLE_CONFIG },
	{ 0 },
};

/* made(o, files, change): the answer for a bundle of these files, or of `plain`. */
static int answer(const struct bundle_options *o, const struct bundle_file *files, err *e)
{
	struct bundle_file copy[8] = { { 0 } };
	struct dotnet_bundle bundle;
	struct arena a = ARENA_INIT;
	buf b = BUF_INIT(MIB);

	files = files ? files : plain;
	for (size_t i = 0; files[i].path; i++)
		copy[i] = files[i];
	bundle_write(&b, o, copy);
	int rc = parse(buf_bytes(&b), &a, &bundle, e);

	buf_done(&b);
	arena_done(&a);
	return rc;
}

static void test_bundle_of_each_version(void **state)
{
	static const uint32_t majors[] = { 1, 2, 6 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct bundle_options o = { .major = majors[i] };
		struct bundle_file files[5];
		struct dotnet_bundle bundle = { 0 };
		struct arena a = ARENA_INIT;
		buf b = BUF_INIT(MIB);
		err e = { 0 };

		memcpy(files, plain, sizeof(files));
		bundle_write(&b, &o, files);
		assert_int_equal(parse(buf_bytes(&b), &a, &bundle, &e), 1);
		assert_int_equal(bundle.major, majors[i]);
		assert_int_equal(bundle.minor, 0);
		assert_int_equal(bundle.files.len, 4);
		assert_bytes(bundle.files.items[0], "app.dll");
		assert_bytes(bundle.files.items[1], "de/app.resources.dll");
		assert_bytes(bundle.deps, DEPS);
		assert_bytes(bundle.config, CONFIG);
		assert_false(bundle.compressed);
		buf_done(&b);
		arena_done(&a);
	}
}

/* Assemblies are deflated, the documents never (Bundler.ShouldCompress). */
static void test_bundle_with_compressed_files(void **state)
{
	struct bundle_file files[] = {
		{ .path = "app.dll", .body = "deflated", .type = BUNDLE_ASSEMBLY, .compressed = 8 },
		{ .path = "app.deps.json", .body = DEPS, .type = BUNDLE_DEPS },
		{ 0 },
	};
	struct dotnet_bundle bundle = { 0 };
	struct arena a = ARENA_INIT;
	buf b = BUF_INIT(MIB);
	err e = { 0 };

	(void)state;
	bundle_write(&b, &(struct bundle_options){ .major = 6 }, files);
	assert_int_equal(parse(buf_bytes(&b), &a, &bundle, &e), 1);
	assert_true(bundle.compressed);
	assert_bytes(bundle.deps, DEPS);
	assert_int_equal(bundle.config.n, 0);
	buf_done(&b);
	arena_done(&a);
}

/* A path above 127 octets has a length of two. */
static void test_bundle_with_a_long_path(void **state)
{
	char path[301];
	struct bundle_file files[] = { { .path = path, .body = "x", .type = BUNDLE_ASSEMBLY }, { 0 } };
	struct dotnet_bundle bundle = { 0 };
	struct arena a = ARENA_INIT;
	buf b = BUF_INIT(MIB);
	err e = { 0 };

	(void)state;
	memset(path, 'p', 300);
	path[300] = '\0';
	bundle_write(&b, &(struct bundle_options){ .major = 6 }, files);
	assert_int_equal(parse(buf_bytes(&b), &a, &bundle, &e), 1);
	assert_bytes(bundle.files.items[0], path);
	buf_done(&b);
	arena_done(&a);
}

/* In version 1 names alone tell, and a renamed program still has its documents. */
static void test_bundle_of_version_1_finds_documents_by_name(void **state)
{
	struct bundle_file named[] = {
		{ .path = "other.deps.json", .body = "{}" },
		{ .path = "sub/app.deps.json", .body = "{\"sub\":1}" },
		{ .path = "app.deps.json", .body = DEPS },
		{ 0 },
	};
	struct bundle_file renamed[] = {
		{ .path = "sub/old.deps.json", .body = "{\"sub\":1}" },
		{ .path = "old.deps.json", .body = DEPS },
		{ 0 },
	};
	struct bundle_file *both[] = { named, renamed };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct dotnet_bundle bundle = { 0 };
		struct arena a = ARENA_INIT;
		buf b = BUF_INIT(MIB);
		err e = { 0 };

		bundle_write(&b, &(struct bundle_options){ .major = 1 }, both[i]);
		assert_int_equal(parse(buf_bytes(&b), &a, &bundle, &e), 1);
		assert_bytes(bundle.deps, DEPS);
		buf_done(&b);
		arena_done(&a);
	}
}

static void test_bundle_hosts_without_a_bundle(void **state)
{
	struct dotnet_bundle bundle;
	struct arena a = ARENA_INIT;
	buf b = BUF_INIT(MIB);
	err e = { 0 };

	(void)state;
	bundle_host(&b); /* a plain apphost: the placeholder is unset */
	assert_int_equal(parse(buf_bytes(&b), &a, &bundle, &e), 0);
	b.p[BUNDLE_PLACEHOLDER + 20] ^= 1; /* no marker */
	assert_int_equal(parse(buf_bytes(&b), &a, &bundle, &e), 0);
	assert_int_equal(parse(BYTES(BUNDLE_MARKER), &a, &bundle, &e), 0);
	assert_int_equal(parse(BYTES(""), &a, &bundle, &e), 0);
	assert_false(err_is_set(&e));
	buf_done(&b);
	arena_done(&a);
}

/* A program that itself makes bundles holds a second, unset marker, maybe before its own. */
static void test_bundle_behind_an_unset_marker(void **state)
{
	struct bundle_file files[5];
	struct dotnet_bundle bundle;
	struct arena a = ARENA_INIT;
	buf b = BUF_INIT(MIB);
	err e = { 0 };

	(void)state;
	memcpy(files, plain, sizeof(files));
	bundle_write(&b, &(struct bundle_options){ .major = 6 }, files);
	memcpy(b.p + 500, "\0\0\0\0\0\0\0\0" BUNDLE_MARKER, 40);
	assert_int_equal(parse(buf_bytes(&b), &a, &bundle, &e), 1);
	buf_done(&b);
	arena_done(&a);
}

static void test_bundle_of_unknown_versions(void **state)
{
	static const struct bundle_options unknown[] = { { .major = 0 },
		                                             { .major = 3 },
		                                             { .major = 7 },
		                                             { .major = 6, .minor = 1 },
		                                             { .major = UINT32_MAX } };
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++) {
		assert_int_equal(answer(&unknown[i], NULL, &e), -1);
		assert_non_null(strstr(e.text, "version"));
		assert_failed(&e, ERR_FORMAT);
	}
	assert_int_equal(answer(&(struct bundle_options){ .major = 7, .minor = 2 }, NULL, &e), -1);
	assert_non_null(strstr(e.text, "7.2"));
}

static void test_bundle_with_a_hostile_header(void **state)
{
	static const struct {
		struct bundle_options o;
		enum err_kind kind;
	} cases[] = {
		/* the header's offset: the end of the file, beyond, negative, the marker itself */
		{ { .major = 6, .shift = 10000 }, ERR_FORMAT },
		{ { .major = 6, .shift = INT64_MAX / 2 }, ERR_FORMAT },
		{ { .major = 6, .shift = -1000000 }, ERR_FORMAT },
		{ { .major = 6, .shift = 1000 - 40960 - 12 }, ERR_FORMAT },
		/* counts */
		{ { .major = 6, .count = 5 }, ERR_FORMAT },
		{ { .major = 6, .count = 65536 }, ERR_FORMAT },
		{ { .major = 6, .count = 65537 }, ERR_LIMIT },
		{ { .major = 6, .count = INT32_MAX }, ERR_LIMIT },
		{ { .major = 6, .count = UINT32_MAX }, ERR_LIMIT },
		{ { .major = 6, .count = INT64_C(1) << 32 }, ERR_LIMIT }, /* 0 of 32 bits */
		/* deps.json: outside, negative, longer than what is kept */
		{ { .major = 6, .deps_offset = 1000000, .deps_size = 10 }, ERR_FORMAT },
		{ { .major = 6, .deps_offset = 100, .deps_size = 1000000 }, ERR_FORMAT },
		{ { .major = 6, .deps_offset = INT64_MAX, .deps_size = 1 }, ERR_FORMAT },
		{ { .major = 6, .deps_offset = -1, .deps_size = 1 }, ERR_FORMAT },
		{ { .major = 6, .deps_offset = 1, .deps_size = -1 }, ERR_FORMAT },
		{ { .major = 6, .deps_offset = 1, .deps_size = INT64_MAX }, ERR_LIMIT },
		/* lengths: three octets, none, longer than PATH_MAX, longer than what is there */
		{ { .major = 6, .raw_length = "\x87\x80\x01" }, ERR_FORMAT },
		{ { .major = 6, .raw_length = "\xff\x7f" }, ERR_FORMAT },
		{ { .major = 6, .raw_length = "\xff\x1f" }, ERR_FORMAT },
	};
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (answer(&cases[i].o, NULL, &e) != -1 || e.kind != cases[i].kind)
			fail_msg("case %zu: %s", i, e.text);
		err_clear(&e);
	}
	assert_int_equal(answer(&(struct bundle_options){ .major = 6, .count = 4 }, NULL, &e), 1);
	/* Two octets for a length that needs one: BinaryReader and the host take it. */
	const struct bundle_options padded = { .major = 6, .raw_length = "\x87\x01" };
	assert_int_equal(answer(&padded, NULL, &e), -1); /* 135 octets: swallows the next entry */
}

static void test_bundle_with_hostile_entries(void **state)
{
	static const struct bundle_file outside[] = { { .path = "a", .body = "x", .offset = 1 << 20 },
		                                          { 0 } };
	static const struct bundle_file negative[] = {
		{ .path = "a", .body = "x", .offset = UINT64_MAX }, { 0 }
	};
	static const struct bundle_file long_one[] = {
		{ .path = "a", .body = "x", .compressed = 1 << 20 }, { 0 }
	};
	static const struct bundle_file nameless[] = { { .path = "", .body = "x" }, { 0 } };
	static const struct bundle_file overlapping[] = { { .path = "a", .body = "xyz", .offset = 64 },
		                                              { .path = "b", .body = "xyz", .offset = 65 },
		                                              { 0 } };
	const struct bundle_options o = { .major = 6 };
	err e = { 0 };

	(void)state;
	assert_int_equal(answer(&o, outside, &e), -1);
	assert_failed(&e, ERR_FORMAT);
	assert_int_equal(answer(&o, negative, &e), -1);
	assert_failed(&e, ERR_FORMAT);
	assert_int_equal(answer(&o, long_one, &e), -1);
	assert_failed(&e, ERR_FORMAT);
	assert_int_equal(answer(&o, nameless, &e), -1);
	assert_failed(&e, ERR_FORMAT);
	assert_int_equal(answer(&o, overlapping, &e), 1); /* harmless: only names are taken */
}

/* Cut anywhere behind the host, the bundle is an error: its manifest stands last. */
static void test_bundle_cut_short(void **state)
{
	struct bundle_file files[5];
	struct dotnet_bundle bundle;
	struct arena a = ARENA_INIT;
	buf b = BUF_INIT(MIB);
	err e = { 0 };

	(void)state;
	memcpy(files, plain, sizeof(files));
	bundle_write(&b, &(struct bundle_options){ .major = 6 }, files);
	for (size_t n = BUNDLE_HOST; n < b.n; n++) {
		assert_int_equal(parse(bytes_slice(buf_bytes(&b), 0, n), &a, &bundle, &e), -1);
		assert_failed(&e, ERR_FORMAT);
		arena_reset(&a);
	}
	buf_done(&b);
	arena_done(&a);
}

static void test_bundle_hosts_are_recognised_by_their_head(void **state)
{
	buf b = BUF_INIT(MIB);
	struct entry entry = { .type = ENTRY_FILE, .path = BYTES("app"), .size = BUNDLE_HOST };

	(void)state;
	bundle_host(&b);
	bytes head = bytes_slice(buf_bytes(&b), 0, INSPECT_HEAD);

	assert_false(dotnet_host_may_bundle(&entry, head)); /* nothing behind the program */
	entry.size++;
	assert_true(dotnet_host_may_bundle(&entry, head));
	assert_false(dotnet_host_may_bundle(&entry, BYTES("#!/bin/sh\n")));
	assert_false(dotnet_host_may_bundle(&entry, BYTES("MZ")));
	entry.path = BYTES("app.exe");
	assert_true(dotnet_host_may_bundle(&entry, BYTES("MZ")));
	entry.size = 1000;
	assert_false(dotnet_host_may_bundle(&entry, BYTES("MZ")));
	/* Go: section headers at once behind the program header, content behind the segment */
	entry.size = BUNDLE_HOST + 1;
	b.p[40] = 120;
	assert_false(dotnet_host_may_bundle(&entry, head));
	buf_done(&b);
}

static void test_bundle_item_comes_back(void **state)
{
	struct dotnet_bundle_item item = { .has_deps = true }, back;
	struct arena a = ARENA_INIT;
	buf b = BUF_INIT(MIB);

	(void)state;
	item.bundle.major = 6;
	item.bundle.compressed = true;
	*ARENA_PUSH(&a, &item.bundle.files) = BYTES("a.dll");
	item.deps.target = BYTES("t");
	dotnet_bundle_pack(&b, &item);
	bytes in = buf_bytes(&b);

	assert_true(dotnet_bundle_take(&in, &a, &back));
	assert_int_equal(in.n, 0);
	assert_int_equal(back.bundle.major, 6);
	assert_true(back.bundle.compressed && back.has_deps && !back.has_config);
	assert_bytes(back.bundle.files.items[0], "a.dll");
	assert_bytes(back.deps.target, "t");
	for (size_t n = 0; n < b.n; n++) {
		in = bytes_slice(buf_bytes(&b), 0, n);
		assert_false(dotnet_bundle_take(&in, &a, &back));
	}
	buf_done(&b);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bundle_of_each_version),
		cmocka_unit_test(test_bundle_with_compressed_files),
		cmocka_unit_test(test_bundle_with_a_long_path),
		cmocka_unit_test(test_bundle_of_version_1_finds_documents_by_name),
		cmocka_unit_test(test_bundle_hosts_without_a_bundle),
		cmocka_unit_test(test_bundle_behind_an_unset_marker),
		cmocka_unit_test(test_bundle_of_unknown_versions),
		cmocka_unit_test(test_bundle_with_a_hostile_header),
		cmocka_unit_test(test_bundle_with_hostile_entries),
		cmocka_unit_test(test_bundle_cut_short),
		cmocka_unit_test(test_bundle_hosts_are_recognised_by_their_head),
		cmocka_unit_test(test_bundle_item_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
