/* SPDX-License-Identifier: Apache-2.0 */
/* audit_stages - the line of both reports on one image that says which of the eight stages hold.
 * Private to report/, behind audit_text and audit_json. Threading: as the stream. */
#pragma once

#include "fmt/json_write.h"
#include "report/audit_page.h"

/* Both say nothing where nobody asked. */
void audit_stages_text(const struct audit_page *page, struct layout *l);
void audit_stages_json(const struct audit_page *page, struct json_writer *w);
