/* SPDX-License-Identifier: Apache-2.0 */
/* What can happen to a cache from outside: rot, strangers, full disks, many processes. */
#include "cache_fixture.h"

static void spoil(const char *path, off_t at, const char *with)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, with, strlen(with), at), (ssize_t)strlen(with));
	close(fd);
}

static bool exists(const struct fixture *f, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	return access(path, F_OK) == 0;
}

static void a_corrupt_file_is_moved_aside(void **state)
{
	struct fixture *f = *state;
	buf records = BUF_INIT(MIB);

	make_records(&records, 1, 1, 1);
	spoil(f->db, 0, "this is no database at all, but long enough to look like a file of one page");
	assert_int_equal(open_it(f), 0);
	assert_true(exists(f, "evidence.db.corrupt"));
	assert_int_equal(write_layer(f->c, 1, buf_bytes(&records), &f->e), 0);
	assert_int_equal(read_layer(f->c, 1, buf_bytes(&records), &f->e), 1);
	buf_done(&records);
}

/* A page that goes bad in use: the job goes on without, the next one begins anew. */
static void a_file_found_corrupt_later_is_moved_aside(void **state)
{
	struct fixture *f = *state;
	buf records = BUF_INIT(MIB);
	sqlite3 *db;

	make_records(&records, 1, 100, 1000);
	assert_int_equal(open_it(f), 0);
	assert_int_equal(write_layer(f->c, 1, buf_bytes(&records), &f->e), 0);
	cache_close(f->c);
	assert_int_equal(sqlite3_open(f->db, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db, "UPDATE piece SET data = zeroblob(length(data))", NULL, NULL, NULL),
		SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(open_it(f), 0);
	assert_int_equal(read_layer(f->c, 1, buf_bytes(&records), &f->e), -1);
	assert_failed(&f->e, ERR_FORMAT);
	assert_false(exists(f, "evidence.db.corrupt"));
	cache_close(f->c);
	assert_true(exists(f, "evidence.db.corrupt"));
	assert_int_equal(open_it(f), 0);
	assert_int_equal(read_layer(f->c, 1, buf_bytes(&records), &f->e), 0);
	buf_done(&records);
}

/* What an enemy may write into well-formed tables. */
static void hostile_rows(void **state)
{
	static const struct {
		const char *sql;
		enum err_kind kind;
	} cases[] = {
		{ "UPDATE piece SET octets = 9000000000000000000", ERR_LIMIT },
		{ "UPDATE piece SET octets = -1", ERR_LIMIT },
		{ "UPDATE piece SET octets = 0", ERR_FORMAT },
		{ "UPDATE piece SET octets = octets - 1", ERR_FORMAT },
		{ "UPDATE piece SET data = x''", ERR_FORMAT },
		/* zstd frames (RFC 8878): one says 2^62 octets, one holds "\1\0\0\0" alone, a cut record */
		{ "UPDATE piece SET octets = 4, data = x'28b52ffde00000000000000040010000'", ERR_FORMAT },
		{ "UPDATE piece SET octets = 4, data = x'28b52ffd200421000001000000'", ERR_FORMAT },
		{ "UPDATE piece SET octets = 4, data = x'28b52ffd2004210000ffffffff'", ERR_FORMAT },
		{ "UPDATE layer SET pieces = 2", ERR_IO },
		{ "DELETE FROM piece", ERR_IO },
	};
	struct fixture *f = *state;
	buf records = BUF_INIT(MIB);
	sqlite3 *db;

	make_records(&records, 1, 100, 1000);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(open_it(f), 0);
		assert_int_equal(write_layer(f->c, 1, buf_bytes(&records), &f->e), 0);
		cache_close(f->c);
		assert_int_equal(sqlite3_open(f->db, &db), SQLITE_OK);
		assert_int_equal(sqlite3_exec(db, cases[i].sql, NULL, NULL, NULL), SQLITE_OK);
		sqlite3_close(db);
		assert_int_equal(open_it(f), 0);
		assert_int_equal(read_layer(f->c, 1, buf_bytes(&records), &f->e), -1);
		assert_failed(&f->e, cases[i].kind);
		cache_close(f->c);
		f->c = NULL;
	}
	buf_done(&records);
}

static void tables_of_somebody_else(void **state)
{
	struct fixture *f = *state;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(f->db, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db, "CREATE TABLE layer (x); PRAGMA user_version = 1", NULL, NULL, NULL),
		SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(open_it(f), 0);
	assert_true(exists(f, "evidence.db.corrupt"));
	cache_close(f->c);
	f->c = NULL;
	assert_int_equal(sqlite3_open(f->db, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 2", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(open_it(f), -1); /* a newer program's: left alone */
	assert_failed(&f->e, ERR_IO);
	f->c = NULL;
}

static void folders_that_will_not_do(void **state)
{
	struct fixture *f = *state;
	char path[256];

	snprintf(path, sizeof(path), "%s/made", f->dir);
	assert_int_equal(cache_open(path, MIB, &f->c, &f->e), 0);
	cache_close(f->c);
	f->c = NULL;
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(chmod(path, 0777), 0); /* anybody may put a file there */
	assert_int_equal(cache_open(path, MIB, &f->c, &f->e), -1);
	assert_failed(&f->e, ERR_IO);
	assert_int_equal(cache_open("/proc/nowhere", MIB, &f->c, &f->e), -1);
	assert_true(err_is_set(&f->e));
	err_clear(&f->e);
	snprintf(path, sizeof(path), "%s/target", f->dir);
	spoil(path, 0, "x");
	assert_int_equal(symlink(path, f->db), 0);
	assert_int_equal(open_it(f), -1);
	assert_failed(&f->e, ERR_IO);
	f->c = NULL;
}

/* Whoever runs this as root becomes somebody else, to whom the folder says no. */
static void a_folder_that_cannot_be_written(void **state)
{
	struct fixture *f = *state;
	int status;

	assert_int_equal(open_it(f), 0);
	cache_close(f->c);
	f->c = NULL;
	assert_int_equal(chmod(f->dir, 0500), 0);
	fflush(NULL);
	pid_t child = fork();

	if (child == 0) {
		if (geteuid() == 0 && (chown(f->dir, 65534, 65534) < 0 || chown(f->db, 65534, 65534) < 0 ||
		                       setuid(65534) < 0))
			_exit(3);
		int done = open_it(f);

		_exit(done == -1 && f->e.kind == ERR_IO ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	if (geteuid() == 0)
		assert_int_equal(chown(f->dir, 0, 0), 0);
	assert_int_equal(chmod(f->dir, 0700), 0);
}

static void a_full_disk_is_an_error(void **state)
{
	struct fixture *f = *state;
	int status;

	fflush(NULL);
	pid_t child = fork();

	if (child == 0) {
		const struct rlimit tight = { 300 * KIB, 300 * KIB };
		buf records = BUF_INIT(4 * MIB), few = BUF_INIT(MIB);

		signal(SIGXFSZ, SIG_IGN);
		make_records(&records, 1, 3000, 1000);
		make_records(&few, 2, 10, 10);
		if (open_it(f) < 0 || write_layer(f->c, 1, buf_bytes(&few), &f->e) < 0 ||
		    setrlimit(RLIMIT_FSIZE, &tight) < 0)
			_exit(2);
		if (write_layer(f->c, 2, buf_bytes(&records), &f->e) == 0 || f->e.kind != ERR_IO)
			_exit(3);
		err_clear(&f->e);
		if (read_layer(f->c, 1, buf_bytes(&few), &f->e) != 1)
			_exit(4);
		cache_close(f->c);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	buf few = BUF_INIT(MIB);

	make_records(&few, 2, 10, 10);
	assert_int_equal(open_it(f), 0);
	assert_int_equal(read_layer(f->c, 1, buf_bytes(&few), &f->e), 1);
	assert_int_equal(read_layer(f->c, 2, buf_bytes(&few), &f->e), 0);
	buf_done(&few);
}

static void files_are_remembered(void **state)
{
	struct fixture *f = *state;
	struct cache_file file = { .device = UINT64_MAX,
		                       .inode = 5,
		                       .size = 7,
		                       .offset = 512,
		                       .mtime_ns = 100 * SECOND,
		                       .ctime_ns = 50 * SECOND };
	digest blob = of("blob", 1), other = of("blob", 2);

	assert_int_equal(open_it(f), 0);
	assert_false(cache_file_seen(f->c, &file, &blob));
	cache_file_remember(f->c, &file, &blob, 101 * SECOND); /* changed a second ago */
	assert_false(cache_file_seen(f->c, &file, &blob));
	file.ctime_ns = 101 * SECOND;
	cache_file_remember(f->c, &file, &blob, 102 * SECOND + SECOND / 2);
	assert_false(cache_file_seen(f->c, &file, &blob));
	cache_file_remember(f->c, &file, &blob, 103 * SECOND);
	assert_true(cache_file_seen(f->c, &file, &blob));
	assert_false(cache_file_seen(f->c, &file, &other));
	struct cache_file changed[6];

	for (size_t i = 0; i < 6; i++)
		changed[i] = file;
	changed[0].device--;
	changed[1].inode++;
	changed[2].size++;
	changed[3].offset++;
	changed[4].mtime_ns--;
	changed[5].ctime_ns++;
	for (size_t i = 0; i < 6; i++)
		assert_false(cache_file_seen(f->c, &changed[i], &blob));
	changed[4].mtime_ns++;
	cache_file_remember(f->c, &changed[5], &other, 200 * SECOND);
	assert_false(cache_file_seen(f->c, &file, &blob));
	assert_true(cache_file_seen(f->c, &changed[5], &other));
}

#define PROCESSES 8
#define ROUNDS 12

/* Child p writes and reads layers that all children share. Any wrong octet is an exit of its
 * own. */
static void work(struct fixture *f, unsigned p)
{
	buf records = BUF_INIT(4 * MIB);

	for (unsigned round = 0; round < ROUNDS; round++) {
		uint32_t n = (p + round) % 10;

		buf_clear(&records);
		make_records(&records, n, 700, 1000);
		if (open_it(f) < 0)
			_exit(10);
		int found = read_layer(f->c, n, buf_bytes(&records), &f->e);

		if (found < 0)
			_exit(11);
		if ((!found || round % 4 == 0) && write_layer(f->c, n, buf_bytes(&records), &f->e) < 0)
			_exit(12);
		cache_close(f->c);
	}
	_exit(0);
}

static void many_processes_and_a_kill(void **state)
{
	struct fixture *f = *state;
	buf records = BUF_INIT(4 * MIB);
	pid_t child[PROCESSES];
	uint32_t found = 0;

	fflush(NULL);
	for (unsigned p = 0; p < PROCESSES; p++) {
		child[p] = fork();
		assert_true(child[p] >= 0);
		if (child[p] == 0)
			work(f, p);
	}
	usleep(150000);
	kill(child[0], SIGKILL);
	for (unsigned p = 0; p < PROCESSES; p++) {
		int status;

		assert_int_equal(waitpid(child[p], &status, 0), child[p]);
		if (p > 0)
			assert_int_equal(status, 0);
	}
	assert_int_equal(open_it(f), 0);
	assert_false(exists(f, "evidence.db.corrupt"));
	for (uint32_t n = 0; n < 10; n++) {
		buf_clear(&records);
		make_records(&records, n, 700, 1000);
		int one = read_layer(f->c, n, buf_bytes(&records), &f->e);

		assert_true(one >= 0);
		found += (uint32_t)one;
	}
	assert_int_equal(found, 10);
	buf_done(&records);
}

/* All meet the same corrupt file at once; one new file comes of it, and all can use it. */
static void many_processes_meet_a_corrupt_file(void **state)
{
	struct fixture *f = *state;
	buf records = BUF_INIT(MIB);
	pid_t child[PROCESSES];

	make_records(&records, 1, 1, 100);
	spoil(f->db, 0, "this is no database at all, but long enough to look like a file of one page");
	fflush(NULL);
	for (uint32_t p = 0; p < PROCESSES; p++) {
		child[p] = fork();
		assert_true(child[p] >= 0);
		if (child[p] == 0)
			_exit(open_it(f) == 0 && write_layer(f->c, p, buf_bytes(&records), &f->e) == 0 ? 0 : 1);
	}
	for (uint32_t p = 0; p < PROCESSES; p++) {
		int status;

		assert_int_equal(waitpid(child[p], &status, 0), child[p]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(open_it(f), 0);
	for (uint32_t p = 0; p < PROCESSES; p++)
		assert_int_equal(read_layer(f->c, p, buf_bytes(&records), &f->e), 1);
	buf_done(&records);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_corrupt_file_is_moved_aside),
		TEST(a_file_found_corrupt_later_is_moved_aside),
		TEST(hostile_rows),
		TEST(tables_of_somebody_else),
		TEST(folders_that_will_not_do),
		TEST(a_folder_that_cannot_be_written),
		TEST(a_full_disk_is_an_error),
		TEST(files_are_remembered),
		TEST(many_processes_and_a_kill),
		TEST(many_processes_meet_a_corrupt_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
