/* SPDX-License-Identifier: Apache-2.0 */
/* database_rpm_own - inside this room: what the two forms share that are no more than a list of
 * headers (database_rpm_ndb.c, database_rpm_bdb.c). Threading: pure functions. */
#pragma once

#include "catalog/rpm.h"
#include "harden/database_rpm.h"

#define RPM_PAGE 4096

/* The headers that stay, in their order. */
struct rpm_staying {
	struct database_rpm *rpm;
	struct arena *arena;
	struct {
		bytes *items;
		size_t len, cap;
	} headers;
	err trouble; /* with one of them */
};

/* rpm_staying_read(s, read, e): s->headers, by the reader of the form. Errors of the reader and of
 * database_rpm_judge. */
typedef int rpm_read_fn(const struct rpm_file *file, const struct rpm_sink *sink, err *e);
int rpm_staying_read(struct rpm_staying *s, rpm_read_fn *read, err *e);

/* rpm_put_rest(out, from): zeros up to the end of the page that began there. */
void rpm_put_le(buf *out, uint32_t v, unsigned octets);
void rpm_put_zeros(buf *out, size_t n);
void rpm_put_rest(buf *out, size_t from);
