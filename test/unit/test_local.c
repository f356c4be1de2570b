/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/local.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
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
	static const char *const paths[] = { "layout/index.json",
		                                 "layout/blobs/a",
		                                 "layout/blobs",
		                                 "layout/inside",
		                                 "layout/outside",
		                                 "layout/absolute",
		                                 "layout/up",
		                                 "layout/circle",
		                                 "layout/fifo",
		                                 "layout",
		                                 "secret",
		                                 "fifo",
		                                 home };

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (remove(paths[i]) < 0)
			return -1;
	return 0;
}

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
	{ "index.json", ERR_NONE, true }, { "blobs/a", ERR_NONE, true },
	{ "./blobs//a", ERR_NONE, true }, { "/blobs/a", ERR_NONE, true },
	{ "inside", ERR_NONE, false },    { "outside", ERR_FORMAT, true },
	{ "absolute", ERR_FORMAT, true }, { "up/secret", ERR_FORMAT, false },
	{ "circle", ERR_FORMAT, true },   { "../secret", ERR_FORMAT, true },
	{ "fifo", ERR_FORMAT, true },     { "blobs", ERR_FORMAT, true },
	{ "", ERR_FORMAT, true },         { "absent", ERR_ABSENT, true },
	{ "absent/a", ERR_ABSENT, true }, { "index.json/a", ERR_ABSENT, true },
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_layout_gives_its_files_only),
		cmocka_unit_test(a_file_is_read_up_to_a_maximum),
		cmocka_unit_test(old_kernels_follow_no_link),
		cmocka_unit_test(opening_says_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
