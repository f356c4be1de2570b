/* SPDX-License-Identifier: Apache-2.0 */
#include "sbom/check.h"

#include "sbom/parts.h"

static void lack(struct sbom_lack *l, const struct sbom_package *p, struct arena *a)
{
	if (l->packages++ >= SBOM_CHECK_NAMED)
		return;
	buf name = BUF_INIT(SIZE_MAX / 2);

	buf_put(&name, p->name);
	buf_puts(&name, p->version.n > 0 ? "@" : "");
	buf_put(&name, p->version);
	l->named[l->named_len++] = arena_bytes(a, buf_bytes(&name));
	buf_done(&name);
}

static void check_packages(const struct sbom *bill, const bool *related, struct arena *a,
                           struct sbom_check *out)
{
	struct arena scratch = ARENA_INIT;
	struct sbom_package p;

	for (size_t i = 0; parts_package(bill, i, &scratch, &p); i++) {
		bool is_system = p.kind == SBOM_OPERATING_SYSTEM;

		if (p.supplier.n == 0 && !is_system)
			lack(&out->supplier, &p, a);
		if (p.version.n == 0)
			lack(&out->version, &p, a);
		if (p.purl.n == 0 && p.cpe.n == 0 && p.checksums.n == 0 && !is_system)
			lack(&out->identifier, &p, a);
		if (related && !related[i])
			lack(&out->relation, &p, a);
	}
	arena_done(&scratch);
}

void sbom_check_bill(const struct sbom *bill, struct arena *a, struct sbom_check *out)
{
	*out = (struct sbom_check){ .packages = bill->packages,
		                        .author = BYTES("Tool: oakum"),
		                        .created = bill->created };
	check_packages(bill, NULL, a, out);
}

void sbom_check_document(const struct sbom_document *d, struct arena *a, struct sbom_check *out)
{
	bytes names = d->creators, first = { NULL, 0 };

	(void)bytes_take_until(&names, '\n', &first); /* nothing found: nobody */
	*out = (struct sbom_check){
		.format = d->is_spdx ? d->version
		                     : bytes_str(arena_printf(a, "CycloneDX " PRIb, BYTESF(d->version))),
		.packages = d->bill.packages,
		.author = first,
		.created = d->bill.created,
		.nameless = d->nameless,
		.dangling = d->dangling,
		.bad_licences = d->bad_licences,
		.fault = d->fault,
	};
	check_packages(&d->bill, (const bool *)d->related.p, a, out);
}

bool sbom_is_complete(const struct sbom_check *c)
{
	return c->author.n > 0 && c->created != 0 && c->nameless == 0 && c->dangling == 0 &&
	       c->bad_licences == 0 && c->fault.n == 0 &&
	       c->supplier.packages == 0 && c->version.packages == 0 && c->identifier.packages == 0 &&
	       c->relation.packages == 0;
}
