/* SPDX-License-Identifier: Apache-2.0 */
/* many - writes a tar of N empty files, a thousand a folder, to standard output. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FOLDER = 1000, BLOCK = 512 };

/* ustar (POSIX.1-1988): name 100, mode 8, uid 8, gid 8, size 12, mtime 12, checksum 8, type 1 */
static void put_header(const char *name, char type)
{
	char h[BLOCK] = { 0 };
	unsigned sum = 0;

	snprintf(h, 100, "%s", name);
	snprintf(h + 100, 8, "%07o", type == '5' ? 0755u : 0644u);
	snprintf(h + 108, 8, "%07o", 0u);
	snprintf(h + 116, 8, "%07o", 0u);
	snprintf(h + 124, 12, "%011o", 0u);
	snprintf(h + 136, 12, "%011o", 1790000000u);
	memset(h + 148, ' ', 8);
	h[156] = type;
	memcpy(h + 257, "ustar\00000", 8);
	for (size_t i = 0; i < BLOCK; i++)
		sum += (unsigned char)h[i];
	snprintf(h + 148, 8, "%06o", sum);
	fwrite(h, 1, BLOCK, stdout);
}

int main(int argc, char **argv)
{
	static const char end[2 * BLOCK];
	long n = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
	char name[100];

	if (n < 1) {
		fputs("usage: many FILES\n", stderr);
		return 2;
	}
	for (long i = 0; i < n; i++) {
		if (i % FOLDER == 0) {
			snprintf(name, sizeof(name), "srv/part-%05ld/", i / FOLDER);
			put_header(name, '5');
		}
		snprintf(name, sizeof(name), "srv/part-%05ld/object-%07ld.dat", i / FOLDER, i);
		put_header(name, '0');
	}
	fwrite(end, 1, sizeof(end), stdout);
	return fflush(stdout) == 0 ? 0 : 1;
}
