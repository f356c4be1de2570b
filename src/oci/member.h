/* SPDX-License-Identifier: Apache-2.0 */
/* member - the members of a JSON object, taken into plain values. Private to this room.
 *
 * null counts as absent, as in Go, which wrote most of these documents. Absent leaves *out empty; a
 * member of another type is ERR_FORMAT and names the member. Threading: pure functions. */
#pragma once

#include "fmt/json.h"
#include "oci/document.h"

/* member_open(text, max, type, a, out, e): parse a document of at most max octets whose root has
 * this type. ERR_FORMAT, ERR_LIMIT. */
int member_open(bytes text, uint64_t max, enum json_type type, struct arena *a,
                struct json_doc *out, err *e);

/* member_check(object, known, a, e): refuse a name that differs only in case from one of `known`
 * (NULL-terminated). Go's reader, and so every container runtime, takes "Layers" for "layers": such
 * a document would run as another image than the one we read. O(members * known). */
int member_check(json object, const char *const *known, struct arena *a, err *e);

/* member_has(object, name): there and not null. */
bool member_has(json object, const char *name);

int member_bytes(json object, const char *name, struct arena *a, bytes *out, err *e);
int member_bool(json object, const char *name, bool *out, err *e);
int member_digest(json object, const char *name, struct arena *a, digest *out, err *e);
/* member_object, member_array: the container, or none. The array has at most max items
 * (ERR_LIMIT). */
int member_object(json object, const char *name, json *out, err *e);
int member_array(json object, const char *name, size_t max, json *out, err *e);
/* member_strings: an array of strings. member_keys: the names of an object (a Go set). At most max
 * of them. */
int member_strings(json object, const char *name, size_t max, struct arena *a, struct strings *out,
                   err *e);
int member_keys(json object, const char *name, size_t max, struct arena *a, struct strings *out,
                err *e);
/* member_platform(object, a, out, e): "os", "architecture", "variant", "os.version" of object. */
int member_platform(json object, struct arena *a, struct platform *out, err *e);
