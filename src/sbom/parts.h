/* SPDX-License-Identifier: Apache-2.0 */
/* parts - what the writers of bills share: ids, times, the document's UUID.
 *
 * Private to this room. Threading: pure functions. */
#pragma once

#include "sbom/sbom.h"

/* parts - what one document is made with: the digests in its ids, and its name. */
struct parts {
	const struct sbom *bill;
	struct hasher *hasher;
	buf digests;   /* of the ids of all packages, eight octets each */
	char uuid[48]; /* "urn:uuid:…", over the whole bill */
	buf owned;     /* whose file has which SHA-1: of SPDX alone (spdx_own) */
};

/* parts_begin(p, bill, format): borrows bill; parts_done frees. O(packages + files + edges). */
void parts_begin(struct parts *p, const struct sbom *bill, enum sbom_format format);
void parts_done(struct parts *p);

/* parts_package(bill, i, scratch, out): the i-th package; false behind the last. scratch is reset
 * first. */
bool parts_package(const struct sbom *bill, size_t i, struct arena *scratch,
                   struct sbom_package *out);
/* parts_text(p, i): the texts of a package that tell no package from another, one by one; NULL
 * behind the last. */
bytes *parts_text(struct sbom_package *p, size_t i);
/* parts_next_file(bill, at, scratch, out): the same for files; none when the bill names none. */
bool parts_next_file(const struct sbom *bill, size_t *at, struct arena *scratch,
                     struct sbom_file *out);

/* parts_id(p, i, package, a): of the i-th package, which this is: "deb-libc6-1f0c…": letters,
 * digits, points and hyphens (SPDX 2.3 section 7.2), one for each package of an image, and the same
 * in every document that names it. parts_file_id: "File-…". Arena. */
const char *parts_id(const struct parts *p, size_t i, const struct sbom_package *package,
                     struct arena *a);
const char *parts_file_id(const struct parts *p, const struct sbom_file *f, struct arena *a);

/* parts_time(seconds): "2026-11-22T03:00:00Z". */
struct parts_time {
	char text[40];
};
const char *parts_time_into(struct parts_time *out, int64_t seconds);
#define PARTS_TIME(s) parts_time_into(&(struct parts_time){ { 0 } }, (s))

/* The writers, one file each. */
void spdx_json_write(const struct sbom *bill, struct stream *out);
void spdx_tag_write(const struct sbom *bill, struct stream *out);
struct json_writer;
/* cyclonedx_vulnerabilities(w, parts): the member of that name, when the bill has any. */
void cyclonedx_vulnerabilities(struct json_writer *w, const struct parts *parts);
void cyclonedx_json_write(const struct sbom *bill, enum sbom_format format, struct stream *out);
