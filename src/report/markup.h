/* SPDX-License-Identifier: Apache-2.0 */
/* markup - untrusted text in XML and HTML.
 *
 * XML 1.0 (fifth edition) section 2.2 has no place for most controls, whatever way they are
 * written; they, broken UTF-8 and characters that deceive (base/text.h) are shown as \xNN.
 * Threading: pure functions. */
#pragma once

#include "fmt/stream.h"

/* markup_put(out, text): in content and in a quoted attribute alike. */
void markup_put(struct stream *out, bytes text);
/* markup_attribute(out, name, value): ' name="value"'. */
void markup_attribute(struct stream *out, const char *name, bytes value);
