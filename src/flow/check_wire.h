/* SPDX-License-Identifier: Apache-2.0 */
/* check_wire - what flow/check.c and its worker say to each other, in the form of base/pack.h.
 *
 * A request is one octet and its fields: 'o' the options, 'f' a file's name and text, 'p' digests
 * that were fetched, 'r' run, 'i' names to be looked up in the ignore files. Each is
 * answered: a kind of error and its text; to 'r' the files that were made, faults, findings and new
 * texts follow, to 'i' whether and why each rule is ignored for each name.
 * Threading: as the worker. */
#pragma once

#include "flow/check.h"
#include "sys/worker.h"

/* check_serve: the worker's main. */
_Noreturn int check_serve(struct worker_side *side, void *arg);
/* check_take(in, check, a): the answer to 'r' behind its error, read as hostile; files are those
 * sent, by their place in `sent` (an index into check->files). False when it is broken. */
bool check_take(bytes *in, struct check *check, const size_t *sent, size_t sent_len,
                struct arena *a);
/* check_pack_options(b, options): the fields of 'o'. */
void check_pack_options(buf *b, const struct check_options *options);
