/* SPDX-License-Identifier: Apache-2.0 */
/* vex - the flags of `oakum vex` that make a statement. */
#pragma once

#include "cmd/applet.h"

extern const struct flag_group statement_flag_group;
