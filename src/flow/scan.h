/* SPDX-License-Identifier: Apache-2.0 */
/* scan - which vulnerabilities the packages of an image or of a bill have.
 *
 * Left out are packages that cannot be loaded: those whose files an upper layer hid, NuGet packages
 * that bring no file or whose assembly the shared framework replaces by a newer one, and packages
 * of languages that one of the distribution holds (its advisories speak of it); they are counted.
 * Threading: as image_read (one thread, no other running). */
#pragma once

#include "catalog/facts.h"
#include "closure/closure.h"
#include "flow/skip.h"
#include "report/scan_page.h"

struct scan_options {
	struct image_options image;
	int64_t now;
	struct database *db;
	struct gate_options gate; /* its image is set by scan_run */
	bool no_system, no_languages;
	bool secrets; /* look for keys and passwords on the same read; not in bills */
	struct skip skip;
};

struct scan {
	struct image image; /* when scan_run read one */
	bool has_image;
	struct facts facts; /* when scan_run collected them */
	struct closure closure; /* of the image */
	struct secrets_page secrets; /* when they were asked for */
	struct matches matches;
	struct gate gate;
	struct purl itself; /* of the image */
	struct arena arena;
	struct scan_page page; /* borrows from all of the above: do not move */
};

/* scan_run(target, options, out, e): everything. Errors of image_read, catalog_collect,
 * convert_file and the database. On failure *out needs no scan_done. */
int scan_run(const struct target *target, const struct scan_options *options, struct scan *out,
             err *e);
void scan_done(struct scan *scan);

/* scan_judge(image, facts, options, out, e): the same of facts that are there already; image may be
 * NULL. Borrows both. ERR_FORMAT, ERR_IO of the database. On failure *out needs no scan_done. */
int scan_judge(const struct image *image, const struct facts *facts,
               const struct scan_options *options, struct scan *out, err *e);
