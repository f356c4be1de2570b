/* SPDX-License-Identifier: Apache-2.0 */
/* space - where advisories about a package are kept: its distribution's release, its ecosystem.
 *
 * One table says, for each distribution, which part of VERSION_ID counts, whether advisories name
 * source or binary packages, and how its versions are ordered; feed readers make the names with it
 * and the matcher finds them with it. Sources: os-release(5) IDs, and what each distribution's own
 * advisories are keyed by. Threading: constant. */
#pragma once

#include "model/package.h"
#include "version/version.h"

struct space {
	bytes name;    /* "debian 12", "nuget", ".net" */
	bytes package; /* under which the package stands there */
	bytes version; /* the one that is compared: the source package's where that is named */
	enum version_ordering ordering;
	/* What it says of a vulnerability counts instead of what those before it say: Ubuntu Pro for
	 * its own builds, a binary package's own row. */
	bool instead;
};

#define SPACES_MOST 2

/* spaces_of(p, a, out): where to look for p, the most particular last; how many, 0 when nobody
 * publishes for it. Arena. */
size_t spaces_of(const struct package *p, struct arena *a, struct space out[SPACES_MOST]);

/* space_of_distribution(id, version_id, a): "debian", "12.5" -> "debian 12"; empty when the
 * distribution is not known. space_ordering(name): of "debian 12", "nuget"; VERSION_UNKNOWN.
 * space_package(name, package, a): the normal form of a package's name there (NuGet and Composer
 * without case, PyPI as in PEP 503). */
bytes space_of_distribution(bytes id, bytes version_id, struct arena *a);
enum version_ordering space_ordering(bytes name);
bytes space_package(bytes name, bytes package, struct arena *a);
