/* SPDX-License-Identifier: Apache-2.0 */
/* Rules about versions of .NET: out of support, floating, in preview; and whether anybody asks for
 * the signature of its images. */
#include "base/path.h"
#include "base/text.h"
#include "model/support.h"
#include "rule/dotnet.h"

#define RULE(id) (&dotnet_rules[id])

static bool has(bytes text, const char *part)
{
	return bytes_search(text, bytes_str(part)) < text.n;
}

/* -- versions --------------------------------------------------------------------------------- */

/* "8.0.404-noble" and "8" are of the channel "8.0". */
static bool is_over(bytes version, const struct rule_job *job)
{
	bytes rest = bytes_slice(version, 0, bytes_find(version, '-')), major = BYTES("");
	bytes minor = BYTES("0");

	(void)bytes_take_until(&rest, '.', &major); /* nothing: of no channel */
	(void)bytes_take_until(&rest, '.', &minor);
	const char *channel = arena_printf(job->arena, PRIb "." PRIb, BYTESF(major), BYTESF(minor));

	return support_of_channel(bytes_str(channel), job->options->now).state == SUPPORT_ENDED;
}

/* "10.0", "10.0-noble": a minor version that moves with each patch. */
bool dotnet_is_floating(bytes tag)
{
	bytes version = bytes_slice(tag, 0, bytes_find(tag, '-'));
	size_t dots = 0;

	for (size_t k = 0; k < version.n; k++)
		dots += version.p[k] == '.';
	return dots < 2;
}

static bool has_finding(const struct rule_job *job, size_t file, size_t from,
                        const struct rule *rule)
{
	for (size_t k = 0; k < job->findings.len; k++)
		if (job->findings.items[k].file == file && job->findings.items[k].from == from &&
		    job->findings.items[k].rule == rule)
			return true;
	return false;
}

/* The variant of .NET 10 that stands for this one: Alpine stays Alpine, chiseled stays chiseled;
 * what was Debian or an older Ubuntu becomes the default, Ubuntu 24.04. NULL: a person decides. */
static const char *variant_of(bytes tag)
{
	static const struct {
		const char *part, *variant;
	} variants[] = {
		{ "nanoserver", NULL },          { "windowsservercore", NULL },
		{ "alpine", "-alpine" },         { "azurelinux", "-azurelinux3.0" },
		{ "mariner", "-azurelinux3.0" }, { "chiseled", "-noble" },
	};
	size_t k = 0, len = sizeof(variants) / sizeof(*variants);

	while (k < len && !has(tag, variants[k].part))
		k++;
	return k < len ? variants[k].variant : "";
}

/* A program starts on the version alone that its project asks for: both move, or none. */
static bool project_moves(const struct dotnet_scope *s, unsigned major)
{
	return dotnet_property(s, "TargetFramework", arena_printf(s->job->arena, "net%u.0", major)) ||
	       (major == 3 && dotnet_property(s, "TargetFramework", "netcoreapp3.1"));
}

static void move_tag(const struct dotnet_scope *scope, const struct docker_file *f,
                     const struct docker_stage *s, unsigned major)
{
	const struct dockerfile_word *w = &s->in->image;
	struct job_finding *finding = docker_find(f, RULE(DN019), w->from, w->to);
	const char *variant = variant_of(s->tag);
	bytes name = s->name;

	finding->message = arena_printf(f->job->arena, ".NET %u gets no security fixes any more",
	                                major);
	if (!variant || !project_moves(scope, major) || s->digest.n > 0 ||
	    bytes_find(w->text, '$') < w->text.n ||
	    !bytes_take_prefix(&name, BYTES("mcr.microsoft.com/dotnet/")))
		return;
	(void)bytes_take_prefix(&name, BYTES("core/")); /* where they lay until 3.1 */
	docker_fix(f, finding, RULE_FIX_REVIEW, w->from, w->to,
	           arena_printf(f->job->arena, "mcr.microsoft.com/dotnet/%s:10.0%s%s%s%s",
	                        docker_text(f, name), variant,
	                        has(s->tag, "chiseled") ? "-chiseled" : "",
	                        has(s->tag, "distroless") ? "-distroless" : "",
	                        has(s->tag, "-extra") ? "-extra" : ""));
}

static void check_version(const struct dotnet_scope *scope, const struct docker_file *f,
                          const struct docker_stage *s)
{
	const struct dockerfile_word *w = &s->in->image;
	unsigned major;

	if (s->parent > 0)
		return;
	if (bytes_starts(s->name, BYTES("microsoft/dotnet")) ||
	    bytes_starts(s->name, BYTES("microsoft/aspnetcore")))
		docker_find(f, RULE(DN019), w->from, w->to);
	if (!docker_is_dotnet(s, NULL, &major))
		return;
	if (is_over(s->tag, f->job))
		move_tag(scope, f, s, major);
	if (has(s->name, "/nightly/") || has(s->tag, "preview") || has(s->tag, "-rc"))
		docker_find(f, RULE(DN021), w->from, w->to);
	/* Where the moving tag is no matter for DF004 (a scheduled rebuild), it is none here. */
	else if (s->tag.n > 0 && dotnet_is_floating(s->tag) &&
	         has_finding(f->job, f->file, w->from, &docker_rules[DF004]))
		docker_find(f, RULE(DN020), w->from, w->to);
}

/* -- projects --------------------------------------------------------------------------------- */

/* "net8.0", "netcoreapp3.1": a runtime of its own has to be of that version. */
static void check_framework(const struct dotnet_scope *s, const struct dotnet_file *file,
                            const struct xml_element *e)
{
	bytes text = bytes_trim(e->text), number = text;
	uint64_t major;

	if (!bytes_take_prefix(&number, BYTES("netcoreapp")) &&
	    !bytes_take_prefix(&number, BYTES("net")))
		return;
	size_t dot = bytes_find(number, '.'), dash = bytes_find(number, '-');

	if (dot == number.n || !text_take_u64(bytes_slice(number, 0, dot), 10, 100, &major) ||
	    !is_over(number, s->job))
		return;
	struct job_finding *f = job_find(s->job, RULE(DN019), file->file, e->whole.begin, e->whole.end);

	f->message = arena_printf(s->job->arena, ".NET %u gets no security fixes any more",
	                          (unsigned)major);
	if (dash < number.n || e->inside.end - e->inside.begin != e->text.n)
		return;
	edits_add(&f->fix, s->job->arena, e->inside.begin, e->inside.end, BYTES("net10.0"));
	f->fix_class = RULE_FIX_REVIEW;
}

static bool says(const struct dotnet_file *file, const char *name, const char *value)
{
	for (const struct xml_element *e = file->root; e; e = xml_after(e, file->root))
		if (bytes_is(e->name, name) && bytes_equal_nocase(bytes_trim(e->text), bytes_str(value)))
			return true;
	return false;
}

void dotnet_check_frameworks(const struct dotnet_scope *s)
{
	for (size_t k = 0; k < s->files.len; k++) {
		const struct dotnet_file *file = &s->files.items[k];

		for (const struct xml_element *e = file->root; e; e = xml_after(e, file->root)) {
			if (bytes_is(e->name, "TargetFramework"))
				check_framework(s, file, e);
			if (bytes_is(e->name, "PublishTrimmed") &&
			    bytes_equal_nocase(bytes_trim(e->text), BYTES("true")) &&
			    says(file, "SelfContained", "false"))
				job_find(s->job, RULE(DN023), file->file, e->whole.begin, e->whole.end)->message =
					"only a self-contained program is trimmed";
		}
	}
}

/* -- signatures ------------------------------------------------------------------------------- */

static bool has_policy(const struct rule_job *job)
{
	for (size_t k = 0; k < job->files.len; k++)
		if (bytes_is(path_base(bytes_str(job->files.items[k].name)), "trustpolicy.json") &&
		    has(job->files.items[k].text, "mcr.microsoft.com/dotnet/"))
			return true;
	return false;
}

/* Notation's trust policy (notaryproject specification, trust store and policy, version 1.0). */
#define POLICY \
	"{\n  \"version\": \"1.0\",\n  \"trustPolicies\": [\n    {\n" \
	"      \"name\": \"microsoft-dotnet\",\n      \"registryScopes\": [%s],\n" \
	"      \"signatureVerification\": { \"level\": \"strict\" },\n" \
	"      \"trustStores\": [\"ca:microsoft-supplychain\"],\n      \"trustedIdentities\": [\n" \
	"        \"x509.subject: CN=Microsoft SCD Products RSA Signing, O=Microsoft Corporation, " \
	"L=Redmond, ST=Washington, C=US\"\n      ]\n    }\n  ]\n}\n"

static void check_signature(const struct docker_file *f)
{
	const struct dockerfile_word *first = NULL;
	const char *scopes = "";
	unsigned major;

	if (!job_wants(f->job->options, RULE(DN029)))
		return;
	for (size_t k = 0; k < f->stages_len; k++) {
		const struct docker_stage *s = &f->stages[k];
		const char *scope = arena_printf(f->job->arena, "\"%s\"", docker_text(f, s->name));

		if (s->parent > 0 || !docker_is_dotnet(s, NULL, &major))
			continue;
		first = first ? first : &s->in->image;
		if (!has(bytes_str(scopes), scope))
			scopes = arena_printf(f->job->arena, "%s%s%s", scopes, *scopes ? ", " : "", scope);
	}
	if (!first || has_policy(f->job))
		return;
	struct job_finding *finding = docker_find(f, RULE(DN029), first->from, first->to);

	finding->made = JOB_MADE_TRUST;
	docker_fix(f, finding, RULE_FIX_SAFE, 0, 0, arena_printf(f->job->arena, POLICY, scopes));
}

/* Ahead of time it is compiled for one C library: that of Alpine, or that of the others. */
static void check_library(const struct dotnet_scope *s, const struct docker_file *f)
{
	const struct docker_stage *last = &f->stages[f->final];
	const struct dockerfile_word *w = &last->in->image;
	unsigned major;

	if (!dotnet_property(s, "PublishAot", "true") || last->parent > 0)
		return;
	for (size_t k = 0; k < f->stages_len; k++)
		if (docker_is_dotnet(&f->stages[k], "sdk", &major) && k != f->final &&
		    docker_is_alpine(&f->stages[k]) != docker_is_alpine(last) &&
		    docker_is_dotnet(last, NULL, &major)) {
			docker_find(f, RULE(DN023), w->from, w->to)->message =
				"compiled for another C library than this image has";
			return;
		}
}

void dotnet_check_versions(const struct dotnet_scope *s, const struct docker_file *f)
{
	for (size_t k = 0; k < f->stages_len; k++)
		check_version(s, f, &f->stages[k]);
	if (f->stages_len == 0)
		return;
	check_signature(f);
	check_library(s, f);
}
