/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/system_item.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"

/* In the order of the wire. */
static const size_t fields[] = {
	offsetof(struct package, name),           offsetof(struct package, version),
	offsetof(struct package, architecture),   offsetof(struct package, source_name),
	offsetof(struct package, source_version), offsetof(struct package, licence),
	offsetof(struct package, vendor),         offsetof(struct package, module),
};
#define FIELDS (sizeof(fields) / sizeof(*fields))

void system_emit_package(struct inspection *in, unsigned kind, const struct package *p)
{
	buf out = BUF_INIT(FIELDS * (LIMIT_PACKAGE_FIELD + 16));
	bool whole = true;

	pack_u64(&out, kind);
	for (size_t i = 0; i < FIELDS && whole; i++) {
		bytes value = *(const bytes *)((const char *)p + fields[i]);

		whole = value.n <= LIMIT_PACKAGE_FIELD;
		if (whole)
			pack_bytes(&out, value);
	}
	if (whole)
		inspection_item(in, buf_bytes(&out));
	else
		inspection_gap(in, "a package with a value of more than 4 KiB: '%s'", SHOW(p->name));
	buf_done(&out);
}

bool system_take_package(bytes payload, unsigned kind, struct package *out)
{
	struct package p = { 0 };
	uint64_t said;

	if (!pack_take_u64(&payload, UINT8_MAX, &said) || said != kind)
		return false;
	for (size_t i = 0; i < FIELDS; i++)
		if (!pack_take_bytes(&payload, LIMIT_PACKAGE_FIELD, (bytes *)((char *)&p + fields[i])))
			return false;
	if (payload.n > 0 || p.name.n == 0 || p.version.n == 0)
		return false;
	if (p.source_name.n == 0)
		p.source_name = p.name;
	if (p.source_version.n == 0)
		p.source_version = p.version;
	*out = p;
	return true;
}

void relations_start(struct relations_writer *w, struct inspection *in, bytes start)
{
	*w = (struct relations_writer){ .in = in, .out = BUF_INIT(LIMIT_RELATIONS), .start = start.n };
	buf_put(&w->out, start);
}

void relations_begin(struct relations_writer *w, struct inspection *in)
{
	static const uint8_t kind = SYSTEM_RELATIONS; /* below 128: its own encoding */

	relations_start(w, in, bytes_of(&kind, 1));
}

void relations_add(struct relations_writer *w, enum relation relation, bytes name)
{
	if (name.n == 0)
		return;
	w->full |= name.n > LIMIT_PACKAGE_FIELD || w->out.n + name.n + 16 > LIMIT_RELATIONS;
	if (w->full)
		return;
	pack_u64(&w->out, relation);
	pack_bytes(&w->out, name);
}

void relations_end(struct relations_writer *w)
{
	if (w->out.n > w->start)
		inspection_item(w->in, buf_bytes(&w->out));
	if (w->full)
		inspection_gap(w->in, "a package with too many dependencies: not all are read");
	buf_done(&w->out);
}

int relations_next(bytes *rest, enum relation *out_relation, bytes *out_name)
{
	uint64_t relation;

	if (rest->n == 0)
		return 0;
	if (!pack_take_u64(rest, RELATION_OR, &relation) || relation == RELATION_NONE ||
	    !pack_take_bytes(rest, LIMIT_PACKAGE_FIELD, out_name))
		return -1;
	*out_relation = (enum relation)relation;
	return 1;
}
