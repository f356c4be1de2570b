/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/progress.h"

#include "base/text.h"

#include <stdio.h>
#include <unistd.h>

enum { BAR = 24 };

static void put(const char *text)
{
	/* A bar that cannot be drawn stops nothing. */
	ssize_t ignored = write(STDERR_FILENO, text, strlen(text));

	(void)ignored;
}

void progress_report(void *ctx, uint64_t done, uint64_t total)
{
	struct progress *p = ctx;
	char line[256], bar[BAR + 1];
	uint64_t seen = done < total ? done : total;
	unsigned full = total > 0 ? (unsigned)(seen * BAR / total) : 0;

	for (unsigned i = 0; i < BAR; i++)
		bar[i] = i < full ? '#' : '.';
	bar[BAR] = '\0';
	bytes name = bytes_str(p->target);
	size_t room = p->job->err.width > 70 ? p->job->err.width - 70 : 8;

	if (name.n > room)
		name = bytes_skip(name, name.n - room);
	snprintf(line, sizeof(line), "\r\x1b[K%.*s  [%s] %3u %%  %s of %s", (int)(4 * room + 1),
	         SHOW(name), bar, total > 0 ? (unsigned)(seen * 100 / total) : 0, SIZE_TEXT(seen),
	         SIZE_TEXT(total));
	put(line);
	p->shown = true;
}

void progress_end(struct progress *p)
{
	if (p->shown)
		put("\r\x1b[K");
	p->shown = false;
}
