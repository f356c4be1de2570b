/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/pe.h"

/* An identifier has at most 1023 octets (ECMA-335 II.24.2.3 as the runtime reads it). */
#define IDENTIFIER 1023

static int bad(err *e, const char *what)
{
	return err_set(e, ERR_FORMAT, 0, "PE file: %s", what);
}

/* A little-endian number at an offset; 0 where b ends before it. */
static uint32_t u16_at(bytes b, size_t at)
{
	uint16_t v = 0;

	b = bytes_skip(b, at);
	return bytes_take_le16(&b, &v) ? v : 0;
}

static uint32_t u32_at(bytes b, size_t at)
{
	uint32_t v = 0;

	b = bytes_skip(b, at);
	return bytes_take_le32(&b, &v) ? v : 0;
}

/* part(b, at, n, out): exactly n octets of b from `at` on. */
static bool part(bytes b, uint64_t at, uint64_t n, bytes *out)
{
	if (at > b.n || n > b.n - at)
		return false;
	*out = bytes_slice(b, (size_t)at, (size_t)n);
	return true;
}

/* -- the file (II.25) ------------------------------------------------------------------------- */

struct image {
	bytes file, sections; /* section headers, 40 octets each */
	uint32_t cli_address, cli_size;
};

enum { DIRECTORY_CLI = 14, SECTION_HEADER = 40, CLI_HEADER = 72, COFF_HEADER = 24 };

/* open_image(file, out): 1, 0 for what only begins like a PE file (a DOS program), -1 broken. */
static int open_image(bytes file, struct image *out)
{
	bytes coff, optional;
	uint32_t at = u32_at(file, 0x3c);

	if (!part(file, at, COFF_HEADER, &coff) || !bytes_starts(coff, BYTES("PE\0\0")))
		return 0;
	uint32_t size = u16_at(coff, 20);
	uint64_t sections = (uint64_t)at + COFF_HEADER + size;

	if (!part(file, (uint64_t)at + COFF_HEADER, size, &optional) ||
	    !part(file, sections, (uint64_t)u16_at(coff, 6) * SECTION_HEADER, &out->sections))
		return -1;
	bool wide = u16_at(optional, 0) == 0x20b; /* PE32+ */
	size_t directories = wide ? 112 : 96;

	out->file = file;
	if (u32_at(optional, directories - 4) > DIRECTORY_CLI) {
		out->cli_address = u32_at(optional, directories + DIRECTORY_CLI * 8);
		out->cli_size = u32_at(optional, directories + DIRECTORY_CLI * 8 + 4);
	}
	return 1;
}

/* at_address(image, address, n, out): n octets where an address of memory lies in the file. */
static bool at_address(const struct image *image, uint32_t address, uint32_t n, bytes *out)
{
	bytes rest = image->sections, header;

	while (bytes_take(&rest, SECTION_HEADER, &header)) {
		uint32_t start = u32_at(header, 12), size = u32_at(header, 16);

		if (address >= start && address - start < size)
			return n <= size - (address - start) &&
			       part(image->file, (uint64_t)u32_at(header, 20) + (address - start), n, out);
	}
	return false;
}

/* -- tables (II.22, II.24.2.6) ---------------------------------------------------------------- */

enum table {
	MODULE = 0x00,
	TYPE_REF = 0x01,
	TYPE_DEF = 0x02,
	FIELD = 0x04,
	METHOD_DEF = 0x06,
	PARAM = 0x08,
	INTERFACE_IMPL = 0x09,
	MEMBER_REF = 0x0a,
	CUSTOM_ATTRIBUTE = 0x0c,
	DECL_SECURITY = 0x0e,
	STAND_ALONE_SIG = 0x11,
	EVENT = 0x14,
	PROPERTY = 0x17,
	MODULE_REF = 0x1a,
	TYPE_SPEC = 0x1b,
	IMPL_MAP = 0x1c,
	ASSEMBLY = 0x20,
	ASSEMBLY_REF = 0x23,
	/* behind the last table that is read, and counted only */
	FILE_TABLE = 0x26,
	EXPORTED_TYPE = 0x27,
	MANIFEST_RESOURCE = 0x28,
	GENERIC_PARAM = 0x2a,
	METHOD_SPEC = 0x2b,
	GENERIC_PARAM_CONSTRAINT = 0x2c,
};
#define ALL_TABLES 64

/* Columns: a number below ALL_TABLES is an index into that table; else one of these. */
enum column {
	TYPE_DEF_OR_REF = ALL_TABLES,
	HAS_CONSTANT,
	HAS_CUSTOM_ATTRIBUTE,
	HAS_FIELD_MARSHAL,
	HAS_DECL_SECURITY,
	MEMBER_REF_PARENT,
	HAS_SEMANTICS,
	METHOD_DEF_OR_REF,
	MEMBER_FORWARDED,
	CUSTOM_ATTRIBUTE_TYPE,
	RESOLUTION_SCOPE,
	TWO,
	FOUR,
	STRING,
	GUID,
	BLOB,
	END,
};

#define T(table) ((uint64_t)1 << (table))
/* The tables that a coded index chooses from, and the bits that say which. */
static const struct {
	uint64_t tables;
	unsigned bits;
} coded[] = {
	[TYPE_DEF_OR_REF - ALL_TABLES] = { T(TYPE_DEF) | T(TYPE_REF) | T(TYPE_SPEC), 2 },
	[HAS_CONSTANT - ALL_TABLES] = { T(FIELD) | T(PARAM) | T(PROPERTY), 2 },
	[HAS_CUSTOM_ATTRIBUTE -
		ALL_TABLES] = { T(METHOD_DEF) | T(FIELD) | T(TYPE_REF) | T(TYPE_DEF) | T(PARAM) |
	                        T(INTERFACE_IMPL) | T(MEMBER_REF) | T(MODULE) | T(DECL_SECURITY) |
	                        T(PROPERTY) | T(EVENT) | T(STAND_ALONE_SIG) | T(MODULE_REF) |
	                        T(TYPE_SPEC) | T(ASSEMBLY) | T(ASSEMBLY_REF) | T(FILE_TABLE) |
	                        T(EXPORTED_TYPE) | T(MANIFEST_RESOURCE) | T(GENERIC_PARAM) |
	                        T(METHOD_SPEC) | T(GENERIC_PARAM_CONSTRAINT),
	                    5 },
	[HAS_FIELD_MARSHAL - ALL_TABLES] = { T(FIELD) | T(PARAM), 1 },
	[HAS_DECL_SECURITY - ALL_TABLES] = { T(TYPE_DEF) | T(METHOD_DEF) | T(ASSEMBLY), 2 },
	[MEMBER_REF_PARENT -
		ALL_TABLES] = { T(TYPE_DEF) | T(TYPE_REF) | T(MODULE_REF) | T(METHOD_DEF) | T(TYPE_SPEC),
	                    3 },
	[HAS_SEMANTICS - ALL_TABLES] = { T(EVENT) | T(PROPERTY), 1 },
	[METHOD_DEF_OR_REF - ALL_TABLES] = { T(METHOD_DEF) | T(MEMBER_REF), 1 },
	[MEMBER_FORWARDED - ALL_TABLES] = { T(FIELD) | T(METHOD_DEF), 1 },
	[CUSTOM_ATTRIBUTE_TYPE - ALL_TABLES] = { T(METHOD_DEF) | T(MEMBER_REF), 3 },
	[RESOLUTION_SCOPE -
		ALL_TABLES] = { T(MODULE) | T(MODULE_REF) | T(ASSEMBLY_REF) | T(TYPE_REF), 2 },
};
#undef T

#define COLUMNS 10
static const uint8_t columns[PE_TABLES][COLUMNS] = {
	[MODULE] = { TWO, STRING, GUID, GUID, GUID, END },
	[TYPE_REF] = { RESOLUTION_SCOPE, STRING, STRING, END },
	[TYPE_DEF] = { FOUR, STRING, STRING, TYPE_DEF_OR_REF, FIELD, METHOD_DEF, END },
	[0x03] = { FIELD, END },
	[FIELD] = { TWO, STRING, BLOB, END },
	[0x05] = { METHOD_DEF, END },
	[METHOD_DEF] = { FOUR, TWO, TWO, STRING, BLOB, PARAM, END },
	[0x07] = { PARAM, END },
	[PARAM] = { TWO, TWO, STRING, END },
	[INTERFACE_IMPL] = { TYPE_DEF, TYPE_DEF_OR_REF, END },
	[MEMBER_REF] = { MEMBER_REF_PARENT, STRING, BLOB, END },
	[0x0b] = { TWO, HAS_CONSTANT, BLOB, END },
	[CUSTOM_ATTRIBUTE] = { HAS_CUSTOM_ATTRIBUTE, CUSTOM_ATTRIBUTE_TYPE, BLOB, END },
	[0x0d] = { HAS_FIELD_MARSHAL, BLOB, END },
	[DECL_SECURITY] = { TWO, HAS_DECL_SECURITY, BLOB, END },
	[0x0f] = { TWO, FOUR, TYPE_DEF, END },
	[0x10] = { FOUR, FIELD, END },
	[STAND_ALONE_SIG] = { BLOB, END },
	[0x12] = { TYPE_DEF, EVENT, END },
	[0x13] = { EVENT, END },
	[EVENT] = { TWO, STRING, TYPE_DEF_OR_REF, END },
	[0x15] = { TYPE_DEF, PROPERTY, END },
	[0x16] = { PROPERTY, END },
	[PROPERTY] = { TWO, STRING, BLOB, END },
	[0x18] = { TWO, METHOD_DEF, HAS_SEMANTICS, END },
	[0x19] = { TYPE_DEF, METHOD_DEF_OR_REF, METHOD_DEF_OR_REF, END },
	[MODULE_REF] = { STRING, END },
	[TYPE_SPEC] = { BLOB, END },
	[IMPL_MAP] = { TWO, MEMBER_FORWARDED, STRING, MODULE_REF, END },
	[0x1d] = { FOUR, FIELD, END },
	[0x1e] = { FOUR, FOUR, END },
	[0x1f] = { FOUR, END },
	[ASSEMBLY] = { FOUR, TWO, TWO, TWO, TWO, FOUR, BLOB, STRING, STRING, END },
	[0x21] = { FOUR, END },
	[0x22] = { FOUR, FOUR, FOUR, END },
	[ASSEMBLY_REF] = { TWO, TWO, TWO, TWO, FOUR, BLOB, STRING, STRING, BLOB, END },
};

/* How wide the columns of a file are: heaps and row counts decide. */
struct widths {
	uint8_t heaps;
	uint32_t rows[ALL_TABLES];
};

static uint32_t coded_width(const struct widths *w, uint8_t column)
{
	uint32_t most = 0;

	for (unsigned t = 0; t < ALL_TABLES; t++)
		if (coded[column - ALL_TABLES].tables >> t & 1 && w->rows[t] > most)
			most = w->rows[t];
	return most >> (16 - coded[column - ALL_TABLES].bits) ? 4 : 2;
}

static uint32_t width(const struct widths *w, uint8_t column)
{
	if (column < ALL_TABLES)
		return w->rows[column] >> 16 ? 4 : 2;
	switch (column) {
	case TWO: return 2;
	case FOUR: return 4;
	case STRING: return w->heaps & 1 ? 4 : 2;
	case GUID: return w->heaps & 2 ? 4 : 2;
	case BLOB: return w->heaps & 4 ? 4 : 2;
	default: return coded_width(w, column);
	}
}

/* take_tables(stream, pe): II.24.2.6 "#~ stream". */
static bool take_tables(bytes stream, struct pe *pe)
{
	bytes head, octets;
	struct widths w = { 0 };
	uint32_t low, high;

	if (!bytes_take(&stream, 24, &head))
		return false;
	pe->heap_sizes = w.heaps = head.p[6];
	low = u32_at(head, 8);
	high = u32_at(head, 12);
	for (unsigned t = 0; t < ALL_TABLES; t++)
		if ((t < 32 ? low >> t : high >> (t - 32)) & 1 && !bytes_take_le32(&stream, &w.rows[t]))
			return false;
	if (w.heaps & 0x40 && !bytes_take(&stream, 4, &head)) /* the runtime's ExtraData */
		return false;
	for (unsigned t = 0; t < PE_TABLES; t++) {
		uint32_t size = 0;

		for (unsigned c = 0; columns[t][c] != END; c++)
			size += width(&w, columns[t][c]);
		if (!part(stream, 0, (uint64_t)size * w.rows[t], &octets))
			return false;
		stream = bytes_skip(stream, octets.n);
		pe->tables[t].octets = octets;
		pe->tables[t].rows = w.rows[t];
		pe->tables[t].row_size = size;
	}
	return true;
}

/* -- cells ------------------------------------------------------------------------------------ */

/* Columns of the few tables that are read are taken from the front of their row. */
struct row {
	const struct pe *pe;
	bytes rest;
};

/* row_at(pe, table, number, out): rows are numbered from 1; 0 is none. */
static bool row_at(const struct pe *pe, enum table table, uint32_t number, struct row *out)
{
	if (number == 0 || number > pe->tables[table].rows)
		return false;
	uint32_t size = pe->tables[table].row_size;

	*out = (struct row){ pe,
		                 bytes_slice(pe->tables[table].octets, (size_t)(number - 1) * size, size) };
	return true;
}

static uint32_t take_number(struct row *r, uint32_t n)
{
	uint32_t v = n == 4 ? u32_at(r->rest, 0) : u16_at(r->rest, 0);

	r->rest = bytes_skip(r->rest, n);
	return v;
}

static bool take_string(struct row *r, bytes *out)
{
	bytes s = bytes_skip(r->pe->strings, take_number(r, r->pe->heap_sizes & 1 ? 4 : 2));
	size_t n = bytes_find(s, '\0');

	*out = bytes_slice(s, 0, n);
	return n < s.n && n <= IDENTIFIER;
}

/* take_length(in, out): II.23.2, unsigned compressed integers. */
static bool take_length(bytes *in, uint32_t *out)
{
	bytes more;
	uint8_t c;

	if (!bytes_take_u8(in, &c))
		return false;
	size_t n = c < 0x80 ? 0 : c < 0xc0 ? 1 : 3;

	*out = n == 0 ? c : n == 1 ? c & 0x3fU : c & 0x1fU;
	if (c >= 0xe0 || !bytes_take(in, n, &more))
		return false;
	for (size_t i = 0; i < n; i++)
		*out = *out << 8 | more.p[i];
	return true;
}

static bool take_blob(struct row *r, bytes *out)
{
	bytes rest = bytes_skip(r->pe->blobs, take_number(r, r->pe->heap_sizes & 4 ? 4 : 2));
	uint32_t n;

	return take_length(&rest, &n) && bytes_take(&rest, n, out);
}

/* -- what is asked ---------------------------------------------------------------------------- */

static bool read_identity(struct row *r, struct pe_identity *out)
{
	bytes key;

	for (size_t i = 0; i < 4; i++)
		out->version[i] = (uint16_t)take_number(r, 2);
	(void)take_number(r, 4); /* flags */
	(void)take_blob(r, &key);
	return take_string(r, &out->name) && out->name.n > 0 && take_string(r, &out->culture);
}

bool pe_reference(const struct pe *pe, uint32_t i, struct pe_identity *out)
{
	struct row r;

	return i < pe->references && row_at(pe, ASSEMBLY_REF, i + 1, &r) && read_identity(&r, out);
}

/* The width of a coded column, found again from the row counts that are kept. */
static uint32_t index_size(const struct pe *pe, enum table table, uint32_t others)
{
	return pe->tables[table].row_size - others;
}

bool pe_member(const struct pe *pe, uint32_t i, struct pe_member *out)
{
	uint32_t string = pe->heap_sizes & 1 ? 4 : 2, blob = pe->heap_sizes & 4 ? 4 : 2;
	struct row member, type;

	if (!row_at(pe, MEMBER_REF, i + 1, &member))
		return false;
	uint32_t parent = take_number(&member, index_size(pe, MEMBER_REF, string + blob));

	if ((parent & 7) != 1 || !row_at(pe, TYPE_REF, parent >> 3, &type))
		return false;
	(void)take_number(&type, index_size(pe, TYPE_REF, 2 * string));
	return take_string(&type, &out->type) && take_string(&type, &out->space) &&
	       take_string(&member, &out->name) && take_blob(&member, &out->signature);
}

bool pe_import(const struct pe *pe, uint32_t i, bytes *out_library, bytes *out_name)
{
	uint32_t string = pe->heap_sizes & 1 ? 4 : 2;
	uint32_t module = pe->tables[MODULE_REF].rows >> 16 ? 4 : 2;
	struct row import, library;

	if (!row_at(pe, IMPL_MAP, i + 1, &import))
		return false;
	(void)take_number(&import, 2); /* flags */
	(void)take_number(&import, index_size(pe, IMPL_MAP, 2 + string + module));
	return take_string(&import, out_name) &&
	       row_at(pe, MODULE_REF, take_number(&import, module), &library) &&
	       take_string(&library, out_library);
}

/* is_target_attribute(pe, type): the constructor is one of TargetFrameworkAttribute's; `type` is a
 * coded index, CustomAttributeType. */
static bool is_target_attribute(const struct pe *pe, uint32_t type)
{
	struct pe_member m;

	return (type & 7) == 3 && type >> 3 > 0 && pe_member(pe, (type >> 3) - 1, &m) &&
	       bytes_is(m.type, "TargetFrameworkAttribute") &&
	       bytes_is(m.space, "System.Runtime.Versioning");
}

/* II.23.3: a prolog of 1, then the constructor's one argument, a text after its length. */
static bytes read_text(bytes value)
{
	bytes text = BYTES("");
	uint32_t n;

	if (!bytes_take_prefix(&value, BYTES("\1\0")) || !take_length(&value, &n) || n > IDENTIFIER ||
	    !bytes_take(&value, n, &text))
		return BYTES("");
	return text;
}

#define ASSEMBLY_ITSELF (1U << 5 | 14) /* HasCustomAttribute: row 1 of Assembly */

static bytes find_target(const struct pe *pe)
{
	uint32_t blob = pe->heap_sizes & 4 ? 4 : 2;
	struct widths w = { 0 };
	struct row r;
	bytes value;

	w.rows[METHOD_DEF] = pe->tables[METHOD_DEF].rows;
	w.rows[MEMBER_REF] = pe->tables[MEMBER_REF].rows;
	uint32_t type_size = coded_width(&w, CUSTOM_ATTRIBUTE_TYPE);
	uint32_t owner_size = index_size(pe, CUSTOM_ATTRIBUTE, type_size + blob);

	for (uint32_t i = 1; row_at(pe, CUSTOM_ATTRIBUTE, i, &r); i++)
		if (take_number(&r, owner_size) == ASSEMBLY_ITSELF &&
		    is_target_attribute(pe, take_number(&r, type_size)) && take_blob(&r, &value))
			return read_text(value);
	return BYTES("");
}

static void read_module(struct pe *pe)
{
	struct row r;
	bytes name;

	if (!row_at(pe, MODULE, 1, &r))
		return;
	(void)take_number(&r, 2); /* generation */
	(void)take_string(&r, &name);
	uint32_t number = take_number(&r, pe->heap_sizes & 2 ? 4 : 2);

	if (number > 0)
		(void)part(pe->guids, ((uint64_t)number - 1) * 16, 16, &pe->mvid);
}

/* take_streams(root, pe): II.24.2.1 and §24.2.2, the streams by their names. */
static bool take_streams(bytes root, struct pe *pe, bytes *out_tables)
{
	bytes rest, header, name;
	uint32_t version = u32_at(root, 12);

	if (!bytes_starts(root, BYTES("BSJB")) || !part(root, 16, version, &name))
		return false;
	rest = bytes_skip(root, 16 + (size_t)version);
	uint32_t count = u16_at(rest, 2);

	rest = bytes_skip(rest, 4);
	for (uint32_t i = 0; i < count; i++) {
		bytes octets;

		if (!bytes_take(&rest, 8, &header))
			return false;
		name = bytes_slice(rest, 0, bytes_find(rest, '\0'));
		rest = bytes_skip(rest, (name.n / 4 + 1) * 4);
		if (name.n > 32 || !part(root, u32_at(header, 0), u32_at(header, 4), &octets))
			return false;
		if (bytes_is(name, "#~") || bytes_is(name, "#-"))
			*out_tables = octets;
		else if (bytes_is(name, "#Strings"))
			pe->strings = octets;
		else if (bytes_is(name, "#Blob"))
			pe->blobs = octets;
		else if (bytes_is(name, "#GUID"))
			pe->guids = octets;
	}
	return true;
}

static int read_metadata(bytes root, struct pe *pe, err *e)
{
	bytes tables = BYTES("");
	struct row r;

	if (!take_streams(root, pe, &tables))
		return bad(e, "the metadata's streams lead outside of it");
	if (!take_tables(tables, pe))
		return bad(e, "the metadata's tables lead outside of them");
	pe->kind = PE_MODULE;
	read_module(pe);
	pe->references = pe->tables[ASSEMBLY_REF].rows;
	pe->members = pe->tables[MEMBER_REF].rows;
	pe->imports = pe->tables[IMPL_MAP].rows;
	if (!row_at(pe, ASSEMBLY, 1, &r))
		return 0;
	(void)take_number(&r, 4); /* hash algorithm */
	if (!read_identity(&r, &pe->assembly))
		return bad(e, "an assembly without a name");
	pe->kind = PE_ASSEMBLY;
	pe->target = find_target(pe);
	return 0;
}

int pe_read(bytes file, struct pe *out, err *e)
{
	struct image image = { 0 };
	bytes cli, metadata, native;

	*out = (struct pe){ 0 };
	if (!bytes_starts(file, BYTES("MZ")))
		return 0;
	int opened = open_image(file, &image);

	if (opened <= 0)
		return opened < 0 ? bad(e, "the headers are cut off") : 0;
	out->kind = PE_NATIVE;
	if (image.cli_address == 0)
		return 0;
	if (image.cli_size < CLI_HEADER || !at_address(&image, image.cli_address, CLI_HEADER, &cli) ||
	    !at_address(&image, u32_at(cli, 8), u32_at(cli, 12), &metadata))
		return bad(e, "the CLI header or the metadata lie outside of it");
	out->ready_to_run = at_address(&image, u32_at(cli, 64), 4, &native) &&
	                    bytes_starts(native, BYTES("RTR\0"));
	return read_metadata(metadata, out, e);
}
