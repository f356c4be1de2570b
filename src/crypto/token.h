/* SPDX-License-Identifier: Apache-2.0 */
/* token - a private key that never leaves its token: a smart card, a hardware security module
 * (PKCS #11, by OpenSSL's engine of that name, libengine-pkcs11-openssl, loaded only here).
 *
 * A URI of RFC 7512 names it: pkcs11:token=T;object=O;id=%01?module-path=/usr/lib/x.so&pin-value=P.
 * Without module-path the engine asks p11-kit. A PIN is better kept in the environment than in a
 * list of processes. P-256, P-384, P-521 and RSA. Threading: one thread; loads code that may start
 * threads of its own, so nothing is forked afterwards. */
#pragma once

#include "crypto/key.h"

/* token_key(uri, pin, out, e): pin: of the environment; the URI's own comes first. ERR_USAGE: no
 * such URI; ERR_ABSENT: no engine, no module, no such key; ERR_UNTRUSTED: the token does not let us
 * in. private_key_der and private_key_text are nothing for it. The caller frees it. */
int token_key(const char *uri, bytes pin, struct private_key **out, err *e);
