/* SPDX-License-Identifier: Apache-2.0 */
/* scan_page - what `oakum scan` says of one target, ready to be shown.
 *
 * Plain data that flow/scan fills; the writers below only render it. Strings are untrusted octets
 * of the image, the bill and the database. Threading: constant once filled. */
#pragma once

#include "closure/closure.h"
#include "fmt/stream.h"
#include "image/image.h"
#include "report/secrets_page.h"
#include "report/terminal.h"
#include "vuln/gate.h"

struct scan_end { /* something that its maker no longer mends */
	bytes name, version;
	bytes date; /* its last day, YYYY-MM-DD */
	bool shipped; /* the table says so that came with the program (vuln/distribution.h) */
};

struct scan_origin { /* the instruction of a Dockerfile that brought a layer */
	uint32_t line, end_line, end_column;
};

struct scan_page {
	bytes target;              /* as it was named */
	const struct image *image; /* NULL: a bill of materials */
	bytes os_id, os_version;   /* ID and VERSION_ID; empty when unknown */
	bool os_ended;
	bool end_unknown; /* it is a system, and nobody said until when it is mended */
	bool has_system;  /* packages of one were found, judged or not */
	struct {
		struct scan_end *items;
		size_t len, cap;
	} ends;
	struct {
		const struct package **items; /* that were looked up, sorted: systems before languages */
		size_t len, cap;
	} packages;
	/* those that were not, and why */
	uint64_t assetless, overridden, owned, unwanted; /* unwanted: --skip-*, --pkg-types */
	const struct matches *matches;
	const struct gate *gate;
	const struct database_info *database;
	const struct closure *closure; /* NULL: nobody asked what the image starts */
	const struct secrets_page *secrets; /* NULL: not asked for */
	uint64_t gaps;     /* what could not be read of the image */
	uint64_t unnamed;  /* packages of a bill without a purl of a known type */
	int64_t now;       /* seconds */
	bool list_packages, show_suppressed, has_baseline;
	const char *dockerfile;            /* as it was named; NULL: none */
	const struct scan_origin *origins; /* of each layer of image; NULL: as above */
};

#define SCAN_STALE_DAYS 3 /* from then on a database is called old */

/* scan_age(page): whole days since the newest date of its database; -1: nobody knows. */
int64_t scan_age(const struct scan_page *page);

/* A part of the database that what was scanned is judged by: "debian". */
struct scan_part {
	const char *name;
	bytes date;   /* its newest; borrows; empty: no feed of it bears any */
	int64_t days; /* since then; -1: nobody knows */
	bool old;     /* something newer has come since, by how often it is published */
};
#define SCAN_PARTS_MOST 14

/* scan_parts(page, out): how many. scan_is_stale(page): the whole or one of them is old. */
size_t scan_parts(const struct scan_page *page, struct scan_part out[SCAN_PARTS_MOST]);
bool scan_is_stale(const struct scan_page *page);
/* scan_link(id, a): where a person reads more about it. Arena. */
const char *scan_link(bytes id, struct arena *a);
/* scan_title(f): its title, else the front of its description, else nothing. Borrows. */
bytes scan_title(const struct finding *f);
/* scan_family(os_id): Trivy's name of a distribution: "redhat" of "rhel". */
bytes scan_family(bytes os_id);
/* scan_is_system(p): a package of the distribution. scan_is_unread(page): a system that names
 * itself, and no package of it was found: its package manager is not known here, or it has none. */
bool scan_is_system(const struct package *p);
bool scan_is_unread(const struct scan_page *page);

/* The table: first what to update and what that takes away. */
void scan_text(const struct scan_page *page, const struct terminal *terminal, struct stream *out);
/* scan_secrets(page, w): the results of secrets, as items of Trivy's Results. */
struct json_writer;
void scan_secrets(const struct scan_page *page, struct json_writer *w);
/* scan_short, scan_write: the same as a section of the audit's page, a member of its document. */
struct layout;
void scan_short(const struct scan_page *page, struct layout *l);
void scan_write(const struct scan_page *page, struct json_writer *w, const char *name);
/* scan_reach.c: lines of the table about what the image's program can load; members of a finding's
 * and the report's own object in the JSON. */
void scan_reach_summary(const struct scan_page *page, struct layout *l);
void scan_reach_basis(const struct scan_page *page, struct layout *l);
void scan_reach_write_finding(const struct finding *f, struct json_writer *w);
void scan_reach_write(const struct scan_page *page, struct json_writer *w);
/* Trivy's JSON, schema version 2. CycloneDX: `format` is one of sbom_format. */
void scan_json(const struct scan_page *page, struct stream *out);
void scan_cyclonedx(const struct scan_page *page, const char *format, struct stream *out);
