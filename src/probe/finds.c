/* SPDX-License-Identifier: Apache-2.0 */
/* What lies in the image and helps an attacker: programs, secrets, files with rights. */
#include "probe/probe.h"

#include <asm/stat.h>
#include <linux/fcntl.h>
#include <linux/magic.h>
#include <linux/stat.h>

#define DEPTH 24
#define ENTRIES 400000 /* some two seconds */
#define CANARY "/.oakum/secret"

struct entry {
	uint64_t inode, offset;
	uint16_t length;
	uint8_t type;
	char name[];
};

/* -- programs ---------------------------------------------------------------------------------- */

static bool is_program(const char *path)
{
	struct stat s;

	return CALL(newfstatat, AT_FDCWD, path, &s, 0) == 0 && (s.st_mode & S_IFMT) == S_IFREG &&
	       CALL(faccessat, AT_FDCWD, path, 1 /* X_OK */) == 0;
}

static void find_in(const char *probe, const char *folder, const char *const *names)
{
	char path[256];

	for (; *names; names++) {
		join(path, sizeof(path), folder, "/");
		join(path, sizeof(path), path, *names);
		if (is_program(path))
			gained(probe, path);
	}
}

static void find_program(const char *probe, const struct probe_words *words,
                         const char *const *names)
{
	static const char *const usual[] = { "/bin",      "/sbin",          "/usr/bin",
		                                 "/usr/sbin", "/usr/local/bin", "/usr/local/sbin",
		                                 "/busybox" };
	char folder[256];

	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++)
		find_in(probe, usual[i], names);
	for (const char *p = words->path ? words->path : ""; *p != '\0';) {
		size_t n = 0;

		for (; *p != '\0' && *p != ':'; p++)
			if (n + 1 < sizeof(folder))
				folder[n++] = *p;
		folder[n] = '\0';
		p += *p == ':';
		if (folder[0] == '/')
			find_in(probe, folder, names);
	}
	held(probe, -ENOENT);
}

static void shell(const char *name, const struct probe_words *words)
{
	static const char *const names[] = {
		"sh",   "bash", "dash", "ash",     "zsh",    "ksh",  "csh",
		"tcsh", "fish", "mksh", "busybox", "toybox", "pwsh", NULL
	};

	find_program(name, words, names);
}

static void interpreter(const char *name, const struct probe_words *words)
{
	static const char *const names[] = { "perl", "python3", "python",  "python2",  "ruby", "node",
		                                 "php",  "lua",     "lua5.4",  "tclsh",    "awk",  "gawk",
		                                 "mawk", "gdb",     "openssl", "bpftrace", NULL };

	find_program(name, words, names);
}

static void package_manager(const char *name, const struct probe_words *words)
{
	static const char *const names[] = { "apt",  "apt-get", "dpkg", "apk",    "dnf",    "microdnf",
		                                 "yum",  "rpm",     "tdnf", "zypper", "pacman", "pip",
		                                 "pip3", "npm",     "gem",  "cargo",  "nuget",  NULL };

	find_program(name, words, names);
}

static void downloader(const char *name, const struct probe_words *words)
{
	static const char *const names[] = { "curl", "wget", "nc",  "ncat",  "netcat", "socat", "ssh",
		                                 "scp",  "sftp", "ftp", "rsync", "telnet", "git",   NULL };

	find_program(name, words, names);
}

/* -- every file -------------------------------------------------------------------------------- */

struct walk {
	const char *probe;
	void (*look)(struct walk *w, const char *path, const struct stat *s);
	unsigned left; /* entries that are still looked at */
	uint64_t device;
	char seen[256]; /* what was found, and is of no use */
	long error;
};

static void walk_folder(struct walk *w, const char *path, unsigned depth);

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
	if (CALL(newfstatat, AT_FDCWD, path, &s, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	if ((s.st_mode & S_IFMT) == S_IFDIR && s.st_dev != w->device)
		return;
	w->look(w, path, &s);
	if ((s.st_mode & S_IFMT) == S_IFDIR && depth > 0)
		walk_folder(w, path, depth - 1);
}

static void walk_folder(struct walk *w, const char *path, unsigned depth)
{
	char entries[2048];
	long fd = CALL(openat, AT_FDCWD, *path ? path : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0), n;

	while (fd >= 0 && (n = CALL(getdents64, fd, entries, sizeof(entries))) > 0)
		for (long at = 0; at < n;) {
			const struct entry *e = (const struct entry *)(void *)(entries + at);

			at += e->length;
			walk_entry(w, path, e, depth);
		}
	if (fd >= 0)
		CALL(close, fd);
}

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
	held(w->probe, w->error);
}

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

/* -- setuid files, run ------------------------------------------------------------------------- */

/* The ids that a process has, or had: a dead one that nobody waited for still tells. */
static bool has_become_root(long pid)
{
	char path[64], of[24], text[2048];

	join(path, sizeof(path), "/proc/", number(of, (uint64_t)pid));
	join(path, sizeof(path), path, "/status");
	read_file(path, text, sizeof(text));
	const char *ids = field(text, "Uid");

	if (!ids)
		return false;
	while (*ids >= '0' && *ids <= '9') /* the real one; the effective one stands behind it */
		ids++;
	while (*ids == '\t' || *ids == ' ')
		ids++;
	return *ids == '0' && (ids[1] == '\t' || ids[1] == ' ');
}

/* Without words, input or terminal, and ended at once. */
static bool gives_rights(const char *path)
{
	const char *argv[] = { path, NULL }, *environment[] = { NULL };
	int ends[2], status;
	char nothing;

	if (CALL(pipe2, ends, O_CLOEXEC) < 0)
		return false;
	long pid = fork_here();

	if (pid == 0) {
		long fd = CALL(openat, AT_FDCWD, "/dev/null", O_RDWR, 0);

		for (long i = 0; i < 3; i++)
			CALL(dup3, fd, i, 0);
		CALL(execve, path, argv, environment);
		quit(127);
	}
	CALL(close, ends[1]);
	CALL(read, ends[0], &nothing, 1); /* until it is run */
	CALL(close, ends[0]);
	bool root = pid > 0 && has_become_root(pid);

	CALL(kill, pid, 9);
	wait_ms(pid, 500, &status);
	return root;
}

static void look_and_run(struct walk *w, const char *path, const struct stat *s)
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
	struct walk w = { .probe = name, .look = look_and_run };

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
	{ "shell", shell },
	{ "interpreter", interpreter },
	{ "package-manager", package_manager },
	{ "downloader", downloader },
	{ "setuid-file", setuid_file },
	{ "run-setuid", run_setuid },
	{ "file-capabilities", file_capabilities },
	{ "writable-folder", writable_folder },
	{ "secret-of-others", canary },
	{ "stored-secrets", stored_secrets },
	{ NULL, NULL },
};
