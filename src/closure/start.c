/* SPDX-License-Identifier: Apache-2.0 */
/* What the words of an entry point start: the program itself, the one that a wrapper starts, the
 * plain commands that a shell is given. */
#include "closure/walk.h"

#include "base/path.h"
#include "fmt/shell.h"

#define DEPTH 8      /* tini -- gosu app sh -c "exec dotnet x.dll" has four */
#define PATH_MOST 64 /* folders of PATH that are looked into */

static const char *const shells[] = { "sh",  "bash", "dash", "ash", "busybox", "zsh",
	                                  "ksh", "mksh", "fish", "csh", "tcsh",    NULL };
/* Programs that start the one behind their own flags, and nothing else. */
static const char *const wrappers[] = { "tini",    "tini-static", "dumb-init", "catatonit",
	                                    "nohup",   "docker-init", "gosu",      "su-exec",
	                                    "setpriv", "env",         "nice",      "stdbuf",
	                                    NULL };

static bool is_named(bytes name, const char *const *names)
{
	for (; *names; names++)
		if (bytes_is(name, *names))
			return true;
	return false;
}

bool start_is_free(bytes name)
{
	return is_named(name, shells) || closure_interpreter(name); /* they do what their files say */
}

bytes start_environment(const struct walk *w, const char *name)
{
	const struct strings *env = &w->image->config.env;
	bytes value = { 0 };

	for (size_t i = 0; i < env->len; i++) {
		bytes rest = env->items[i];

		if (bytes_take_prefix(&rest, bytes_str(name)) && bytes_take_prefix(&rest, BYTES("=")))
			value = rest; /* of several, the last */
	}
	return value;
}

/* -- programs ---------------------------------------------------------------------------------- */

static bool is_program(const struct walk *w, uint32_t node)
{
	return node != TREE_NONE && tree_get(w->tree, node)->type == ENTRY_FILE;
}

/* program_at(w, path): the file; the links that lead to it are reached, too: without them nobody
 * finds it by this name. */
static uint32_t program_at(struct walk *w, bytes path)
{
	uint32_t node = tree_find(w->tree, path, true), link = tree_find(w->tree, path, false);

	if (!is_program(w, node))
		return TREE_NONE;
	for (unsigned i = 0; i < LIMIT_LINKS && link != TREE_NONE; i++) {
		if (tree_get(w->tree, link)->type != ENTRY_SYMLINK)
			break;
		bytes dir = path_dir(tree_path(w->tree, link, w->a));

		walk_mark(w, link);
		link = tree_find(w->tree, path_join(w->a, dir, tree_symlink(w->tree, link)), false);
	}
	return node;
}

uint32_t start_find(struct walk *w, bytes cwd, bytes name)
{
	bytes path = start_environment(w, "PATH"), dir;

	if (bytes_find(name, '/') < name.n)
		return program_at(w, path_join(w->a, cwd, name));
	if (path.n == 0)
		path = BYTES(OCI_PATH_DEFAULT);
	for (unsigned i = 0; i < PATH_MOST && bytes_take_until(&path, ':', &dir); i++) {
		uint32_t node = program_at(w, path_join(w->a, path_join(w->a, cwd, dir), name));

		if (node != TREE_NONE)
			return node;
	}
	return TREE_NONE;
}

static struct words words_from(const struct words *words, size_t from)
{
	return (struct words){ words->items + from, words->len - from, 0 };
}

void start_quietly(struct walk *w, uint32_t node)
{
	const struct known_file *f = walk_file(w, node);

	if (w->reach[tree_content(w->tree, node)] >= (uint8_t)w->level)
		return;
	walk_mark(w, node);
	if (!f || f->object.kind != OBJECT_ELF)
		return;
	*ARENA_PUSH(w->a, &w->visits) = (struct visit){ .file = f, .is_quiet = true };
}

/* Behind flags, their values and assignments stands the first word that is a program. */
static bool start_wrapped(struct walk *w, bytes cwd, const struct words *words, unsigned depth)
{
	for (size_t i = 1; i < words->len; i++) {
		bytes word = words->items[i];

		if (bytes_starts(word, BYTES("-")) || bytes_find(word, '=') < word.n ||
		    start_find(w, cwd, word) == TREE_NONE)
			continue;
		struct words rest = words_from(words, i);

		return start_program(w, cwd, &rest, depth + 1);
	}
	return false;
}

/* -- sh -c ------------------------------------------------------------------------------------- */

static bool is_plain(bytes word)
{
	static const char special[] = "$`*?[]{}()<>|&;!~\\\n\r";

	for (size_t i = 0; i < word.n; i++)
		if (memchr(special, word.p[i], sizeof(special)))
			return false;
	return true;
}

static bool is_builtin(bytes name)
{
	static const char *const names[] = { "set", "umask", "echo", ":", "true", "ulimit", NULL };

	return is_named(name, names);
}

/* start_command(w, cwd, c, depth): false when it is not plain or not found; "exec" is no word of it
 * (fmt/shell.h). Assignments in front may
 * change what is loaded. */
static bool start_command(struct walk *w, bytes *cwd, const struct shell_command *c, unsigned depth)
{
	struct words words = { 0 };

	if (c->program > 0)
		return false;
	for (size_t i = 0; i < c->len; i++) {
		if (!is_plain(c->words[i].text))
			return false;
		*ARENA_PUSH(w->a, &words) = c->words[i].text;
	}
	if (words.len == 0 || is_builtin(words.items[0]))
		return true;
	if (bytes_is(words.items[0], "cd")) {
		*cwd = words.len == 2 ? path_join(w->a, *cwd, words.items[1]) : BYTES("");
		return words.len == 2;
	}
	return start_program(w, *cwd, &words, depth + 1);
}

/* start_shell(w, cwd, words, depth): `sh -c "..."` of plain commands; false for all else. */
static bool start_shell(struct walk *w, bytes cwd, const struct words *words, unsigned depth)
{
	struct shell_script script;
	bool is_command = words->len >= 3 && bytes_starts(words->items[1], BYTES("-")) &&
	                  bytes_ends(words->items[1], BYTES("c"));

	/* Further words are $0, $1: nothing plain uses them. */
	if (!is_command || words->items[2].n > LIMIT_CLOSURE_TEXT)
		return false;
	shell_split(words->items[2], w->a, &script);
	for (size_t i = 0; i < script.len; i++)
		if (!start_command(w, &cwd, &script.items[i], depth))
			return false;
	return script.len > 0;
}

/* -- all --------------------------------------------------------------------------------------- */

static bool is_dotnet(bytes base)
{
	return bytes_is(base, "dotnet");
}

/* dotnet [exec] [flags] app.dll; what else it is told are commands of the SDK, which does all. */
static void start_dotnet(struct walk *w, uint32_t node, bytes cwd, const struct words *words)
{
	const struct known_file *f = walk_file(w, node);

	start_quietly(w, node);
	for (size_t i = 1; i < words->len; i++) {
		bytes word = words->items[i];
		uint32_t dll = bytes_ends(word, BYTES(".dll"))
		                   ? tree_find(w->tree, path_join(w->a, cwd, word), true)
		                   : TREE_NONE;

		if (dll == TREE_NONE)
			continue;
		managed_start(w, dll);
		return;
	}
	walk_doubt(w, f ? f->path : BYTES("dotnet"), FREE_UNREAD, "is told to run no assembly");
}

/* A host that the SDK makes, "app/Shop" beside "app/Shop.dll". */
static uint32_t assembly_beside(struct walk *w, uint32_t node)
{
	bytes name = bytes_str(arena_printf(w->a, PRIb ".dll", BYTESF(tree_name(w->tree, node))));
	uint32_t dll = tree_child(w->tree, tree_get(w->tree, node)->parent, name);
	const struct known_file *f = dll == TREE_NONE ? NULL : walk_file(w, dll);

	return f && f->object.kind == OBJECT_ASSEMBLY ? dll : TREE_NONE;
}

bool start_program(struct walk *w, bytes cwd, const struct words *words, unsigned depth)
{
	uint32_t node = words->len > 0 && depth < DEPTH ? start_find(w, cwd, words->items[0])
	                                                : TREE_NONE;

	if (node == TREE_NONE)
		return false;
	/* What a program is called (busybox's commands are links) and what its file is. */
	bytes called = path_base(words->items[0]), file = tree_name(w->tree, node);
	uint32_t dll = assembly_beside(w, node);

	if (is_named(called, shells) && start_shell(w, cwd, words, depth)) {
		start_quietly(w, node);
	} else if (is_named(called, wrappers) && start_wrapped(w, cwd, words, depth)) {
		start_quietly(w, node);
	} else if (is_dotnet(file)) {
		start_dotnet(w, node, cwd, words);
	} else if (dll != TREE_NONE) {
		start_quietly(w, node);
		managed_start(w, dll);
	} else {
		if (start_is_free(called) && !start_is_free(file))
			walk_doubt(w, words->items[0], FREE_UNREAD, "runs whatever it is told");
		walk_visit(w, node, 0);
	}
	return true;
}

void start_script(struct walk *w, const struct known_file *file)
{
	bytes rest = file->object.loader, word;
	struct words words = { 0 };

	while (bytes_take_until(&rest, ' ', &word))
		if (word.n > 0 && !bytes_is(word, "-S"))
			*ARENA_PUSH(w->a, &words) = word;
	*ARENA_PUSH(w->a, &words) = bytes_str(arena_printf(w->a, "/" PRIb, BYTESF(file->path)));
	(void)start_program(w, BYTES(""), &words, 0); /* not there: it cannot be started either */
}
