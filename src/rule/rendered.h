/* SPDX-License-Identifier: Apache-2.0 */
/* rendered - what charts and kustomizations become, judged like any manifest, and told where it
 * comes from.
 *
 * While the families of a run look at a job's files (job_run), each object that a kustomization or
 * a chart makes is one more file of the job, and the files that it is made of are passed over.
 * Afterwards a finding in such a file is moved to the overlay, base, patch, values key or template
 * line that the field comes from, and its fix is made there: the edits of the fix are applied to
 * the rendered text, what has changed in its tree is put where the changed part stands.
 * A fix that would need edits in two files is none. Nothing is read but the job's files: what lies
 * elsewhere is a finding (HK005, HK006), never fetched.
 * Threading: as the job. */
#pragma once

#include "base/map.h"
#include "rule/job.h"

/* A text that parts come from: a file of the job, or a text in a block scalar of it. */
struct origin {
	size_t file;
	const struct yaml_file *yaml; /* NULL: a template */
	bool is_values;               /* of a chart: its templates ask for what stands there */
	struct source source;         /* of yaml's text */
	size_t block_line; /* of a text in a block scalar: the file's line of its first line, from */
	size_t indent;     /* 1, else 0; and how far its lines are indented */
	const struct yaml_node *within; /* of a text in another scalar: that; it is never edited */
};

/* One value of a rendered object and where it stands. */
struct part {
	uint8_t kind; /* YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING */
	bool quoted;  /* a scalar that is text, whatever it looks like */
	bool key_quoted;
	bytes key, text;              /* of a member; of a scalar */
	const struct origin *origin;  /* NULL: of the rendering alone */
	const struct yaml_node *node; /* where it is written in the origin; NULL: nowhere */
	const struct yaml_node *near; /* what decides a value that is written nowhere */
	/* The template whose text it stands in, NULL for none: its octets there from its key on, and
	 * its own, which are 0 where an action makes them. */
	const struct origin *template;
	size_t at, value_at, value_to;
	struct part *up, *first, *last, *next;
};

struct rendered_object {
	const struct part *root;
	size_t file; /* the chart's template or the kustomization that makes it */
};

/* What is made in one run. */
struct rendering {
	struct rule_job *job;
	struct arena *arena; /* of the run */
	struct map files;    /* index + 1, by cleaned names */
	const struct origin **origins;
	size_t nodes_left; /* parts that may still be made */
	struct {
		struct rendered_object *items;
		size_t len, cap;
	} objects;    /* those of the job's files from `first` on */
	size_t first; /* how many files the job has of its own */
};

/* rendered_open(job), rendered_close(job, r): around the families of a run. */
struct rendering *rendered_open(struct rule_job *job);
void rendered_close(struct rule_job *job, struct rendering *r);

/* rendered_origin(r, file): that file as an origin; one for each. */
const struct origin *rendered_origin(struct rendering *r, size_t file);
/* rendered_file(r, path): index + 1 of the job's file of that cleaned name; 0: none. */
size_t rendered_file(const struct rendering *r, bytes path);
/* rendered_add(r, root, file): an object, and what makes it. */
void rendered_add(struct rendering *r, const struct part *root, size_t file);
/* rendered_gap(r, file, node, what): part of it could not be judged (HK006). */
void rendered_gap(struct rendering *r, size_t file, const struct yaml_node *node, const char *what);

/* -- parts ------------------------------------------------------------------------------------ */

/* part_new(r, kind); part_copy(r, o, node): a node with all below it, aliases and merge keys
 * followed. NULL when the run's bound is reached. */
struct part *part_new(struct rendering *r, enum yaml_kind kind);
struct part *part_copy(struct rendering *r, const struct origin *o, const struct yaml_node *node);
struct part *part_clone(struct rendering *r, const struct part *p);
/* part_get(p, key): a mapping's member, or NULL. part_path: "a.b" as yaml_path. */
struct part *part_get(const struct part *p, bytes key);
struct part *part_path(const struct part *p, const char *path);
/* part_append(up, p), part_remove(p), part_replace(old, new): new gets old's place and key.
 * part_before(p): the one in front of it, or NULL. */
void part_append(struct part *up, struct part *p);
void part_remove(struct part *p);
struct part *part_before(const struct part *p);
void part_replace(struct part *old, struct part *new);

/* rendered_text(p, out): as YAML in block style. */
void rendered_text(const struct part *p, buf *out);

/* kustomize_render(r): every kustomization of the job that no other one uses. */
void kustomize_render(struct rendering *r);
/* helm_render(r): every chart of the job, with its own values. */
void helm_render(struct rendering *r);
