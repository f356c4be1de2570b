/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/faults.h"

#include "base/limits.h"

#include <inttypes.h>

void faults_add(struct faults *f, uint64_t line, const char *text)
{
	if (f->count++ < LIMIT_FAULTS_NAMED)
		inspection_gap(f->in, "line %" PRIu64 ": %s", line, text);
}

void faults_end(const struct faults *f)
{
	if (f->count > LIMIT_FAULTS_NAMED)
		inspection_gap(f->in, "%" PRIu64 " more faults of this kind in this file",
		               f->count - LIMIT_FAULTS_NAMED);
}
