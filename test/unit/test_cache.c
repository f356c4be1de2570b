/* SPDX-License-Identifier: Apache-2.0 */
#include "image/cache.h"

#include "base/limits.h"
#include "image/evidence.h"
#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <sqlite3.h>

#define SECOND INT64_C(1000000000)

struct fixture {
	char dir[64], db[128];
	struct cache *c;
	err e;
};

static int open_it(struct fixture *f)
{
	return cache_open(f->dir, 64 * MIB, &f->c, &f->e);
}

static int set_up(void **state)
{
	static struct fixture f;

	f = (struct fixture){ .dir = "/tmp/oakum-test-cache-XXXXXX" };
	assert_non_null(mkdtemp(f.dir));
	snprintf(f.db, sizeof(f.db), "%s/evidence.db", f.dir);
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	static const char *const names[] = { "evidence.db",
		                                 "evidence.db-wal",
		                                 "evidence.db-shm",
		                                 "evidence.db.corrupt",
		                                 "evidence.lock",
		                                 "made/evidence.db",
		                                 "made/evidence.db-wal",
		                                 "made/evidence.db-shm",
		                                 "made/evidence.lock",
		                                 "made",
		                                 "target" };
	struct fixture *f = *state;
	char path[256];

	cache_close(f->c);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", f->dir, names[i]);
		if (unlink(path) < 0)
			(void)rmdir(path);
	}
	return rmdir(f->dir);
}

static digest of(const char *what, uint32_t n)
{
	digest d = { .algorithm = DIGEST_SHA256 };

	snprintf((char *)d.value, 32, "%s %u", what, n);
	return d;
}

static void put_le32(buf *b, uint32_t v)
{
	for (int i = 0; i < 32; i += 8)
		buf_putc(b, (uint8_t)(v >> i));
}

/* Framed records whose octets tell their number, so that a mix-up is seen; hard to compress. */
static void make_records(buf *b, uint32_t seed, uint32_t count, uint32_t size)
{
	uint64_t x = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;

	for (uint32_t i = 0; i < count; i++) {
		put_le32(b, size);
		for (uint32_t k = 0; k < size; k++) {
			x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			buf_putc(b, (uint8_t)(x >> 56));
		}
	}
}

/* What is done in children, too: no cmocka in these. */
static int write_layer(struct cache *c, uint32_t n, bytes records, err *e)
{
	digest blob = of("blob", n), diff = of("diff", n), version = of("version", 0);

	if (cache_put_begin(c, &blob, &diff, &version, e) < 0 || cache_put(c, records, e) < 0)
		return -1;
	return cache_put_end(c, e);
}

/* 1 and the layer's records are these, 0 there is no such layer, -1 it is wrong. */
static int read_layer(struct cache *c, uint32_t n, bytes records, err *e)
{
	digest blob = of("blob", n), diff = of("diff", n), version = of("version", 0), got;
	int64_t row;
	bytes part, want = records, have;

	if (!cache_find(c, &blob, &version, &row, &got))
		return 0;
	if (!digest_equal(&got, &diff))
		return -1;
	for (uint32_t piece = 0;; piece++) {
		int more = cache_read(c, row, piece, &part, e);

		if (more <= 0)
			return more == 0 && want.n == 0 ? 1 : -1;
		if (!bytes_take(&want, part.n, &have) || !bytes_equal(have, part))
			return -1;
	}
}

static void keeps_layers(void **state)
{
	struct fixture *f = *state;
	buf small = BUF_INIT(MIB), large = BUF_INIT(32 * MIB), none = BUF_INIT(1);
	struct stat st;

	make_records(&small, 1, 3, 10);
	make_records(&large, 2, 3000, 1000);           /* several pieces */
	make_records(&large, 3, 1, 3 * (uint32_t)MIB); /* one record above a piece's size */
	make_records(&large, 4, 2, 1);
	assert_int_equal(open_it(f), 0);
	assert_int_equal(read_layer(f->c, 1, buf_bytes(&small), &f->e), 0);
	assert_int_equal(write_layer(f->c, 1, buf_bytes(&small), &f->e), 0);
	assert_int_equal(write_layer(f->c, 2, buf_bytes(&large), &f->e), 0);
	assert_int_equal(write_layer(f->c, 3, buf_bytes(&none), &f->e), 0);
	cache_close(f->c);
	assert_int_equal(open_it(f), 0);
	assert_int_equal(read_layer(f->c, 1, buf_bytes(&small), &f->e), 1);
	assert_int_equal(read_layer(f->c, 2, buf_bytes(&large), &f->e), 1);
	assert_int_equal(read_layer(f->c, 3, buf_bytes(&none), &f->e), 1);
	assert_int_equal(stat(f->db, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	buf_done(&small);
	buf_done(&large);
}

/* The key is the blob and the inspectors, never what a config claims. */
static void keys_do_not_mix(void **state)
{
	struct fixture *f = *state;
	digest blob = of("blob", 1), other = of("version", 1), version = of("version", 0), got;
	digest sha512 = blob;
	int64_t row;
	buf records = BUF_INIT(MIB);

	sha512.algorithm = DIGEST_SHA512;
	make_records(&records, 1, 1, 1);
	assert_int_equal(open_it(f), 0);
	assert_int_equal(write_layer(f->c, 1, buf_bytes(&records), &f->e), 0);
	cache_close(f->c);
	assert_int_equal(open_it(f), 0);
	assert_true(cache_find(f->c, &blob, &version, &row, &got));
	assert_false(cache_find(f->c, &blob, &other, &row, &got));
	assert_false(cache_find(f->c, &sha512, &version, &row, &got));
	assert_false(cache_find(f->c, &version, &blob, &row, &got));
	buf_done(&records);
}

static void what_is_aborted_or_cut_is_not_there(void **state)
{
	struct fixture *f = *state;
	digest blob = of("blob", 1), diff = of("diff", 1), version = of("version", 0);
	buf records = BUF_INIT(4 * MIB);

	make_records(&records, 1, 3000, 1000);
	assert_int_equal(open_it(f), 0);
	assert_int_equal(cache_put_begin(f->c, &blob, &diff, &version, &f->e), 0);
	assert_int_equal(cache_put(f->c, buf_bytes(&records), &f->e), 0);
	cache_put_abort(f->c);
	assert_int_equal(read_layer(f->c, 1, buf_bytes(&records), &f->e), 0);
	assert_int_equal(cache_put_begin(f->c, &blob, &diff, &version, &f->e), 0);
	assert_int_equal(cache_put(f->c, bytes_slice(buf_bytes(&records), 0, 1500), &f->e), -1);
	assert_failed(&f->e, ERR_FORMAT);
	assert_int_equal(cache_put_end(f->c, &f->e), -1);
	err_clear(&f->e);
	/* Written again, the new one counts. */
	assert_int_equal(write_layer(f->c, 2, bytes_slice(buf_bytes(&records), 0, 1004), &f->e), 0);
	assert_int_equal(write_layer(f->c, 2, buf_bytes(&records), &f->e), 0);
	cache_close(f->c);
	assert_int_equal(open_it(f), 0);
	assert_int_equal(read_layer(f->c, 1, buf_bytes(&records), &f->e), 0);
	assert_int_equal(read_layer(f->c, 2, buf_bytes(&records), &f->e), 1);
	buf_done(&records);
}

static void least_used_goes_first(void **state)
{
	struct fixture *f = *state;
	buf records = BUF_INIT(MIB);
	struct stat st;

	make_records(&records, 1, 100, 1000);
	for (uint32_t n = 0; n < 60; n++) {
		assert_int_equal(cache_open(f->dir, MIB, &f->c, &f->e), 0);
		/* Layer 0 is used all the time, so it stays. */
		assert_int_equal(read_layer(f->c, 0, buf_bytes(&records), &f->e), n > 0);
		assert_int_equal(write_layer(f->c, n, buf_bytes(&records), &f->e), 0);
		cache_close(f->c);
		f->c = NULL;
	}
	assert_int_equal(stat(f->db, &st), 0);
	assert_in_range(st.st_size, 1, MIB);
	assert_int_equal(cache_open(f->dir, MIB, &f->c, &f->e), 0);
	uint32_t kept = 0;

	for (uint32_t n = 0; n < 60; n++) {
		int found = read_layer(f->c, n, buf_bytes(&records), &f->e);

		assert_true(found >= 0);
		assert_int_equal(found, n == 0 || n >= 54);
		kept += (uint32_t)found;
	}
	assert_int_equal(kept,
	                 7); /* of 100 kB each, in three quarters of 1 MiB: they do not compress */
	buf_done(&records);
}

/* Whoever lowers the bound gets the room back. */
static void a_lower_bound_shrinks_the_file(void **state)
{
	struct fixture *f = *state;
	buf records = BUF_INIT(MIB);
	struct stat st;

	make_records(&records, 1, 500, 1000);
	assert_int_equal(open_it(f), 0);
	for (uint32_t n = 0; n < 20; n++)
		assert_int_equal(write_layer(f->c, n, buf_bytes(&records), &f->e), 0);
	cache_close(f->c);
	assert_int_equal(cache_open(f->dir, 2 * MIB, &f->c, &f->e), 0);
	assert_int_equal(write_layer(f->c, 20, buf_bytes(&records), &f->e), 0);
	cache_close(f->c);
	assert_int_equal(stat(f->db, &st), 0);
	assert_in_range(st.st_size, 1, 2 * MIB);
	assert_int_equal(open_it(f), 0);
	assert_int_equal(read_layer(f->c, 20, buf_bytes(&records), &f->e), 1);
	buf_done(&records);
}

static void too_large_a_layer_is_refused(void **state)
{
	struct fixture *f = *state;
	buf records = BUF_INIT(4 * MIB);

	make_records(&records, 1, 1500, 1000);
	assert_int_equal(cache_open(f->dir, MIB, &f->c, &f->e), 0);
	assert_int_equal(write_layer(f->c, 1, buf_bytes(&records), &f->e), -1);
	assert_failed(&f->e, ERR_LIMIT);
	assert_int_equal(read_layer(f->c, 1, buf_bytes(&records), &f->e), 0);
	buf_done(&records);
}

/* What was found stays readable, though others evict it meanwhile. */
static void a_find_holds_what_it_found(void **state)
{
	struct fixture *f = *state;
	digest blob = of("blob", 0), version = of("version", 0), got;
	struct cache *other;
	int64_t row;
	bytes part;
	buf records = BUF_INIT(MIB);

	make_records(&records, 1, 100, 1000);
	assert_int_equal(open_it(f), 0);
	assert_int_equal(write_layer(f->c, 0, buf_bytes(&records), &f->e), 0);
	assert_true(cache_find(f->c, &blob, &version, &row, &got));
	assert_int_equal(cache_open(f->dir, 400 * KIB, &other, &f->e), 0);
	for (uint32_t n = 1; n < 6; n++)
		assert_int_equal(write_layer(other, n, buf_bytes(&records), &f->e), 0);
	assert_int_equal(read_layer(other, 0, buf_bytes(&records), &f->e), 0);
	cache_close(other);
	assert_int_equal(cache_read(f->c, row, 0, &part, &f->e), 1);
	assert_true(bytes_equal(part, buf_bytes(&records)));
	assert_int_equal(cache_read(f->c, row, 1, &part, &f->e), 0);
	buf_done(&records);
}

static void a_row_that_is_not_there(void **state)
{
	struct fixture *f = *state;
	bytes part;

	assert_int_equal(open_it(f), 0);
	assert_int_equal(cache_read(f->c, 77, 0, &part, &f->e), -1);
	assert_failed(&f->e, ERR_IO);
	assert_int_equal(cache_read(f->c, -1, 0, &part, &f->e), -1);
	assert_failed(&f->e, ERR_LIMIT);
	assert_int_equal(cache_read(f->c, 1, 65536, &part, &f->e), -1);
	assert_failed(&f->e, ERR_LIMIT);
}

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

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keeps_layers),
		TEST(keys_do_not_mix),
		TEST(what_is_aborted_or_cut_is_not_there),
		TEST(least_used_goes_first),
		TEST(a_lower_bound_shrinks_the_file),
		TEST(too_large_a_layer_is_refused),
		TEST(a_find_holds_what_it_found),
		TEST(a_row_that_is_not_there),
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
