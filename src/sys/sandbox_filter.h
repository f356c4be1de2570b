/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox_filter - the seccomp filter of sys/sandbox.h, which says what it allows and why. */
#pragma once

#include <stdbool.h>

/* sandbox_filter_install(relays): 0, or -1 with errno. no_new_privs must be set. */
int sandbox_filter_install(bool relays);
