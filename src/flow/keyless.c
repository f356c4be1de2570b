/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/keyless.h"

#include "base/limits.h"
#include "base/text.h"
#include "crypto/timestamp.h"
#include "flow/keyless_own.h"
#include "flow/service.h"
#include "trust/bundle_text.h"
#include "trust/oidc.h"
#include "trust/rekor.h"
#include "trust/stamp.h"

struct keyless {
	struct arena arena;
	struct keyless_options options;
	struct worker *worker;
	struct http *http;
	struct signing_config services;
	struct private_key *key;
	struct fulcio_certificate certificate;
};

/* -- the worker -------------------------------------------------------------------------------- */

/* ask(k, request, a, out, e): the fields of its answer; ends the request. Arena. */
static int ask(struct keyless *k, buf *request, struct arena *a, bytes *out, err *e)
{
	int status = worker_ask(k->worker, buf_bytes(request), LIMIT_KEYLESS_FIELDS, a, out, e);

	buf_done(request);
	return status;
}

/* -- opening ----------------------------------------------------------------------------------- */

static int read_services(struct keyless *k, err *e)
{
	struct signing_config *s = &k->services;
	buf request = BUF_INIT(1);
	bytes in;

	buf_putc(&request, KEYLESS_OPEN);
	if (ask(k, &request, &k->arena, &in, e) < 0)
		return -1;
	if (!keyless_take_services(&in, &k->arena, &s->authorities) ||
	    !keyless_take_services(&in, &k->arena, &s->logs) ||
	    !keyless_take_services(&in, &k->arena, &s->clocks) || in.n > 0)
		return worker_unread(e);
	return 0;
}

/* An address of the user's stands in place of what was configured. */
static int name_service(struct keyless *k, const char *url, const char *flag,
                        struct signing_services *out, err *e)
{
	if (!url)
		return 0;
	if (signing_url_check(bytes_str(url), &k->arena, e) < 0)
		return err_wrap(e, "%s", flag);
	*out = (struct signing_services){ .items = { { bytes_str(url), 1 } }, .len = 1 };
	return 0;
}

static int choose_services(struct keyless *k, err *e)
{
	const struct keyless_options *o = &k->options;
	struct signing_config *s = &k->services;

	if (name_service(k, o->fulcio_url, "--fulcio-url", &s->authorities, e) < 0 ||
	    name_service(k, o->rekor_url, "--rekor-url", &s->logs, e) < 0 ||
	    name_service(k, o->timestamp_url, "--timestamp-server-url", &s->clocks, e) < 0)
		return -1;
	if (o->no_log)
		s->logs.len = 0;
	return 0;
}

int keyless_open(const struct keyless_options *o, struct keyless **out, err *e)
{
	struct arena a = ARENA_INIT;
	struct keyless *k = arena_new(&a, struct keyless);
	bool landlock; /* `oakum selftest` tells */

	k->arena = a;
	k->options = *o;
	const struct worker_options w = {
		.serve = keyless_serve, .arg = &k->options, .keep = { -1, -1 }, .deadline = o->http.deadline
	};

	if (worker_start(&w, &k->worker, &landlock, e) < 0 || read_services(k, e) < 0 ||
	    choose_services(k, e) < 0) {
		keyless_close(k);
		return -1;
	}
	*out = k;
	return 0;
}

void keyless_close(struct keyless *k)
{
	if (!k)
		return;
	worker_stop(k->worker);
	if (k->http)
		http_close(k->http);
	private_key_free(k->key);
	struct arena a = k->arena;

	arena_wipe(&a); /* k lies in it */
}

const char *keyless_log(const struct keyless *k)
{
	return k->services.logs.len > 0 ? (const char *)k->services.logs.items[0].url.p : NULL;
}

bool keyless_log_promises(const struct keyless *k)
{
	return k->services.logs.len > 0 && k->services.logs.items[0].version == 1;
}

unsigned keyless_log_version(const struct keyless *k)
{
	const struct signing_services *s = &k->services.logs;
	unsigned newest = 0;

	for (size_t i = 0; i < s->len; i++)
		newest = s->items[i].version > newest ? s->items[i].version : newest;
	return newest;
}

/* -- services ---------------------------------------------------------------------------------- */

int keyless_http(struct keyless *k, struct http **out, err *e)
{
	if (!k->http && http_open(&k->options.http, &k->http, e) < 0)
		return -1;
	*out = k->http;
	return 0;
}

/* address(s, path, a): "https://log.example/" and "/api": one slash. */
static const char *address(const struct signing_service *s, const char *path, struct arena *a)
{
	bytes url = s->url;

	while (url.n > 0 && *path && url.p[url.n - 1] == '/')
		url.n--;
	return arena_printf(a, PRIb "%s", BYTESF(url), path);
}

static int post(struct keyless *k, struct service_call *call, struct arena *a, bytes *out, err *e)
{
	struct http *http;

	call->method = HTTP_POST;
	call->note = k->options.note;
	call->note_ctx = k->options.note_ctx;
	return keyless_http(k, &http, e) < 0 ? -1 : service_ask(http, call, a, out, e);
}

/* -- a certificate ----------------------------------------------------------------------------- */

static int read_certificate(struct keyless *k, bytes text, err *e)
{
	buf request = BUF_INIT(LIMIT_KEYLESS_QUESTION);
	bytes in;

	buf_putc(&request, KEYLESS_CERTIFICATE);
	pack_bytes(&request, public_key_der(private_key_public(k->key)));
	pack_bytes(&request, text);
	if (ask(k, &request, &k->arena, &in, e) < 0)
		return -1;
	if (!pack_take_bytes(&in, LIMIT_SERVICE_ANSWER, &k->certificate.leaf) ||
	    !pack_take_bytes(&in, 2 * LIMIT_SERVICE_ANSWER, &k->certificate.chain) || in.n > 0)
		return worker_unread(e);
	return 0;
}

/* Logs of version 2 tell no time, and a certificate without a time is nothing. */
static int check_times(const struct keyless *k, err *e)
{
	const struct signing_config *s = &k->services;
	bool told = s->clocks.len > 0;

	for (size_t i = 0; i < s->logs.len; i++)
		told |= s->logs.items[i].version == 1;
	return told ? 0
	            : err_set(e, ERR_USAGE, 0,
	                      "nobody would tell when this was signed: a log of version 1 or a time "
	                      "stamp authority is needed (--timestamp-server-url)");
}

int keyless_certify(struct keyless *k, bytes token, err *e)
{
	const struct signing_services *s = &k->services.authorities;
	struct oidc_claims claims;
	struct service_call call = { .what = "certificate authority",
		                         .type = "application/json",
		                         .accept = "application/json",
		                         .secret = token };
	bytes text;

	if (s->len == 0)
		return err_set(e, ERR_USAGE, 0,
		               "no certificate authority is configured for today: name one with "
		               "--fulcio-url, or sign with --key");
	if (check_times(k, e) < 0)
		return -1;
	if (oidc_claims_of(token, &k->arena, &claims, e) < 0)
		return err_wrap(e, "identity token");
	if (private_key_new(KEY_P256, &k->key, e) < 0 ||
	    fulcio_request(token, claims.subject, k->key, &k->arena, &call.body, e) < 0)
		return -1;
	call.url = address(&s->items[0], FULCIO_PATH, &k->arena);
	if (post(k, &call, &k->arena, &text, e) < 0)
		return -1;
	return read_certificate(k, text, e) < 0 ? err_wrap(e, "certificate authority %s", call.url) : 0;
}

const struct private_key *keyless_key(const struct keyless *k)
{
	return k->key;
}

bytes keyless_certificate(const struct keyless *k)
{
	return k->certificate.leaf;
}

bytes keyless_chain(const struct keyless *k)
{
	return k->certificate.chain;
}

/* -- witnesses --------------------------------------------------------------------------------- */

static int stamp(struct keyless *k, const struct signing_service *s, bytes signature,
                 struct arena *a, bytes *out, err *e)
{
	struct service_call call = { .what = "time stamp authority",
		                         .url = address(s, "", a),
		                         .type = STAMP_QUERY_TYPE,
		                         .accept = "application/timestamp-reply",
		                         .body = timestamp_request(signature, a) };
	buf request = BUF_INIT(LIMIT_KEYLESS_QUESTION);
	bytes nothing;

	if (post(k, &call, a, out, e) < 0)
		return -1;
	buf_putc(&request, KEYLESS_STAMP);
	pack_bytes(&request, signature);
	pack_bytes(&request, *out);
	return ask(k, &request, a, &nothing, e) < 0 ? err_wrap(e, "%s %s", call.what, call.url) : 0;
}

static int add_stamps(struct keyless *k, struct bundle *b, struct arena *a, err *e)
{
	const struct signing_services *s = &k->services.clocks;
	bytes *list = arena_array(a, bytes, s->len);

	for (size_t i = 0; i < s->len; i++)
		if (stamp(k, &s->items[i], b->signature, a, &list[i], e) < 0)
			return -1;
	b->timestamps = list;
	b->timestamps_len = s->len;
	return 0;
}

static int read_entry(struct keyless *k, unsigned version, bytes text, struct arena *a,
                      struct bundle_entry *out, err *e)
{
	buf request = BUF_INIT(LIMIT_KEYLESS_QUESTION);
	bytes in;

	buf_putc(&request, KEYLESS_ENTRY);
	pack_u64(&request, version);
	pack_bytes(&request, text);
	if (ask(k, &request, a, &in, e) < 0)
		return -1;
	return keyless_take_entry(&in, a, out) ? 0 : worker_unread(e);
}

static int log_at(struct keyless *k, const struct signing_service *s, const bytes *body,
                  struct arena *a, struct bundle_entry *out, err *e)
{
	struct service_call call = { .what = "transparency log",
		                         .url = address(s, rekor_path(s->version), a),
		                         .type = "application/json",
		                         .accept = "application/json",
		                         .body = *body,
		                         .finds = s->version == 1 };
	bytes text;

	if (post(k, &call, a, &text, e) < 0)
		return -1;
	if (read_entry(k, s->version, text, a, out, e) < 0)
		return err_wrap(e, "transparency log %s", call.url);
	return 0;
}

/* What any log would not take is told before the first has it. */
static int add_entries(struct keyless *k, struct bundle *b, const struct public_key *key,
                       struct arena *a, err *e)
{
	const struct signing_services *s = &k->services.logs;
	struct bundle_entry *list = arena_array(a, struct bundle_entry, s->len);
	bytes *bodies = arena_array(a, bytes, s->len);

	for (size_t i = 0; i < s->len; i++)
		if (rekor_request(s->items[i].version, b, key, a, &bodies[i], e) < 0)
			return -1;
	for (size_t i = 0; i < s->len; i++)
		if (log_at(k, &s->items[i], &bodies[i], a, &list[i], e) < 0)
			return -1;
	b->entries = list;
	b->entries_len = s->len;
	return 0;
}

static bytes digest_octets(const digest *d)
{
	return bytes_of(d->value, digest_size(d));
}

static int judge(struct keyless *k, const struct bundle *b, const struct keyless_subject *subject,
                 struct arena *a, struct keyless_proof *out, err *e)
{
	struct keyless_proof proof = { .text = bundle_text(b, a) };
	const struct keyless_case one = {
		.bundle = proof.text,
		.key = subject->key ? public_key_der(subject->key) : bytes_of(NULL, 0),
		.in_no_log = b->entries_len == 0,
		.has_artifact = subject->has_artifact,
		.artifact = subject->artifact,
		.sha256 = digest_octets(&subject->sha256),
		.sha512 = digest_octets(&subject->sha512),
	};
	buf request = BUF_INIT(LIMIT_KEYLESS_QUESTION);
	uint64_t time;
	bytes in;

	if (one.bundle.n > LIMIT_BUNDLE)
		return err_set(e, ERR_LIMIT, 0, "a bundle of %zu bytes; at most %zu", one.bundle.n,
		               LIMIT_BUNDLE);
	buf_putc(&request, KEYLESS_JUDGE);
	keyless_pack_case(&request, &one);
	if (ask(k, &request, a, &in, e) < 0)
		return -1;
	if (!pack_take_bytes(&in, LIMIT_IDENTITY, &proof.identity) ||
	    !pack_take_bytes(&in, LIMIT_IDENTITY, &proof.issuer) ||
	    !pack_take_u64(&in, INT64_MAX, &time) ||
	    !pack_take_u64(&in, UINT64_MAX, &proof.log_index) || in.n > 0)
		return worker_unread(e);
	proof.time = (int64_t)time;
	*out = proof;
	return 0;
}

int keyless_witness(struct keyless *k, struct bundle *b, const struct keyless_subject *subject,
                    struct arena *a, struct keyless_proof *out, err *e)
{
	struct bundle witnessed = *b;

	if (subject->has_artifact && subject->artifact.n > LIMIT_BLOB_WHOLE)
		return err_set(e, ERR_LIMIT, 0, "an artifact of %zu bytes", subject->artifact.n);
	/* Clocks first: when one does not answer, nothing has been published. */
	if (add_stamps(k, &witnessed, a, e) < 0 || add_entries(k, &witnessed, subject->key, a, e) < 0 ||
	    judge(k, &witnessed, subject, a, out, e) < 0)
		return -1;
	*b = witnessed;
	return 0;
}
