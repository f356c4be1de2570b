/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/gate.h"

#include "base/map.h"
#include "base/text.h"
#include "fmt/json.h"

#include <stdlib.h>

#define MILLION 1000000

static const char *const statuses[] = { "unknown",  "not_affected",        "affected",
	                                    "fixed",    "under_investigation", "will_not_fix",
	                                    "fix_deferred", "end_of_life" };

const char *gate_status_name(enum advisory_status status)
{
	return statuses[status];
}

/* -- words of the command line ----------------------------------------------------------------- */

int gate_severities(bytes words, unsigned *out, err *e)
{
	bytes word;
	enum severity s;

	*out = 0;
	while (bytes_take_until(&words, ',', &word)) {
		if (!severity_from(bytes_trim(word), &s) || s == SEVERITY_INFO)
			return err_set(e, ERR_USAGE, 0,
			               "'%s' is none of UNKNOWN, LOW, MEDIUM, HIGH, CRITICAL", SHOW(word));
		*out |= 1U << s;
	}
	if (*out & 1U << SEVERITY_LOW)
		*out |= 1U << SEVERITY_INFO;
	return 0;
}

int gate_statuses(bytes words, unsigned *out, err *e)
{
	const size_t known = sizeof(statuses) / sizeof(*statuses);
	bytes word;

	*out = 0;
	while (bytes_take_until(&words, ',', &word)) {
		size_t i = 0;

		while (i < known && !bytes_is(bytes_trim(word), statuses[i]))
			i++;
		if (i == known)
			return err_set(e, ERR_USAGE, 0,
			               "'%s' is no status (affected, fixed, under_investigation, will_not_fix, "
			               "fix_deferred, end_of_life, unknown)",
			               SHOW(word));
		*out |= 1U << i;
	}
	return 0;
}

/* probability(text, out): "0.5", ".05", "1" in millionths. */
static bool probability(bytes text, uint32_t *out)
{
	uint64_t whole = 0, part = 0, scale = MILLION;
	bytes digits;

	if (!bytes_take_until(&text, '.', &digits) ||
	    (digits.n > 0 && !text_take_u64(digits, 10, 1, &whole)) || text.n > 6 ||
	    (text.n > 0 && !text_take_u64(text, 10, MILLION - 1, &part)) || digits.n + text.n == 0)
		return false;
	for (size_t i = 0; i < text.n; i++)
		scale /= 10;
	*out = (uint32_t)(whole * MILLION + part * scale);
	return *out <= MILLION;
}

/* flag_of(rule, word): of the words that stand for themselves. */
static bool *flag_of(struct gate_rule *rule, bytes word)
{
	const struct {
		const char *word;
		bool *flag;
	} words[] = { { "any", &rule->any },
		          { "kev", &rule->kev },
		          { "fixable", &rule->fixable },
		          { "eol", &rule->ended },
		          { "gaps", &rule->gaps } };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (bytes_is(word, words[i].word))
			return words[i].flag;
	return NULL;
}

static bool take_threshold(bytes word, enum severity unsaid, enum severity *out)
{
	enum severity s = unsaid;

	if (word.n > 0 && (!bytes_take_prefix(&word, BYTES("-")) || !severity_from(word, &s)))
		return false;
	*out = s;
	return s != SEVERITY_UNKNOWN;
}

/* take_part(rule, word): "secrets", "secrets-high": of words that have a threshold. */
static bool take_part(struct gate_rule *rule, bytes word)
{
	const struct {
		const char *word;
		enum severity *at_least, unsaid;
	} parts[] = { { "fixable", &rule->fixable_severity, SEVERITY_UNKNOWN },
		          { "secrets", &rule->secrets, SEVERITY_MEDIUM },
		          { "settings", &rule->settings, SEVERITY_MEDIUM } };

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (bytes_take_prefix(&word, bytes_str(parts[i].word)))
			return take_threshold(word, parts[i].unsaid, parts[i].at_least);
	return severity_from(word, &rule->severity) && rule->severity != SEVERITY_UNKNOWN;
}

int gate_rule_parse(bytes words, struct gate_rule *out, err *e)
{
	bytes word;

	*out = (struct gate_rule){ .epss = UINT32_MAX };
	while (bytes_take_until(&words, ',', &word)) {
		bytes value = word = bytes_trim(word);
		bool *flag = flag_of(out, word);

		if (flag)
			*flag = true;
		else if (bytes_take_prefix(&value, BYTES("epss:")) && probability(value, &out->epss))
			continue;
		else if (!take_part(out, word))
			return err_set(e, ERR_USAGE, 0,
			               "'%s' is none of any, kev, fixable, epss:0.5, low, medium, high, "
			               "critical, eol, gaps, secrets, settings, nor fixable-high, "
			               "secrets-low, settings-critical",
			               SHOW(word));
	}
	return 0;
}

bool gate_fails(const struct gate_rule *rule, const struct finding *f)
{
	if (f->known_before || f->accepted)
		return false;
	return rule->any || (rule->kev && f->about->kev_added.n > 0) ||
	       (f->match.fixed.n > 0 &&
	        (rule->fixable || (rule->fixable_severity != SEVERITY_UNKNOWN &&
	                           f->rating.severity >= rule->fixable_severity))) ||
	       (rule->epss != UINT32_MAX && f->about->id.n > 0 && f->about->epss != UINT32_MAX &&
	        f->about->epss >= rule->epss) ||
	       (rule->severity != SEVERITY_UNKNOWN && f->rating.severity >= rule->severity);
}

bool gate_needs_database(const struct gate_rule *rule)
{
	return rule->any || rule->kev || rule->fixable || rule->epss != UINT32_MAX ||
	       rule->severity != SEVERITY_UNKNOWN || rule->fixable_severity != SEVERITY_UNKNOWN;
}

/* -- baseline ---------------------------------------------------------------------------------- */

bytes gate_key(bytes id, bytes package, struct arena *a)
{
	return bytes_str(
		arena_printf(a, PRIb "\t" PRIb, BYTESF(gate_text(id)), BYTESF(gate_text(package))));
}

int gate_baseline(bytes text, struct arena *a, struct word_list *out, err *e)
{
	struct json_doc doc;

	if (json_parse(text, a, &doc, e) < 0)
		return -1;
	json results = json_get(json_root(&doc), "Results");
	uint64_t schema;

	if (!json_u64(json_get(json_root(&doc), "SchemaVersion"), &schema) || schema != 2)
		return err_set(e, ERR_FORMAT, 0,
		               "no report of 'oakum scan --format json' (SchemaVersion 2)");
	for (json r = json_first(results); json_type(r) != JSON_NONE; r = json_next(r)) {
		json list = json_get(r, "Vulnerabilities");

		for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v))
			*ARENA_PUSH(a, out) = gate_key(json_bytes(json_get(v, "VulnerabilityID"), a),
			                               json_bytes(json_get(v, "PkgName"), a), a);
	}
	return 0;
}

/* -- filters ----------------------------------------------------------------------------------- */

/* nth_id(f, i): the finding's id, then its other names: an ignore file may say GHSA-… of what we
 * call CVE-…. */
static bytes nth_id(const struct finding *f, size_t i)
{
	return i == 0 ? f->match.id : f->about->aliases.items[i - 1];
}

/* Trivy: the paths of an entry are the package's or its result's. */
static const struct ignore_entry *find_entry(const struct gate_options *o, const struct finding *f,
                                             bytes id, struct arena *a)
{
	const struct package *p = f->match.package;
	bool is_system = p->ecosystem >= ECO_DEB && p->ecosystem <= ECO_RPM;
	const struct ignore_entry *entry =
		ignore_find(o->ignore, IGNORE_VULNERABILITY, id, p->path, f->purl, a);

	for (size_t i = 0; i < 2 && is_system && !entry; i++)
		if (o->system[i].n > 0)
			entry = ignore_find(o->ignore, IGNORE_VULNERABILITY, id, o->system[i], f->purl, a);
	return entry;
}

static bool is_ignored(const struct gate_options *o, struct finding *f, struct arena *a)
{
	for (size_t i = 0; o->ignore && i <= f->about->aliases.len; i++) {
		const struct ignore_entry *entry = find_entry(o, f, nth_id(f, i), a);

		if (!entry)
			continue;
		f->by = "ignore";
		f->why = entry->statement;
		f->source = entry->source;
		return true;
	}
	return false;
}

static bool is_answered(const struct gate_options *o, struct finding *f, struct arena *a)
{
	static const struct purl nobody;

	for (size_t i = 0; o->vex && i <= f->about->aliases.len; i++) {
		const struct vex_statement *s =
			vex_find(o->vex, nth_id(f, i), f->purl, o->image ? o->image : &nobody, a);

		if (!s || (s->status != VEX_NOT_AFFECTED && s->status != VEX_FIXED))
			continue;
		f->by = "vex";
		f->source = s->source;
		f->why = s->why.n > 0 ? s->why : bytes_str(vex_status_name(s->status));
		return true;
	}
	return false;
}

static bytes find_key(const struct finding *f, struct arena *a)
{
	const struct package *p = f->match.package;
	const bytes parts[] = { f->match.id, bytes_str(f->purl_text), p->version, p->path };
	size_t n = 0;

	for (size_t i = 0; i < 4; i++)
		n += parts[i].n + 1;
	uint8_t *key = arena_alloc(a, n), *end = key;

	for (size_t i = 0; i < 4; i++) {
		if (parts[i].n > 0)
			memcpy(end, parts[i].p, parts[i].n);
		end += parts[i].n;
		*end++ = '\t';
	}
	return bytes_of(key, n);
}

/* Trivy's: name, version, worst first, id, path. */
static int compare(const void *left, const void *right)
{
	const struct finding *l = left, *r = right;
	const struct package *lp = l->match.package, *rp = r->match.package;
	int c = bytes_compare(lp->name, rp->name);

	c = c ? c : bytes_compare(lp->version, rp->version);
	c = c ? c : (int)r->rating.severity - (int)l->rating.severity;
	c = c ? c : bytes_compare(l->match.id, r->match.id);
	return c ? c : bytes_compare(lp->path, rp->path);
}

static void sort(struct findings *list)
{
	if (list->len > 1)
		qsort(list->items, list->len, sizeof(*list->items), compare);
}

static int compare_ids(const void *left, const void *right, void *ctx)
{
	const struct match *items = ctx;
	const uint32_t *l = left, *r = right;
	int c = bytes_compare(items[*l].id, items[*r].id);

	return c ? c : (*l > *r) - (*l < *r);
}

/* rate_all(db, matches, texts, a, rated, e): a finding for each match; each id is looked up once,
 * in the order in which the database has them. */
static int rate_all(struct database *db, const struct matches *matches, bool texts,
                    struct arena *a, struct finding *rated, err *e)
{
	static const struct vulnerability nothing = { .epss = UINT32_MAX };
	size_t n = matches->found.len, different = 0;
	uint32_t *order = arena_array(a, uint32_t, n);
	bytes *ids = arena_alloc(a, n * sizeof(*ids));
	struct vulnerability **known = arena_alloc(a, n * sizeof(*known));

	for (size_t i = 0; i < n; i++)
		order[i] = (uint32_t)i;
	if (n > 1)
		qsort_r(order, n, sizeof(*order), compare_ids, matches->found.items);
	for (size_t i = 0; i < n; i++) {
		bytes id = matches->found.items[order[i]].id;

		if (different == 0 || !bytes_equal(ids[different - 1], id))
			ids[different++] = id;
	}
	if (database_vulnerabilities(db, ids, different, texts, a, known, e) < 0)
		return -1;
	for (size_t i = 0, at = 0; i < n; i++) {
		const struct match *m = &matches->found.items[order[i]];

		at += !bytes_equal(ids[at], m->id);
		const struct vulnerability *v = known[at] ? known[at] : &nothing;

		rated[order[i]] = (struct finding){ .match = *m,
			                                .about = v,
			                                .rating = rating_of(m->advisory, v) };
	}
	return 0;
}

/* Matches of one package stand together. */
static void name_all(struct finding *rated, size_t n, struct arena *a)
{
	for (size_t i = 0; i < n; i++) {
		struct finding *f = &rated[i];

		if (i > 0 && f[-1].match.package == f->match.package) {
			f->purl_text = f[-1].purl_text;
			f->purl = f[-1].purl;
			continue;
		}
		struct purl *purl = arena_new(a, struct purl);

		f->purl_text = package_purl(f->match.package, a);
		(void)purl_parse(bytes_str(f->purl_text), a, purl); /* ours is one */
		f->purl = purl;
	}
}

int gate_pass(struct database *db, const struct matches *matches,
              const struct gate_options *o, struct arena *a, struct gate *out, err *e)
{
	size_t n = matches->found.len;
	struct finding *rated = arena_alloc(a, n * sizeof(*rated)); /* rate_all fills all of it */
	struct map seen;

	map_init(&seen, a);
	if (rate_all(db, matches, !o->no_texts, a, rated, e) < 0)
		return -1;
	name_all(rated, n, a);
	out->found.items = rated; /* what counts takes the place of what does not */
	out->found.cap = n;
	for (size_t i = 0; i < n; i++) {
		struct finding f = rated[i];

		if (!(o->severities & 1U << f.rating.severity)) {
			out->by_severity++;
			out->unrated += f.rating.severity == SEVERITY_UNKNOWN;
			continue;
		}
		if (o->ignored_status & 1U << f.match.status) {
			out->by_status++;
			continue;
		}
		void **place = map_put(&seen, find_key(&f, a));

		if (*place)
			continue;
		*place = out;
		f.known_before =
			o->before && map_get(o->before, gate_key(f.match.id, f.match.package->name, a));
		bool gone = is_ignored(o, &f, a) || is_answered(o, &f, a);

		*ARENA_PUSH(a, gone ? &out->suppressed : &out->found) = f;
	}
	sort(&out->found);
	sort(&out->suppressed);
	return 0;
}
