/* SPDX-License-Identifier: Apache-2.0 */
#include "report/scan_result.h"

#include "base/map.h"
#include "base/text.h"

/* Trivy's names: what finds packages of a language, and what it calls those it finds everywhere. */
struct kind {
	enum ecosystem ecosystem;
	const char *ends, *type; /* of the file that names it; "" any */
	const char *target;      /* NULL: the file */
};

static const struct kind kinds[] = {
	{ ECO_NUGET, "packages.lock.json", "nuget", NULL },
	{ ECO_NUGET, "packages.config", "nuget", NULL },
	{ ECO_NUGET, "Packages.props", "packages-props", NULL },
	{ ECO_NUGET, "", "dotnet-core", NULL },
	{ ECO_NPM, "package-lock.json", "npm", NULL },
	{ ECO_NPM, "yarn.lock", "yarn", NULL },
	{ ECO_NPM, "pnpm-lock.yaml", "pnpm", NULL },
	{ ECO_NPM, "", "node-pkg", "Node.js" },
	{ ECO_PYPI, "requirements.txt", "pip", NULL },
	{ ECO_PYPI, "poetry.lock", "poetry", NULL },
	{ ECO_PYPI, "Pipfile.lock", "pipenv", NULL },
	{ ECO_PYPI, "", "python-pkg", "Python" },
	{ ECO_GOLANG, "go.mod", "gomod", NULL },
	{ ECO_GOLANG, "", "gobinary", NULL },
	{ ECO_MAVEN, "", "jar", "Java" },
	{ ECO_CARGO, "Cargo.lock", "cargo", NULL },
	{ ECO_CARGO, "", "rustbinary", NULL },
	{ ECO_GEM, "Gemfile.lock", "bundler", NULL },
	{ ECO_GEM, "", "gemspec", "Ruby" },
	{ ECO_COMPOSER, "composer.lock", "composer", NULL },
	{ ECO_COMPOSER, "", "composer-vendor", NULL },
};

static const struct kind *kind_of(const struct package *p)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (kinds[i].ecosystem == p->ecosystem && bytes_ends(p->path, bytes_str(kinds[i].ends)))
			return &kinds[i];
	return NULL;
}

bool result_is_by_file(const struct package *p)
{
	const struct kind *k = kind_of(p);

	return k && !k->target;
}

/* -- results ----------------------------------------------------------------------------------- */

static struct result new_result(const struct scan_page *page, const struct package *p,
                                struct arena *a)
{
	const struct kind *k = kind_of(p);

	if (k)
		return (struct result){ .target = k->target ? bytes_str(k->target) : p->path,
			                    .type = bytes_str(k->type) };
	if (!scan_is_system(p))
		return (struct result){ .target = page->target, .type = BYTES("unknown") };
	bytes family = scan_family(p->distro_id);

	return (struct result){
		.target = bytes_str(arena_printf(a, PRIb " (" PRIb " " PRIb ")", BYTESF(page->target),
		                                 BYTESF(gate_text(family)),
		                                 BYTESF(gate_text(p->distro_version)))),
		.type = family,
		.is_system = true,
	};
}

bytes result_target(const struct scan_page *page, const struct package *p, struct arena *a)
{
	return new_result(page, p, a).target;
}

/* The place of the result of p, as an index + 1. */
static size_t place_of(const struct scan_page *page, const struct package *p, struct map *known,
                       struct arena *a, struct results *out)
{
	struct result r = new_result(page, p, a);
	bytes key = bytes_str(arena_printf(a, PRIb "\t" PRIb, BYTESF(gate_text(r.type)),
	                                   BYTESF(gate_text(r.target))));
	void **place = map_put(known, key);

	if (!*place) {
		size_t *made = arena_new(a, size_t);

		*ARENA_PUSH(a, out) = r;
		*made = out->len - 1;
		*place = made;
	}
	return *(size_t *)*place;
}

void results_make(const struct scan_page *page, struct arena *a, struct results *out)
{
	const struct findings *found = &page->gate->found, *gone = &page->gate->suppressed;
	struct map known;

	*out = (struct results){ 0 };
	map_init(&known, a);
	for (size_t i = 0; i < page->packages.len; i++) {
		const struct package *p = page->packages.items[i];
		size_t at = place_of(page, p, &known, a, out);

		*ARENA_PUSH(a, &out->items[at].packages) = p;
	}
	for (size_t i = 0; i < found->len; i++) {
		size_t at = place_of(page, found->items[i].match.package, &known, a, out);

		*ARENA_PUSH(a, &out->items[at].found) = &found->items[i];
	}
	for (size_t i = 0; i < gone->len; i++) {
		size_t at = place_of(page, gone->items[i].match.package, &known, a, out);

		*ARENA_PUSH(a, &out->items[at].suppressed) = &gone->items[i];
	}
}

/* -- words ------------------------------------------------------------------------------------- */

/* Of a deps.json it is the name that stands there. */
const char *result_id(const struct package *p, struct arena *a)
{
	const char *mark = bytes_ends(p->path, BYTES(".deps.json")) ? "/" : "@";

	return arena_printf(a, PRIb "%s" PRIb, BYTESF(gate_text(p->name)), mark,
	                    BYTESF(gate_text(p->version)));
}

const char *result_purl(const struct package *p, struct arena *a)
{
	bytes purl = bytes_str(package_purl(p, a));
	size_t at = bytes_search(purl, BYTES("&upstream="));
	bytes alpine = BYTES("distro=alpine-");

	if (at == purl.n)
		at = bytes_search(purl, BYTES("?upstream="));
	purl = bytes_slice(purl, 0, at);
	at = p->ecosystem == ECO_APK ? bytes_search(purl, alpine) : purl.n;
	if (at == purl.n)
		return arena_str(a, purl);
	return arena_printf(a, PRIb "distro=" PRIb, BYTESF(bytes_slice(purl, 0, at)),
	                    BYTESF(bytes_skip(purl, at + alpine.n)));
}

const char *result_severity(enum severity s)
{
	static const char *const words[] = { "UNKNOWN", "LOW", "LOW", "MEDIUM", "HIGH", "CRITICAL" };

	return words[s];
}

const struct result_source *result_source(const struct finding *f, struct arena *a)
{
	static const struct {
		const char *id, *name, *url;
	} known[] = {
		{ "alpine", "Alpine Secdb", "https://secdb.alpinelinux.org/" },
		{ "debian", "Debian Security Tracker",
		  "https://salsa.debian.org/security-tracker-team/security-tracker" },
		{ "ubuntu", "Ubuntu CVE Tracker", "https://git.launchpad.net/ubuntu-cve-tracker" },
		{ "redhat", "Red Hat CSAF VEX", "https://security.access.redhat.com/data/csaf/v2/vex/" },
		{ "microsoft", ".NET release notes", "https://github.com/dotnet/core" },
		{ "osv", "Open Source Vulnerabilities", "https://osv.dev/" },
	};
	static const char *const github[][2] = { { "nuget", "Nuget" }, { "npm", "Npm" },
		                                     { "pypi", "Pip" },    { "golang", "Go" },
		                                     { "maven", "Maven" }, { "cargo", "Rust" },
		                                     { "gem", "RubyGems" }, { "composer", "Composer" } };
	struct result_source *s = arena_new(a, struct result_source);

	s->id = s->name = f->match.advisory->source;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (bytes_is(s->id, known[i].id)) {
			s->name = bytes_str(known[i].name);
			s->url = bytes_str(known[i].url);
		}
	for (size_t i = 0; bytes_is(s->id, "ghsa") && i < sizeof(github) / sizeof(*github); i++)
		if (bytes_is(f->match.space->name, github[i][0])) {
			const char *word = *github[i][0] == 'p' ? "pip" : github[i][0];

			s->name = bytes_str(
				arena_printf(a, "GitHub Security Advisory %s", github[i][1]));
			s->url = bytes_str(arena_printf(
				a, "https://github.com/advisories?query=type%%3Areviewed+ecosystem%%3A%s", word));
		}
	return s;
}
