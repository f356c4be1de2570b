/* SPDX-License-Identifier: Apache-2.0 */
/* predicate - the short names of predicate types, as cosign's --type has them, and more.
 * Static tables. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* How a file becomes a predicate. */
enum predicate_form {
	PREDICATE_JSON, /* as it stands */
	PREDICATE_TEXT, /* as one text: SPDX's tag-value form */
	PREDICATE_DATA, /* {"Data": TEXT, "Timestamp": NOW}: cosign's own type for anything */
};

struct predicate_type {
	const char *uri;
	enum predicate_form form;
};

#define PREDICATE_NAMES \
	"custom, slsaprovenance, slsaprovenance02, slsaprovenance1, spdx, spdxjson, cyclonedx, link, " \
	"vuln, vulns, openvex, vsa, test-result"

/* predicate_type_of(name, out, e): a short name, or any URI (of JSON). ERR_USAGE lists the names.
 * Borrows a URI. */
int predicate_type_of(const char *name, struct predicate_type *out, err *e);
