/* SPDX-License-Identifier: Apache-2.0 */
/* How a file of credentials changes: the text of `auths` is written anew out of the exact octets of
 * the entries that stay, and put in the place of the old one. */
#include "net/credentials_file.h"

#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "fmt/json_write.h"
#include "sys/file.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Escapes make at most six octets of one. */
#define TEXT_MOST (LIMIT_CREDENTIAL_FILE * 8)

/* put_key(b, key): in quotes. */
static void put_key(buf *b, bytes key)
{
	struct json_writer w;
	struct stream s;
	err never = { 0 };
	buf quoted = BUF_INIT(TEXT_MOST);

	stream_init(&s, stream_to_buf, &quoted);
	json_write_init(&w, &s);
	json_write_str(&w, NULL, key);
	(void)stream_finish(&s, &never); /* a key of a bounded file fits */
	buf_put(b, bytes_trim(buf_bytes(&quoted)));
	buf_done(&quoted);
}

static void put_entry(buf *b, bool *is_first, bytes key, bytes value)
{
	buf_puts(b, *is_first ? "\n\t\t" : ",\n\t\t");
	put_key(b, key);
	buf_puts(b, ": ");
	buf_put(b, value);
	*is_first = false;
}

/* make_auths(...): the new value of `auths`. */
static bool make_auths(json auths, const char *key, const char *host, bytes entry, struct arena *a,
                       buf *out)
{
	bytes place = host ? credentials_place(bytes_str(host), a) : BYTES("");
	bool is_first = true, had = false;

	buf_puts(out, "{");
	for (json v = json_first(auths); json_type(v) != JSON_NONE; v = json_next(v)) {
		bytes name = json_name(v, a);

		if (!host ||
		    bytes_equal(credentials_place(credentials_key_means(name, a), a), place))
			had = true;
		else
			put_entry(out, &is_first, name, json_raw(v));
	}
	if (entry.n > 0)
		put_entry(out, &is_first, bytes_str(key), entry);
	buf_puts(out, is_first ? "}" : "\n\t}");
	return had;
}

/* splice(f, auths, value, out): value in the place of the old one; without one, as the first
 * member. */
static void splice(const struct credentials_file *f, json auths, bytes value, buf *out)
{
	bytes text = f->text, raw = json_raw(auths);

	if (json_type(auths) != JSON_NONE) {
		size_t at = (size_t)(raw.p - text.p);

		buf_put(out, bytes_slice(text, 0, at));
		buf_put(out, value);
		buf_put(out, bytes_skip(text, at + raw.n));
		return;
	}
	size_t brace = bytes_find(text, '{');
	bool is_new = brace == text.n;

	buf_put(out, is_new ? BYTES("{") : bytes_slice(text, 0, brace + 1));
	buf_puts(out, "\n\t\"auths\": ");
	buf_put(out, value);
	if (is_new)
		buf_puts(out, "\n}\n");
	else if (json_count(json_root(&f->doc)) > 0)
		buf_puts(out, ",");
	buf_put(out, bytes_skip(text, brace + 1));
}

bytes credentials_file_with(const struct credentials_file *f, const char *key, const char *host,
                            bytes entry, struct arena *a, bool *out_had)
{
	buf value = BUF_SECRET(TEXT_MOST), out = BUF_SECRET(TEXT_MOST * 2);
	json auths = credentials_file_member(f, "auths");

	*out_had = make_auths(auths, key, host, entry, a, &value);
	splice(f, auths, buf_bytes(&value), &out);
	bytes text = arena_bytes(a, buf_bytes(&out));

	buf_done(&value);
	buf_done(&out);
	return text;
}

int credentials_file_write(const struct credentials_file *f, bytes text, err *e)
{
	const char *path = f->path;
	char leads_to[PATH_MAX];
	struct arena a = ARENA_INIT;
	struct stat st;
	int status = 0;

	if (text.n > LIMIT_CREDENTIAL_FILE)
		return err_set(e, ERR_LIMIT, 0, "'%s' would be longer than %u bytes", SHOW(bytes_str(path)),
		               (unsigned)LIMIT_CREDENTIAL_FILE);
	/* Many keep config.json among their dotfiles, and link to it. */
	if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode)) {
		if (!realpath(path, leads_to))
			return err_set(e, ERR_IO, errno, "the symbolic link '%s'", SHOW(bytes_str(path)));
		path = leads_to;
	} else {
		bytes folder = path_dir(bytes_str(path));

		if (folder.n > 0)
			status = file_make_dirs(arena_str(&a, folder), 0700, e);
	}
	if (status == 0)
		status = file_write_atomic(path, text, 0600, e);
	arena_done(&a);
	return status;
}
