/* SPDX-License-Identifier: Apache-2.0 */
/* elf_writer - programs and libraries without code, written with the structures of <elf.h> (the C
 * library's account of the System V ABI): for the tests of who loads what. */
#pragma once

#include "base/buf.h"
#include "base/limits.h"
#include "unit.h"

#include <elf.h>

struct elf_options {
	const char *loader; /* makes it a program */
	const char *soname, *rpath, *runpath;
	const char *needs[4], *imports[4];
	bool is_static;   /* no dynamic section */
	bool is_far;      /* the texts stand behind the first segment, as patchelf puts them */
	uint16_t machine; /* 0: x86-64 */
};

struct elf_writing {
	buf texts, symbols, dynamic;
};

static inline uint64_t elf_text(struct elf_writing *w, const char *s)
{
	uint64_t at = w->texts.n;

	buf_put(&w->texts, bytes_of(s, strlen(s) + 1));
	return at;
}

static inline void elf_entry(struct elf_writing *w, int64_t tag, uint64_t value)
{
	const Elf64_Dyn d = { .d_tag = tag, .d_un.d_val = value };

	buf_put(&w->dynamic, bytes_of(&d, sizeof(d)));
}

static inline void elf_symbol(struct elf_writing *w, const char *name, uint16_t section)
{
	const Elf64_Sym s = { .st_name = *name ? (Elf64_Word)elf_text(w, name) : 0,
		                  .st_shndx = section };

	buf_put(&w->symbols, bytes_of(&s, sizeof(s)));
}

static inline void elf_fill(const struct elf_options *o, struct elf_writing *w)
{
	elf_text(w, "");
	elf_symbol(w, "", SHN_UNDEF);
	elf_symbol(w, "main", 1); /* its own, whatever its name */
	elf_symbol(w, "dlopen_of_its_own", 1);
	for (size_t i = 0; i < 4 && o->imports[i]; i++)
		elf_symbol(w, o->imports[i], SHN_UNDEF);
	for (size_t i = 0; i < 4 && o->needs[i]; i++)
		elf_entry(w, DT_NEEDED, elf_text(w, o->needs[i]));
	if (o->soname)
		elf_entry(w, DT_SONAME, elf_text(w, o->soname));
	if (o->rpath)
		elf_entry(w, DT_RPATH, elf_text(w, o->rpath));
	if (o->runpath)
		elf_entry(w, DT_RUNPATH, elf_text(w, o->runpath));
}

/* elf_write(o, out): a file of at least a page and a half, its dynamic section behind a page. */
static inline void elf_write(const struct elf_options *o, buf *out)
{
	enum { page = 4096 };
	const size_t base = 0x10000;
	uint8_t file[2 * page] = { 0 };
	struct elf_writing w = { BUF_INIT(page / 2), BUF_INIT(page / 2), BUF_INIT(page / 2) };
	Elf64_Phdr segments[3] = { { 0 } };
	Elf64_Ehdr head = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		                .e_type = ET_DYN,
		                .e_machine = o->machine ? o->machine : EM_X86_64,
		                .e_phoff = sizeof(head),
		                .e_phentsize = sizeof(*segments) };
	size_t front = sizeof(head) + sizeof(segments),
		   loader_n = o->loader ? strlen(o->loader) + 1 : 0;

	elf_fill(o, &w);
	size_t symbols = front + loader_n, texts = symbols + w.symbols.n, first = texts + w.texts.n;

	if (o->is_far) /* into the page of the dynamic section */
		texts = page + page / 2;
	elf_entry(&w, DT_SYMTAB, base + symbols);
	elf_entry(&w, DT_STRTAB, o->is_far ? base * 2 + texts : base + texts);
	elf_entry(&w, DT_STRSZ, w.texts.n);
	elf_entry(&w, DT_NULL, 0);
	segments[0] = (Elf64_Phdr){ .p_type = PT_LOAD, .p_vaddr = base, .p_filesz = first };
	if (!o->is_static)
		segments[1] = (Elf64_Phdr){ .p_type = PT_DYNAMIC,
			                        .p_offset = page,
			                        .p_vaddr = base * 2 + page,
			                        .p_filesz = w.dynamic.n };
	if (o->loader)
		segments[2] = (Elf64_Phdr){ .p_type = PT_INTERP, .p_offset = front, .p_filesz = loader_n };
	head.e_phnum = 3;

	memcpy(file, &head, sizeof(head));
	memcpy(file + sizeof(head), segments, sizeof(segments));
	if (o->loader)
		memcpy(file + front, o->loader, loader_n);
	memcpy(file + symbols, w.symbols.p, w.symbols.n);
	memcpy(file + texts, w.texts.p, w.texts.n);
	memcpy(file + page, w.dynamic.p, w.dynamic.n);
	buf_put(out, bytes_of(file, sizeof(file)));
	buf_done(&w.texts);
	buf_done(&w.symbols);
	buf_done(&w.dynamic);
}
