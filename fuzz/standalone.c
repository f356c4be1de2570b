/* SPDX-License-Identifier: Apache-2.0 */
/* standalone - runs a fuzz target over files, without a fuzzer.
 *
 * Every corpus is also a plain test: each file given (or each file of a folder given) is one TAP
 * line. A finding is a crash or a sanitizer's report, which ends the program before its plan. */
#include <dirent.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *path, int number)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = NULL;
	size_t n = 0, cap = 0, got;

	if (!f) {
		printf("not ok %d - %s: cannot be opened\n", number, path);
		return 1;
	}
	do {
		if (n == cap) {
			cap = cap ? cap * 2 : 4096;
			data = realloc(data, cap);
			if (!data)
				abort();
		}
		got = fread(data + n, 1, cap - n, f);
		n += got;
	} while (got > 0);
	fclose(f);

	/* An exact copy, so that AddressSanitizer sees a read of one octet too many. */
	uint8_t *exact = malloc(n ? n : 1);

	if (!exact)
		abort();
	memcpy(exact, data, n);
	free(data);
	LLVMFuzzerTestOneInput(exact, n);
	free(exact);
	printf("ok %d - %s\n", number, path);
	fflush(stdout);
	return 0;
}

static int run_path(const char *path, int *number)
{
	struct dirent **names;
	struct stat st;
	int failed = 0;

	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		return run_file(path, ++*number);
	int n = scandir(path, &names, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		char file[4096];

		if (names[i]->d_name[0] != '.' &&
		    snprintf(file, sizeof(file), "%s/%s", path, names[i]->d_name) < (int)sizeof(file))
			failed += run_file(file, ++*number);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return failed;
}

int main(int argc, char **argv)
{
	int number = 0, failed = 0;

	for (int i = 1; i < argc; i++)
		failed += run_path(argv[i], &number);
	printf("1..%d\n", number);
	return failed ? 1 : 0;
}
