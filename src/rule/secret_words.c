/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/secret_words.h"

#include "base/path.h"
#include "rule/secret_name.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* Short options whose value is a password; verb: a word of the command ("": any). attached: the
 * value stands in the same word. pair: NAME:PASSWORD. */
static const struct option {
	const char *program, *verb, *word;
	bool attached, pair;
} options[] = {
	{ "curl", "", "-u", true, true },
	{ "curl", "", "--user", false, true },
	{ "curl", "", "-U", true, true },
	{ "curl", "", "--proxy-user", false, true },
	{ "docker", "login", "-p", true, false },
	{ "podman", "login", "-p", true, false },
	{ "buildah", "login", "-p", true, false },
	{ "skopeo", "login", "-p", true, false },
	{ "nerdctl", "login", "-p", true, false },
	{ "crane", "login", "-p", true, false },
	{ "cosign", "login", "-p", true, false },
	{ "oras", "login", "-p", true, false },
	{ "helm", "login", "-p", true, false },
	{ "az", "login", "-p", true, false },
	{ "oc", "login", "-p", true, false },
	{ "dotnet", "nuget", "-p", false, false },
	{ "nuget", "", "-Password", false, false },
	{ "nuget", "", "-ApiKey", false, false },
	{ "dotnet", "nuget", "-k", false, false },
	{ "sshpass", "", "-p", true, false },
	{ "mysql", "", "-p", true, false },
	{ "mysqldump", "", "-p", true, false },
	{ "mariadb", "", "-p", true, false },
	{ "redis-cli", "", "-a", false, false },
	{ "sqlcmd", "", "-P", true, false },
	{ "twine", "upload", "-p", false, false },
};

/* Something is written there: no variable, no place to be filled in, no option, no file. */
static bool is_value(bytes text)
{
	return text.n > 0 && text.p[0] > ' ' && !strchr("$<{%`-@/", text.p[0]) &&
	       !secret_name_is_harmless(text);
}

/* The password of "name:password". */
static bool is_pair(bytes text)
{
	size_t at = bytes_find(text, ':');

	return at < text.n && is_value(bytes_skip(text, at + 1));
}

/* "--client-secret", "--api-key", "-Password"; not "--key", which names a file, and nothing that
 * reads it from elsewhere ("--password-stdin"). */
static bool names_secret(bytes option)
{
	while (option.n > 0 && option.p[0] == '-')
		option = bytes_skip(option, 1);
	size_t at = bytes_rfind(option, '-');
	bytes last = at < option.n ? bytes_skip(option, at + 1) : option;

	if (bytes_starts(option, BYTES("no-")) || bytes_starts(option, BYTES("disabled-")))
		return false;
	if (bytes_equal_nocase(last, BYTES("key")))
		return bytes_search(option, BYTES("api")) < option.n ||
		       bytes_search(option, BYTES("access")) < option.n ||
		       bytes_search(option, BYTES("account")) < option.n;
	return secret_name_is(last);
}

static bool is_long(const struct shell_command *c, size_t at, size_t *out)
{
	bytes word = c->words[at].text;
	size_t sign = bytes_find(word, '=');
	bytes value = bytes_skip(word, sign + 1);

	if (!bytes_starts(word, BYTES("--")) || !names_secret(bytes_slice(word, 0, sign)))
		return false;
	*out = sign < word.n ? at : at + 1;
	if (sign == word.n)
		value = at + 1 < c->len ? c->words[at + 1].text : (bytes){ NULL, 0 };
	return is_value(value) && bytes_find(value, '=') == value.n;
}

static bool has_verb(const struct shell_command *c, const char *verb)
{
	return verb[0] == '\0' || shell_has(c, verb);
}

static bool is_short(const struct shell_command *c, size_t program, size_t at, size_t *out)
{
	bytes word = c->words[at].text, name = path_base(c->words[program].text);

	for (size_t i = 0; i < COUNT(options); i++) {
		const struct option *o = &options[i];
		bytes value = word;

		if (!bytes_is(name, o->program) || !bytes_take_prefix(&value, bytes_str(o->word)) ||
		    !has_verb(c, o->verb))
			continue;
		*out = at;
		if (value.n == 0 && at + 1 < c->len) {
			*out = at + 1;
			value = c->words[at + 1].text;
		} else if (!o->attached) {
			continue;
		}
		/* "mysql -p" alone asks; what follows is the database. */
		if (*out > at && bytes_starts(name, BYTES("m")))
			continue;
		if (o->pair ? is_pair(value) : is_value(value))
			return true;
	}
	return false;
}

/* "Authorization: Bearer x" (RFC 9110 §11.6.2), "PRIVATE-TOKEN: x". */
static bool is_header(bytes word)
{
	static const char *const heads[] = { "Authorization: Bearer ", "Authorization: Basic ",
		                                 "Authorization: token ", "PRIVATE-TOKEN: ",
		                                 "X-Api-Key: " };

	for (size_t i = 0; i < COUNT(heads); i++) {
		bytes head = bytes_str(heads[i]);

		if (word.n > head.n && bytes_equal_nocase(bytes_slice(word, 0, head.n), head))
			return is_value(bytes_skip(word, head.n));
	}
	return false;
}

/* npm: "//registry/:_authToken=x", or with the value behind it. */
static bool is_npm(const struct shell_command *c, size_t at, size_t *out)
{
	static const char *const names[] = { ":_authToken", ":_password" };
	bytes word = c->words[at].text;

	for (size_t i = 0; i < COUNT(names); i++) {
		size_t found = bytes_search(word, bytes_str(names[i]));
		bytes rest = bytes_skip(word, found + strlen(names[i]));

		if (found == word.n)
			continue;
		*out = at;
		if (bytes_take_prefix(&rest, BYTES("=")))
			return is_value(rest);
		*out = at + 1;
		return rest.n == 0 && at + 1 < c->len && is_value(c->words[at + 1].text);
	}
	return false;
}

size_t secret_words_find(const struct shell_command *c)
{
	size_t program = shell_program(c), out;

	for (size_t i = program + 1; i < c->len; i++)
		if (is_long(c, i, &out) || is_short(c, program, i, &out) || is_npm(c, i, &out))
			return out;
		else if (is_header(c->words[i].text))
			return i;
	return c->len;
}

bool secret_words_in(bytes text, struct arena *a)
{
	struct shell_script script;

	shell_split(text, a, &script);
	for (size_t i = 0; i < script.len; i++)
		if (secret_words_find(&script.items[i]) < script.items[i].len)
			return true;
	return false;
}
