/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/reference.h"

#include "base/text.h"

#include <arpa/inet.h>

/* Go's distribution/reference stops there, and registries keep names in columns of that size. */
#define NAME_MOST 255
#define TAG_MOST 128

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_lower(uint8_t c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z');
}

static bool is_alnum(uint8_t c)
{
	return is_lower(c) || (c >= 'A' && c <= 'Z');
}

/* domain-component: letters, digits, hyphens within. */
static bool is_label(bytes s)
{
	if (s.n == 0 || s.n > 63 || !is_alnum(s.p[0]) || !is_alnum(s.p[s.n - 1]))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && s.p[i] != '-')
			return false;
	return true;
}

static bool is_domain(bytes s)
{
	bytes label;

	if (s.n == 0 || s.p[s.n - 1] == '.')
		return false;
	while (bytes_take_until(&s, '.', &label))
		if (!is_label(label))
			return false;
	return true;
}

/* "[::1]" with the rest moved to *port: "" or ":5000". */
static bool is_ipv6(bytes s, bytes *port)
{
	char text[INET6_ADDRSTRLEN + 1];
	struct in6_addr address;
	size_t end = bytes_find(s, ']');

	if (end == s.n || end < 2 || end > sizeof(text))
		return false;
	memcpy(text, s.p + 1, end - 1);
	text[end - 1] = '\0';
	*port = bytes_skip(s, end + 1);
	return inet_pton(AF_INET6, text, &address) == 1;
}

static bool is_port(bytes s)
{
	uint64_t n;

	return s.n == 0 || (s.p[0] == ':' && text_take_u64(bytes_skip(s, 1), 10, 65535, &n) && n > 0);
}

static bool is_host(bytes s)
{
	bytes port = { 0 };

	if (bytes_find(s, 0) < s.n)
		return false;
	if (bytes_starts(s, BYTES("[")))
		return is_ipv6(s, &port) && is_port(port);
	size_t colon = bytes_find(s, ':');

	return is_domain(bytes_slice(s, 0, colon)) && is_port(bytes_skip(s, colon));
}

/* "localhost:05000" is the same place as "localhost:5000", and gets one name, by which rules and
 * credentials know it. */
static void plain_port(char *host)
{
	char *port = strrchr(host, ':'), *first;

	if (!port || strchr(port, ']'))
		return;
	for (first = port + 1; *first == '0';)
		first++;
	memmove(port + 1, first, strlen(first) + 1);
}

/* host_of(s, a): in lower case, the names of Docker Hub as one, ports as plain numbers. Arena. */
static const char *host_of(bytes s, struct arena *a)
{
	static const char *const hub[] = { "index.docker.io", "registry-1.docker.io" };
	char *host = arena_str(a, s);

	for (char *c = host; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + 32);
	plain_port(host);
	for (size_t i = 0; i < sizeof(hub) / sizeof(*hub); i++)
		if (strcmp(host, hub[i]) == 0)
			return "docker.io";
	return host;
}

/* path-component: runs of letters and digits between separators: ".", "_", "__" or hyphens. */
static bool is_separator(bytes s)
{
	size_t hyphens = 0;

	while (hyphens < s.n && s.p[hyphens] == '-')
		hyphens++;
	return s.n > 0 && (hyphens == s.n || bytes_is(s, ".") || bytes_is(s, "_") || bytes_is(s, "__"));
}

static size_t run_of(bytes s, bool lower)
{
	size_t n = 0;

	while (n < s.n && is_lower(s.p[n]) == lower)
		n++;
	return n;
}

static bool is_component(bytes s)
{
	bytes separator, word;

	if (!bytes_take(&s, run_of(s, true), &word) || word.n == 0)
		return false;
	while (s.n > 0) {
		if (!bytes_take(&s, run_of(s, false), &separator) || !is_separator(separator) ||
		    !bytes_take(&s, run_of(s, true), &word) || word.n == 0)
			return false;
	}
	return true;
}

static int check_repository(bytes s, size_t most, err *e)
{
	bytes rest = s, part;

	if (s.n == 0 || s.p[s.n - 1] == '/')
		return err_set(e, ERR_USAGE, 0, "the name of the repository is missing");
	if (s.n > most)
		return err_set(e, ERR_USAGE, 0, "the repository '%s' has more than %zu characters", SHOW(s),
		               most);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 'A' && s.p[i] <= 'Z')
			return err_set(e, ERR_USAGE, 0,
			               "the repository '%s' has upper-case letters, which registries refuse",
			               SHOW(s));
	while (bytes_take_until(&rest, '/', &part))
		if (!is_component(part))
			return err_set(
				e, ERR_USAGE, 0,
				"'%s' in the repository '%s': parts are letters and digits, with '.', '_', "
				"'__' or hyphens between them",
				SHOW(part), SHOW(s));
	return 0;
}

static int check_tag(bytes s, err *e)
{
	bool fine = s.n > 0 && s.n <= TAG_MOST && (is_alnum(s.p[0]) || s.p[0] == '_');

	for (size_t i = 0; i < s.n && fine; i++)
		fine = is_alnum(s.p[i]) || s.p[i] == '_' || s.p[i] == '.' || s.p[i] == '-';
	if (fine)
		return 0;
	return err_set(
		e, ERR_USAGE, 0,
		"'%s' is no tag: at most %d letters, digits, '_', '.' and '-', not beginning with "
		"'.' or '-'",
		SHOW(s), TAG_MOST);
}

/* The host is moved from the front of *name to *out; none means Docker Hub. */
static int take_host(bytes *name, struct arena *a, const char **out, err *e)
{
	size_t slash = bytes_find(*name, '/');
	bytes first = bytes_slice(*name, 0, slash);
	bool is_named = slash < name->n &&
	                (bytes_find(first, '.') < first.n || bytes_find(first, ':') < first.n ||
	                 bytes_equal_nocase(first, BYTES("localhost")));

	*out = "docker.io";
	if (!is_named)
		return 0;
	if (!is_host(first))
		return err_set(e, ERR_USAGE, 0, "'%s' is no registry (HOST or HOST:PORT)", SHOW(first));
	*out = host_of(first, a);
	*name = bytes_skip(*name, slash + 1);
	return 0;
}

static int parse(bytes text, struct arena *a, struct reference *r, err *e)
{
	size_t at = bytes_find(text, '@');
	bytes name = bytes_slice(text, 0, at), tag = { 0 };

	if (bytes_search(text, BYTES("://")) < text.n)
		return err_set(e, ERR_USAGE, 0, "write it without the scheme: HOST/NAME:TAG");
	if (at < text.n && digest_parse(bytes_skip(text, at + 1), &r->digest, e) < 0) {
		e->kind = ERR_USAGE;
		return -1;
	}
	size_t colon = bytes_rfind(name, ':');

	/* A colon before the last slash belongs to a port. */
	if (colon < name.n && bytes_find(bytes_skip(name, colon), '/') == name.n - colon) {
		tag = bytes_skip(name, colon + 1);
		name = bytes_slice(name, 0, colon);
		if (check_tag(tag, e) < 0)
			return -1;
	}
	if (take_host(&name, a, &r->host, e) < 0)
		return -1;
	bool is_official = strcmp(r->host, "docker.io") == 0 && bytes_find(name, '/') == name.n;

	if (check_repository(name, is_official ? NAME_MOST - 8 : NAME_MOST, e) < 0)
		return -1;
	r->repository = arena_printf(a, "%s" PRIb, is_official ? "library/" : "", BYTESF(name));
	r->tag = tag.n > 0 ? arena_str(a, tag) : at < text.n ? "" : "latest";
	return 0;
}

int reference_parse(const char *text, struct arena *a, struct reference *out, err *e)
{
	struct reference r = { 0 };

	if (parse(bytes_str(text), a, &r, e) < 0)
		return err_wrap(e, "'%s' is no image reference", SHOW(bytes_str(text)));
	*out = r;
	return 0;
}

int reference_parse_host(const char *text, struct arena *a, const char **out, err *e)
{
	bytes host = bytes_str(text);

	if (!bytes_take_prefix(&host, BYTES("https://")))
		(void)bytes_take_prefix(&host, BYTES("http://")); /* either or none */
	while (bytes_ends(host, BYTES("/")))
		host.n--;
	for (int version = 1; version <= 2; version++)
		if (bytes_ends(host, version == 1 ? BYTES("/v1") : BYTES("/v2")))
			host.n -= 3;
	if (!is_host(host))
		return err_set(e, ERR_USAGE, 0, "'%s' is no registry (HOST or HOST:PORT)",
		               SHOW(bytes_str(text)));
	*out = host_of(host, a);
	return 0;
}

const char *reference_text(const struct reference *r, struct arena *a)
{
	bool has_digest = r->digest.algorithm != DIGEST_NONE;

	return arena_printf(a, "%s/%s%s%s%s%s", r->host, r->repository, *r->tag ? ":" : "", r->tag,
	                    has_digest ? "@" : "", has_digest ? DIGEST_TEXT(&r->digest) : "");
}

struct reference reference_at(const struct reference *r, const digest *d)
{
	return (struct reference){ r->host, r->repository, "", *d };
}

const char *reference_api_host(const struct reference *r)
{
	return strcmp(r->host, "docker.io") == 0 ? "registry-1.docker.io" : r->host;
}
