/* SPDX-License-Identifier: Apache-2.0 */
/* PE files: what is read lies inside the file, and a refusal says why. */
#include "fmt/pe.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(bytes all, bytes part)
{
	if (part.n > all.n || (part.n > 0 && (part.p < all.p || part.p + part.n > all.p + all.n)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bytes all = bytes_of(data, size);
	struct pe_identity reference;
	struct pe_member member;
	bytes library, name;
	struct pe pe;
	err e = { 0 };

	if ((pe_read(all, &pe, &e) < 0) != err_is_set(&e))
		abort();
	if (err_is_set(&e))
		return 0;
	if ((pe.kind == PE_ASSEMBLY) != (pe.assembly.name.n > 0) || (pe.mvid.n != 0 && pe.mvid.n != 16))
		abort();
	check_inside(all, pe.assembly.name);
	check_inside(all, pe.assembly.culture);
	check_inside(all, pe.mvid);
	check_inside(all, pe.target);
	for (uint32_t i = 0; i < pe.references; i++)
		if (pe_reference(&pe, i, &reference))
			check_inside(all, reference.name);
	for (uint32_t i = 0; i < pe.members; i++)
		if (pe_member(&pe, i, &member)) {
			check_inside(all, member.space);
			check_inside(all, member.type);
			check_inside(all, member.name);
		}
	for (uint32_t i = 0; i < pe.imports; i++)
		if (pe_import(&pe, i, &library, &name)) {
			check_inside(all, library);
			check_inside(all, name);
		}
	return 0;
}
