/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/progress.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { BAR = 24 };

/* Columns from which on the rate has room beside the rest. */
#define WIDE 100

/* How often the rate is looked at, and what the newest look counts: jumps are smoothed over a few
 * seconds. */
#define LOOK_NS UINT64_C(500000000)
#define LOOK_WEIGHT 0.3

static void put(const char *text)
{
	/* A bar that cannot be drawn stops nothing. */
	ssize_t ignored = write(STDERR_FILENO, text, strlen(text));

	(void)ignored;
}

static void look(struct progress *p, uint64_t done)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	uint64_t now = (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;

	if (p->seen_ns == 0 || done < p->seen) {
		p->seen_ns = now;
		p->seen = done;
		p->rate = 0;
	}
	if (now - p->seen_ns < LOOK_NS)
		return;
	double rate = (double)(done - p->seen) * 1e9 / (double)(now - p->seen_ns);

	p->rate = p->rate > 0 ? p->rate + LOOK_WEIGHT * (rate - p->rate) : rate;
	p->seen_ns = now;
	p->seen = done;
}

/* "  56.1 MB/s, 2 s left"; empty while it is not known. */
static const char *rate_text(const struct progress *p, uint64_t left, char *out, size_t n)
{
	uint64_t seconds = p->rate >= 1 ? (uint64_t)((double)left / p->rate) : 0;

	out[0] = '\0';
	if (p->rate >= 1 && seconds < 3600)
		snprintf(out, n, "  %s/s, %" PRIu64 " s left", SIZE_TEXT((uint64_t)p->rate), seconds + 1);
	else if (p->rate >= 1)
		snprintf(out, n, "  %s/s, %" PRIu64 " h left", SIZE_TEXT((uint64_t)p->rate),
		         seconds / 3600 + 1);
	return out;
}

void progress_report(void *ctx, uint64_t done, uint64_t total)
{
	struct progress *p = ctx;
	char line[320], bar[BAR + 1], rate[64];
	uint64_t seen = done < total ? done : total;
	unsigned full = total > 0 ? (unsigned)(seen * BAR / total) : 0;

	look(p, seen);
	for (unsigned i = 0; i < BAR; i++)
		bar[i] = i < full ? '#' : '.';
	bar[BAR] = '\0';
	bytes name = bytes_str(p->target);
	size_t width = p->job->err.width, taken = width >= WIDE ? 95 : 70;
	size_t room = width > taken ? width - taken : 8;

	if (name.n > room)
		name = bytes_skip(name, name.n - room);
	snprintf(line, sizeof(line), "\r\x1b[K%.*s  [%s] %3u %%  %s of %s%s", (int)(4 * room + 1),
	         SHOW(name), bar, total > 0 ? (unsigned)(seen * 100 / total) : 0, SIZE_TEXT(seen),
	         SIZE_TEXT(total), width >= WIDE ? rate_text(p, total - seen, rate, sizeof(rate)) : "");
	put(line);
	p->shown = true;
}

void progress_end(struct progress *p)
{
	if (p->shown)
		put("\r\x1b[K");
	p->shown = false;
}
