/* SPDX-License-Identifier: Apache-2.0 */
/* pe - what a Windows program or library says of itself as a CLI assembly: its identity, the
 * framework it was built for, the assemblies, members and native functions it refers to, whether it
 * holds compiled code.
 *
 * .NET keeps its libraries in this form on every system. Sources: Microsoft's PE format
 * specification; ECMA-335, 6th edition, partition II §24 (metadata) and §25 (file format);
 * dotnet/runtime, docs/design/coreclr/botr/readytorun-format.md. The version resource is not read:
 * a file version is no assembly version and neither is a package's.
 * This is not a loader and reads no code. Names are untrusted octets, borrowed from the file.
 * Nothing is allocated. Threading: pure functions over constant input. */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

enum pe_kind {
	PE_NONE,   /* no PE file at all */
	PE_NATIVE, /* machine code only */
	PE_MODULE, /* CLI metadata without an assembly of its own */
	PE_ASSEMBLY,
};

struct pe_identity {     /* of an assembly, or of one that is referred to */
	bytes name, culture; /* culture: "de" for translations; empty for code */
	uint16_t version[4];
};

#define PE_TABLES 0x24 /* Module (0x00) to AssemblyRef (0x23); what comes behind is not read */

struct pe {
	enum pe_kind kind;
	struct pe_identity assembly;
	bytes mvid;        /* 16 octets, as they stand; empty when there is none */
	bytes target;      /* TargetFrameworkAttribute: ".NETCoreApp,Version=v9.0"; empty when unsaid */
	bool ready_to_run; /* compiled ahead of time, beside its intermediate code */
	uint32_t references, members, imports;

	/* the metadata, for the functions below */
	bytes strings, blobs, guids;
	uint8_t heap_sizes;
	struct {
		bytes octets;
		uint32_t rows, row_size;
	} tables[PE_TABLES];
};

/* pe_read(file, out, e): a whole file. 0 with a kind, also for what is no PE file; -1 with
 * ERR_FORMAT when it says it is one and its headers or metadata lead outside of it.
 * O(custom attributes). */
int pe_read(bytes file, struct pe *out, err *e);

/* pe_reference(pe, i, out): assembly reference i, below pe->references; false when it is broken. */
bool pe_reference(const struct pe *pe, uint32_t i, struct pe_identity *out);

/* pe_member(pe, i, out): member reference i, below pe->members, of a type in another assembly;
 * false for other members and broken ones. */
struct pe_member {
	bytes space, type, name; /* System.Reflection, Assembly, Load */
	bytes signature;         /* ECMA-335 II.23.2 */
};
bool pe_member(const struct pe *pe, uint32_t i, struct pe_member *out);

/* pe_import(pe, i, out_library, out_name): function i, below pe->imports, of a native library
 * (P/Invoke): "libssl", "SSL_new"; false when it is broken. */
bool pe_import(const struct pe *pe, uint32_t i, bytes *out_library, bytes *out_name);
