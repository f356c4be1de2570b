/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "trust/slsa_own.h"

#include <string.h>

int slsa_refuse(err *e, const char *why)
{
	return err_set(e, ERR_UNTRUSTED, 0, "%s", why);
}

/* -- sources ----------------------------------------------------------------------------------- */

bool slsa_same_source(bytes a, bytes b)
{
	a = provenance_plain_source(a);
	return a.n > 0 && bytes_equal(a, provenance_plain_source(b));
}

/* -- versions ---------------------------------------------------------------------------------- */

struct semver {
	bytes parts[3];
	size_t len; /* how many of them stand there */
	bytes pre;  /* behind "-" */
	bool has_build;
};

static bool is_number(bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0 && (s.n == 1 || s.p[0] != '0');
}

static bool is_words(bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-.", s.p[i]) ||
		    s.p[i] == 0)
			return false;
	return s.n > 0;
}

/* semver_read(text, out): "v1", "v1.2", "v1.2.3-rc.1+build". */
static bool semver_read(bytes text, struct semver *out)
{
	size_t plus = bytes_find(text, '+'), dash;
	bytes build = bytes_skip(text, plus < text.n ? plus + 1 : text.n), part;

	*out = (struct semver){ .has_build = plus < text.n };
	text = bytes_slice(text, 0, plus);
	dash = bytes_find(text, '-');
	out->pre = bytes_skip(text, dash < text.n ? dash + 1 : text.n);
	bool has_pre = dash < text.n;

	text = bytes_slice(text, 0, dash);
	if (!bytes_take_prefix(&text, BYTES("v")) || bytes_ends(text, BYTES(".")))
		return false;
	while (bytes_take_until(&text, '.', &part)) {
		if (out->len == 3 || !is_number(part))
			return false;
		out->parts[out->len++] = part;
	}
	if (has_pre && (out->len != 3 || !is_words(out->pre)))
		return false;
	return out->len > 0 && (!out->has_build || (out->len == 3 && is_words(build)));
}

bool slsa_is_release_of(bytes ref, bytes language)
{
	struct semver v;

	return bytes_take_prefix(&ref, BYTES("refs/tags/")) && semver_read(ref, &v) && v.len == 3 &&
	       !v.has_build && bytes_equal(v.pre, language);
}

bool slsa_is_release(bytes ref)
{
	return slsa_is_release_of(ref, (bytes){ 0 });
}

/* -- builders ---------------------------------------------------------------------------------- */

bool slsa_builder_fits(bytes builder, bytes asked)
{
	size_t at = bytes_find(builder, '@'), asked_at = bytes_find(asked, '@');
	bytes ref = bytes_skip(builder, at < builder.n ? at + 1 : at);
	bytes want = bytes_skip(asked, asked_at < asked.n ? asked_at + 1 : asked_at);

	if (!bytes_equal(bytes_slice(builder, 0, at), bytes_slice(asked, 0, asked_at)))
		return false;
	if (asked_at == asked.n || bytes_equal(ref, want))
		return true;
	return bytes_take_prefix(&ref, BYTES("refs/tags/")) && bytes_equal(ref, want);
}

/* -- wishes ------------------------------------------------------------------------------------ */

static bytes ref_of(const struct provenance *p)
{
	return p->source.ref.n > 0 ? p->source.ref : p->run.ref;
}

/* A tag was made on a branch, which the event may tell. */
static int check_branch(bytes branch, const struct provenance *p, err *e)
{
	bytes ref = ref_of(p);

	if (bytes_starts(ref, BYTES("refs/tags/")))
		ref = p->run.base_ref;
	if (!bytes_take_prefix(&ref, BYTES("refs/heads/")))
		return err_set(e, ERR_UNTRUSTED, 0, "the provenance names no branch, asked is '%s'",
		               SHOW(branch));
	if (bytes_equal(ref, branch))
		return 0;
	return err_set(e, ERR_UNTRUSTED, 0, "built from branch '%s', not '%s'", SHOW(ref),
	               SHOW(branch));
}

static int take_tag(const struct provenance *p, bytes asked, bytes *out, err *e)
{
	*out = ref_of(p);
	if (bytes_take_prefix(out, BYTES("refs/tags/")) && out->n > 0)
		return 0;
	return err_set(e, ERR_UNTRUSTED, 0, "built from no tag, asked is '%s'", SHOW(asked));
}

static int check_tag(bytes asked, const struct provenance *p, err *e)
{
	bytes tag;

	if (take_tag(p, asked, &tag, e) < 0)
		return -1;
	if (bytes_equal(tag, asked))
		return 0;
	return err_set(e, ERR_UNTRUSTED, 0, "built from tag '%s', not '%s'", SHOW(tag), SHOW(asked));
}

static bool is_version(const struct semver *tag, const struct semver *asked)
{
	for (size_t i = 0; i < asked->len; i++)
		if (!bytes_equal(i < tag->len ? tag->parts[i] : BYTES("0"), asked->parts[i]))
			return false;
	/* Who names all three numbers means no release candidate. */
	return asked->len < 3 || bytes_equal(tag->pre, asked->pre);
}

static int check_versioned_tag(bytes asked, const struct provenance *p, err *e)
{
	struct semver want, have;
	bytes tag;

	if (!semver_read(asked, &want))
		return err_set(e, ERR_USAGE, 0, "--source-versioned-tag '%s' is no version like v1.2.3",
		               SHOW(asked));
	if (take_tag(p, asked, &tag, e) < 0)
		return -1;
	if (!semver_read(tag, &have))
		return err_set(e, ERR_UNTRUSTED, 0, "built from tag '%s', which is no version", SHOW(tag));
	if (is_version(&have, &want))
		return 0;
	return err_set(e, ERR_UNTRUSTED, 0, "built from tag '%s', no version of '%s'", SHOW(tag),
	               SHOW(asked));
}

static int check_inputs(const struct provenance_values *asked, const struct provenance *p, err *e)
{
	if (asked->len > 0 && !bytes_is(p->run.trigger, "workflow_dispatch"))
		return slsa_refuse(e, "inputs are asked, and nobody started the build with any");
	for (size_t i = 0; i < asked->len; i++) {
		const struct provenance_value *want = &asked->items[i];
		const bytes *have = provenance_value_of(&p->inputs, want->name);

		if (!have)
			return err_set(e, ERR_UNTRUSTED, 0, "the build had no input '%s'", SHOW(want->name));
		if (!bytes_equal(*have, want->value))
			return err_set(e, ERR_UNTRUSTED, 0, "the build's input '%s' was '%s', not '%s'",
			               SHOW(want->name), SHOW(*have), SHOW(want->value));
	}
	return 0;
}

int slsa_check_wishes(const struct slsa_request *request, const struct provenance *p, err *e)
{
	if (request->branch.n > 0 && check_branch(request->branch, p, e) < 0)
		return -1;
	if (request->tag.n > 0 && check_tag(request->tag, p, e) < 0)
		return -1;
	if (request->versioned_tag.n > 0 && check_versioned_tag(request->versioned_tag, p, e) < 0)
		return -1;
	return check_inputs(&request->inputs, p, e);
}
