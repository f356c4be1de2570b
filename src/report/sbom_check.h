/* SPDX-License-Identifier: Apache-2.0 */
/* sbom_check - what a bill says of what it must, as a page and as JSON.
 *
 * Threading: pure functions over a stream. */
#pragma once

#include "fmt/stream.h"
#include "report/terminal.h"
#include "sbom/check.h"

/* sbom_check_text, sbom_check_json(c, name, …, out): name is what was checked, as the user calls
 * it. */
void sbom_check_text(const struct sbom_check *c, bytes name, const struct terminal *terminal,
                     struct stream *out);
void sbom_check_json(const struct sbom_check *c, bytes name, struct stream *out);
