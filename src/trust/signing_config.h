/* SPDX-License-Identifier: Apache-2.0 */
/* signing_config - whom to ask when something is signed (protobuf-specs, sigstore_trustroot.proto,
 * SigningConfig v0.2): authorities, logs, clocks, each for a time and of a version. Of its
 * forerunner v0.1, which has addresses alone, the first of each kind is taken, of version 1.
 *
 * Of each operator one service of a kind is taken: of today, of the newest version that is spoken
 * here (Fulcio's 1; Rekor's 1 and 2; 1 of clocks), the first of these. How many operators, the
 * selector says. Threading: constant once read. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#define SIGNING_SERVICES_MOST 8

struct signing_service {
	bytes url;
	unsigned version; /* of its protocol */
};

struct signing_services {
	struct signing_service items[SIGNING_SERVICES_MOST];
	size_t len;
};

struct signing_config {
	struct signing_services authorities; /* one, or none */
	struct signing_services logs, clocks;
};

/* signing_config_parse(text, now, a, out, e): the services of that time. ERR_FORMAT, also when
 * there are fewer than its selector asks for; ERR_LIMIT. Views of text and arena. */
int signing_config_parse(bytes text, int64_t now, struct arena *a, struct signing_config *out,
                         err *e);

/* signing_url_check(url, a, e): nothing is sent in the clear: https, or loopback. ERR_USAGE. */
int signing_url_check(bytes url, struct arena *a, err *e);
