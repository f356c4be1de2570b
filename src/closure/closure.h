/* SPDX-License-Identifier: Apache-2.0 */
/* closure - which files of an image the program that it starts can load at all.
 *
 * This room follows names: the entry point and its arguments, through wrappers (tini, env), plain
 * commands of `sh -c` and scripts' first lines; the loader and the libraries that programs ask for
 * (glibc's ld.so(8) and musl's search, in the merged files); names that well-known libraries are
 * known to pass to dlopen(3); for .NET the runtime's folders and the assemblies and native
 * libraries that assemblies refer to. Where a file may load or start things by a name that it
 * makes as it runs, all files of that kind are called unclear; a shell or an interpreter, which
 * may do anything, and a file that could not be read make everything unclear. So REACH_NO is said
 * only of files that no name leads to and nothing can make a name for. It holds for the entry
 * point as the image has it: who starts another program in the container, or mounts files into
 * it, makes it void; and reading a file as data is no loading.
 * Evidence comes from closure_inspector (object.h). Threading: pure over a finished image. */
#pragma once

#include "closure/object.h"
#include "image/image.h"
#include "model/package.h"

struct closure_options {
	/* nodes of .NET single-file programs: their assemblies are inside, and not looked into */
	const uint32_t *bundles;
	size_t bundles_len;
	/* words of a program that is started besides: a health check's; NULL */
	const struct strings *besides;
	/* nodes that are loaded besides, of which the libraries are followed: modules */
	const uint32_t *modules;
	size_t modules_len;
};

struct closure {
	const char *unsaid;   /* why nothing is known: the image names no program, ...; NULL: it is */
	uint32_t program;     /* the file that the first word means; TREE_NONE when unsaid */
	uint32_t besides;     /* the same of options' words; TREE_NONE: it is not there */
	bool everything;      /* all files are unclear at least */
	bool unbound;         /* so because of what it surely starts: a shell, an interpreter */
	const uint8_t *reach; /* enum reach, of each node of the tree; also of links to programs */
	struct {
		const char **items; /* why some files are unclear, as clauses: "usr/bin/perl is ..." */
		size_t len, cap;
	} doubts;
};

/* closure_interpreter(name): how the folders begin in which the interpreter of this name
 * ("python3.11") has its modules: "python"; NULL-terminated. NULL: it is none. Static. */
const char *const *closure_interpreter(bytes name);

#define CLOSURE_DOUBTS 20 /* named; who has more of them is told nothing by further ones */

/* closure_find(image, options, a, out): O(files). Arena. */
void closure_find(const struct image *image, const struct closure_options *options, struct arena *a,
                  struct closure *out);

/* closure_of(c, tree, node): of a file, whatever name leads to its content. */
enum reach closure_of(const struct closure *c, const struct tree *tree, uint32_t node);
