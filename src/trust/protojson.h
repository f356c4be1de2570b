/* SPDX-License-Identifier: Apache-2.0 */
/* protojson - JSON as protocol buffers write it (protobuf.dev, "ProtoJSON Format").
 *
 * Members have two names, lowerCamel and snake_case; octets are base64 of either alphabet, padded
 * or not; integers of 64 bits are strings or numbers. What is not known is refused, as the format
 * says and a verifier must. Threading: pure functions. */
#pragma once

#include "fmt/json.h"

/* protojson_known(object, names, e): every member is one of the names (lowerCamel, NULL behind the
 * last), under one of its spellings, once. An absent object is fine. ERR_FORMAT. */
int protojson_known(json object, const char *const *names, err *e);

/* protojson_get(object, name): by either spelling. */
json protojson_get(json object, const char *name);

/* protojson_octets(v, a, out): false when v is not base64. An absent v gives none. Arena. */
bool protojson_octets(json v, struct arena *a, bytes *out);
/* protojson_i64(v, out): false when v is no integer. An absent v gives 0, the default. */
bool protojson_i64(json v, int64_t *out);
/* protojson_time(v, out): RFC 3339 in UTC, fractions cut; seconds since 1970. */
bool protojson_time(json v, int64_t *out);
