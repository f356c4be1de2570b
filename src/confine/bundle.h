/* SPDX-License-Identifier: Apache-2.0 */
/* bundle - a hardened container as the configuration that OCI runtimes read (runtime-spec 1.0.2,
 * config.md, config-linux.md).
 *
 * Threading: pure functions. */
#pragma once

#include "confine/hardening.h"
#include "fmt/stream.h"

struct bundle_host {
	const char *root;    /* the file system */
	bool is_mounted;     /* by us */
	const char *secrets; /* folder of the host whose files are the secrets; NULL: none */
	const char *cgroup;  /* the container's, below the mount; "": the runtime names one after the
	                      * container; NULL: no limits can be set */
	/* With a user namespace of its own: ids 0.. of the container are id_base.. here; where there is
	 * but one, it is the program's. */
	bool user_namespace;
	uint32_t id_base, ids;
	bool no_memory, no_swap, no_processes; /* what cannot be limited there */
	uint16_t rows, columns;                /* of its terminal; 0: unsaid */
	bool compiled_filter;                  /* crun takes the filter as octets */
};

/* bundle_write(h, host, out): config.json. */
void bundle_write(const struct hardening *h, const struct bundle_host *host, struct stream *out);
