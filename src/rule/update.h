/* SPDX-License-Identifier: Apache-2.0 */
/* update - what a judgement of vulnerabilities asks of projects and Dockerfiles: newer versions.
 *
 * Which versions mend something no file says: job_options.updates brings it, and without it none of
 * these rules finds anything. Names are NuGet's of packages; for base images and the SDK see
 * below. Threading: pure. */
#pragma once

#include "rule/job.h"

enum update_rule { VU001, VU002, VU003, UPDATE_RULES };
extern const struct rule update_rules[UPDATE_RULES];

/* What updates call a repository of .NET's images ("dotnet/aspnet"), and the SDK of a
 * global.json. */
#define UPDATE_IMAGE_FRONT "dotnet/"
#define UPDATE_SDK "dotnet/sdk"
