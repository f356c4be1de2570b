/* SPDX-License-Identifier: Apache-2.0 */
/* policy - what is demanded of images: a file read into one tree of needs.
 *
 * Three kinds of files become the same tree: oakum-policy.yaml (doc/policy.md), sigstore's
 * ClusterImagePolicy (policy-controller, v1alpha1 and v1beta1) and Kyverno's verifyImages and
 * ImageValidatingPolicy. What is not understood is refused with its line, never passed over; what
 * only selects where a rule applies in a cluster is taken to apply, and noted.
 * Strict: unknown members, members that stand twice and unanchored expressions are refused. Limits:
 * LIMIT_POLICY octets, LIMIT_POLICY_NEEDS needs, LIMIT_POLICY_SIGNERS signers. Runs in a sealed
 * worker. Threading: constant once read, but that expressions (trust/identity.h) match one at a
 * time. */
#pragma once

#include "model/severity.h"
#include "oci/document.h"
#include "trust/identity.h"

/* A pattern of names. */
enum glob_kind {
	GLOB_OWN,     /* "*" within a part, "**" over parts; tag or digest where it has one */
	GLOB_COSIGN,  /* the same over the whole reference; "index.docker.io" (policy-controller) */
	GLOB_KYVERNO, /* "*" and "?" over everything */
};
struct glob {
	bytes text;
	enum glob_kind kind;
};
struct globs {
	struct glob *items;
	size_t len, cap;
};

/* A file that the policy names; its octets are put here before anything is judged. */
struct policy_file {
	bytes name; /* beside the policy, never above it */
	bytes text;
};

/* One who may sign: a key, or identities of certificates. */
struct policy_signer {
	bytes name;
	size_t key_file, root_file; /* index + 1 into files; 0: none */
	bytes key;                  /* PEM that stands in the policy; empty: none */
	struct {
		struct identity *items;
		size_t len, cap;
	} identities;
	bool needs_log, ignore_log, ignore_sct; /* as in struct verify_request */
};

/* What the content of an attestation must say. */
enum test_kind {
	TEST_NONE,
	TEST_BUILDER, /* of provenance: globs */
	TEST_SOURCE,
	TEST_REF,
	TEST_BASE,          /* every image that went in */
	TEST_SEVERITY,      /* of a scan: no finding worse than `worst` */
	TEST_RESULT,        /* of a test result: PASSED */
	TEST_CONFIGURATION, /* of a test result: one that it names */
	TEST_BILL,          /* of a bill of materials: it is one, and lists something */
	TEST_VALUE,         /* what stands at `path` in the predicate, compared with `values` */
};
enum value_operator {
	VALUE_THERE,  /* anything stands there */
	VALUE_IS,     /* one thing, and it fits one of the values */
	VALUE_IS_NOT, /* one thing, and it fits none */
	VALUE_ANY_IN, /* it, or one of its items, fits one of the values */
	VALUE_ALL_IN, /* each of its items does, and there is one */
	VALUE_ANY_NOT_IN,
	VALUE_ALL_NOT_IN,
	VALUE_MATCHES, /* one thing, and the expression fits it */
};
struct policy_test {
	enum test_kind kind;
	struct globs globs; /* of TEST_VALUE: the values */
	enum severity worst;
	bytes path; /* members with dots between */
	enum value_operator operator;
	struct pattern *pattern; /* of VALUE_MATCHES */
};

enum need_kind {
	NEED_NONE,
	NEED_OF, /* at least `least` of the parts */
	NEED_SIGNATURE,
	NEED_ATTESTATION, /* of one of the types */
	NEED_PASS,        /* nothing */
	NEED_FAIL,        /* what nothing can meet */
};
struct policy_need {
	enum need_kind kind;
	uint32_t line;
	bytes label; /* "signature by ci" */
	size_t least;
	bool counts; /* the policy says how many: nobody is counted twice */
	struct policy_need *parts;
	size_t parts_len;
	struct {
		size_t *items; /* into the policy's signers: one of them must have signed */
		size_t len, cap;
	} signers;
	struct strings types;     /* predicate types */
	int64_t age;              /* seconds; 0: any; of identities only: a key's never is told */
	bool newest;              /* of several the youngest decides; of those by keys each must hold */
	struct oci_labels claims; /* that a signature makes */
	struct {
		struct policy_test *items; /* of one attestation, all of them */
		size_t len, cap;
	} tests;
};

struct policy_rule {
	bytes name;
	uint32_t line;
	struct globs images, except;
	bool warn;          /* what is not met is told and stops nothing */
	bool all_platforms; /* the index and each of its platforms */
	struct policy_need need;
};

/* What happens to an image that no rule is about. */
enum policy_default { POLICY_DENY, POLICY_WARN, POLICY_ALLOW };

struct policy {
	struct {
		struct policy_rule *items;
		size_t len, cap;
	} rules;
	struct {
		struct policy_signer *items;
		size_t len, cap;
	} signers;
	struct {
		struct policy_file *items;
		size_t len, cap;
	} files;
	struct {
		struct pattern **items; /* of signers and tests */
		size_t len, cap;
	} patterns;
	struct strings notes; /* what was taken to apply; printable */
	enum policy_default otherwise;
	size_t needs; /* of all rules */
};

/* policy_parse(text, has_root, a, out, e): ERR_FORMAT with line, column and what to do; ERR_LIMIT.
 * has_root: the user named a trusted root, so that logs and authorities of others may be meant.
 * Arena; borrows text. policy_free: its expressions. */
int policy_parse(bytes text, bool has_root, struct arena *a, struct policy *out, err *e);
void policy_free(struct policy *p);

/* The image that is asked for. */
struct image_name {
	bytes name;   /* "registry.example/team/shop"; what the user typed, for what lies here */
	bytes tag;    /* "" where it was asked for by digest */
	bytes digest; /* "sha256:..." */
};
/* policy_rule_is_about(rule, image): one of its images, none of its exceptions. O(pattern x name).
 * globs_fit_image(globs, image): one of them names it; with or without ":443", and by any of the
 * names of Docker Hub. */
bool policy_rule_is_about(const struct policy_rule *rule, const struct image_name *image);
bool globs_fit_image(const struct globs *globs, const struct image_name *image);
/* glob_fits(glob, text): the whole text. globs_fit: one of them; an empty list fits nothing. */
bool glob_fits(const struct glob *glob, bytes text);
bool globs_fit(const struct globs *globs, bytes text);
