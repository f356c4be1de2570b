/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/seal_keep.h"

#include "base/limits.h"
#include "base/pack.h"
#include "sys/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* The form of these files; with another program's version nothing is found under it. */
#define FORM "oakum.seal.kept/2\n"

/* -- files ------------------------------------------------------------------------------------- */

const char *seal_keep_folder(const char *dir, struct arena *a)
{
	return arena_printf(a, "%s/seal", dir);
}

static const char *path_of(const struct seal_keep *k, const digest *name, struct arena *a)
{
	return arena_printf(a, "%s/%s", seal_keep_folder(k->dir, a),
	                    DIGEST_TEXT(name) + strlen("sha256:"));
}

/* The digest of the rest stands in front. */
static bool read_kept(const struct seal_keep *k, const digest *name, struct arena *a, bytes *out)
{
	err ignored = { 0 }; /* what cannot be read is not there */
	bytes text, said;
	digest want, have;

	if (!k->dir || file_read_all(path_of(k, name, a), LIMIT_SEAL_KEPT, a, &text, &ignored) < 0 ||
	    !bytes_take_prefix(&text, BYTES(FORM)) || !bytes_take_until(&text, '\n', &said) ||
	    digest_parse(said, &want, &ignored) < 0)
		return false;
	have = digest_of(DIGEST_SHA256, text);
	*out = text;
	(void)utimensat(AT_FDCWD, path_of(k, name, a), NULL, 0); /* it was used: evict */
	return digest_equal(&want, &have);
}

/* -- a bounded folder -------------------------------------------------------------------------- */

struct kept {
	const char *path;
	uint64_t size;
	struct timespec used;
};

struct kept_list {
	struct kept *items;
	size_t len, cap;
	uint64_t size; /* of all */
};

static int compare_used(const void *left, const void *right)
{
	const struct kept *l = left, *r = right;

	return l->used.tv_sec != r->used.tv_sec ? (l->used.tv_sec > r->used.tv_sec) -
	                                              (l->used.tv_sec < r->used.tv_sec)
	                                        : (l->used.tv_nsec > r->used.tv_nsec) -
	                                              (l->used.tv_nsec < r->used.tv_nsec);
}

/* Also drafts of runs that were killed: those on their way are the youngest. */
static void list_kept(const char *folder, struct arena *a, struct kept_list *out)
{
	DIR *dir = opendir(folder);
	struct dirent *d;
	struct stat s;

	while (dir && (d = readdir(dir))) {
		const char *path = arena_printf(a, "%s/%s", folder, d->d_name);

		if (lstat(path, &s) < 0 || !S_ISREG(s.st_mode))
			continue;
		*ARENA_PUSH(a, out) = (struct kept){ path, (uint64_t)s.st_size, s.st_mtim };
		out->size += (uint64_t)s.st_size;
	}
	if (dir)
		closedir(dir);
}

/* What was not used for longest goes first, and `last` never: times are coarse. Another process may
 * do the same meanwhile. */
static void evict(const struct seal_keep *k, const char *last, struct arena *a)
{
	struct kept_list list = { 0 };

	list_kept(seal_keep_folder(k->dir, a), a, &list);
	if (list.size <= k->limit)
		return;
	qsort(list.items, list.len, sizeof(*list.items), compare_used);
	for (size_t i = 0; i < list.len && list.size > k->limit; i++) {
		if (strcmp(list.items[i].path, last) == 0)
			continue;
		(void)unlink(list.items[i].path); /* gone already is as good */
		list.size -= list.items[i].size;
	}
}

static void write_kept(const struct seal_keep *k, const digest *name, bytes content)
{
	const digest own = digest_of(DIGEST_SHA256, content);
	buf text = BUF_INIT(LIMIT_SEAL_KEPT + 256);
	struct arena a = ARENA_INIT;
	err e = { 0 };

	if (!k->dir || content.n > LIMIT_SEAL_KEPT - 256)
		return;
	buf_printf(&text, FORM "%s\n", DIGEST_TEXT(&own));
	buf_put(&text, content);
	const char *path = path_of(k, name, &a);

	if (file_make_dirs(seal_keep_folder(k->dir, &a), 0700, &e) < 0 ||
	    file_write_atomic(path, buf_bytes(&text), 0600, &e) < 0)
		k->note(k->note_ctx, arena_printf(&a, "what was done is not kept: %s", e.text));
	else
		evict(k, path, &a);
	buf_done(&text);
	arena_done(&a);
}

/* -- times ------------------------------------------------------------------------------------- */

int64_t seal_keep_time(const struct seal_keep *k, bytes timeless, int64_t now)
{
	const digest name = digest_of(DIGEST_SHA256, timeless);
	struct arena a = ARENA_INIT;
	uint64_t then;
	bytes text;

	if (!read_kept(k, &name, &a, &text) || !pack_take_u64(&text, (uint64_t)now, &then)) {
		buf fresh = BUF_INIT(sizeof(then));

		then = (uint64_t)now;
		pack_u64(&fresh, then);
		write_kept(k, &name, buf_bytes(&fresh));
		buf_done(&fresh);
	}
	arena_done(&a);
	return (int64_t)then;
}

/* -- records ----------------------------------------------------------------------------------- */

digest seal_keep_name(const char *place, const digest *root, bytes signer)
{
	buf text = BUF_INIT(LIMIT_SEAL_KEPT);

	pack_str(&text, FORM);
	pack_str(&text, place);
	pack_str(&text, DIGEST_TEXT(root));
	pack_bytes(&text, signer);
	digest name = digest_of(DIGEST_SHA256, buf_bytes(&text));

	buf_done(&text);
	return name;
}

static bool take_digest(bytes *in, digest *out)
{
	err ignored = { 0 };
	bytes text;

	*out = (digest){ 0 };
	return pack_take_bytes(in, sizeof(struct digest_chars), &text) &&
	       (text.n == 0 || digest_parse(text, out, &ignored) == 0);
}

static bool take_record(bytes in, struct arena *a, struct seal_record *out)
{
	while (in.n > 0) {
		struct seal_attached *one = ARENA_PUSH(a, &out->attached);

		if (!take_digest(&in, &one->subject) || !take_digest(&in, &one->content) ||
		    !take_digest(&in, &one->manifest) || !take_digest(&in, &one->layer))
			return false;
	}
	return true;
}

void seal_keep_read(const struct seal_keep *k, const digest *name, struct arena *a,
                    struct seal_record *out)
{
	bytes text;

	*out = (struct seal_record){ .name = *name };
	if (!read_kept(k, name, a, &text) || !take_record(text, a, out))
		*out = (struct seal_record){ .name = *name };
}

static void pack_digest(buf *b, const digest *d)
{
	pack_str(b, d->algorithm == DIGEST_NONE ? "" : DIGEST_TEXT(d));
}

void seal_keep_write(const struct seal_keep *k, const struct seal_record *r)
{
	buf text = BUF_INIT(LIMIT_SEAL_KEPT);

	for (size_t i = 0; i < r->attached.len; i++) {
		pack_digest(&text, &r->attached.items[i].subject);
		pack_digest(&text, &r->attached.items[i].content);
		pack_digest(&text, &r->attached.items[i].manifest);
		pack_digest(&text, &r->attached.items[i].layer);
	}
	write_kept(k, &r->name, buf_bytes(&text));
	buf_done(&text);
}

const struct seal_attached *seal_keep_find(const struct seal_record *r, const digest *subject,
                                           const digest *content)
{
	for (size_t i = 0; i < r->attached.len; i++)
		if (digest_equal(&r->attached.items[i].subject, subject) &&
		    digest_equal(&r->attached.items[i].content, content))
			return &r->attached.items[i];
	return NULL;
}
