/* SPDX-License-Identifier: Apache-2.0 */
/* prove_page - which attacks on a container were held, and by what, as plain data, and its
 * renderings. flow/prove.h fills it.
 *
 * Threading: constant once filled. */
#pragma once

#include "confine/probes.h"
#include "crypto/digest.h"
#include "fmt/stream.h"
#include "report/terminal.h"

struct prove_item {
	const struct probe *probe;
	bool held;
	bool beyond;                      /* not held, and no setting of a manifest can: PROVE_BEYOND */
	struct probe_judgement judgement; /* counts when it was held */
	uint32_t error;                   /* errno; 0: none */
	const char *what;                 /* what was found; printable; may be "" */
};

struct prove_skipped {
	const struct probe *probe;
	const char *why; /* printable */
};

/* One container that was attacked. */
struct prove_container {
	const char *name;  /* "Deployment/shop, container web"; "" of an image by itself */
	const char *image; /* as it was named */
	digest manifest;   /* of the image; may be none */
	digest settings;   /* of what the OCI runtime was told */
	unsigned without;  /* 1 << enum defence */
	struct {
		struct prove_item *items; /* in the order of the table */
		size_t len, cap;
	} probes;
	struct {
		struct prove_skipped *items;
		size_t len, cap;
	} skipped;
	struct {
		const char **items; /* what a reader must know; printable */
		size_t len, cap;
	} notes;
};

/* One that was not attacked, as it could not be started. */
struct prove_unproven {
	const char *name; /* as above */
	const char *why;  /* printable */
};

/* Kubernetes API v1, EmptyDirVolumeSource and VolumeMount: neither has mount options. */
#define PROVE_BEYOND \
	"Kubernetes has no word for noexec on an emptyDir: what is written there can be run. A " \
	"program that needs no writable folder needs no such volume; else a hook of the nodes' " \
	"runtime mounts it noexec."

struct prove_page {
	const char *target; /* the image, or the manifest */
	struct {
		struct prove_container *items;
		size_t len, cap;
	} containers;
	struct {
		struct prove_unproven *items;
		size_t len, cap;
	} unproven;
};

/* prove_fell(item): it was not held, though it could have been. prove_fallen(page, gate): so many
 * that are as severe or worse fell. */
bool prove_fell(const struct prove_item *item);
size_t prove_fallen(const struct prove_page *page, enum severity gate);

/* prove_table: for people: what fell, a line each; what held, by layer. prove_json: schema
 * oakum.prove/1. prove_statement: an in-toto statement (Statement v1, predicate test-result v0.1)
 * of its images, for `oakum attest --statement`; ERR_FORMAT: an image has no digest. */
void prove_table(const struct prove_page *page, const struct terminal *terminal,
                 struct stream *out);
void prove_json(const struct prove_page *page, struct stream *out);
int prove_statement(const struct prove_page *page, struct stream *out, err *e);
