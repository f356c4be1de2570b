/* SPDX-License-Identifier: Apache-2.0 */
/* Rules about the official images of .NET and what a final stage makes of them.
 *
 * Facts: dotnet-docker's documentation (image variants, distroless images, .NET 8 changes) and the
 * release notes' dates of the end of support. */
#include "base/path.h"
#include "base/text.h"
#include "rule/dotnet.h"

#define RULE(id) (&dotnet_rules[id])

static bool has(bytes text, const char *part)
{
	return bytes_search(text, bytes_str(part)) < text.n;
}

/* -- the last stage --------------------------------------------------------------------------- */

static bool is_plain_end(const struct docker_file *f)
{
	const struct docker_stage *s = &f->stages[f->final];

	for (size_t k = s->in->first; k < s->in->end; k++) {
		const struct dockerfile_instruction *i = docker_instruction(f, k);

		if (i->kind == DOCKERFILE_RUN || i->kind == DOCKERFILE_HEALTHCHECK ||
		    i->kind == DOCKERFILE_SHELL ||
		    ((i->kind == DOCKERFILE_CMD || i->kind == DOCKERFILE_ENTRYPOINT) && !i->json))
			return false;
	}
	return s->parent == 0;
}

static void check_family(const struct dotnet_scope *s, const struct docker_file *f,
                         const struct docker_stage *last, unsigned major)
{
	const struct dockerfile_word *w = &last->in->image;

	if (docker_has_no_shell(last) || docker_is_alpine(last) || docker_is_windows(last) ||
	    has(last->name, "/sdk"))
		return;
	struct job_finding *finding = docker_find(f, RULE(DN003), w->from, w->to);
	const char *more = dotnet_property(s, "InvariantGlobalization", "true") ? "" : "-extra";

	if (major >= 8 && is_plain_end(f) && last->digest.n == 0 && bytes_ends(w->text, last->tag) &&
	    bytes_find(last->tag, '-') == last->tag.n && dotnet_is_floating(last->tag))
		docker_fix(f, finding, RULE_FIX_REVIEW, w->to, w->to,
		           arena_printf(f->job->arena, "-noble-chiseled%s", more));
}

static void check_globalization(const struct dotnet_scope *s, const struct docker_file *f,
                                const struct docker_stage *last)
{
	const struct dockerfile_word *w = &last->in->image;
	bool invariant = (docker_has_no_shell(last) || docker_is_alpine(last)) &&
	                 !has(last->tag, "extra");

	for (size_t k = last->in->first; k < last->in->end; k++)
		if (has(docker_instruction(f, k)->line, "icu"))
			invariant = false;
	if (!invariant || !dotnet_needs_icu(s))
		return;
	struct job_finding *finding = docker_find(f, RULE(DN009), w->from, w->to);

	if (bytes_ends(w->text, BYTES("chiseled")) || bytes_ends(w->text, BYTES("distroless")))
		docker_fix(f, finding, RULE_FIX_REVIEW, w->to, w->to, "-extra");
}

/* -- ENV and EXPOSE --------------------------------------------------------------------------- */

static bytes unquoted(bytes value)
{
	return value.n >= 2 && (value.p[0] == '"' || value.p[0] == '\'')
	           ? bytes_slice(value, 1, value.n - 2)
	           : value;
}

/* The first port of "http://+:80;https://+:443" or "80;8081"; 0 when there is none. */
static uint64_t port_of(bytes value)
{
	uint64_t port = 0;

	value = unquoted(value);
	value = bytes_slice(value, 0, bytes_find(value, ';'));
	size_t colon = bytes_rfind(value, ':');

	if (colon < value.n)
		value = bytes_skip(value, colon + 1);
	if (value.n > 0 && value.p[value.n - 1] == '/')
		value.n--;
	if (text_take_u64(value, 10, 65535, &port))
		return port;
	return has(value, "//") ? 80 : 0; /* "http://+" */
}

static bool is_address(bytes key)
{
	return bytes_is(key, "ASPNETCORE_URLS") || bytes_is(key, "ASPNETCORE_HTTP_PORTS") ||
	       bytes_is(key, "DOTNET_URLS");
}

static void check_variable(const struct docker_file *f, const struct dockerfile_instruction *i,
                           size_t index)
{
	const struct dockerfile_pair *p = &i->pairs.items[index];
	bytes key = p->key.text, value = unquoted(p->value.text);
	struct job_finding *finding;
	uint64_t port = is_address(key) ? port_of(p->value.text) : 0;

	if (port > 0 && port < 1024) {
		finding = docker_find(f, RULE(DN006), p->key.from, p->value.to);
		if (bytes_is(value, "80") || bytes_is(value, "http://+:80") ||
		    bytes_is(value, "http://*:80"))
			docker_fix(f, finding, RULE_FIX_REVIEW, p->value.to - (value.n < p->value.text.n) - 2,
			           p->value.to - (value.n < p->value.text.n), "8080");
	}
	if ((bytes_is(key, "ASPNETCORE_ENVIRONMENT") || bytes_is(key, "DOTNET_ENVIRONMENT")) &&
	    bytes_equal_nocase(value, BYTES("Development"))) {
		finding = docker_find(f, RULE(DN017), p->key.from, p->value.to);
		docker_fix(f, finding, RULE_FIX_REVIEW, p->value.from, p->value.to, "Production");
	}
	if (bytes_starts(key, BYTES("ConnectionStrings__")) && value.n > 0)
		docker_drop_pair(f, docker_find(f, RULE(DN025), p->key.from, p->value.to), i, index);
	if (has(key, "Certificates__Default__Password") && value.n > 0)
		docker_find(f, RULE(DN026), p->key.from, p->value.to);
}

static void check_ports(const struct docker_file *f, const struct docker_stage *last)
{
	bool told = false;

	for (size_t k = last->in->first; k < last->in->end; k++)
		for (size_t n = 0; n < docker_instruction(f, k)->pairs.len; n++)
			told = told || is_address(docker_instruction(f, k)->pairs.items[n].key.text);
	for (size_t k = last->in->first; k < last->in->end && !told; k++) {
		const struct dockerfile_instruction *i = docker_instruction(f, k);

		if (i->kind != DOCKERFILE_EXPOSE || i->words.len != 1 ||
		    !(bytes_is(i->words.items[0].text, "80") || bytes_is(i->words.items[0].text, "5000")))
			continue;
		docker_fix(f, docker_find_at(f, RULE(DN007), i), RULE_FIX_REVIEW, i->words.items[0].from,
		           i->words.items[0].to, "8080");
	}
}

/* -- programs --------------------------------------------------------------------------------- */

static void check_entry(const struct dotnet_scope *s, const struct docker_file *f,
                        const struct dockerfile_instruction *i)
{
	for (size_t k = 0; i->json && k < i->words.len; k++) {
		bytes base = path_base(i->words.items[k].text);

		if (bytes_ends(base, BYTES(".dll")) &&
		    !dotnet_knows_assembly(s, bytes_slice(base, 0, base.n - 4)))
			docker_find(f, RULE(DN010), i->words.items[k].from, i->words.items[k].to)->message =
				arena_printf(f->job->arena, "no project here makes %s", SHOW(base));
	}
}

static void check_health(const struct docker_file *f, const struct docker_stage *last,
                         const struct dockerfile_instruction *i)
{
	if (!has(i->line, "curl ") && !has(i->line, "wget ") && !has(i->line, "\"curl\"") &&
	    !has(i->line, "\"wget\""))
		return;
	/* Alpine's busybox has wget, Windows has curl. */
	if ((docker_is_alpine(last) && has(i->line, "wget")) || docker_is_windows(last))
		return;
	for (size_t k = last->in->first; k < last->in->end; k++)
		if (docker_instruction(f, k)->kind == DOCKERFILE_RUN &&
		    has(docker_instruction(f, k)->line, "install"))
			return;
	docker_delete(f, docker_find_at(f, RULE(DN024), i), RULE_FIX_REVIEW, i);
}

static void check_base(const struct dotnet_scope *s, const struct docker_file *f, unsigned major)
{
	const struct docker_stage *last = &f->stages[f->final];
	const struct dockerfile_word *w = &last->in->image;

	if (docker_is_dotnet(last, "sdk", &major)) {
		struct job_finding *finding = docker_find(f, RULE(DN001), w->from, w->to);

		if (f->stages_len == 1)
			dotnet_split_stages(s, f, finding);
	} else if (major >= 8 && !last->user && !docker_is_unprivileged(last)) {
		docker_add_user(f, docker_find(f, RULE(DN004), w->from, w->to), RULE_FIX_SAFE);
	}
	check_family(s, f, last, major);
	check_globalization(s, f, last);
	if (major >= 8 && docker_is_dotnet(last, "aspnet", &major))
		check_ports(f, last);
}

static void check_last(const struct dotnet_scope *s, const struct docker_file *f)
{
	const struct docker_stage *last = &f->stages[f->final];
	unsigned major = 0;
	bool dotnet = docker_is_dotnet(last, NULL, &major);

	for (size_t k = last->in->first; k < last->in->end; k++) {
		const struct dockerfile_instruction *i = docker_instruction(f, k);

		for (size_t n = 0; i->kind == DOCKERFILE_ENV && n < i->pairs.len; n++)
			check_variable(f, i, n);
		if (dotnet && (i->kind == DOCKERFILE_ENTRYPOINT || i->kind == DOCKERFILE_CMD))
			check_entry(s, f, i);
		if (dotnet && major >= 5 && i->kind == DOCKERFILE_HEALTHCHECK)
			check_health(f, last, i);
	}
	if (dotnet && !docker_is_windows(last))
		check_base(s, f, major);
}

void dotnet_check_images(const struct dotnet_scope *s, const struct docker_file *f)
{
	dotnet_check_versions(s, f);
	if (f->stages_len > 0)
		check_last(s, f);
}
