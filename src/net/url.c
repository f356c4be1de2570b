/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "base/text.h"
#include "net/http.h"

#include <arpa/inet.h>

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(uint8_t c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_hex(uint8_t c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static bool is_unreserved(uint8_t c)
{
	return is_digit(c) || is_letter(c) || (c && strchr("-._~", c));
}

/* RFC 3986 section 2: unreserved, reserved (gen-delims, sub-delims), pct-encoded. What stands
 * outside, a backslash above all, is read differently by different programs. */
static bool has_url_octets(bytes text)
{
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if (c == '%' && i + 2 < text.n && is_hex(text.p[i + 1]) && is_hex(text.p[i + 2]))
			continue;
		if (!is_unreserved(c) && (!c || !strchr(":/?#[]@!$&'()*+,;=", c)))
			return false;
	}
	return true;
}

static bytes lower(bytes s, struct arena *a)
{
	char *to = arena_str(a, s);

	for (size_t i = 0; i < s.n; i++)
		if (to[i] >= 'A' && to[i] <= 'Z')
			to[i] = (char)(to[i] + 32);
	return bytes_of(to, s.n);
}

/* take_ipv4(host, out): exactly four decimal numbers. */
static bool take_ipv4(bytes host, uint8_t out[4])
{
	char text[16] = "";

	if (host.n >= sizeof(text))
		return false;
	memcpy(text, host.p, host.n);
	return inet_pton(AF_INET, text, out) == 1;
}

static bool take_ipv6(bytes host, uint8_t out[16])
{
	char text[INET6_ADDRSTRLEN] = "";

	if (host.n < 3 || host.n - 2 >= sizeof(text) || host.p[0] != '[' || host.p[host.n - 1] != ']')
		return false;
	memcpy(text, host.p + 1, host.n - 2);
	return inet_pton(AF_INET6, text, out) == 1;
}

/* A host whose last label is a number is an IPv4 address to some resolvers, in forms such as
 * "0x7f.1" and "2130706433"; only the one form that everybody reads alike is taken (WHATWG URL,
 * "ends in a number"). */
static bool ends_in_number(bytes host)
{
	bytes label = bytes_skip(host,
	                         bytes_rfind(host, '.') < host.n ? bytes_rfind(host, '.') + 1 : 0);

	return label.n > 0 && is_digit(label.p[0]);
}

static bool is_host(bytes host)
{
	uint8_t address[16];

	if (host.n > 0 && host.p[0] == '[')
		return take_ipv6(host, address);
	if (host.n == 0 || host.n > 253 || host.p[0] == '.' || host.p[host.n - 1] == '.')
		return false;
	if (ends_in_number(host))
		return take_ipv4(host, address);
	for (size_t i = 0; i < host.n; i++)
		if (!is_digit(host.p[i]) && !is_letter(host.p[i]) && !strchr("-._", host.p[i]))
			return false;
	return bytes_search(host, BYTES("..")) == host.n;
}

/* authority = host [ ":" port ]; userinfo is refused: what stands before an @ fools people. */
static int parse_authority(bytes authority, struct arena *a, struct url *out, err *e)
{
	size_t end = authority.n > 0 && authority.p[0] == '[' ? bytes_find(authority, ']') + 1
	                                                      : bytes_find(authority, ':');
	bytes host = bytes_slice(authority, 0, end), port = bytes_skip(authority, end);
	uint64_t number = bytes_is(out->scheme, "https") ? 443 : 80;

	if (bytes_find(authority, '@') < authority.n)
		return err_set(e, ERR_FORMAT, 0, "a user name or password in a URL is refused");
	if (!is_host(host))
		return err_set(e, ERR_FORMAT, 0, "'%s' is no host", SHOW(host));
	if (port.n > 0 &&
	    (!bytes_take_prefix(&port, BYTES(":")) ||
	     (port.n > 0 && (!text_take_u64(port, 10, UINT16_MAX, &number) || number == 0))))
		return err_set(e, ERR_FORMAT, 0, "'%s' is no port", SHOW(port));
	out->host = lower(host, a);
	out->port = (uint16_t)number;
	return 0;
}

/* The index of the first of several octets, or s.n. */
static size_t find_any(bytes s, const char *octets)
{
	size_t i = 0;

	while (i < s.n && !(s.p[i] && strchr(octets, s.p[i])))
		i++;
	return i;
}

static int parse(bytes text, struct arena *a, struct url *out, err *e)
{
	size_t colon = bytes_search(text, BYTES("://"));
	struct url u = { .scheme = lower(bytes_slice(text, 0, colon), a) };
	bytes rest = bytes_skip(text, colon + 3);

	if (!has_url_octets(text) || bytes_find(text, '#') < text.n)
		return err_set(e, ERR_FORMAT, 0, "it holds what a URL cannot hold");
	if (!bytes_is(u.scheme, "http") && !bytes_is(u.scheme, "https"))
		return err_set(e, ERR_FORMAT, 0, "only http:// and https:// are known");
	size_t end = find_any(rest, "/?");

	if (parse_authority(bytes_slice(rest, 0, end), a, &u, e) < 0)
		return -1;
	rest = bytes_skip(rest, end);
	end = bytes_find(rest, '?');
	u.path = end > 0 ? bytes_slice(rest, 0, end) : BYTES("/");
	u.query = bytes_skip(rest, end + 1);
	*out = u;
	return 0;
}

int url_parse(const char *text, struct arena *a, struct url *out, err *e)
{
	bytes copy = arena_bytes(a, bytes_str(text));

	if (parse(copy, a, out, e) < 0)
		return err_wrap(e, "URL '%s'", SHOW(copy));
	return 0;
}

/* RFC 3986 section 5.2.4. In place: the result is never longer. */
static bytes remove_dot_segments(char *path, size_t n)
{
	bytes in = bytes_of(path, n), segment;
	size_t len = 0;

	while (bytes_take_prefix(&in, BYTES("/"))) {
		segment = bytes_slice(in, 0, bytes_find(in, '/'));
		in = bytes_skip(in, segment.n);
		if (bytes_is(segment, ".."))
			while (len > 0 && path[--len] != '/')
				;
		if (bytes_is(segment, "..") || bytes_is(segment, ".")) {
			if (in.n == 0)
				path[len++] = '/';
			continue;
		}
		path[len++] = '/';
		memmove(path + len, segment.p, segment.n);
		len += segment.n;
	}
	return bytes_of(path, len);
}

/* The path of a relative reference, merged with the base's (section 5.2.3), and its query. */
static const char *resolve_path(const struct url *base, bytes reference, struct arena *a)
{
	size_t end = bytes_find(reference, '?');
	bytes path = bytes_slice(reference, 0, end), query = bytes_skip(reference, end);
	bytes folder = bytes_slice(base->path, 0, bytes_rfind(base->path, '/') + 1);

	if (path.n == 0)
		path = base->path;
	else if (path.p[0] != '/')
		path = bytes_str(arena_printf(a, PRIb PRIb, BYTESF(folder), BYTESF(path)));
	path = remove_dot_segments(arena_str(a, path), path.n);
	return arena_printf(a, PRIb PRIb, BYTESF(path), BYTESF(query));
}

static bool has_scheme(bytes reference)
{
	size_t end = find_any(reference, ":/?#");

	return end > 0 && end < reference.n && reference.p[end] == ':' && is_letter(reference.p[0]);
}

int url_resolve(const char *base, const char *location, struct arena *a, const char **out, err *e)
{
	bytes reference = bytes_str(location);
	struct url from, to;
	const char *text;

	reference = bytes_slice(reference, 0, bytes_find(reference, '#'));
	if (url_parse(base, a, &from, e) < 0)
		return -1;
	if (!has_url_octets(reference))
		return err_set(e, ERR_FORMAT, 0, "'%s' is no URL", SHOW(reference));
	if (has_scheme(reference))
		text = arena_str(a, reference);
	else if (bytes_starts(reference, BYTES("//")))
		text = arena_printf(a, PRIb ":" PRIb, BYTESF(from.scheme), BYTESF(reference));
	else
		text = arena_printf(a, PRIb "://" PRIb ":%u%s", BYTESF(from.scheme), BYTESF(from.host),
		                    from.port, resolve_path(&from, reference, a));
	if (url_parse(text, a, &to, e) < 0)
		return -1;
	*out = text;
	return 0;
}

bool url_same_origin(const struct url *a, const struct url *b)
{
	return bytes_equal(a->scheme, b->scheme) && bytes_equal(a->host, b->host) && a->port == b->port;
}

bool url_is_loopback(const struct url *u)
{
	static const uint8_t one[16] = { [15] = 1 };
	uint8_t address[16];

	if (take_ipv4(u->host, address))
		return address[0] == 127;
	if (take_ipv6(u->host, address))
		return memcmp(address, one, sizeof(one)) == 0;
	return bytes_is(u->host, "localhost");
}

bool url_is_private(const struct url *u)
{
	/* RFC 6761, 6762, 8375, 9476 (and ICANN's "internal"): never names of the public Internet. */
	static const bytes local[] = {
		BYTES_INIT(".localhost"), BYTES_INIT(".local"), BYTES_INIT(".internal"),
		BYTES_INIT(".home.arpa"), BYTES_INIT(".alt"),
	};
	uint8_t address[16];

	if (take_ipv4(u->host, address) || take_ipv6(u->host, address) ||
	    bytes_find(u->host, '.') == u->host.n)
		return true;
	for (size_t i = 0; i < sizeof(local) / sizeof(local[0]); i++)
		if (bytes_ends(u->host, local[i]))
			return true;
	return false;
}

/* take_port(word, out): ":5000" off a name, an address of IPv4 or one of IPv6 in brackets; those
 * are taken off, too. */
static bool take_port(bytes *word, bytes *out)
{
	size_t at = bytes_rfind(*word, ':');
	bool bracket = bytes_starts(*word, BYTES("["));
	bytes host = bytes_slice(*word, 0, at);

	if (bracket && bytes_ends(*word, BYTES("]"))) {
		*word = bytes_slice(*word, 1, word->n - 2);
		return false;
	}
	if (at == word->n || (!bracket && bytes_find(host, ':') < host.n))
		return false;
	*out = bytes_skip(*word, at + 1);
	*word = bracket ? bytes_slice(host, 1, host.n - 2) : host;
	return true;
}

const char *url_no_proxy(const struct url *u, const char *list, struct arena *a)
{
	const char *ours = arena_printf(a, "%u", u->port), *kept = "";
	bytes rest = bytes_str(list), word, port;

	while (bytes_take_until(&rest, ',', &word)) {
		word = bytes_trim(word);
		if (take_port(&word, &port) && !bytes_is(port, ours))
			continue;
		if (bytes_starts(word, BYTES("*.")))
			word = bytes_skip(word, 1);
		if (word.n > 0)
			kept = arena_printf(a, "%s%s" PRIb, kept, *kept ? "," : "", BYTESF(word));
	}
	return kept;
}

const char *url_escape(bytes s, struct arena *a)
{
	static const char hex[] = "0123456789ABCDEF";
	char *text = arena_alloc(a, s.n * 3 + 1), *to = text;

	for (size_t i = 0; i < s.n; i++) {
		if (is_unreserved(s.p[i])) {
			*to++ = (char)s.p[i];
			continue;
		}
		*to++ = '%';
		*to++ = hex[s.p[i] >> 4];
		*to++ = hex[s.p[i] & 15];
	}
	*to = '\0';
	return text;
}
