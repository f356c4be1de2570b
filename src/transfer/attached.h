/* SPDX-License-Identifier: Apache-2.0 */
/* attached - the bill of materials and the VEX statements that were attached to an image.
 *
 * BuildKit writes in-toto statements as layers of a manifest of their own, in two forms: beside the
 * platforms in the image's index (annotations vnd.docker.reference.type and .digest), and as a
 * referrer (OCI image-spec 1.1, subject and artifactType). cosign puts DSSE envelopes into a
 * manifest whose tag is sha256-HEX.att. All are read, out of layouts, archives and registries. What
 * a statement says is not looked at here: the caller must see that it is about the image's digest.
 * No signature is checked: it proves nothing.
 * Threading: forks a worker, so it is called by a process with one thread; none is left behind. */
#pragma once

#include "oci/registry.h"
#include "oci/target.h"

struct attached_options {
	struct platform platform;
	struct registry_options registry;
	const char *tmp_dir;
};

struct attached {
	int fd;         /* the statement, in a file without a name, from its beginning; close it */
	digest image;   /* of the manifest that it must be about */
	digest blob;    /* its own */
	size_t others;  /* how many more statements about bills there are: of build stages */
};

/* attached_open(target, options, out, e): the first one of SPDX or CycloneDX. ERR_UNSIGNED when
 * there is none, ERR_USAGE (what holds no manifests: docker's archives, engines, folders),
 * ERR_ABSENT, ERR_FORMAT, ERR_IO, ERR_LIMIT, ERR_NET, ERR_BUG. */
int attached_open(const struct target *target, const struct attached_options *options,
                  struct attached *out, err *e);

struct attached_texts {
	struct attached_text {
		bytes text;
		const char *name; /* its digest, for errors */
	} *items;
	size_t len, cap;
	digest image; /* of the manifest that statements must be about */
};

/* attached_vex(target, options, a, out, e): whatever says that it is VEX, and envelopes that do not
 * say what they hold. Arena. Errors as above; ERR_LIMIT above LIMIT_SETTINGS a document. */
int attached_vex(const struct target *target, const struct attached_options *options,
                 struct arena *a, struct attached_texts *out, err *e);
