/* SPDX-License-Identifier: Apache-2.0 */
/* expand - a layer's tar out of its blob, by the sealed worker.
 *
 * The worker inflates and walks the tar, so that what is no layer is refused; blob and tar are
 * hashed here. Threading: one thread at a time uses the worker. */
#pragma once

#include "transfer/origin.h"

struct expand {
	struct worker *worker;
	struct blob *blob;
	/* write(ctx, part, e): expanded octets. restart(ctx, e): forget them, they come again. */
	int (*write)(void *ctx, bytes part, err *e);
	int (*restart)(void *ctx, err *e);
	void *ctx;
};

/* expand_run(x, diff_id, e): ERR_FORMAT when blob or tar does not have its digest, or is no layer;
 * ERR_LIMIT, ERR_BUG; whatever write says. After a failure the worker is not to be asked again. */
int expand_run(struct expand *x, const digest *diff_id, err *e);
