/* SPDX-License-Identifier: Apache-2.0 */
/* shell - the simple commands of a shell script, and how they follow each other.
 *
 * For rules that ask which programs a RUN line calls with which words (POSIX.1-2017, Shell Command
 * Language, sections 2.2 to 2.10). Quotes are removed from words, nothing is expanded; what stands
 * in $( ) or backquotes stays a part of its word. Reserved words, parentheses and braces only part
 * commands. This is no interpreter: what it does not understand are words.
 * O(n), memory a few times the text. Threading: pure. */
#pragma once

#include "base/arena.h"

enum shell_joint { SHELL_FIRST, SHELL_NEXT, SHELL_AND, SHELL_OR, SHELL_PIPE };

struct shell_word {
	bytes text;      /* without quotes; borrows, or arena where it had some */
	size_t from, to; /* in the script */
	bool quoted;     /* some of it was */
};

struct shell_command {
	enum shell_joint before; /* what parts it from the command before */
	size_t from, to;         /* of its words in the script */
	struct shell_word *words; /* at least one; assignments in front are among them */
	size_t len, cap;
	size_t program; /* index of the word behind assignments; len: there is none */
};

struct shell_script {
	struct shell_command *items;
	size_t len, cap;
};

/* shell_split(text, a, out): its commands in their order. Borrows text. */
void shell_split(bytes text, struct arena *a, struct shell_script *out);

/* shell_program(c): index of what is run in the end, behind "sudo -E", "env A=b", "exec" and their
 * like; c->len: nothing is. */
size_t shell_program(const struct shell_command *c);
/* shell_inner(c): the script that a shell is given with -c; NULL. Borrows. */
const struct shell_word *shell_inner(const struct shell_command *c);
/* shell_has(c, word): one of the words behind the program is this one, not quoted. */
const struct shell_word *shell_has(const struct shell_command *c, const char *word);
/* shell_is(c, program): its program's base name. */
bool shell_is(const struct shell_command *c, const char *program);
