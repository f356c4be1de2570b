/* SPDX-License-Identifier: Apache-2.0 */
/* harden_draft - the files that stay, out of the layers of their image, as an OCI layout.
 *
 * The layers are expanded and checked once more, each into a file without a name; a sealed worker
 * tells where the bodies lie; what stays is written as two layers, the distribution's and the
 * program's, with nothing that gives other rights, no owner's name, no time later than the image's.
 * Private to flow/harden. Threading: forks workers and starts threads: called by a process with one
 * thread. */
#pragma once

#include "catalog/facts.h"
#include "harden/pour.h"
#include "harden/select.h"
#include "harden/settings.h"
#include "transfer/cargo.h"

struct draft_wish {
	const struct target *from;
	const struct image *image;
	const struct facts *facts;
	const struct selection *selection;
	const struct oci_config *config; /* mended */
	const struct strings *values;    /* secrets that no file may hold */
	struct settings_user user;
	const struct cargo_options *source;
	struct deadline deadline;
	enum codec compress;
	int64_t epoch; /* no time is later */
	const char *version;
	const char *tag;    /* as the source has it; "" none */
	const char *folder; /* where the layout is made */
};

struct draft_result {
	uint64_t opened; /* files that only root could read */
	uint64_t octets; /* of the blobs */
	/* Databases that nobody here can edit, which may name packages that are gone: the first, and
	 * why (static). */
	uint64_t databases;
	bytes database;
	const char *database_why;
	struct strings held; /* files that hold one of the values: nothing is written then */
	uint64_t held_names; /* names and links that do */
};

/* draft_write(wish, a, out, e): errors of cargo_open and expand_run; ERR_FORMAT: the image is
 * another one now; a file that stays is stored with holes left out; a database that cannot be read.
 */
int draft_write(const struct draft_wish *wish, struct arena *a, struct draft_result *out, err *e);

/* -- between harden_draft.c and harden_layers.c ------------------------------------------------ */

struct draft_body {
	int64_t mtime;
	uint64_t offset;
	uint16_t layer;
	bool is_there, sparse;
};

struct draft_spool {
	int fd;
	uint64_t size;
};

struct draft {
	const struct draft_wish *wish;
	struct draft_result *out;
	struct arena *arena;
	struct draft_spool *spools; /* of each layer */
	size_t spools_len;
	struct draft_body *bodies; /* of each node */
	struct pour pours[2];      /* the distribution's, the program's */
};

/* draft_open(d, e): the layers expanded, and where each body lies. draft_close. */
int draft_open(struct draft *d, err *e);
void draft_close(struct draft *d);
/* draft_entries(d, e): what goes into the layers (harden_entries.c). */
int draft_entries(struct draft *d, err *e);
/* draft_search(d, e): whether these hold one of the values (harden_values.c). */
int draft_search(struct draft *d, err *e);
/* draft_search_archive(d, entry, w, out_held, e): whether what is folded into the entry's body
 * does; *out_held is set when it is an archive. *w is started when it is needed, and is the
 * caller's to stop (harden_archives.c). */
struct worker;
int draft_search_archive(struct draft *d, const struct pour_entry *entry, struct worker **w,
                         bool *out_held, err *e);
