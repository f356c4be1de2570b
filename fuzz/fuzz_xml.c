/* SPDX-License-Identifier: Apache-2.0 */
/* XML: every span lies inside what holds it, a refusal says why, and the MSBuild reader takes what
 * comes. */
#include "fmt/xml.h"

#include "base/limits.h"
#include "catalog/dotnet_source.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_attribute(struct xml_span at, struct xml_span whole, bytes all)
{
	if (at.begin > at.end || at.begin <= whole.begin || at.end >= whole.end ||
	    all.p[at.begin - 1] != all.p[at.end])
		abort();
}

static void check_element(const struct xml_element *element, bytes all)
{
	struct xml_span whole = element->whole, inside = element->inside;

	if (whole.begin >= whole.end || whole.end > all.n || inside.begin > inside.end ||
	    inside.begin <= whole.begin || inside.end > whole.end || all.p[whole.begin] != '<' ||
	    all.p[whole.end - 1] != '>')
		abort();
	if (element->parent &&
	    (whole.begin < element->parent->inside.begin || whole.end > element->parent->inside.end))
		abort();
	for (size_t i = 0; i < element->attributes_n; i++)
		check_attribute(element->attributes[i].at, whole, all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bytes all = bytes_of(data, size);
	struct arena a = ARENA_INIT;
	const struct xml_element *root = NULL;
	struct dotnet_project project, back;
	buf b = BUF_INIT(8 * size + KIB);
	err e = { 0 };

	if ((xml_parse(all, &a, &root, &e) < 0) != err_is_set(&e) || err_is_set(&e) != !root)
		abort();
	for (const struct xml_element *at = root; at; at = xml_after(at, root))
		check_element(at, all);
	err_clear(&e); /* the same document, or the same refusal, again */
	if (dotnet_project_parse(all, &a, &project, &e) == 0) {
		dotnet_project_pack(&b, &project);
		bytes in = buf_bytes(&b);

		if (!dotnet_project_take(&in, &a, &back) || in.n > 0)
			abort();
	}
	buf_done(&b);
	arena_done(&a);
	return 0;
}
