/* SPDX-License-Identifier: Apache-2.0 */
/* secret_words - passwords on a command line: "curl -u me:x", "docker login -p x", "--token x".
 *
 * For commands of every family of rules. Long options tell it by their name (secret_name.h), short
 * ones by their program, as its manual has them; headers that log in tell it by "Authorization:".
 * What is filled in later ("$TOKEN", "<token>") is no password. Threading: pure functions. */
#pragma once

#include "fmt/shell.h"

/* secret_words_find(c): index of the word that holds it; c->len: none does. */
size_t secret_words_find(const struct shell_command *c);

/* secret_words_in(text, a): a script with such a command. */
bool secret_words_in(bytes text, struct arena *a);
