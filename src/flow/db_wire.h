/* SPDX-License-Identifier: Apache-2.0 */
/* db_wire - what the parent and the worker of db_build say to each other; for flow/db*.c alone.
 *
 * A request is the kind that the user named, the file's name (pack.h) and the file; the answer are
 * the records of vuln/feed.h. */
#pragma once

#include "sys/worker.h"

/* db_serve: the worker's main. arg: the descriptor of an empty file that it may write (int), which
 * it keeps. Records come while the file is still being sent. */
_Noreturn int db_serve(struct worker_side *side, void *arg);
