/* SPDX-License-Identifier: Apache-2.0 */
/* papers - what people hand to a scan: ignore files, VEX, an earlier report, a ledger, settings.
 *
 * Each is read in a sealed worker (flow/scan_papers.h), comes back packed (base/pack.h) and is
 * unpacked as hostile. Threading: constant once read. */
#pragma once

#include "vuln/ledger.h"

enum paper_kind {
	PAPER_IGNORE, /* .trivyignore */
	PAPER_IGNORE_YAML,
	PAPER_VEX,
	PAPER_REPORT, /* of an earlier scan: the baseline */
	PAPER_LEDGER,
	PAPER_SETTINGS, /* a YAML mapping, as lines "scan.skip-dirs=usr,etc" */
};

struct paper {
	enum paper_kind kind;
	const char *name; /* for errors, and as the source of what it says */
	bytes text;
	digest about; /* of PAPER_VEX, see vex_read */
};

struct papers {
	struct ignore_list ignore;
	struct vex_list vex;
	struct word_list before; /* gate_keys */
	struct ledger ledger;
	struct word_list settings;
};

/* papers_read(p, now, a, out, e): add what one of them says. Arena; borrows from p. Errors of the
 * reader of its kind. */
int papers_read(const struct paper *p, int64_t now, struct arena *a, struct papers *out, err *e);

/* papers_pack(p, b). papers_unpack(in, a, out): add what was packed; false when it is broken or not
 * wholly read. Arena; borrows in. */
void papers_pack(const struct papers *p, buf *b);
bool papers_unpack(bytes in, struct arena *a, struct papers *out);
