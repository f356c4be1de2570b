/* SPDX-License-Identifier: Apache-2.0 */
/* syscalls - which system calls a hardened container may make.
 *
 * The default profile of Docker, containerd and Podman (moby/profiles, seccomp/default.json) as it
 * reads for a container without capabilities on one architecture: what needs a capability is not
 * there, and a 32-bit call, which could reach socketcall(2) unfiltered, is refused with its
 * architecture. What is not allowed fails with EPERM; clone3(2), whose flags no filter can read,
 * with ENOSYS, upon which C libraries fall back to clone(2).
 * The filter is compiled by the build (libseccomp) for the architecture that is built for: compiling
 * it at each start would be the largest part of it. Threading: constant. */
#pragma once

#include "base/bytes.h"

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

extern const char
	*const syscalls_allowed[]; /* NULL-terminated; some exist on one architecture only */
extern const struct syscalls_condition syscalls_conditions[];

/* The program for seccomp(2), struct sock_filter after struct sock_filter; made by the build. */
extern const uint64_t syscalls_filter[];
extern const size_t syscalls_filter_len; /* octets */

/* syscalls_write(w, name): the member linux.seccomp of an OCI runtime configuration (runtime-spec
 * 1.0, config-linux.md §Seccomp). */
struct json_writer;
void syscalls_write(struct json_writer *w, const char *name);
