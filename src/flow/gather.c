/* SPDX-License-Identifier: Apache-2.0 */
/* Which files `oakum check` reads. */
#include "flow/check.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/path.h"
#include "base/text.h"
#include "sys/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct gather {
	struct arena *arena;
	struct {
		struct check_file *items;
		size_t len, cap;
	} files;
};

struct names {
	char **items;
	size_t len, cap;
};

static int by_name(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

/* Only a list of objects may be that long; what else is, is not carried to the worker. */
static void refuse_long(struct check_file *f)
{
	if (f->text.n > LIMIT_SETTINGS && !bytes_starts(bytes_trim(f->text), BYTES("{"))) {
		f->text = (bytes){ 0 };
		(void)err_set(&f->error, ERR_LIMIT, 0, "the file has more than %s",
		              SIZE_TEXT(LIMIT_SETTINGS));
	}
}

static int add_file(struct gather *g, const char *path, err *e)
{
	if (g->files.len == LIMIT_CHECK_FILES)
		return err_set(e, ERR_LIMIT, 0, "more than %d files", LIMIT_CHECK_FILES);
	struct check_file *f = ARENA_PUSH(g->arena, &g->files);

	f->name = path;
	if (strcmp(path, "-") == 0)
		(void)file_read_fd(STDIN_FILENO, "standard input", LIMIT_LIST, g->arena, &f->text,
		                   &f->error);
	else if (job_kind_of(path, (bytes){ 0 }) == JOB_OTHER)
		(void)err_set(&f->error, ERR_USAGE, 0,
		              "no rules are known for such a file (its name tells its kind: Dockerfile, "
		              "*.yaml, *.json, *.csproj, ...)");
	else /* a failure is this file's alone */
		(void)file_read_all(path, LIMIT_LIST, g->arena, &f->text, &f->error);
	refuse_long(f);
	return 0;
}

static bool is_passed_over(const char *name)
{
	static const char *const names[] = { "bin", "obj", "node_modules" };

	static const char *const shown[] = { ".github", ".gitlab", ".azure-pipelines" };

	for (size_t i = 0; i < sizeof(shown) / sizeof(*shown); i++)
		if (strcmp(name, shown[i]) == 0)
			return false; /* there lies what builds the project */
	if (name[0] == '.')
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static int list(const char *path, struct arena *a, struct names *out, err *e)
{
	DIR *dir = opendir(path);

	if (!dir)
		return err_set(e, errno == ENOENT ? ERR_ABSENT : ERR_IO, errno, "open folder '%s'",
		               SHOW(bytes_str(path)));
	for (struct dirent *entry; (entry = readdir(dir));)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			*ARENA_PUSH(a, out) = arena_str(a, bytes_str(entry->d_name));
	closedir(dir);
	if (out->len > 1)
		qsort(out->items, out->len, sizeof(*out->items), by_name);
	return 0;
}

static int walk(struct gather *g, const char *path, unsigned depth, err *e)
{
	struct names names = { 0 };
	int result = list(path, g->arena, &names, e);

	for (size_t i = 0; i < names.len && result == 0; i++) {
		bytes base = bytes_str(path);
		const char *slash = bytes_ends(base, BYTES("/")) ? "" : "/";
		const char *child = arena_printf(g->arena, "%s%s%s", path, slash, names.items[i]);
		struct stat st;

		if (lstat(child, &st) < 0)
			continue; /* it went away meanwhile */
		if (S_ISDIR(st.st_mode) && depth > 0 && !is_passed_over(names.items[i]))
			result = walk(g, child, depth - 1, e);
		else if (S_ISREG(st.st_mode) && job_kind_of(child, (bytes){ 0 }) != JOB_OTHER)
			result = add_file(g, child, e);
	}
	return result;
}

/* What a fix would make beside a Dockerfile that was named alone, where it is there already. */
static int add_neighbour(struct gather *g, struct map *known, const char *name, enum job_made made,
                         err *e)
{
	const char *beside = job_made_name(name, made, g->arena);
	struct stat st;

	if (map_get(known, bytes_str(beside)) || lstat(beside, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	*map_put(known, bytes_str(beside)) = g;
	return add_file(g, beside, e);
}

static int add_neighbours(struct gather *g, err *e)
{
	struct arena scratch = ARENA_INIT;
	size_t len = g->files.len;
	struct map known;
	int result = 0;

	map_init(&known, &scratch);
	for (size_t i = 0; i < len; i++)
		*map_put(&known, bytes_str(g->files.items[i].name)) = g;
	for (size_t i = 0; i < len; i++) {
		const char *name = g->files.items[i].name;

		if (strcmp(name, "-") == 0 || job_kind_of(name, (bytes){ 0 }) != JOB_DOCKERFILE)
			continue;
		for (enum job_made m = JOB_MADE_NOTHING + 1; m < JOB_MADE_LEN && result == 0; m++)
			result = add_neighbour(g, &known, name, m, e);
	}
	arena_done(&scratch);
	return result;
}

int check_gather(const char *const *paths, size_t len, struct arena *a, struct check *out, err *e)
{
	struct gather g = { .arena = a };
	struct stat st;

	for (size_t i = 0; i < len; i++) {
		bool folder = stat(paths[i], &st) == 0 && S_ISDIR(st.st_mode);

		if ((folder ? walk(&g, paths[i], LIMIT_CHECK_DEPTH, e) : add_file(&g, paths[i], e)) < 0)
			return -1;
	}
	if (add_neighbours(&g, e) < 0)
		return -1;
	*out = (struct check){ .files = g.files.items, .len = g.files.len };
	return 0;
}
