/* SPDX-License-Identifier: Apache-2.0 */
/* scan_result - a page as Trivy divides it: results, one of the system's packages and one of each
 * kind or file of a language's. For the writers that follow Trivy. Threading: pure functions. */
#pragma once

#include "report/scan_page.h"

struct result {
	bytes target, type; /* "app.tar (debian 12.5)", "debian"; "srv/app.deps.json", "dotnet-core" */
	bool is_system;
	struct {
		const struct finding **items;
		size_t len, cap;
	} found, suppressed;
	struct {
		const struct package **items;
		size_t len, cap;
	} packages;
};

struct results {
	struct result *items;
	size_t len, cap;
};

/* results_make(page, a, out): those that have a package, in the order of the packages. Arena. */
void results_make(const struct scan_page *page, struct arena *a, struct results *out);

/* result_target(page, p, a): of the result in which p stands: "app.tar (debian 12.5)". Arena. */
bytes result_target(const struct scan_page *page, const struct package *p, struct arena *a);
/* result_is_by_file(p): its result is of the one file that names it. */
bool result_is_by_file(const struct package *p);
/* result_id(p, a): "bash@5.2". Arena. */
const char *result_id(const struct package *p, struct arena *a);
/* result_purl(p, a): as Trivy writes it: without "upstream", Alpine's release without its name. */
const char *result_purl(const struct package *p, struct arena *a);
/* result_severity(s): "MEDIUM"; there is no INFO, it is LOW. Static. */
const char *result_severity(enum severity s);

struct result_source {
	bytes id, name, url;
};
/* result_source(f, a): who says so. Arena. */
const struct result_source *result_source(const struct finding *f, struct arena *a);
