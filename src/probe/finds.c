/* SPDX-License-Identifier: Apache-2.0 */
/* What lies in the image and helps an attacker: programs, secrets, files with rights. */
#include "probe/probe.h"

#include <asm/stat.h>
#include <asm/statfs.h>
#include <linux/fcntl.h>
#include <linux/prctl.h>
#include <linux/stat.h>

#define DEPTH 64
#define ENTRIES 400000 /* some two seconds */
#define CANARY "/.oakum/secret"

struct entry {
	uint64_t inode, offset;
	uint16_t length;
	uint8_t type;
	char name[];
};

/* -- every file -------------------------------------------------------------------------------- */

struct walk {
	const char *probe;
	void (*look)(struct walk *w, const char *path, const struct stat *s);
	const char *const *names; /* of programs that are looked for */
	unsigned left;            /* entries that are still looked at */
	uint64_t device;
	long error;
	char blind[256]; /* where it could not look, and files may be of use; "": nowhere */
};

static void walk_folder(struct walk *w, const char *path, unsigned depth);

static void be_blind(struct walk *w, const char *path)
{
	join(w->blind, sizeof(w->blind), "it cannot look into ", path);
}

/* Mounts are left alone: what lies there is not the image's. */
static void walk_entry(struct walk *w, const char *folder, const struct entry *e, unsigned depth)
{
	char path[1024];
	struct stat s;

	if (same(e->name, ".") || same(e->name, "..") || w->left == 0)
		return;
	w->left--;
	join(path, sizeof(path), folder, "/");
	join(path, sizeof(path), path, e->name);
	if (length(path) + 1 == sizeof(path) ||
	    CALL(newfstatat, AT_FDCWD, path, &s, AT_SYMLINK_NOFOLLOW) < 0) {
		be_blind(w, folder);
		return;
	}
	if ((s.st_mode & S_IFMT) == S_IFDIR && s.st_dev != w->device)
		return;
	w->look(w, path, &s);
	if ((s.st_mode & S_IFMT) == S_IFDIR)
		walk_folder(w, path, depth);
}

/* Nothing behind it can be reached, and it cannot be opened for us by us. */
static bool is_shut(const char *path)
{
	struct stat s;

	return CALL(faccessat, AT_FDCWD, path, 1 /* X_OK */) == -EACCES &&
	       CALL(newfstatat, AT_FDCWD, path, &s, 0) == 0 && s.st_uid != (unsigned)CALL(geteuid, 0);
}

static void walk_folder(struct walk *w, const char *path, unsigned depth)
{
	char entries[2048];
	const char *folder = *path ? path : "/";

	if (is_shut(folder))
		return;
	long fd = CALL(openat, AT_FDCWD, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0), n = fd;

	while (fd >= 0 && depth > 0 && (n = CALL(getdents64, fd, entries, sizeof(entries))) > 0)
		for (long at = 0; at < n;) {
			const struct entry *e = (const struct entry *)(void *)(entries + at);

			at += e->length;
			walk_entry(w, path, e, depth - 1);
		}
	if (n < 0 || depth == 0)
		be_blind(w, folder);
	if (fd >= 0)
		CALL(close, fd);
}

/* What was not looked at is not held. */
static void walk_all(struct walk *w)
{
	struct stat s = { 0 };

	w->left = ENTRIES;
	w->error = -ENOENT;
	CALL(newfstatat, AT_FDCWD, "/", &s, 0);
	w->device = s.st_dev;
	walk_folder(w, "", DEPTH);
	if (w->left == 0)
		unknown(w->probe, "there are too many files to look at all");
	if (w->blind[0] != '\0')
		unknown(w->probe, w->blind);
	held(w->probe, w->error);
}

/* -- programs ---------------------------------------------------------------------------------- */

static bool is_program(const char *path)
{
	struct stat s;

	return CALL(newfstatat, AT_FDCWD, path, &s, 0) == 0 && (s.st_mode & S_IFMT) == S_IFREG &&
	       CALL(faccessat, AT_FDCWD, path, 1 /* X_OK */) == 0;
}

/* What distributions put behind a program's name: "3.11", "-5.2", "3.7m", ".static". */
static bool is_suffix(const char *s)
{
	static const char *const words[] = { "",         ".static",  "-static",
		                                 ".distrib", ".openbsd", ".traditional" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (same(s, words[i]))
			return true;
	if (*s == '-' || *s == '.')
		s++;
	if (*s < '0' || *s > '9')
		return false;
	while ((*s >= '0' && *s <= '9') || *s == '.')
		s++;
	if (*s == 'd' || *s == 'm' || *s == 't') /* Python's builds */
		s++;
	return *s == '\0';
}

static void look_program(struct walk *w, const char *path, const struct stat *s)
{
	unsigned kind = s->st_mode & S_IFMT;
	const char *name = path, *rest;

	if (kind != S_IFREG && kind != S_IFLNK)
		return;
	for (const char *p = path; *p != '\0'; p++)
		name = *p == '/' ? p + 1 : name;
	for (size_t i = 0; w->names[i]; i++)
		if ((rest = after(name, w->names[i])) && is_suffix(rest) && is_program(path))
			gained(w->probe, path);
}

/* By name first: what cannot be listed can be run. */
static void find_program(const char *probe, const char *const *names)
{
	static const char *const usual[] = { "/bin/",      "/sbin/",          "/usr/bin/",
		                                 "/usr/sbin/", "/usr/local/bin/", "/usr/local/sbin/" };
	struct walk w = { .probe = probe, .look = look_program, .names = names };
	char path[256];

	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++)
		for (size_t k = 0; names[k]; k++) {
			join(path, sizeof(path), usual[i], names[k]);
			if (is_program(path))
				gained(probe, path);
		}
	walk_all(&w);
}

static void shell(const char *name, const struct probe_words *words)
{
	static const char *const names[] = { "sh",      "bash",   "rbash", "dash", "ash",  "zsh",
		                                 "ksh",     "rksh",   "csh",   "tcsh", "fish", "mksh",
		                                 "busybox", "toybox", "pwsh",  NULL };

	(void)words;
	find_program(name, names);
}

static void interpreter(const char *name, const struct probe_words *words)
{
	static const char *const names[] = { "perl",   "python",  "pypy",     "ruby",   "node",
		                                 "nodejs", "php",     "lua",      "luajit", "tclsh",
		                                 "awk",    "gawk",    "mawk",     "gdb",    "java",
		                                 "jshell", "openssl", "bpftrace", NULL };

	(void)words;
	find_program(name, names);
}

static void package_manager(const char *name, const struct probe_words *words)
{
	static const char *const names[] = { "apt", "apt-get", "dpkg",  "apk",    "dnf",    "microdnf",
		                                 "yum", "rpm",     "tdnf",  "zypper", "pacman", "pip",
		                                 "npm", "gem",     "cargo", "nuget",  NULL };

	(void)words;
	find_program(name, names);
}

static void downloader(const char *name, const struct probe_words *words)
{
	static const char *const names[] = { "curl", "wget", "nc",  "ncat",  "netcat", "socat", "ssh",
		                                 "scp",  "sftp", "ftp", "rsync", "telnet", "git",   NULL };

	(void)words;
	find_program(name, names);
}

/* -- files with rights ------------------------------------------------------------------------- */

static void look_setuid(struct walk *w, const char *path, const struct stat *s)
{
	if ((s->st_mode & S_IFMT) == S_IFREG && (s->st_mode & (S_ISUID | S_ISGID)) != 0 &&
	    (s->st_mode & 0111) != 0)
		gained(w->probe, path);
}

static void setuid_file(const char *name, const struct probe_words *words)
{
	struct walk w = { .probe = name, .look = look_setuid };

	(void)words;
	walk_all(&w);
}

static void look_capabilities(struct walk *w, const char *path, const struct stat *s)
{
	char value[64];

	if ((s->st_mode & S_IFMT) == S_IFREG && (s->st_mode & 0111) != 0 &&
	    CALL(lgetxattr, path, "security.capability", value, sizeof(value)) > 0)
		gained(w->probe, path);
}

static void file_capabilities(const char *name, const struct probe_words *words)
{
	struct walk w = { .probe = name, .look = look_capabilities };

	(void)words;
	walk_all(&w);
}

static void look_writable(struct walk *w, const char *path, const struct stat *s)
{
	bool is_open = (s->st_mode & 0002) != 0 || s->st_uid == (unsigned)CALL(geteuid, 0);

	if ((s->st_mode & S_IFMT) != S_IFDIR || after(path, "/.oakum"))
		return;
	long result = CALL(faccessat, AT_FDCWD, path, 2 /* W_OK */);

	if (result == 0)
		gained(w->probe, path);
	if (is_open && result < 0)
		w->error = result;
}

static void writable_folder(const char *name, const struct probe_words *words)
{
	struct walk w = { .probe = name, .look = look_writable };

	(void)words;
	walk_all(&w);
}

/* No program of the image is ever run: it could answer in our place. The kernel gives the owner's
 * rights unless the process or the mount forbid it (execve(2)). */
static bool gives_rights(const char *path)
{
	struct statfs s;

	return CALL(prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 &&
	       (CALL(statfs, path, &s) < 0 || (s.f_flags & 2 /* ST_NOSUID */) == 0);
}

static void look_effective(struct walk *w, const char *path, const struct stat *s)
{
	if ((s->st_mode & S_IFMT) != S_IFREG || (s->st_mode & S_ISUID) == 0 || s->st_uid != 0 ||
	    (s->st_mode & 0001) == 0)
		return;
	if (gives_rights(path))
		gained(w->probe, path);
	w->error = -EPERM;
}

static void run_setuid(const char *name, const struct probe_words *words)
{
	struct walk w = { .probe = name, .look = look_effective };

	(void)words;
	walk_all(&w);
}

/* -- secrets ----------------------------------------------------------------------------------- */

static void canary(const char *name, const struct probe_words *words)
{
	(void)words;
	judge(name, opens(CANARY, O_RDONLY));
}

static void stored_secrets(const char *name, const struct probe_words *words)
{
	static const char *const paths[] = { "/etc/shadow",
		                                 "/etc/gshadow",
		                                 "/etc/ssh/ssh_host_ed25519_key",
		                                 "/etc/ssh/ssh_host_rsa_key",
		                                 "/root/.ssh/id_ed25519",
		                                 "/root/.ssh/id_rsa",
		                                 "/root/.docker/config.json",
		                                 "/root/.aws/credentials",
		                                 "/root/.kube/config",
		                                 "/run/secrets/kubernetes.io/serviceaccount/token",
		                                 "/var/run/secrets/kubernetes.io/serviceaccount/token",
		                                 NULL };
	long worst = -ENOENT;
	char part[16];

	(void)words;
	for (size_t i = 0; paths[i]; i++) {
		long n = read_file(paths[i], part, sizeof(part));

		if (n > 0)
			gained(name, paths[i]);
		if (worst == -ENOENT && n < 0)
			worst = n;
	}
	held(name, worst);
}

const struct probe_entry probe_finds[] = {
	{ "shell", shell, false },
	{ "interpreter", interpreter, false },
	{ "package-manager", package_manager, false },
	{ "downloader", downloader, false },
	{ "setuid-file", setuid_file, false },
	{ "run-setuid", run_setuid, false },
	{ "file-capabilities", file_capabilities, false },
	{ "writable-folder", writable_folder, false },
	{ "secret-of-others", canary, false },
	{ "stored-secrets", stored_secrets, false },
	{ NULL, NULL, false },
};
