/* SPDX-License-Identifier: Apache-2.0 */
/* terminal - where a report is shown: how wide it is and whether it has colours.
 *
 * Colours are SGR sequences (ECMA-48 §8.3.117), on a terminal only and never when NO_COLOR is
 * set to anything (no-color.org) or TERM is "dumb". Threading: values. */
#pragma once

#include <stdbool.h>

enum style { STYLE_PLAIN, STYLE_TITLE, STYLE_BAD, STYLE_WARN, STYLE_GOOD, STYLE_FAINT };

struct terminal {
	bool is_tty, has_colour;
	unsigned width; /* columns; 80 when it is no terminal */
};

/* terminal_of(fd, no_color, term): what fd is; the two variables of the environment, or NULL. */
struct terminal terminal_of(int fd, const char *no_color, const char *term);

/* terminal_style(t, style): the sequence that begins a style, terminal_plain(t) the one that
 * ends it; "" without colours. Static. */
const char *terminal_style(const struct terminal *t, enum style style);
const char *terminal_plain(const struct terminal *t);
