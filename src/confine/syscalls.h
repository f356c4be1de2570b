/* SPDX-License-Identifier: Apache-2.0 */
/* syscalls - which system calls a hardened container may make.
 *
 * The default profile of Docker, containerd and Podman (moby/profiles, seccomp/default.json, of
 * 2026-05-06) as it reads on one architecture, from Linux 4.8 on: a 32-bit call, which could reach
 * socketcall(2) unfiltered, is refused with its architecture. What is not allowed fails with EPERM;
 * clone3(2), whose flags no filter can read, with ENOSYS, upon which C libraries fall back to
 * clone(2). A container that has capabilities may make the calls that they are for.
 * The filter for a container without any is compiled by the build (libseccomp) for the architecture
 * that is built for: compiling it at each start would be the largest part of it. Threading:
 * constant. */
#pragma once

#include "base/bytes.h"
#include "fmt/json_write.h"

enum syscalls_compare {
	SYSCALLS_NONE,
	SYSCALLS_EQUAL,
	SYSCALLS_LESS,
	SYSCALLS_GREATER,
	SYSCALLS_MASKED
};

/* Allowed when the argument compares so: MASKED: its bits under value are equal to `under`. */
struct syscalls_condition {
	const char *name; /* NULL ends the table */
	unsigned argument;
	enum syscalls_compare compare;
	uint64_t value, under;
};

/* Allowed to who has the capability. Of clone(2) its conditions go then, and clone3(2) is there. */
struct syscalls_grant {
	unsigned capability; /* CAP_... */
	const char *name;    /* NULL ends the table */
};

/* NULL-terminated; some exist on one architecture only. */
extern const char *const syscalls_allowed[];
extern const struct syscalls_condition syscalls_conditions[];
extern const struct syscalls_grant syscalls_grants[];

/* The program for seccomp(2), struct sock_filter after struct sock_filter; made by the build. */
extern const uint64_t syscalls_filter[];
extern const size_t syscalls_filter_len; /* octets */

/* What the calls of these tables are called by number, on the architecture that is built for; -1:
 * it has none of that name. Each name once; made by the build. */
struct syscalls_number {
	const char *name; /* NULL ends the table */
	int number;
};
extern const struct syscalls_number syscalls_numbers[];

/* syscalls_write(w, name, capabilities): the member linux.seccomp of an OCI runtime configuration
 * (runtime-spec 1.0, config-linux.md, Seccomp) for a container that has these: 1 << CAP_... */
void syscalls_write(struct json_writer *w, const char *name, uint64_t capabilities);

/* syscalls_write_some(w, name, choice): the same for a container without any, and of what is
 * allowed what the choice keeps. */
struct syscalls_choice {
	bool (*keeps)(const void *ctx, const char *call);
	const void *ctx;
};
void syscalls_write_some(struct json_writer *w, const char *name,
                         const struct syscalls_choice *choice);
