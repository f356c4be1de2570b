/* SPDX-License-Identifier: Apache-2.0 */
/* target - what the user named on the command line.
 *
 * Prefixes follow containers-transports(5): docker://REF, oci:DIR[:TAG], oci-archive:FILE[:TAG],
 * docker-archive:FILE[:REF], docker-daemon:REF; ours: rootfs:DIR, sbom:FILE. A digest may stand for
 * the tag (DIR@sha256:...). Paths may hold colons: the longest that exists is meant.
 * Without a prefix an existing path is recognised by what it is: a folder with oci-layout or
 * index.json is a layout (with an optional :TAG behind the path), any other folder a root file
 * system, a file an archive whose kind its listing tells. Everything else is a registry reference,
 * but text that can only be meant as a path ("./x", "x.tar") and leads nowhere is ERR_ABSENT.
 * Threading: pure but for stat(2). */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum target_kind {
	TARGET_NONE,
	TARGET_REGISTRY,
	TARGET_LAYOUT,
	TARGET_OCI_ARCHIVE,
	TARGET_DOCKER_ARCHIVE,
	TARGET_ARCHIVE /* which one its listing tells */,
	TARGET_ROOTFS,
	TARGET_DAEMON,
	TARGET_SBOM
};

struct target {
	enum target_kind kind;
	const char *path; /* for local kinds */
	const char *tag;  /* tag, digest or reference inside it; "" when unsaid */
	const char *text; /* as the user typed it */
};

/* target_parse(text, a, out, e): ERR_USAGE; ERR_ABSENT for a path that does not exist. Arena.
 * target_parse_signed: what is signed or verified. Without a prefix the text alone decides: it is
 * a path if it can only be meant as one, else a registry's, so that nobody who puts a folder into
 * this one answers for the registry. */
int target_parse(const char *text, struct arena *a, struct target *out, err *e);
int target_parse_signed(const char *text, struct arena *a, struct target *out, err *e);
