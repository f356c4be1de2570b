/* SPDX-License-Identifier: Apache-2.0 */
/* forget - values that are known to be secrets go from a configuration, wherever else they stand.
 *
 * A search for secrets tells a value by its shape or by the name beside it; the same value under
 * another name has neither. Threading: pure. */
#pragma once

#include "harden/settings.h"

/* What is shorter stands everywhere by chance. */
#define FORGET_LEAST 6

/* forget_holds(text, values): one of the values, of FORGET_LEAST octets or more, is in the text. */
bool forget_holds(bytes text, const struct strings *values);

/* forget_values(config, values, a, out_notes, out_refused): settings, labels, volumes, ports, the
 * health check and the stop signal that hold one go. *out_refused: what cannot go (a word of the
 * command, the working folder), NULL. Changes *config; arena. */
void forget_values(struct oci_config *config, const struct strings *values, struct arena *a,
                   struct settings_notes *out_notes, const char **out_refused);
