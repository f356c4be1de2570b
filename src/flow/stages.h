/* SPDX-License-Identifier: Apache-2.0 */
/* stages - from source to running process: which of the eight stages hold for an image, which do
 * not, which nobody can tell.
 *
 * What is attached is looked for where the image lies (a registry, a layout, an oci-archive) and
 * believed when a policy says by whom it must be; without one what is attached is told to be there,
 * and no more. Threading: as attachments_read. */
#pragma once

#include "oci/registry.h"
#include "oci/target.h"
#include "report/audit_page.h"

struct stages_options {
	struct registry_options registry;
	const char *policy; /* NULL: nobody says whom to believe */
	bytes root;         /* a trusted root; empty: that of the public good instance */
	bool root_is_named;
	int64_t clock; /* seconds since 1970: what trust is decided by */
};

/* stages_judge(target, options, page): page->stages. A place that cannot be asked, a policy that
 * cannot be read is an answer: nobody can tell. */
void stages_judge(const struct target *target, const struct stages_options *options,
                  struct audit_page *page);
