/* SPDX-License-Identifier: Apache-2.0 */
/* trust_page - what a bundle claims and which checks hold; whom a trusted root trusts: for people
 * and for programs. Threading: pure functions. */
#pragma once

#include "fmt/stream.h"
#include "report/terminal.h"
#include "trust/explain.h"

/* trust_page_bundle(x, path, t, out); trust_page_bundle_json: schema "oakum-trust-explain" 1. */
void trust_page_bundle(const struct explanation *x, const char *path, const struct terminal *t,
                       struct stream *out);
void trust_page_bundle_json(const struct explanation *x, const char *path, struct stream *out);

/* Where a trusted root comes from. */
struct trust_source {
	const char *path; /* NULL: it is built in */
	int64_t since;    /* when its file was written; 0: unknown */
};

/* trust_page_root(list, source, now, out); trust_page_root_json: schema "oakum-trust-root" 1. */
void trust_page_root(const struct explain_entries *list, const struct trust_source *source,
                     int64_t now, struct stream *out);
void trust_page_root_json(const struct explain_entries *list, const struct trust_source *source,
                          struct stream *out);
