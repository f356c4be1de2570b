/* SPDX-License-Identifier: Apache-2.0 */
/* client - the parent's side of the messages that serve.h describes.
 *
 * Belongs to whichever thread uses the worker. */
#pragma once

#include "image/serve.h"

/* client_verdict(frame, e): what the last frame of an answer says: 0, or -1 with the worker's
 * failure. */
int client_verdict(bytes frame, err *e);
/* client_ask(w, what, document, a, out, e): send a document, get the packed answer. Arena. */
int client_ask(struct worker *w, enum request what, bytes document, struct arena *a, bytes *out,
               err *e);
