/* SPDX-License-Identifier: Apache-2.0 */
/* catalogers - inside this room: the catalogers by name.
 *
 * Inspector numbers stand in the cache and are never reused: 1 os-release, 2 dpkg, 3 apk, 4
 * accounts, 5 databases that are not read, 6 Debian's copyright files, from 20 on .NET (20 what
 * runs, 21 sources), 40 rpm, 41 chisel, from 60 on languages (60 Go, npm, Python, Java, Rust, gem,
 * 66 Composer, 67 notes in programs, 68 programs built by hand); 80 is the search for secrets
 * (secret/inspector.h), 90 what files load (closure/object.h). */
#pragma once

#include "catalog/facts.h"

extern const struct cataloger catalog_os_release, catalog_dpkg, catalog_apk, catalog_accounts,
	catalog_rpm, catalog_chisel, catalog_debian_copyright, catalog_built, catalog_elf_note,
	catalog_dotnet, catalog_dotnet_source, catalog_golang, catalog_npm, catalog_python,
	catalog_java, catalog_rust, catalog_gem, catalog_composer, catalog_unread;
