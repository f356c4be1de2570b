/* SPDX-License-Identifier: Apache-2.0 */
/* lean - OpenSSL without what a sealed worker cannot use or nobody needs there: its settings file,
 * which is out of reach, the table of ciphers, its error texts, tidying up at the end. A
 * millisecond of ten that a bundle takes. Not for a process that speaks TLS, whose settings
 * count. */
#pragma once

/* lean_begin(): before anything else of this room, once. */
void lean_begin(void);
