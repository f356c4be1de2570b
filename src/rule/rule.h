/* SPDX-License-Identifier: Apache-2.0 */
/* rule - what is asked of settings: Dockerfiles, Kubernetes objects, Compose files, projects.
 *
 * This room finds what is weak in the files of one job and says how it is mended. It reads no file
 * and prints nothing: a job (rule/job.h) gets texts and gives findings. Rules stand in const
 * tables, one file a family; families.c lists the families, and a new one is one file and one line
 * there.
 * A rule's id is an interface: it stands in suppression comments and reports and is never renamed.
 * Threading: constant. */
#pragma once

#include "model/severity.h"

/* Who may apply a rule's fix without asking. */
enum rule_fix {
	RULE_FIX_NONE,   /* there is none: a person decides */
	RULE_FIX_SAFE,   /* tighter or equal in meaning, nothing known breaks: --fix */
	RULE_FIX_REVIEW, /* may change what the program does: --fix=review */
	RULE_FIX_INPUT,  /* needs what the file does not hold, as a digest: --fix=input */
};

struct rule {
	const char *id;    /* "KP008" */
	const char *title; /* what is wrong, at most 60 columns */
	const char *why;   /* one sentence: what an attacker or an accident makes of it */
	const char *how;   /* one sentence: the fix */
	const char *refs;  /* standards and tools' ids for it, divided by ", ": "PSS baseline
	                    * privileged, CIS-K8s 5.2.2, kube-linter privileged-container" */
	enum severity severity;
	enum rule_fix fix;
	bool optional; /* off unless it is asked for: matters of taste and of reliability */
	bool gap;      /* something was not judged: an error of its file, whatever is asked for */
	bool secret;   /* about a secret that stands in a file: marks for "this is none" count */
};

struct rule_job;

/* One family: its rules, and the function that applies them to the files of a job. */
struct rule_family {
	const char *name; /* "kubernetes" */
	const struct rule *rules;
	size_t len;
	void (*check)(struct rule_job *job);
};

/* families.c: ends with NULL. */
extern const struct rule_family *const rule_families[];

/* rule_next(r): the rule behind r in the order of the families, the first one for NULL, NULL behind
 * the last. rule_number, rule_at: its place in that order, for the wire; rule_count: how many. */
const struct rule *rule_next(const struct rule *r);
size_t rule_number(const struct rule *r);
size_t rule_count(void);
const struct rule *rule_at(size_t number);
/* rule_is_called(r, id): id is the rule's own, or that of another tool for it (a word of refs), in
 * any case: "KP001", "KSV-0017", "AVD-KSV-0017", "CKV_K8S_16", "privileged-container". */
bool rule_is_called(const struct rule *r, bytes id);
const char *rule_fix_name(enum rule_fix fix); /* "safe". Static. */
