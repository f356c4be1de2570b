/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/survey.h"

#include "closure/object.h"

/* What is no image is said before anything is opened. */
static int check_kind(const struct target *target, err *e)
{
	switch (target->kind) {
	case TARGET_SBOM:
		return err_set(e, ERR_ABSENT, 0,
		               "images only (layouts, archives and folders) are read here, not SBOMs");
	case TARGET_NONE:
	case TARGET_REGISTRY:
	case TARGET_DAEMON:
	case TARGET_LAYOUT:
	case TARGET_OCI_ARCHIVE:
	case TARGET_DOCKER_ARCHIVE:
	case TARGET_ARCHIVE:
	case TARGET_ROOTFS: break;
	}
	return 0;
}

void survey_inspectors(const struct inspector *more, const struct inspector **out)
{
	size_t n = 0;

	for (; catalog_inspectors[n]; n++)
		out[n] = catalog_inspectors[n];
	out[n++] = &closure_inspector;
	out[n++] = more;
	out[n] = NULL;
}

int survey(const struct target *target, const struct image_options *options,
                 struct image *out_image, struct facts *out_facts, err *e)
{
	const struct inspector *inspectors[INSPECTORS_MOST + 1];
	struct image_options image = *options;

	if (!image.inspectors) {
		survey_inspectors(NULL, inspectors);
		image.inspectors = inspectors;
	}
	if (check_kind(target, e) < 0 || image_read(target, &image, out_image, e) < 0)
		return -1;
	if (catalog_collect(out_image, &out_image->arena, out_facts, e) == 0)
		return 0;
	image_done(out_image);
	return -1;
}
