/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/reading.h"

#include "base/limits.h"
#include "base/text.h"
#include "cmd/message.h"
#include "oci/platform.h"

#define FIELD(name) offsetof(struct reading_flags, name)
static const struct flag table[] = {
	{ 0, "platform", "OS/ARCH", FLAG_TEXT, FIELD(platform),
	  "which image of an index (default: this machine's)" },
	{ 0, "image-src", "LIST", FLAG_WORDS, FIELD(image_src),
	  "who is asked for a bare name (docker,podman,remote)" },
	{ 0, "verify", NULL, FLAG_SWITCH, FIELD(verify), "read and hash again what looks unchanged" },
	{ 0, "cache-dir", "DIR", FLAG_TEXT, FIELD(cache_dir),
	  "where evidence is kept (~/.cache/oakum)" },
	{ 0, "cache-size", "SIZE", FLAG_SIZE, FIELD(cache_size), "how large it may grow (2GiB)" },
	{ 0, "no-cache", NULL, FLAG_SWITCH, FIELD(no_cache), "keep nothing, use nothing kept" },
	{ 0, "timeout", "TIME", FLAG_TIME, FIELD(timeout_ms), "give up on an image after this (1h)" },
	{ 0, "no-progress", NULL, FLAG_SWITCH, FIELD(no_progress), "no bar" },
	{ 0 },
};

const struct flag_group reading_flag_group = { "reading", "Reading an image", table };

static void note(void *ctx, const char *text)
{
	struct reading *r = ctx;

	message_note(r->job, r->progress.target, text);
}

/* XDG Base Directory specification: $XDG_CACHE_HOME, when absolute, else ~/.cache. */
const char *reading_cache_dir(struct job *job, const char *given)
{
	const char *xdg = job_env(job, "XDG_CACHE_HOME"), *home = job_env(job, "HOME");

	if (given)
		return given;
	if (xdg && xdg[0] == '/')
		return arena_printf(&job->arena, "%s/oakum", xdg);
	return home && home[0] == '/' ? arena_printf(&job->arena, "%s/.cache/oakum", home) : NULL;
}

/* take_sources(text, out, e): "docker,remote" as a list. */
static int take_sources(const char *text, struct image_network *out, err *e)
{
	static const char *const names[] = { [IMAGE_SOURCE_DOCKER] = "docker",
		                                 [IMAGE_SOURCE_PODMAN] = "podman",
		                                 [IMAGE_SOURCE_REMOTE] = "remote" };
	bytes rest = bytes_str(text), word;

	while (bytes_take_until(&rest, ',', &word)) {
		enum image_source_kind kind = IMAGE_SOURCE_DOCKER;

		while (kind <= IMAGE_SOURCE_REMOTE && !bytes_is(word, names[kind]))
			kind++;
		if (kind > IMAGE_SOURCE_REMOTE || out->order_len == IMAGE_SOURCES_MOST)
			return err_set(e, ERR_USAGE, 0,
			               "--image-src is a list of docker, podman, remote, not '%s'",
			               SHOW(bytes_str(text)));
		out->order[out->order_len++] = kind;
	}
	return 0;
}

int reading_prepare(struct reading *r, struct job *job, const struct reading_flags *flags,
                    const struct network_flags *network, const char *first, err *e)
{
	struct image_options *o = &r->options;

	*r = (struct reading){ .job = job, .progress = { .job = job } };
	o->platform = platform_host();
	o->platform_asked = flags->platform != NULL;
	if (flags->platform &&
	    platform_parse(bytes_str(flags->platform), &job->arena, &o->platform, e) < 0)
		return -1;
	o->cache_dir = flags->no_cache ? NULL : reading_cache_dir(job, flags->cache_dir);
	o->tmp_dir = job_tmp(job);
	o->cache_limit = flags->cache_size ? flags->cache_size : LIMIT_CACHE;
	o->verify = flags->verify;
	o->timeout_ms = flags->timeout_ms;
	o->now_ns = job->clock_ns;
	o->note = note;
	o->note_ctx = r;
	if (job->err.is_tty && !job->quiet && !flags->no_progress)
		o->progress = (struct image_progress){ progress_report, &r->progress };
	o->network = &r->network;
	r->network.environment = job->environment;
	const char *order = flags->image_src ? flags->image_src : "docker,podman,remote";

	if (take_sources(order, &r->network, e) < 0)
		return -1;
	return network_prepare(job, network, flags->timeout_ms, first, &r->network.registry, e);
}

enum status reading_each(struct reading *r, const struct texts *targets,
                         int (*one)(void *ctx, const char *target, err *e), void *ctx)
{
	enum status status = STATUS_DONE;

	for (size_t i = 0; i < targets->len; i++) {
		err failure = { 0 };

		r->progress.target = targets->items[i];
		if (one(ctx, targets->items[i], &failure) == 0)
			continue;
		message_error(r->job, targets->items[i], &failure);
		status = status_worse(status, status_of(failure.kind));
	}
	return status;
}
