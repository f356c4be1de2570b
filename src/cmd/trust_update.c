/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/trust_update.c - `oakum trust update`: whom Sigstore trusts today, fetched and proven. */
#include "base/limits.h"
#include "base/text.h"
#include "cmd/message.h"
#include "cmd/network.h"
#include "cmd/output.h"
#include "cmd/roots.h"
#include "cmd/status.h"
#include "flow/trust_update.h"
#include "sys/file.h"
#include "trust/public_good.h"

#include <inttypes.h>

struct trust_update_flags {
	const char *mirror, *root, *clock, *cacert;
	uint64_t timeout_ms;
	bool plain_http;
};

#define FIELD(name) offsetof(struct trust_update_flags, name)
static const struct flag flags[] = {
	{ 0, "mirror", "URL", FLAG_TEXT, FIELD(mirror),
	  "where it lies, file:///FOLDER too (Sigstore's)" },
	{ 0, "root", "FILE", FLAG_TEXT, FIELD(root), "a root.json to begin with (Sigstore's)" },
	{ 0, "clock", "TIME", FLAG_TEXT, FIELD(clock), "take this for now: 2026-08-26T12:00:00Z" },
	{ 0, "cacert", "FILE", FLAG_TEXT, FIELD(cacert), "authorities of the server, PEM" },
	{ 0, "plain-http", NULL, FLAG_SWITCH, FIELD(plain_http), "without TLS, beyond this machine" },
	{ 0, "timeout", "TIME", FLAG_TIME, FIELD(timeout_ms), "give up after this (1h)" },
	{ 0 },
};

/* Of a repository with another root: the front of its digest. */
static const char *name_of(struct job *job, bytes root)
{
	const digest d = digest_of(DIGEST_SHA256, root);
	buf hex = BUF_INIT(16);

	if (root.n == 0 || (root.n == trust_public_tuf_len &&
	                    memcmp(root.p, trust_public_tuf, root.n) == 0))
		return ROOTS_PUBLIC;
	text_hex(&hex, bytes_of(d.value, 8));
	const char *name = arena_str(&job->arena, buf_bytes(&hex));

	buf_done(&hex);
	return name;
}

static int prepare(struct job *job, const struct trust_update_flags *f,
                   struct trust_update_options *o, err *e)
{
	const struct network_flags network = { .cacert = f->cacert, .plain_http = f->plain_http };

	if (f->root && file_read_all(f->root, LIMIT_TUF_FILE, &job->arena, &o->root, e) < 0)
		return -1;
	if (f->root && !f->mirror)
		return err_set(e, ERR_USAGE, 0, "--root is of a repository: say where with --mirror");
	o->mirror = f->mirror ? f->mirror : TRUST_PUBLIC_MIRROR;
	o->folder = roots_folder(job);
	o->name = name_of(job, o->root);
	o->now = job->clock_ns / 1000000000;
	o->timeout_ms = f->timeout_ms;
	if (!o->folder)
		return err_set(e, ERR_USAGE, 0, "there is no home folder: set XDG_DATA_HOME");
	if (f->clock && !text_from_date(bytes_str(f->clock), &o->now))
		return err_set(e, ERR_USAGE, 0, "--clock is a time like 2026-08-26T12:00:00Z, not '%s'",
		               SHOW(bytes_str(f->clock)));
	return network_prepare(job, &network, f->timeout_ms, NULL, &o->registry, e);
}

static int trust_update_run(struct job *job, const void *options, const struct texts *operands,
                            err *e)
{
	struct trust_update_options o = { 0 };
	struct trust_update_result r;
	struct stream out;

	(void)operands; /* it takes none */
	if (prepare(job, options, &o, e) < 0)
		return -1;
	if (trust_update(&o, &job->arena, &r, e) < 0)
		return e->kind == ERR_USAGE ? -1 : err_wrap(e, "%s", SHOW(bytes_str(o.mirror)));
	output_stdout(&out);
	stream_printf(&out, "%s: root %" PRIu64 ", timestamp %" PRIu64 ", snapshot %" PRIu64
	                    ", targets %" PRIu64 "\n",
	              r.unchanged ? "nothing is newer" : "updated", r.version[TUF_ROOT],
	              r.version[TUF_TIMESTAMP], r.version[TUF_SNAPSHOT], r.version[TUF_TARGETS]);
	stream_show(&out, bytes_str(r.path));
	stream_puts(&out, "\n");
	return stream_finish(&out, e) < 0 ? -1 : STATUS_DONE;
}

const struct applet applet_trust_update = {
	.name = "trust update",
	.brief = "bring the trusted root up to date",
	.operands = "",
	.about = "Walks Sigstore's TUF repository from the root that is built in, or --root's:\n"
			 "enough signatures, nothing expired, nothing older than what is here. What it\n"
			 "leads to is then the trusted root of every command, until the next update. No\n"
			 "other command fetches one.",
	.flags = flags,
	.options_size = sizeof(struct trust_update_flags),
	.examples = { { "oakum trust update", "Sigstore's public instance" },
	              { "oakum trust update --mirror https://tuf.example --root root.json",
	                "one of your own" } },
	.run = trust_update_run,
};
