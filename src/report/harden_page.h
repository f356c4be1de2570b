/* SPDX-License-Identifier: Apache-2.0 */
/* harden_page - what hardening did to an image, as plain data, and its renderings.
 *
 * flow/harden.h fills it. No secret is in it. Threading: constant once filled. */
#pragma once

#include "crypto/digest.h"
#include "fmt/stream.h"
#include "report/terminal.h"

struct harden_count {
	uint64_t files, octets, packages, privileged, shells, managers;
	bool is_root;
};

/* What became of one package of the distribution, or of one folder that none owns. */
struct harden_part {
	bytes name, version; /* version empty: a folder */
	const char *why;     /* static: of what stays, else of what went */
	bool stays;          /* some of it */
	uint64_t kept, kept_octets, dropped, dropped_octets;
};

struct harden_lines {
	const char **items; /* printable */
	size_t len, cap;
};

struct harden_page {
	const char *from, *to;
	digest digest; /* of the result's manifest; none: nothing was written */
	const char *tag;
	struct harden_lines refusals; /* why nothing was written: each a line */
	struct harden_lines changes;  /* of the settings and of files */
	struct harden_lines notes;    /* what to know */
	struct harden_count before, after;
	struct {
		struct harden_part *items;
		size_t len, cap;
	} parts;             /* the largest first */
	uint64_t compressed; /* octets of the result's blobs */
	const char *health;  /* what was tried and answered; NULL: nothing was tried */
};

/* harden_table: for people; all: the parts, too. harden_json: schema oakum.harden/1. */
void harden_table(const struct harden_page *page, bool all, const struct terminal *terminal,
                  struct stream *out);
void harden_json(const struct harden_page *page, struct stream *out);
