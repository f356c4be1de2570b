/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/program.h"

#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "sys/file.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OUR_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OUR_MACHINE EM_AARCH64
#else
#error "which machine is this in elf(5)?"
#endif

/* The kernel reads so much of a script's first line (linux/binfmts.h, BINPRM_BUF_SIZE). */
#define SCRIPT_LINE 256

struct look {
	int root;
	const struct hardening *hardening;
	struct arena arena;
};

static int open_in(const struct look *l, const char *path)
{
	struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		                    .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };

	return (int)syscall(SYS_openat2, l->root, path, &how, sizeof(how));
}

static bool is_bound(const struct look *l, const char *path)
{
	for (size_t i = 0; i < l->hardening->binds.len; i++)
		if (path_within(bytes_str(path), bytes_str(l->hardening->binds.items[i].destination)))
			return true;
	return false;
}

static int not_there(const char *path, err *e)
{
	return err_set(e, ERR_ABSENT, 0, "the image has no program '%s'", SHOW(bytes_str(path)));
}

static int no_program(const char *path, const char *why, err *e)
{
	return err_set(e, ERR_USAGE, 0, "'%s' cannot be run: %s", SHOW(bytes_str(path)), why);
}

/* -- what a file is ---------------------------------------------------------------------------- */

static int check_file(struct look *l, const char *path, int depth, err *e);

static int check_interpreter(struct look *l, const char *path, const char *by, int depth, err *e)
{
	if (check_file(l, path, depth + 1, e) == 0)
		return 0;
	return err_wrap(e, "'%s' is run by", SHOW(bytes_str(by)));
}

/* A dynamic program names who loads it (PT_INTERP). */
static int check_elf(struct look *l, const char *path, int fd, int depth, err *e)
{
	Elf64_Ehdr header;
	Elf64_Phdr segment;
	char loader[256] = "";

	if (pread(fd, &header, sizeof(header), 0) != sizeof(header) ||
	    header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != OUR_MACHINE ||
	    (header.e_type != ET_EXEC && header.e_type != ET_DYN))
		return no_program(path, "it is built for another machine", e);
	for (unsigned i = 0; i < header.e_phnum && i < LIMIT_PROGRAM_HEADERS; i++) {
		off_t at = (off_t)(header.e_phoff & INT64_MAX >> 1) + (off_t)(i * sizeof(segment));

		if (pread(fd, &segment, sizeof(segment), at) != sizeof(segment))
			return no_program(path, "it is cut off", e);
		if (segment.p_type != PT_INTERP)
			continue;
		if (segment.p_filesz >= sizeof(loader) || segment.p_offset > INT64_MAX ||
		    pread(fd, loader, segment.p_filesz, (off_t)segment.p_offset) < 0)
			return no_program(path, "its loader cannot be read", e);
		return check_interpreter(l, loader, path, depth, e);
	}
	return 0;
}

/* "#!/bin/sh -e" */
static int check_script(struct look *l, const char *path, bytes front, int depth, err *e)
{
	bytes line, word;

	front = bytes_skip(front, 2);
	if (!bytes_line(&front, &line))
		return no_program(path, "its first line names nobody", e);
	line = bytes_trim(line);
	word = bytes_slice(line, 0, bytes_find(line, ' '));
	word = bytes_slice(word, 0, bytes_find(word, '\t'));
	if (word.n == 0)
		return no_program(path, "its first line names nobody", e);
	return check_interpreter(l, arena_str(&l->arena, word), path, depth, e);
}

/* open_program(l, path, e): the file; -2: it cannot be read by us, and the runtime may. */
static int open_program(const struct look *l, const char *path, err *e)
{
	int fd = open_in(l, path);
	struct stat st;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
		return not_there(path, e);
	if (fd < 0)
		return errno == EACCES ? -2 : err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(path)));
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0111) != 0)
		return fd;
	close(fd);
	return no_program(path, "it is no file that somebody may execute", e);
}

static int check_file(struct look *l, const char *path, int depth, err *e)
{
	uint8_t front[SCRIPT_LINE];

	if (is_bound(l, path))
		return 0;
	auto_fd fd = open_program(l, path, e);

	if (fd < 0)
		return fd == -2 ? 0 : -1;
	ssize_t n = pread(fd, front, sizeof(front), 0);
	bytes text = bytes_of(front, n > 0 ? (size_t)n : 0);

	if (depth > LIMIT_PROGRAM_SCRIPTS)
		return no_program(path, "scripts are run by scripts", e);
	if (bytes_starts(text, BYTES(ELFMAG)))
		return check_elf(l, path, fd, depth, e);
	if (bytes_starts(text, BYTES("#!")))
		return check_script(l, path, text, depth, e);
	return no_program(path, "it is neither a program nor a script", e);
}

/* -- where it is ------------------------------------------------------------------------------- */

static bytes find_path(const struct hardening *h)
{
	bytes path = { 0 };

	for (size_t i = 0; i < h->env.len; i++)
		if (bytes_starts(h->env.items[i], BYTES("PATH=")))
			path = bytes_skip(h->env.items[i], strlen("PATH="));
	return path;
}

/* The first that is a file which somebody may execute, as execvp(3) has it. */
static const char *search(struct look *l, bytes name)
{
	bytes path = find_path(l->hardening), folder;
	struct stat st;

	while (bytes_take_until(&path, ':', &folder)) {
		const char *file = arena_printf(&l->arena, PRIb "/" PRIb, BYTESF(folder), BYTESF(name));

		if (is_bound(l, file))
			return file;
		auto_fd fd = open_in(l, file);

		if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0111) != 0)
			return file;
	}
	return NULL;
}

/* A runtime says these as they are, and where it says them may be a terminal. */
static bool is_plain(bytes text)
{
	uint32_t c;

	while (text_utf8_next(&text, &c))
		if (text_is_deceptive(c))
			return false;
	return text.n == 0;
}

static int check(struct look *l, err *e)
{
	bytes name = l->hardening->args.items[0], cwd = l->hardening->cwd;

	if (!is_plain(name) || !is_plain(cwd))
		return err_set(e, ERR_FORMAT, 0, "the %s '%s' holds what a terminal would obey",
		               is_plain(name) ? "folder" : "program", SHOW(is_plain(name) ? cwd : name));
	const char *path = arena_str(&l->arena, name);

	if (name.n == 0)
		return not_there("", e);
	if (bytes_find(name, '/') == name.n)
		path = search(l, name);
	else if (path[0] != '/')
		path = arena_printf(&l->arena, PRIb "/%s", BYTESF(cwd), path);
	if (path)
		return check_file(l, path, 0, e);
	return err_set(e, ERR_ABSENT, 0, "the image has no program '%s' in its PATH", SHOW(name));
}

int program_check(const char *root, const struct hardening *h, err *e)
{
	struct look l = { .hardening = h, .arena = ARENA_INIT };

	l.root = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (l.root < 0)
		return err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(root)));
	int status = check(&l, e);

	close(l.root);
	arena_done(&l.arena);
	return status;
}
