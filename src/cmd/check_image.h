/* SPDX-License-Identifier: Apache-2.0 */
/* check_image - images among what `oakum check` is given.
 *
 * Threading: as audit_run. */
#pragma once

#include "cmd/applet.h"
#include "cmd/network.h"
#include "flow/check.h"

/* check_is_image(text): it names an image and no file or folder of settings: it has a prefix of
 * oci/target.h, is a layout or an archive, or leads nowhere but has a tag or a digest. */
bool check_is_image(const char *text);

/* check_images(job, images, network, options, check, e): judge each and add it to check: a file of
 * its name with findings that have no line. One that cannot be read has its error set. ERR_USAGE.
 * Arena of the job. */
int check_images(struct job *job, const struct texts *images, const struct network_flags *network,
                 const struct check_options *options, struct check *check, err *e);
