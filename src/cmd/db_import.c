/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum db import FILE` - a database that came on another way into its place. */
#include "cmd/db.h"
#include "cmd/message.h"
#include "cmd/status.h"
#include "flow/db.h"

struct db_import_flags {
	const char *db;
	bool allow_older;
};

#define FIELD(name) offsetof(struct db_import_flags, name)
static const struct flag flags[] = {
	{ 0, "db", "FILE", FLAG_TEXT, FIELD(db), "where to (~/.cache/oakum/vulnerabilities.db)" },
	{ 0, "allow-older", NULL, FLAG_SWITCH, FIELD(allow_older),
	  "also one with an older feed, or without one" },
	{ 0 },
};

static int db_import_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	const struct db_import_flags *f = options;
	const char *path = db_path(job, f->db);
	const struct db_place place = { .path = path,
		                            .allow_older = f->allow_older,
		                            .now = job->clock_ns / 1000000000 };

	if (!path)
		return err_set(e, ERR_USAGE, 0, "there is no home folder: say where with --db FILE");
	if ((!f->db && db_make_folder(job, path, e) < 0) ||
	    db_import(operands->items[0], &place, e) < 0)
		return -1;
	message_note(job, path, "imported");
	return STATUS_DONE;
}

const struct applet applet_db_import = {
	.name = "db import",
	.brief = "put a database in its place, for machines offline",
	.operands = "FILE",
	.about = "Reads the whole database, checks each block, and puts it in the place of the old\n"
			 "one, which stays when anything is wrong. One that lacks a feed of the old one or\n"
			 "has an older one is refused: somebody may want to hide a vulnerability.",
	.operands_min = 1,
	.operands_max = 1,
	.flags = flags,
	.options_size = sizeof(struct db_import_flags),
	.examples = { { "oakum db import /media/usb/vuln.db", "into the default place" },
	              { "oakum db import --db ./vuln.db vuln-2026-11.db", "elsewhere" } },
	.run = db_import_run,
};
