/* SPDX-License-Identifier: Apache-2.0 */
/* spdx - what both forms of SPDX 2.3 say alike.
 *
 * Private to this room. Threading: pure functions. */
#pragma once

#include "base/map.h"
#include "sbom/sbom.h"

#define SPDX_VERSION "SPDX-2.3"
#define SPDX_IMAGE "SPDXRef-Image"
#define SPDX_PACKAGE "SPDXRef-Package-"
#define SPDX_NOTHING "NOASSERTION"

/* spdx_purpose(kind): section 7.24. Static. */
const char *spdx_purpose(enum sbom_kind kind);

/* spdx_licence(l, a): section 7.15: an expression, LicenseRef-… or NOASSERTION. Arena. */
const char *spdx_licence(const struct licence *l, struct arena *a);

/* spdx_source_info(bill, p, a): section 7.12: from which source package it was built, which file in
 * which layer names it: "built from glibc 2.36-9; read from var/lib/dpkg/status in layer
 * sha256:…". Empty when none is known. Arena. */
bytes spdx_source_info(const struct sbom *bill, const struct sbom_package *p, struct arena *a);

/* The licences that need section 10: those that SPDX does not know. A set, in the order of their
 * first use; memory comes from the arena it was made with. */
struct spdx_texts {
	struct map seen;
};
void spdx_texts_add(struct spdx_texts *texts, const struct licence *l);
