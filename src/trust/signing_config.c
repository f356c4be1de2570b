/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/signing_config.h"

#include "base/limits.h"
#include "base/text.h"
#include "net/http.h"
#include "trust/protojson.h"

#define CONFIG_TYPE "application/vnd.dev.sigstore.signingconfig.v0.2+json"
#define CONFIG_TYPE_1 "application/vnd.dev.sigstore.signingconfig.v0.1+json"
#define CONFIG_SERVICES_MOST 64

struct reader {
	int64_t now;
	struct arena *arena;
	err *e;
};

/* What one operator has that can be used: the best of it. */
struct candidate {
	bytes owner;
	struct signing_service service;
};

struct candidates {
	struct candidate items[CONFIG_SERVICES_MOST];
	size_t len;
};

int signing_url_check(bytes url, struct arena *a, err *e)
{
	struct url u;

	if (url.n > LIMIT_IDENTITY || bytes_find(url, '\0') < url.n)
		return err_set(e, ERR_USAGE, 0, "'%s' is no address", SHOW(url));
	if (url_parse(arena_str(a, url), a, &u, e) < 0)
		return -1;
	if (!bytes_is(u.scheme, "https") && !url_is_loopback(&u))
		return err_set(e, ERR_USAGE, 0, "'%s' has no TLS: tokens and signatures go over https only",
		               SHOW(url));
	return 0;
}

/* read_validity(r, v, out): validFor; its start must be there, an end that is missing lies in the
 * future. */
static int read_validity(const struct reader *r, json v, bool *out_today)
{
	json validity = protojson_get(v, "validFor"), end = protojson_get(validity, "end");
	int64_t from, until = INT64_MAX;

	if (!protojson_time(protojson_get(validity, "start"), &from) ||
	    (json_type(end) != JSON_NONE && !protojson_time(end, &until)))
		return err_set(r->e, ERR_FORMAT, 0, "validFor says no time");
	*out_today = from <= r->now && r->now <= until;
	return 0;
}

static struct candidate *of_operator(struct candidates *c, bytes owner)
{
	size_t i = 0;

	while (i < c->len && !bytes_equal(c->items[i].owner, owner))
		i++;
	if (i == c->len)
		c->items[c->len++] = (struct candidate){ .owner = owner };
	return &c->items[i];
}

static int read_service(const struct reader *r, json v, unsigned newest, struct candidates *c)
{
	bytes url = json_bytes(protojson_get(v, "url"), r->arena);
	bytes owner = json_bytes(protojson_get(v, "operator"), r->arena);
	int64_t version;
	bool today = false;

	if (url.n == 0 || !protojson_i64(protojson_get(v, "majorApiVersion"), &version))
		return err_set(r->e, ERR_FORMAT, 0, "a service without address or version");
	if (read_validity(r, v, &today) < 0)
		return -1;
	if (!today || version < 1 || version > newest)
		return 0;
	struct candidate *best = of_operator(c, owner);

	if ((unsigned)version > best->service.version)
		best->service = (struct signing_service){ url, (unsigned)version };
	return 0;
}

static int read_candidates(const struct reader *r, json root, const char *name, unsigned newest,
                           struct candidates *out)
{
	json list = protojson_get(root, name);

	if (json_type(list) != JSON_NONE && json_type(list) != JSON_ARRAY)
		return err_set(r->e, ERR_FORMAT, 0, "'%s' is no list", name);
	if (json_count(list) > CONFIG_SERVICES_MOST)
		return err_set(r->e, ERR_LIMIT, 0, "'%s' has more than %d services", name,
		               CONFIG_SERVICES_MOST);
	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v))
		if (read_service(r, v, newest, out) < 0)
			return err_wrap(r->e, "%s", name);
	return 0;
}

/* how_many(r, config, c, out): of the operators at hand. */
static int how_many(const struct reader *r, json config, const struct candidates *c, size_t *out)
{
	bytes selector = json_bytes(protojson_get(config, "selector"), r->arena);
	int64_t count = 0;

	*out = c->len;
	if (bytes_is(selector, "ALL"))
		return 0;
	if (bytes_is(selector, "EXACT") && protojson_i64(protojson_get(config, "count"), &count) &&
	    count > 0) {
		if ((uint64_t)count > c->len)
			return err_set(r->e, ERR_FORMAT, 0, "asks for %lld services and has %zu of today",
			               (long long)count, c->len);
		*out = (size_t)count;
		return 0;
	}
	if (!bytes_is(selector, "ANY"))
		return err_set(r->e, ERR_FORMAT, 0, "a selector that nobody knows: '%s'", SHOW(selector));
	*out = c->len > 0;
	return 0;
}

/* The newest version first, so that "any" is one of it; each as its operator lists it. */
static int choose(const struct reader *r, const struct candidates *c, size_t n, unsigned newest,
                  struct signing_services *out)
{
	if (n > SIGNING_SERVICES_MOST)
		return err_set(r->e, ERR_LIMIT, 0, "%zu services are asked for; at most %d", n,
		               SIGNING_SERVICES_MOST);
	for (unsigned version = newest; version > 0; version--)
		for (size_t i = 0; i < c->len && out->len < n; i++)
			if (c->items[i].service.version == version)
				out->items[out->len++] = c->items[i].service;
	for (size_t i = 0; i < out->len; i++)
		if (signing_url_check(out->items[i].url, r->arena, r->e) < 0)
			return -1;
	return 0;
}

static int read_kind(const struct reader *r, json root, const char *name, unsigned newest,
                     const char *selection, struct signing_services *out)
{
	struct candidates found = { .len = 0 };
	json config = selection ? protojson_get(root, selection) : (json){ 0 };
	size_t n;

	if (read_candidates(r, root, name, newest, &found) < 0)
		return -1;
	n = found.len > 0;
	if (json_type(config) != JSON_NONE && how_many(r, config, &found, &n) < 0)
		return err_wrap(r->e, "%s", selection);
	return choose(r, &found, n, newest, out);
}

/* -- version 0.1: an authority, lists of logs and of clocks ------------------------------------ */

static int read_first(const struct reader *r, json root, const char *name, bool is_list,
                      struct signing_services *out)
{
	json v = protojson_get(root, name);
	bytes url;

	if (is_list && json_type(v) == JSON_ARRAY)
		v = json_first(v);
	else if (is_list && json_type(v) != JSON_NONE)
		return err_set(r->e, ERR_FORMAT, 0, "'%s' is no list", name);
	if (json_type(v) == JSON_NONE)
		return 0;
	if (!json_str(v, r->arena, &url))
		return err_set(r->e, ERR_FORMAT, 0, "'%s' is no address", name);
	if (signing_url_check(url, r->arena, r->e) < 0)
		return err_wrap(r->e, "%s", name);
	out->items[out->len++] = (struct signing_service){ url, 1 };
	return 0;
}

static int read_first_version(const struct reader *r, json root, struct signing_config *out)
{
	if (read_first(r, root, "caUrl", false, &out->authorities) < 0 ||
	    read_first(r, root, "tlogUrls", true, &out->logs) < 0 ||
	    read_first(r, root, "tsaUrls", true, &out->clocks) < 0)
		return -1;
	if (out->authorities.len + out->logs.len + out->clocks.len > 0)
		return 0;
	return err_set(r->e, ERR_FORMAT, 0,
	               "a signing configuration of version 0.1 without caUrl, tlogUrls and tsaUrls");
}

int signing_config_parse(bytes text, int64_t now, struct arena *a, struct signing_config *out,
                         err *e)
{
	const struct reader r = { now, a, e };
	struct json_doc doc;

	*out = (struct signing_config){ 0 };
	if (text.n > LIMIT_SIGNING_CONFIG)
		return err_set(e, ERR_LIMIT, 0, "a signing configuration of %zu bytes", text.n);
	if (json_parse(text, a, &doc, e) < 0)
		return -1;
	json root = json_root(&doc);
	bytes type = json_bytes(protojson_get(root, "mediaType"), a);

	if (bytes_is(type, CONFIG_TYPE_1))
		return read_first_version(&r, root, out);
	if (!bytes_is(type, CONFIG_TYPE))
		return err_set(e, ERR_FORMAT, 0,
		               "no signing configuration of version 0.1 or 0.2: mediaType '%s'",
		               SHOW(type));
	if (read_kind(&r, root, "caUrls", 1, NULL, &out->authorities) < 0 ||
	    read_kind(&r, root, "rekorTlogUrls", 2, "rekorTlogConfig", &out->logs) < 0)
		return -1;
	return read_kind(&r, root, "tsaUrls", 1, "tsaConfig", &out->clocks);
}
