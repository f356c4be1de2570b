/* SPDX-License-Identifier: Apache-2.0 */
/* elf - where an executable's own content ends.
 *
 * Linkers end a file with the section header table, stripped of it with the last segment; whatever
 * stands behind was appended (a .NET single-file bundle, a self-extracting archive). System V ABI,
 * chapter 4 "ELF Header" and chapter 5 "Program Header"; both classes, both byte orders.
 * This is not a loader and reads no sections. Threading: pure functions. */
#pragma once

#include "base/bytes.h"

/* elf_end(head, out): the offset behind the section header table, the program header table and
 * every segment, as far as the first octets of the file tell. Program headers count as far as they
 * stand in head; without a section header table all of them must. False when head is no ELF
 * header, its numbers pass INT64_MAX, or head is too short to say. The offset may lie beyond the
 * file. */
bool elf_end(bytes head, uint64_t *out);
