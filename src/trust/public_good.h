/* SPDX-License-Identifier: Apache-2.0 */
/* public_good - the trusted root of Sigstore's public instance, as data/sigstore-root.json has it;
 * made by the build. Static. */
#pragma once

#include <stddef.h>

extern const char trust_public_good[];
extern const size_t trust_public_good_len;
