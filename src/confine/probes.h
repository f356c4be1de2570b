/* SPDX-License-Identifier: Apache-2.0 */
/* probes - what `oakum prove` tries in a container: what an attacker would gain by it, and which
 * layers of defence hold it, in the order in which they are met.
 *
 * The attacks themselves are the helper's (src/probe/), which the build puts into the program. Only
 * what a wholly hardened container holds is here; doc/prove.md names what no setting can hold.
 * What the helper says is an enemy's, who may be the program that it attacked: it is read strictly.
 * Threading: constant, pure functions. */
#pragma once

#include "confine/hardening.h"
#include "model/severity.h"

/* What holds an attack: a layer that can be left out (enum defence), or one of these. */
enum {
	HOLDER_IMAGE = DEFENCES, /* there is nothing of that kind in it */
	HOLDER_RUNTIME,          /* what is never left out: its own mounts, devices, session */
	HOLDER_MACHINE,          /* its kernel does not have it, or does not let anybody */
	HOLDERS,
};

/* holder_name(h): "seccomp", "image". Static. */
const char *holder_name(unsigned h);

#define PROBE_HOLDERS 4

struct probe {
	const char *name;  /* "write-root" */
	const char *tries; /* "create a file in /" */
	const char *gain;  /* what an attacker has then */
	enum severity severity;
	/* Capabilities of which one suffices, and those with which the filter (syscalls.h) lets the
	 * call pass: 1 << CAP_... */
	uint64_t needs, opens;
	struct {
		uint8_t holder;
		uint8_t error; /* the errno that tells of it; 0: any */
		bool used;
		bool alone; /* it holds where the others have nothing to do: never the next */
	} holders[PROBE_HOLDERS];
};

extern const struct probe probes[];
extern const size_t probes_len;

/* probe_find(name): its index; probes_len for none. */
size_t probe_find(bytes name);

/* -- what the helper says ---------------------------------------------------------------------- */

enum probe_verdict { PROBE_UNTRIED, PROBE_HELD, PROBE_GAINED, PROBE_UNKNOWN };

struct probe_answer {
	enum probe_verdict verdict;
	uint32_t error; /* errno; 0 for none */
	bytes what;     /* what was found, or why it is unknown: printable; may be empty. Borrows */
};

/* probes_read(text, answers, out_whole, e): answers has probes_len entries, which begin zeroed.
 * *out_whole: the helper came to its end. ERR_FORMAT: not what the helper says. */
int probes_read(bytes text, struct probe_answer *answers, bool *out_whole, err *e);

/* -- who held it ------------------------------------------------------------------------------- */

struct probe_setting {
	const struct hardening *hardening;
	bool one_id; /* a user namespace with one user: the files of the image are all its own */
};

struct probe_judgement {
	unsigned by; /* enum defence or HOLDER_ */
	unsigned next[PROBE_HOLDERS];
	size_t next_len;
};

/* probe_judge(p, error, setting, out): of an attack that was held with this errno: what held it,
 * and what would, were that not there. */
void probe_judge(const struct probe *p, uint32_t error, const struct probe_setting *setting,
                 struct probe_judgement *out);

/* -- the helper -------------------------------------------------------------------------------- */

/* In the container: itself, a secret of another user (mode 0400), a service account's token. */
#define PROBES_PROGRAM "/.oakum/probe"
#define PROBES_CANARY "/.oakum/secret"
#define PROBES_TOKEN "/run/secrets/kubernetes.io/serviceaccount/token"

/* The helper's program, made by the build. */
extern const char probes_program[];
extern const size_t probes_program_len;
