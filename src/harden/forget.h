/* SPDX-License-Identifier: Apache-2.0 */
/* forget - values that are known to be secrets go from a configuration, wherever else they stand.
 *
 * A search for secrets tells a value by its shape or by the name beside it; the same value under
 * another name has neither. Threading: pure; a seeker belongs to one thread. */
#pragma once

#include "base/buf.h"
#include "harden/settings.h"

/* What is shorter stands everywhere by chance. */
#define FORGET_LEAST 6

/* forget_holds(text, values): one of the values, of FORGET_LEAST octets or more, is in the text; of
 * a value that is longer than LIMIT_FORGET_VALUE so many octets. */
bool forget_holds(bytes text, const struct strings *values);

/* The same for texts that come in parts of any length: a value may lie across parts. */
struct forget_seeker {
	const struct strings *values;
	size_t overlap; /* what is kept of the parts before: the longest value */
	buf window;
};

/* forget_seeker_begin(s, values): borrows the values. forget_seeker_next(s): another text.
 * forget_seeker_add(s, part): whether a value ends in this part of it. */
void forget_seeker_begin(struct forget_seeker *s, const struct strings *values);
void forget_seeker_next(struct forget_seeker *s);
bool forget_seeker_add(struct forget_seeker *s, bytes part);
void forget_seeker_done(struct forget_seeker *s);

/* forget_values(config, values, a, out_notes, out_refused): settings, labels, volumes, ports, the
 * health check and the stop signal that hold one go. *out_refused: what cannot go (a word of the
 * command, the working folder), NULL. Changes *config; arena. */
void forget_values(struct oci_config *config, const struct strings *values, struct arena *a,
                   struct settings_notes *out_notes, const char **out_refused);
