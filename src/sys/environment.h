/* SPDX-License-Identifier: Apache-2.0 */
/* environment - look into an environment that was handed on (environ(7)). Nobody asks for that of
 * this process but main. Threading: pure. */
#pragma once

/* environment_find(environment, name): the value, or NULL. NULL-terminated; NULL is an empty one.
 * Borrows. */
const char *environment_find(char *const *environment, const char *name);
