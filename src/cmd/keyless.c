/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/keyless.h"

#include "base/text.h"
#include "cmd/message.h"
#include "cmd/oidc.h"
#include "cmd/prompt.h"
#include "cmd/roots.h"
#include "trust/oidc.h"

#define FIELD(name) offsetof(struct keyless_flags, name)
static const struct flag flags[] = {
	{ 'y', "yes", NULL, FLAG_SWITCH, FIELD(yes), "publish without asking first" },
	{ 0, "identity-token", "TOKEN|FILE", FLAG_SECRET, FIELD(identity_token),
	  "who signs (the token of the CI's job)" },
	{ 0, "tlog-upload", "true|false", FLAG_MAYBE, FIELD(tlog_upload),
	  "to a log (true without a key)" },
	{ 0, "signing-config", "FILE", FLAG_TEXT, FIELD(signing_config),
	  "whom to ask (Sigstore's public services)" },
	{ 0, "trusted-root", "FILE", FLAG_TEXT, FIELD(trusted_root),
	  "who is believed (Sigstore's public ones)" },
	{ 0, "fulcio-url", "URL", FLAG_TEXT, FIELD(fulcio_url), "this certificate authority" },
	{ 0, "rekor-url", "URL", FLAG_TEXT, FIELD(rekor_url), "this log, of version 1" },
	{ 0, "timestamp-server-url", "URL", FLAG_TEXT, FIELD(timestamp_url),
	  "this time stamp authority" },
	{ 0 },
};

const struct flag_group keyless_flag_group = { "keyless", "Sigstore's services", flags };

struct keyless_session {
	struct job *job;
	const struct keyless_flags *flags;
	struct keyless *keyless;
	struct arena secrets;
};

static bool is_said(const char *word, const char *value)
{
	return word && strcmp(word, value) == 0;
}

bool keyless_is_asked(const struct keyless_flags *f, bool has_key)
{
	return !has_key || f->signing_config || f->rekor_url || f->timestamp_url ||
	       is_said(f->tlog_upload, "true");
}

static void note(void *ctx, const char *text)
{
	message_note(ctx, NULL, text);
}

int keyless_start(struct job *job, const struct keyless_flags *f, const struct http_options *http,
                  bool has_key, struct keyless_session **out, err *e)
{
	bool configured = !has_key || f->signing_config || is_said(f->tlog_upload, "true");
	struct keyless_options o = { .only_named = !configured,
		                         .no_log = is_said(f->tlog_upload, "false"),
		                         .fulcio_url = f->fulcio_url,
		                         .rekor_url = f->rekor_url,
		                         .timestamp_url = f->timestamp_url,
		                         .http = *http,
		                         .now = job->clock_ns / 1000000000,
		                         .note = note,
		                         .note_ctx = job };
	struct keyless_session *s;

	if (trust_root_text(job, f->trusted_root, &o.root, e) < 0 ||
	    signing_config_text(job, f->signing_config, &o.config, e) < 0)
		return -1;
	s = arena_new(&job->arena, struct keyless_session);
	*s = (struct keyless_session){ .job = job, .flags = f };
	if (keyless_open(&o, &s->keyless, e) < 0)
		return -1;
	*out = s;
	return 0;
}

void keyless_end(struct keyless_session *s)
{
	if (!s)
		return;
	keyless_close(s->keyless);
	arena_wipe(&s->secrets);
}

struct keyless *keyless_of(const struct keyless_session *s)
{
	return s->keyless;
}

/* -- as whom ----------------------------------------------------------------------------------- */

/* The question tells all of it itself: notes are silent with --quiet. */
static int agree(const struct keyless_session *s, const struct oidc_claims *who, err *e)
{
	struct job *job = s->job;
	const char *log = keyless_log(s->keyless);
	const char *what = "the identity is published for ever, in a log of certificates";
	bytes answer;

	if (log)
		what = arena_printf(&job->arena, "identity and signature are published for ever in %s",
		                    log);
	const char *text = arena_printf(&job->arena, "signing as '%s', for whom '%s' vouches; %s",
	                                SHOW(who->subject), SHOW(who->issuer), what);

	if (s->flags->yes) {
		message_note(job, NULL, text);
		return 0;
	}
	if (!job->err.is_tty)
		return err_set(e, ERR_USAGE, 0, "nobody can be asked whether to publish '%s': say --yes",
		               SHOW(who->subject));
	if (prompt_ask(job, arena_printf(&job->arena, "%s\nGo on? [y/N] ", text), false, "say --yes",
	               &answer, e) < 0)
		return -1;
	if (!bytes_equal_nocase(answer, BYTES("y")) && !bytes_equal_nocase(answer, BYTES("yes")))
		return err_set(e, ERR_USAGE, 0, "not signed, as you said");
	return 0;
}

int keyless_login(struct keyless_session *s, err *e)
{
	int64_t now = s->job->clock_ns / 1000000000;
	struct oidc_claims who;
	bytes token;

	if (oidc_find(s->job, s->flags->identity_token, s->keyless, &s->secrets, &token, e) < 0)
		return -1;
	if (oidc_claims_of(token, &s->secrets, &who, e) < 0)
		return err_wrap(e, "identity token");
	if (who.expires > 0 && who.expires <= now)
		return err_set(e, ERR_USAGE, 0, "the identity token has been of no use for %lld s",
		               (long long)(now - who.expires));
	return agree(s, &who, e) < 0 ? -1 : keyless_certify(s->keyless, token, e);
}
