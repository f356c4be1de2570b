/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/seal.h"

#include "base/text.h"
#include "flow/seal_run.h"
#include "oci/platform.h"
#include "oci/reference.h"
#include "transfer/transfer.h"

/* -- places ------------------------------------------------------------------------------------ */

static bool holds_attached(const struct target *t)
{
	return t->kind == TARGET_REGISTRY || t->kind == TARGET_LAYOUT;
}

int seal_refuse(const struct target *source, const struct target *place, err *e)
{
	if (source->kind == TARGET_ROOTFS || source->kind == TARGET_SBOM)
		return err_set(e, ERR_USAGE, 0, "'%s' is no image", SHOW(bytes_str(source->text)));
	if (place && !holds_attached(place))
		return err_set(e, ERR_USAGE, 0,
		               "'%s' cannot hold signatures: say oci:FOLDER[:TAG], or a name in a registry",
		               SHOW(bytes_str(place->text)));
	if (!place && !holds_attached(source))
		return err_set(e, ERR_USAGE, 0,
		               "'%s' cannot hold signatures: say where the image goes, oci:FOLDER[:TAG] or "
		               "a name in a registry",
		               SHOW(bytes_str(source->text)));
	return 0;
}

int seal_place_of(const struct target *target, struct arena *a, struct seal_place *out, err *e)
{
	struct reference ref;

	*out = (struct seal_place){ target, "", "" };
	if (target->kind != TARGET_REGISTRY)
		return 0;
	if (reference_parse(target->tag, a, &ref, e) < 0)
		return -1;
	out->repository = arena_printf(a, "%s/%s", ref.host, ref.repository);
	out->host = arena_str(a, bytes_str(ref.host));
	return 0;
}

struct target seal_place_at(const struct seal_place *p, const digest *d, struct arena *a)
{
	struct target at = *p->target;

	at.tag = *p->repository ? arena_printf(a, "%s@%s", p->repository, DIGEST_TEXT(d))
	                        : arena_printf(a, "%s", DIGEST_TEXT(d));
	return at;
}

void seal_tell(struct seal_run *r, enum seal_stage stage, enum seal_state state)
{
	r->page->steps[stage] = state;
	r->o->calls.stage(r->o->calls.ctx, r->page, stage);
}

/* -- which images ------------------------------------------------------------------------------ */

static struct platform copied(const struct platform *p, struct arena *a)
{
	return (struct platform){ arena_bytes(a, p->os), arena_bytes(a, p->architecture),
		                      arena_bytes(a, p->variant), arena_bytes(a, p->os_version) };
}

/* In a layout what an index lists is known by its platform alone. */
static int refuse_twins(const struct seal_run *r, err *e)
{
	for (size_t i = 0; i < r->subjects.len && r->source.target->kind != TARGET_REGISTRY; i++)
		for (size_t k = 0; k < i; k++) {
			const struct platform *one = &r->subjects.items[i].platform;

			if (one->os.n > 0 && platform_matches(&r->subjects.items[k].platform, one))
				return err_set(e, ERR_USAGE, 0,
				               "the index lists two images for %s: seal it in a registry",
				               SHOW(bytes_str(platform_text(one, r->arena))));
		}
	return 0;
}

static int take_subjects(struct seal_run *r, const struct gather *g, err *e)
{
	static const struct platform none;
	size_t from = r->o->platform && g->subjects.len > 1 ? g->subjects.len - 1 : 0;

	for (size_t i = from; i < g->subjects.len; i++) {
		const struct attachable *s = &g->subjects.items[i];

		*ARENA_PUSH(r->arena, &r->subjects) = (struct seal_subject){
			.digest = s->digest,
			.platform = i > 0 ? copied(&s->platform, r->arena) : none,
			.is_index = s->is_index,
		};
	}
	r->listed = g->subjects.items[0].digest;
	r->page->root = r->subjects.items[0].digest;
	r->page->top = r->o->place ? r->page->root : r->listed;
	return refuse_twins(r, e);
}

/* An archive says what it is when it is opened. */
static int list_gathered(struct seal_run *r, err *e)
{
	const struct target *source = r->source.target;
	struct arena a = ARENA_INIT;
	struct gather g;
	int status = gather_open(&g, source, &r->network.registry, &a, e);

	if (status < 0 && g.origin.kind == TARGET_DOCKER_ARCHIVE) {
		err_clear(e);
		r->is_docker = true;
		status = 0;
	} else if (status == 0) {
		status = gather_subjects(&g, r->o->platform ? SCOPE_PLATFORM : SCOPE_ALL,
		                         &r->o->wishes.image.platform, e);
		if (status == 0)
			status = take_subjects(r, &g, e);
		if (status == 0)
			status = seal_judge_beside(r, &g, e);
	}
	gather_close(&g);
	arena_done(&a);
	return status;
}

int seal_list(struct seal_run *r, err *e)
{
	r->is_docker = r->source.target->kind == TARGET_DOCKER_ARCHIVE;
	if (!r->is_docker && list_gathered(r, e) < 0)
		return -1;
	if (r->is_docker)
		(void)ARENA_PUSH(r->arena, &r->subjects); /* nobody knows its digest yet */
	return 0;
}

/* -- judged ------------------------------------------------------------------------------------ */

/* As of the time at which an earlier run said the same. */
static int write_paper(struct seal_run *r, const struct seal_judged *j, enum seal_paper kind,
                       bytes *out, err *e)
{
	const struct seal_keep *keep = &r->o->keep;
	struct seal_wishes wishes = r->o->wishes;
	struct arena own = ARENA_INIT;
	bytes bare;

	wishes.now = 0;
	int status = seal_write(j, kind, &wishes, &own, &bare, e);

	if (status == 0) {
		wishes.now = seal_keep_time(keep, bare, r->o->wishes.now);
		status = seal_write(j, kind, &wishes, r->arena, out, e);
	}
	arena_done(&own);
	return status;
}

/* Of an image that does not pass nothing is signed: there is nothing to keep. */
static int write_papers(struct seal_run *r, const struct seal_judged *j, bool passes,
                        struct seal_papers *out, err *e)
{
	const struct seal_wishes *w = &r->o->wishes;

	for (unsigned i = 0; i < SEAL_PAPERS; i++) {
		enum seal_paper kind = (enum seal_paper)i;

		if (!w->papers[i] || kind == SEAL_PROVENANCE)
			continue;
		if ((passes ? write_paper(r, j, kind, &out->items[i], e)
		            : seal_write(j, kind, w, r->arena, &out->items[i], e)) < 0)
			return err_wrap(e, "what is to be attested");
	}
	return 0;
}

/* By its platform in the index, and it must be the one that is meant. */
static int read_and_judge(struct seal_run *r, const struct seal_subject *s, struct seal_judged *out,
                          err *e)
{
	struct seal_wishes wishes = r->o->wishes;
	struct target at = r->is_docker ? *r->source.target
	                                : seal_place_at(&r->source, &r->listed, r->arena);

	wishes.image.network = &r->network;
	if (s->platform.os.n > 0) {
		wishes.image.platform = s->platform;
		wishes.image.platform_asked = true;
	}
	if (seal_judge(&at, &wishes, out, e) < 0)
		return -1;
	if (r->is_docker || digest_equal(&out->bill.image.manifest, &s->digest))
		return 0;
	seal_judged_done(out);
	return err_set(e, ERR_ABSENT, 0, "the index lists %s for a platform of which it lists another",
	               DIGEST_TEXT(&s->digest));
}

static int judge_one(struct seal_run *r, struct seal_subject *s, err *e)
{
	struct seal_image *image = ARENA_PUSH(r->arena, &r->page->images);
	struct seal_judged j;

	s->image = r->page->images.len - 1;
	if (read_and_judge(r, s, &j, e) < 0)
		return -1;
	seal_pass(&j, &r->o->wishes, r->arena, image);
	if (s->image == 0)
		seal_pass_beside(r, image);
	int status = write_papers(r, &j, image->reasons.len == 0, &s->papers, e);

	if (status == 0)
		status = r->o->calls.judged(r->o->calls.ctx, &j, &s->papers, e);
	seal_judged_done(&j);
	return status;
}

int seal_judge_all(struct seal_run *r, err *e)
{
	for (size_t i = 0; i < r->subjects.len; i++)
		if (!r->subjects.items[i].is_index && judge_one(r, &r->subjects.items[i], e) < 0)
			return -1;
	r->page->subjects = r->subjects.len;
	if (r->page->images.len == 0)
		return err_set(e, ERR_ABSENT, 0, "an index without an image");
	return 0;
}

/* The provenance of an index is that of its images: one build, one source. */
static int write_provenance(struct seal_run *r, err *e)
{
	for (size_t i = 0; i < r->subjects.len; i++) {
		struct seal_subject *s = &r->subjects.items[i];
		const struct seal_image *image = &r->page->images.items[s->image];
		struct seal_materials m = { image->base_name, image->base_digest, 0,
			                        r->o->wishes.tool_version };

		m.now = seal_keep_time(&r->o->keep, seal_build_paper(&r->o->build, &m, r->arena),
		                       r->o->wishes.now);
		s->papers.items[SEAL_PROVENANCE] = seal_build_paper(&r->o->build, &m, r->arena);
	}
	return r->o->calls.paper(r->o->calls.ctx, SEAL_PROVENANCE,
	                         r->subjects.items[0].papers.items[SEAL_PROVENANCE], e);
}

static int judge(struct seal_run *r, err *e)
{
	seal_tell(r, SEAL_JUDGE, SEAL_RUNS);
	if (seal_open_source(r, e) < 0)
		return -1;
	(void)stat(r->source.target->path, &r->before); /* whoever opens it tells why it cannot be */
	if (seal_list(r, e) < 0 || seal_judge_all(r, e) < 0)
		return -1;
	seal_tell(r, SEAL_JUDGE, SEAL_HOLDS);
	return 0;
}

/* -- the gate ---------------------------------------------------------------------------------- */

static bool pass(struct seal_run *r)
{
	bool passes = true;

	for (size_t i = 0; i < r->page->images.len; i++)
		passes &= r->page->images.items[i].reasons.len == 0;
	r->page->passes = passes;
	seal_tell(r, SEAL_GATE, passes ? SEAL_HOLDS : SEAL_FAILS);
	return passes;
}

/* -- pushed ------------------------------------------------------------------------------------ */

/* Docker's archive has no digest by which it could be named: it must be the file that was
 * judged. */
static int check_unchanged(const struct seal_run *r, err *e)
{
	const struct stat *then = &r->before;
	struct stat now;

	if (!r->is_docker)
		return 0;
	if (stat(r->source.target->path, &now) == 0 && now.st_dev == then->st_dev &&
	    now.st_ino == then->st_ino && now.st_size == then->st_size &&
	    now.st_mtim.tv_sec == then->st_mtim.tv_sec &&
	    now.st_mtim.tv_nsec == then->st_mtim.tv_nsec &&
	    now.st_ctim.tv_sec == then->st_ctim.tv_sec && now.st_ctim.tv_nsec == then->st_ctim.tv_nsec)
		return 0;
	return err_set(e, ERR_UNTRUSTED, 0, "'%s' changed after it was judged; nothing was pushed",
	               SHOW(bytes_str(r->source.target->path)));
}

/* What docker's archive gave a second time must be what was judged. */
static int check_pushed(struct seal_run *r, const struct transfer_result *pushed, err *e)
{
	struct seal_image *first = &r->page->images.items[0];

	if (r->is_docker) {
		if (!digest_equal(&pushed->config, &first->config))
			return err_set(e, ERR_UNTRUSTED, 0, "the image changed between judging and pushing");
		first->digest = r->subjects.items[0].digest = pushed->digest;
		r->page->root = r->page->top = pushed->digest;
		return 0;
	}
	return digest_equal(&pushed->digest, &r->page->root)
	           ? 0
	           : err_set(e, ERR_BUG, 0, "another image was pushed: %s",
	                     DIGEST_TEXT(&pushed->digest));
}

static int transfer(struct seal_run *r, struct transfer_result *out, err *e)
{
	const struct seal_options *o = r->o;
	const struct image_options *image = &o->wishes.image;
	struct target to = *r->place.target;
	struct target from = r->is_docker ? *r->source.target
	                                  : seal_place_at(&r->source, &r->listed, r->arena);
	struct transfer_options options = {
		.platform = image->platform,
		.all = r->subjects.items[0].is_index,
		.compress = to.kind == TARGET_REGISTRY ? CODEC_GZIP : CODEC_NONE,
		.registry = o->to,
		.environment = r->network.environment,
		.tmp_dir = image->tmp_dir,
		.report = o->report,
		.report_ctx = o->report_ctx,
	};

	options.registry.hoard = r->network.registry.hoard;
	if (!*to.tag && to.kind == TARGET_LAYOUT)
		to.tag = transfer_tag(bytes_str(o->source->tag), r->arena);
	return transfer_run(&from, &to, &options, r->arena, out, e);
}

int seal_push(struct seal_run *r, err *e)
{
	struct transfer_result pushed;

	if (!r->o->place) {
		seal_tell(r, SEAL_PUSH, SEAL_HOLDS);
		return 0;
	}
	seal_tell(r, SEAL_PUSH, SEAL_RUNS);
	if (check_unchanged(r, e) < 0 || transfer(r, &pushed, e) < 0 || check_pushed(r, &pushed, e) < 0)
		return -1;
	r->page->sent = pushed.sent;
	seal_tell(r, SEAL_PUSH, SEAL_HOLDS);
	return 0;
}

/* -- in order ---------------------------------------------------------------------------------- */

static void leave(struct seal_run *r)
{
	for (unsigned i = SEAL_PUSH; i < SEAL_STAGES; i++)
		seal_tell(r, (enum seal_stage)i, SEAL_LEFT);
}

/* The step that was on its way is the one that failed. */
static int failed(struct seal_run *r, const err *e)
{
	r->page->why = arena_printf(r->arena, "%s", e->text);
	for (size_t i = 0; i < SEAL_STAGES; i++)
		if (r->page->steps[i] == SEAL_RUNS)
			seal_tell(r, (enum seal_stage)i, SEAL_FAILS);
	return -1;
}

static int run(struct seal_run *r, err *e)
{
	if (judge(r, e) < 0)
		return failed(r, e);
	if (!pass(r))
		return 0;
	if (write_provenance(r, e) < 0)
		return -1;
	if (r->o->dry) {
		leave(r);
		return 0;
	}
	return seal_push(r, e) < 0 || seal_attach_all(r, e) < 0 || seal_read_back(r, e) < 0
	           ? failed(r, e)
	           : 0;
}

int seal_run(const struct seal_options *o, struct arena *a, struct seal_page *out, err *e)
{
	struct seal_run r = { .o = o, .arena = a, .page = out, .export = -1 };
	const struct target *place = o->place ? o->place : o->source;

	*out = (struct seal_page){ .source = o->source->text,
		                       .place = place->text,
		                       .is_dry = o->dry,
		                       .stays = !o->place,
		                       .policy = o->policy,
		                       .builder = arena_str(a, o->build.builder) };
	if (o->key.n == 0) {
		r.identity = arena_bytes(a, o->build.builder);
		r.issuer = arena_bytes(a, o->build.issuer); /* a worker has no environment */
	}
	out->level = seal_build_level(&o->build, BYTES(""), BYTES(""), &out->level_why);
	if (seal_place_of(o->source, a, &r.source, e) < 0 || seal_place_of(place, a, &r.place, e) < 0)
		return -1;
	int status = run(&r, e);

	seal_close_source(&r);
	return status;
}
