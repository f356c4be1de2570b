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
	const char *root; /* the folder that was named, its links followed */
	struct {
		const char **items;
		size_t len, cap;
	} passed;
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

static struct check_file *push(struct gather *g, const char *path, err *e)
{
	if (g->files.len == LIMIT_CHECK_FILES) {
		(void)err_set(e, ERR_LIMIT, 0, "more than %d files", LIMIT_CHECK_FILES);
		return NULL;
	}
	struct check_file *f = ARENA_PUSH(g->arena, &g->files);

	f->name = path;
	return f;
}

static int add_found(struct gather *g, const char *path, err *e)
{
	struct check_file *f = push(g, path, e);

	if (!f)
		return -1;
	/* A failure is this file's alone. Of a packed chart it is enough to know that it is there. */
	if (!bytes_ends(bytes_str(path), BYTES(".tgz")))
		(void)file_read_all(path, LIMIT_LIST, g->arena, &f->text, &f->error);
	refuse_long(f);
	return 0;
}

static int add_named(struct gather *g, const char *path, err *e)
{
	bool input = strcmp(path, "-") == 0;

	if (!input && job_kind_of(path, (bytes){ 0 }) != JOB_OTHER)
		return add_found(g, path, e);
	struct check_file *f = push(g, path, e);

	if (!f)
		return -1;
	if (input)
		(void)file_read_fd(STDIN_FILENO, "standard input", LIMIT_LIST, g->arena, &f->text,
		                   &f->error);
	else
		(void)err_set(&f->error, ERR_USAGE, 0,
		              "no rules are known for such a file (its name tells its kind: Dockerfile, "
		              "*.yaml, *.json, *.csproj, ...)");
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

/* A folder's place in a chart: Helm renders every file below templates/, whatever its name, and
 * unpacks what lies in charts/. */
enum place { OUTSIDE, IN_CHART, IN_TEMPLATES, IN_CHARTS };

static enum place place_of(enum place above, const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->len; i++)
		if (strcmp(names->items[i], "Chart.yaml") == 0)
			above = IN_CHART;
	if (above == IN_CHART && strcmp(name, "templates") == 0)
		return IN_TEMPLATES;
	if (above == IN_CHART && strcmp(name, "charts") == 0)
		return IN_CHARTS;
	return above == IN_TEMPLATES ? IN_TEMPLATES : OUTSIDE;
}

static bool is_wanted(const char *path, enum place place)
{
	return place == IN_TEMPLATES || job_kind_of(path, (bytes){ 0 }) != JOB_OTHER ||
	       (place == IN_CHARTS && bytes_ends(bytes_str(path), BYTES(".tgz")));
}

/* A link that is not followed: to a folder, or to what would have been read. */
static bool is_told(const char *path, enum place place)
{
	struct stat st;

	return is_wanted(path, place) || (stat(path, &st) == 0 && S_ISDIR(st.st_mode));
}

/* What a link leads to counts where it lies in the folder that was named. Its folders are found at
 * their own place. */
static bool follow(const struct gather *g, const char *path, struct stat *st)
{
	char *real = realpath(path, NULL);
	bytes rest = bytes_str(real);
	bool inside = real && (strcmp(g->root, "/") == 0 ||
	                       (bytes_take_prefix(&rest, bytes_str(g->root)) &&
	                        bytes_starts(rest, BYTES("/")))) &&
	              stat(real, st) == 0;

	free(real);
	return inside;
}

static int walk(struct gather *g, const char *path, enum place above, unsigned depth, err *e)
{
	struct names names = { 0 };
	int result = list(path, g->arena, &names, e);

	for (size_t i = 0; i < names.len && result == 0; i++) {
		const char *name = names.items[i];
		bytes base = bytes_str(path);
		const char *slash = bytes_ends(base, BYTES("/")) ? "" : "/";
		const char *child = arena_printf(g->arena, "%s%s%s", path, slash, name);
		struct stat st;

		if (lstat(child, &st) < 0)
			continue; /* it went away meanwhile */
		bool link = S_ISLNK(st.st_mode), out = link && !follow(g, child, &st);

		if (S_ISREG(st.st_mode) && is_wanted(child, above))
			result = add_found(g, child, e);
		else if (is_passed_over(name) || !(out || (!link && S_ISDIR(st.st_mode))))
			continue;
		else if (out ? is_told(child, above) : depth == 0)
			*ARENA_PUSH(g->arena, &g->passed) = child;
		else if (!out)
			result = walk(g, child, place_of(above, &names, name), depth - 1, e);
	}
	return result;
}

static int walk_root(struct gather *g, const char *path, err *e)
{
	char *root = realpath(path, NULL);

	if (!root)
		return err_set(e, ERR_IO, errno, "open folder '%s'", SHOW(bytes_str(path)));
	g->root = arena_str(g->arena, bytes_str(root));
	free(root);
	return walk(g, path, OUTSIDE, LIMIT_CHECK_DEPTH, e);
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
	return add_found(g, beside, e);
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

		if ((folder ? walk_root(&g, paths[i], e) : add_named(&g, paths[i], e)) < 0)
			return -1;
	}
	if (add_neighbours(&g, e) < 0)
		return -1;
	*out = (struct check){ .files = g.files.items, .len = g.files.len };
	out->passed = g.passed.items;
	out->passed_len = g.passed.len;
	return 0;
}
