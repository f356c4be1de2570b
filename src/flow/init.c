/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/init.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/path.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "flow/init_wire.h"
#include "sys/file.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#define OURS "oakum init: "
#define KUSTOMIZE "deploy/oakum/kustomize/"

const struct init_target init_targets[] = {
	{ "settings", "oakum.yaml", "settings.yaml", 0644 },
	{ "kustomize", KUSTOMIZE "base/kustomization.yaml", "base-kustomization.yaml", 0644 },
	{ "kustomize", KUSTOMIZE "base/networkpolicy.yaml", "base-networkpolicy.yaml", 0644 },
	{ "kustomize", KUSTOMIZE "base/workloads.yaml", "base-workloads.yaml", 0644 },
	{ "kustomize", KUSTOMIZE "restricted/kustomization.yaml", "restricted-kustomization.yaml",
	  0644 },
	{ "helm", "deploy/oakum/chart/Chart.yaml", "chart.yaml", 0644 },
	{ "helm", "deploy/oakum/chart/values.yaml", "chart-values.yaml", 0644 },
	{ "helm", "deploy/oakum/chart/templates/_oakum.tpl", "chart-helpers.tpl", 0644 },
	{ "policy", "deploy/oakum/policy/restricted.yaml", "policy.yaml", 0644 },
	{ "github", ".github/workflows/oakum.yml", "github.yml", 0644 },
	{ "gitlab", ".gitlab-ci.yml", "gitlab.yml", 0644 },
	{ "azure", "azure-pipelines.yml", "azure.yml", 0644 },
	{ "hook", ".githooks/pre-commit", "pre-commit.txt", 0755 },
	{ 0 },
};

size_t init_targets_len(void)
{
	return sizeof(init_targets) / sizeof(*init_targets) - 1;
}

bool init_area_is(bytes name)
{
	for (size_t i = 0; init_targets[i].area; i++)
		if (bytes_is(name, init_targets[i].area))
			return true;
	return false;
}

/* -- what is ours ----------------------------------------------------------------------------- */

/* The line with the digest is the first one, behind the "#!" of a script; it is a comment of the
 * file's own language. */
static size_t mark_at(bytes text)
{
	return bytes_starts(text, BYTES("#!")) ? bytes_find(text, '\n') + 1 : 0;
}

static bytes marked(const struct init_target *t, bytes text, struct arena *a)
{
	bool template = bytes_ends(bytes_str(t->path), BYTES(".tpl"));
	digest d = digest_of(DIGEST_SHA256, text);
	size_t at = mark_at(text);
	buf out = BUF_INIT(LIMIT_SETTINGS + 256);

	buf_put(&out, bytes_slice(text, 0, at));
	buf_printf(&out, "%s" OURS "%s; without this line the file is yours%s\n",
	           template ? "{{/* " : "# ", DIGEST_TEXT(&d), template ? " */}}" : "");
	buf_put(&out, bytes_skip(text, at));
	bytes whole = arena_bytes(a, buf_bytes(&out));

	buf_done(&out);
	return whole;
}

static enum init_state state_of(bytes before, bytes after)
{
	size_t at = mark_at(before), end = at + bytes_find(bytes_skip(before, at), '\n') + 1;
	bytes line = bytes_slice(before, at, end - at), said;
	size_t mark = bytes_search(line, BYTES(OURS));
	buf rest = BUF_INIT(LIMIT_SETTINGS);
	err ignored = { 0 };
	digest d, wanted;

	if (bytes_equal(before, after))
		return INIT_SAME;
	said = bytes_skip(line, mark + sizeof(OURS) - 1);
	said = bytes_slice(said, 0, bytes_find(said, ';'));
	if (mark >= line.n || digest_parse(said, &wanted, &ignored) < 0)
		return INIT_FOREIGN;
	buf_put(&rest, bytes_slice(before, 0, at));
	buf_put(&rest, bytes_skip(before, end));
	d = digest_of(DIGEST_SHA256, buf_bytes(&rest));
	buf_done(&rest);
	return digest_equal(&d, &wanted) ? INIT_OLD : INIT_EDITED;
}

/* -- what the folder holds -------------------------------------------------------------------- */

static const char *below(struct arena *a, const char *folder, const char *path)
{
	return arena_printf(a, "%s/%s", folder, path);
}

/* The files of known kinds, named below the folder. */
static int gather(const char *folder, struct arena *a, struct check *out, err *e)
{
	const char *paths[] = { folder };
	size_t front = strlen(folder) + !bytes_ends(bytes_str(folder), BYTES("/"));

	if (check_gather(paths, 1, a, out, e) < 0)
		return -1;
	for (size_t i = 0; i < out->len; i++)
		if (strlen(out->files[i].name) > front)
			out->files[i].name += front;
	return 0;
}

static bool is_there(struct arena *a, const char *folder, const char *path)
{
	struct stat st;

	return lstat(below(a, folder, path), &st) == 0;
}

struct choice {
	const char *folder, *only;
	bool github, gitlab, azure; /* the pipelines that the folder has */
};

static bool is_chosen(const struct choice *c, const struct init_target *t)
{
	bytes rest = bytes_str(c->only), area;
	bool any = c->github || c->gitlab || c->azure;

	while (bytes_take_until(&rest, ',', &area))
		if (bytes_is(area, t->area))
			return true;
	if (c->only)
		return false;
	if (any && strcmp(t->area, "github") == 0)
		return c->github;
	if (any && strcmp(t->area, "gitlab") == 0)
		return c->gitlab;
	return !any || strcmp(t->area, "azure") != 0 || c->azure;
}

/* -- the worker's answer, read as hostile ----------------------------------------------------- */

static bool take_texts(bytes *in, const struct choice *c, struct arena *a, struct init_plan *out)
{
	uint64_t len, index;
	bytes text;

	if (!pack_take_u64(in, init_targets_len(), &len))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!pack_take_u64(in, init_targets_len() - 1, &index) ||
		    !pack_take_bytes(in, LIMIT_SETTINGS, &text))
			return false;
		const struct init_target *t = &init_targets[index];
		struct init_file f = { .target = t, .after = marked(t, text, a) };

		if (is_chosen(c, t))
			*ARENA_PUSH(a, &out->files) = f;
	}
	return true;
}

static bool take_lines(bytes *in, struct arena *a, struct init_plan *out)
{
	uint64_t len;
	bytes line;

	for (int list = 0; list < 2; list++) {
		if (!pack_take_u64(in, in->n, &len))
			return false;
		for (size_t i = 0; i < len; i++) {
			if (!pack_take_bytes(in, LIMIT_SETTINGS, &line))
				return false;
			const char *shown = text_shown(a, line);

			if (list == 0)
				*ARENA_PUSH(a, &out->found) = shown;
			else
				*ARENA_PUSH(a, &out->notes) = shown;
		}
	}
	return in->n == 0;
}

static int ask(const struct init_served *served, const struct choice *c, struct arena *a,
               struct init_plan *out, err *e)
{
	struct init_served copy = *served;
	struct worker_options options = { .serve = init_serve, .arg = &copy, .keep = { -1, -1 } };
	buf answer = BUF_INIT(LIMIT_CHECK_ANSWER);
	struct worker *w;
	bool landlock;

	options.deadline = deadline_in(LIMIT_CHECK_MS);
	if (worker_start(&options, &w, &landlock, e) < 0)
		return -1;
	int result = worker_send_all(w, BYTES("r"), true, e);

	if (result == 0)
		result = worker_take_answer(w, &answer, e);
	bytes in = buf_bytes(&answer);

	worker_stop(w);
	if (result == 0 && !(take_texts(&in, c, a, out) && take_lines(&in, a, out)))
		result = err_set(e, ERR_BUG, 0, "the worker's answer is broken");
	buf_done(&answer);
	return result;
}

/* -- plan and deed ---------------------------------------------------------------------------- */

static int compare(const char *folder, struct init_file *f, struct arena *a, err *e)
{
	err absent = { 0 };

	if (file_read_all(below(a, folder, f->target->path), LIMIT_SETTINGS, a, &f->before, &absent) ==
	    0)
		f->state = state_of(f->before, f->after);
	else if (absent.kind != ERR_ABSENT)
		*e = absent;
	return err_is_set(e) ? -1 : 0;
}

int init_plan_make(const char *folder, const char *only, struct arena *a, struct init_plan *out,
                   err *e)
{
	struct choice c = { .folder = folder, .only = only };
	struct check found;
	char *real = realpath(folder, NULL);

	*out = (struct init_plan){ 0 };
	if (!real)
		return err_set(e, errno == ENOENT ? ERR_ABSENT : ERR_IO, errno, "open folder '%s'",
		               SHOW(bytes_str(folder)));
	struct init_served served = { &found, arena_str(a, path_base(bytes_str(real))) };

	free(real);
	if (gather(folder, a, &found, e) < 0)
		return -1;
	c.github = is_there(a, folder, ".github");
	c.gitlab = is_there(a, folder, ".gitlab-ci.yml");
	c.azure = is_there(a, folder, "azure-pipelines.yml");
	if (ask(&served, &c, a, out, e) < 0)
		return -1;
	for (size_t i = 0; i < out->files.len; i++)
		if (compare(folder, &out->files.items[i], a, e) < 0)
			return -1;
	return 0;
}

/* A folder on the way that is a link could lead out of the repository. */
static int refuse_links(const char *folder, const char *path, struct arena *a, err *e)
{
	struct stat st;

	for (bytes dir = path_dir(bytes_str(path)); dir.n > 0; dir = path_dir(dir)) {
		const char *name = below(a, folder, arena_str(a, dir));

		if (lstat(name, &st) == 0 && !S_ISDIR(st.st_mode))
			return err_set(e, ERR_UNTRUSTED, 0, "'%s' is a link or no folder: nothing is written",
			               SHOW(bytes_str(name)));
	}
	return 0;
}

int init_write(const char *folder, const struct init_file *file, struct arena *a, err *e)
{
	const char *path = below(a, folder, file->target->path);

	if (refuse_links(folder, file->target->path, a, e) < 0 ||
	    file_make_dirs(arena_str(a, path_dir(bytes_str(path))), 0755, e) < 0)
		return -1;
	return file_write_atomic(path, file->after, file->target->mode, e);
}
