/* SPDX-License-Identifier: Apache-2.0 */
#include "net/credentials_file.h"

#include "base/base64.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "sys/file.h"

/* The key that docker has for Docker Hub, since the first API. */
#define HUB_KEY "https://index.docker.io/v1/"

json credentials_file_member(const struct credentials_file *f, const char *name)
{
	return f->doc.len > 0 ? json_get(json_root(&f->doc), name) : (json){ 0 };
}

static bool is_absent(json v)
{
	return json_type(v) == JSON_NONE || json_type(v) == JSON_NULL;
}

/* -- reading ----------------------------------------------------------------------------------- */

/* A helper's name becomes the end of a program's: no way to another folder. */
static bool is_helper_name(bytes s)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		if (!is_letter && c != '-' && c != '_' && c != '.')
			return false;
	}
	return true;
}

static int check_helpers(const struct credentials_file *f, struct arena *a, err *e)
{
	json helpers = credentials_file_member(f, "credHelpers"),
		 store = credentials_file_member(f, "credsStore");

	if (!is_absent(helpers) && json_type(helpers) != JSON_OBJECT)
		return err_set(e, ERR_FORMAT, 0, "credHelpers is no object");
	for (json h = json_first(helpers); json_type(h) != JSON_NONE; h = json_next(h))
		if (json_type(h) != JSON_STRING || !is_helper_name(json_bytes(h, a)))
			return err_set(e, ERR_FORMAT, 0, "credHelpers: '%s' names no helper",
			               SHOW(json_name(h, a)));
	if (!is_absent(store) &&
	    (json_type(store) != JSON_STRING || !is_helper_name(json_bytes(store, a))))
		return err_set(e, ERR_FORMAT, 0, "credsStore names no helper");
	return 0;
}

static int check_shape(const struct credentials_file *f, struct arena *a, err *e)
{
	json auths = credentials_file_member(f, "auths");

	if (f->doc.len > 0 && json_type(json_root(&f->doc)) != JSON_OBJECT)
		return err_set(e, ERR_FORMAT, 0, "it is no JSON object");
	if (!is_absent(auths) && json_type(auths) != JSON_OBJECT)
		return err_set(e, ERR_FORMAT, 0, "auths is no object");
	for (json v = json_first(auths); json_type(v) != JSON_NONE; v = json_next(v))
		if (!is_absent(v) && json_type(v) != JSON_OBJECT)
			return err_set(e, ERR_FORMAT, 0, "auths: '%s' is no object", SHOW(json_name(v, a)));
	return check_helpers(f, a, e);
}

int credentials_file_parse(const char *path, bytes text, struct arena *a,
                           struct credentials_file *out, err *e)
{
	struct credentials_file f = { .path = path, .is_there = true, .text = text };

	f.is_docker = bytes_is(path_base(bytes_str(path)), "config.json");
	/* podman leaves an empty file where there was a last entry. */
	if (bytes_trim(text).n > 0 && json_parse(text, a, &f.doc, e) < 0)
		return err_wrap(e, "'%s'", SHOW(bytes_str(path)));
	if (check_shape(&f, a, e) < 0)
		return err_wrap(e, "'%s'", SHOW(bytes_str(path)));
	*out = f;
	return 0;
}

int credentials_file_read(const char *path, struct arena *a, struct credentials_file *out, err *e)
{
	bytes text;

	if (file_read_all(path, LIMIT_CREDENTIAL_FILE, a, &text, e) == 0)
		return credentials_file_parse(path, text, a, out, e);
	if (e->kind != ERR_ABSENT)
		return -1;
	err_clear(e); /* told by is_there */
	if (credentials_file_parse(path, BYTES(""), a, out, e) < 0)
		return -1;
	out->is_there = false;
	return 0;
}

/* -- finding ----------------------------------------------------------------------------------- */

bytes credentials_key_means(bytes key, struct arena *a)
{
	if (!bytes_take_prefix(&key, BYTES("https://")))
		(void)bytes_take_prefix(&key, BYTES("http://")); /* either or none */
	while (bytes_ends(key, BYTES("/")))
		key.n--;
	size_t slash = bytes_find(key, '/');
	bytes host = bytes_slice(key, 0, slash), rest = bytes_skip(key, slash);

	if (bytes_is(rest, "/v1") || bytes_is(rest, "/v2"))
		rest.n = 0;
	if (bytes_is(host, "index.docker.io") || bytes_is(host, "registry-1.docker.io"))
		return bytes_str(arena_printf(a, "docker.io" PRIb, BYTESF(rest)));
	return bytes_slice(key, 0, host.n + rest.n);
}

bytes credentials_place(bytes place, struct arena *a)
{
	static const bytes port = BYTES_INIT(":443");
	size_t slash = bytes_find(place, '/');
	bytes host = bytes_slice(place, 0, slash);

	if (!bytes_ends(host, port))
		return place;
	host.n -= port.n;
	return bytes_str(arena_printf(a, PRIb PRIb, BYTESF(host), BYTESF(bytes_skip(place, slash))));
}

const char *credentials_file_server(const struct credentials_file *f, const char *host)
{
	return f->is_docker && strcmp(host, "docker.io") == 0 ? HUB_KEY : host;
}

bytes credentials_file_helper(const struct credentials_file *f, const char *host, struct arena *a)
{
	json helpers = credentials_file_member(f, "credHelpers");
	bytes wanted = credentials_place(bytes_str(host), a);

	for (json h = json_first(helpers); json_type(h) != JSON_NONE; h = json_next(h))
		if (bytes_equal(credentials_place(credentials_key_means(json_name(h, a), a), a), wanted))
			return json_bytes(h, a);
	return json_bytes(credentials_file_member(f, "credsStore"), a);
}

/* text_of(entry, name, a, out, e): a string or nothing. */
static int text_of(json entry, const char *name, struct arena *a, bytes *out, err *e)
{
	json v = json_get(entry, name);

	*out = BYTES("");
	if (is_absent(v) || json_str(v, a, out))
		return 0;
	return err_set(e, ERR_FORMAT, 0, "%s is no string", name);
}

/* A bearer token is sent as it is, so it must be one word of visible ASCII (RFC 6750 section 2.1).
 * */
static bool is_word(bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return true;
}

static int decode_entry(json entry, struct arena *a, struct credential *out, err *e)
{
	struct credential c = { 0 };
	bytes auth, pair;

	if (text_of(entry, "auth", a, &auth, e) < 0 || text_of(entry, "username", a, &c.user, e) < 0 ||
	    text_of(entry, "password", a, &c.password, e) < 0 ||
	    text_of(entry, "identitytoken", a, &c.identity_token, e) < 0 ||
	    text_of(entry, "registrytoken", a, &c.registry_token, e) < 0)
		return -1;
	if (!is_word(c.registry_token))
		return err_set(e, ERR_FORMAT, 0, "registrytoken is no token");
	if (auth.n > 0) {
		if (!base64_decode(auth, a, &pair) || bytes_find(pair, ':') == pair.n)
			return err_set(e, ERR_FORMAT, 0, "auth is not the base64 of user:password");
		/* Old versions of docker padded with NULs. */
		while (bytes_ends(pair, BYTES("\0")))
			pair.n--;
		(void)bytes_take_until(&pair, ':', &c.user); /* there is one */
		c.password = pair;
	}
	/* One of the three, the strongest: docker writes an empty password beside an identity token. */
	if (c.registry_token.n > 0)
		*out = (struct credential){ .registry_token = c.registry_token };
	else if (c.identity_token.n > 0)
		*out = (struct credential){ .identity_token = c.identity_token };
	else if (c.user.n > 0 || c.password.n > 0)
		*out = (struct credential){ .user = c.user, .password = c.password };
	return 0;
}

int credentials_file_find(const struct credentials_file *f, const char *host, bytes repository,
                          struct arena *a, struct credential *out, err *e)
{
	bytes wanted = credentials_place(
		bytes_str(
			arena_printf(a, "%s%s" PRIb, host, repository.n > 0 ? "/" : "", BYTESF(repository))),
		a);
	json best = { 0 };
	size_t longest = 0;

	for (json v = json_first(credentials_file_member(f, "auths")); json_type(v) != JSON_NONE;
	     v = json_next(v)) {
		bytes key = credentials_place(credentials_key_means(json_name(v, a), a), a);

		if (key.n > longest && path_within(wanted, key) && json_count(v) > 0) {
			best = v;
			longest = key.n;
		}
	}
	if (decode_entry(best, a, out, e) < 0)
		return err_wrap(e, "'%s': auths: '%s'", SHOW(bytes_str(f->path)), SHOW(json_name(best, a)));
	return 0;
}
