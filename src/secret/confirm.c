/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/confirm.h"

#include "base/base64.h"
#include "base/buf.h"

#include <math.h>
#include <zlib.h>

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static bool is_letter(uint8_t c)
{
	return lower(c) >= 'a' && lower(c) <= 'z';
}

static bool holds_nocase(bytes text, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= text.n; i++)
		if (bytes_equal_nocase(bytes_slice(text, i, n), bytes_of(word, n)))
			return true;
	return false;
}

unsigned confirm_entropy(bytes value)
{
	size_t counts[256] = { 0 };
	double bits = 0;

	for (size_t i = 0; i < value.n; i++)
		counts[value.p[i]]++;
	for (size_t c = 0; c < 256; c++)
		if (counts[c] > 0)
			bits -= (double)counts[c] / (double)value.n *
			        log2((double)counts[c] / (double)value.n);
	return (unsigned)(bits * 10);
}

/* -- what no secret is ------------------------------------------------------------------------- */

/* Published for everybody: the samples of AWS's, jwt.io's and Microsoft's documentation and of RFC
 * 7617, user:pass, the keys of the Azure storage and Cosmos emulators. */
static bool is_documented(bytes value)
{
	static const char *const fronts[] = { "AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE",
		                                  "wJalrXUtnFEMI/K7MDENG", "je7MtGbClwBF/2Zp9Utk",
		                                  "Eby8vdM02xNOcqFlqUwJ",  "C2y6yDjf5/R+ob0N8A7C",
		                                  "33f!!lloppa",           "hal+9ooo_da!sY",
		                                  "QWxhZGRpbjpv",          "dXNlcjpwYXNz",
		                                  "dXNlcm5hbWU6cGFzc3dv" };

	for (size_t i = 0; i < sizeof(fronts) / sizeof(*fronts); i++)
		if (bytes_starts(value, bytes_str(fronts[i])))
			return true;
	return bytes_ends(value, BYTES("SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"));
}

/* longest_run(value, step): octets in a row, each larger than the one before by step. */
static size_t longest_run(bytes value, int step)
{
	size_t longest = 0, run = 1;

	for (size_t i = 1; i < value.n; i++) {
		run = value.p[i] == value.p[i - 1] + step ? run + 1 : 1;
		longest = run > longest ? run : longest;
	}
	return longest;
}

/* What people write where a secret will be: words, masks, variables of shells and templates. */
static bool is_placeholder(bytes value)
{
	static const char *const words[] = { "example", "placeholder", "changeme", "change_me",
		                                 "your_",   "your-",       "redacted", "dummy",
		                                 "xxxx",    "****",        "####",     "sample",
		                                 "${",      "{{",          "$(",       "...." };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (holds_nocase(value, words[i]))
			return true;
	if (value.n > 1 && value.p[0] == '%' && value.p[value.n - 1] == '%')
		return true;
	return value.n > 0 && (value.p[0] == '<' || value.p[0] == '$' || value.p[0] == '#');
}

/* A password may well be weak: only what is surely no value counts. */
static bool is_word(bytes value)
{
	static const char *const words[] = { "password", "passwd",   "passwort", "pass",     "pwd",
		                                 "secret",   "token",    "null",     "none",     "true",
		                                 "false",    "prompt",   "required", "undefined", "string",
		                                 "mypassword", "yourpassword", "username", "value" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (bytes_equal_nocase(value, bytes_str(words[i])))
			return true;
	return false;
}

struct letters {
	size_t digits, upper, lower, other;
};

static struct letters count_letters(bytes value)
{
	struct letters n = { 0 };

	for (size_t i = 0; i < value.n; i++) {
		uint8_t c = value.p[i];

		if (is_digit(c))
			n.digits++;
		else if (c >= 'A' && c <= 'Z')
			n.upper++;
		else if (c >= 'a' && c <= 'z')
			n.lower++;
		else
			n.other++;
	}
	return n;
}

/* holds_word(text, word): with no letter before or behind it. */
static bool holds_word(bytes text, bytes word)
{
	for (size_t i = 0; i + word.n <= text.n; i++)
		if (bytes_equal_nocase(bytes_slice(text, i, word.n), word) &&
		    (i == 0 || !is_letter(text.p[i - 1])) &&
		    (i + word.n == text.n || !is_letter(text.p[i + word.n])))
			return true;
	return false;
}

/* The line before a value, as far as it is there. */
static bytes line_before(bytes value, bytes around)
{
	bytes line = bytes_slice(around, 0, bytes_search(around, value));
	size_t end = bytes_rfind(line, '\n');

	return bytes_skip(line, end < line.n ? end + 1 : 0);
}

/* readpassphrase.3bsd: a page of the manual, in its section; its line says man or see before. */
static bool is_manual_page(bytes value, bytes around)
{
	size_t dot = bytes_rfind(value, '.');
	bytes section = bytes_skip(value, dot < value.n ? dot + 1 : dot);
	struct letters name = count_letters(bytes_slice(value, 0, dot)), n = count_letters(section);
	bytes line = line_before(value, around);

	return n.digits == 1 && is_digit(section.p[0]) && n.upper + n.other == 0 && n.lower <= 4 &&
	       name.digits + name.upper == 0 && name.other <= 2 &&
	       (holds_word(line, BYTES("man")) || holds_word(line, BYTES("see")));
}

/* eli:x:2098:1000: - the front of a line of /etc/passwd, in which no password stands. */
static bool is_account(bytes value)
{
	bytes rest = bytes_skip(value, bytes_search(value, BYTES(":x:")));
	uint8_t c = ':';

	rest = bytes_skip(rest, 3);
	for (unsigned numbers = 0; numbers < 2; numbers += c == ':') {
		uint8_t before = c;

		if (!bytes_take_u8(&rest, &c) || !(is_digit(c) || (c == ':' && before != ':')))
			return false;
	}
	return true;
}

/* The label of a token, blanks and all, in an address (RFC 7512). */
static bool is_token_label(bytes value, bytes around)
{
	bytes line = line_before(value, around);
	size_t blank = bytes_rfind(line, ' ');
	bytes word = bytes_skip(line, blank < line.n ? blank : 0);

	return bytes_search(value, BYTES("%20")) < value.n &&
	       (bytes_starts(value, BYTES("pkcs11:")) ||
	        bytes_search(word, BYTES("pkcs11:")) < word.n);
}

/* A place where the secret is (a file, an address, a member, a type), not the secret; or words. */
static bool is_place(bytes value, bytes around)
{
	size_t dots = 0;

	if (is_token_label(value, around) || is_account(value) || is_manual_page(value, around))
		return true;
	if (bytes_search(value, BYTES("://")) < value.n || bytes_search(value, BYTES("::")) < value.n ||
	    bytes_search(value, BYTES("->")) < value.n)
		return true;
	if (value.p[0] == '/' || value.p[0] == '.' || value.p[0] == '~' || value.p[0] == '-')
		return true;
	for (size_t i = 1; i + 1 < value.n; i++)
		dots += value.p[i] == '.' && is_letter(value.p[i - 1]) && is_letter(value.p[i + 1]);
	return dots >= 2;
}

/* Random letters change between kinds (digit, upper, lower) far more often than words do. */
static bool looks_random(bytes value, const struct letters *n)
{
	size_t changes = 0;

	for (size_t i = 1; i < value.n; i++)
		changes += is_digit(value.p[i]) != is_digit(value.p[i - 1]);
	return n->digits >= 2 && changes >= 2 && n->upper + n->lower >= 1 && n->other * 3 <= value.n;
}

static bool is_named_secret(bytes value, bytes around)
{
	struct letters n = count_letters(value);

	/* Ids of accounts: digits alone. */
	if (n.digits == value.n && value.n >= 15)
		return longest_run(value, 0) < 4;
	return !is_place(value, around) && looks_random(value, &n);
}

static bool is_password(bytes value, bytes around)
{
	struct letters n = count_letters(value);

	return !is_place(value, around) && n.digits >= 1 && n.lower + n.upper >= 2 && !is_word(value) &&
	       (n.other * 2 <= value.n) && confirm_entropy(value) >= 24;
}

/* A connection string says which server or which user, in one of these words. */
static bool is_connection(bytes value, bytes around)
{
	static const char *const words[] = { "server=", "data source=", "host=", "user id=",
		                                 "uid=",    "username=",    "user=", "database=",
		                                 "initial catalog=" };
	size_t dot = bytes_find(value, '.');

	/* code: password = options.password; */
	if (is_word(value) || (dot < value.n && count_letters(value).digits == 0))
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (holds_nocase(around, words[i]))
			return true;
	return false;
}

/* is_sequence(value): "12345678", "aaaaaaaa". */
static bool is_sequence(bytes value)
{
	return longest_run(value, 1) > 7 || longest_run(value, 0) > 7;
}

static bool is_plausible(const struct secret_rule *rule, bytes value, bytes around)
{
	switch (rule->check) {
	case SECRET_CHECK_NAMED:
		return is_named_secret(value, around) && longest_run(value, 1) < 7;
	case SECRET_CHECK_PASSWORD: return is_password(value, around) && longest_run(value, 1) < 7;
	case SECRET_CHECK_CONNECTION: return is_connection(value, around);
	case SECRET_CHECK_GIVEN: return !is_word(value);
	case SECRET_SHAPE_ALONE:
	case SECRET_CHECK_CRC: return !is_sequence(value);
	case SECRET_CHECK_KEY:
	case SECRET_CHECK_DER:
	case SECRET_CHECK_JWT:
	case SECRET_CHECK_AZURE_KEY:
	case SECRET_CHECK_USER_PASS: return true;
	}
	return false;
}

bool confirm_stands_for_secret(const struct secret_rule *rule, bytes value, bytes around)
{
	bool encoded = rule->check == SECRET_CHECK_KEY || rule->check == SECRET_CHECK_USER_PASS ||
	               rule->check == SECRET_CHECK_DER;

	return !is_documented(value) && (encoded || !is_placeholder(value)) &&
	       confirm_entropy(value) >= rule->entropy && is_plausible(rule, value, around);
}

/* -- how sure ---------------------------------------------------------------------------------- */

/* decode(text, url, a, out): base64, or its form for addresses, padding or none. */
static bool decode(bytes text, bool url, struct arena *a, bytes *out)
{
	buf clean = BUF_SECRET(text.n + 4);

	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if (c == '=' || c == '\r' || c == '\n' || c == ' ' || c == '\t')
			continue;
		/* JSON in which a key stands has \n for its line ends. */
		if (c == '\\') {
			i++;
			continue;
		}
		buf_putc(&clean, url && c == '-' ? '+' : url && c == '_' ? '/' : c);
	}
	while (clean.n % 4 != 0)
		buf_putc(&clean, '=');
	bool decoded = base64_decode(buf_bytes(&clean), a, out);

	buf_done(&clean);
	return decoded;
}

/* The last six letters of the tokens of GitHub and npm are the CRC-32 of the thirty before them in
 * base 62 (github.blog, "Behind GitHub's new authentication token formats"). */
static bool crc_fits(bytes token)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

	if (token.n < 40)
		return false;
	bytes body = bytes_slice(token, token.n - 36, 30), said = bytes_skip(token, token.n - 6);
	unsigned long crc = crc32(0, body.p, (unsigned)body.n);

	for (size_t i = 6; i > 0; i--) {
		if (said.p[i - 1] != (uint8_t)digits[crc % 62])
			return false;
		crc /= 62;
	}
	return true;
}

/* der_length(der): of the SEQUENCE (X.690 8.1.3, 8.9) it begins with, header and all; 0: none. */
static size_t der_length(bytes der)
{
	size_t whole = der.n, n = 0;
	uint8_t tag, first, more;

	if (!bytes_take_u8(&der, &tag) || tag != 0x30 || !bytes_take_u8(&der, &first))
		return 0;
	if (first < 0x80)
		n = first;
	else
		for (unsigned i = first & 0x7fU; i > 0; i--) {
			if (!bytes_take_u8(&der, &more) || n > (SIZE_MAX >> 8))
				return 0;
			n = n << 8 | more;
		}
	return n <= der.n ? whole - der.n + n : 0;
}

static bool der_fits(bytes der)
{
	return der.n > 0 && der_length(der) == der.n;
}

bool confirm_extent(const struct secret_rule *rule, bytes *value)
{
	if (rule->check != SECRET_CHECK_DER)
		return true;
	*value = bytes_slice(*value, 0, der_length(*value));
	return value->n > 0;
}

/* The text between the lines of dashes: DER, or OpenSSH's own form (PROTOCOL.key). */
static bool key_fits(bytes pem, struct arena *scratch)
{
	size_t begin = bytes_search(pem, BYTES("KEY-----"));
	bytes body = bytes_skip(pem, begin + 8), key;

	body = bytes_slice(body, 0, bytes_search(body, BYTES("-----END")));
	if (bytes_search(body, BYTES(":")) < body.n) /* RFC 1421 headers: encrypted */
		return false;
	return decode(body, false, scratch, &key) &&
	       (der_fits(key) || bytes_starts(key, BYTES("openssh-key-v1")));
}

static bool jwt_fits(bytes token, struct arena *scratch)
{
	bytes header;

	return decode(bytes_slice(token, 0, bytes_find(token, '.')), true, scratch, &header) &&
	       bytes_starts(header, BYTES("{")) && bytes_search(header, BYTES("\"alg\"")) < header.n;
}

static bool check_fits(const struct secret_rule *rule, bytes value, struct arena *scratch)
{
	bytes decoded;

	switch (rule->check) {
	case SECRET_CHECK_CRC: return crc_fits(value);
	case SECRET_CHECK_KEY: return key_fits(value, scratch);
	case SECRET_CHECK_DER: return der_fits(value);
	case SECRET_CHECK_JWT: return jwt_fits(value, scratch);
	case SECRET_CHECK_AZURE_KEY: return decode(value, false, scratch, &decoded) && decoded.n == 64;
	case SECRET_CHECK_USER_PASS:
		return decode(value, false, scratch, &decoded) && bytes_find(decoded, ':') < decoded.n;
	case SECRET_SHAPE_ALONE:
	case SECRET_CHECK_NAMED:
	case SECRET_CHECK_PASSWORD:
	case SECRET_CHECK_GIVEN:
	case SECRET_CHECK_CONNECTION: break;
	}
	return false;
}

enum secret_confidence confirm_grade(const struct secret_rule *rule, bytes value,
                                     struct arena *scratch)
{
	if (check_fits(rule, value, scratch))
		return SECRET_HIGH;
	switch (rule->check) {
	case SECRET_CHECK_NAMED:
	case SECRET_CHECK_PASSWORD:
	case SECRET_CHECK_USER_PASS:
	case SECRET_CHECK_JWT: return SECRET_LOW;
	case SECRET_SHAPE_ALONE:
	case SECRET_CHECK_CRC:
	case SECRET_CHECK_KEY:
	case SECRET_CHECK_DER:
	case SECRET_CHECK_AZURE_KEY:
	case SECRET_CHECK_GIVEN:
	case SECRET_CHECK_CONNECTION: break;
	}
	return SECRET_MEDIUM;
}
