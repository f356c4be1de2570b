/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/prune.c - `oakum prune`: what is kept on this machine to be quicker next time, and was not
 * used for a while, is removed. */
#include "base/text.h"
#include "cmd/message.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/reading.h"
#include "cmd/status.h"
#include "flow/harden.h"
#include "flow/launch.h"
#include "flow/seal_keep.h"
#include "image/cache_db.h"
#include "image/cache_prune.h"
#include "rootfs/rootfs_prune.h"
#include "runtime/place.h"
#include "vuln/shipped.h"

#include <errno.h>
#include <stddef.h>

#define DEFAULT_AGE "30d"

struct prune_flags {
	const char *older_than, *cache_dir;
	bool dry;
};

#define FIELD(name) offsetof(struct prune_flags, name)
static const struct flag flags[] = {
	{ 0, "older-than", "TIME", FLAG_TEXT, FIELD(older_than),
	  "what was not used for so long (" DEFAULT_AGE "); 0: all" },
	{ 0, "dry-run", NULL, FLAG_SWITCH, FIELD(dry), "remove nothing, say what would go" },
	{ 0, "cache-dir", "DIR", FLAG_TEXT, FIELD(cache_dir),
	  "what seal and scans keep (~/.cache/oakum)" },
	{ 0 },
};

struct prune {
	struct job *job;
	const struct prune_flags *flags;
	struct stream out;
	const char *cache; /* NULL: there is none of ours */
	int64_t before;    /* seconds */
	uint64_t octets;
};

static int take_age(struct prune *p, err *e)
{
	const char *text = p->flags->older_than ? p->flags->older_than : DEFAULT_AGE;
	uint64_t ms = 0;

	if (strcmp(text, "0") != 0 && !options_take_time(text, &ms))
		return err_set(e, ERR_USAGE, 0, "--older-than is a time like 30d or 12h, or 0, not '%s'",
		               SHOW(bytes_str(text)));
	/* 0 is all, also where a clock was wrong. */
	p->before = ms > 0 ? p->job->clock_ns / 1000000000 - (int64_t)(ms / 1000) : INT64_MAX;
	return 0;
}

/* What lies in a folder that others can write to may be anybody's: nothing of it goes. */
static int find_cache(struct prune *p, err *e)
{
	const char *dir = reading_cache_dir(p->job, p->flags->cache_dir);
	int own = dir ? cache_db_own(dir, e) : 0;

	p->cache = own > 0 ? dir : NULL;
	return own < 0 ? -1 : 0;
}

static void say(struct prune *p, const char *kind, const struct removed *r, uint64_t running)
{
	stream_printf(&p->out, "%-10s %9s %11s %9s", kind, COUNT_TEXT(r->count), SIZE_TEXT(r->octets),
	              COUNT_TEXT(r->kept));
	if (running > 0)
		stream_printf(&p->out, "   (images in use: %s)", COUNT_TEXT(running));
	stream_puts(&p->out, "\n");
	p->octets += r->octets;
}

/* -- kinds ------------------------------------------------------------------------------------- */

static void say_waiting(void *ctx)
{
	const struct prune *p = ctx;

	message_note(p->job, NULL, "an image is being unpacked: waiting until that is done");
}

static int prune_layers(struct prune *p, err *e)
{
	struct rootfs_prune_options o = {
		.before = p->before, .dry = p->flags->dry, .wait = say_waiting, .wait_ctx = p
	};
	struct rootfs_pruned done = { 0 };
	int status = launch_store(p->job->environment, &p->job->arena, &o.store, e);

	if (status == 0)
		status = rootfs_prune(&o, &p->job->arena, &done, e);
	say(p, "layers", &done.layers, done.running);
	say(p, "images", &done.known, 0);
	return status;
}

/* sweep_stages(p, done, e): with their cgroups. Where no runtime is, nothing was started. */
static int sweep_stages(struct prune *p, struct removed *done, err *e)
{
	const struct host_options look = { .environment = p->job->environment };
	const char *store;
	struct host host;

	if (launch_store(p->job->environment, &p->job->arena, &store, e) < 0)
		return -1;
	if (host_look(&look, &p->job->arena, &host, e) < 0) {
		if (e->kind != ERR_ABSENT)
			return -1;
		err_clear(e);
		return 0;
	}
	place_sweep(launch_stages(store, &p->job->arena), &host, p->flags->dry, done);
	return 0;
}

/* What killed processes left: stages of containers, the folder of a harden; and older builds. */
static int sweep(struct prune *p, err *e)
{
	const struct folder_kind work = { .above = job_tmp(p->job), .prefix = HARDEN_WORK };
	struct removed done = { 0 };
	int status = sweep_stages(p, &done, e);

	folder_sweep(&work, p->flags->dry, &done);
	if (p->cache && shipped_prune(p->cache, p->before, p->flags->dry, &done) < 0 && status == 0)
		status = err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(p->cache)));
	say(p, "left over", &done, 0);
	return status;
}

static int prune_sealing(struct prune *p, err *e)
{
	const char *kept = p->cache ? seal_keep_folder(p->cache, &p->job->arena) : NULL;
	struct removed done = { 0 };
	int status = 0;

	if (kept && removal_old(kept, p->before, p->flags->dry, &done) < 0)
		status = err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(kept)));
	say(p, "sealing", &done, 0);
	return status;
}

static int prune_evidence(struct prune *p, err *e)
{
	struct removed done = { 0 };

	if (p->cache && cache_prune(p->cache, p->before, p->flags->dry, &done, e) < 0)
		return -1;
	say(p, "evidence", &done, 0);
	return 0;
}

/* -- all of it --------------------------------------------------------------------------------- */

/* SQLite needs room on a full disk to remove something: it comes last. */
static int (*const kinds[])(struct prune *p, err *e) = { find_cache, prune_layers, sweep,
	                                                     prune_sealing, prune_evidence };

static int prune_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	struct prune p = { .job = job, .flags = options };
	enum status status = STATUS_DONE;

	(void)operands;
	if (take_age(&p, e) < 0)
		return -1;
	output_stdout(&p.out);
	stream_printf(&p.out, "%-10s %9s %11s %9s\n", "KIND", p.flags->dry ? "WOULD GO" : "REMOVED",
	              "SIZE", "KEPT");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		err failure = { 0 };

		if (kinds[i](&p, &failure) == 0)
			continue;
		message_error(job, NULL, &failure);
		status = status_worse(status, status_of(failure.kind));
	}
	stream_printf(&p.out, "%-10s %9s %11s\n", "total", "", SIZE_TEXT(p.octets));
	return stream_finish(&p.out, e) < 0 ? -1 : (int)status;
}

const struct applet applet_prune = {
	.name = "prune",
	.brief = "remove what is kept on this machine and unused",
	.operands = "",
	.about = "Removes your own layers that run, prove and learn unpacked, what they know of\n"
			 "images, what killed commands left, what seal and the evidence cache keep.\n"
			 "What a container uses stays, and commands may run meanwhile; what went is made\n"
			 "again when it is needed. The vulnerability database and the trusted root are no\n"
			 "cache: they are never touched. The rows: doc/run.md.",
	.flags = flags,
	.options_size = sizeof(struct prune_flags),
	.examples = { { "oakum prune --dry-run", "what would go, and how much" },
	              { "oakum prune --older-than 0", "all that no container uses" } },
	.run = prune_run,
};
