/* SPDX-License-Identifier: Apache-2.0 */
/* place - what a path of an image is for, by where it lies (Filesystem Hierarchy Standard 3.0 and
 * what Debian, Alpine, Fedora and .NET add to it).
 *
 * Paths are clean (base/path.h). Threading: pure. */
#pragma once

#include "base/bytes.h"

/* place_is_shared(folder): the distribution's own, or everybody's: no program has it to itself,
 * whatever the working folder says. */
bool place_is_shared(bytes folder);
/* place_is_document(path): for people: manuals, translations, examples; completions for shells. */
bool place_is_document(bytes path);
/* place_is_passing(path): caches, logs, lists of what could be installed; root's own folder. */
bool place_is_passing(bytes path);
/* place_is_needed(path): what every program reads through its libraries: accounts without their
 * passwords, names, certificates, time zones, the loader's and the crypto libraries' settings. */
bool place_is_needed(bytes path);
/* place_is_folder(path): a folder that a container has, also when it is empty. */
bool place_is_folder(bytes path);
/* place_is_settings(path): below etc. */
bool place_is_settings(bytes path);
/* place_is_program(path): in a folder of programs. */
bool place_is_program(bytes path);

/* The databases of what is installed. */
enum place_database {
	PLACE_NO_DATABASE,
	PLACE_DPKG,      /* paragraphs: var/lib/dpkg/status, and status.d's files of one each */
	PLACE_DPKG_FILE, /* of one package, by its name: info/NAME.list, status.d/NAME.md5sums */
	PLACE_APK,       /* lib/apk/db/installed */
	PLACE_WHOLE,     /* others, which are kept as they are: rpm's, chisel's; small ones */
	PLACE_RPM,       /* the same; nobody here can take a package out of it */
};
enum place_database place_database_of(bytes path);

/* place_tool(name): SHELL for shells, MANAGER for what installs packages, 0 for others. */
enum place_tool { PLACE_NO_TOOL, PLACE_SHELL, PLACE_MANAGER };
enum place_tool place_tool_of(bytes name);
