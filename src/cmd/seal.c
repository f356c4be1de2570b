/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum seal IMAGE [DEST]` - the whole pipeline: read once, judge, and what passes is pushed,
 * signed, attested and read back. */
#include "flow/seal.h"

#include "base/limits.h"
#include "base/text.h"
#include "cmd/copying.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/roots.h"
#include "cmd/scan.h"
#include "cmd/seal_show.h"
#include "cmd/sealing.h"
#include "cmd/signing.h"
#include "flow/policy.h"
#include "flow/seal_pack.h"
#include "sys/file.h"

#include <stddef.h>

#define FORMATS "text|json|" ISSUES_FORMATS
#define ALL_FORMATS FORMATS "|sbom|cyclonedx|scan|secrets|settings|provenance"

struct seal_flags {
	const char *format;
	struct texts output;
	bool dry;
	struct sealing_flags sealing;
	struct signing_flags signing;
};

#define FIELD(name) offsetof(struct seal_flags, name)
static const struct flag flags[] = {
	{ 'f', "format", FORMATS, FLAG_CHOICE, FIELD(format), "what is told" },
	{ 'o', "output", "[NAME=]FILE", FLAG_LIST, FIELD(output),
	  "a format or a part: sbom, scan, provenance" },
	{ 0, "dry-run", NULL, FLAG_SWITCH, FIELD(dry), "judge, and write nothing anywhere" },
	{ 0 },
};

/* One run. */
struct run {
	struct job *job;
	struct job secrets; /* the same with an arena of its own, which is wiped after signing */
	struct seal_flags flags;
	struct target source, place;
	const char *place_name;
	struct texts images; /* that are signed: the place */
	struct reading reading;
	struct judging_flags judging_flags;
	struct judging judging;
	struct signing signing;
	bool may_sign; /* signing is to be closed */
	bool is_noted; /* that something is not kept */
	struct seal_show show;
	struct seal_options options;
	struct seal_page page;
};

/* -- what seal_run asks ------------------------------------------------------------------------ */

static void stage(void *ctx, const struct seal_page *page, enum seal_stage which)
{
	struct run *r = ctx;

	progress_end(&r->reading.progress);
	seal_show_stage(&r->show, page, which);
}

static int judged(void *ctx, const struct seal_judged *j, const struct seal_papers *papers, err *e)
{
	struct run *r = ctx;

	return seal_show_judged(&r->show, &j->page, papers, e);
}

static int paper(void *ctx, enum seal_paper kind, bytes content, err *e)
{
	struct run *r = ctx;

	return seal_show_paper(&r->show, kind, content, e);
}

static int login(void *ctx, struct seal_hand *out, err *e)
{
	struct run *r = ctx;

	r->signing.as_tag = r->options.as_tag;
	if (signing_login(&r->signing, e) < 0)
		return -1;
	r->options.signature_as_tag &= signing_fits_tags(&r->signing);
	*out = (struct seal_hand){ r->signing.who, &r->signing.session };
	return 0;
}

static void logout(void *ctx)
{
	struct run *r = ctx;

	if (r->may_sign)
		signing_close(&r->signing);
	r->may_sign = false;
	arena_wipe(&r->secrets.arena);
}

/* A full disk keeps nothing of many things. */
static void note(void *ctx, const char *text)
{
	struct run *r = ctx;

	if (!r->is_noted)
		message_note(r->job, NULL, text);
	r->is_noted = true;
}

/* -- before anything is read ------------------------------------------------------------------- */

static int take_places(struct run *r, const struct texts *operands, err *e)
{
	bool has_place = operands->len > 1;
	struct arena *a = &r->job->arena;

	if ((has_place ? copying_source(r->job, operands->items[0], &r->source, e)
	               : target_parse_signed(operands->items[0], a, &r->source, e)) < 0)
		return -1;
	if (has_place && copying_destination(r->job, operands->items[1], &r->place, e) < 0)
		return -1;
	r->place_name = operands->items[has_place];
	*ARENA_PUSH(a, &r->images) = r->place_name;
	r->options.source = &r->source;
	r->options.place = has_place ? &r->place : NULL;
	return seal_refuse(&r->source, r->options.place, e);
}

/* Who signs, as far as that is known before anybody asks: another key, another job signs anew. */
static bytes name_signer(struct run *r)
{
	const struct signing_flags *f = &r->flags.signing;
	const char *attach = r->flags.sealing.attach ? r->flags.sealing.attach : "usual";
	struct arena *a = &r->job->arena;

	if (!f->key.key)
		return bytes_str(arena_printf(a, "keyless " PRIb " %s %s %s",
		                              BYTESF(r->options.build.builder),
		                              f->keyless.fulcio_url ? f->keyless.fulcio_url : "",
		                              f->keyless.signing_config ? f->keyless.signing_config : "",
		                              attach));
	const digest d = digest_of(DIGEST_SHA256, r->options.key);

	return bytes_str(arena_printf(a, "key %s %s", DIGEST_TEXT(&d), attach));
}

/* What would stop the signing is told before anything is read: the key is opened, and shut again,
 * since workers are forked after this. */
static int check_signer(struct run *r, err *e)
{
	const struct key_flags *f = &r->flags.signing.key;
	struct signer signer = { 0 };
	struct job own = *r->job;

	if (!f->key)
		return r->flags.dry || r->flags.signing.keyless.yes || r->job->err.is_tty
		           ? 0
		           : err_set(e, ERR_USAGE, 0,
		                     "who signs? --key KEY, or --yes: without a key, and published for "
		                     "ever");
	own.arena = (struct arena)ARENA_INIT;
	int status = keys_open(&own, f, &r->signing.words, &signer, e);

	if (status == 0)
		r->options.key = public_key_pem(signer.public, &r->job->arena);
	signer_done(&signer);
	arena_wipe(&own.arena);
	return status;
}

/* The database, ignore files and VEX documents, as a scan takes them. */
static int prepare_judging(struct run *r, err *e)
{
	const struct sealing_flags *f = &r->flags.sealing;

	r->judging_flags = (struct judging_flags){ .db = f->db,
		                                       .ignorefile = f->ignorefile,
		                                       .vex = f->vex };
	if (judging_prepare(&r->judging, r->job, &r->judging_flags, &r->reading, e) < 0)
		return -1;
	if (r->judging.attached)
		return err_set(e, ERR_USAGE, 0,
		               "--vex oci: what is attached is signed by nobody yet; name a file");
	r->reading.progress.target = r->source.text;
	r->options.wishes.image = r->reading.options;
	r->options.wishes.image.cache_dir = NULL; /* what is signed was read by this very run */
	r->options.wishes.scan = r->judging.options;
	r->options.wishes.now = r->job->now;
	r->options.wishes.tool_version = OAKUM_VERSION;
	r->options.platform = f->reading.platform ? &r->reading.options.platform : NULL;
	if (sealing_rule(f, &r->options.wishes.rule, e) < 0 ||
	    (f->fail_on && judging_lists(&r->options.wishes.rule, r->judging.options.db, e) < 0))
		return -1;
	return sealing_papers(f, r->options.wishes.papers, e);
}

/* Read again when it is asked; what is wrong in it is told before anything is done. */
static int check_policy(const struct run *r, err *e)
{
	const struct seal_options *o = &r->options;
	const struct policy_options options = { .path = o->policy,
		                                    .root = o->root,
		                                    .root_is_named = o->root_is_named,
		                                    .registry = o->to,
		                                    .now = o->clock,
		                                    .deadline = o->to.http.deadline };
	struct policy_session *session;

	if (!o->policy)
		return 0;
	if (policy_open(&options, &session, e) < 0)
		return err_wrap(e, "policy");
	policy_close(session);
	return 0;
}

static int prepare_trust(struct run *r, err *e)
{
	const struct sealing_flags *f = &r->flags.sealing;
	const char *dir = r->reading.options.cache_dir;
	struct seal_options *o = &r->options;

	o->policy = sealing_policy(f);
	o->root_is_named = r->flags.signing.keyless.trusted_root != NULL;
	o->clock = r->job->clock_ns / 1000000000;
	o->keep = (struct seal_keep){ dir, LIMIT_SEAL_CACHE, note, r };
	o->dry = r->flags.dry;
	o->report = r->reading.options.progress.report;
	o->report_ctx = r->reading.options.progress.ctx;
	o->calls = (struct seal_calls){ stage, judged, paper, login, logout, r };
	seal_build_find(r->job->environment, &(struct seal_said){ f->source, f->ref, f->commit },
	                &r->job->arena, &o->build);
	o->signer = name_signer(r);
	if (sealing_forms(f, o, e) < 0 ||
	    trust_root_text(r->job, r->flags.signing.keyless.trusted_root, &o->root, e) < 0)
		return -1;
	return network_prepare(r->job, &r->flags.signing.network, f->reading.timeout_ms, r->place_name,
	                       &o->to, e) < 0
	           ? -1
	           : check_policy(r, e);
}

/* A worker for what is written is forked before any secret is read (cmd/signing.h). */
static int prepare(struct run *r, const struct texts *operands, err *e)
{
	const struct sealing_flags *f = &r->flags.sealing;

	r->flags.signing.timeout_ms = f->reading.timeout_ms;
	if (take_places(r, operands, e) < 0)
		return -1;
	r->may_sign = !f->pack_only;
	if ((r->may_sign &&
	     signing_open(&r->signing, &r->secrets, &r->flags.signing, &r->images, e) < 0) ||
	    (r->may_sign && check_signer(r, e) < 0) ||
	    sealing_configure(r->job, &r->flags.sealing, e) < 0 ||
	    reading_prepare(&r->reading, r->job, &f->reading, &r->flags.signing.network, r->place_name,
	                    e) < 0 ||
	    (!f->pack_only && prepare_judging(r, e) < 0) || prepare_trust(r, e) < 0)
		return -1;
	return seal_show_open(&r->show, r->job, r->flags.format ? r->flags.format : "text",
	                      &r->flags.output, ALL_FORMATS, e);
}

/* -- the pack ---------------------------------------------------------------------------------- */

static int report(void (*write)(const struct run *r, struct stream *out), const char *name,
                  const struct run *r, struct transfer_file *out, err *e)
{
	buf text = BUF_INIT(LIMIT_SETTINGS);
	struct stream stream;

	stream_init(&stream, stream_to_buf, &text);
	write(r, &stream);
	int status = stream_finish(&stream, e);

	if (status == 0)
		*out = (struct transfer_file){ name, arena_bytes(&r->job->arena, buf_bytes(&text)) };
	buf_done(&text);
	return status;
}

static void write_json(const struct run *r, struct stream *out)
{
	seal_json(&r->page, out);
}

static void write_text(const struct run *r, struct stream *out)
{
	static const struct terminal paper_of_80 = { .width = 80 };

	seal_text(&r->page, &paper_of_80, out);
}

static int write_pack(struct run *r, err *e)
{
	struct target at = r->options.place ? r->place : r->source;
	struct transfer_file reports[2];
	struct seal_pack_options o = { .path = r->flags.sealing.pack,
		                           .target = &at,
		                           .root = r->flags.sealing.pack_only ? NULL : &r->page.top,
		                           .registry = r->options.to,
		                           .tmp_dir = r->reading.options.tmp_dir,
		                           .environment = r->job->environment,
		                           .trusted_root = r->options.root,
		                           .public_key = r->page.public_key,
		                           .identity = r->page.identity,
		                           .issuer = r->page.issuer,
		                           .policy = r->options.policy,
		                           .reports = reports,
		                           .clock = r->options.clock };

	if (!r->flags.sealing.pack_only) {
		if (report(write_json, "seal.json", r, &reports[0], e) < 0 ||
		    report(write_text, "seal.txt", r, &reports[1], e) < 0)
			return -1;
		o.reports_len = 2;
	}
	return seal_pack_write(&o, &r->job->arena, e) < 0
	           ? err_wrap(e, "pack '%s'", SHOW(bytes_str(o.path)))
	           : 0;
}

/* Of an image that is sealed already: --key is the public half. */
static int pack_alone(struct run *r, err *e)
{
	const char *key = r->flags.signing.key.key;

	if (!r->flags.sealing.pack || r->options.place)
		return err_set(e, ERR_USAGE, 0, "--pack-only wants --pack FILE, and IMAGE alone");
	if (key && file_read_all(key, LIMIT_KEY, &r->job->arena, &r->page.public_key, e) < 0)
		return -1;
	if (key && bytes_search(r->page.public_key, BYTES("PRIVATE KEY-----")) < r->page.public_key.n)
		return err_set(e, ERR_USAGE, 0,
		               "'%s' is a private key, and goes into no pack: give the .pub beside it",
		               SHOW(bytes_str(key)));
	return write_pack(r, e);
}

/* -- the run ----------------------------------------------------------------------------------- */

/* The report is told also of what failed. */
static int run(struct run *r, err *e)
{
	err late = { 0 };
	int status = seal_run(&r->options, &r->job->arena, &r->page, e);

	progress_end(&r->reading.progress);
	if (status == 0 && r->page.passes && !r->flags.dry && r->flags.sealing.pack)
		status = write_pack(r, e);
	return seal_show_end(&r->show, &r->page, status < 0 ? &late : e) < 0 ? -1 : status;
}

static int seal_run_applet(struct job *job, const void *options, const struct texts *operands,
                           err *e)
{
	struct run *r = arena_new(&job->arena, struct run);

	r->job = job;
	r->secrets = *job;
	r->secrets.arena = (struct arena)ARENA_INIT;
	r->flags = *(const struct seal_flags *)options;
	int status = prepare(r, operands, e);

	if (status == 0)
		status = r->flags.sealing.pack_only ? pack_alone(r, e) : run(r, e);

	logout(r);
	judging_done(&r->judging);
	seal_show_close(&r->show);
	if (status < 0)
		return -1;
	return r->page.passes || r->flags.sealing.pack_only
	           ? STATUS_DONE
	           : status_exit(STATUS_FINDINGS, &r->flags.sealing.exit_code);
}

const struct applet applet_seal = {
	.name = "seal",
	.brief = "read once, judge, push, sign, attest, verify",
	.operands = "IMAGE [DEST]",
	.about = "What passes is pushed to DEST (none: it stays), signed, attested and read back.",
	.operands_min = 1,
	.operands_max = 2,
	.flags = flags,
	.groups = { { &sealing_flag_group, FIELD(sealing) },
	            { &key_flag_group, FIELD(signing.key) },
	            { &keyless_flag_group, FIELD(signing.keyless) },
	            { &network_flag_group, FIELD(signing.network) } },
	.options_size = sizeof(struct seal_flags),
	.examples = { { "oakum seal --key oakum.key shop.tar ghcr.io/team/shop:1.2", "with a key" },
	              { "oakum seal --yes oci:shop:1.2 ghcr.io/team/shop:1.2", "in CI, without one" } },
	.run = seal_run_applet,
};
