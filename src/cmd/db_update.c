/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum db update` - the vulnerability database, fetched: from feeds, or made by somebody else. */
#include "base/text.h"
#include "cmd/db.h"
#include "cmd/message.h"
#include "cmd/network.h"
#include "cmd/output.h"
#include "cmd/progress.h"
#include "cmd/status.h"
#include "cmd/who.h"
#include "flow/db_update.h"
#include "report/db_page.h"

struct db_update_flags {
	const char *db, *from, *digest;
	struct texts feeds;
	uint64_t timeout_ms;
	bool allow_older, no_progress;
	struct who_flags who;
	struct network_flags network;
};

#define FIELD(name) offsetof(struct db_update_flags, name)
static const struct flag flags[] = {
	{ 0, "db", "FILE", FLAG_TEXT, FIELD(db), "where to (~/.cache/oakum/vulnerabilities.db)" },
	{ 0, "from", "PLACE", FLAG_TEXT, FIELD(from), "a database: docker://NAME:TAG or https://..." },
	{ 0, "digest", "DIGEST", FLAG_TEXT, FIELD(digest), "that it must have (else PLACE.sha256)" },
	{ 0, "feed", "NAME[=URL]", FLAG_LIST, FIELD(feeds), "these feeds alone, from URL" },
	{ 0, "allow-older", NULL, FLAG_SWITCH, FIELD(allow_older),
	  "also one with an older feed, or without one" },
	{ 0, "timeout", "TIME", FLAG_TIME, FIELD(timeout_ms), "give up after this (1h)" },
	{ 0, "no-progress", NULL, FLAG_SWITCH, FIELD(no_progress), "no bar" },
	{ 0 },
};

struct running {
	struct job *job;
	struct progress bar;
	bool shown;
};

static void say_note(void *ctx, const char *about, const char *text)
{
	struct running *run = ctx;

	if (run->shown)
		progress_end(&run->bar);
	message_note(run->job, about, text);
}

static void say_fault(void *ctx, const char *document, const char *where, const char *what)
{
	struct running *run = ctx;
	struct arena *a = &run->job->arena;

	message_detail(run->job, document, *where ? arena_printf(a, "%s: %s", where, what) : what);
}

static void moved(void *ctx, uint64_t done, uint64_t total)
{
	struct running *run = ctx;

	if (run->shown && total != UINT64_MAX)
		progress_report(&run->bar, done, total);
}

static int check_flags(const struct db_update_flags *f, err *e)
{
	if (f->from && f->feeds.len > 0)
		return err_set(e, ERR_USAGE, 0, "--from and --feed exclude each other");
	if (f->digest && !f->from)
		return err_set(e, ERR_USAGE, 0, "--digest is of a database: it needs --from");
	if (who_is_said(&f->who) && !f->from)
		return err_set(e, ERR_USAGE, 0, "who signed is asked of a database: it needs --from");
	return 0;
}

static int prepare(struct job *job, const struct db_update_flags *f, struct db_update_options *o,
                   err *e)
{
	const char *registry = f->from && !strstr(f->from, "://") ? f->from : NULL;

	if (check_flags(f, e) < 0)
		return -1;
	if (f->from && strncmp(f->from, "docker://", 9) == 0)
		registry = f->from;
	if (network_prepare(job, &f->network, f->timeout_ms, registry, &o->registry, e) < 0)
		return -1;
	if (f->from)
		return 0;
	for (size_t i = 0; i < f->feeds.len; i++)
		if (source_choose(f->feeds.items[i], &job->arena, &o->documents, e) < 0)
			return -1;
	return f->feeds.len > 0 ? 0 : source_choose(NULL, &job->arena, &o->documents, e);
}

/* update(job, f, o, out, e): with who must have signed, where that is asked. */
static int update(struct job *job, const struct db_update_flags *f, struct db_update_options *o,
                  struct db_update_result *out, err *e)
{
	struct verify_terms terms = { 0 };
	int status = 0;

	if (who_is_said(&f->who) &&
	    (who_prepare(job, &f->who, &terms, e) < 0 ||
	     verifier_start(&terms, &o->registry.http.deadline, &o->verifier, e) < 0))
		status = -1;
	if (status == 0)
		status = db_update(o, &job->arena, out, e);
	verifier_stop(o->verifier);
	who_done(&terms);
	return status;
}

static int tell(struct job *job, const char *path, const struct db_update_result *r, err *e)
{
	struct database *db;
	struct stream out;
	const char *what = r->unchanged ? "nothing is newer" : "updated";

	if (r->octets > 0)
		what = arena_printf(&job->arena, "%s, %s of %s fetched", what, SIZE_TEXT(r->fetched),
		                    SIZE_TEXT(r->octets));
	else
		what = arena_printf(&job->arena, "%s, %s fetched", what, SIZE_TEXT(r->fetched));
	message_note(job, path, what);
	if (job->quiet)
		return 0;
	if (database_open(path, &db, e) < 0)
		return -1;
	output_stdout(&out);
	db_page(database_info(db), path, job->now, &out);
	database_close(db);
	return stream_finish(&out, e);
}

static int db_update_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	const struct db_update_flags *f = options;
	const char *path = db_path(job, f->db);
	struct running run = { .job = job, .bar = { .job = job, .target = "db update" } };
	struct db_update_result result;
	struct db_update_options o = {
		.place = { .path = path,
		           .allow_older = f->allow_older,
		           .now = job->clock_ns / 1000000000,
		           .own = !f->from },
		.timeout_ms = f->timeout_ms,
		.from = f->from,
		.digest = f->digest,
		.note = say_note,
		.fault = say_fault,
		.ctx = &run,
		.moved = { moved, &run },
	};

	(void)operands; /* it takes none */
	run.shown = job->err.is_tty && !job->quiet && !f->no_progress;
	if (!path)
		return err_set(e, ERR_USAGE, 0, "there is no home folder: say where with --db FILE");
	if (prepare(job, f, &o, e) < 0 || (!f->db && db_make_folder(job, path, e) < 0))
		return -1;
	int status = update(job, f, &o, &result, e);

	if (run.shown)
		progress_end(&run.bar);
	if (status < 0 || tell(job, path, &result, e) < 0)
		return -1;
	return result.failed > 0 ? STATUS_FAILED : STATUS_DONE;
}

const struct applet applet_db_update = {
	.name = "db update",
	.brief = "fetch the vulnerability database, or what is new of it",
	.operands = "",
	.about = "Makes it of feeds ('oakum db feeds'), or with --from fetches one made already.",
	.flags = flags,
	.groups = { { &network_flag_group, FIELD(network) }, { &who_flag_group, FIELD(who) } },
	.options_size = sizeof(struct db_update_flags),
	.examples = { { "oakum db update --from docker://ghcr.io/team/vulnerabilities:1", "" },
	              { "oakum db update --feed dotnet-releases --feed debian", "these feeds alone" } },
	.run = db_update_run,
};
