/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/distribution.h"

static const struct {
	const char *id, *version, *end;
} ends[] = {
	{ "alpine", "3.15", "2023-11-01" },     { "alpine", "3.16", "2024-05-23" },
	{ "alpine", "3.17", "2024-11-22" },     { "alpine", "3.18", "2025-05-09" },
	{ "alpine", "3.19", "2025-11-01" },     { "alpine", "3.20", "2026-04-01" },
	{ "alpine", "3.21", "2026-11-01" },     { "alpine", "3.22", "2027-05-01" },
	{ "alpine", "3.23", "2027-11-01" },     { "centos", "6", "2020-11-30" },
	{ "centos", "7", "2024-06-30" },        { "centos", "8", "2021-12-31" },
	{ "debian", "8", "2020-06-30" },        { "debian", "9", "2022-06-30" },
	{ "debian", "10", "2024-06-30" },       { "debian", "11", "2026-08-31" },
	{ "debian", "12", "2028-06-30" },       { "debian", "13", "2030-06-30" },
	{ "mariner", "2.0", "2025-07-31" },     { "ubuntu", "14.04", "2019-04-25" },
	{ "ubuntu", "16.04", "2021-04-30" },    { "ubuntu", "18.04", "2023-05-31" },
	{ "ubuntu", "20.04", "2025-05-31" },    { "ubuntu", "22.04", "2027-04-01" },
	{ "ubuntu", "24.04", "2029-05-31" },
};

/* "3.19.1" is of "3.19", "8.5" of "8". */
static bool is_of(bytes version, const char *line)
{
	return bytes_take_prefix(&version, bytes_str(line)) && (version.n == 0 || version.p[0] == '.');
}

const char *distribution_end(bytes id, bytes version)
{
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (bytes_is(id, ends[i].id) && is_of(version, ends[i].version))
			return ends[i].end;
	return NULL;
}
