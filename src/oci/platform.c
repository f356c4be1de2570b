/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/platform.h"

#include "base/text.h"

/* Other names of an architecture and the variant they imply (containerd/platforms,
 * "Normalization"). */
static const struct alias {
	const char *name, *architecture, *variant; /* variant NULL: as it was */
} aliases[] = {
	{ "i386", "386", "" },        { "x86_64", "amd64", NULL }, { "x86-64", "amd64", NULL },
	{ "aarch64", "arm64", NULL }, { "armhf", "arm", "v7" },    { "armel", "arm", "v6" },
};

/* What a variant is called in normal form; the empty name is the one that goes without saying. */
static const struct variant {
	const char *architecture, *name, *normal;
} variants[] = {
	{ "amd64", "v1", "" }, { "arm64", "", "v8" }, { "arm64", "8", "v8" }, { "arm", "", "v7" },
	{ "arm", "7", "v7" },  { "arm", "5", "v5" },  { "arm", "6", "v6" },   { "arm", "8", "v8" },
};

/* GOARCH values an image may have (go.dev, syslist.go). */
static const char *const architectures[] = {
	"386",      "amd64", "arm",     "arm64",   "loong64", "mips", "mipsle",  "mips64",
	"mips64le", "ppc64", "ppc64le", "riscv64", "s390x",   "wasm", "sparc64",
};

/* same(a, name): equal without case. */
static bool same(bytes a, const char *name)
{
	return bytes_equal_nocase(a, bytes_str(name));
}

static struct platform normal(const struct platform *p)
{
	struct platform n = *p;

	if (n.os.n == 0)
		n.os = BYTES("linux");
	if (same(n.os, "macos"))
		n.os = BYTES("darwin");
	for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++) {
		if (!same(n.architecture, aliases[i].name))
			continue;
		n.architecture = bytes_str(aliases[i].architecture);
		if (aliases[i].variant)
			n.variant = bytes_str(aliases[i].variant);
		break;
	}
	for (size_t i = 0; i < sizeof(variants) / sizeof(*variants); i++) {
		if (!same(n.architecture, variants[i].architecture) || !same(n.variant, variants[i].name))
			continue;
		n.variant = bytes_str(variants[i].normal);
		break;
	}
	return n;
}

static bool known_architecture(bytes name)
{
	for (size_t i = 0; i < sizeof(architectures) / sizeof(*architectures); i++)
		if (same(name, architectures[i]))
			return true;
	return false;
}

/* unsaid(p, n): p names no variant, and its architecture (n in normal form) implies no special
 * one. */
static bool unsaid(const struct platform *p, const struct platform *n)
{
	struct platform bare = normal(&(struct platform){ .architecture = n->architecture });

	return p->variant.n == 0 && bytes_equal_nocase(n->variant, bare.variant);
}

/* One component: what containerd's platforms.Parse allows. */
static bool is_component(bytes s)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    c != '_' && c != '-' && c != '.')
			return false;
	}
	return s.n > 0;
}

static bytes lower(struct arena *a, bytes s)
{
	uint8_t *p = arena_alloc(a, s.n);

	for (size_t i = 0; i < s.n; i++)
		p[i] = (uint8_t)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + 32 : s.p[i]);
	return bytes_of(p, s.n);
}

/* split(s, part): the components between slashes; how many, or 0 when they are not one to three. */
static size_t split(bytes s, bytes part[3])
{
	bytes rest = s;
	size_t n = 0;

	if (bytes_ends(s, BYTES("/")))
		return 0;
	while (n < 3 && bytes_take_until(&rest, '/', &part[n])) {
		if (!is_component(part[n]))
			return 0;
		n++;
	}
	return rest.n ? 0 : n;
}

int platform_parse(bytes s, struct arena *a, struct platform *out, err *e)
{
	bytes part[3] = { { 0 } };
	size_t n = split(s, part);

	if (n == 0)
		return err_set(e, ERR_USAGE, 0, "'%s' is no platform (os/arch[/variant], as linux/arm64)",
		               SHOW(s));
	struct platform p = { .os = lower(a, part[0]), .architecture = part[1], .variant = part[2] };

	if (n == 1)
		p = (struct platform){ .os = BYTES("linux"), .architecture = part[0] };
	p.architecture = lower(a, p.architecture);
	p.variant = lower(a, p.variant);
	struct platform clean = normal(&p);

	if (n == 1 && !known_architecture(clean.architecture))
		return err_set(e, ERR_USAGE, 0,
		               "'%s' is no architecture (os/arch[/variant], as linux/arm64)", SHOW(s));
	if (unsaid(&p, &clean))
		clean.variant = BYTES("");
	*out = clean;
	return 0;
}

struct platform platform_host(void)
{
#if defined(__x86_64__)
	bytes architecture = BYTES("amd64");
#elif defined(__aarch64__)
	bytes architecture = BYTES("arm64");
#elif defined(__arm__)
	bytes architecture = BYTES("arm");
#elif defined(__i386__)
	bytes architecture = BYTES("386");
#elif defined(__riscv) && __riscv_xlen == 64
	bytes architecture = BYTES("riscv64");
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
	bytes architecture = BYTES("ppc64le");
#elif defined(__s390x__)
	bytes architecture = BYTES("s390x");
#elif defined(__loongarch64)
	bytes architecture = BYTES("loong64");
#else
#error "add this processor's GOARCH name"
#endif
	return (struct platform){ .os = BYTES("linux"), .architecture = architecture };
}

/* fit(have, want): 2 when equal in normal form, 1 when only the variant that want leaves open
 * differs, 0 when it is another platform. */
static int fit(const struct platform *have, const struct platform *want)
{
	struct platform h = normal(have), w = normal(want);

	if (!bytes_equal_nocase(h.os, w.os) || !bytes_equal_nocase(h.architecture, w.architecture))
		return 0;
	if (bytes_equal_nocase(h.variant, w.variant))
		return 2;
	return unsaid(want, &w) ? 1 : 0;
}

bool platform_matches(const struct platform *have, const struct platform *want)
{
	return fit(have, want) > 0;
}

/* May be an image: other things in an index (signatures, SBOMs, attestations) have other types. */
static bool is_candidate(const struct descriptor *d)
{
	return (oci_is_manifest(d->media_type) || oci_is_index(d->media_type)) &&
	       !oci_is_attestation(d);
}

int platform_choose(const struct descriptors *list, const struct platform *want)
{
	int best = -1, best_fit = 0, candidates = 0, only = -1;

	for (size_t i = 0; i < list->len; i++) {
		const struct descriptor *d = &list->items[i];
		int f;

		if (!is_candidate(d))
			continue;
		candidates++;
		if (d->platform.os.n == 0 && d->platform.architecture.n == 0) {
			only = (int)i;
			continue;
		}
		f = fit(&d->platform, want);
		if (f > best_fit) {
			best_fit = f;
			best = (int)i;
		}
	}
	return candidates == 1 && only >= 0 ? only : best;
}

const char *platform_text(const struct platform *p, struct arena *a)
{
	bytes unknown = BYTES("unknown");
	const char *os = text_shown(a, p->os.n ? p->os : unknown);
	const char *architecture = text_shown(a, p->architecture.n ? p->architecture : unknown);

	return arena_printf(a, "%s/%s%s%s", os, architecture, p->variant.n ? "/" : "",
	                    text_shown(a, p->variant));
}
