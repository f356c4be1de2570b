/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/network.h"

#include "base/limits.h"
#include "base/text.h"
#include "cmd/message.h"

#define FIELD(name) offsetof(struct network_flags, name)
static const struct flag flags[] = {
	{ 0, "registry-username", "USER", FLAG_TEXT, FIELD(user), "for the registry named first" },
	{ 0, "registry-password", "TEXT", FLAG_SECRET, FIELD(password),
	  "better in the environment, or 'oakum login'" },
	{ 0, "registry-token", "TOKEN", FLAG_SECRET, FIELD(token), "a bearer token, sent as it is" },
	{ 0, "authfile", "FILE", FLAG_TEXT, FIELD(authfile),
	  "credentials (those of docker and podman)" },
	{ 0, "cacert", "FILE", FLAG_TEXT, FIELD(cacert), "authorities to trust, PEM" },
	{ 0, "mirror", "HOST=PLACE", FLAG_LIST, FIELD(mirror),
	  "read HOST's octets at PLACE first; HOST says what a tag means" },
	{ 0, "retry-time", "TIME", FLAG_TIME, FIELD(retry_time_ms),
	  "wait so long for a busy registry (8s)" },
	{ 0, "chunk-size", "SIZE", FLAG_SIZE, FIELD(chunk),
	  "send blobs in pieces, to go on after a break" },
	{ 0, "plain-http", NULL, FLAG_SWITCH, FIELD(plain_http),
	  "without TLS, also beyond this machine" },
	{ 0 },
};

const struct flag_group network_flag_group = { "network", "Registries", flags };

static void note(void *ctx, const char *text)
{
	message_note(ctx, "registry", text);
}

/* Both spellings are in use; libcurl and others prefer the lower-case one. */
static const char *proxy(const struct job *job, const char *lower, const char *upper)
{
	const char *value = job_env(job, lower);

	if (!value || !*value)
		value = job_env(job, upper);
	return value && *value ? value : NULL;
}

/* The registry that user and password are for. */
static const char *host_of(struct job *job, const char *target)
{
	bytes text = bytes_str(target ? target : "");
	struct reference ref;
	err ignored = { 0 }; /* whoever opens the target says what is wrong with it */

	(void)bytes_take_prefix(&text, BYTES("docker://"));
	if (!target || reference_parse(arena_str(&job->arena, text), &job->arena, &ref, &ignored) < 0)
		return NULL;
	return ref.host;
}

static int check_mirrors(const struct texts *mirrors, err *e)
{
	for (size_t i = 0; i < mirrors->len; i++) {
		bytes text = bytes_str(mirrors->items[i]);
		size_t equals = bytes_find(text, '=');

		if (equals == 0 || equals + 1 >= text.n)
			return err_set(e, ERR_USAGE, 0, "--mirror is HOST=PLACE, not '%s'", SHOW(text));
	}
	return 0;
}

int network_prepare(struct job *job, const struct network_flags *f, uint64_t timeout_ms,
                    const char *target, struct registry_options *out, err *e)
{
	const char **mirrors = arena_array(&job->arena, const char *, f->mirror.len + 1);
	const char *authorities = f->cacert ? f->cacert : job_env(job, "SSL_CERT_FILE");

	if (check_mirrors(&f->mirror, e) < 0)
		return -1;
	for (size_t i = 0; i < f->mirror.len; i++)
		mirrors[i] = f->mirror.items[i];
	*out = (struct registry_options){
		.http = { .user_agent = "oakum/" OAKUM_VERSION,
		          .ca_file = authorities && *authorities ? authorities : NULL,
		          .https_proxy = proxy(job, "https_proxy", "HTTPS_PROXY"),
		          .http_proxy = proxy(job, "http_proxy", "HTTP_PROXY"),
		          .no_proxy = proxy(job, "no_proxy", "NO_PROXY"),
		          .retry_wait_ms = f->retry_time_ms,
		          .deadline = deadline_in(timeout_ms ? timeout_ms : LIMIT_TIME_MS) },
		.credentials = { .environment = job->environment,
		                 .authfile = f->authfile,
		                 .user = f->user,
		                 .password = f->password,
		                 .token = f->token,
		                 .only_host = host_of(job, target) },
		.plain_http = f->plain_http,
		.chunk = f->chunk,
		.mirrors = mirrors,
		.note = note,
		.note_ctx = job,
	};
	return 0;
}
