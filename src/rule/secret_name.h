/* SPDX-License-Identifier: Apache-2.0 */
/* secret_name - whether a setting holds a secret, by its name and by its value.
 *
 * For variables, arguments and data of every family of rules. Names are words divided by "_", "-",
 * "." or ":": the last one tells it (DB_PASSWORD, PGPASSWORD, saPassword, DB_PASS), or one before
 * it, unless another says what else is meant (PASSWORD_FILE, TOKEN_LIFETIME). Values tell it by a
 * password in a connection string ("Pwd=x") or in a URL. The content of other secrets is not
 * looked at here: room secret. Threading: pure functions. */
#pragma once

#include "base/bytes.h"

/* secret_name_is(name): what has this name is a secret. */
bool secret_name_is(bytes name);

/* secret_name_is_harmless(value): it says yes or no, or names a file: no secret, whatever its name
 * is. */
bool secret_name_is_harmless(bytes value);

/* secret_name_password(text): "Server=db;User Id=sa;Password = x", "--password=x", and the keys of
 * Azure's connection strings. A variable or a place to be filled in is no password. */
bool secret_name_password(bytes text);

/* secret_name_login(text): where the "://" of a URL with a password stands; text.n for none. */
size_t secret_name_login(bytes text);

/* secret_name_setting(text): a line of a settings file gives a password: "Password": "x",
 * client_secret: x. */
bool secret_name_setting(bytes text);

/* secret_name_in(value): either of them. */
static inline bool secret_name_in(bytes value)
{
	return secret_name_password(value) || secret_name_login(value) < value.n;
}
