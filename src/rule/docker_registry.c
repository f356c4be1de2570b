/* SPDX-License-Identifier: Apache-2.0 */
/* Rules about where base images come from, and what their names stand for. */
#include "base/path.h"
#include "base/text.h"
#include "rule/ci.h"
#include "rule/docker.h"

#define RULE(id) (&docker_rules[id])

/* -- registries ------------------------------------------------------------------------------- */

/* "registry.example/hub,ghcr.io": an image lies at one of them or below. */
static bool is_allowed(bytes list, bytes image)
{
	bytes allowed;

	while (bytes_take_until(&list, ',', &allowed))
		if (allowed.n > 0 && path_within(image, allowed))
			return true;
	return false;
}

/* A name without a host is Docker Hub's, where official images lie below library/. */
static bytes below_host(bytes image, bool *out_official)
{
	size_t slash = bytes_find(image, '/');
	bytes host = bytes_slice(image, 0, slash);
	bool named = slash < image.n && (bytes_find(host, '.') < host.n ||
	                                 bytes_find(host, ':') < host.n || bytes_is(host, "localhost"));

	*out_official = slash == image.n;
	return named ? bytes_skip(image, slash + 1) : image;
}

static void check_registry(const struct docker_file *f, const struct docker_stage *s)
{
	bytes list = bytes_str(f->job->options->registries), first, written = s->in->image.text;
	bool official;

	if (list.n == 0 || is_allowed(list, s->name))
		return;
	struct job_finding *finding = docker_find(f, RULE(DF005), s->in->image.from, s->in->image.to);
	bytes rest = below_host(s->image, &official);

	finding->message = arena_printf(f->job->arena, "%s is not from %s", SHOW(s->name), SHOW(list));
	(void)bytes_take_until(&list, ',', &first);
	if (bytes_find(written, '$') == written.n)
		docker_fix(f, finding, RULE_FIX_REVIEW, s->in->image.from, s->in->image.to,
		           arena_printf(f->job->arena, "%s/%s%s", docker_text(f, first),
		                        official ? "library/" : "", docker_text(f, rest)));
}

/* -- digests ---------------------------------------------------------------------------------- */

/* With the digest that was fetched for it, the tag stays for people to read. */
static void pin(const struct docker_file *f, const struct docker_stage *s,
                struct job_finding *finding)
{
	const struct dockerfile_word *w = &s->in->image;
	const char *text = job_pin(f->job, finding, s->image, s->tag.n > 0);

	if (text && bytes_equal(w->text, s->image))
		docker_fix(f, finding, RULE_FIX_INPUT, w->to, w->to, text);
}

void docker_check_image(const struct docker_file *f, const struct docker_stage *s)
{
	const struct dockerfile_word *w = &s->in->image;
	struct job_finding *finding;

	if (s->parent > 0 || bytes_is(s->image, "scratch") || s->image.n == 0)
		return;
	check_registry(f, s);
	if (s->digest.n > 0)
		return;
	if (s->tag.n == 0 || bytes_is(s->tag, "latest")) {
		finding = docker_find(f, RULE(DF003), w->from, w->to);
		finding->message = arena_printf(f->job->arena, "%s: %s", SHOW(w->text),
		                                s->tag.n ? "latest moves" : "no tag");
		pin(f, s, finding);
	} else if (f->job->options->input || !ci_lets_tags_move(f->job)) {
		finding = docker_find(f, RULE(DF004), w->from, w->to);
		finding->message = arena_printf(
			f->job->arena, "%s: neither a digest nor a scheduled rebuild", SHOW(w->text));
		pin(f, s, finding);
	}
}
