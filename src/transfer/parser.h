/* SPDX-License-Identifier: Apache-2.0 */
/* parser - the sealed worker that reads the documents of what is copied.
 *
 * One for a whole copy: source and destination are asked about one after the other. Forked while
 * the process has one thread; then belongs to one thread at a time. Functions that take a void *
 * fit the callbacks of oci/registry.h and oci/layout.h. */
#pragma once

#include "image/serve.h"
#include "oci/append.h"
#include "oci/layout.h"
#include "oci/local.h"
#include "sys/worker.h"

struct parser {
	struct worker *worker;
	struct serve serve;
};

/* parser_start(p, archive, deadline, e): archive: the opened source when it is one, or NULL.
 * ERR_IO. parser_stop: fine for one that was not started. */
int parser_start(struct parser *p, const struct local *archive, struct deadline deadline, err *e);
void parser_stop(struct parser *p);

/* Each: ERR_FORMAT, ERR_LIMIT, ERR_BUG. Arena. */
int parser_index(void *parser, bytes text, struct arena *a, struct oci_index *out, err *e);
int parser_manifest(struct parser *p, bytes text, struct arena *a, struct oci_manifest *out,
                    err *e);
int parser_config(struct parser *p, bytes text, struct arena *a, struct oci_config *out, err *e);
int parser_docker(struct parser *p, bytes text, struct arena *a, struct docker_manifest *out,
                  err *e);
int parser_layout(void *parser, bytes text, struct arena *a, struct layout_index *out, err *e);
int parser_append(struct parser *p, const struct append *in, struct arena *a, struct appended *out,
                  err *e);
/* parser_names(p, archive, a, e): what is in the archive. */
int parser_names(struct parser *p, struct local *archive, struct arena *a, err *e);
