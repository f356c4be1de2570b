/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/policy_read.h"

#include "base/limits.h"
#include "base/text.h"

#include <stdio.h>

#define MOST_LIST 1024 /* texts of one list */

/* -- faults ------------------------------------------------------------------------------------ */

int policy_fault(struct policy_reader *r, const struct yaml_node *at, const char *fmt, ...)
{
	struct position p = source_position(&r->source, at ? at->from : 0);
	char text[360];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return err_set(r->e, ERR_FORMAT, 0, "line %u, column %u: %s", p.line, p.column, text);
}

uint32_t policy_line(const struct policy_reader *r, const struct yaml_node *at)
{
	return source_position(&r->source, at->from).line;
}

void policy_note(struct policy_reader *r, const struct yaml_node *at, const char *text)
{
	const char *note = arena_printf(r->arena, "line %u: %s", policy_line(r, at), text);

	*ARENA_PUSH(r->arena, &r->policy->notes) = bytes_str(note);
}

void policy_note_selectors(struct policy_reader *r, const struct yaml_node *mapping,
                           const char *const *names)
{
	for (; *names; names++)
		if (yaml_get(mapping, *names))
			policy_note(r, yaml_get(mapping, *names),
			            arena_printf(r->arena, "'%s' selects objects: taken to apply", *names));
}

static bool is_one_of(bytes name, const char *const *names)
{
	for (; *names; names++)
		if (bytes_is(name, *names))
			return true;
	return false;
}

int policy_known(struct policy_reader *r, const struct yaml_node *mapping, const char *const *names)
{
	if (!mapping)
		return 0;
	if (!yaml_is(mapping, YAML_MAPPING))
		return policy_fault(r, mapping, "members are expected here");
	for (const struct yaml_node *v = yaml_first(mapping); v; v = v->next) {
		if (!is_one_of(yaml_text(v->key), names))
			return policy_fault(r, v->key, "'%s' is not understood here, so the policy is refused",
			                    SHOW(yaml_text(v->key)));
		if (yaml_is_null(v))
			return policy_fault(r, v->key, "'%s' says nothing: leave it out, or say it",
			                    SHOW(yaml_text(v->key)));
	}
	return 0;
}

/* -- values ------------------------------------------------------------------------------------ */

static int scalar(struct policy_reader *r, const struct yaml_node *value, bytes *out)
{
	if (!yaml_is(value, YAML_SCALAR) || yaml_is_null(value) || yaml_text(value).n == 0)
		return policy_fault(r, value, "a text is expected here");
	if (yaml_text(value).n > LIMIT_POLICY || memchr(yaml_text(value).p, 0, yaml_text(value).n))
		return policy_fault(r, value, "a text with a NUL in it");
	*out = yaml_text(value);
	return 0;
}

int policy_text(struct policy_reader *r, const struct yaml_node *mapping, const char *name,
                bytes *out)
{
	const struct yaml_node *value = yaml_get(mapping, name);

	return value ? scalar(r, value, out) : 0;
}

int policy_texts(struct policy_reader *r, const struct yaml_node *value, struct strings *out)
{
	size_t n = 0;

	if (!value)
		return 0;
	if (!yaml_is(value, YAML_SEQUENCE))
		return scalar(r, value, ARENA_PUSH(r->arena, out));
	for (const struct yaml_node *v = yaml_first(value); v; v = v->next) {
		if (++n > MOST_LIST)
			return policy_fault(r, v, "more than %d items", MOST_LIST);
		if (scalar(r, yaml_real(v), ARENA_PUSH(r->arena, out)) < 0)
			return -1;
	}
	return n > 0 ? 0 : policy_fault(r, value, "an empty list");
}

int policy_globs(struct policy_reader *r, const struct yaml_node *value, enum glob_kind kind,
                 struct globs *out)
{
	struct strings texts = { 0 };

	if (policy_texts(r, value, &texts) < 0)
		return -1;
	for (size_t i = 0; i < texts.len; i++) {
		if (texts.items[i].n > LIMIT_GLOB)
			return policy_fault(r, value, "a pattern of more than %d characters", LIMIT_GLOB);
		*ARENA_PUSH(r->arena, out) = (struct glob){ texts.items[i], kind };
	}
	return 0;
}

int policy_bool(struct policy_reader *r, const struct yaml_node *mapping, const char *name,
                bool *out)
{
	const struct yaml_node *value = yaml_get(mapping, name);

	return !value || yaml_bool(value, out)
	           ? 0
	           : policy_fault(r, value, "true or false is expected here");
}

int policy_age(struct policy_reader *r, const struct yaml_node *mapping, const char *name,
               int64_t *out)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = { { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 } };
	const struct yaml_node *value = yaml_get(mapping, name);
	bytes text;
	uint64_t n;

	if (!value)
		return 0;
	if (scalar(r, value, &text) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (text.p[text.n - 1] == units[i].unit &&
		    text_take_u64(bytes_slice(text, 0, text.n - 1), 10, 100000, &n) && n > 0) {
			*out = (int64_t)n * units[i].seconds;
			return 0;
		}
	return policy_fault(r, value, "'%s' is no age: 90m, 12h, 7d, 2w", SHOW(text));
}

int policy_labels(struct policy_reader *r, const struct yaml_node *value, struct oci_labels *out)
{
	if (!value)
		return 0;
	if (!yaml_is(value, YAML_MAPPING))
		return policy_fault(r, value, "members are expected here");
	for (const struct yaml_node *v = yaml_first(value); v; v = v->next) {
		struct oci_label *label = ARENA_PUSH(r->arena, out);

		if (out->len > MOST_LIST)
			return policy_fault(r, v, "more than %d members", MOST_LIST);
		if (scalar(r, v->key, &label->name) < 0 || scalar(r, yaml_real(v), &label->value) < 0)
			return -1;
	}
	return 0;
}

int policy_word(struct policy_reader *r, const struct yaml_node *mapping, const char *name,
                const char *const *words, unsigned *out)
{
	bytes text = { 0 };

	if (!yaml_get(mapping, name))
		return 0;
	if (policy_text(r, mapping, name, &text) < 0)
		return -1;
	for (unsigned i = 0; words[i]; i++)
		if (bytes_equal_nocase(text, bytes_str(words[i]))) {
			*out = i;
			return 0;
		}
	return policy_fault(r, yaml_get(mapping, name), "'%s' is no value of '%s', such as '%s'",
	                    SHOW(text), name, words[0]);
}

int policy_list(struct policy_reader *r, const struct yaml_node *mapping, const char *name,
                const struct yaml_node **out)
{
	const struct yaml_node *value = yaml_get(mapping, name);

	if (!yaml_items(value))
		return policy_fault(r, value ? value : mapping, "'%s' is expected to be a list, not empty",
		                    name);
	*out = yaml_items(value);
	return 0;
}

/* -- who may sign ------------------------------------------------------------------------------ */

int policy_pattern(struct policy_reader *r, const struct yaml_node *at, bytes text,
                   struct pattern **out)
{
	const char *pattern = arena_str(r->arena, text);
	err why = { 0 };

	if (text.n > LIMIT_POLICY_PATTERN || !pattern_is_anchored(pattern))
		return policy_fault(r, at,
		                    "an expression that is not anchored fits more than is meant: write "
		                    "it as ^...$");
	if (pattern_new(pattern, out, &why) < 0)
		return policy_fault(r, at, "%s", why.text);
	*ARENA_PUSH(r->arena, &r->policy->patterns) = *out;
	return 0;
}

int policy_part(struct policy_reader *r, const struct yaml_node *mapping, const char *exact,
                const char *regexp, struct identity_part *out)
{
	const struct yaml_node *value = yaml_get(mapping, regexp);
	bytes text = { 0 };

	if (value && yaml_get(mapping, exact))
		return policy_fault(r, value, "'%s' and '%s': only one of them", exact, regexp);
	if (policy_text(r, mapping, exact, &out->exact) < 0 ||
	    policy_text(r, mapping, regexp, &text) < 0)
		return -1;
	if (!value)
		return 0;
	return policy_pattern(r, value, text, &out->pattern);
}

int policy_identity(struct policy_reader *r, const struct yaml_node *v,
                    struct policy_signer *signer)
{
	static const char *const members[] = { "issuer", "subject", "issuerRegExp", "subjectRegExp",
		                                   NULL };
	struct identity *i = ARENA_PUSH(r->arena, &signer->identities);

	if (policy_known(r, v, members) < 0 ||
	    policy_part(r, v, "subject", "subjectRegExp", &i->subject) < 0 ||
	    policy_part(r, v, "issuer", "issuerRegExp", &i->issuer) < 0)
		return -1;
	if ((i->subject.exact.n == 0 && !i->subject.pattern) ||
	    (i->issuer.exact.n == 0 && !i->issuer.pattern))
		return policy_fault(r, v, "an identity has a subject and an issuer: else anybody's fits");
	return 0;
}

int policy_signer_new(struct policy_reader *r, const struct yaml_node *at, bytes name, size_t *out)
{
	if (r->policy->signers.len >= LIMIT_POLICY_SIGNERS)
		return policy_fault(r, at, "more than %d signers", LIMIT_POLICY_SIGNERS);
	*out = r->policy->signers.len;
	*ARENA_PUSH(r->arena, &r->policy->signers) = (struct policy_signer){ .name = name };
	return 0;
}

int policy_key(struct policy_reader *r, const struct yaml_node *at, bytes text,
               struct policy_signer *signer)
{
	static const bytes begin = BYTES_INIT("-----BEGIN ");

	if (!bytes_starts(bytes_trim(text), begin))
		return policy_fault(r, at,
		                    "no public key as PEM (keys of a KMS, of a Secret or at an "
		                    "address are not fetched: write the key itself)");
	if (text.n > LIMIT_KEY)
		return policy_fault(r, at, "a key of %zu bytes", text.n);
	signer->key = bytes_trim(text);
	return 0;
}

int policy_keys(struct policy_reader *r, const struct yaml_node *at, bytes text, bytes name,
                struct policy_need *need)
{
	static const bytes end = BYTES_INIT("-----END PUBLIC KEY-----");
	bytes rest = bytes_trim(text);

	do {
		size_t to = bytes_search(rest, end), signer;

		if (policy_signer_new(r, at, name, &signer) < 0 ||
		    policy_key(r, at, bytes_slice(rest, 0, to + end.n), &r->policy->signers.items[signer]) <
		        0)
			return -1;
		policy_need_signer(r, need, signer);
		rest = bytes_trim(bytes_skip(rest, to < rest.n ? to + end.n : to));
	} while (rest.n > 0);
	return 0;
}

int policy_service(struct policy_reader *r, const struct yaml_node *mapping, const char *ours)
{
	const struct yaml_node *value = yaml_get(mapping, "url");
	bytes url = { 0 };

	if (policy_text(r, mapping, "url", &url) < 0)
		return -1;
	if (url.n > 0 && url.p[url.n - 1] == '/')
		url.n--;
	if (url.n == 0 || bytes_is(url, ours))
		return 0;
	if (!r->has_root)
		return policy_fault(r, value,
		                    "'%s' is another instance: name its trusted root with --trusted-root",
		                    SHOW(url));
	policy_note(r, value, "another instance, taken to be that of the trusted root");
	return 0;
}

/* Beside the policy or in a folder there: a policy from elsewhere shall not open other files. */
static bool is_beside(bytes name)
{
	bytes rest = name, part;

	if (name.n == 0 || name.n > LIMIT_PATH || name.p[0] == '/')
		return false;
	while (bytes_take_until(&rest, '/', &part))
		if (bytes_is(part, "..") || part.n == 0)
			return false;
	return true;
}

int policy_file_new(struct policy_reader *r, const struct yaml_node *at, bytes name, size_t *out)
{
	for (size_t i = 0; i < r->policy->files.len; i++)
		if (bytes_equal(r->policy->files.items[i].name, name)) {
			*out = i + 1;
			return 0;
		}
	if (!is_beside(name))
		return policy_fault(r, at, "'%s' does not lie beside the policy", SHOW(name));
	if (r->policy->files.len >= LIMIT_POLICY_FILES)
		return policy_fault(r, at, "more than %d files", LIMIT_POLICY_FILES);
	ARENA_PUSH(r->arena, &r->policy->files)->name = name;
	*out = r->policy->files.len;
	return 0;
}

/* -- needs ------------------------------------------------------------------------------------- */

int policy_need_group(struct policy_reader *r, const struct yaml_node *at, const char *label,
                      size_t n, struct policy_need *out)
{
	if (r->policy->needs + n + 1 > LIMIT_POLICY_NEEDS)
		return policy_fault(r, at, "more than %d needs", LIMIT_POLICY_NEEDS);
	r->policy->needs += n + 1;
	*out = (struct policy_need){ .kind = NEED_OF,
		                         .line = policy_line(r, at),
		                         .label = bytes_str(label),
		                         .least = n,
		                         .parts = arena_array(r->arena, struct policy_need, n),
		                         .parts_len = n };
	return 0;
}

void policy_need_signer(struct policy_reader *r, struct policy_need *need, size_t signer)
{
	*ARENA_PUSH(r->arena, &need->signers) = signer;
}

struct policy_test *policy_need_test(struct policy_reader *r, struct policy_need *need,
                                     enum test_kind kind)
{
	struct policy_test *test = ARENA_PUSH(r->arena, &need->tests);

	test->kind = kind;
	return test;
}

/* -- predicate types --------------------------------------------------------------------------- */

int policy_need_types(struct policy_reader *r, const struct yaml_node *value,
                      struct policy_need *need)
{
	struct strings names = { 0 };

	if (policy_texts(r, value, &names) < 0)
		return -1;
	for (size_t i = 0; i < names.len; i++) {
		struct predicate_type type;
		err why = { 0 };

		if (predicate_type_of(arena_str(r->arena, names.items[i]), &type, &why) < 0)
			return policy_fault(r, value, "%s", why.text);
		*ARENA_PUSH(r->arena, &need->types) = bytes_str(type.uri);
	}
	return 0;
}

void policy_add_types(struct policy_reader *r, enum predicate_kind kind, struct policy_need *need)
{
	for (const char *const *type = predicate_versions(kind); *type; type++)
		*ARENA_PUSH(r->arena, &need->types) = bytes_str(*type);
}
