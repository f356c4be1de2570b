/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/signing.h"

#include "base/limits.h"
#include "base/text.h"
#include "cmd/images.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/status.h"
#include "fmt/json_write.h"
#include "oci/platform.h"
#include "sys/file.h"

#include <stddef.h>

#define FIELD(name) offsetof(struct signing_flags, name)
#define PLATFORM { 0, "platform", "OS/ARCH", FLAG_TEXT, FIELD(platform), "one image of an index" }
#define NEW_BUNDLE \
	{ 0, "new-bundle-format", "true|false", FLAG_MAYBE, FIELD(new_bundle), "false: --format tag" }
#define BUNDLE { 0, "bundle", "FILE", FLAG_TEXT, FIELD(bundle), "write the bundle there, too" }
#define OUTPUT { 'o', "output", "text|json", FLAG_CHOICE, FIELD(output), "what is told" }
#define TIMEOUT { 0, "timeout", "TIME", FLAG_TIME, FIELD(timeout_ms), "give up after this (1h)" }

static const struct flag attaching[] = {
	PLATFORM,
	NEW_BUNDLE,
	{ 0, "upload", "true|false", FLAG_MAYBE, FIELD(upload), "false: attach nothing" },
	BUNDLE,
	OUTPUT,
	TIMEOUT,
	{ 0 },
};
const struct flag_group attaching_flag_group = { "attaching", "Attaching", attaching };

static const struct flag attesting[] = {
	{ 'r', "recursive", NULL, FLAG_SWITCH, FIELD(recursive),
	  "of an index, and of each image that it lists" },
	PLATFORM,
	{ 0, "format", "bundle|tag|both", FLAG_CHOICE, FIELD(format),
	  "as cosign 3 (bundle), as cosign 2 (tag)" },
	{ 0, "replace", NULL, FLAG_SWITCH, FIELD(replace),
	  "instead of others of that type (--format tag)" },
	NEW_BUNDLE,
	{ 0, "no-upload", "true|false", FLAG_MAYBE, FIELD(no_upload), "attach nothing" },
	BUNDLE,
	{ 0, "attach", "FILE", FLAG_TEXT, FIELD(attach), "a bundle that was signed before" },
	OUTPUT,
	TIMEOUT,
	{ 0 },
};
const struct flag_group attesting_flag_group = { "attesting", "Attaching", attesting };

/* -- who signs --------------------------------------------------------------------------------- */

int signing_open(struct signing *s, struct job *job, const struct signing_flags *flags,
                 const struct texts *images, err *e)
{
	*s = (struct signing){ .job = job, .flags = flags };
	keys_early(job, &flags->key, &s->words);
	if (network_prepare(job, &flags->network, flags->timeout_ms,
	                    images ? images->items[0] : NULL, &s->registry, e) < 0)
		return -1;
	s->words.until = s->registry.http.deadline;
	s->has_session = images != NULL;
	return images ? attach_open(&s->session, &s->registry, e) : 0;
}

bool signing_fits_tags(const struct signing *s)
{
	const struct keyless *k = s->keyless ? keyless_of(s->keyless) : NULL;

	return !k || !keyless_log(k) || keyless_log_promises(k);
}

/* Before anything is certified or published. */
static int check_log(const struct signing *s, err *e)
{
	const struct keyless *k = s->keyless ? keyless_of(s->keyless) : NULL;

	if (!s->as_tag || signing_fits_tags(s))
		return 0;
	return err_set(e, ERR_USAGE, 0,
	               "the log '%s' makes no promises (Rekor 2), which the tag scheme needs; write a "
	               "bundle (--format bundle)",
	               SHOW(bytes_str(keyless_log(k))));
}

/* Workers are forked, nobody is asked yet. */
static int start_services(struct signing *s, err *e)
{
	const struct signing_flags *f = s->flags;
	bool has_key = f->key.key != NULL;

	if (has_key && f->keyless.identity_token)
		return err_set(e, ERR_USAGE, 0, "--key and --identity-token exclude each other");
	if (keyless_is_asked(&f->keyless, has_key) &&
	    keyless_start(s->job, &f->keyless, &s->registry.http, has_key, &s->keyless, e) < 0)
		return -1;
	return check_log(s, e);
}

/* The key is read, or a certificate asked for: from then on it is public who signs. */
static int enter(struct signing *s, err *e)
{
	const struct signing_flags *f = s->flags;
	bool has_key = f->key.key != NULL;

	if (has_key ? keys_open(s->job, &f->key, &s->words, &s->signer, e) < 0
	            : keyless_login(s->keyless, e) < 0)
		return -1;
	if (!has_key)
		signer_borrow(keyless_key(keyless_of(s->keyless)), &s->signer);
	s->who = (struct sign_who){ .signer = &s->signer,
		                        .keyless = s->keyless ? keyless_of(s->keyless) : NULL,
		                        .by_certificate = !has_key };
	return 0;
}

int signing_login(struct signing *s, err *e)
{
	return start_services(s, e) < 0 ? -1 : enter(s, e);
}

void signing_close(struct signing *s)
{
	signer_done(&s->signer);
	keyless_end(s->keyless);
	if (s->has_session)
		attach_close(&s->session);
}

/* -- what is signed ---------------------------------------------------------------------------- */

int signing_testimony(struct signing *s, const char *type, const char *predicate,
                      const char *statement, struct testimony *out, err *e)
{
	const char *path = statement ? statement : predicate;
	struct predicate_type known;
	bytes content;

	if (!predicate == !statement)
		return err_set(e, ERR_USAGE, 0, "say what is attested: --predicate FILE (with --type), or "
		                                "--statement FILE");
	if (statement && type)
		return err_set(e, ERR_USAGE, 0, "a --statement says its own type: leave --type out");
	if (!statement && predicate_type_of(type ? type : "custom", &known, e) < 0)
		return -1;
	s->words.stdin_is_taken = strcmp(path, "-") == 0;
	if (file_read_input(path, LIMIT_BUNDLE / 2, &s->job->arena, &content, e) < 0)
		return -1;
	if (testimony_read(content, statement ? NULL : &known, s->registry.http.deadline,
	                   &s->job->arena, out, e) < 0)
		return err_wrap(e, "%s '%s'", statement ? "statement" : "predicate",
		                SHOW(bytes_str(path)));
	return 0;
}

/* -- what is told ------------------------------------------------------------------------------ */

/* is_elsewhere(r): it is attached in another repository than the image's. */
static bool is_elsewhere(const struct sign_result *r)
{
	return strcmp(r->image.place, r->image.name) != 0;
}

static void put_place(struct json_writer *w, const char *name, const struct sign_result *r,
                      const digest *manifest, const char *tag)
{
	if (manifest->algorithm == DIGEST_NONE)
		return;
	json_write_object(w, name);
	if (is_elsewhere(r))
		json_write_text(w, "repository", r->image.place);
	json_write_text(w, "manifest", DIGEST_TEXT(manifest));
	if (tag)
		json_write_text(w, "tag", tag);
	json_write_end(w);
}

static void put_json(struct json_writer *w, struct job *job, const char *target,
                     const struct sign_result *r, const struct signed_image *one)
{
	json_write_object(w, NULL);
	json_write_octets(w, "image", bytes_str(target));
	if (*r->image.name)
		json_write_text(w, "repository", r->image.name);
	json_write_text(w, "digest", DIGEST_TEXT(&one->subject.digest));
	if (one->subject.platform.os.n > 0)
		json_write_octets(w, "platform",
		                  bytes_str(platform_text(&one->subject.platform, &job->arena)));
	put_place(w, "bundle", r, &one->referrer, NULL);
	put_place(w, "tagged", r, &one->tagged, one->tag);
	json_write_some(w, "identity", one->identity);
	json_write_some(w, "issuer", one->issuer);
	if (one->is_logged)
		json_write_u64(w, "logIndex", one->log_index);
	json_write_end(w);
}

struct telling {
	struct signing *s;
	struct stream out;
	struct json_writer json;
	bool as_json, is_attested;
};

static void put_text(struct telling *t, const char *target, const struct sign_result *r,
                     const struct signed_image *one)
{
	struct stream *out = &t->out;
	struct arena *a = &t->s->job->arena;
	const char *place = is_elsewhere(r) ? r->image.place : "", *at = *place ? "@" : "";

	stream_puts(out, t->is_attested ? "attested " : "signed ");
	stream_show(out, bytes_str(*r->image.name ? r->image.name : target));
	stream_printf(out, "@%s", DIGEST_TEXT(&one->subject.digest));
	if (one->subject.platform.os.n > 0) {
		stream_puts(out, " (");
		stream_show(out, bytes_str(platform_text(&one->subject.platform, a)));
		stream_puts(out, ")");
	}
	if (one->identity.n > 0) {
		stream_puts(out, "\n  as        ");
		stream_show(out, one->identity);
	}
	if (one->referrer.algorithm != DIGEST_NONE)
		stream_printf(out, "\n  attached  %s%s%s", place, at, DIGEST_TEXT(&one->referrer));
	if (one->tagged.algorithm != DIGEST_NONE)
		stream_printf(out, "\n  tagged    %s%s%s", place, *place ? ":" : "", one->tag);
	if (one->is_logged)
		stream_printf(out, "\n  logged as %llu", (unsigned long long)one->log_index);
	stream_puts(out, "\n");
}

static void tell(struct telling *t, const char *target, const struct sign_result *r)
{
	for (size_t i = 0; i < r->len; i++)
		if (t->as_json)
			put_json(&t->json, t->s->job, target, r, &r->items[i]);
		else
			put_text(t, target, r, &r->items[i]);
}

/* -- images ------------------------------------------------------------------------------------ */

/* The flags of cosign 3 (--new-bundle-format) and ours say the same. */
static int take_forms(const struct signing_flags *f, struct sign_wish *wish, err *e)
{
	bytes format = bytes_str(f->format);

	if (f->format && f->new_bundle)
		return err_set(e, ERR_USAGE, 0, "--format and --new-bundle-format exclude each other");
	wish->as_tag = bytes_is(format, "tag") || bytes_is(format, "both") ||
	               bytes_is(bytes_str(f->new_bundle), "false");
	wish->replace = f->replace;
	wish->as_bundle = !wish->as_tag || bytes_is(format, "both");
	if (wish->replace && !wish->as_tag)
		return err_set(e, ERR_USAGE, 0,
		               "--replace is of the tag scheme (--format tag): bundles stay beside others");
	if (f->bundle && !wish->as_bundle)
		return err_set(e, ERR_USAGE, 0, "--bundle and --format tag exclude each other");
	return 0;
}

static int take_scope(struct signing *s, struct platform *platform, struct sign_wish *wish, err *e)
{
	const struct signing_flags *f = s->flags;

	wish->scope = f->recursive ? SCOPE_ALL : f->platform ? SCOPE_PLATFORM : SCOPE_ROOT;
	if (f->recursive && f->platform)
		return err_set(e, ERR_USAGE, 0, "--recursive and --platform exclude each other");
	if (!f->platform)
		return 0;
	wish->platform = platform;
	return platform_parse(bytes_str(f->platform), &s->job->arena, platform, e);
}

/* take_flags(s, platform, wish, e): in which form, of what, where to. */
static int take_flags(struct signing *s, struct platform *platform, struct sign_wish *wish, err *e)
{
	if (take_forms(s->flags, wish, e) < 0 || take_scope(s, platform, wish, e) < 0)
		return -1;
	return images_elsewhere(s->job, &s->session.elsewhere, e);
}

static int sign_one(struct telling *t, const char *name, const struct sign_wish *wish, err *e)
{
	struct signing *s = t->s;
	struct target target;
	struct sign_result r;

	if (target_parse_signed(name, &s->job->arena, &target, e) < 0 ||
	    sign_image(&s->who, wish, &s->session, &target, &s->job->arena, &r, e) < 0)
		return -1;
	images_note_tag(s->job, name, r.image.tag, DIGEST_TEXT(&r.image.root), "signed");
	tell(t, name, &r);
	return 0;
}

/* Without a key nothing is certified before all images are found. */
static int find_all(struct signing *s, const struct texts *images, const struct sign_wish *wish,
                    err *e)
{
	for (size_t i = 0; i < images->len && !s->flags->key.key; i++) {
		struct attach_image image;
		struct target target;

		if (target_parse_signed(images->items[i], &s->job->arena, &target, e) < 0)
			return -1;
		if (attach_begin(&s->session, &target, wish->scope, wish->platform, &s->job->arena, &image,
		                 e) < 0)
			return err_wrap(e, "%s", SHOW(bytes_str(images->items[i])));
	}
	return 0;
}

/* The images are found before anybody vouches for who signs them. */
static int call_signer(struct signing *s, const struct texts *images, const struct sign_wish *wish,
                       err *e)
{
	if (wish->kept.n > 0)
		return 0;
	return start_services(s, e) < 0 || find_all(s, images, wish, e) < 0 ? -1 : enter(s, e);
}

int signing_images(struct signing *s, const struct texts *images, struct sign_wish *wish, err *e)
{
	struct telling t = { .s = s,
		                 .as_json = bytes_is(bytes_str(s->flags->output), "json"),
		                 .is_attested = wish->testimony || wish->kept.n > 0 };
	struct platform platform;
	enum status status = STATUS_DONE;

	if (s->flags->bundle && (images->len > 1 || s->flags->recursive))
		return err_set(e, ERR_USAGE, 0, "--bundle is of one image");
	if (take_flags(s, &platform, wish, e) < 0)
		return -1;
	s->as_tag = wish->as_tag;
	if (call_signer(s, images, wish, e) < 0)
		return -1;
	wish->keep = bytes_is(bytes_str(s->flags->upload), "false") ||
	             bytes_is(bytes_str(s->flags->no_upload), "true");
	wish->bundle_file = s->flags->bundle;
	wish->now = s->job->now;
	output_stdout(&t.out);
	json_write_init(&t.json, &t.out);
	if (t.as_json)
		json_write_array(&t.json, NULL);
	for (size_t i = 0; i < images->len; i++) {
		err failure = { 0 };

		if (sign_one(&t, images->items[i], wish, &failure) == 0)
			continue;
		message_error(s->job, images->items[i], &failure);
		status = status_worse(status, status_of(failure.kind));
	}
	if (t.as_json)
		json_write_end(&t.json);
	return stream_finish(&t.out, e) < 0 ? -1 : (int)status;
}
