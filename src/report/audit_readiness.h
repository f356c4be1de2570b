/* SPDX-License-Identifier: Apache-2.0 */
/* audit_readiness - the part of both reports on one image that says how it would run with nothing
 * to spare. Private to report/, behind audit_text and audit_json. Threading: as the stream. */
#pragma once

#include "fmt/json_write.h"
#include "report/audit_page.h"

/* Both say nothing of an image without a configuration. */
void audit_readiness_text(const struct audit_page *page, struct layout *l);
void audit_readiness_json(const struct audit_page *page, struct json_writer *w);
