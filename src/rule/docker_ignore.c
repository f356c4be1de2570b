/* SPDX-License-Identifier: Apache-2.0 */
/* Rules about .dockerignore and what COPY takes in spite of it or misses because of it. */
#include "base/path.h"
#include "base/text.h"
#include "rule/docker.h"

#define RULE(id) (&docker_rules[id])

/* -- patterns --------------------------------------------------------------------------------- */

/* What leaves nothing in a folder leaves the folder out: ".git", a slash, and nothing, * or **
 * behind it. */
static bytes whole_folder(bytes pattern)
{
	bytes dir = path_dir(pattern), last = path_base(pattern);
	bool all = last.n == 0 || bytes_is(last, "*") || bytes_is(last, "**");

	return all && dir.n > 0 && bytes_find(path_base(dir), '*') == path_base(dir).n ? dir : pattern;
}

/* The last line that matches decides; "!" takes a path back in. */
static bool is_ignored(bytes list, bytes path)
{
	bool ignored = false;
	bytes line;

	while (bytes_line(&list, &line)) {
		line = bytes_trim(line);
		bool back = bytes_take_prefix(&line, BYTES("!"));

		(void)bytes_take_prefix(&line, BYTES("./"));
		(void)bytes_take_prefix(&line, BYTES("/"));
		if (line.n > 0 && line.p[0] != '#' && path_fits_above(whole_folder(line), path))
			ignored = !back;
	}
	return ignored;
}

/* The .dockerignore beside the Dockerfile, or above it: the build's folder is not in the file. */
static const struct job_file *ignore_file(const struct docker_file *f)
{
	bytes dir = path_dir(bytes_str(f->job->files.items[f->file].name));
	const struct job_file *best = NULL;
	size_t length = 0;

	for (size_t k = 0; k < f->job->files.len; k++) {
		const struct job_file *file = &f->job->files.items[k];
		bytes at = path_dir(bytes_str(file->name));

		if (file->kind == JOB_IGNORE && path_within(dir, at) && (!best || at.n >= length)) {
			best = file;
			length = at.n;
		}
	}
	return best;
}

static bytes source_path(bytes path)
{
	while (bytes_take_prefix(&path, BYTES("./")) || bytes_take_prefix(&path, BYTES("/")))
		;
	while (path.n > 0 && (path.p[path.n - 1] == '/'))
		path.n--;
	return bytes_is(path, ".") ? bytes_slice(path, 0, 0) : path;
}

static void check_ignored(const struct docker_file *f, const struct job_file *ignore,
                          const struct dockerfile_word *w)
{
	bytes path = source_path(w->text);

	if (path.n > 0 && bytes_find(path, '*') == path.n && bytes_find(path, '?') == path.n &&
	    bytes_find(path, '$') == path.n && bytes_search(path, BYTES("://")) == path.n &&
	    is_ignored(ignore->text, path))
		docker_find(f, RULE(DF048), w->from, w->to)->message = arena_printf(
			f->job->arena, "%s leaves %s out", ignore->name, SHOW(w->text));
}

/* -- what may come in ------------------------------------------------------------------------- */

/* Some COPY names what this line would leave out. */
static bool is_copied(const struct docker_file *f, const char *line)
{
	for (size_t k = 0; k < f->dockerfile->instructions.len; k++) {
		const struct dockerfile_instruction *i = docker_instruction(f, k);

		if ((i->kind != DOCKERFILE_COPY && i->kind != DOCKERFILE_ADD) || dockerfile_flag(i, "from"))
			continue;
		for (size_t w = 0; w + 1 < i->words.len; w++) {
			bytes path = source_path(i->words.items[w].text);

			if (path.n > 0 && is_ignored(bytes_str(line), path))
				return true;
		}
	}
	return false;
}

static void make_list(const struct docker_file *f, struct job_finding *finding)
{
	static const char *const lines[] = { ".git",           "**/.env*",         "**/*.pfx",
		                                 "**/bin/",        "**/obj/",          "**/.vs/",
		                                 "**/*.user",      "**/node_modules/", "Dockerfile*",
		                                 "docker-compose*" };

	for (size_t k = 0; k < sizeof(lines) / sizeof(*lines); k++)
		if (!is_copied(f, lines[k]))
			docker_fix(f, finding, RULE_FIX_SAFE, 0, 0,
			           arena_printf(f->job->arena, "%s\n", lines[k]));
	finding->made = JOB_MADE_IGNORE;
}

static void check_whole_folder(const struct docker_file *f, const struct job_file *ignore,
                               const struct dockerfile_word *w)
{
	static const char *const leaks[] = { ".git", ".env" };

	if (source_path(w->text).n > 0 || bytes_starts(w->text, BYTES("<<")))
		return;
	if (!ignore) {
		make_list(f, docker_find(f, RULE(DF047), w->from, w->to));
		return;
	}
	for (size_t k = 0; k < sizeof(leaks) / sizeof(*leaks); k++) {
		bool open = ignore->text.n > 0 && ignore->text.p[ignore->text.n - 1] != '\n';

		if (is_ignored(ignore->text, bytes_str(leaks[k])))
			continue;
		struct job_finding *finding = docker_find(f, RULE(DF047), w->from, w->to);

		finding->message = arena_printf(f->job->arena, "%s lets %s through", ignore->name,
		                                leaks[k]);
		finding->fix_file = (size_t)(ignore - f->job->files.items);
		docker_fix(f, finding, RULE_FIX_SAFE, ignore->text.n, ignore->text.n,
		           arena_printf(f->job->arena, "%s%s\n", open ? "\n" : "", leaks[k]));
	}
}

void docker_check_ignored(const struct docker_file *f)
{
	const struct job_file *ignore = ignore_file(f);

	for (size_t k = 0; k < f->dockerfile->instructions.len; k++) {
		const struct dockerfile_instruction *i = docker_instruction(f, k);

		if ((i->kind != DOCKERFILE_COPY && i->kind != DOCKERFILE_ADD) || dockerfile_flag(i, "from"))
			continue;
		for (size_t w = 0; w + 1 < i->words.len; w++) {
			check_whole_folder(f, ignore, &i->words.items[w]);
			if (ignore)
				check_ignored(f, ignore, &i->words.items[w]);
		}
	}
}
