/* SPDX-License-Identifier: Apache-2.0 */
/* Are we let in? distribution-spec 1.1, "Determining Support": GET /v2/ names no repository, so
 * a token for it has no scope. */
#include "oci/registry_call.h"

int registry_check(struct registry *r, const char *host, err *e)
{
	const struct call c = { .what = "log in", .host = host, .repository = "", .path = "" };
	struct arena a = ARENA_INIT;
	struct answer answer;
	int result = call_send(r, &c, &a, &answer, e);

	if (result == 0 && http_status(answer.x) != 200)
		result = call_refuse(r, &c, answer.x, e);
	else if (result == 0)
		http_end(answer.x);
	arena_wipe(&a);
	if (result < 0 && e->kind == ERR_ABSENT)
		e->kind = ERR_NET; /* a server that knows no /v2/ is no registry */
	return result;
}
