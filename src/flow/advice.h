/* SPDX-License-Identifier: Apache-2.0 */
/* advice - what an audit may tell its reader to do, and what `oakum explain` says about it.
 *
 * One table of texts; actions.c decides which of them an image needs. Identifiers are part of
 * the JSON schema: they are never renamed. Threading: constant. */
#pragma once

#include "base/bytes.h"

struct advice {
	const char *id;        /* "non-root-user" */
	const char *title;     /* an order, at most 60 columns */
	const char *why, *how; /* paragraphs; how shows Dockerfile lines, each indented by a tab */
	const char *standards; /* who else asks for it */
};

/* The table ends with an id of NULL. Static. */
extern const struct advice advice_table[];
/* advice_find(id): NULL when there is none. */
const struct advice *advice_find(const char *id);
