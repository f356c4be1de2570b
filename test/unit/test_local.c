/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/local.h"

#include "base/limits.h"
#include "base/pack.h"
#include "fmt/tar.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static char home[] = "/tmp/oakum-local-XXXXXX";

static void make_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* A layout with a link inside, links out of it, a link in a circle and things that are no files. */
static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(home) || chdir(home) < 0 || mkdir("layout", 0700) < 0 ||
	    mkdir("layout/blobs", 0700) < 0)
		return -1;
	make_file("secret", "secret");
	make_file("layout/index.json", "{}");
	make_file("layout/blobs/a", "blob");
	if (symlink("blobs/a", "layout/inside") < 0 || symlink("../secret", "layout/outside") < 0 ||
	    symlink("/proc/self/environ", "layout/absolute") < 0 || symlink("..", "layout/up") < 0 ||
	    symlink("circle", "layout/circle") < 0 || mkfifo("layout/fifo", 0600) < 0 ||
	    mkfifo("fifo", 0600) < 0)
		return -1;
	return 0;
}

static int tear_down(void **state)
{
	static const char *const paths[] = { "layout/index.json", "layout/blobs/a", "layout/blobs",
		                                 "layout/inside", "layout/outside", "layout/absolute",
		                                 "layout/up", "layout/circle", "layout/fifo", "layout",
		                                 "secret", "fifo", home };

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (remove(paths[i]) < 0)
			return -1;
	return 0;
}

/* -- folders ---------------------------------------------------------------------------------- */

static struct local open_layout(void)
{
	struct target t = { .kind = TARGET_LAYOUT, .path = "layout", .tag = "" };
	struct local l;
	err e = { 0 };

	assert_int_equal(local_open(&t, &l, &e), 0);
	return l;
}

static const struct {
	const char *name;
	enum err_kind fails; /* ERR_NONE: it is read */
	bool by_parts;       /* the same without openat2 */
} files[] = {
	{ "index.json", ERR_NONE, true },
	{ "blobs/a", ERR_NONE, true },
	{ "./blobs//a", ERR_NONE, true },
	{ "/blobs/a", ERR_NONE, true },
	{ "inside", ERR_NONE, false },
	{ "outside", ERR_FORMAT, true },
	{ "absolute", ERR_FORMAT, true },
	{ "up/secret", ERR_FORMAT, false },
	{ "circle", ERR_FORMAT, true },
	{ "../secret", ERR_FORMAT, true },
	{ "fifo", ERR_FORMAT, true },
	{ "blobs", ERR_FORMAT, true },
	{ "", ERR_FORMAT, true },
	{ "absent", ERR_ABSENT, true },
	{ "absent/a", ERR_ABSENT, true },
	{ "index.json/a", ERR_ABSENT, true },
};

static void a_layout_gives_its_files_only(void **state)
{
	struct local l = open_layout();
	struct arena a = ARENA_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		bytes out;
		err e = { 0 };

		(void)local_read(&l, bytes_str(files[i].name), 100, &a, &out, &e);
		if (e.kind != files[i].fails)
			fail_msg("'%s': %s '%s'", files[i].name, err_kind_name(e.kind), e.text);
	}
	arena_done(&a);
	local_close(&l);
}

static void a_file_is_read_up_to_a_maximum(void **state)
{
	struct local l = open_layout();
	struct arena a = ARENA_INIT;
	struct local_file f;
	struct stat st;
	bytes out;
	err e = { 0 };

	(void)state;
	assert_int_equal(local_read(&l, BYTES("blobs/a"), 4, &a, &out, &e), 0);
	assert_bytes(out, "blob");
	assert_int_equal(local_read(&l, BYTES("blobs/a"), 3, &a, &out, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	assert_int_equal(local_find(&l, BYTES("inside"), &f, &e), 0);
	assert_int_equal(stat("layout/blobs/a", &st), 0);
	assert_true(f.owned && f.fd >= 0 && f.fd != l.fd);
	assert_true(f.inode == st.st_ino && f.device == st.st_dev && f.size == 4 && f.offset == 0);
	assert_true(f.mtime_ns == (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec);
	local_file_close(&f);
	assert_int_equal(f.fd, -1);
	arena_done(&a);
	local_close(&l);
}

/* A kernel before 5.6, or a sandbox that does not know the call: openat2 answers with `answer`. */
static void forget_openat2(int answer)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)answer),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = 4, .filter = code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		_exit(100);
}

/* The exit status: 0, or 1 + the row that came out otherwise. */
static int read_by_parts(int answer)
{
	struct local l = open_layout();
	struct arena a = ARENA_INIT;
	int status = 0;

	forget_openat2(answer);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && !status; i++) {
		bytes out;
		err e = { 0 };

		(void)local_read(&l, bytes_str(files[i].name), 100, &a, &out, &e);
		if (files[i].by_parts ? e.kind != files[i].fails : e.kind == ERR_NONE)
			status = (int)i + 1;
	}
	arena_done(&a);
	local_close(&l);
	return status;
}

static void old_kernels_follow_no_link(void **state)
{
	static const int answers[] = { ENOSYS, EPERM };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		int status = 0;
		pid_t child = fork();

		if (child == 0)
			_exit(read_by_parts(answers[i]));
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
}

static void opening_says_what_is_wrong(void **state)
{
	static const struct {
		enum target_kind kind;
		const char *path;
		enum err_kind fails;
		const char *says;
	} cases[] = {
		{ TARGET_LAYOUT, "absent", ERR_ABSENT, "'absent'" },
		{ TARGET_OCI_ARCHIVE, "absent.tar", ERR_ABSENT, "'absent.tar'" },
		{ TARGET_LAYOUT, "secret", ERR_USAGE, "oci-archive:" },
		{ TARGET_DOCKER_ARCHIVE, "layout", ERR_USAGE, "oci:" },
		{ TARGET_ARCHIVE, "fifo", ERR_USAGE, "no regular file" },
		{ TARGET_ARCHIVE, "/dev/zero", ERR_USAGE, "no regular file" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct target t = { .kind = cases[i].kind, .path = cases[i].path, .tag = "" };
		struct local l;
		err e = { 0 };

		assert_int_equal(local_open(&t, &l, &e), -1);
		if (!strstr(e.text, cases[i].says))
			fail_msg("%s: '%s'", cases[i].path, e.text);
		assert_failed(&e, cases[i].fails);
	}
}

/* -- archives --------------------------------------------------------------------------------- */

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

/* What docker save of 1.10 to 24 writes when two images share a layer, what docker save of 25, skopeo
 * and podman write, names as `tar -C layout -c .` writes them, and a name that comes twice. */
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
	struct tar_entry entry = { .type = TAR_FILE, .name = BYTES("blob"), .link = BYTES(""),
		                       .size = 4096, .stored = 4096 };
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
		{ BYTES_INIT("\xfd""7zXZ\0\0"), "xz -dk" },
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

/* An archive of many gigabytes is listed without reading its bodies. */
static void bodies_are_jumped_over(void **state)
{
	struct arena a = ARENA_INIT;
	buf tar = BUF_INIT(1 << 20), packed = BUF_INIT(1 << 16);
	struct tar_entry entry = { .type = TAR_FILE, .name = BYTES("big"), .link = BYTES(""),
		                       .size = 64 * GIB, .stored = 64 * GIB };
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
		{ "a", "b", 0, 100, true },         { "a", "b", 100, 0, true },
		{ "a", "b", 1, 100, false },        { "a", "b", 101, 0, false },
		{ "a", "b", 50, UINT64_MAX, false }, { "a", "b", UINT64_MAX, 1, false },
		{ "b", "a", 0, 1, false },          { "a", "a", 0, 1, false },
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
		cmocka_unit_test(a_layout_gives_its_files_only),
		cmocka_unit_test(a_file_is_read_up_to_a_maximum),
		cmocka_unit_test(old_kernels_follow_no_link),
		cmocka_unit_test(opening_says_what_is_wrong),
		cmocka_unit_test(an_archive_gives_its_files),
		cmocka_unit_test(hostile_archives_are_refused),
		cmocka_unit_test(a_size_that_lies_is_refused),
		cmocka_unit_test(what_is_no_tar_is_refused),
		cmocka_unit_test(entries_and_names_have_limits),
		cmocka_unit_test(bodies_are_jumped_over),
		cmocka_unit_test(a_listing_is_checked),
		cmocka_unit_test(a_cut_listing_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
