/* SPDX-License-Identifier: Apache-2.0 */
#include "closure/object.h"

#include "base/pack.h"

static void pack_names(const struct object_names *names, buf *out)
{
	pack_u64(out, names->len);
	for (size_t i = 0; i < names->len; i++)
		pack_bytes(out, names->items[i]);
}

void object_pack(const struct object *o, buf *out)
{
	pack_u64(out, o->kind);
	pack_u64(out, o->freedom);
	pack_u64(out, o->form);
	pack_u64(out, o->wide);
	pack_u64(out, o->machine);
	pack_bytes(out, o->soname);
	pack_bytes(out, o->rpath);
	pack_bytes(out, o->runpath);
	pack_bytes(out, o->loader);
	pack_bytes(out, o->text);
	pack_names(&o->needs, out);
	pack_names(&o->natives, out);
}

static bool take_names(bytes *in, struct arena *a, struct object_names *out)
{
	uint64_t n;

	if (!pack_take_u64(in, LIMIT_CLOSURE_NAMES, &n))
		return false;
	while (n-- > 0)
		if (!pack_take_bytes(in, LIMIT_PATH, ARENA_PUSH(a, out)))
			return false;
	return true;
}

bool object_unpack(bytes item, struct arena *a, struct object *out)
{
	struct object o = { 0 };
	uint32_t kind, form, machine;

	if (!pack_take_u32(&item, OBJECT_KINDS - 1, &kind) ||
	    !pack_take_u32(&item, FREE_ALL, &o.freedom) || !pack_take_u32(&item, ELF_LIBRARY, &form) ||
	    !pack_take_bool(&item, &o.wide) || !pack_take_u32(&item, UINT16_MAX, &machine) ||
	    !pack_take_bytes(&item, LIMIT_PATH, &o.soname) ||
	    !pack_take_bytes(&item, LIMIT_PATH, &o.rpath) ||
	    !pack_take_bytes(&item, LIMIT_PATH, &o.runpath) ||
	    !pack_take_bytes(&item, LIMIT_PATH, &o.loader) ||
	    !pack_take_bytes(&item, LIMIT_CLOSURE_TEXT, &o.text) || !take_names(&item, a, &o.needs) ||
	    !take_names(&item, a, &o.natives) || item.n > 0 || kind == OBJECT_NONE)
		return false;
	o.kind = (enum object_kind)kind;
	o.form = (enum elf_kind)form;
	o.machine = (uint16_t)machine;
	*out = o;
	return true;
}
