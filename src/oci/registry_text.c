/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/registry_text.h"

#include "base/limits.h"
#include "base/text.h"
#include "fmt/json.h"

/* -- headers ----------------------------------------------------------------------------------- */

static void skip_blanks(bytes *in)
{
	while (in->n > 0 && (in->p[0] == ' ' || in->p[0] == '\t'))
		*in = bytes_skip(*in, 1);
}

/* Up to one of the octets of `ends`, or to the end. */
static bytes take_word(bytes *in, const char *ends)
{
	size_t n = 0;
	bytes word;

	while (n < in->n && !(in->p[n] && strchr(ends, in->p[n])))
		n++;
	word = bytes_slice(*in, 0, n);
	*in = bytes_skip(*in, n);
	return word;
}

/* quoted-string (RFC 9110 section 5.6.4): behind the opening quote. */
static bool take_quoted(bytes *in, struct arena *a, bytes *out)
{
	size_t n = 0, end = 0;
	uint8_t c;

	while (end < in->n && in->p[end] != '"')
		end += in->p[end] == '\\' ? 2 : 1;
	if (end >= in->n)
		return false;
	char *to = arena_alloc(a, end);

	while (bytes_take_u8(in, &c)) {
		if (c == '"') {
			*out = bytes_of(to, n);
			return true;
		}
		if (c == '\\' && !bytes_take_u8(in, &c))
			return false;
		to[n++] = (char)c;
	}
	return false;
}

static bool take_value(bytes *in, struct arena *a, bytes *out)
{
	if (bytes_take_prefix(in, BYTES("\"")))
		return take_quoted(in, a, out);
	*out = take_word(in, " \t,");
	return true;
}

/* auth-param, or false with *in as it was where another challenge begins. */
static bool take_param(bytes *in, struct arena *a, bytes *name, bytes *value)
{
	bytes rest = *in;

	*name = take_word(&rest, " \t,=\"");
	skip_blanks(&rest);
	if (name->n == 0 || !bytes_take_prefix(&rest, BYTES("=")))
		return false;
	skip_blanks(&rest);
	if (!take_value(&rest, a, value))
		return false;
	*in = rest;
	return true;
}

static void skip_commas(bytes *in)
{
	do
		skip_blanks(in);
	while (bytes_take_prefix(in, BYTES(",")));
}

bool challenge_take(bytes *in, struct arena *a, struct challenge *out)
{
	bytes name, value;
	struct challenge c = { 0 };

	skip_commas(in);
	bytes scheme = take_word(in, " \t,=\"");

	if (scheme.n == 0)
		return false;
	if (bytes_equal_nocase(scheme, BYTES("basic")))
		c.scheme = CHALLENGE_BASIC;
	else if (bytes_equal_nocase(scheme, BYTES("bearer")))
		c.scheme = CHALLENGE_BEARER;
	for (skip_commas(in); take_param(in, a, &name, &value); skip_commas(in)) {
		bytes *field = bytes_equal_nocase(name, BYTES("realm"))     ? &c.realm
		               : bytes_equal_nocase(name, BYTES("service")) ? &c.service
		                                                            : NULL;

		/* Said twice, it would mean two things. */
		if (field && field->p)
			return false;
		if (field)
			*field = value;
	}
	*out = c;
	return true;
}

/* Is "next" one of the relations in `rel="first next"`? */
static bool has_next(bytes relations)
{
	while (relations.n > 0) {
		bytes word = take_word(&relations, " ");

		if (bytes_equal_nocase(word, BYTES("next")))
			return true;
		relations = bytes_skip(relations, 1);
	}
	return false;
}

bool link_next(bytes value, bytes *out)
{
	for (skip_commas(&value); bytes_take_prefix(&value, BYTES("<")); skip_commas(&value)) {
		bytes target = take_word(&value, ">"), name, relation;
		bool next = false;

		if (!bytes_take_prefix(&value, BYTES(">")))
			return false;
		for (skip_blanks(&value); bytes_take_prefix(&value, BYTES(";")); skip_blanks(&value)) {
			skip_blanks(&value);
			name = bytes_trim(take_word(&value, "=;,"));
			relation = bytes_of(NULL, 0);
			if (bytes_take_prefix(&value, BYTES("=")))
				relation = bytes_take_prefix(&value, BYTES("\"")) ? take_word(&value, "\"")
				                                                  : take_word(&value, ";, ");
			(void)bytes_take_prefix(&value, BYTES("\""));
			next = next || (bytes_equal_nocase(name, BYTES("rel")) && has_next(relation));
		}
		*out = target;
		if (next)
			return target.n > 0;
	}
	return false;
}

static bool take_number(bytes *in, const char *ends, uint64_t *out)
{
	return text_take_u64(take_word(in, ends), 10, LIMIT_BLOB, out);
}

bool content_part(bytes value, uint64_t *out_from, uint64_t *out_last, uint64_t *out_size)
{
	return bytes_take_prefix(&value, BYTES("bytes ")) && take_number(&value, "-", out_from) &&
	       bytes_take_prefix(&value, BYTES("-")) && take_number(&value, "/", out_last) &&
	       bytes_take_prefix(&value, BYTES("/")) && take_number(&value, "", out_size) &&
	       *out_from <= *out_last && *out_last < *out_size;
}

bool content_range(bytes value, uint64_t *out_from, uint64_t *out_size)
{
	uint64_t last;

	return content_part(value, out_from, &last, out_size) && last + 1 == *out_size;
}

bool upload_range(bytes value, uint64_t *out)
{
	uint64_t last;

	(void)bytes_take_prefix(&value, BYTES("bytes="));
	if (!bytes_take_prefix(&value, BYTES("0-")) || !take_number(&value, "", &last))
		return false;
	/* "0-0" means nothing yet to docker's registry, one octet by the letter; asking for that octet
	 * again is refused by neither. */
	*out = last == 0 ? 0 : last + 1;
	return true;
}

/* -- documents --------------------------------------------------------------------------------- */

/* A token goes into a header (RFC 6750 section 2.1, b64token). */
static bool is_token(bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f)
			return false;
	return true;
}

int token_parse(bytes text, struct arena *a, struct token_answer *out, err *e)
{
	struct token_answer answer = { .expires_s = 60 }; /* "For compatibility with older clients" */
	struct json_doc doc;

	if (json_parse(text, a, &doc, e) < 0)
		return -1;
	json root = json_root(&doc), expires = json_get(root, "expires_in");

	answer.token = json_bytes(json_get(root, "token"), a);
	if (answer.token.n == 0)
		answer.token = json_bytes(json_get(root, "access_token"), a);
	if (answer.token.n == 0 || !is_token(answer.token))
		return err_set(e, ERR_FORMAT, 0, "there is no token in the answer");
	if (json_type(expires) == JSON_NUMBER && !json_u64(expires, &answer.expires_s))
		return err_set(e, ERR_FORMAT, 0, "'expires_in' is no number of seconds");
	*out = answer;
	return 0;
}

bytes errors_parse(bytes text, struct arena *a)
{
	struct json_doc doc;
	err ignored = { 0 }; /* a page for people, or nothing: then there is no message */

	if (json_parse(text, a, &doc, &ignored) < 0)
		return bytes_of(NULL, 0);
	json first = json_at(json_get(json_root(&doc), "errors"), 0);
	bytes code = json_bytes(json_get(first, "code"), a);
	bytes message = json_bytes(json_get(first, "message"), a);

	if (message.n == 0)
		message = json_bytes(json_get(json_root(&doc), "message"), a);
	if (message.n == 0)
		message = json_bytes(json_get(json_root(&doc), "details"), a);
	if (code.n == 0 || message.n == 0)
		return code.n ? code : message;
	return bytes_str(arena_printf(a, PRIb ": " PRIb, BYTESF(code), BYTESF(message)));
}

/* distribution-spec 1.1: [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127} */
static bool is_tag(bytes s)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		bool word = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';

		if (!word && (i == 0 || (c != '.' && c != '-')))
			return false;
	}
	return s.n > 0 && s.n <= 128;
}

int tags_parse(bytes text, struct arena *a, struct strings *out, err *e)
{
	struct arena scratch = ARENA_INIT;
	struct json_doc doc;
	int result = json_parse(text, &scratch, &doc, e);
	json tags = result == 0 ? json_get(json_root(&doc), "tags") : (json){ 0 };

	if (result == 0 && json_type(tags) != JSON_ARRAY && json_type(tags) != JSON_NULL)
		result = err_set(e, ERR_FORMAT, 0, "'tags' is no list");
	for (json v = json_first(tags); result == 0 && json_type(v) != JSON_NONE; v = json_next(v)) {
		bytes tag = json_bytes(v, &scratch);

		if (json_type(v) != JSON_STRING)
			result = err_set(e, ERR_FORMAT, 0, "'tags' lists what is no text");
		else if (!is_tag(tag))
			result = err_set(e, ERR_FORMAT, 0, "'%s' is no tag", SHOW(tag));
		else if (out->len == LIMIT_TAGS)
			result = err_set(e, ERR_LIMIT, 0, "more than %s tags", COUNT_TEXT(LIMIT_TAGS));
		else
			*ARENA_PUSH(a, out) = arena_bytes(a, tag);
	}
	arena_wipe(&scratch);
	return result;
}
