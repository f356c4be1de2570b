/* SPDX-License-Identifier: Apache-2.0 */
/* purl - package URLs that others wrote, read: package-url/purl-spec 1.0, "how to parse".
 *
 * What makes ours is package_purl (package.h). Hostile input; linear; parts that are not
 * percent-encoded rightly are refused. Threading: pure functions. */
#pragma once

#include "model/package.h"

struct purl {
	bytes type;                /* lower case: "deb" */
	bytes space, name;         /* decoded: "debian", "libc6"; space may be empty */
	bytes version;             /* decoded; empty when unsaid */
	bytes qualifiers, subpath; /* as written: "arch=amd64&distro=debian-12" */
};

/* purl_parse(text, a, out): false when it is none. Arena; borrows text. */
bool purl_parse(bytes text, struct arena *a, struct purl *out);

/* purl_qualifier(p, key, a): decoded; empty when it has none. Arena. */
bytes purl_qualifier(const struct purl *p, const char *key, struct arena *a);

/* purl_package(p, a, out): the package it names, with what its qualifiers say of its distribution,
 * its source and its module (rpmmod), as Syft, Trivy, Red Hat and we write them; false for a type
 * that we do not know. What *out held of these stays when the purl does not say. Arena. */
bool purl_package(const struct purl *p, struct arena *a, struct package *out);

/* purl_covers(pattern, p, a): p is of the pattern: the same type, namespace and name, and the same
 * version and qualifiers as far as the pattern has them. */
bool purl_covers(const struct purl *pattern, const struct purl *p, struct arena *a);
