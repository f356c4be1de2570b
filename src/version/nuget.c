/* SPDX-License-Identifier: Apache-2.0 */
/* nuget - one to four numbers, missing ones 0, then SemVer's pre-release labels without case
 * (NuGet's package versioning reference, "Normalized version numbers"). */
#include "version/key.h"

bool version_key_nuget(bytes v, struct version_key *k)
{
	return key_release(k, v, 4, 4, true);
}
