/* SPDX-License-Identifier: Apache-2.0 */
/* platform - which entry of an index is meant by "linux/arm64/v8".
 *
 * Names and normal forms follow containerd's platforms package: x86_64 is amd64, aarch64 is arm64,
 * arm64 without a variant is v8, arm without one is v7. Threading: pure functions. */
#pragma once

#include "oci/document.h"

/* platform_parse(s, a, out, e): "os/arch[/variant]" or "arch" alone (os linux). ERR_USAGE. */
int platform_parse(bytes s, struct arena *a, struct platform *out, err *e);
/* platform_host(): linux and the architecture this program was built for. Static. */
struct platform platform_host(void);
/* platform_matches(have, want): equal in normal form; a variant that want does not name fits. */
bool platform_matches(const struct platform *have, const struct platform *want);
/* platform_choose(list, want): the index of the best entry (exact variant first, then document
 * order; attestations never), or -1. An entry without a platform fits only when it is the only
 * candidate. */
int platform_choose(const struct descriptors *list, const struct platform *want);
/* platform_text(p, a): "linux/arm64/v8", for people. Arena. */
const char *platform_text(const struct platform *p, struct arena *a);
