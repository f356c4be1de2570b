/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/oidc.h"

#include "base/limits.h"
#include "base/text.h"
#include "flow/service.h"
#include "sys/file.h"
#include "sys/process.h"
#include "trust/oidc.h"
#include "trust/signing_config.h"

/* For whom the token is: what Sigstore's public authority asks for. */
#define AUDIENCE "sigstore"
/* cosign, pkg/providers/filesystem: where a pod's projected token is mounted. */
#define POD_TOKEN "/var/run/sigstore/cosign/oidc-token"

struct seeking {
	struct job *job;
	struct keyless *keyless;
	struct arena *arena;
};

static const char *variable(const struct seeking *s, const char *name)
{
	const char *value = job_env(s->job, name);

	return value && *value ? value : NULL;
}

static int check(bytes text, const char *where, bytes *out, err *e)
{
	text = bytes_trim(text);
	if (!oidc_is_token(text))
		return err_set(e, ERR_FORMAT, 0, "%s: no identity token", SHOW(bytes_str(where)));
	*out = text;
	return 0;
}

static int from_file(const struct seeking *s, const char *path, bytes *out, err *e)
{
	bytes text;

	if (file_read_all(path, LIMIT_TOKEN, s->arena, &text, e) < 0)
		return -1;
	return check(text, path, out, e);
}

static int from_program(const struct seeking *s, const char *const *argv, bytes *out, err *e)
{
	const struct process p = { .argv = argv,
		                       .environment = s->job->environment,
		                       .output_max = LIMIT_HELPER_ANSWER,
		                       .timeout_ms = LIMIT_HELPER_MS };
	struct process_result result;

	if (process_run(&p, s->arena, &result, e) < 0)
		return err_wrap(e, "identity token");
	if (result.status != 0)
		return err_set(e, ERR_IO, 0, "identity token: '%s' ended with %d: %s", argv[0],
		               result.status, SHOW(bytes_trim(result.message)));
	return check(result.output, argv[0], out, e);
}

/* GitHub, "About security hardening with OpenID Connect": the address has a query already. */
static int from_github(const struct seeking *s, const char *url, const char *secret, bytes *out,
                       err *e)
{
	const struct service_call call = {
		.what = "token service",
		.url = arena_printf(s->arena, "%s%caudience=" AUDIENCE, url, strchr(url, '?') ? '&' : '?'),
		.method = HTTP_GET,
		.accept = "application/json",
		.authorization = arena_printf(s->arena, "bearer %s", secret),
		.secret = bytes_str(secret),
	};
	struct http *http;
	bytes text;

	if (signing_url_check(bytes_str(url), s->arena, e) < 0)
		return err_wrap(e, "ACTIONS_ID_TOKEN_REQUEST_URL");
	if (keyless_http(s->keyless, &http, e) < 0 || service_ask(http, &call, s->arena, &text, e) < 0)
		return -1;
	if (oidc_github_answer(text, s->arena, out, e) < 0)
		return err_wrap(e, "%s %s", call.what, SHOW(bytes_str(url)));
	return 0;
}

static int nothing(const struct seeking *s, err *e)
{
	if (variable(s, "GITHUB_ACTIONS"))
		return err_set(e, ERR_USAGE, 0,
		               "this job may ask for no identity token: give it 'permissions: id-token: "
		               "write', or sign with --key");
	if (variable(s, "GITLAB_CI"))
		return err_set(e, ERR_USAGE, 0,
		               "this job has no identity token: give it 'id_tokens: SIGSTORE_ID_TOKEN: "
		               "aud: " AUDIENCE "', or sign with --key");
	return err_set(e, ERR_USAGE, 0,
	               "no identity token: give --identity-token TOKEN|FILE or SIGSTORE_ID_TOKEN (a "
	               "browser is not asked), or sign with --key");
}

int oidc_find(struct job *job, const char *given, struct keyless *k, struct arena *a, bytes *out,
              err *e)
{
	static const char *const buildkite[] = { "buildkite-agent", "oidc",   "request-token",
		                                     "--audience",      AUDIENCE, NULL };
	static const char *const circleci[] = {
		"circleci", "run", "oidc", "get", "--root-issuer", "--claims", "{\"aud\":\"" AUDIENCE "\"}",
		NULL
	};
	const struct seeking s = { job, k, a };
	const char *url = variable(&s, "ACTIONS_ID_TOKEN_REQUEST_URL");
	const char *secret = variable(&s, "ACTIONS_ID_TOKEN_REQUEST_TOKEN");
	err none = { 0 }; /* no pod's file: then nothing is there */

	if (given && oidc_is_token(bytes_str(given)))
		return check(bytes_str(given), "--identity-token", out, e);
	if (given)
		return from_file(&s, given, out, e);
	if (variable(&s, "SIGSTORE_ID_TOKEN"))
		return check(bytes_str(variable(&s, "SIGSTORE_ID_TOKEN")), "SIGSTORE_ID_TOKEN", out, e);
	if (url && secret)
		return from_github(&s, url, secret, out, e);
	if (variable(&s, "BUILDKITE"))
		return from_program(&s, buildkite, out, e);
	if (variable(&s, "CIRCLECI"))
		return from_program(&s, circleci, out, e);
	return from_file(&s, POD_TOKEN, out, &none) == 0 ? 0 : nothing(&s, e);
}
