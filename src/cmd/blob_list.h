/* SPDX-License-Identifier: Apache-2.0 */
/* blob_list - many files verified by one process: a worker for each processor judges while the next
 * file is hashed. Threading: forks workers: the main thread, no other running. */
#pragma once

#include "cmd/blob.h"

struct blob_list {
	const char *path;           /* lines of "BUNDLE<tab>FILE", FILE may be a digest */
	const char *predicate_type; /* as in blob_flags */
	bool as_json;               /* an object a line */
	struct deadline deadline;
	const struct verify_terms *terms;
};

/* blob_list_run(job, list, e): the worst status of all lines; each is told, in their order. -1: the
 * list cannot be read, or a worker died. */
int blob_list_run(struct job *job, const struct blob_list *list, err *e);
