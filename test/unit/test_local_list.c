/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "base/pack.h"
#include "fmt/tar.h"
#include "oci/local.h"
#include "unit.h"

#include <sys/mman.h>

struct file {
	enum tar_type type;
	const char *name, *text; /* of a link: where it leads */
};

static void add_file(buf *tar, const struct file *f)
{
	bool link = f->type == TAR_SYMLINK || f->type == TAR_HARDLINK;
	bytes body = link || !f->text ? BYTES("") : bytes_str(f->text);
	struct tar_entry entry = { .type = f->type,
		                       .name = bytes_str(f->name),
		                       .link = link ? bytes_str(f->text) : BYTES(""),
		                       .mode = 0644,
		                       .size = body.n,
		                       .stored = body.n };

	tar_write_header(tar, &entry);
	buf_put(tar, body);
	tar_write_pad(tar, body.n);
}

static int memory_file(bytes text)
{
	int fd = memfd_create("archive", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text.p, text.n), text.n);
	return fd;
}

/* list(tar, max, a, out, e): an archive of these octets, with its names taken in. */
static int list(bytes tar, size_t max, struct arena *a, struct local *out, err *e)
{
	buf packed = BUF_INIT(max);

	*out = (struct local){ .fd = memory_file(tar), .is_archive = true, .size = tar.n };
	int done = local_list(out->fd, tar.n, a, &packed, e);

	if (done == 0)
		assert_int_equal(local_names(out, buf_bytes(&packed), a, e), 0);
	buf_done(&packed);
	return done;
}

static void make_archive(const struct file *list, size_t n, buf *out)
{
	for (size_t i = 0; i < n; i++)
		add_file(out, &list[i]);
	tar_write_end(out);
}

/* What docker save of 1.10 to 24 writes when two images share a layer, what docker 25, skopeo and
 * podman write, names as `tar -C layout -c .` writes them, and a name that comes twice. */
static const struct file docker_old[] = {
	{ TAR_FILE, "c0ffee.json", "config" },
	{ TAR_DIR, "1111/", NULL },
	{ TAR_FILE, "1111/VERSION", "1.0" },
	{ TAR_FILE, "1111/layer.tar", "first layer" },
	{ TAR_DIR, "2222/", NULL },
	{ TAR_SYMLINK, "2222/layer.tar", "../1111/layer.tar" },
	{ TAR_HARDLINK, "3333/layer.tar", "1111/layer.tar" },
	{ TAR_SYMLINK, "4444/layer.tar", "../3333/./layer.tar" },
	{ TAR_SYMLINK, "5555/layer.tar", "/1111/layer.tar" },
	{ TAR_FILE, "manifest.json", "[]" },
	{ TAR_FILE, "./blobs/sha256/aa", "blob" },
	{ TAR_FILE, "./index.json", "old" },
	{ TAR_FIFO, "fifo", NULL },
	{ TAR_SYMLINK, "one", "two" },
	{ TAR_SYMLINK, "two", "one" },
	{ TAR_SYMLINK, "dangling", "absent" },
	{ TAR_FILE, "index.json", "new" },
	{ TAR_FILE, "empty", "" },
};

static void an_archive_gives_its_files(void **state)
{
	static const struct {
		const char *name, *text;
		enum err_kind fails;
	} cases[] = {
		{ "c0ffee.json", "config", ERR_NONE },
		{ "1111/layer.tar", "first layer", ERR_NONE },
		{ "2222/layer.tar", "first layer", ERR_NONE },
		{ "3333/layer.tar", "first layer", ERR_NONE },
		{ "4444/layer.tar", "first layer", ERR_NONE },
		{ "5555/layer.tar", "first layer", ERR_NONE },
		{ "./2222//layer.tar", "first layer", ERR_NONE },
		{ "blobs/sha256/aa", "blob", ERR_NONE },
		{ "index.json", "new", ERR_NONE },
		{ "empty", "", ERR_NONE },
		{ "one", "", ERR_FORMAT },
		{ "dangling", "", ERR_ABSENT },
		{ "fifo", "", ERR_ABSENT },
		{ "1111", "", ERR_ABSENT },
		{ "../index.json", "", ERR_ABSENT },
		{ "", "", ERR_ABSENT },
	};
	struct arena a = ARENA_INIT;
	buf tar = BUF_INIT(1 << 20);
	struct local l;
	err e = { 0 };

	(void)state;
	make_archive(docker_old, sizeof(docker_old) / sizeof(docker_old[0]), &tar);
	assert_int_equal(list(buf_bytes(&tar), 1 << 16, &a, &l, &e), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bytes out = BYTES("");

		(void)local_read(&l, bytes_str(cases[i].name), 100, &a, &out, &e);
		if (e.kind != cases[i].fails)
			fail_msg("'%s': %s '%s'", cases[i].name, err_kind_name(e.kind), e.text);
		assert_bytes(out, cases[i].text);
		err_clear(&e);
	}
	buf_done(&tar);
	local_close(&l);
	arena_done(&a);
}

static void hostile_archives_are_refused(void **state)
{
	static const struct {
		struct file file;
		const char *says;
	} cases[] = {
		{ { TAR_FILE, "../index.json", "x" }, "'..'" },
		{ { TAR_FILE, "a/../../index.json", "x" }, "'..'" },
		{ { TAR_DIR, "..", NULL }, "'..'" },
		{ { TAR_SYMLINK, "a/layer.tar", "../../etc/passwd" }, "'..'" },
		{ { TAR_HARDLINK, "layer.tar", "../../etc/passwd" }, "'..'" },
		{ { TAR_SYMLINK, "a", "." }, "link to nothing" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena a = ARENA_INIT;
		buf tar = BUF_INIT(1 << 20);
		struct local l;
		err e = { 0 };

		make_archive(&cases[i].file, 1, &tar);
		assert_int_equal(list(buf_bytes(&tar), 1 << 16, &a, &l, &e), -1);
		if (!strstr(e.text, cases[i].says))
			fail_msg("'%s': '%s'", cases[i].file.name, e.text);
		assert_failed(&e, ERR_FORMAT);
		buf_done(&tar);
		local_close(&l);
		arena_done(&a);
	}
}

static void a_size_that_lies_is_refused(void **state)
{
	struct arena a = ARENA_INIT;
	buf tar = BUF_INIT(1 << 20);
	struct tar_entry entry = {
		.type = TAR_FILE, .name = BYTES("blob"), .link = BYTES(""), .size = 4096, .stored = 4096
	};
	struct local l;
	err e = { 0 };

	(void)state;
	tar_write_header(&tar, &entry);
	memset(buf_room(&tar, 4096), 'x', 4096);
	tar.n += 4096;
	assert_int_equal(list(buf_bytes(&tar), 1 << 16, &a, &l, &e), 0);
	local_close(&l);
	assert_int_equal(list(bytes_of(tar.p, tar.n - 1), 1 << 16, &a, &l, &e), -1);
	assert_non_null(strstr(e.text, "entry 'blob': 4096 bytes long"));
	assert_failed(&e, ERR_FORMAT);
	local_close(&l);
	buf_clear(&tar);
	entry.size = entry.stored = (uint64_t)1 << 62;
	tar_write_header(&tar, &entry);
	tar_write_end(&tar);
	assert_int_equal(list(buf_bytes(&tar), 1 << 16, &a, &l, &e), -1);
	assert_failed(&e, ERR_FORMAT);
	local_close(&l);
	buf_done(&tar);
	arena_done(&a);
}

static void what_is_no_tar_is_refused(void **state)
{
	static const struct {
		bytes text;
		const char *says;
	} cases[] = {
		{ BYTES_INIT(""), "empty" },
		{ BYTES_INIT("\x1f\x8b\x08\0\0\0\0\0\0\x03"), "gzip -dk" },
		{ BYTES_INIT("\x28\xb5\x2f\xfd\x04\0"), "zstd -dk" },
		{ BYTES_INIT("\xfd\x37zXZ\0\0"), "xz -dk" },
		{ BYTES_INIT("BZh91AY&SY"), "bzip2 -dk" },
		{ BYTES_INIT("hello"), "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena a = ARENA_INIT;
		struct local l;
		err e = { 0 };

		assert_int_equal(list(cases[i].text, 1 << 16, &a, &l, &e), -1);
		if (!strstr(e.text, cases[i].says))
			fail_msg("'%s' does not say '%s'", e.text, cases[i].says);
		assert_failed(&e, ERR_FORMAT);
		local_close(&l);
		arena_done(&a);
	}
}

static void entries_and_names_have_limits(void **state)
{
	struct arena a = ARENA_INIT;
	buf tar = BUF_INIT(1 << 28);
	struct local l;
	err e = { 0 };

	(void)state;
	for (unsigned i = 0; i < LIMIT_ARCHIVE_ENTRIES; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%u", i);
		add_file(&tar, &(struct file){ TAR_FILE, name, "" });
	}
	assert_int_equal(list(buf_bytes(&tar), 1 << 24, &a, &l, &e), 0);
	assert_int_equal(l.names.len, LIMIT_ARCHIVE_ENTRIES);
	local_close(&l);
	assert_int_equal(list(buf_bytes(&tar), 1 << 10, &a, &l, &e), -1);
	assert_failed(&e, ERR_LIMIT); /* the listing's own buffer is full */
	local_close(&l);
	add_file(&tar, &(struct file){ TAR_FILE, "more", "" });
	assert_int_equal(list(buf_bytes(&tar), 1 << 24, &a, &l, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	local_close(&l);
	buf_done(&tar);
	arena_done(&a);
}

static void links_have_a_limit(void **state)
{
	struct arena a = ARENA_INIT;
	buf tar = BUF_INIT(1 << 20);
	struct local l;
	bytes out;
	err e = { 0 };

	(void)state;
	add_file(&tar, &(struct file){ TAR_FILE, "0", "found" });
	for (unsigned i = 1; i <= LIMIT_LINKS + 1; i++) {
		char name[16], to[16];

		snprintf(name, sizeof(name), "%u", i);
		snprintf(to, sizeof(to), "%u", i - 1);
		add_file(&tar, &(struct file){ TAR_SYMLINK, name, to });
	}
	tar_write_end(&tar);
	assert_int_equal(list(buf_bytes(&tar), 1 << 16, &a, &l, &e), 0);
	assert_int_equal(local_read(&l, BYTES("40"), 100, &a, &out, &e), 0);
	assert_bytes(out, "found");
	assert_int_equal(local_read(&l, BYTES("41"), 100, &a, &out, &e), -1);
	assert_failed(&e, ERR_FORMAT);
	local_close(&l);
	buf_done(&tar);
	arena_done(&a);
}

/* An archive of many gigabytes is listed without reading its bodies. */
static void bodies_are_jumped_over(void **state)
{
	struct arena a = ARENA_INIT;
	buf tar = BUF_INIT(1 << 20), packed = BUF_INIT(1 << 16);
	struct tar_entry entry = { .type = TAR_FILE,
		                       .name = BYTES("big"),
		                       .link = BYTES(""),
		                       .size = 64 * GIB,
		                       .stored = 64 * GIB };
	struct local l = { .fd = memfd_create("archive", MFD_CLOEXEC), .is_archive = true };
	struct local_file f;
	err e = { 0 };

	(void)state;
	tar_write_header(&tar, &entry);
	size_t head = tar.n;

	make_archive(docker_old, 1, &tar);
	l.size = tar.n + entry.size;
	assert_int_equal(pwrite(l.fd, tar.p, head, 0), head);
	assert_int_equal(pwrite(l.fd, tar.p + head, tar.n - head, (off_t)(head + entry.size)),
	                 tar.n - head);
	assert_int_equal(local_list(l.fd, l.size, &a, &packed, &e), 0);
	assert_int_equal(local_names(&l, buf_bytes(&packed), &a, &e), 0);
	assert_int_equal(local_find(&l, BYTES("c0ffee.json"), &f, &e), 0);
	assert_true(f.offset == head + entry.size + 512 && f.size == 6 && !f.owned && f.fd == l.fd);
	local_close(&l);
	buf_done(&tar);
	buf_done(&packed);
	arena_done(&a);
}

/* -- the worker's answer ---------------------------------------------------------------------- */

static void pack_name(buf *b, const char *name, const char *link, uint64_t offset, uint64_t size)
{
	pack_str(b, name);
	pack_str(b, link);
	pack_u64(b, offset);
	pack_u64(b, size);
}

static int take_names(bytes packed, err *e)
{
	struct local l = { .fd = -1, .is_archive = true, .size = 100 };
	struct arena a = ARENA_INIT;
	int done = local_names(&l, packed, &a, e);

	arena_done(&a);
	return done;
}

static void a_listing_is_checked(void **state)
{
	static const struct {
		const char *first, *second;
		uint64_t offset, size;
		bool good;
	} cases[] = {
		{ "a", "b", 0, 100, true },
		{ "a", "b", 100, 0, true },
		{ "a", "b", 1, 100, false },
		{ "a", "b", 101, 0, false },
		{ "a", "b", 50, UINT64_MAX, false },
		{ "a", "b", UINT64_MAX, 1, false },
		{ "b", "a", 0, 1, false },
		{ "a", "a", 0, 1, false },
		{ "", "a", 0, 1, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf b = BUF_INIT(1 << 10);
		err e = { 0 };

		pack_name(&b, cases[i].first, "", 0, 1);
		pack_name(&b, cases[i].second, "", cases[i].offset, cases[i].size);
		assert_int_equal(take_names(buf_bytes(&b), &e), cases[i].good ? 0 : -1);
		if (!cases[i].good)
			assert_failed(&e, ERR_BUG);
		buf_done(&b);
	}
}

static void a_cut_listing_is_refused(void **state)
{
	buf b = BUF_INIT(1 << 10);
	err e = { 0 };

	(void)state;
	pack_name(&b, "a", "bc", 0, 0);
	for (size_t n = 1; n < b.n; n++) {
		assert_int_equal(take_names(bytes_of(b.p, n), &e), -1);
		assert_failed(&e, ERR_BUG);
	}
	assert_int_equal(take_names(bytes_of(b.p, 0), &e), 0);
	assert_int_equal(take_names(buf_bytes(&b), &e), 0);
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_archive_gives_its_files),
		cmocka_unit_test(hostile_archives_are_refused),
		cmocka_unit_test(a_size_that_lies_is_refused),
		cmocka_unit_test(what_is_no_tar_is_refused),
		cmocka_unit_test(entries_and_names_have_limits),
		cmocka_unit_test(links_have_a_limit),
		cmocka_unit_test(bodies_are_jumped_over),
		cmocka_unit_test(a_listing_is_checked),
		cmocka_unit_test(a_cut_listing_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
