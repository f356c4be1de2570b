/* SPDX-License-Identifier: Apache-2.0 */
/* The parent's end: what the worker (prove_pods_serve.c) says of a manifest's containers, read as
 * hostile. */
#include "flow/prove_pods.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "confine/capabilities.h"
#include "confine/probes.h"
#include "flow/prove_wire.h"
#include "sys/worker.h"

static bool take_text(bytes *in, struct arena *a, const char **out)
{
	bytes text;

	if (!pack_take_bytes(in, LIMIT_PATH, &text))
		return false;
	*out = text_shown(a, text);
	return true;
}

static bool take_numbers(bytes *in, struct prove_pod *p)
{
	uint32_t without;

	return pack_take_bool(in, &p->has_user) && pack_take_u32(in, USER_ID_MOST, &p->uid) &&
	       pack_take_bool(in, &p->has_group) && pack_take_u32(in, USER_ID_MOST, &p->gid) &&
	       pack_take_bool(in, &p->must_not_be_root) && pack_take_bool(in, &p->is_windows) &&
	       pack_take_bool(in, &p->has_other_filter) && pack_take_bool(in, &p->has_token) &&
	       pack_take_u32(in, (1U << DEFENCES) - 1, &without) &&
	       (without >> DEFENCE_CAPABILITIES & 1) == 0 && ((p->without = without), true) &&
	       pack_take_u64(in, CAPABILITIES_ALL, &p->capabilities) &&
	       pack_take_u64(in, INT64_MAX, &p->memory);
}

static bool take_folder(bytes *in, struct arena *a, struct prove_pod *p)
{
	bytes path;
	uint64_t size;

	if (!pack_take_bytes(in, LIMIT_PATH, &path) || !pack_take_u64(in, LIMIT_PROVE_FOLDER, &size) ||
	    !prove_is_place(path))
		return false;
	*ARENA_PUSH(a, &p->folders) = (struct hardening_folder){ arena_str(a, path), size };
	return true;
}

static bool take_said(bytes *in, struct arena *a, struct prove_pod *p)
{
	struct prove_said *said = ARENA_PUSH(a, &p->said);
	uint64_t probe;

	if (!pack_take_u64(in, probes_len - 1, &probe) || !pack_take_bool(in, &said->fell) ||
	    !take_text(in, a, &said->what))
		return false;
	said->probe = probe;
	return true;
}

static bool take_notes(bytes *in, struct arena *a, struct prove_pod *p)
{
	uint64_t said, notes;
	bool ok = pack_take_u64(in, probes_len, &said);

	for (uint64_t i = 0; ok && i < said; i++)
		ok = take_said(in, a, p);
	ok = ok && pack_take_u64(in, LIMIT_PROVE_ITEMS, &notes);
	for (uint64_t i = 0; ok && i < notes; i++)
		ok = take_text(in, a, ARENA_PUSH(a, &p->notes));
	return ok;
}

static bool take_variable(bytes *in, struct arena *a, struct prove_pod *p)
{
	bytes text;

	if (!pack_take_bytes(in, LIMIT_PROVE_VALUE, &text) || bytes_find(text, 0) < text.n)
		return false;
	*ARENA_PUSH(a, &p->env) = arena_bytes(a, text);
	return true;
}

static bool take_pod(bytes *in, struct arena *a, struct prove_pod *p)
{
	uint64_t folders, env;
	bool ok = take_text(in, a, &p->name) && take_text(in, a, &p->container) &&
	          take_text(in, a, &p->image) && take_text(in, a, &p->fault) && take_numbers(in, p) &&
	          pack_take_u64(in, LIMIT_PROVE_ITEMS, &folders);

	for (uint64_t i = 0; ok && i < folders; i++)
		ok = take_folder(in, a, p);
	ok = ok && pack_take_u64(in, LIMIT_PROVE_ITEMS, &env);
	for (uint64_t i = 0; ok && i < env; i++)
		ok = take_variable(in, a, p);
	return ok && take_notes(in, a, p);
}

int prove_pods_take(bytes in, struct arena *a, struct prove_pods *out, err *e)
{
	while (in.n > 0 && out->len < LIMIT_PROVE_PODS)
		if (!take_pod(&in, a, ARENA_PUSH(a, out)))
			return worker_unread(e);
	return in.n == 0 ? 0 : worker_unread(e);
}

int prove_pods_read(bytes text, struct arena *a, struct prove_pods *out, err *e)
{
	struct worker_options o = { .serve = prove_pods_serve,
		                        .arg = &text,
		                        .keep = { -1, -1 },
		                        .deadline = deadline_in(LIMIT_CHECK_MS) };
	struct worker *w;
	bytes answer;
	bool landlock; /* `oakum selftest` tells */

	if (worker_start(&o, &w, &landlock, e) < 0)
		return -1;
	int status = worker_ask(w, bytes_of(NULL, 0), LIMIT_SETTINGS, a, &answer, e);

	worker_stop(w);
	return status < 0 ? -1 : prove_pods_take(answer, a, out, e);
}
