/* SPDX-License-Identifier: Apache-2.0 */
/* faults - what an inspector could not understand in one text file.
 *
 * The first LIMIT_FAULTS_NAMED are stated as gaps with their line, the rest as one number, so that
 * a file of a million broken lines does not drown the report. Threading: one inspection's. */
#pragma once

#include "image/inspector.h"

struct faults {
	struct inspection *in;
	uint64_t count;
};
/* faults_add(f, line, text): static, printable text. faults_end: once, at the end of the file. */
void faults_add(struct faults *f, uint64_t line, const char *text);
void faults_end(const struct faults *f);
