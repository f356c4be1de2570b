/* SPDX-License-Identifier: Apache-2.0 */
#include "sbom/sbom.h"

/* rpm's Vendor is an organisation; deb and apk name a maintainer. Databases of languages name
 * nobody who could be believed. */
static bytes supplier_of(const struct package *p, struct arena *a)
{
	if (p->vendor.n == 0)
		return p->vendor;
	if (p->ecosystem == ECO_RPM)
		return bytes_str(arena_printf(a, "Organization: " PRIb, BYTESF(p->vendor)));
	return sbom_supplier(p->vendor, a);
}

void sbom_package_of(const struct package *p, struct arena *a, struct sbom_package *out)
{
	*out = (struct sbom_package){ .kind = SBOM_LIBRARY,
		                          .name = p->name,
		                          .version = p->version,
		                          .type = bytes_str(ecosystem_name(p->ecosystem)),
		                          .purl = bytes_str(package_purl(p, a)),
		                          .source_name = p->source_name,
		                          .source_version = p->source_version,
		                          .path = p->path,
		                          .layer = p->layer,
		                          .licence = licence_of(p->licence, a),
		                          .overridden = p->overridden,
		                          .supplier = supplier_of(p, a),
		                          .slices = p->slices,
		                          .module = p->module,
		                          .owned_by_system = p->owned_by_system };
}
