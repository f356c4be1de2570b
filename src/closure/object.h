/* SPDX-License-Identifier: Apache-2.0 */
/* object - what one file says it loads: what the inspector finds in it, and how it travels.
 *
 * Programs and libraries (ELF) name libraries, scripts their interpreter, assemblies of .NET other
 * assemblies and native libraries; a few files of the loader's name folders. Beside what a file
 * names stands what it might do without naming it: load or start by a name that is made up as it
 * runs. What was too large or too odd to be read says so. Names are untrusted octets.
 * Threading: values; the inspector belongs to the worker's one thread. */
#pragma once

#include "base/buf.h"
#include "base/limits.h"
#include "fmt/elf_dynamic.h"
#include "image/inspector.h"

enum object_kind {
	OBJECT_NONE,
	OBJECT_ELF,
	OBJECT_SCRIPT,
	OBJECT_ASSEMBLY,
	OBJECT_FOLDERS, /* ld.so.conf and the like: a line each */
};
#define OBJECT_KINDS (OBJECT_FOLDERS + 1)

/* What a file may do with names that nobody can read beforehand. */
enum object_freedom {
	FREE_LIBRARIES = 1,  /* dlopen(3); NativeLibrary.Load */
	FREE_PROGRAMS = 2,   /* exec(3), posix_spawn(3), system(3); Process.Start */
	FREE_ASSEMBLIES = 4, /* Assembly.Load, Type.GetType */
	FREE_UNREAD = 8,     /* what it does could not be read */
};
#define FREE_ALL 15U

struct object_names {
	bytes *items;
	size_t len, cap;
};

struct object {
	enum object_kind kind;
	uint32_t freedom;
	/* ELF */
	enum elf_kind form;
	bool wide;
	uint16_t machine;
	bytes soname, rpath, runpath;
	bytes loader;                /* a program's; a script's interpreter with its argument */
	bytes text;                  /* FOLDERS: the file; ASSEMBLY: its name */
	struct object_names needs;   /* ELF: libraries; ASSEMBLY: assemblies */
	struct object_names natives; /* ASSEMBLY: libraries it calls functions of */
};

extern const struct inspector closure_inspector;

/* object_pack(o, out), object_unpack(item, a, out): the form of an item. Unpacking trusts nothing:
 * false for what no inspector of this version writes. Borrows item; lists are the arena's. */
void object_pack(const struct object *o, buf *out);
bool object_unpack(bytes item, struct arena *a, struct object *out);
