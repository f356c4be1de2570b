/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/scan.h"

#include "base/map.h"
#include "base/path.h"
#include "base/text.h"
#include "flow/reach.h"
#include "flow/scan_bill.h"
#include "flow/secrets.h"
#include "flow/survey.h"
#include "model/support.h"
#include "report/scan_result.h"
#include "secret/inspector.h"
#include "secret/rules.h"
#include "vuln/distribution.h"

#include <stdlib.h>

/* -- which packages ---------------------------------------------------------------------------- */

/* Says why a package is not looked up, as the counter of it; NULL: it is. */
static uint64_t *passed_over(struct scan_page *page, const struct scan_options *o,
                             const struct package *p)
{
	if (p->assetless)
		return &page->assetless;
	if (p->overridden)
		return &page->overridden;
	if (p->owned_by_system)
		return &page->owned;
	if ((scan_is_system(p) ? o->no_system : o->no_languages) || skip_fits(&o->skip, p->path))
		return &page->unwanted;
	return NULL;
}

static int compare_packages(const void *left, const void *right)
{
	const struct package *l = *(const struct package *const *)left,
						 *r = *(const struct package *const *)right;
	int c = (int)scan_is_system(r) - (int)scan_is_system(l);

	c = c ? c : (int)l->ecosystem - (int)r->ecosystem;
	c = c ? c : bytes_compare(l->name, r->name);
	c = c ? c : bytes_compare(l->version, r->version);
	return c ? c : bytes_compare(l->path, r->path);
}

static void choose(struct scan *s, const struct facts *facts, const struct scan_options *o)
{
	struct scan_page *page = &s->page;

	for (size_t i = 0; i < facts->packages.len; i++) {
		const struct package *p = &facts->packages.items[i];

		if (p->hidden)
			continue;
		uint64_t *why = passed_over(page, o, p);

		if (why)
			(*why)++;
		else
			*ARENA_PUSH(&s->arena, &page->packages) = p;
		page->unnamed += p->ecosystem == ECO_NONE;
		page->has_system |= scan_is_system(p);
	}
	if (page->packages.len > 1)
		qsort(page->packages.items, page->packages.len, sizeof(*page->packages.items),
		      compare_packages);
}

/* -- what is no longer mended ------------------------------------------------------------------ */

/* A day is over when it is over everywhere we can say: UTC. */
static bool is_past(bytes date, int64_t now)
{
	int64_t last;

	return text_from_date(date, &last) && now >= last + INT64_C(86400);
}

/* The database's word, else the table's that came with the program. */
static int judge_system(struct scan *s, const struct scan_options *o, err *e)
{
	bytes space = space_of_distribution(s->page.os_id, s->page.os_version, &s->arena);
	size_t cut = bytes_rfind(space, ' ');
	const char *shipped = distribution_end(s->page.os_id, s->page.os_version);
	struct end_of_life end = { .date = bytes_str(shipped) };
	int known = 0;

	if (cut < space.n)
		known = database_end_of_life(o->db, bytes_slice(space, 0, cut), bytes_skip(space, cut + 1),
		                             &s->arena, &end, e);
	if (known < 0)
		return -1;
	s->page.end_unknown =
		known == 0 && !shipped && (s->page.os_id.n > 0 || s->page.has_system);
	if (!is_past(end.date, o->now))
		return 0;
	s->page.os_ended = true;
	*ARENA_PUSH(&s->arena, &s->page.ends) = (struct scan_end){ s->page.os_id, s->page.os_version,
		                                                       end.date, known == 0 };
	return 0;
}

static bool is_runtime(const struct package *p)
{
	return p->ecosystem == ECO_NUGET && !p->assetless &&
	       (bytes_is(p->name, "Microsoft.NETCore.App") ||
	        bytes_starts(p->name, BYTES("Microsoft.NETCore.App.Runtime.")));
}

/* A runtime is known by the package that advisories name it by, in images and bills alike. */
static void judge_runtimes(struct scan *s, const struct scan_options *o)
{
	struct map seen;

	map_init(&seen, &s->arena);
	for (size_t i = 0; i < s->page.packages.len; i++) {
		const struct package *p = s->page.packages.items[i];

		if (!is_runtime(p))
			continue;
		struct support support = support_of(p->version, o->now);
		void **place = map_put(&seen, p->version);

		if (support.state == SUPPORT_ENDED && !*place)
			*ARENA_PUSH(&s->arena, &s->page.ends) = (struct scan_end){
				BYTES(".NET"), p->version, bytes_str(support.channel->eol), false
			};
		*place = s;
	}
}

/* -- all --------------------------------------------------------------------------------------- */

/* "debian" of "docker.io/library/debian:12@sha256:…": what VEX documents call an image. */
static void name_image(struct scan *s, const struct image *image)
{
	bytes name = image->reference;

	/* A layout's is a tag, which says nothing of the image; a folder's name does. */
	if (bytes_find(name, '/') == name.n && bytes_find(name, ':') == name.n)
		name = image->target.path ? bytes_str(image->target.path) : bytes_str(image->target.text);
	while (bytes_ends(name, BYTES("/")))
		name.n--;
	name = path_base(bytes_slice(name, 0, bytes_find(name, '@')));
	if (bytes_ends(name, BYTES(".tar")))
		name.n -= strlen(".tar");
	s->itself = (struct purl){
		.type = BYTES("oci"),
		.name = bytes_slice(name, 0, bytes_find(name, ':')),
		.version = digest_size(&image->manifest) > 0
		               ? arena_bytes(&s->arena, bytes_str(DIGEST_TEXT(&image->manifest)))
		               : BYTES(""),
	};
}

static void fill_page(struct scan *s, const struct image *image, const struct facts *facts,
                      const struct scan_options *o)
{
	s->page.image = image;
	s->page.now = o->now;
	s->page.database = database_info(o->db);
	s->page.matches = &s->matches;
	s->page.gate = &s->gate;
	s->page.has_baseline = o->gate.before != NULL;
	s->page.gaps = (image ? image->gaps_total : 0) + facts->gaps_total;
	if (facts->os.known) {
		s->page.os_id = facts->os.id;
		s->page.os_version = facts->os.version_id;
	}
	if (image && image->has_config)
		name_image(s, image);
}

/* "rootfs:deb (debian 12)", "deb (debian 12)"; systems stand before languages. */
static void name_system(struct scan *s, bytes system[2])
{
	const struct scan_page *page = &s->page;
	bytes target = page->target,
		  path = page->image ? bytes_str(page->image->target.path) : target;

	if (page->packages.len == 0 || !scan_is_system(page->packages.items[0]))
		return;
	if (!page->image)
		(void)bytes_take_prefix(&path, BYTES("sbom:"));
	system[0] = result_target(page, page->packages.items[0], &s->arena);
	if (path.n > 0 && bytes_ends(target, path))
		system[1] = bytes_skip(system[0], target.n - path.n);
}

static int judge(struct scan *s, const struct scan_options *o, err *e)
{
	struct gate_options gate = o->gate;

	gate.image = &s->itself;
	name_system(s, gate.system);
	for (size_t i = 0; i < s->page.packages.len; i++)
		if (match_package(o->db, s->page.packages.items[i], &s->arena, &s->matches, e) < 0)
			return -1;
	if (gate_pass(o->db, &s->matches, &gate, &s->arena, &s->gate, e) < 0)
		return -1;
	judge_runtimes(s, o);
	return judge_system(s, o, e);
}

/* judge_facts: *s is cleared but for its target. */
static int judge_facts(struct scan *s, const struct image *image, const struct facts *facts,
                       const struct scan_options *o, err *e)
{
	fill_page(s, image, facts, o);
	choose(s, facts, o);
	if (judge(s, o, e) == 0)
		return 0;
	scan_done(s);
	return err_wrap(e, "database");
}

int scan_judge(const struct image *image, const struct facts *facts,
               const struct scan_options *options, struct scan *out, err *e)
{
	*out = (struct scan){ .page.target = image ? bytes_str(image->target.text) : BYTES("") };
	return judge_facts(out, image, facts, options, e);
}

static int read_image(const struct target *target, const struct scan_options *o, struct scan *s,
                      err *e)
{
	const struct inspector *inspectors[INSPECTORS_MOST + 1];
	struct image_options image = o->image;

	if (o->secrets) {
		survey_inspectors(&secret_inspector, inspectors);
		image.inspectors = inspectors;
	}
	if (survey(target, &image, &s->image, &s->facts, e) < 0)
		return -1;
	s->has_image = true;
	reach_judge(&s->image, &s->facts, &s->arena, &s->closure);
	s->page.closure = &s->closure;
	if (!o->secrets)
		return 0;
	if (secrets_collect(&s->image, &s->arena, &s->secrets, e) < 0)
		return -1;
	secrets_choose(&s->secrets,
	               &(struct secrets_choice){ o->gate.severities, o->gate.ignore, o->skip },
	               &s->arena);
	s->page.secrets = &s->secrets;
	return 0;
}

static int read_target(const struct target *target, const struct scan_options *o, struct scan *s,
                       err *e)
{
	if (target->kind == TARGET_SBOM)
		return scan_bill_read(target->path, o->image.tmp_dir, o->image.timeout_ms, &s->arena,
		                      &s->facts, e);
	return read_image(target, o, s, e);
}

int scan_run(const struct target *target, const struct scan_options *o, struct scan *out, err *e)
{
	*out = (struct scan){ .page.target = bytes_str(target->text) };
	if (read_target(target, o, out, e) < 0) {
		scan_done(out);
		return -1;
	}
	return judge_facts(out, out->has_image ? &out->image : NULL, &out->facts, o, e);
}

void scan_done(struct scan *s)
{
	if (s->has_image)
		image_done(&s->image);
	s->has_image = false;
	arena_done(&s->arena);
}
