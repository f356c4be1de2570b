/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/secret_name.h"

#define IS_ONE_OF(word, list) is_one_of(word, list, sizeof(list) / sizeof(*(list)))

static bool is_one_of(bytes word, const char *const *list, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes_equal_nocase(word, bytes_str(list[i])))
			return true;
	return false;
}

/* -- names ------------------------------------------------------------------------------------ */

/* Written alone or at the end of a longer word: PGPASSWORD, MyToken, DBPASS. */
static bool ends_in_secret(bytes word)
{
	static const char *const ends[] = { "password", "passwd", "passphrase",
		                                "pass",     "pwd",    "secret",
		                                "token",    "apikey", "connectionstring" };
	static const char *const others[] = { "bypass",   "compass",   "surpass", "trespass",
		                                  "overpass", "underpass", "oldpwd" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		size_t n = strlen(ends[i]);

		if (word.n >= n && bytes_equal_nocase(bytes_skip(word, word.n - n), bytes_str(ends[i])))
			return !IS_ONE_OF(word, others);
	}
	return false;
}

static bool take_word(bytes *name, bytes *out)
{
	size_t n = 0;

	if (name->n == 0)
		return false;
	while (n < name->n && name->p[n] != '_' && name->p[n] != '-' && name->p[n] != '.' &&
	       name->p[n] != ':')
		n++;
	*out = bytes_slice(*name, 0, n);
	*name = bytes_skip(*name, n + 1);
	return true;
}

bool secret_name_is(bytes name)
{
	static const char *const yes[] = { "apikey", "credential", "credentials", "key",
		                               "passwd", "password",   "pwd",         "secret",
		                               "token",  "secrets",    "passphrase",  "connectionstring" };
	static const char *const no[] = { "file",      "path",      "url",      "uri",     "name",
		                              "alias",     "id",        "mode",     "enabled", "public",
		                              "version",   "ref",       "dir",      "host",    "port",
		                              "endpoint",  "issuer",    "audience", "expiry",  "expires",
		                              "length",    "lifetime",  "ttl",      "timeout", "expiration",
		                              "policy",    "type",      "format",   "size",    "count",
		                              "limit",     "prefix",    "suffix",   "header",  "folder",
		                              "algorithm", "directory", "location" };
	bool found = false, other = false, last = false;
	bytes word;

	while (take_word(&name, &word)) {
		found |= IS_ONE_OF(word, yes);
		other |= IS_ONE_OF(word, no);
		last = ends_in_secret(word);
	}
	return last || (found && !other);
}

/* -- values ----------------------------------------------------------------------------------- */

/* "/run/secrets/x": an absolute path, whose first part is in small letters as no key's is. */
static bool is_path(bytes value)
{
	size_t n = 0;

	if (!bytes_take_prefix(&value, BYTES("/")))
		return false;
	while (n < value.n && ((value.p[n] >= 'a' && value.p[n] <= 'z') || value.p[n] == '.' ||
	                       value.p[n] == '-' || value.p[n] == '_'))
		n++;
	return n > 0 && (n == value.n || value.p[n] == '/');
}

bool secret_name_is_harmless(bytes value)
{
	static const char *const words[] = { "true", "false", "yes", "no", "on", "off" };

	return IS_ONE_OF(value, words) || is_path(value);
}

/* Something is written here, and no "$VARIABLE", "{placeholder}", "<your password>" or "%s". */
static bool is_literal(bytes value)
{
	return value.n > 0 && value.p[0] > ' ' && !strchr("$<{%;=&'\"", value.p[0]);
}

static bytes skip_blanks(bytes text)
{
	while (text.n > 0 && (text.p[0] == ' ' || text.p[0] == '\t'))
		text = bytes_skip(text, 1);
	return text;
}

bool secret_name_password(bytes text)
{
	static const char *const keys[] = { "password", "pwd", "accountkey", "sharedaccesskey" };

	for (size_t at = bytes_find(text, '='); at < text.n;) {
		bytes key = bytes_slice(text, 0, at), value = skip_blanks(bytes_skip(text, at + 1));

		while (key.n > 0 && (key.p[key.n - 1] == ' ' || key.p[key.n - 1] == '\t'))
			key.n--;
		if (value.n > 0 && (value.p[0] == '"' || value.p[0] == '\''))
			value = bytes_skip(value, 1);
		for (size_t i = 0; is_literal(value) && i < sizeof(keys) / sizeof(*keys); i++) {
			size_t n = strlen(keys[i]);

			if (key.n >= n && bytes_equal_nocase(bytes_skip(key, key.n - n), bytes_str(keys[i])))
				return true;
		}
		text = bytes_skip(text, at + 1);
		at = bytes_find(text, '=');
	}
	return false;
}

static bytes bare(bytes text)
{
	text = bytes_trim(text);
	while (text.n > 0 && (text.p[text.n - 1] == ',' || text.p[text.n - 1] == ';'))
		text.n--;
	if (text.n >= 2 && (text.p[0] == '"' || text.p[0] == '\''))
		text = bytes_slice(text, 1, text.n - 2);
	return text;
}

/* Fewer names than those of variables: settings files refer to secrets by their names as well. */
static bool is_password_setting(bytes name)
{
	static const char *const ends[] = { "password",   "passwd",        "passphrase",  "apikey",
		                                "api_key",    "api-key",       "secretkey",   "secret_key",
		                                "access_key", "client_secret", "clientsecret" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		size_t n = strlen(ends[i]);

		if (name.n >= n && bytes_equal_nocase(bytes_skip(name, name.n - n), bytes_str(ends[i])))
			return true;
	}
	return false;
}

bool secret_name_setting(bytes text)
{
	bytes line;

	while (bytes_line(&text, &line)) {
		size_t at = bytes_find(line, ':'), sign = bytes_find(line, '=');

		at = sign < at ? sign : at;
		bytes value = bare(bytes_skip(line, at + 1));

		if (at < line.n && is_password_setting(bare(bytes_slice(line, 0, at))) &&
		    is_literal(value) && value.p[0] != '|' && value.p[0] != '>' && value.p[0] != '*' &&
		    !secret_name_is_harmless(value) && !bytes_is(value, "null"))
			return true;
	}
	return false;
}

/* scheme://user:password@host (RFC 3986 section 3.2.1) */
size_t secret_name_login(bytes text)
{
	size_t from = 0, at;

	while ((at = bytes_search(bytes_skip(text, from), BYTES("://"))) < text.n - from) {
		bytes rest = bytes_skip(text, from + at + 3);
		size_t end = 0;

		while (end < rest.n && rest.p[end] > ' ' && !strchr("/\"'", rest.p[end]))
			end++;
		bytes authority = bytes_slice(rest, 0, end);
		bytes login = bytes_slice(authority, 0, bytes_rfind(authority, '@'));
		bytes password = bytes_skip(login, bytes_find(login, ':') + 1);

		if (login.n < authority.n && is_literal(password))
			return from + at;
		from += at + 3;
	}
	return text.n;
}
