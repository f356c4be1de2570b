/* SPDX-License-Identifier: Apache-2.0 */
/* seal_pack - everything that proves what an image is, as one archive: for an auditor, or a place
 * without a network.
 *
 * An oci-archive (image-spec 1.1, image layout in a tar) with the image and all that is attached to
 * it, so that `oakum verify oci-archive:FILE` reads it as it is; beside it, where readers of images
 * pass over them: README.md, which says what to type; each Sigstore bundle as a file of its own;
 * the trusted root; the public key; the policy with the files that it names; reports.
 * Deterministic: the same things give the same octets. What is attached is packed as it lies there
 * and believed by nobody: who reads the pack verifies it.
 * Threading: as transfer_run. */
#pragma once

#include "crypto/digest.h"
#include "oci/registry.h"
#include "oci/target.h"
#include "transfer/transfer.h"

struct seal_pack_options {
	const char *path;            /* of the archive */
	const struct target *target; /* a registry's or a layout's image */
	const digest *root;          /* that the target must be; NULL: whatever it is */
	struct registry_options registry;
	const char *tmp_dir;
	char *const *environment;
	bytes trusted_root; /* empty: that of the public good instance */
	bytes public_key;   /* PEM; empty: none */
	bytes identity, issuer; /* of who signed without a key; empty: nobody knows */
	const char *policy; /* NULL: none */
	const struct transfer_file *reports;
	size_t reports_len;
	int64_t clock; /* seconds: of the policy's worker */
};

/* seal_pack_write(o, a, e): the file appears whole or not at all. Errors of attachments_read,
 * transfer_run and policy_open. Arena. */
int seal_pack_write(const struct seal_pack_options *o, struct arena *a, err *e);
