/* SPDX-License-Identifier: Apache-2.0 */
#include "report/terminal.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Narrower than 40 no line of ours stays readable, wider than 120 no eye follows it back. */
enum { WIDTH_DEFAULT = 80, WIDTH_LEAST = 40, WIDTH_MOST = 120 };

struct terminal terminal_of(int fd, const char *no_color, const char *term)
{
	struct terminal t = { .is_tty = isatty(fd) == 1, .width = WIDTH_DEFAULT };
	struct winsize size;

	if (!t.is_tty)
		return t;
	t.has_colour = !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		t.width = size.ws_col < WIDTH_LEAST  ? WIDTH_LEAST
		          : size.ws_col > WIDTH_MOST ? WIDTH_MOST
		                                     : size.ws_col;
	return t;
}

const char *terminal_style(const struct terminal *t, enum style style)
{
	if (!t->has_colour)
		return "";
	switch (style) {
	case STYLE_PLAIN: return "";
	case STYLE_TITLE: return "\x1b[1m";
	case STYLE_BAD: return "\x1b[31m";
	case STYLE_WARN: return "\x1b[33m";
	case STYLE_GOOD: return "\x1b[32m";
	case STYLE_FAINT: return "\x1b[2m";
	}
	return "";
}

const char *terminal_plain(const struct terminal *t)
{
	return t->has_colour ? "\x1b[0m" : "";
}
