/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/health.h"

#include "base/limits.h"
#include "base/text.h"
#include "sys/file.h"

#define FIELD(name) offsetof(struct health_flags, name)
static const struct flag flags[] = {
	{ 0, "probe", "WHAT", FLAG_TEXT, FIELD(probe),
	  "http://:PORT/PATH, tcp://:PORT, exit=N or run=COMMAND" },
	{ 0, "probe-method", "GET|HEAD|POST|PUT|PATCH", FLAG_CHOICE, FIELD(method),
	  "(GET; POST with a body)" },
	{ 0, "probe-header", "NAME: VALUE", FLAG_LIST, FIELD(headers), "one more header of it" },
	{ 0, "probe-body", "TEXT|@FILE", FLAG_TEXT, FIELD(body), "what it sends" },
	{ 0, "probe-status", "N[-N]", FLAG_TEXT, FIELD(status), "statuses that are good (200-399)" },
	{ 0, "probe-arg", "WORD", FLAG_LIST, FIELD(args),
	  "words for the program in place of the image's" },
	{ 0, "probe-env", "NAME=VALUE", FLAG_LIST, FIELD(env), "one more variable for it" },
	{ 0, "probe-timeout", "TIME", FLAG_TIME, FIELD(timeout_ms), "it must hold by then (60s)" },
	{ 0 },
};

const struct flag_group health_flag_group = { "probe", "Whether it answers", flags };

static int take_status(const char *text, struct health_probe *probe, err *e)
{
	bytes rest = bytes_str(text), first;
	uint64_t least, most;

	(void)bytes_take_until(&rest, '-', &first);
	if (rest.n == 0)
		rest = first;
	if (!text_take_u64(first, 10, 599, &least) || !text_take_u64(rest, 10, 599, &most) ||
	    least < 200 || most < least)
		return err_set(e, ERR_USAGE, 0, "--probe-status '%s': 200, or 200-299",
		               SHOW(bytes_str(text)));
	probe->least = (unsigned)least;
	probe->most = (unsigned)most;
	return 0;
}

static int take_headers(struct job *job, const struct texts *texts, struct health_probe *probe,
                        err *e)
{
	struct http_header *headers = arena_array(&job->arena, struct http_header, texts->len + 1);

	for (size_t i = 0; i < texts->len; i++) {
		bytes text = bytes_str(texts->items[i]);
		size_t colon = bytes_find(text, ':');

		if (colon == 0 || colon == text.n)
			return err_set(e, ERR_USAGE, 0, "--probe-header is 'NAME: VALUE', not '%s'",
			               SHOW(text));
		headers[i].name = arena_str(&job->arena, bytes_slice(text, 0, colon));
		headers[i].value = arena_str(&job->arena, bytes_trim(bytes_skip(text, colon + 1)));
	}
	probe->headers = headers;
	return 0;
}

static int take_body(struct job *job, const char *text, struct health_probe *probe, err *e)
{
	if (*text == '@')
		return file_read_input(text + 1, LIMIT_HEALTH_BODY, &job->arena, &probe->body, e);
	probe->body = bytes_str(text);
	return 0;
}

static void take_method(const char *name, struct health_probe *probe)
{
	static const char *const names[] = { "GET", "HEAD", "POST", "PUT", "PATCH" };

	probe->method = probe->body.n > 0 ? HTTP_POST : HTTP_GET;
	for (size_t i = 0; name && i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(names[i], name) == 0)
			probe->method = (enum http_method)i;
}

static int take_request(struct job *job, const struct health_flags *f, struct health_probe *probe,
                        err *e)
{
	if ((f->status && take_status(f->status, probe, e) < 0) ||
	    take_headers(job, &f->headers, probe, e) < 0 ||
	    (f->body && take_body(job, f->body, probe, e) < 0))
		return -1;
	take_method(f->method, probe);
	if (probe->body.n > 0 && probe->method < HTTP_POST)
		return err_set(e, ERR_USAGE, 0, "--probe-body goes with POST, PUT or PATCH");
	return 0;
}

static void add_words(struct job *job, const struct texts *words, struct strings *out)
{
	for (size_t i = 0; i < words->len; i++)
		*ARENA_PUSH(&job->arena, out) = bytes_str(words->items[i]);
}

static int check_variables(const struct texts *env, err *e)
{
	for (size_t i = 0; i < env->len; i++) {
		size_t equals = bytes_find(bytes_str(env->items[i]), '=');

		if (equals == 0 || !env->items[i][equals])
			return err_set(e, ERR_USAGE, 0, "--probe-env is NAME=VALUE, not '%s'",
			               SHOW(bytes_str(env->items[i])));
	}
	return 0;
}

static bool asks_request(const struct health_flags *f)
{
	return f->method || f->body || f->status || f->headers.len > 0;
}

int health_prepare(struct job *job, const struct health_flags *f, struct health_options *out,
                   err *e)
{
	bool request = asks_request(f);
	struct health_probe probe;

	if (!f->probe && (request || f->args.len + f->env.len > 0 || f->timeout_ms > 0))
		return err_set(e, ERR_USAGE, 0, "what is to be asked? --probe WHAT is missing");
	if (!f->probe)
		return 0;
	if (health_parse(f->probe, &job->arena, &probe, e) < 0)
		return err_wrap(e, "--probe");
	if (request && probe.kind != HEALTH_HTTP)
		return err_set(e, ERR_USAGE, 0,
		               "--probe %s sends no request: only http://... has a method, headers, a body "
		               "and a status",
		               SHOW(bytes_str(f->probe)));
	if ((probe.kind == HEALTH_HTTP && take_request(job, f, &probe, e) < 0) ||
	    check_variables(&f->env, e) < 0)
		return -1;
	probe.timeout_ms = f->timeout_ms;
	add_words(job, &f->args, &out->args);
	add_words(job, &f->env, &out->env);
	out->probe = probe;
	return 0;
}
