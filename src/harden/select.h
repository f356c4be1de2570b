/* SPDX-License-Identifier: Apache-2.0 */
/* select - which files of an image stay when it is hardened, and why.
 *
 * This room makes the safer image out of facts and a wish: what stays (select), what its settings
 * become (settings), what its package databases then say (database), and the layers (pour). Nothing
 * is read or written here; flow/harden.h does that.
 *
 * What stays, by the first rule that says so: what was asked for by name (--keep); the program
 * and what it surely loads (closure/closure.h: also what libraries are known to open by name);
 * the folders that the program has to itself, wholly; files that its words or its environment
 * name; what every program reads through its libraries (purpose.h); the libraries, data and
 * settings, but not the programs, of each package of the distribution of which something is
 * loaded, and of packages of data alone that those need by their own word; of the program's own
 * package everything. Data that no package owns, in a folder at the top that is not a
 * distribution's, or of the program's user. A program that may load or start anything (an
 * interpreter) keeps, besides, its modules (select_modules), all that its package needs, of what
 * other packages need no programs, and what no package owns, but neither a shell nor a package
 * manager. Where the wish is to keep a shell, and one is started, all packages count as loaded.
 * Of what stays the links that lead to it, the folders on the way and the licences.
 * Threading: pure. */
#pragma once

#include "catalog/facts.h"
#include "closure/closure.h"

enum select_why {
	SELECT_UNREACHED, /* nothing names it */
	SELECT_SHELL,
	SELECT_MANAGER,
	SELECT_DOCUMENT,
	SELECT_PASSING,    /* caches, logs */
	SELECT_PRIVILEGED, /* setuid, setgid, capabilities: without them of no use */
	SELECT_SECRET,
	SELECT_DEVICE,
	SELECT_RECORD, /* in a database: of a package that is gone */
	SELECT_ASKED,  /* this one and those behind it stay */
	SELECT_LOADED,
	SELECT_FOLDER,  /* in the program's own folder */
	SELECT_NAMED,   /* by its words, its environment; a volume */
	SELECT_NEEDED,  /* by every program */
	SELECT_PACKAGE, /* of a package of which something is loaded */
	SELECT_OWN,     /* data that no package owns, at the top or of the program's user */
	SELECT_LINK,
	SELECT_PARENT,
	SELECT_LICENCE,
	SELECT_DATABASE,
	SELECT_WHYS,
};
/* select_why_text(why): "the program loads it". Static. */
const char *select_why_text(enum select_why why);
static inline bool select_stays(uint8_t why)
{
	return why >= SELECT_ASKED;
}

/* What becomes of a package of the distribution. */
enum select_fate {
	SELECT_GONE,
	SELECT_SETTINGS, /* nothing but files in etc: "removed, but its configuration is there" */
	SELECT_PRESENT,
};

/* Files that a program which may load anything surely does, beyond what leads on from it: the
 * modules of interpreters that packages bring, whoever owns them, package managers aside, and
 * programs and libraries that no package owns. */
struct select_modules {
	uint32_t *items; /* nodes */
	size_t len, cap;
};

struct select_wish {
	struct strings keep;         /* patterns of paths (path_fits) */
	bool shell;                  /* shells may stay where something loads them */
	const uint8_t *secrets;      /* of each node: it holds a secret */
	const struct strings *words; /* of the command line */
	const struct select_modules *modules;
	uint32_t uid; /* of the image's user; 0: whose files tell nothing */
};

struct selection {
	uint8_t *why;           /* enum select_why, of each node */
	uint8_t *fates;         /* enum select_fate, of each package */
	struct strings folders; /* of the program's own */
	bool is_wide;           /* the program may load or start anything */
};

/* select_modules(image, facts, closure, wish, a, out): for closure_find's options, which finds what
 * these load; none where the program is bound. wish->shell alone matters. Arena. */
void select_modules(const struct image *image, const struct facts *facts,
                    const struct closure *closure, const struct select_wish *wish, struct arena *a,
                    struct select_modules *out);

/* select_files(image, facts, closure, wish, a, out): facts->packages as tree nodes name them;
 * a closure that is not unsaid.
 * O(files * patterns). Arena. */
void select_files(const struct image *image, const struct facts *facts,
                  const struct closure *closure, const struct select_wish *wish, struct arena *a,
                  struct selection *out);

/* select_rpm_is_pending(tree, path): beside this file of rpm's lies a write-ahead log that is not
 * empty, which nobody here reads: what it changes is not among the facts, so all of them stay as
 * they are. */
bool select_rpm_is_pending(const struct tree *tree, bytes path);

/* select_is_system(p): a package of the distribution, not of a language. */
static inline bool select_is_system(const struct package *p)
{
	return p->ecosystem == ECO_DEB || p->ecosystem == ECO_APK || p->ecosystem == ECO_RPM;
}
