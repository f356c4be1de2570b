/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/layout.h"

#include "base/pack.h"
#include "sys/file.h"
#include "unit.h"

#include <dirent.h>
#include <ftw.h>
#include <sys/stat.h>

static char home[] = "/tmp/oakum-layout-XXXXXX";
static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	return !mkdtemp(home) || chdir(home) < 0 ? -1 : 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&arena);
	return nftw(home, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *text_of(const char *path)
{
	bytes text = { 0 };
	err e = { 0 };

	return file_read_all(path, 1 << 20, &arena, &text, &e) < 0 ? NULL : arena_str(&arena, text);
}

static size_t files_in(const char *path)
{
	DIR *dir = opendir(path);
	size_t n = 0;

	if (!dir)
		return 0;
	for (struct dirent *d; (d = readdir(dir)) != NULL;)
		n += d->d_name[0] != '.' || strncmp(d->d_name, ".oakum", 6) == 0;
	closedir(dir);
	return n;
}

static struct descriptor blob_of(const char *text)
{
	return (struct descriptor){ .media_type = BYTES("text/plain"),
		                        .digest = digest_of(DIGEST_SHA256, bytes_str(text)),
		                        .size = strlen(text) };
}

/* The name is what sha256sum(1) says of "hello". */
#define HELLO "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

static void a_blob_is_in_place_when_it_fits(void **state)
{
	struct descriptor hello = blob_of("hello");
	struct layout l;
	struct layout_blob b;
	bool there;
	err e = { 0 };

	(void)state;
	assert_int_equal(layout_open("a", &l, &e), 0);
	assert_int_equal(layout_blob_begin(&l, &hello, &b, &e), 0);
	assert_int_equal(layout_blob_write(&b, BYTES("hel"), &e), 0);
	assert_null(text_of("a/blobs/sha256/" HELLO));
	assert_int_equal(layout_blob_write(&b, BYTES("lo"), &e), 0);
	assert_int_equal(layout_blob_commit(&b, NULL, &e), 0);
	assert_string_equal(text_of("a/blobs/sha256/" HELLO), "hello");
	assert_int_equal(layout_has(&l, &hello, &there, &e), 0);
	assert_true(there);

	/* What another program spoilt is found by reading it. */
	assert_int_equal(file_write_atomic("a/blobs/sha256/" HELLO, BYTES("jello"), 0644, &e), 0);
	assert_int_equal(layout_has(&l, &hello, &there, &e), 0);
	assert_true(there);
	l.verify = true;
	assert_int_equal(layout_has(&l, &hello, &there, &e), 0);
	assert_false(there);
	assert_int_equal(layout_put(&l, &hello, BYTES("hello"), &e), 0);
	assert_string_equal(text_of("a/blobs/sha256/" HELLO), "hello");
	layout_close(&l);
	assert_null(opendir("a/.oakum-partial"));
}

static void another_content_leaves_nothing(void **state)
{
	struct descriptor hello = blob_of("hello");
	struct layout l;
	struct layout_blob b;
	err e = { 0 };

	(void)state;
	assert_int_equal(layout_open("b", &l, &e), 0);
	assert_int_equal(layout_blob_begin(&l, &hello, &b, &e), 0);
	assert_int_equal(layout_blob_write(&b, BYTES("jello"), &e), 0);
	assert_int_equal(layout_blob_commit(&b, NULL, &e), -1);
	assert_failed(&e, ERR_FORMAT);
	assert_int_equal(layout_blob_begin(&l, &hello, &b, &e), 0);
	assert_int_equal(b.at, 0);
	assert_int_equal(layout_blob_write(&b, BYTES("hello "), &e), -1);
	assert_failed(&e, ERR_FORMAT);
	layout_blob_abandon(&b);
	assert_int_equal(layout_blob_begin(&l, &hello, &b, &e), 0);
	assert_int_equal(layout_blob_write(&b, BYTES("hel"), &e), 0);
	assert_int_equal(layout_blob_commit(&b, NULL, &e), -1);
	assert_failed(&e, ERR_FORMAT);
	assert_int_equal(files_in("b/blobs/sha256"), 0);
	layout_close(&l);
}

static void a_blob_that_was_begun_is_gone_on_with(void **state)
{
	struct descriptor hello = blob_of("hello");
	struct layout l;
	struct layout_blob b;
	err e = { 0 };

	(void)state;
	assert_int_equal(layout_open("c", &l, &e), 0);
	assert_int_equal(layout_blob_begin(&l, &hello, &b, &e), 0);
	assert_int_equal(layout_blob_write(&b, BYTES("hel"), &e), 0);
	layout_blob_abandon(&b);
	assert_int_equal(files_in("c/blobs/sha256"), 0);
	assert_int_equal(layout_blob_begin(&l, &hello, &b, &e), 0);
	assert_int_equal(b.at, 3);
	assert_int_equal(layout_blob_write(&b, BYTES("lo"), &e), 0);
	assert_int_equal(layout_blob_commit(&b, NULL, &e), 0);
	assert_string_equal(text_of("c/blobs/sha256/" HELLO), "hello");
	layout_close(&l);
}

static void a_blob_may_tell_its_digest_at_the_end(void **state)
{
	struct descriptor made;
	struct layout l;
	struct layout_blob b;
	err e = { 0 };

	(void)state;
	assert_int_equal(layout_open("d", &l, &e), 0);
	assert_int_equal(layout_blob_begin(&l, NULL, &b, &e), 0);
	assert_int_equal(layout_blob_write(&b, BYTES("hello"), &e), 0);
	assert_int_equal(layout_blob_commit(&b, &made, &e), 0);
	assert_string_equal(DIGEST_TEXT(&made.digest), "sha256:" HELLO);
	assert_int_equal(made.size, 5);
	assert_string_equal(text_of("d/blobs/sha256/" HELLO), "hello");
	assert_int_equal(layout_blob_begin(&l, NULL, &b, &e), 0);
	assert_int_equal(layout_blob_write(&b, BYTES("never"), &e), 0);
	layout_blob_abandon(&b);
	assert_int_equal(files_in("d/blobs/sha256"), 1);
	layout_close(&l);
}

static void somebodys_folder_is_left_alone(void **state)
{
	struct layout l;
	err e = { 0 };

	(void)state;
	assert_int_equal(mkdir("mine", 0700), 0);
	assert_int_equal(file_write_atomic("mine/thesis", BYTES("1"), 0600, &e), 0);
	assert_int_equal(layout_open("mine", &l, &e), -1);
	assert_failed(&e, ERR_USAGE);
	assert_int_equal(layout_open("mine/thesis", &l, &e), -1);
	assert_true(err_is_set(&e));
	err_clear(&e);
	assert_int_equal(mkdir("linked", 0700), 0);
	assert_int_equal(symlink("../mine", "linked/blobs"), 0);
	assert_int_equal(layout_open("linked", &l, &e), -1);
	assert_failed(&e, ERR_IO);
}

/* -- index.json -------------------------------------------------------------------------------- */

#define ENTRY(tag) \
	"{\"size\": 5,  \"digest\":\"sha256:" HELLO "\", \"x\":[1], " \
	"\"annotations\":{\"org.opencontainers.image.ref.name\":\"" tag "\"}}"

/* As the worker and its parent do it. */
static int parse(void *ctx, bytes text, struct arena *a, struct layout_index *out, err *e)
{
	struct layout_index inner;
	buf packed = BUF_INIT(1 << 20);

	(void)ctx;
	if (layout_index_parse(text, a, &inner, e) < 0)
		return -1;
	layout_index_pack(&inner, &packed);
	int status = layout_index_unpack(buf_bytes(&packed), text.n, a, out, e);

	buf_done(&packed);
	return status;
}

static void add_entry(const struct layout *l, const char *tag, int want)
{
	struct descriptor d = blob_of("hello");
	struct layout_entries entries = { &d, 1, 1 };
	err e = { 0 };

	d.ref_name = bytes_str(tag);
	assert_int_equal(layout_commit(l, &entries, parse, NULL, &e), want);
	err_clear(&e);
}

static void other_entries_stay_octet_for_octet(void **state)
{
	struct layout l;
	err e = { 0 };

	(void)state;
	assert_int_equal(layout_open("i", &l, &e), 0);
	assert_int_equal(file_write_atomic("i/index.json",
	                                   BYTES("{ \"manifests\" : [ " ENTRY("one") " ,\n" ENTRY(
										   "two") "],\"annotations\":{\"a\":\"b\"}}  \n"),
	                                   0644, &e),
	                 0);
	add_entry(&l, "two", 0);
	assert_string_equal(
		text_of("i/index.json"),
		"{ \"manifests\" : [" ENTRY(
			"one") ",{\"mediaType\": \"text/plain\", \"digest\": \"sha256:" HELLO
				   "\", \"size\": 5, "
				   "\"annotations\": {\"org.opencontainers.image.ref.name\": \"two\"}}"
				   "],\"annotations\":{\"a\":\"b\"}}  \n");
	add_entry(&l, "th\"ree\n", 0); /* a name is only text */
	assert_non_null(strstr(text_of("i/index.json"), "\"th\\\"ree\\n\""));
	layout_close(&l);
}

static void an_index_that_makes_no_sense_stays(void **state)
{
	static const char *const bad[] = {
		"{",
		"[]",
		"{}",
		"{\"manifests\":1}",
		"{\"manifests\":[1]}",
		"{\"manifests\":[{}]}",
		"{\"manifests\":[{\"digest\":\"sha256:../x\"}]}",
		"{\"manifests\":[],\"manifests\":[]}",
	};
	struct layout l;
	err e = { 0 };

	(void)state;
	assert_int_equal(layout_open("n", &l, &e), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(file_write_atomic("n/index.json", bytes_str(bad[i]), 0644, &e), 0);
		add_entry(&l, "one", -1);
		assert_string_equal(text_of("n/index.json"), bad[i]);
	}
	layout_close(&l);
}

/* What does not fit is told, and nothing is written. */
static void an_index_too_long_is_refused(void **state)
{
	struct layout l;
	struct descriptor d = blob_of("hello");
	struct layout_entries entries = { &d, 1, 1 };
	buf out = BUF_INIT(4096);
	err e = { 0 };

	(void)state;
	uint8_t *name = arena_alloc(&arena, 900000);

	memset(name, 0x7f, 900000); /* each is six octets in JSON */
	d.ref_name = bytes_of(name, 900000);
	assert_int_equal(layout_open("long", &l, &e), 0);
	assert_int_equal(layout_commit(&l, &entries, parse, NULL, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	assert_int_equal(access("long/index.json", F_OK), -1);
	layout_close(&l);
	err_clear(&e);
	assert_int_equal(layout_index_text(&entries, &out, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	buf_done(&out);
}

/* The worker is taken over: its spans lead nowhere but into the array, each octet once. */
static void a_lying_worker_is_found_out(void **state)
{
	static const uint64_t lies[][7] = {
		/* array from, n, entries, entry from, n, next from, n; of a text of 100 octets */
		{ 10, 91, 0, 0, 0, 0, 0 },  { 101, 0, 0, 0, 0, 0, 0 },   { 10, 1, 0, 0, 0, 0, 0 },
		{ 10, 50, 1, 10, 5, 0, 0 }, { 10, 50, 1, 11, 49, 0, 0 }, { 10, 50, 2, 11, 20, 30, 5 },
		{ 10, 50, 1, 60, 1, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i <= sizeof(lies) / sizeof(*lies); i++) {
		static const uint64_t honest[7] = { 10, 50, 2, 11, 20, 31, 28 };
		bool lying = i < sizeof(lies) / sizeof(*lies);
		const uint64_t *v = lying ? lies[i] : honest;
		struct layout_index index;
		buf packed = BUF_INIT(4096);
		err e = { 0 };

		for (int k = 0; k < 3; k++)
			pack_u64(&packed, v[k]);
		for (uint64_t k = 0; k < v[2]; k++) {
			pack_u64(&packed, v[3 + 2 * k]);
			pack_u64(&packed, v[4 + 2 * k]);
			pack_str(&packed, "sha256:" HELLO);
			pack_str(&packed, "");
		}
		assert_int_equal(layout_index_unpack(buf_bytes(&packed), 100, &arena, &index, &e),
		                 lying ? -1 : 0);
		if (lying)
			assert_failed(&e, ERR_BUG);
		buf_done(&packed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_blob_is_in_place_when_it_fits),
		cmocka_unit_test(another_content_leaves_nothing),
		cmocka_unit_test(a_blob_that_was_begun_is_gone_on_with),
		cmocka_unit_test(a_blob_may_tell_its_digest_at_the_end),
		cmocka_unit_test(somebodys_folder_is_left_alone),
		cmocka_unit_test(other_entries_stay_octet_for_octet),
		cmocka_unit_test(an_index_that_makes_no_sense_stays),
		cmocka_unit_test(an_index_too_long_is_refused),
		cmocka_unit_test(a_lying_worker_is_found_out),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
