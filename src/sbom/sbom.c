/* SPDX-License-Identifier: Apache-2.0 */
#include "sbom/sbom.h"

#include "sbom/parts.h"

enum sbom_format sbom_format(const char *name)
{
	static const struct {
		const char *name;
		enum sbom_format format;
	} names[] = {
		{ "spdx-json", SBOM_SPDX_JSON },
		{ "spdx-tag", SBOM_SPDX_TAG },
		{ "cyclonedx-json", SBOM_CYCLONEDX_1_6 },
		{ "cyclonedx-json@1.6", SBOM_CYCLONEDX_1_6 },
		{ "cyclonedx-json@1.7", SBOM_CYCLONEDX_1_7 },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(name, names[i].name) == 0)
			return names[i].format;
	return SBOM_NO_FORMAT;
}

void sbom_write(const struct sbom *bill, enum sbom_format format, struct stream *out)
{
	switch (format) {
	case SBOM_SPDX_JSON: spdx_json_write(bill, out); return;
	case SBOM_SPDX_TAG: spdx_tag_write(bill, out); return;
	case SBOM_CYCLONEDX_1_6:
	case SBOM_CYCLONEDX_1_7: cyclonedx_json_write(bill, format, out); return;
	case SBOM_NO_FORMAT: return;
	}
}
