/* SPDX-License-Identifier: Apache-2.0 */
#define OPENSSL_SUPPRESS_DEPRECATED /* engines: tokens have no provider in Debian yet */
#include "crypto/token.h"

#include "base/limits.h"
#include "base/text.h"
#include "crypto/key_own.h"

#include <openssl/engine.h>
#include <openssl/err.h>
#include <unistd.h>

/* What the URI says to us; the rest is the engine's. */
struct uri {
	const char *path; /* without its query */
	const char *module, *pin; /* NULL: unsaid */
};

/* unescape(value, a): %XX of RFC 3986; NULL: no such escape, or a NUL. */
static const char *unescape(bytes value, struct arena *a)
{
	buf out = BUF_SECRET(value.n + 1);
	bytes rest = value, hex;
	uint8_t c;
	bool is_good = true;

	while (is_good && bytes_take_u8(&rest, &c)) {
		uint64_t v = c;

		if (c == '%')
			is_good = bytes_take(&rest, 2, &hex) && text_take_u64(hex, 16, 255, &v);
		is_good = is_good && v > 0;
		buf_putc(&out, (uint8_t)v);
	}
	const char *text = is_good ? arena_str(a, buf_bytes(&out)) : NULL;

	buf_done(&out);
	return text;
}

static int read_uri(const char *text, struct arena *a, struct uri *out, err *e)
{
	bytes query = bytes_str(text), path, pair;

	if (query.n > LIMIT_IDENTITY)
		return err_set(e, ERR_USAGE, 0, "a PKCS #11 URI of %zu bytes", query.n);
	if (!bytes_starts(query, BYTES("pkcs11:")))
		return err_set(e, ERR_USAGE, 0, "no PKCS #11 URI: '%s'", SHOW(query));
	(void)bytes_take_until(&query, '?', &path); /* it is not empty */
	*out = (struct uri){ .path = arena_str(a, path) };
	while (bytes_take_until(&query, '&', &pair)) {
		bytes name = { 0 };
		const char **where;

		(void)bytes_take_until(&pair, '=', &name);
		where = bytes_is(name, "module-path") ? &out->module
		        : bytes_is(name, "pin-value") ? &out->pin
		                                      : NULL;
		if (!where)
			return err_set(e, ERR_USAGE, 0, "PKCS #11 URI: '%s' is not known here", SHOW(name));
		*where = unescape(pair, a);
		if (!*where)
			return err_set(e, ERR_USAGE, 0, "PKCS #11 URI: '%s' has a false escape", SHOW(name));
	}
	return 0;
}

static int load(ENGINE *engine, const struct uri *u, bytes pin, struct arena *a, EVP_PKEY **out,
                err *e)
{
	const char *secret = u->pin ? u->pin : pin.n > 0 ? arena_str(a, pin) : NULL;

	if (u->module && (access(u->module, R_OK) < 0 ||
	                  !ENGINE_ctrl_cmd_string(engine, "MODULE_PATH", u->module, 0)))
		return err_set(e, ERR_ABSENT, 0, "PKCS #11: no module '%s'", SHOW(bytes_str(u->module)));
	(void)ENGINE_ctrl_cmd_string(engine, "QUIET", NULL, 1); /* what fails, we tell */
	if (!ENGINE_init(engine))
		return err_set(e, ERR_ABSENT, 0, "PKCS #11: the module cannot be loaded (module-path=?)");
	if (secret && !ENGINE_ctrl_cmd_string(engine, "PIN", secret, 0))
		return err_set(e, ERR_UNTRUSTED, 0, "PKCS #11: the engine takes no such PIN");
	*out = ENGINE_load_private_key(engine, u->path, NULL, NULL);
	if (*out)
		return 0;
	return err_set(e, ERR_UNTRUSTED, 0,
	               "PKCS #11: no key '%s', or the PIN is wrong (OAKUM_PKCS11_PIN, pin-value=)",
	               SHOW(bytes_str(u->path)));
}

int token_key(const char *uri, bytes pin, struct private_key **out, err *e)
{
	struct arena a = ARENA_INIT;
	struct uri u;
	EVP_PKEY *pkey = NULL;
	ENGINE *engine;
	int status = read_uri(uri, &a, &u, e);

	if (status == 0) {
		ENGINE_load_dynamic();
		engine = ENGINE_by_id("pkcs11");
		/* It stays loaded: the key asks it for each signature, until the process ends. */
		status = engine ? load(engine, &u, pin, &a, &pkey, e)
		                : err_set(e, ERR_ABSENT, 0,
		                          "PKCS #11 needs OpenSSL's engine pkcs11 (Debian: "
		                          "libengine-pkcs11-openssl)");
	}
	ERR_clear_error();
	if (status == 0)
		status = private_key_take(pkey, out, e);
	arena_wipe(&a);
	return status;
}
