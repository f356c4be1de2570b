/* SPDX-License-Identifier: Apache-2.0 */
/* hardening - how a program is started: one description, from which come the OCI bundle
 * (bundle.h) and what is said to Kubernetes, docker and Compose (forms.h).
 *
 * Each layer of defence can be left out by its name, so that `prove --without` shows which one
 * would have held next. Nothing is opened or started here. Threading: plain data. */
#pragma once

#include "oci/document.h"
#include "oci/user.h"

enum defence {
	DEFENCE_USER,         /* not root */
	DEFENCE_CAPABILITIES, /* none of them */
	DEFENCE_PRIVILEGES,   /* no_new_privs: setuid files and file capabilities give nothing */
	DEFENCE_SECCOMP,
	DEFENCE_READONLY,  /* the root file system */
	DEFENCE_NOEXEC,    /* nothing that was written can be run */
	DEFENCE_MASKS,     /* what the kernel tells under /proc and /sys */
	DEFENCE_NETWORK,   /* a network of its own, with loopback alone */
	DEFENCE_LIMITS,    /* memory, processes */
	DEFENCE_PROCESSES, /* none but its own can be seen or reached: pid, ipc, cgroup namespaces */
	DEFENCES,
};

/* defence_name(d): "capabilities". defence_find(name): DEFENCES for none. Static. */
const char *defence_name(enum defence d);
enum defence defence_find(bytes name);

struct hardening_folder {
	const char *path; /* in the container, absolute */
	uint64_t size;    /* octets; a tmpfs */
};

struct hardening_port {
	const char *address; /* of the host; "127.0.0.1" */
	uint16_t host, container;
};

struct hardening_secret {
	const char *id;   /* "db-password": /run/secrets/db-password */
	const char *file; /* on this machine */
};

struct hardening_bind {
	const char *source;      /* of this machine: a file or a folder; shown read-only */
	const char *destination; /* in the container, absolute */
};

struct hardening {
	const char *image; /* as it is to be named elsewhere: with its digest */
	const char *name;
	const char *hostname; /* NULL: the name */
	uint32_t uid, gid;
	struct user_groups groups; /* supplementary ones */
	bool drops_group;          /* that of root, where the image puts another user */
	struct strings args, env;  /* the program and its words; NAME=VALUE */
	bytes cwd;
	struct {
		struct hardening_folder *items;
		size_t len, cap;
	} folders; /* that can be written to */
	struct {
		struct hardening_port *items;
		size_t len, cap;
	} ports;
	struct {
		struct hardening_secret *items;
		size_t len, cap;
	} secrets;
	struct {
		struct hardening_bind *items;
		size_t len, cap;
	} binds;
	struct strings calls; /* that it may make, of the default profile's; empty: all of those */
	uint64_t memory;      /* octets; 0: no limit */
	uint32_t processes;   /* 0: no limit */
	bool terminal;
	unsigned without;      /* 1 << DEFENCE_...: left out; never that of the capabilities */
	uint64_t capabilities; /* 1 << CAP_...: those that it has; 0: DEFENCE_CAPABILITIES holds */
};

#define HARDENING_MEMORY (UINT64_C(512) << 20)
#define HARDENING_PROCESSES 256
#define HARDENING_TMP (UINT64_C(64) << 20)

/* etc/passwd and etc/group of the image. */
struct hardening_names {
	struct account_list accounts;
	struct group_list groups;
	bytes group_file; /* as it is: who is a member */
};

/* hardening_of(config, known, a, out, e): what the image asks for, and the rest closed: its user,
 * and his groups, but never root's (user_harden); its program (args are empty when it names none),
 * environment and folder; /tmp of HARDENING_TMP, which is the home of who has no account; ports
 * that it exposes are published nowhere. Arena; borrows from config. ERR_FORMAT: a user that the
 * image does not know; a NUL. ERR_LIMIT: user_find_groups. */
int hardening_of(const struct oci_config *config, const struct hardening_names *known,
                 struct arena *a, struct hardening *out, err *e);

/* hardening_take_user(text, known, a, out, e): "1654", "1654:1654", "app", "app:staff" (user_find),
 * root too; without a group those of the account, or the user's number. Arena. ERR_FORMAT,
 * ERR_LIMIT.
 * hardening_take_folder(text, a, out, e): a folder of the container: absolute, without "." and ".."
 * (base/path.h). Arena. ERR_FORMAT. */
int hardening_take_user(bytes text, const struct hardening_names *known, struct arena *a,
                        struct hardening *out, err *e);
int hardening_take_folder(bytes text, struct arena *a, bytes *out, err *e);

static inline bool hardening_has(const struct hardening *h, enum defence d)
{
	return d == DEFENCE_CAPABILITIES ? h->capabilities == 0 : (h->without >> d & 1) == 0;
}

/* hardening_leave_out(h, without): those layers, 1 << DEFENCE_...; in place of that of the
 * capabilities it has CAPABILITIES_USUAL, if it has none yet. hardening_without(h): all that are
 * left out. */
void hardening_leave_out(struct hardening *h, unsigned without);
unsigned hardening_without(const struct hardening *h);

/* hardening_uid(h), hardening_gid(h): who it runs as: root, where that defence is left out. */
static inline uint32_t hardening_uid(const struct hardening *h)
{
	return hardening_has(h, DEFENCE_USER) ? h->uid : 0;
}

static inline uint32_t hardening_gid(const struct hardening *h)
{
	return hardening_has(h, DEFENCE_USER) ? h->gid : 0;
}

/* hardening_groups(h): how many of h->groups it has: root by that flag has none. */
static inline size_t hardening_groups(const struct hardening *h)
{
	return hardening_has(h, DEFENCE_USER) ? h->groups.len : 0;
}
