/* SPDX-License-Identifier: Apache-2.0 */
/* scan - the flags of `oakum scan` that say what counts and what fails. */
#pragma once

#include "cmd/applet.h"

extern const struct flag_group judging_flag_group;
