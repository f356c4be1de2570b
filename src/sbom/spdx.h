/* SPDX-License-Identifier: Apache-2.0 */
/* spdx - what both forms of SPDX 2.3 say alike.
 *
 * Private to this room. Threading: pure functions. */
#pragma once

#include "sbom/index.h"
#include "sbom/parts.h"
#include "sbom/sbom.h"

#define SPDX_VERSION "SPDX-2.3"
#define SPDX_REF "SPDXRef-"
#define SPDX_IMAGE "SPDXRef-Image"
#define SPDX_PACKAGE "SPDXRef-Package-"
#define SPDX_NOTHING "NOASSERTION"
#define SPDX_SLICES "slices: "
#define SPDX_MODULE "module: "

/* spdx_purpose(kind): section 7.24. Static. */
const char *spdx_purpose(enum sbom_kind kind);

/* spdx_licence(l, a): section 7.15: an expression, LicenseRef-… or NOASSERTION. Arena. */
const char *spdx_licence(const struct licence *l, struct arena *a);

/* spdx_source_info(bill, p, a): section 7.12: from which source package it was built, which file in
 * which layer names it: "built from glibc 2.36-9; read from var/lib/dpkg/status in layer
 * sha256:…". Empty when none is known. Arena. */
bytes spdx_source_info(const struct sbom *bill, const struct sbom_package *p, struct arena *a);

/* spdx_comment(p, a): section 7.20, what else is known: "slices: config libs; module:
 * nodejs:18:…:rhel9; a package of the distribution holds it". Empty when nothing is. Arena. */
bytes spdx_comment(const struct sbom_package *p, struct arena *a);

/* spdx_own(parts): learn which package has which files. spdx_code(parts, owner, a): the
 * verification code of section 7.9 over the files of a package (index + 1; 0: the image, which has
 * what no package has); NULL when it has none, and then no file was analysed. Arena. */
void spdx_own(struct parts *parts);
const char *spdx_code(const struct parts *parts, uint32_t owner, struct arena *a);

/* spdx_file_name(f, a): section 8.1: relative, "./usr/bin/env". Arena. */
bytes spdx_file_name(const struct sbom_file *f, struct arena *a);

/* The licences that need section 10, those that SPDX does not know: by the first package that has
 * each. Only numbers are kept. */
struct spdx_texts {
	struct index seen; /* of the words */
	buf packages;      /* uint32_t, in the order of their first use */
};
void spdx_texts_add(struct spdx_texts *texts, size_t package, const struct licence *l);
void spdx_texts_done(struct spdx_texts *texts);
/* spdx_texts_get(texts, bill, i, scratch, out): the words of the i-th; false behind the last.
 * scratch is reset first. */
bool spdx_texts_get(const struct spdx_texts *texts, const struct sbom *bill, size_t i,
                    struct arena *scratch, bytes *out);
