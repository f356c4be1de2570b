/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum db status [FILE]` - what the vulnerability database holds and how old it is. */
#include "cmd/db.h"
#include "cmd/output.h"
#include "cmd/status.h"
#include "report/db_page.h"

struct db_status_flags {
	const char *db, *format;
};

#define FIELD(name) offsetof(struct db_status_flags, name)
static const struct flag flags[] = {
	{ 0, "db", "FILE", FLAG_TEXT, FIELD(db), "the database (~/.cache/oakum/vulnerabilities.db)" },
	{ 'f', "format", "table|json", FLAG_CHOICE, FIELD(format), "for people, or for programs" },
	{ 0 },
};

static int db_status_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	const struct db_status_flags *f = options;
	const char *path = db_path(job, operands->len > 0 ? operands->items[0] : f->db);
	struct database *db;
	struct stream out;

	if (!path)
		return err_set(e, ERR_USAGE, 0, "there is no home folder: say which with --db FILE");
	if (database_open(path, &db, e) < 0)
		return e->kind != ERR_ABSENT
		           ? -1
		           : err_wrap(e, "no database ('oakum db update' fetches one)");
	const digest root = database_digest(db);

	output_stdout(&out);
	if (f->format && strcmp(f->format, "json") == 0)
		db_page_json(database_info(db), &root, job->now, &out);
	else
		db_page(database_info(db), path, job->now, &out);
	database_close(db);
	return stream_finish(&out, e) < 0 ? -1 : STATUS_DONE;
}

const struct applet applet_db_status = {
	.name = "db status",
	.brief = "what the vulnerability database holds, how old it is",
	.operands = "[FILE]",
	.about = "Each feed: its newest record, what it gave, what was left out; and whether the\n"
			 "database is older than the last Patch Tuesday, the day Microsoft mends .NET on.",
	.operands_max = 1,
	.flags = flags,
	.options_size = sizeof(struct db_status_flags),
	.examples = { { "oakum db status", "the default one" },
	              { "oakum db status --format json vuln.db", "for programs" } },
	.run = db_status_run,
};
