/* SPDX-License-Identifier: Apache-2.0 */
/* learn - what a program in a container really needs: the system calls it makes, the files it
 * writes, the ports it listens on.
 *
 * An observer, a process of its own, is told of every call of the runtime and of all that it starts
 * (seccomp_unotify(2)), and lets it go on: the container's own filter still decides, so that
 * nothing is seen that the default profile refuses, and what is learned never allows more. What the
 * runtime does before the program's first instruction does not count.
 *
 * The program is written by an enemy, who can make what is read of it say anything (it can change
 * while it is read): the worst is a list of folders that says too little or too much. Its names are
 * taken as octets within LIMIT_LEARN_*.
 * Threading: forks; called by a process with one thread. */
#pragma once

#include "confine/hardening.h"
#include "fmt/stream.h"

#include <sys/types.h>

struct learned_folder {
	bytes path;     /* without the leading slash, as in an image; links resolved */
	uint64_t most;  /* octets of what was written in it, at any time */
	bool had_files; /* before the program wrote there: nothing can be mounted over them */
};

struct learned {
	const char **calls; /* names; static */
	size_t calls_len;
	struct {
		struct learned_folder *items;
		size_t len, cap;
	} folders; /* that it made files or folders in, or tried to; each once */
	struct {
		uint16_t *items;
		size_t len, cap;
	} ports;       /* TCP */
	bool is_short; /* there was more to see: a limit was met */
};

struct learner {
	pid_t observer;
	int socket; /* for learn_attach: of who starts the runtime */
	int answer;
};

/* learn_begin(out, e): the observer waits. ERR_IO.
 * learn_attach(socket): tells it of every call of this process from now on, and of all that it
 * starts; -1 with errno. Needs CAP_SYS_ADMIN in its user namespace.
 * learn_end(l, a, out, e): once they all have ended; also after a failure (out NULL: what it saw is
 * of no use). Arena. ERR_IO, ERR_BUG. */
int learn_begin(struct learner *out, err *e);
int learn_attach(int socket);
int learn_end(struct learner *l, struct arena *a, struct learned *out, err *e);

/* learn_profile(l, out): a profile as Docker and Kubernetes read it, and OCI runtimes as their
 * linux.seccomp: of the default profile what was used, and what runtimes themselves need between
 * the filter and the program. */
void learn_profile(const struct learned *l, struct stream *out);
/* learn_most(): the calls that the default profile allows here. */
size_t learn_most(void);

/* learn_read(text, a, out, e): the calls that such a profile allows. ERR_UNTRUSTED: one that the
 * default refuses; ERR_FORMAT: no profile, or one that says more than names. Arena; borrows. */
int learn_read(bytes text, struct arena *a, struct strings *out, err *e);

/* learn_tighten(l, a, h): the folders that h has and those that were learned get sizes: four times
 * what was seen, 1 MiB at least, never more than h says. Folders in which the image has files stay
 * read-only. Sorts l's. Arena. learn_is_left(f, h): f is in none that h lets be written to. */
void learn_tighten(struct learned *l, struct arena *a, struct hardening *h);
bool learn_is_left(const struct learned_folder *f, const struct hardening *h);
