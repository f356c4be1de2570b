/* SPDX-License-Identifier: Apache-2.0 */
/* match_list DATABASE - which vulnerabilities NuGet packages have by a database. Standard input has
 * a package's name and its version a line, divided by a tab; what comes out:
 *
 *   NAME VERSION ID SEVERITY FIXED     each vulnerability; several fixes with "+" between
 *   NAME VERSION ?                     what could not be decided */
#include "vuln/match.h"

#include <stdio.h>

static void show(const struct package *p, const struct matches *m)
{
	for (size_t i = 0; i < m->found.len; i++) {
		const struct match *x = &m->found.items[i];
		bytes rest = x->fixed, fix;
		const char *mark = " ";

		printf(PRIb " " PRIb " " PRIb " %s", BYTESF(p->name), BYTESF(p->version), BYTESF(x->id),
		       severity_name(x->advisory->severity));
		while (bytes_take_until(&rest, ',', &fix)) {
			printf("%s" PRIb, mark, BYTESF(bytes_trim(fix)));
			mark = "+";
		}
		puts("");
	}
	for (size_t i = 0; i < m->doubts.len; i++)
		printf(PRIb " " PRIb " ?\n", BYTESF(p->name), BYTESF(p->version));
}

static int list(struct database *db, struct arena *a, err *e)
{
	char line[1024];

	while (fgets(line, sizeof(line), stdin)) {
		bytes version = bytes_trim(bytes_str(line)), name;
		struct package p = { .ecosystem = ECO_NUGET };
		struct matches m = { 0 };

		arena_reset(a);
		if (!bytes_take_until(&version, '\t', &name))
			continue;
		p.name = name;
		p.version = version;
		if (match_package(db, &p, a, &m, e) < 0)
			return -1;
		show(&p, &m);
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct arena a = ARENA_INIT;
	struct database *db = NULL;
	err e = { 0 };
	int result = argc == 2 ? database_open(argv[1], &db, &e)
	                       : err_set(&e, ERR_USAGE, 0, "usage: match_list DATABASE");

	if (result == 0)
		result = list(db, &a, &e);
	if (result < 0)
		fprintf(stderr, "match_list: %s\n", e.text);
	database_close(db);
	arena_done(&a);
	return result < 0 ? 1 : 0;
}
