/* SPDX-License-Identifier: Apache-2.0 */
/* search - how fast secrets are looked for, on one processor, without reading or inflating.
 *
 * usage: search FILE...
 * Prints a line a file: the fastest of five runs over its octets in memory. */
#include "base/limits.h"
#include "secret/scan.h"
#include "sys/file.h"

#include <stdio.h>
#include <time.h>

#define PART (64 * KIB)

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double search(struct secret_scanner *s, bytes text)
{
	double begin = seconds();

	secret_scanner_begin(s);
	for (size_t at = 0; at < text.n; at += PART)
		secret_scanner_add(s, bytes_slice(text, at, PART));
	secret_scanner_end(s);
	return seconds() - begin;
}

int main(int argc, char **argv)
{
	err e = { 0 };
	struct secret_scanner *s = secret_scanner_new(&e);

	for (int i = 1; s && i < argc; i++) {
		struct arena a = ARENA_INIT;
		bytes text;
		double best = 1e9;
		size_t n;

		if (file_read_all(argv[i], 4 * GIB, &a, &text, &e) < 0)
			break;
		for (int run = 0; run < 5; run++) {
			double took = search(s, text);

			best = took < best ? took : best;
		}
		(void)secret_scanner_findings(s, &n);
		printf("%-40s %9.1f MB %8.0f MB/s %6zu findings\n", argv[i], (double)text.n / 1e6,
		       (double)text.n / 1e6 / best, n);
		arena_done(&a);
	}
	secret_scanner_free(s);
	if (err_is_set(&e))
		fprintf(stderr, "%s\n", e.text);
	return err_is_set(&e);
}
