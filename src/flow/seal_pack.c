/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/seal_pack.h"

#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "flow/policy.h"
#include "oci/platform.h"
#include "sys/file.h"
#include "transfer/attachments.h"
#include "trust/public_good.h"

#define POLICY_FOLDER "policy/"

struct packing {
	const struct seal_pack_options *o;
	struct arena *arena;
	struct {
		struct transfer_file *items;
		size_t len, cap;
	} files;
	struct image_attachments there;
	const char *policy; /* its name in the pack; NULL */
};

static void add(struct packing *p, const char *name, bytes content)
{
	*ARENA_PUSH(p->arena, &p->files) = (struct transfer_file){ name, content };
}

/* -- the policy -------------------------------------------------------------------------------- */

static int add_file(struct packing *p, const char *path, bytes name, err *e)
{
	bytes content;

	if (file_read_all(path, LIMIT_TUF_FILE, p->arena, &content, e) < 0)
		return -1;
	add(p, arena_printf(p->arena, POLICY_FOLDER PRIb, BYTESF(name)), content);
	return 0;
}

/* The files that it names lie where it names them. */
static int add_policy(struct packing *p, err *e)
{
	const struct policy_options options = { .path = p->o->policy,
		                                    .root = p->o->trusted_root,
		                                    .root_is_named = p->o->trusted_root.n > 0,
		                                    .registry = p->o->registry,
		                                    .now = p->o->clock,
		                                    .deadline = p->o->registry.http.deadline };
	const bytes path = bytes_str(p->o->policy), base = path_base(path);
	const bytes folder = bytes_slice(path, 0, path.n - base.n);
	struct policy_session *s;

	if (!p->o->policy)
		return 0;
	if (policy_open(&options, &s, e) < 0)
		return -1;
	int status = add_file(p, p->o->policy, base, e);
	const struct strings *names = policy_files(s);

	for (size_t i = 0; i < names->len && status == 0; i++) {
		bytes name = arena_bytes(p->arena, names->items[i]);

		status = add_file(p, arena_printf(p->arena, PRIb PRIb, BYTESF(folder), BYTESF(name)), name,
		                  e);
	}
	policy_close(s);
	p->policy = arena_printf(p->arena, POLICY_FOLDER PRIb, BYTESF(base));
	return status;
}

/* -- bundles ----------------------------------------------------------------------------------- */

static int read_attached(struct packing *p, err *e)
{
	const struct attachments_options all = { .scope = SCOPE_ALL,
		                                     .kinds = 1u << ATTACHMENT_BUNDLE,
		                                     .registry = p->o->registry };

	if (attachments_read(p->o->target, &all, p->arena, &p->there, e) < 0)
		return -1;
	if (p->o->root && !digest_equal(p->o->root, &p->there.subjects[0].digest))
		return err_set(e, ERR_UNTRUSTED, 0, "it is %s there, which is not what was sealed",
		               DIGEST_TEXT(&p->there.subjects[0].digest));
	for (size_t i = 0; i < p->there.list.len; i++) {
		const struct attachment *at = &p->there.list.items[i];

		if (at->kind == ATTACHMENT_BUNDLE && at->content.n > 0)
			add(p,
			    arena_printf(p->arena, "bundles/%s.json",
			                 DIGEST_TEXT(&at->manifest) + strlen("sha256:")),
			    at->content);
	}
	return 0;
}

/* -- README ------------------------------------------------------------------------------------ */

/* In quotes that a shell leaves alone; what cannot stand in them is not put into a command. */
static const char *quoted(bytes text, struct arena *a)
{
	if (!bytes_is(text, SHOW(text)) || bytes_find(text, '\'') < text.n)
		return "'...'";
	return arena_printf(a, "'" PRIb "'", BYTESF(text));
}

static const char *signer_flags(const struct packing *p)
{
	const struct seal_pack_options *o = p->o;

	if (o->public_key.n > 0)
		return "--key key.pub";
	return arena_printf(p->arena,
	                    "--trusted-root trusted_root.json \\\n"
	                    "        --certificate-identity %s \\\n"
	                    "        --certificate-oidc-issuer %s",
	                    o->identity.n > 0 ? quoted(o->identity, p->arena) : "'WHO'",
	                    o->issuer.n > 0 ? quoted(o->issuer, p->arena) : "'ISSUER'");
}

static void describe_files(const struct packing *p, buf *out)
{
	buf_puts(out, "\n## What is in it\n\n"
	              "- `oci-layout`, `index.json`, `blobs/`: the image and all that is attached\n"
	              "  to it, as an OCI image layout.\n"
	              "- `bundles/`: each signature and statement, as a Sigstore bundle.\n"
	              "- `trusted_root.json`: the authorities and logs that are believed.\n");
	if (p->o->public_key.n > 0)
		buf_puts(out, "- `key.pub`: the public half of the key that signed.\n");
	if (p->policy)
		buf_printf(out, "- `%s`: the policy, and beside it the files that it names.\n", p->policy);
	for (size_t i = 0; i < p->o->reports_len; i++)
		buf_printf(out, "- `%s`: what `oakum seal` told.\n", p->o->reports[i].name);
}

static void describe_subjects(const struct packing *p, buf *out)
{
	buf_puts(out, "\n## Digests\n\n");
	for (size_t i = 0; i < p->there.subjects_len; i++) {
		const struct attachable *s = &p->there.subjects[i];

		const char *what = s->is_index            ? "the index"
		                   : s->platform.os.n > 0 ? platform_text(&s->platform, p->arena)
		                                          : "the image";

		buf_printf(out, "- `%s` %s\n", DIGEST_TEXT(&s->digest), SHOW(bytes_str(what)));
	}
}

static void describe_commands(const struct packing *p, buf *out)
{
	const char *who = signer_flags(p);

	buf_printf(out,
	           "\n## To verify it\n\nNothing of it needs a network. Here, or in the folder that\n"
	           "`tar -xf` made of the archive:\n\n"
	           "    oakum verify %s \\\n        --local-image .\n"
	           "    oakum verify-attestation %s \\\n        --type spdxjson --local-image .\n"
	           "    oakum verify-attestation %s \\\n        --type slsaprovenance1 "
	           "--local-image .\n",
	           who, who, who);
	if (p->policy)
		buf_printf(
			out,
			"    oakum verify --policy %s --trusted-root trusted_root.json \\\n"
			"        --image-name %s --local-image .\n",
			quoted(bytes_str(p->policy), p->arena),
			quoted(bytes_str(*p->there.name ? p->there.name : p->o->target->text), p->arena));
	buf_puts(out, "\nWithout unpacking, `oci-archive:FILE.tar` stands for `--local-image .`.\n"
	              "Other types: `vuln`, `test-result`, `cyclonedx`. Whom to believe is for the\n"
	              "reader to know: compare key or identity above with what its owner publishes.\n");
}

static bytes readme(struct packing *p)
{
	buf text = BUF_INIT(LIMIT_SETTINGS);

	buf_printf(&text, "# Evidence for %s\n", DIGEST_TEXT(&p->there.subjects[0].digest));
	describe_subjects(p, &text);
	describe_commands(p, &text);
	describe_files(p, &text);
	bytes whole = arena_bytes(p->arena, buf_bytes(&text));

	buf_done(&text);
	return whole;
}

/* -- all --------------------------------------------------------------------------------------- */

int seal_pack_write(const struct seal_pack_options *o, struct arena *a, err *e)
{
	struct packing p = { .o = o, .arena = a };
	const struct target to = { TARGET_OCI_ARCHIVE, o->path, "", o->path };
	struct transfer_options options = { .all = true,
		                                .referrers = true,
		                                .registry = o->registry,
		                                .environment = o->environment,
		                                .tmp_dir = o->tmp_dir };
	struct transfer_result result;

	if (read_attached(&p, e) < 0 || add_policy(&p, e) < 0)
		return -1;
	for (size_t i = 0; i < o->reports_len; i++)
		add(&p, o->reports[i].name, o->reports[i].content);
	if (o->public_key.n > 0)
		add(&p, "key.pub", o->public_key);
	add(&p, "trusted_root.json",
	    o->trusted_root.n > 0 ? o->trusted_root
	                          : bytes_of(trust_public_good, trust_public_good_len));
	add(&p, "README.md", readme(&p));
	options.more = p.files.items;
	options.more_len = p.files.len;
	return transfer_run(o->target, &to, &options, a, &result, e);
}
