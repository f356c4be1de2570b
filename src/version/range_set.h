/* SPDX-License-Identifier: Apache-2.0 */
/* range_set - building a range, for src/version/ alone: alternatives of intervals that narrow. */
#pragma once

#include "version/range.h"

/* One parser at work. */
struct range_job {
	enum version_ordering ordering;
	struct arena *arena;
	err *e;
	struct version_range all;  /* the alternatives that are done */
	struct version_range here; /* the one that is narrowed */
};

/* range_begin(j): a new alternative, which holds every version. range_end: it is done. */
int range_begin(struct range_job *j);
int range_end(struct range_job *j);

/* range_narrow(j, i): keep of the alternative what is in i as well. range_exclude: what is not
 * in i, which has `from`. ERR_FORMAT when a bound is no version; ERR_LIMIT. */
int range_narrow(struct range_job *j, struct version_interval i);
int range_exclude(struct range_job *j, struct version_interval i);

/* One comparison of a text; op is of the signs = < > ! ~ ^ and may be empty. */
int range_compare_plain(struct range_job *j, bytes op, bytes v);
int range_compare_npm(struct range_job *j, bytes op, bytes v);
int range_compare_pep440(struct range_job *j, bytes op, bytes v);
int range_compare_gem(struct range_job *j, bytes op, bytes v);
int range_parse_braces(struct range_job *j, bytes text);
/* range_hyphen(j, from, last): npm's "1.2 - 2.3". */
int range_hyphen(struct range_job *j, bytes from, bytes last);
