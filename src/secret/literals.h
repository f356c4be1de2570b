/* SPDX-License-Identifier: Apache-2.0 */
/* literals - inside this room: the literal database that the build made
 * (tools/gen-secret-literals.c). Static. */
#pragma once

#include <stddef.h>
#include <stdint.h>

extern const uint64_t secret_literals[]; /* octets, in words of this machine's order */
extern const size_t secret_literals_len; /* octets */
