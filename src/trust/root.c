/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/root.h"

#include "base/limits.h"
#include "base/text.h"
#include "trust/protojson.h"
#include "trust/public_good.h"

struct reader {
	struct arena *arena;
	err *e;
};

static bool list_of(const struct reader *r, json root, const char *name, json *out, size_t *out_n)
{
	*out = protojson_get(root, name);
	*out_n = json_count(*out);
	if ((json_type(*out) == JSON_NONE || json_type(*out) == JSON_ARRAY) &&
	    *out_n <= LIMIT_TRUST_ROOT_ITEMS)
		return true;
	(void)err_set(r->e, ERR_FORMAT, 0, "'%s' is no list, or a very long one", name);
	return false;
}

/* An end that is missing lies in the future; a beginning must be there. */
static int read_times(const struct reader *r, json v, int64_t *out_from, int64_t *out_until)
{
	json end = protojson_get(v, "end");

	*out_until = INT64_MAX;
	if (!protojson_time(protojson_get(v, "start"), out_from))
		return err_set(r->e, ERR_FORMAT, 0, "validFor has no 'start'");
	if (json_type(end) != JSON_NONE && !protojson_time(end, out_until))
		return err_set(r->e, ERR_FORMAT, 0, "'end' is no time");
	return 0;
}

/* -- logs -------------------------------------------------------------------------------------- */

/* "https://log.example:443/path": "log.example:443". */
static bytes host_of(bytes url)
{
	size_t n = bytes_search(url, BYTES("://"));
	bytes rest = n < url.n ? bytes_skip(url, n + 3) : url;

	return bytes_slice(rest, 0, bytes_find(rest, '/'));
}

static int key_id(const struct reader *r, json v, const char *name, bytes *out)
{
	if (protojson_octets(protojson_get(protojson_get(v, name), "keyId"), r->arena, out))
		return 0;
	return err_set(r->e, ERR_FORMAT, 0, "'%s' is not base64", name);
}

static int read_log(const struct reader *r, json v, struct trust_log *out)
{
	json key = protojson_get(v, "publicKey");
	err unknown = { 0 };
	bytes url = json_bytes(protojson_get(v, "baseUrl"), r->arena);

	out->host = host_of(url);
	if (key_id(r, v, "logId", &out->id) < 0 ||
	    key_id(r, v, "checkpointKeyId", &out->checkpoint_id) < 0)
		return -1;
	if (!protojson_octets(protojson_get(key, "rawBytes"), r->arena, &out->raw_key))
		return err_set(r->e, ERR_FORMAT, 0, "a key that is not base64");
	if (read_times(r, protojson_get(key, "validFor"), &out->from, &out->until) < 0)
		return -1;
	/* A key of a kind that comes later verifies nothing, and harms nothing. */
	(void)public_key_read(out->raw_key, &out->key, &unknown);
	return 0;
}

static int read_logs(const struct reader *r, json root, struct trust_root *out)
{
	json list;
	size_t n;

	if (!list_of(r, root, "tlogs", &list, &n))
		return -1;
	out->logs = arena_array(r->arena, struct trust_log, n);
	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v))
		if (read_log(r, v, &out->logs[out->logs_len++]) < 0)
			return err_wrap(r->e, "log %zu", out->logs_len);
	return 0;
}

static int read_ct_logs(const struct reader *r, json root, struct trust_root *out)
{
	json list;
	size_t n;

	if (!list_of(r, root, "ctlogs", &list, &n))
		return -1;
	out->ct_logs = arena_array(r->arena, struct ct_log, n);
	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v)) {
		struct trust_log log = { 0 };

		if (read_log(r, v, &log) < 0)
			return err_wrap(r->e, "certificate log %zu", out->ct_logs_len + 1);
		if (log.key)
			out->ct_logs[out->ct_logs_len++] =
				(struct ct_log){ log.id, log.key, log.from, log.until };
	}
	return 0;
}

/* -- authorities ------------------------------------------------------------------------------- */

struct trust_chain {
	bytes *ders;
	size_t ders_len;
	struct certificate_chain read; /* empty: not yet */
};

static int read_certificates(const struct reader *r, json list, struct trust_chain **out)
{
	size_t n = json_count(list);
	struct trust_chain *chain = arena_new(r->arena, struct trust_chain);

	if (n == 0 || n > LIMIT_CERTIFICATE_CHAIN)
		return err_set(r->e, ERR_FORMAT, 0, "a chain of %zu certificates", n);
	chain->ders = arena_array(r->arena, bytes, n);
	chain->read.items = arena_array(r->arena, struct certificate *, n);
	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v))
		if (!protojson_octets(protojson_get(v, "rawBytes"), r->arena,
		                      &chain->ders[chain->ders_len++]))
			return err_set(r->e, ERR_FORMAT, 0, "a certificate that is not base64");
	*out = chain;
	return 0;
}

static void free_chain(struct certificate_chain *chain)
{
	for (size_t i = 0; i < chain->len; i++)
		certificate_free(chain->items[i]);
	chain->len = 0;
}

const struct certificate_chain *trust_chain(const struct trust_authority *authority)
{
	struct trust_chain *chain = authority->chain;
	err unreadable = { 0 };

	while (chain->read.len < chain->ders_len && !err_is_set(&unreadable))
		if (certificate_read(chain->ders[chain->read.len], &chain->read.items[chain->read.len],
		                     &unreadable) == 0)
			chain->read.len++;
	if (chain->read.len < chain->ders_len)
		free_chain(&chain->read); /* a part of it leads nowhere */
	return &chain->read;
}

static int read_authorities(const struct reader *r, json root, const char *name,
                            struct trust_authority **out, size_t *out_len)
{
	json list;
	size_t n;

	if (!list_of(r, root, name, &list, &n))
		return -1;
	*out = arena_array(r->arena, struct trust_authority, n);
	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v)) {
		struct trust_authority *a = &(*out)[(*out_len)++];
		json chain = protojson_get(v, "certChain");

		if (read_certificates(r, protojson_get(chain, "certificates"), &a->chain) < 0 ||
		    read_times(r, protojson_get(v, "validFor"), &a->from, &a->until) < 0)
			return err_wrap(r->e, "%s, item %zu", name, *out_len);
	}
	return 0;
}

int trust_root_parse(bytes text, struct arena *a, struct trust_root *out, err *e)
{
	static const char *const types[] = {
		"application/vnd.dev.sigstore.trustedroot+json;version=0.1",
		"application/vnd.dev.sigstore.trustedroot.v0.1+json",
		"application/vnd.dev.sigstore.trustedroot.v0.2+json",
	};
	const struct reader r = { a, e };
	struct json_doc doc;

	*out = (struct trust_root){ .arena = a };
	if (text.n > LIMIT_BUNDLE)
		return err_set(e, ERR_LIMIT, 0, "a trusted root of %zu bytes", text.n);
	if (json_parse(text, a, &doc, e) < 0)
		return -1;
	json root = json_root(&doc);
	bytes type = json_bytes(protojson_get(root, "mediaType"), a);
	size_t i = 0;

	while (i < sizeof(types) / sizeof(*types) && !bytes_is(type, types[i]))
		i++;
	if (i == sizeof(types) / sizeof(*types))
		return err_set(e, ERR_FORMAT, 0, "no trusted root: mediaType '%s'", SHOW(type));
	if (read_logs(&r, root, out) < 0 || read_ct_logs(&r, root, out) < 0 ||
	    read_authorities(&r, root, "certificateAuthorities", &out->issuers, &out->issuers_len) < 0)
		return -1;
	return read_authorities(&r, root, "timestampAuthorities", &out->clocks, &out->clocks_len);
}

bytes trust_root_or_public(bytes named)
{
	return named.n > 0 ? named : bytes_of(trust_public_good, trust_public_good_len);
}

int trust_root_open(bytes named, struct arena *a, struct trust_root *out, err *e)
{
	if (trust_root_parse(trust_root_or_public(named), a, out, e) < 0)
		return err_wrap(e, "trusted root");
	return 0;
}

static void free_authorities(struct trust_authority *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (items[i].chain)
			free_chain(&items[i].chain->read);
}

void trust_root_free(struct trust_root *r)
{
	for (size_t i = 0; i < r->logs_len; i++)
		public_key_free(r->logs[i].key);
	for (size_t i = 0; i < r->ct_logs_len; i++)
		public_key_free(r->ct_logs[i].key);
	free_authorities(r->issuers, r->issuers_len);
	free_authorities(r->clocks, r->clocks_len);
	*r = (struct trust_root){ 0 };
}
