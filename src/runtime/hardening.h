/* SPDX-License-Identifier: Apache-2.0 */
/* hardening - how a program is started: one description, from which come the OCI bundle
 * (bundle.h) and what is said to Kubernetes, docker and Compose (forms.h).
 *
 * Each layer of defence can be left out by its name, so that `prove --without` shows which one would
 * have held next. Nothing is opened or started here. Threading: plain data. */
#pragma once

#include "oci/document.h"

enum defence {
	DEFENCE_USER,         /* not root */
	DEFENCE_CAPABILITIES, /* none of them */
	DEFENCE_PRIVILEGES,   /* no_new_privs: setuid files and file capabilities give nothing */
	DEFENCE_SECCOMP,
	DEFENCE_READONLY, /* the root file system */
	DEFENCE_NOEXEC,   /* nothing that was written can be run */
	DEFENCE_MASKS,    /* what the kernel tells under /proc and /sys */
	DEFENCE_NETWORK,  /* a network of its own, with loopback alone */
	DEFENCE_LIMITS,   /* memory, processes */
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
	uint32_t uid, gid;
	struct strings args, env; /* the program and its words; NAME=VALUE */
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
	uint64_t memory;    /* octets; 0: no limit */
	uint32_t processes; /* 0: no limit */
	bool terminal;
	unsigned without; /* 1 << DEFENCE_...: left out */
};

#define HARDENING_USER 1654 /* "app" in Microsoft's images; where the image names root */
#define HARDENING_MEMORY (UINT64_C(512) << 20)
#define HARDENING_PROCESSES 256
#define HARDENING_TMP (UINT64_C(64) << 20)

/* hardening_of(config, a, out, e): what the image asks for, and the rest closed: its user when that
 * is none of root's (a name is looked up in `accounts`, its /etc/passwd; empty: none), its program,
 * environment and folder; /tmp of HARDENING_TMP; ports that it exposes are published nowhere. Arena;
 * borrows from config. ERR_FORMAT (no program; a user that the image does not know). */
int hardening_of(const struct oci_config *config, bytes accounts, struct arena *a,
                 struct hardening *out, err *e);

static inline bool hardening_has(const struct hardening *h, enum defence d)
{
	return (h->without >> d & 1) == 0;
}
