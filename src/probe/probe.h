/* SPDX-License-Identifier: Apache-2.0 */
/* probe - the helper of `oakum prove`: a program that attacks the container that it runs in.
 *
 * It takes the place of the image's program, with its user, rights and settings, and must run in
 * any image, also an empty one: no C library, no other file, system calls alone. Every attack stops
 * where it is plain that it would succeed: it opens what it could write to, asks for what it could
 * set, and takes back what it made, because the one who runs it may have left a defence out. No
 * program of the image is ever run: it could answer in the helper's place.
 * Each runs in a process of its own, bounded in time, and says one line on standard output:
 *
 *     NAME gained|held|unknown ERRNO [WHAT WAS FOUND]
 *
 * between "oakum-probe 1" and "end". confine/probes.h has the table of names and what they mean.
 * Linux on x86_64 and aarch64. Threading: one thread. */
#pragma once

#include <linux/errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

/* -- system calls: the result, or -errno ------------------------------------------------------- */
long probe_call(long n, long a, long b, long c, long d, long e);
#define CALL_5(n, a, b, c, d, e, ...) \
	probe_call(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e))
#define CALL(n, ...) CALL_5(SYS_##n, __VA_ARGS__, 0, 0, 0, 0, 0)

/* -- what the helper was told ------------------------------------------------------------------ */
struct probe_words {
	const char *program;     /* of the image */
	const char *socket;      /* abstract, of the host */
	const char *path;        /* PATH */
	const char *folders[16]; /* that can be written to, we are told */
	unsigned port;           /* of the host's loopback, where somebody listens */
	uint64_t ipc;            /* the host's ipc namespace */
	uint64_t memory;         /* the limit that was promised; 0: none */
	unsigned processes;
};

/* -- answers: each ends the process ------------------------------------------------------------ */
_Noreturn void gained(const char *name, const char *what);
_Noreturn void held(const char *name, long error); /* error: negative, as calls return it */
_Noreturn void unknown(const char *name, const char *why);
/* judge(name, result): gained unless result is an error. */
_Noreturn void judge(const char *name, long result);
_Noreturn void quit(int status);

/* -- texts ------------------------------------------------------------------------------------- */
size_t length(const char *s);
bool same(const char *a, const char *b);
/* after(s, prefix): what stands behind it; NULL when s does not begin so. */
const char *after(const char *s, const char *prefix);
/* join(out, cap, a, b): both, cut to cap. number(out, n): in ten digits at most, ends with NUL. */
void join(char *out, size_t cap, const char *a, const char *b);
const char *number(char out[24], uint64_t n);
uint64_t digits(const char *s);
/* read_file(path, out, cap): its front with a NUL behind; octets or -errno. field(text, name): what
 * stands behind "NAME:" of a line of /proc; NULL. */
long read_file(const char *path, char *out, size_t cap);
const char *field(const char *text, const char *name);

/* -- more of what attacks have in common ------------------------------------------------------- */
/* opens(path, flags): 0 or -errno; it is closed again. is_folder(path).
 * run(path, word): a new process runs it with this word; its exit status, or -errno of execve.
 * wait_ms(pid, ms, out_status): false when it still runs. nap_ms(ms). */
long opens(const char *path, int flags);
bool is_folder(const char *path);
long run(const char *path, const char *word);
bool wait_ms(long pid, unsigned ms, int *out_status);
void nap_ms(unsigned ms);
long fork_here(void);

typedef void probe_function(const char *name, const struct probe_words *words);

struct probe_entry {
	const char *name;
	probe_function *attack;
	bool looks; /* at /proc or /sys, which must be the kernel's: an image can put others there */
};

/* The attacks, by what they are aimed at; NULL ends a table. */
extern const struct probe_entry probe_files[], probe_rights[], probe_kernel[], probe_network[],
	probe_finds[], probe_bombs[];
