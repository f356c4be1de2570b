/* SPDX-License-Identifier: Apache-2.0 */
/* db_update_base - the part of db_update that takes a database somebody else has made; for
 * flow/db_update*.c alone. The lock is held. Threading: as db_update. */
#pragma once

#include "flow/db_update.h"

int db_update_base(const struct db_update_options *o, struct arena *a, struct db_update_result *out,
                   err *e);
