/* SPDX-License-Identifier: Apache-2.0 */
/* parts - what the writers of bills share: ids, times, the document's UUID.
 *
 * Private to this room. Threading: pure functions. */
#pragma once

#include "sbom/sbom.h"

/* parts_package(bill, i, scratch, out): the i-th package; false behind the last. scratch is reset
 * first. */
bool parts_package(const struct sbom *bill, size_t i, struct arena *scratch,
                   struct sbom_package *out);
/* parts_next_file(bill, at, scratch, out): the same for files; none when the bill names none. */
bool parts_next_file(const struct sbom *bill, size_t *at, struct arena *scratch,
                     struct sbom_file *out);

/* parts_id(p, a): "deb-libc6-1f0c…": letters, digits, points and hyphens (SPDX 2.3 section 7.2),
 * one for each package of an image, and the same in every document that names it. parts_file_id:
 * "File-…". Arena. */
const char *parts_id(const struct sbom_package *p, struct arena *a);
const char *parts_file_id(const struct sbom_file *f, struct arena *a);

/* parts_time(seconds): "2026-11-22T03:00:00Z". */
struct parts_time {
	char text[40];
};
const char *parts_time_into(struct parts_time *out, int64_t seconds);
#define PARTS_TIME(s) parts_time_into(&(struct parts_time){ { 0 } }, (s))

/* parts_uuid(bill, format): "urn:uuid:…" over the whole bill. O(packages + files + edges). */
struct parts_uuid {
	char text[48];
};
const char *parts_uuid_into(struct parts_uuid *out, const struct sbom *bill,
                            enum sbom_format format);
#define PARTS_UUID(b, f) parts_uuid_into(&(struct parts_uuid){ { 0 } }, (b), (f))

/* The writers, one file each. */
void spdx_json_write(const struct sbom *bill, struct stream *out);
void spdx_tag_write(const struct sbom *bill, struct stream *out);
void cyclonedx_json_write(const struct sbom *bill, enum sbom_format format, struct stream *out);
