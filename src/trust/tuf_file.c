/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/tuf_file.h"

#include "base/limits.h"
#include "base/text.h"
#include "crypto/key.h"
#include "fmt/json_canonical.h"

#define ED25519_OCTETS 32
#define POINT_OCTETS 65 /* of P-256, uncompressed */

static const char *const names[TUF_ROLES] = { "root", "timestamp", "snapshot", "targets" };

const char *tuf_role_name(enum tuf_role role)
{
	return names[role];
}

static json signed_part(const struct tuf_file *f)
{
	return json_get(json_root(&f->doc), "signed");
}

/* -- reading ----------------------------------------------------------------------------------- */

static int read_head(struct tuf_file *f, err *e)
{
	json s = signed_part(f);
	struct arena *a = &f->arena;
	bytes spec = json_bytes(json_get(s, "spec_version"), a);

	if (!bytes_is(json_bytes(json_get(s, "_type"), a), names[f->role]))
		return err_set(e, ERR_FORMAT, 0, "its \"_type\" is not '%s'", names[f->role]);
	if (!bytes_starts(spec, BYTES("1.")))
		return err_set(e, ERR_FORMAT, 0, "of TUF specification '%s', not 1.x", SHOW(spec));
	if (!json_u64(json_get(s, "version"), &f->version) || f->version == 0)
		return err_set(e, ERR_FORMAT, 0, "it has no version");
	if (!text_from_date(json_bytes(json_get(s, "expires"), a), &f->expires))
		return err_set(e, ERR_FORMAT, 0, "it says not when it expires");
	return 0;
}

int tuf_file_read(bytes text, enum tuf_role role, struct tuf_file **out, err *e)
{
	struct arena arena = ARENA_INIT;
	struct tuf_file *f = arena_new(&arena, struct tuf_file);

	f->arena = arena;
	f->role = role;
	f->text = arena_bytes(&f->arena, text);
	int status = text.n > LIMIT_TUF_FILE ? err_set(e, ERR_LIMIT, 0, "%zu bytes", text.n)
	                                     : json_parse(f->text, &f->arena, &f->doc, e);

	if (status == 0)
		status = read_head(f, e);
	if (status < 0) {
		tuf_file_free(f);
		return err_wrap(e, "%s metadata", names[role]);
	}
	*out = f;
	return 0;
}

/* It lies in the arena that it holds. */
void tuf_file_free(struct tuf_file *f)
{
	if (!f)
		return;
	struct arena arena = f->arena;

	arena_done(&arena);
}

bool tuf_file_consistent(const struct tuf_file *root)
{
	bool consistent;

	return json_bool(json_get(signed_part(root), "consistent_snapshot"), &consistent) && consistent;
}

/* -- keys -------------------------------------------------------------------------------------- */

/* hex_key(kind, hex, n, out): false: no key of n octets. */
static bool hex_key(enum key_kind kind, bytes hex, size_t n, struct public_key **out)
{
	uint8_t octets[POINT_OCTETS];
	err ignored = { 0 }; /* then it is no key */

	return text_from_hex(hex, octets, n) &&
	       public_key_raw(kind, bytes_of(octets, n), out, &ignored) == 0;
}

static const struct {
	const char *scheme;
	enum key_kind kind;
} schemes[] = {
	{ "ecdsa-sha2-nistp256", KEY_P256 },
	{ "ecdsa-sha2-nistp384", KEY_P384 },
	{ "ed25519", KEY_ED25519 },
	{ "rsassa-pss-sha256", KEY_RSA },
};

static enum key_kind kind_of(bytes scheme)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++)
		if (bytes_is(scheme, schemes[i].scheme))
			return schemes[i].kind;
	return KEY_NONE;
}

/* read_key(v, a): as its scheme says; NULL: of none that is known here. */
static struct public_key *read_key(json v, struct arena *a)
{
	bytes scheme = json_bytes(json_get(v, "scheme"), a);
	bytes text = json_bytes(json_get(json_get(v, "keyval"), "public"), a);
	enum key_kind kind = kind_of(scheme);
	struct public_key *key = NULL;
	err ignored = { 0 };

	if (kind == KEY_ED25519) {
		(void)hex_key(kind, text, ED25519_OCTETS, &key);
		return key;
	}
	if (kind == KEY_NONE)
		return NULL;
	if ((kind != KEY_P256 || !hex_key(kind, text, POINT_OCTETS, &key)) &&
	    public_key_read(text, &key, &ignored) < 0)
		return NULL;
	if (public_key_kind(key) == kind)
		return key;
	public_key_free(key);
	return NULL;
}

/* -- signatures -------------------------------------------------------------------------------- */

struct count {
	const struct tuf_file *file;
	json keys, ids; /* of the root; that may sign */
	bytes message;
	struct arena arena;
	digest signers[LIMIT_TUF_SIGNATURES];
	size_t len;
};

static bool may_sign(struct count *c, bytes id)
{
	for (json v = json_first(c->ids); json_type(v) != JSON_NONE; v = json_next(v))
		if (bytes_equal(json_bytes(v, &c->arena), id))
			return true;
	return false;
}

static void add_signer(struct count *c, const struct public_key *key)
{
	const digest id = public_key_id(key);

	for (size_t i = 0; i < c->len; i++)
		if (digest_equal(&c->signers[i], &id))
			return; /* one key, two signatures, or two names */
	c->signers[c->len++] = id;
}

/* The scheme of an RSA key is PSS: PKCS #1 v1.5 by the same key is no signature here. */
static bool holds(const struct public_key *key, bytes message, bytes signature)
{
	const struct key_message m = { message, NULL };

	return public_key_kind(key) == KEY_RSA
	           ? public_key_verify_pss(key, message, signature)
	           : public_key_verify(key, public_key_hash(key), &m, signature);
}

static void judge(struct count *c, json signature)
{
	bytes id = json_bytes(json_get(signature, "keyid"), &c->arena);
	bytes hex = json_bytes(json_get(signature, "sig"), &c->arena);
	uint8_t *octets = arena_alloc(&c->arena, hex.n / 2 + 1);

	if (!may_sign(c, id) || hex.n == 0 || !text_from_hex(hex, octets, hex.n / 2))
		return; /* of nobody who counts; or not made yet: "" */
	struct public_key *key = read_key(json_get(c->keys, arena_str(&c->arena, id)), &c->arena);

	if (key && holds(key, c->message, bytes_of(octets, hex.n / 2)))
		add_signer(c, key);
	public_key_free(key);
}

static int count_signers(struct count *c, err *e)
{
	json list = json_get(json_root(&c->file->doc), "signatures");
	buf message = BUF_INIT(LIMIT_TUF_FILE);

	if (json_type(list) != JSON_ARRAY || json_count(list) > LIMIT_TUF_SIGNATURES)
		return err_set(e, ERR_FORMAT, 0, "no list of signatures, or a very long one");
	int status = json_canonical(signed_part(c->file), &c->arena, &message, e);

	c->message = buf_bytes(&message);
	for (json v = json_first(list); json_type(v) != JSON_NONE && status == 0; v = json_next(v))
		judge(c, v);
	buf_done(&message);
	return status;
}

int tuf_file_signed(const struct tuf_file *f, const struct tuf_file *root, err *e)
{
	json role = json_get(json_get(signed_part(root), "roles"), names[f->role]);
	struct count c = { .file = f,
		               .keys = json_get(signed_part(root), "keys"),
		               .ids = json_get(role, "keyids"),
		               .arena = ARENA_INIT };
	uint64_t threshold;

	if (!json_u64(json_get(role, "threshold"), &threshold) || threshold == 0 ||
	    json_count(c.ids) > LIMIT_TUF_SIGNATURES)
		return err_set(e, ERR_FORMAT, 0, "root %llu does not say who signs '%s'",
		               (unsigned long long)root->version, names[f->role]);
	int status = count_signers(&c, e);

	arena_done(&c.arena);
	if (status == 0 && c.len < threshold)
		status = err_set(e, ERR_UNTRUSTED, 0,
		                 "signed by %zu of the keys that root %llu names for it; %llu are needed",
		                 c.len, (unsigned long long)root->version, (unsigned long long)threshold);
	return status < 0 ? err_wrap(e, "%s %llu", names[f->role], (unsigned long long)f->version) : 0;
}

/* -- other files ------------------------------------------------------------------------------- */

static int read_digest(json hashes, const char *name, struct arena *a, digest *out, err *e)
{
	json v = json_get(hashes, name);

	*out = (digest){ 0 };
	if (json_type(v) == JSON_NONE)
		return 0;
	return digest_parse(bytes_str(arena_printf(a, "%s:" PRIb, name, BYTESF(json_bytes(v, a)))), out,
	                    e);
}

static int read_meta(json v, struct arena *a, struct tuf_meta *out, err *e)
{
	json length = json_get(v, "length"), version = json_get(v, "version");
	json hashes = json_get(v, "hashes");

	*out = (struct tuf_meta){ .there = true, .length = UINT64_MAX };
	if ((json_type(length) != JSON_NONE && !json_u64(length, &out->length)) ||
	    (json_type(version) != JSON_NONE && !json_u64(version, &out->version)))
		return err_set(e, ERR_FORMAT, 0, "its length or its version is no number");
	return read_digest(hashes, "sha256", a, &out->sha256, e) < 0
	           ? -1
	           : read_digest(hashes, "sha512", a, &out->sha512, e);
}

int tuf_file_meta(const struct tuf_file *f, const char *name, struct tuf_meta *out, err *e)
{
	json v = json_get(json_get(signed_part(f), f->role == TUF_TARGETS ? "targets" : "meta"), name);
	struct arena a = ARENA_INIT;

	*out = (struct tuf_meta){ 0 };
	int status = json_type(v) == JSON_NONE ? 0 : read_meta(v, &a, out, e);

	arena_done(&a);
	return status < 0 ? err_wrap(e, "%s %llu: '%s'", names[f->role], (unsigned long long)f->version,
	                             name)
	                  : 0;
}

bool tuf_meta_fits(const struct tuf_meta *m, bytes content)
{
	const digest *const wanted[] = { &m->sha256, &m->sha512 };

	if (m->length != UINT64_MAX && m->length != content.n)
		return false;
	for (size_t i = 0; i < 2; i++) {
		if (wanted[i]->algorithm == DIGEST_NONE)
			continue;
		const digest have = digest_of(wanted[i]->algorithm, content);

		if (!digest_equal(&have, wanted[i]))
			return false;
	}
	return true;
}

int tuf_file_not_before(const struct tuf_file *f, const struct tuf_file *old, err *e)
{
	json now = json_get(signed_part(f), "meta"), before = json_get(signed_part(old), "meta");
	struct arena a = ARENA_INIT;
	int status = 0;

	if (json_count(now) > LIMIT_TUF_FILES || json_count(before) > LIMIT_TUF_FILES)
		return err_set(e, ERR_LIMIT, 0, "%s: it lists more than %d files", names[f->role],
		               LIMIT_TUF_FILES);
	for (json v = json_first(before); json_type(v) != JSON_NONE && status == 0; v = json_next(v)) {
		const char *name = arena_str(&a, json_name(v, &a));
		uint64_t was = 0, is = 0;

		(void)json_u64(json_get(v, "version"), &was);
		if (!json_u64(json_get(json_get(now, name), "version"), &is) || is < was)
			status = err_set(e, ERR_UNTRUSTED, 0,
			                 "%s %llu goes back: '%s' was of version %llu and is of %llu",
			                 names[f->role], (unsigned long long)f->version,
			                 SHOW(bytes_str(name)), (unsigned long long)was,
			                 (unsigned long long)is);
	}
	arena_done(&a);
	return status;
}
