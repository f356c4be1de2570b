/* SPDX-License-Identifier: Apache-2.0 */
/* purpose - what a path of an image is for, by where it lies (Filesystem Hierarchy Standard 3.0 and
 * what Debian, Alpine, Fedora and .NET add to it).
 *
 * Paths are clean (base/path.h). Threading: pure. */
#pragma once

#include "base/bytes.h"

/* purpose_is_shared(folder): the distribution's own, or everybody's: no program has it to itself,
 * whatever the working folder says. */
bool purpose_is_shared(bytes folder);
/* purpose_is_own(path): in a folder at the top that no distribution fills, or such a folder: what
 * lies there somebody put there for the program: data, srv/shop. Not opt, which holds software. */
bool purpose_is_own(bytes path);
/* purpose_is_document(path): for people: manuals, translations, examples; shells' completions. */
bool purpose_is_document(bytes path);
/* purpose_is_passing(path): caches, logs, lists of what could be installed; root's own folder. */
bool purpose_is_passing(bytes path);
/* purpose_is_needed(path): what every program reads through its libraries: accounts without their
 * passwords, names, certificates, time zones, the loader's and the crypto libraries' settings. */
bool purpose_is_needed(bytes path);
/* purpose_is_password(path): shadow(5), gshadow(5). */
bool purpose_is_password(bytes path);
/* purpose_is_folder(path): a folder that a container has, also when it is empty. */
bool purpose_is_folder(bytes path);
/* purpose_is_settings(path): below etc. */
bool purpose_is_settings(bytes path);
/* purpose_is_program(path): in a folder of programs. */
bool purpose_is_program(bytes path);

/* The databases of what is installed. */
enum purpose_database {
	PURPOSE_NO_DATABASE,
	PURPOSE_DPKG,      /* paragraphs: var/lib/dpkg/status, and status.d's files of one each */
	PURPOSE_DPKG_FILE, /* of one package, by its name: info/NAME.list, status.d/NAME.md5sums */
	PURPOSE_APK,       /* lib/apk/db/installed */
	PURPOSE_WHOLE,     /* others, which are kept as they are: chisel's; small ones */
	PURPOSE_RPM_SQLITE,
	PURPOSE_RPM_NDB,
	PURPOSE_RPM_BDB,
	PURPOSE_RPM_LIST,   /* a text of all packages, whose files nobody knows: kept as it is */
	PURPOSE_RPM_BESIDE, /* indexes, logs and locks, which rpm makes when there are none */
};
enum purpose_database purpose_database_of(bytes path);

/* purpose_tool_of(name): SHELL for shells, MANAGER for what installs packages, 0 for others. */
enum purpose_tool { PURPOSE_NO_TOOL, PURPOSE_SHELL, PURPOSE_MANAGER };
enum purpose_tool purpose_tool_of(bytes name);
