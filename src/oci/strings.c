/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/strings.h"

#include "base/limits.h"
#include "base/pack.h"
#include "fmt/json.h"

static void pack_below(json container, uint32_t depth, struct arena *a, buf *out)
{
	uint32_t item = 0;

	for (json v = json_first(container); json_type(v) != JSON_NONE; v = json_next(v)) {
		item++;
		if (json_type(v) < JSON_STRING && json_name(v, a).n == 0)
			continue; /* a number in an array */
		pack_u64(out, depth);
		pack_u64(out, item - 1);
		pack_bytes(out, json_name(v, a));
		pack_bytes(out, json_bytes(v, a));
		pack_below(v, depth + 1, a, out);
	}
}

int oci_strings_pack(bytes text, struct arena *a, buf *out, err *e)
{
	struct json_doc doc;

	if (json_parse(text, a, &doc, e) < 0)
		return -1;
	pack_below(json_root(&doc), 0, a, out);
	return 0;
}

bool oci_strings_take(bytes *packed, struct oci_string *out)
{
	return pack_take_u32(packed, LIMIT_JSON_DEPTH, &out->depth) &&
	       pack_take_u32(packed, UINT32_MAX, &out->item) &&
	       pack_take_bytes(packed, LIMIT_MANIFEST, &out->name) &&
	       pack_take_bytes(packed, LIMIT_MANIFEST, &out->value);
}
