/* SPDX-License-Identifier: Apache-2.0 */
/* What was scanned as a bill in CycloneDX with what is wrong in it, and as VEX what others decided:
 * a finding that a statement took away is there with its analysis. What an ignore file takes away
 * is nobody's claim, so it is left out. */
#include "report/scan_page.h"

#include "base/map.h"
#include "base/text.h"
#include "sbom/sbom.h"

struct claim { /* one id with one analysis */
	const struct finding *first;
	buf recommendation;
	struct {
		uint32_t *items;
		size_t len, cap;
	} affects;
};

struct document {
	const struct scan_page *page;
	struct arena arena;
	size_t before; /* components before the packages: the distribution */
	struct map numbers; /* the octets of a package's address to its number + 1 */
	struct map known;   /* what tells claims apart to their index + 1 */
	struct {
		struct claim *items;
		size_t len, cap;
	} claims;
};

/* -- components -------------------------------------------------------------------------------- */

static void show_package(const void *ctx, size_t i, struct arena *scratch, struct sbom_package *out)
{
	const struct document *d = ctx;

	if (i >= d->before) {
		const struct package *p = d->page->packages.items[i - d->before];

		sbom_package_of(p, scratch, out);
		if (p->ecosystem == ECO_NONE)
			out->purl = out->type = BYTES(""); /* of a bill that gave none */
		if (!d->page->image)
			out->layer = SBOM_NO_LAYER;
		return;
	}
	out->kind = SBOM_OPERATING_SYSTEM;
	out->type = BYTES("os");
	out->name = d->page->os_id;
	out->version = d->page->os_version;
	out->layer = SBOM_NO_LAYER;
}

static bytes address_of(const struct package *const *p)
{
	return bytes_of(p, sizeof(*p));
}

static void number_packages(struct document *d)
{
	map_init(&d->numbers, &d->arena);
	for (size_t i = 0; i < d->page->packages.len; i++) {
		uint32_t *number = arena_new(&d->arena, uint32_t);

		*number = (uint32_t)(d->before + i);
		*map_put(&d->numbers, address_of(&d->page->packages.items[i])) = number;
	}
}

/* -- vulnerabilities --------------------------------------------------------------------------- */

/* Findings of one id are one claim unless something else was decided. */
static void add(struct document *d, const struct finding *f)
{
	const struct package *p = f->match.package;
	const uint32_t *number = map_get(&d->numbers, address_of(&p));
	bytes key = bytes_str(arena_printf(&d->arena, PRIb "\n%s\n" PRIb "\n%d",
	                                   BYTESF(f->match.id), f->by ? f->by : "",
	                                   BYTESF(gate_text(f->why)),
	                                   f->by ? 0 : (int)f->match.status));
	size_t **place = (size_t **)map_put(&d->known, key);

	if (!number)
		return;
	if (!*place) {
		*place = arena_new(&d->arena, size_t);
		**place = d->claims.len;
		*ARENA_PUSH(&d->arena, &d->claims) =
			(struct claim){ .first = f, .recommendation = BUF_INIT(SIZE_MAX / 2) };
	}
	struct claim *x = &d->claims.items[**place];

	*ARENA_PUSH(&d->arena, &x->affects) = *number;
	if (!f->by && f->match.fixed.n > 0)
		buf_printf(&x->recommendation, "%sUpdate " PRIb " to " PRIb ".",
		           x->recommendation.n > 0 ? " " : "", BYTESF(gate_text(p->name)),
		           BYTESF(f->match.fixed));
}

static const char *method_of(bytes vector, unsigned version)
{
	if (version == 4)
		return "CVSSv4";
	if (version == 2)
		return "CVSSv2";
	return bytes_starts(vector, BYTES("CVSS:3.1/")) ? "CVSSv31" : "CVSSv3";
}

static void add_ratings(struct document *d, const struct finding *f,
                        struct sbom_vulnerability *out)
{
	static const char *const words[] = { "unknown", "info", "low", "medium", "high", "critical" };
	const struct vulnerability *v = f->about;
	struct sbom_rating *list = arena_array(&d->arena, struct sbom_rating, 1 + 3 * v->scores.len);
	size_t n = 0;

	list[n++] = (struct sbom_rating){ .source = f->rating.source,
		                              .severity = words[f->rating.severity] };
	for (size_t i = 0; i < v->scores.len; i++) {
		const struct vulnerability_score *s = &v->scores.items[i];
		const struct {
			unsigned version, score;
			bytes vector;
		} all[] = { { 2, s->v2_score, s->v2_vector },
			        { 3, s->v3_score, s->v3_vector },
			        { 4, s->v4_score, s->v4_vector } };

		for (size_t k = 0; k < 3; k++)
			if (all[k].score > 0)
				list[n++] = (struct sbom_rating){ .source = s->source,
					                              .vector = all[k].vector,
					                              .method = method_of(all[k].vector,
					                                                  all[k].version),
					                              .score = all[k].score };
	}
	out->ratings = list;
	out->ratings_len = n;
}

static void add_weaknesses(struct document *d, const struct finding *f,
                           struct sbom_vulnerability *out)
{
	const struct word_list *words = &f->about->cwes;
	uint32_t *list = arena_array(&d->arena, uint32_t, words->len);

	for (size_t i = 0; i < words->len; i++) {
		bytes word = words->items[i];
		uint64_t number;

		if (bytes_take_prefix(&word, BYTES("CWE-")) &&
		    text_take_u64(word, 10, UINT32_MAX, &number) && number > 0)
			list[out->cwes_len++] = (uint32_t)number;
	}
	out->cwes = list;
}

/* OpenVEX's words in CycloneDX's; one that has none is told as it is. */
static const char *justification_of(bytes why)
{
	static const char *const words[][2] = {
		{ "component_not_present", "code_not_present" },
		{ "vulnerable_code_not_present", "code_not_present" },
		{ "vulnerable_code_not_in_execute_path", "code_not_reachable" },
		{ "inline_mitigations_already_exist", "protected_by_mitigating_control" },
		{ "code_not_present", "code_not_present" },
		{ "code_not_reachable", "code_not_reachable" },
		{ "requires_configuration", "requires_configuration" },
		{ "requires_dependency", "requires_dependency" },
		{ "requires_environment", "requires_environment" },
		{ "protected_by_compiler", "protected_by_compiler" },
		{ "protected_at_runtime", "protected_at_runtime" },
		{ "protected_at_perimeter", "protected_at_perimeter" },
		{ "protected_by_mitigating_control", "protected_by_mitigating_control" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (bytes_is(why, words[i][0]))
			return words[i][1];
	return NULL;
}

static void add_analysis(const struct finding *f, struct sbom_vulnerability *out)
{
	if (f->by) {
		out->state = bytes_is(f->why, "fixed") ? "resolved" : "not_affected";
		out->justification = justification_of(f->why);
		out->detail = f->why;
	} else if (f->match.status == ADVISORY_WILL_NOT_FIX) {
		out->response = "will_not_fix";
	} else if (f->match.status == ADVISORY_UNDER_INVESTIGATION) {
		out->state = "in_triage";
	} else if (f->match.fixed.n > 0) {
		out->response = "update";
	}
}

static int64_t time_of(bytes date)
{
	int64_t seconds;

	return text_from_date(date, &seconds) ? seconds : 0;
}

static bool is_plain(bytes id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!((id.p[i] | 0x20) >= 'a' && (id.p[i] | 0x20) <= 'z') &&
		    !(id.p[i] >= '0' && id.p[i] <= '9') && !memchr("-_.:", id.p[i], 4))
			return false;
	return id.n > 0;
}

static struct sbom_vulnerability show(struct document *d, struct claim *x)
{
	const struct finding *f = x->first;
	struct sbom_vulnerability v = {
		.id = f->match.id,
		.link = bytes_str(is_plain(f->match.id) ? scan_link(f->match.id, &d->arena) : ""),
		.description = f->about->description.n > 0 ? f->about->description : f->about->title,
		.recommendation = arena_bytes(&d->arena, buf_bytes(&x->recommendation)),
		.published = time_of(f->about->published),
		.modified = time_of(f->about->modified),
		.affects = x->affects.items,
		.affects_len = x->affects.len,
	};

	buf_done(&x->recommendation);
	add_ratings(d, f, &v);
	add_weaknesses(d, f, &v);
	add_analysis(f, &v);
	return v;
}

static void add_vulnerabilities(struct document *d, struct sbom *bill)
{
	const struct gate *gate = d->page->gate;

	map_init(&d->known, &d->arena);
	number_packages(d);
	for (size_t i = 0; i < gate->found.len; i++)
		add(d, &gate->found.items[i]);
	for (size_t i = 0; i < gate->suppressed.len; i++)
		if (strcmp(gate->suppressed.items[i].by, "vex") == 0)
			add(d, &gate->suppressed.items[i]);
	struct sbom_vulnerability *list =
		arena_array(&d->arena, struct sbom_vulnerability, d->claims.len + 1);

	for (size_t i = 0; i < d->claims.len; i++)
		list[i] = show(d, &d->claims.items[i]);
	bill->vulnerabilities = list;
	bill->vulnerabilities_len = d->claims.len;
}

/* -- the document ------------------------------------------------------------------------------ */

static void add_image(struct document *d, const struct image *image, struct sbom *bill)
{
	struct sbom_layer *layers = arena_array(&d->arena, struct sbom_layer, image->layers.len);

	for (size_t i = 0; i < image->layers.len; i++)
		layers[i] = (struct sbom_layer){ image->layers.items[i].blob,
			                             image->layers.items[i].diff_id };
	bill->os = image->platform.os;
	bill->architecture = image->platform.architecture;
	bill->layers = layers;
	bill->layers_len = image->layers.len;
	bill->image =
		digest_size(&image->manifest) > 0 ? image->manifest : image->config_digest;
}

void scan_cyclonedx(const struct scan_page *page, const char *format, struct stream *out)
{
	struct document d = { .page = page, .before = page->os_id.n > 0 };
	struct sbom bill = { .name = page->target,
		                 .created = page->now,
		                 .database = page->database->built,
		                 .tool_version = OAKUM_VERSION,
		                 .packages = d.before + page->packages.len,
		                 .ctx = &d,
		                 .package = show_package };

	if (page->image)
		add_image(&d, page->image, &bill);
	add_vulnerabilities(&d, &bill);
	sbom_write(&bill, sbom_format(format), out);
	arena_done(&d.arena);
}
