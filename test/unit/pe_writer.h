/* SPDX-License-Identifier: Apache-2.0 */
/* pe_writer - CLI assemblies without code, written from ECMA-335 (6th edition, partition II §22,
 * §24, §25) for the tests of their reader: one section, the tables that a compiler always writes.
 * */
#pragma once

#include "base/buf.h"
#include "base/limits.h"
#include "unit.h"

struct pe_options {
	const char *name, *culture;
	uint16_t version[4];
	const char *target;        /* TargetFrameworkAttribute, when set */
	const char *references[4]; /* names of assemblies, of version 1.2.3.4 */
	const char *calls[3];      /* namespace, type, method of another assembly, when set */
	const char *import[2];     /* a native library and its function, when set */
	bool wide;                 /* heap offsets of four octets */
	bool compiled;             /* ReadyToRun */
	bool module;               /* without an assembly of its own */
	bool narrow_machine;       /* PE32, not PE32+ */
};

#define PE_SECTION 0x200  /* offset of the one section in the file */
#define PE_ADDRESS 0x2000 /* and in memory */

static inline void pe_le(buf *b, uint64_t v, size_t octets)
{
	for (size_t i = 0; i < octets; i++)
		buf_putc(b, (uint8_t)(v >> (8 * i)));
}

static inline void pe_patch(buf *b, size_t at, uint64_t v, size_t octets)
{
	for (size_t i = 0; i < octets; i++)
		b->p[at + i] = (uint8_t)(v >> (8 * i));
}

struct pe_writing {
	const struct pe_options *o;
	buf tables, strings, blobs;
};

static inline void pe_string(struct pe_writing *w, const char *s)
{
	pe_le(&w->tables, s && *s ? w->strings.n : 0, w->o->wide ? 4 : 2);
	if (s && *s) {
		buf_puts(&w->strings, s);
		buf_putc(&w->strings, 0);
	}
}

static inline void pe_blob(struct pe_writing *w, const char *p, size_t n)
{
	pe_le(&w->tables, n ? w->blobs.n : 0, w->o->wide ? 4 : 2);
	if (n) {
		buf_putc(&w->blobs, (uint8_t)n); /* tests stay below 128 */
		buf_put(&w->blobs, bytes_of(p, n));
	}
}

static inline void pe_guid(struct pe_writing *w, unsigned number)
{
	pe_le(&w->tables, number, w->o->wide ? 4 : 2);
}

/* An attribute on the assembly, or on the module as most files have before it. */
static inline void pe_attribute(struct pe_writing *w, unsigned owner, const char *value)
{
	char blob[128];
	size_t n = strlen(value);

	pe_le(&w->tables, owner, 2);
	pe_le(&w->tables, 1 << 3 | 3, 2); /* MemberRef 1 */
	memcpy(blob, "\1\0", 2);
	blob[2] = (char)n;
	memcpy(blob + 3, value, n);
	memcpy(blob + 3 + n, "\0\0", 2);
	pe_blob(w, blob, n + 5);
}

static inline size_t pe_rows(const struct pe_options *o)
{
	size_t n = 0;

	while (n < 4 && o->references[n])
		n++;
	return n;
}

/* The tables Module, TypeRef, MemberRef, CustomAttribute, ModuleRef, ImplMap, Assembly, AssemblyRef
 * (§II.24.2.6). */
static inline void pe_tables(struct pe_writing *w)
{
	const struct pe_options *o = w->o;
	const uint16_t one[] = { 1, 2, 3, 4 };

	pe_le(&w->tables, 0, 4);
	pe_le(&w->tables, 2, 2);
	buf_putc(&w->tables, o->wide ? 7 : 0);
	buf_putc(&w->tables, 1);
	pe_le(&w->tables,
	      1 | 1 << 1 | 1 << 0x0a | 1 << 0x0c | (o->import[0] ? 5 << 0x1a : 0) |
	          (uint64_t)!o->module << 0x20 |
	          (uint64_t)(pe_rows(o) > 0) << 0x23,
	      8);
	pe_le(&w->tables, 0, 8);
	pe_le(&w->tables, 1, 4);
	for (int i = 0; i < 2; i++)
		pe_le(&w->tables, o->calls[0] ? 2 : 1, 4);
	pe_le(&w->tables, o->target ? 2 : 1, 4);
	for (int i = 0; i < 2 && o->import[0]; i++)
		pe_le(&w->tables, 1, 4);
	if (!o->module)
		pe_le(&w->tables, 1, 4);
	if (pe_rows(o) > 0)
		pe_le(&w->tables, pe_rows(o), 4);
	pe_le(&w->tables, 0, 2);
	pe_string(w, "made.dll");
	pe_guid(w, 1);
	pe_guid(w, 0);
	pe_guid(w, 0);
	pe_le(&w->tables, 1 << 2 | 2, 2); /* AssemblyRef 1 */
	pe_string(w, "TargetFrameworkAttribute");
	pe_string(w, "System.Runtime.Versioning");
	if (o->calls[0]) {
		pe_le(&w->tables, 1 << 2 | 2, 2);
		pe_string(w, o->calls[1]);
		pe_string(w, o->calls[0]);
	}
	pe_le(&w->tables, 1 << 3 | 1, 2); /* TypeRef 1 */
	pe_string(w, ".ctor");
	pe_blob(w, "\x20\1\1\x0e", 4);
	if (o->calls[0]) {
		pe_le(&w->tables, 2 << 3 | 1, 2); /* TypeRef 2 */
		pe_string(w, o->calls[2]);
		pe_blob(w, "\0\1\1\x0e", 4);
	}
	pe_attribute(w, 1 << 5 | 7, "not of the assembly");
	if (o->target)
		pe_attribute(w, 1 << 5 | 14, o->target);
	if (o->import[0]) {
		pe_string(w, o->import[0]);
		pe_le(&w->tables, 0x100, 2);
		pe_le(&w->tables, 1 << 1 | 1, 2); /* MethodDef 1 */
		pe_string(w, o->import[1]);
		pe_le(&w->tables, 1, 2); /* ModuleRef 1 */
	}
	if (!o->module) {
		pe_le(&w->tables, 0x8004, 4);
		for (int i = 0; i < 4; i++)
			pe_le(&w->tables, o->version[i], 2);
		pe_le(&w->tables, 0, 4);
		pe_blob(w, NULL, 0);
		pe_string(w, o->name);
		pe_string(w, o->culture);
	}
	for (size_t r = 0; r < pe_rows(o); r++) {
		for (int i = 0; i < 4; i++)
			pe_le(&w->tables, one[i], 2);
		pe_le(&w->tables, 0, 4);
		pe_blob(w, "\xb0\x3f\x5f\x7f\x11\xd5\x0a\x3a", 8);
		pe_string(w, o->references[r]);
		pe_string(w, "");
		pe_blob(w, NULL, 0);
	}
}

static inline void pe_stream(buf *b, size_t offset, size_t size, const char *name)
{
	size_t n = strlen(name);

	pe_le(b, offset, 4);
	pe_le(b, size, 4);
	buf_puts(b, name);
	for (size_t i = 4 - n % 4; i > 0; i--)
		buf_putc(b, 0);
}

/* The metadata root (§II.24.2.1) and its four streams. */
static inline void pe_metadata(buf *b, struct pe_writing *w)
{
	static const char guid[] = "0123456789abcdef";
	size_t root = b->n, at = 32 + (8 + 4) + (8 + 12) + (8 + 8) + (8 + 8);

	buf_put(b, BYTES("BSJB\1\0\1\0\0\0\0\0"));
	pe_le(b, 12, 4);
	buf_put(b, BYTES("v4.0.30319\0\0"));
	pe_le(b, 0, 2);
	pe_le(b, 4, 2);
	pe_stream(b, at, w->tables.n, "#~");
	pe_stream(b, at + w->tables.n, w->strings.n, "#Strings");
	pe_stream(b, at + w->tables.n + w->strings.n, 16, "#GUID");
	pe_stream(b, at + w->tables.n + w->strings.n + 16, w->blobs.n, "#Blob");
	assert_int_equal(b->n - root, at);
	buf_put(b, buf_bytes(&w->tables));
	buf_put(b, buf_bytes(&w->strings));
	buf_puts(b, guid);
	buf_put(b, buf_bytes(&w->blobs));
}

/* MS-DOS header, COFF header, optional header, one section header (§II.25.2, §II.25.3). */
static inline void pe_headers(buf *b, const struct pe_options *o, size_t section)
{
	size_t directories = o->narrow_machine ? 96 : 112, optional = directories + 16 * 8, start;

	buf_puts(b, "MZ");
	while (b->n < 0x3c)
		buf_putc(b, 0);
	pe_le(b, 0x40, 4);
	buf_put(b, BYTES("PE\0\0"));
	pe_le(b, o->narrow_machine ? 0x14c : 0x8664, 2);
	pe_le(b, 1, 2);
	for (int i = 0; i < 12; i++)
		buf_putc(b, 0);
	pe_le(b, optional, 2);
	pe_le(b, 0x2022, 2);
	start = b->n;
	pe_le(b, o->narrow_machine ? 0x10b : 0x20b, 2);
	while (b->n < start + optional)
		buf_putc(b, 0);
	pe_patch(b, start + directories - 4, 16, 4);
	pe_patch(b, start + directories + 14 * 8, PE_ADDRESS, 4);
	pe_patch(b, start + directories + 14 * 8 + 4, 72, 4);
	buf_put(b, BYTES(".text\0\0\0"));
	pe_le(b, section, 4);
	pe_le(b, PE_ADDRESS, 4);
	pe_le(b, section, 4);
	pe_le(b, PE_SECTION, 4);
	for (int i = 0; i < 16; i++)
		buf_putc(b, 0);
	while (b->n < PE_SECTION)
		buf_putc(b, 0);
}

/* pe_write(out, o): a whole file. */
static inline void pe_write(buf *out, const struct pe_options *o)
{
	struct pe_writing w = { o, BUF_INIT(MIB), BUF_INIT(MIB), BUF_INIT(MIB) };
	buf section = BUF_INIT(MIB);

	buf_putc(&w.strings, 0);
	buf_putc(&w.blobs, 0);
	pe_tables(&w);
	for (int i = 0; i < 72; i++)
		buf_putc(&section, 0);
	pe_metadata(&section, &w);
	pe_patch(&section, 0, 72, 4);
	pe_patch(&section, 8, PE_ADDRESS + 72, 4);
	pe_patch(&section, 12, section.n - 72, 4);
	if (o->compiled) {
		pe_patch(&section, 64, PE_ADDRESS + section.n, 4);
		pe_patch(&section, 68, 16, 4);
		buf_put(&section, BYTES("RTR\0\x09\0\2\0\0\0\0\0\0\0\0\0"));
	}
	pe_headers(out, o, section.n);
	buf_put(out, buf_bytes(&section));
	buf_done(&section);
	buf_done(&w.tables);
	buf_done(&w.strings);
	buf_done(&w.blobs);
}
