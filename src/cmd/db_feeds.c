/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum db feeds` - where `oakum db update` fetches from, under which licence, how much it is. */
#include "cmd/db.h"
#include "cmd/output.h"
#include "cmd/status.h"
#include "flow/db_update.h"
#include "report/db_feeds.h"

struct db_feeds_flags {
	const char *db, *format;
};

#define FIELD(name) offsetof(struct db_feeds_flags, name)
static const struct flag flags[] = {
	{ 0, "db", "FILE", FLAG_TEXT, FIELD(db), "the database (~/.cache/oakum/vulnerabilities.db)" },
	{ 'f', "format", "table|json", FLAG_CHOICE, FIELD(format), "for people, or for programs" },
	{ 0 },
};

/* fetched(job, s, folder): the octets of its documents that are here. */
static uint64_t fetched(struct job *job, const struct source *s, const char *folder)
{
	struct source_documents documents = { 0 };
	struct update_feed f;
	uint64_t octets = 0;
	err none = { 0 }; /* one that is not fetched by an update has none */

	if (!folder || source_choose(s->name, &job->arena, &documents, &none) < 0)
		return 0;
	for (size_t i = 0; i < documents.len; i++)
		if (update_feed_kept(&documents.items[i], folder, &job->arena, &f))
			octets += f.octets;
	return octets;
}

static int db_feeds_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	const struct db_feeds_flags *f = options;
	const char *path = db_path(job, f->db);
	const char *folder = path ? db_documents_folder(path, &job->arena) : NULL;
	struct feeds_page page = { 0 };
	struct stream out;

	(void)operands; /* it takes none */
	for (const struct source *s = sources; s->name; s++)
		*ARENA_PUSH(&job->arena, &page) = (struct feed_row){ s, fetched(job, s, folder) };
	output_stdout(&out);
	if (f->format && strcmp(f->format, "json") == 0)
		db_feeds_json(&page, &out);
	else
		db_feeds_page(&page, &out);
	return stream_finish(&out, e) < 0 ? -1 : STATUS_DONE;
}

const struct applet applet_db_feeds = {
	.name = "db feeds",
	.brief = "the feeds that 'db update' fetches: address, licence, size",
	.operands = "",
	.about = "Each feed: whether an update fetches it unasked, how large it is, its licence\n"
			 "and its address. A licence that forbids passing a feed on keeps it out of what\n"
			 "is fetched unasked and of what 'db push' sends.",
	.flags = flags,
	.options_size = sizeof(struct db_feeds_flags),
	.examples = { { "oakum db feeds", "" },
	              { "oakum db feeds --format json", "for programs" } },
	.run = db_feeds_run,
};
