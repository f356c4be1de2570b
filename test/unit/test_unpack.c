/* SPDX-License-Identifier: Apache-2.0 */
/* Layers as an enemy writes them, and what overlayfs is to find. The tar's octets come from our own
 * writer, which is tested against others (test_tar); what is to come out is said by OCI image-spec
 * 1.1, layer.md, and by what containerd does where that is silent. */
#include "rootfs/unpack.h"

#include "base/limits.h"
#include "fmt/tar.h"
#include "rootfs/unpack_tree.h"
#include "sys/removal.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/xattr.h>

#define FOREVER ((struct deadline){ .at_ms = UINT64_MAX })

static char top[] = "/tmp/oakum-test-unpack-XXXXXX";
static int top_fd, layers[4];
static buf tar = BUF_INIT(SIZE_MAX);
static bool is_root;

/* -- layers ------------------------------------------------------------------------------------ */

static int fresh(const char *name)
{
	assert_int_equal(removal_all(top_fd, name), 0);
	assert_int_equal(mkdirat(top_fd, name, 0755), 0);
	return openat(top_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int set_up_all(void **state)
{
	(void)state;
	is_root = geteuid() == 0;
	if (!mkdtemp(top) || (top_fd = open(top, O_RDONLY | O_DIRECTORY)) < 0)
		return -1;
	return chmod(top, 0755);
}

static int tear_down_all(void **state)
{
	(void)state;
	buf_done(&tar);
	return removal_all(AT_FDCWD, top);
}

static int set_up(void **state)
{
	(void)state;
	buf_clear(&tar);
	for (int i = 0; i < 4; i++)
		layers[i] = fresh((const char[]){ 'L', (char)('0' + i), 0 });
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++)
		close(layers[i]);
	return 0;
}

static void add(struct tar_entry entry, const char *content)
{
	entry.size = entry.stored = content ? strlen(content) : 0;
	tar_write_header(&tar, &entry);
	if (!content)
		return;
	buf_puts(&tar, content);
	tar_write_pad(&tar, entry.size);
}

#define ENTRY(kind, path, to, m) \
	(struct tar_entry) \
	{ \
		.type = (kind), .name = bytes_str(path), .link = bytes_str(to), .mode = (m), .mtime = 7 \
	}
#define FILE_(path, text) add(ENTRY(TAR_FILE, path, "", 0644), (text))
#define FOLDER(path, m) add(ENTRY(TAR_DIR, path, "", (m)), NULL)
#define SYMLINK(path, to) add(ENTRY(TAR_SYMLINK, path, to, 0777), NULL)
#define HARDLINK(path, to) add(ENTRY(TAR_HARDLINK, path, to, 0644), NULL)

static int unpack_with(struct unpack_options options, size_t layer, err *e)
{
	struct unpack_result result;
	int lowers[4], fd = openat(top_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	for (size_t i = 0; i < layer; i++)
		lowers[i] = layers[layer - 1 - i];
	options.lowers = lowers;
	options.lowers_len = layer;
	options.deadline = FOREVER;
	assert_true(fd >= 0 && write(fd, tar.p, tar.n) == (ssize_t)tar.n);
	int status = unpack_layer(fd, tar.n, layers[layer], &options, &result, e);

	close(fd);
	return status;
}

static int unpack(size_t layer, err *e)
{
	tar_write_end(&tar);
	int status = unpack_with((struct unpack_options){ .owners = is_root, .userxattr = !is_root },
	                         layer, e);

	buf_clear(&tar);
	return status;
}

/* The layer is one that can be unpacked. */
static void done(size_t layer)
{
	err e = { 0 };

	if (unpack(layer, &e) < 0)
		fail_msg("%s", e.text);
}

static void refused(size_t layer, enum err_kind kind)
{
	err e = { 0 };

	assert_int_equal(unpack(layer, &e), -1);
	assert_failed(&e, kind);
	close(layers[layer]);
	layers[layer] = fresh((const char[]){ 'L', (char)('0' + layer), 0 });
}

/* -- what is there ----------------------------------------------------------------------------- */

static struct stat at(size_t layer, const char *path)
{
	struct stat st;

	if (fstatat(layers[layer], path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		fail_msg("%s: %s", path, strerror(errno));
	return st;
}

static bool is_absent(size_t layer, const char *path)
{
	struct stat st;

	return fstatat(layers[layer], path, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT;
}

static void holds(size_t layer, const char *path, const char *text)
{
	char have[64] = "";
	int fd = openat(layers[layer], path, O_RDONLY | O_NOFOLLOW);

	assert_true(fd >= 0);
	assert_true(read(fd, have, sizeof(have) - 1) >= 0);
	assert_string_equal(have, text);
	close(fd);
}

static bool is_deleted(size_t layer, const char *path)
{
	struct stat st = at(layer, path);

	return unpack_tree_is_whiteout(&st);
}

static bool is_opaque(size_t layer, const char *path)
{
	char value = 0;
	int fd = openat(layers[layer], path, O_RDONLY | O_DIRECTORY);

	assert_true(fd >= 0);
	ssize_t n = fgetxattr(fd, is_root ? "trusted.overlay.opaque" : "user.overlay.opaque", &value,
	                      1);

	close(fd);
	return n == 1 && value == 'y';
}

/* -- plain ------------------------------------------------------------------------------------- */

static void test_plain(void **state)
{
	(void)state;
	FOLDER("./", 0711);
	FOLDER("etc/", 01777);
	add((struct tar_entry){ .type = TAR_FILE,
	                        .name = BYTES("etc/a"),
	                        .mode = 06755,
	                        .uid = 12,
	                        .gid = 34,
	                        .mtime = 1234567 },
	    "text");
	SYMLINK("etc/link", "/nowhere/at all");
	HARDLINK("etc/same", "etc/a");
	HARDLINK("linklink", "etc/link");
	add((struct tar_entry){ .type = TAR_FIFO, .name = BYTES("fifo"), .mode = 0622 }, NULL);
	done(0);
	assert_int_equal(at(0, ".").st_mode & 07777, 0711);
	assert_int_equal(at(0, "etc").st_mode & 07777, 01777);
	assert_int_equal(at(0, "etc").st_mtime, 7); /* although files came into it */
	assert_int_equal(at(0, "etc/a").st_mode & 07777, 06755);
	assert_int_equal(at(0, "etc/a").st_mtime, 1234567);
	assert_int_equal(at(0, "etc/a").st_ino, at(0, "etc/same").st_ino);
	assert_int_equal(at(0, "etc/link").st_ino, at(0, "linklink").st_ino);
	assert_true(S_ISLNK(at(0, "linklink").st_mode));
	assert_true(S_ISFIFO(at(0, "fifo").st_mode));
	assert_int_equal(at(0, "fifo").st_mode & 07777, 0622);
	holds(0, "etc/a", "text");
	assert_int_equal(at(0, "etc/a").st_uid, is_root ? 12 : geteuid());
	assert_int_equal(at(0, "etc/a").st_gid, is_root ? 34 : getegid());
}

static void test_owners_for_a_namespace(void **state)
{
	err e = { 0 };

	(void)state;
	if (!is_root)
		skip();
	add((struct tar_entry){ .type = TAR_FILE, .name = BYTES("a"), .uid = 5, .gid = 65535 }, "");
	add(
		(struct tar_entry){
			.type = TAR_FILE, .name = BYTES("b"), .uid = 65536, .gid = UINT32_MAX - 1 },
		"");
	tar_write_end(&tar);
	assert_int_equal(
		unpack_with((struct unpack_options){ .owners = true, .id_base = 100000 }, 0, &e), 0);
	assert_int_equal(at(0, "a").st_uid, 100005);
	assert_int_equal(at(0, "a").st_gid, 165535);
	assert_int_equal(at(0, "b").st_uid, 165534); /* nobody: it has no such id */
	assert_int_equal(at(0, "b").st_gid, 165534);
}

/* -- ways out ---------------------------------------------------------------------------------- */

static void test_names_lead_nowhere_else(void **state)
{
	(void)state;
	FILE_("../../../up", "1");
	FILE_("/absolute", "2");
	FILE_("a/../../b/./c", "3");
	SYMLINK("out", "/");
	FILE_("out/through", "4"); /* the root of the container, not ours */
	SYMLINK("far", "../../../../../../../../tmp");
	FILE_("far/file", "5");
	SYMLINK("loop", "loop2");
	SYMLINK("loop2", "loop");
	done(0);
	holds(0, "up", "1");
	holds(0, "absolute", "2");
	holds(0, "b/c", "3");
	holds(0, "through", "4");
	holds(0, "tmp/file", "5");
	assert_int_not_equal(access("/through", F_OK), 0);
	FILE_("loop/x", "");
	refused(1, ERR_FORMAT); /* upon the loop below */
	SYMLINK("here", "here");
	FILE_("here/x", "");
	refused(1, ERR_FORMAT);
}

static void test_hard_links_lead_nowhere_else(void **state)
{
	static const char *const bad[] = { "/etc/passwd", "../../../etc/passwd", "gone",
		                               "folder",      "out/etc/passwd",      "" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		FOLDER("folder", 0755);
		SYMLINK("out", "/");
		HARDLINK("mine", bad[i]);
		refused(0, ERR_FORMAT);
	}
	FILE_("a", "text");
	HARDLINK("a", "a"); /* to itself */
	HARDLINK("b", "a");
	HARDLINK("b", "a");
	done(0);
	holds(0, "a", "text");
	assert_int_equal(at(0, "b").st_nlink, 2);
}

static void test_one_place_again_and_again(void **state)
{
	(void)state;
	FOLDER("a", 0755);
	FILE_("a/b/c/d", "deep");
	FILE_("a", "file now");
	SYMLINK("l", "elsewhere");
	FOLDER("l", 0700);
	FILE_("l/x", "in it");
	FOLDER("d", 0755);
	SYMLINK("d", "l");
	FILE_("d/y", "by the link");
	FILE_("f", "1");
	FILE_("f", "2");
	FOLDER("both", 0700);
	FOLDER("both", 0750);
	done(0);
	holds(0, "a", "file now");
	assert_true(is_opaque(0, "l")); /* what was a link below is not to come back */
	holds(0, "l/x", "in it");
	holds(0, "l/y", "by the link");
	holds(0, "f", "2");
	assert_int_equal(at(0, "both").st_mode & 07777, 0750);
	assert_false(is_opaque(0, "both"));
	FOLDER("f", 0755);
	FILE_("f/g", "");
	FILE_("f/g/h", "");
	refused(1, ERR_FORMAT);
}

/* -- what is deleted --------------------------------------------------------------------------- */

static void test_whiteouts(void **state)
{
	static const char *const bad[] = { ".wh.", ".wh..", ".wh...", "a/.wh." };

	(void)state;
	FILE_("etc/.wh.gone", "");
	FILE_("etc/stays", "x");
	FILE_("etc/.wh.stays", ""); /* is about the layers below */
	FILE_("sub/inner", "y");
	FILE_(".wh.sub", "");
	FILE_(".wh.later", "");
	FILE_("later/z", "z");
	FILE_(".wh..wh.plnk", "");
	done(0);
	assert_true(is_deleted(0, "etc/gone"));
	holds(0, "etc/stays", "x");
	holds(0, "sub/inner", "y");
	assert_true(is_opaque(0, "sub"));
	holds(0, "later/z", "z");
	assert_true(is_opaque(0, "later"));
	assert_true(is_absent(0, ".wh..wh.plnk"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		FILE_(bad[i], "");
		refused(1, ERR_FORMAT);
	}
}

static void test_opaque_folders(void **state)
{
	(void)state;
	FILE_("before/.wh..wh..opq", "");
	FILE_("before/x", "1");
	FILE_("after/x", "2");
	FILE_("after/.wh..wh..opq", "");
	FILE_("plain/x", "3");
	done(0);
	assert_true(is_opaque(0, "before") && is_opaque(0, "after"));
	assert_false(is_opaque(0, "plain"));
	holds(0, "before/x", "1");
	holds(0, "after/x", "2");
	assert_true(is_absent(0, "after/.wh..wh..opq"));
	FILE_(".wh..wh..opq", "");
	done(1);
	assert_true(is_opaque(1, "."));
}

/* A device cannot be there, and what it replaced must not show. */
static void test_devices(void **state)
{
	(void)state;
	add((struct tar_entry){ .type = TAR_BLOCK, .name = BYTES("dev/sda"), .major = 8 }, NULL);
	add((struct tar_entry){ .type = TAR_CHAR, .name = BYTES("null"), .major = 1, .minor = 3 },
	    NULL);
	done(0);
	assert_true(is_deleted(0, "dev/sda") && is_deleted(0, "null"));
	HARDLINK("other", "null");
	refused(1, ERR_FORMAT);
}

/* -- upon other layers ------------------------------------------------------------------------- */

static void test_folders_are_as_below(void **state)
{
	(void)state;
	add(
		(struct tar_entry){
			.type = TAR_DIR, .name = BYTES("tmp"), .mode = 01777, .uid = 9, .mtime = 5 },
		NULL);
	FOLDER("usr/lib/", 0711);
	FILE_("usr/lib/old", "old");
	SYMLINK("lib", "usr/lib");
	SYMLINK("usr/more", "../lib/sub");
	FILE_("file", "");
	done(0);
	FILE_("tmp/x", "1");
	FILE_("lib/so", "2");
	FILE_("usr/more/deep/y", "3");
	HARDLINK("y", "lib/old"); /* through the link below */
	done(1);
	holds(1, "y", "old");
	assert_int_equal(at(1, "tmp").st_mode & 07777, 01777);
	assert_int_equal(at(1, "tmp").st_uid, is_root ? 9 : geteuid());
	assert_int_equal(at(1, "tmp").st_mtime, 5);
	holds(1, "usr/lib/so", "2");
	assert_int_equal(at(1, "usr/lib").st_mode & 07777, 0711);
	assert_true(is_absent(1, "lib") && is_absent(1, "usr/more"));
	holds(1, "usr/lib/sub/deep/y", "3");
	FILE_("file/x", "");
	refused(2, ERR_FORMAT);
	FILE_(".wh.lib", "");
	done(2);
	FILE_("lib/new", "4"); /* it is no link any more */
	done(3);
	holds(3, "lib/new", "4");
}

static void test_hard_links_to_layers_below(void **state)
{
	(void)state;
	add(
		(struct tar_entry){
			.type = TAR_FILE, .name = BYTES("bin/tool"), .mode = 0755, .uid = 3, .mtime = 11 },
		"tool");
	FILE_("bin/gone", "x");
	SYMLINK("bin/link", "tool");
	FILE_("old/x", "x");
	done(0);
	HARDLINK("bin/first", "bin/tool");
	HARDLINK("second", "bin/tool");
	FILE_("bin/.wh.gone", "");
	FILE_("old/.wh..wh..opq", "");
	done(1);
	holds(1, "bin/first", "tool");
	assert_int_equal(at(1, "bin/tool").st_nlink, 3);
	assert_int_equal(at(1, "second").st_mode & 07777, 0755);
	assert_int_equal(at(1, "second").st_mtime, 11);
	assert_int_equal(at(1, "second").st_uid, is_root ? 3 : geteuid());
	HARDLINK("x", "bin/gone");
	refused(2, ERR_FORMAT);
	HARDLINK("x", "old/x"); /* hidden by the layer between */
	refused(2, ERR_FORMAT);
	HARDLINK("x", "bin");
	refused(2, ERR_FORMAT);
}

/* -- what no tar should be --------------------------------------------------------------------- */

static void test_long_names(void **state)
{
	char name[LIMIT_PATH + 2];

	(void)state;
	memset(name, 'n', sizeof(name));
	name[255] = '\0';
	FILE_(name, "longest");
	done(0);
	holds(0, name, "longest");
	name[255] = 'n';
	name[256] = '\0';
	FILE_(name, "");
	refused(0, ERR_FORMAT);
	for (size_t i = 0; i < sizeof(name); i++)
		name[i] = i % 2 ? '/' : 'd';
	name[2001] = '\0';
	FILE_(name, "deep");
	FOLDER("m", 0);
	FILE_("m/x", "");
	done(0);
	assert_int_equal(removal_all(top_fd, "L0"), 0);
	layers[0] = fresh("L0");
	name[2001] = '/';
	name[LIMIT_PATH - 1] = '\0';
	FILE_(name, "");
	done(0); /* 2,048 folders */
	name[LIMIT_PATH - 1] = 'x';
	name[LIMIT_PATH] = 'y';
	name[LIMIT_PATH + 1] = '\0';
	add((struct tar_entry){ .type = TAR_FILE, .name = bytes_of(name, LIMIT_PATH + 1) }, "");
	refused(0, ERR_LIMIT);
}

static void test_broken(void **state)
{
	err e = { 0 };
	struct unpack_options plain = { .owners = is_root, .userxattr = !is_root };

	(void)state;
	FILE_("whole", "text");
	size_t n = tar.n;

	FILE_("cut", "some octets that are not all there");
	tar.n = n + 512 + 8;
	assert_int_equal(unpack_with(plain, 0, &e), -1);
	assert_failed(&e, ERR_FORMAT);
	buf_clear(&tar);

	add((struct tar_entry){ .type = TAR_FILE,
	                        .name = BYTES("of nobody"),
	                        .uid = UINT64_C(1) << 40 },
	    "");
	refused(0, ERR_FORMAT);
	FILE_(".", "the root is a folder");
	refused(0, ERR_FORMAT);
	SYMLINK("./", "elsewhere");
	refused(0, ERR_FORMAT);
	buf_puts(&tar, "no tar at all, but as long as a block of one would be");
	memset(buf_room(&tar, 1024), 'x', 1024);
	tar.n += 1024;
	refused(0, ERR_FORMAT);
	done(0); /* empty: a layer of nothing */
}

/* -- an ordinary user -------------------------------------------------------------------------- */

/* Folders that their owner may not write to are filled all the same, replaced and removed. */
static void test_as_a_user(void **state)
{
	int status = 0;

	(void)state;
	if (!is_root)
		skip(); /* all the tests above are */
	assert_int_equal(chmod(top, 0777), 0);
	fflush(NULL);
	pid_t child = fork();

	if (child == 0) {
		is_root = false;
		if (setgid(1001) < 0 || setuid(1001) < 0 || mkdirat(top_fd, "user", 0755) < 0)
			_exit(1);
		layers[0] = openat(top_fd, "user", O_RDONLY | O_DIRECTORY);
		FOLDER("./", 0555);
		FOLDER("closed", 0);
		FILE_("closed/inner/file", "x");
		FOLDER("closed/inner", 0111);
		FILE_(".wh.gone", "");
		FILE_("opaque/.wh..wh..opq", "");
		done(0);
		if ((at(0, "closed").st_mode & 07777) != 0 || (at(0, ".").st_mode & 07777) != 0555 ||
		    !is_deleted(0, "gone") || !is_opaque(0, "opaque") || removal_all(top_fd, "user") < 0)
			_exit(2);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_plain),
		TEST(test_owners_for_a_namespace),
		TEST(test_names_lead_nowhere_else),
		TEST(test_hard_links_lead_nowhere_else),
		TEST(test_one_place_again_and_again),
		TEST(test_whiteouts),
		TEST(test_opaque_folders),
		TEST(test_devices),
		TEST(test_folders_are_as_below),
		TEST(test_hard_links_to_layers_below),
		TEST(test_long_names),
		TEST(test_broken),
		TEST(test_as_a_user),
	};

	return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
