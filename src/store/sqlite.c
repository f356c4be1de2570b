/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite.h"

#include "base/text.h"

#include <sqlite3.h>

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* The message may quote the file's schema, so it passes through text_show. */
static int failed(struct sqlite3 *handle, int code, const char *what, err *e)
{
	enum err_kind kind = ERR_IO;

	switch (code & 0xff) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_SCHEMA:
	case SQLITE_ERROR: /* our statements are right, so the tables are not ours */
		kind = ERR_FORMAT;
		break;
	case SQLITE_TOOBIG: kind = ERR_LIMIT; break;
	default: break;
	}
	err_set(e, kind, 0, "%s: %s", what,
	        SHOW(bytes_str(handle ? sqlite3_errmsg(handle) : sqlite3_errstr(code))));
	return -1;
}

/* Makes the file with the right mode before SQLite sees it: the WAL and its index take their mode
 * from it. A link or another user's file would let that user choose what we believe. A file that
 * exists is not opened here: closing it would drop the locks of any other connection of this
 * process. */
static int make_file(const char *path, err *e)
{
	struct stat st;

	if (lstat(path, &st) == 0) {
		if (!S_ISREG(st.st_mode) || st.st_uid != geteuid())
			return err_set(e, ERR_IO, 0, "not a file of this user");
		return 0;
	}
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0 && errno != EEXIST)
		return err_set(e, ERR_IO, errno, "make");
	if (fd >= 0)
		close(fd);
	return 0;
}

static void defend(struct sqlite3 *h, uint64_t largest)
{
	static const struct {
		int option, on;
	} settings[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
		{ SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
		{ SQLITE_DBCONFIG_DQS_DML, 0 },
		{ SQLITE_DBCONFIG_DQS_DDL, 0 },
		/* The last one out would fsync everything: that is the next writer's work. */
		{ SQLITE_DBCONFIG_ENABLE_FKEY, 0 },
		{ SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1 },
	};

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		sqlite3_db_config(h, settings[i].option, settings[i].on, NULL);
	sqlite3_extended_result_codes(h, 1);
	sqlite3_limit(h, SQLITE_LIMIT_LENGTH, (int)largest);
	sqlite3_limit(h, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_limit(h, SQLITE_LIMIT_SQL_LENGTH, 16384);
}

static int version_of(struct sqlite *s, int64_t *out, err *e)
{
	struct sqlite3_stmt *st = NULL;

	if (sqlite_prepare(s, "PRAGMA user_version", &st, e) < 0)
		return -1;
	int row = sqlite_step(st, e);

	if (row > 0)
		*out = sqlite_int(st, 0);
	sqlite_finalize(st);
	return row > 0 ? 0 : -1;
}

/* Makes the tables in an empty file. Two processes may come at once: the second one waits at BEGIN
 * and then sees the first one's version. */
static int make_schema(struct sqlite *s, const struct sqlite_options *o, err *e)
{
	int64_t version = 0;

	/* Before the first table, or it has no effect; WAL cannot be set inside a transaction. */
	if (sqlite_run(s, "PRAGMA auto_vacuum=INCREMENTAL", e) < 0 ||
	    sqlite_run(s, "PRAGMA journal_mode=WAL", e) < 0 ||
	    sqlite_run(s, "BEGIN IMMEDIATE", e) < 0 || version_of(s, &version, e) < 0)
		return -1;
	for (size_t i = 0; version == 0 && o->schema[i]; i++)
		if (sqlite_run_text(s, o->schema[i], e) < 0)
			return -1;
	char text[64];

	/* PRAGMA takes no bound values; the number is ours. */
	if (version == 0 && (sqlite3_snprintf(sizeof(text), text, "PRAGMA user_version=%d", o->version),
	                     sqlite_run_text(s, text, e) < 0))
		return -1;
	return sqlite_run(s, "COMMIT", e);
}

static int prepare_file(struct sqlite *s, const struct sqlite_options *o, err *e)
{
	int64_t version;

	if (sqlite_run(s, "PRAGMA cell_size_check=ON", e) < 0 ||
	    sqlite_run(s, "PRAGMA mmap_size=0", e) < 0 || version_of(s, &version, e) < 0)
		return -1;
	if (version == 0 && (make_schema(s, o, e) < 0 || version_of(s, &version, e) < 0))
		return -1;
	if (version != o->version)
		return err_set(e, ERR_IO, 0, "made by another version of this program");
	/* A power cut may undo the last transactions, but never leaves half of one. */
	return sqlite_run(s, "PRAGMA synchronous=NORMAL", e);
}

int sqlite_open(const char *path, const struct sqlite_options *options, struct sqlite *out, err *e)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
	struct sqlite s = { NULL };
	int done = make_file(path, e);

	assert(options->version > 0);
	if (done == 0) {
		int code = sqlite3_open_v2(path, &s.handle, flags, NULL);

		done = code == SQLITE_OK ? 0 : failed(s.handle, code, "open", e);
	}
	if (done == 0) {
		defend(s.handle, options->largest);
		sqlite3_busy_timeout(s.handle, options->busy_ms);
		done = prepare_file(&s, options, e);
	}
	if (done < 0) {
		sqlite_close(&s);
		return err_wrap(e, "'%s'", SHOW(bytes_str(path)));
	}
	*out = s;
	return 0;
}

int sqlite_memory(uint64_t largest, struct sqlite *out, err *e)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_MEMORY;
	struct sqlite s = { NULL };
	int code = sqlite3_open_v2(":memory:", &s.handle, flags, NULL);
	int done = code == SQLITE_OK ? 0 : failed(s.handle, code, "open", e);

	if (done == 0) {
		defend(s.handle, largest);
		/* What is larger than its cache would else go into a file. */
		done = sqlite_run(&s, "PRAGMA temp_store=MEMORY", e);
	}
	if (done < 0) {
		sqlite_close(&s);
		return -1;
	}
	*out = s;
	return 0;
}

int sqlite_image(struct sqlite *s, buf *out, err *e)
{
	sqlite3_int64 n = 0;
	unsigned char *octets = sqlite3_serialize(s->handle, "main", &n, 0);

	if (!octets)
		return failed(NULL, SQLITE_NOMEM, "serialize", e);
	int done = buf_append(out, bytes_of(octets, (size_t)n), e);

	sqlite3_free(octets);
	return done;
}

void sqlite_close(struct sqlite *s)
{
	/* _v2: what a caller forgot to finalize is freed with the last of it. */
	sqlite3_close_v2(s->handle);
	s->handle = NULL;
}

int sqlite_prepare_text(struct sqlite *s, const char *text, struct sqlite3_stmt **out, err *e)
{
	struct sqlite3_stmt *st = NULL;
	int code = sqlite3_prepare_v3(s->handle, text, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL);

	if (code != SQLITE_OK)
		return failed(s->handle, code, "prepare", e);
	*out = st;
	return 0;
}

int sqlite_run_text(struct sqlite *s, const char *text, err *e)
{
	struct sqlite3_stmt *st = NULL;

	if (sqlite_prepare_text(s, text, &st, e) < 0)
		return -1;
	int done;

	while ((done = sqlite_step(st, e)) > 0)
		;
	sqlite_finalize(st);
	return done;
}

void sqlite_finalize(struct sqlite3_stmt *st)
{
	sqlite3_finalize(st);
}

void sqlite_bind_int(struct sqlite3_stmt *st, int i, int64_t v)
{
	int code = sqlite3_bind_int64(st, i, v);

	assert(code == SQLITE_OK);
	(void)code;
}

void sqlite_bind_bytes(struct sqlite3_stmt *st, int i, bytes v)
{
	/* Too large a value binds nothing: the statement then meets its NOT NULL. */
	(void)sqlite3_bind_blob64(st, i, v.n ? (const void *)v.p : "", v.n, SQLITE_STATIC);
}

void sqlite_bind_text(struct sqlite3_stmt *st, int i, bytes v)
{
	(void)sqlite3_bind_text64(st, i, v.n ? (const char *)v.p : "", v.n, SQLITE_STATIC, SQLITE_UTF8);
}

int sqlite_step(struct sqlite3_stmt *st, err *e)
{
	int code = sqlite3_step(st);

	if (code == SQLITE_ROW)
		return 1;
	return code == SQLITE_DONE ? 0 : failed(sqlite3_db_handle(st), code, "step", e);
}

void sqlite_reset(struct sqlite3_stmt *st)
{
	/* It repeats the failure of the last step, which was reported there. */
	(void)sqlite3_reset(st);
	sqlite3_clear_bindings(st);
}

int sqlite_once(struct sqlite3_stmt *st, err *e)
{
	int done;

	while ((done = sqlite_step(st, e)) > 0)
		;
	sqlite_reset(st);
	return done;
}

int64_t sqlite_int(struct sqlite3_stmt *st, int i)
{
	return sqlite3_column_type(st, i) == SQLITE_INTEGER ? sqlite3_column_int64(st, i) : 0;
}

bytes sqlite_bytes(struct sqlite3_stmt *st, int i)
{
	if (sqlite3_column_type(st, i) != SQLITE_BLOB)
		return bytes_of(NULL, 0);
	const void *p = sqlite3_column_blob(st, i);

	return bytes_of(p, p ? (size_t)sqlite3_column_bytes(st, i) : 0);
}
