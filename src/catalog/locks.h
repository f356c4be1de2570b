/* SPDX-License-Identifier: Apache-2.0 */
/* locks - lock files that are no JSON, read by their lines.
 *
 * Their tools write them, always in the same form; what else YAML or TOML would allow is not
 * understood and not needed. Each emits items of LANGUAGE_DECLARED, and that the file is known.
 * Threading: one inspection's. */
#pragma once

#include "image/inspector.h"

/* yarn.lock version 1 (classic): blocks of `name@range, name@range:` and `  version "1.2.3"`; and
 * since version 2 the same as YAML. pnpm-lock.yaml 5 to 9: the keys below `packages:`. bun.lock
 * (bun.sh/docs, "Lockfile"): the lines of "packages". */
void locks_read_yarn(struct inspection *in);
void locks_read_pnpm(struct inspection *in);
void locks_read_bun(struct inspection *in);

/* poetry.lock, uv.lock, pdm.lock, Cargo.lock: [[package]] tables with name and version; pylock.toml
 * (PEP 751): [[packages]]. Not what lies in the tree itself: in uv.lock, pdm.lock and pylock.toml
 * that says so (editable, virtual, path, directory), in Cargo.lock it has no source. */
void locks_read_poetry(struct inspection *in);
void locks_read_cargo(struct inspection *in);

/* Gemfile.lock: lines of four blanks, "    name (version)", below "specs:". */
void locks_read_gemfile(struct inspection *in);

/* go.mod: lines "require name version", alone or in a block; since Go 1.17 it names what is needed
 * indirectly, too. Replaced modules are not followed: what is required is what is declared. */
void locks_read_go(struct inspection *in);

/* requirements.txt: lines `name==version`; others say no version and declare nothing. */
void locks_read_requirements(struct inspection *in);
