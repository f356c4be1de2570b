/* SPDX-License-Identifier: Apache-2.0 */
/* dockerfile_words - the words of one instruction, by the rules of its kind. For fmt/dockerfile.c.
 *
 * Threading: pure but for the arena. */
#pragma once

#include "fmt/dockerfile.h"

/* dockerfile_read(i, escape, a, out_fault): i has its line and pieces; name, kind, flags, words,
 * pairs and trigger are set. What is refused leaves the rest of the instruction as far as it could
 * be read and gives a message (static) in *out_fault. Arena. */
void dockerfile_read(struct dockerfile_instruction *i, uint8_t escape, unsigned depth,
                     struct arena *a, const char **out_fault);

/* dockerfile_heredoc_of(word, a, out): word begins a heredoc: "<<EOF", "3<<-'EOF'". */
bool dockerfile_heredoc_of(bytes word, struct dockerfile_heredoc *out);

/* dockerfile_split(i, at, escape, a, out): the words of i->line from `at`; quotes are kept and hold
 * blanks together. */
void dockerfile_split(const struct dockerfile_instruction *i, size_t at, uint8_t escape,
                      struct arena *a, struct dockerfile_words *out);

static inline bool dockerfile_is_blank(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}
