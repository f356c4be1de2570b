/* SPDX-License-Identifier: Apache-2.0 */
/* match - how long a database takes to be opened and packages to be looked up, in this process.
 *
 * usage: match DATABASE IMAGE PACKAGES IMAGES
 * Takes the packages of an image, over and over until there are PACKAGES of them, and looks all up
 * IMAGES times, as a fleet is judged: with the database open, memory used again. Prints
 * one line, seconds of a processor, for nothing here waits for anybody; "first" is the first image,
 * whose blocks nobody has read yet:
 *   open SECONDS first SECONDS each SECONDS all SECONDS found N */
#include "flow/survey.h"
#include "vuln/match.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int read_packages(const char *name, struct arena *a, struct image *image,
                         struct facts *facts, err *e)
{
	struct image_options options = { .tmp_dir = "/tmp" };
	struct target target;

	return target_parse(name, a, &target, e) < 0
	           ? -1
	           : survey(&target, &options, image, facts, e);
}

static int look_up(struct database *db, const struct facts *facts, unsigned long packages,
                   struct arena *a, size_t *found, err *e)
{
	struct matches matches = { 0 };
	int result = 0;

	for (unsigned long i = 0; i < packages && result == 0; i++) {
		size_t at = i % facts->packages.len;

		if (at == 0)
			matches.asked = (struct map){ 0 }; /* the same package again counts as another one */
		result = match_package(db, &facts->packages.items[at], a, &matches, e);
	}
	*found += matches.found.len;
	arena_reset(a);
	return result;
}

static int measure(const char *path, const struct facts *facts, unsigned long packages,
                   unsigned long images, err *e)
{
	double begin = now(), opened, first = 0, all;
	struct arena a = ARENA_INIT;
	struct database *db;
	size_t found = 0;

	if (database_open(path, &db, e) < 0)
		return -1;
	opened = now();
	for (unsigned long i = 0; i < images; i++) {
		if (look_up(db, facts, packages, &a, &found, e) < 0) {
			arena_done(&a);
			database_close(db);
			return -1;
		}
		if (i == 0)
			first = now() - opened;
	}
	all = now() - opened;
	arena_done(&a);
	database_close(db);
	printf("open %.6f first %.6f each %.6f all %.6f found %zu\n", opened - begin, first,
	       all / (double)images, all, found);
	return 0;
}

int main(int argc, char **argv)
{
	struct arena a = ARENA_INIT;
	struct image image;
	struct facts facts;
	err e = { 0 };

	if (argc != 5) {
		fputs("usage: match DATABASE IMAGE PACKAGES IMAGES\n", stderr);
		return 2;
	}
	int result = read_packages(argv[2], &a, &image, &facts, &e);

	if (result == 0) {
		result = measure(argv[1], &facts, strtoul(argv[3], NULL, 10), strtoul(argv[4], NULL, 10),
		                 &e);
		image_done(&image);
	}
	if (result < 0)
		fprintf(stderr, "match: %s\n", e.text);
	arena_done(&a);
	return result < 0;
}
