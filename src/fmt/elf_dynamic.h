/* SPDX-License-Identifier: Apache-2.0 */
/* elf_dynamic - what a program or library asks of the loader: other libraries, where to look for
 * them, which symbols.
 *
 * System V ABI, chapter 5 "Dynamic Section", "Symbol Table"; DT_RUNPATH and tokens such as $ORIGIN
 * as in glibc's ld.so(8), which this only hands on. Linkers put the texts and symbols into the
 * first segment and the section itself far behind, so the two are given apart, as a stream may keep
 * them; texts that a tool moved elsewhere (patchelf) are not seen, and that is said.
 * This is not a loader: versions of symbols and relocations are not read. Threading: pure. */
#pragma once

#include "fmt/elf_map.h"

enum elf_kind {
	ELF_OTHER,   /* object files, core dumps */
	ELF_STATIC,  /* a program that needs no loader */
	ELF_PROGRAM, /* one that names its loader */
	ELF_LIBRARY, /* everything else with a dynamic section */
};

struct elf_place {
	uint64_t from, to;
};

/* elf_dynamic_places(m, out_front, out_section): which octets of the file elf_dynamic_open wants to
 * see: those of the first segment that is loaded, from the file's begin on, and the dynamic section
 * (empty: there is none). */
void elf_dynamic_places(const struct elf_map *m, struct elf_place *out_front,
                        struct elf_place *out_section);

struct elf_dynamic {
	enum elf_kind kind;
	struct elf_map map;
	uint16_t machine;
	bytes loader; /* of a program; borrowed, as all texts */
	bytes section, texts, symbols;
	bool broken; /* there is a section, but its texts or symbols are not where they can be seen */
};

/* elf_dynamic_open(front, section, out): false when front is no ELF header. */
bool elf_dynamic_open(bytes front, bytes section, struct elf_dynamic *out);

enum elf_tag { ELF_NEEDED = 1, ELF_SONAME = 14, ELF_RPATH = 15, ELF_RUNPATH = 29 };
/* elf_dynamic_text(d, tag, at, out): the next text of this tag from entry *at on (begin with 0);
 * false at the end. */
bool elf_dynamic_text(const struct elf_dynamic *d, enum elf_tag tag, uint32_t *at, bytes *out);

/* elf_dynamic_import(d, at, out): the name of the next symbol that others must bring, from number
 * *at on (begin with 0); false at the end. */
bool elf_dynamic_import(const struct elf_dynamic *d, uint32_t *at, bytes *out);
