/* SPDX-License-Identifier: Apache-2.0 */
#include "model/codename.h"

static const struct {
	const char *id, *name, *release;
} releases[] = {
	{ "debian", "wheezy", "7" },       { "debian", "jessie", "8" },
	{ "debian", "stretch", "9" },      { "debian", "buster", "10" },
	{ "debian", "bullseye", "11" },    { "debian", "bookworm", "12" },
	{ "debian", "trixie", "13" },      { "debian", "forky", "14" },
	{ "debian", "duke", "15" },        { "ubuntu", "trusty", "14.04" },
	{ "ubuntu", "xenial", "16.04" },   { "ubuntu", "bionic", "18.04" },
	{ "ubuntu", "focal", "20.04" },    { "ubuntu", "jammy", "22.04" },
	{ "ubuntu", "noble", "24.04" },    { "ubuntu", "oracular", "24.10" },
	{ "ubuntu", "plucky", "25.04" },   { "ubuntu", "questing", "25.10" },
	{ "ubuntu", "resolute", "26.04" },
};

bytes codename_release(bytes id, bytes name)
{
	for (size_t i = 0; i < sizeof(releases) / sizeof(*releases); i++)
		if (bytes_is(id, releases[i].id) && bytes_is(name, releases[i].name))
			return bytes_str(releases[i].release);
	return BYTES("");
}
