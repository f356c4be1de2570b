/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/secrets.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "secret/inspector.h"
#include "sys/worker.h"

#include <errno.h>
#include <unistd.h>

/* The request is the text; the answer is what was not searched (empty: all was), then the findings
 * as items of the inspector. */

#define ITEM_MOST (LIMIT_PATH + KIB)
#define ANSWER_MOST (2 * LIMIT_SECRETS_FILE * ITEM_MOST)

static void search_request(struct worker_side *side, struct secret_search *search)
{
	bool last = false;
	bytes part;

	while (!last) {
		side_take(side, &part, &last);
		if (search)
			secret_search_add(search, part);
		side_taken(side);
	}
}

static void put_gap(const struct secret_search *search, buf *out)
{
	struct unfold_missed missed = { 0 };

	if (search)
		missed = secret_search_missed(search);
	if (!search || secret_search_left_out(search) > 0)
		buf_puts(out, "places that look like secrets were not looked at");
	else if (missed.n > 0)
		unfold_missed_put(&missed, out);
}

static _Noreturn int serve(struct worker_side *side, void *arg)
{
	err e = { 0 };
	struct secret_search *search = secret_search_new(&e);
	buf answer = BUF_INIT(ANSWER_MOST), item = BUF_INIT(ITEM_MOST);
	const struct secret_finding *found = NULL;
	size_t n = 0;

	search_request(side, search);
	if (search) {
		secret_search_end(search, bytes_str(arg));
		found = secret_search_findings(search, &n);
	}
	put_gap(search, &item);
	pack_bytes(&answer, buf_bytes(&item));
	for (size_t i = 0; i < n; i++) {
		buf_clear(&item);
		secret_finding_pack(&found[i], &item);
		pack_bytes(&answer, buf_bytes(&item));
	}
	side_answer(side, buf_bytes(&answer), true);
	for (;;)
		search_request(side, NULL); /* the parent ends us */
}

static int send_all(struct worker *w, int fd, const char *name, err *e)
{
	uint64_t sent = 0;
	ssize_t n = 1;

	while (n > 0) {
		uint8_t *room;

		while (!(room = worker_reserve(w)))
			if (worker_wait(w, e) < 0)
				return -1;
		do
			n = read(fd, room, WORKER_IN_SIZE);
		while (n < 0 && errno == EINTR);
		if (n < 0)
			return err_set(e, ERR_IO, errno, "read '%s'", SHOW(bytes_str(name)));
		sent += (uint64_t)n;
		if (sent > LIMIT_SECRET_INPUT)
			return err_set(e, ERR_LIMIT, 0, "'%s' has more than %s", SHOW(bytes_str(name)),
			               SIZE_TEXT(LIMIT_SECRET_INPUT));
		worker_send(w, (size_t)n, n == 0);
	}
	return 0;
}

static int unpack(bytes answer, const char *name, struct arena *a, struct secrets_page *out, err *e)
{
	bytes item, gap;
	bool clear = pack_take_bytes(&answer, KIB, &gap);

	while (clear && answer.n > 0) {
		struct secret_finding found;

		clear = pack_take_bytes(&answer, ITEM_MOST, &item) && secret_finding_unpack(item, &found);
		if (!clear)
			break;
		struct secrets_row *row = ARENA_PUSH(a, out);

		*row = (struct secrets_row){ .found = found, .file = bytes_str(name) };
		row->found.member = arena_bytes(a, found.member);
	}
	if (!clear)
		return err_set(e, ERR_BUG, 0, "a worker's answer cannot be read");
	out->total = out->len;
	out->gaps = gap.n > 0;
	out->gap = arena_bytes(a, gap);
	return 0;
}

int secrets_input(int fd, const char *name, uint64_t timeout_ms, struct arena *a,
                  struct secrets_page *out, err *e)
{
	struct worker_options options = { .serve = serve,
		                              .arg = (void *)(uintptr_t)name,
		                              .keep = { -1, -1 } };
	buf answer = BUF_INIT(ANSWER_MOST);
	struct worker *w;
	bool landlock;

	*out = (struct secrets_page){ .target = name, .folder = "" };
	options.deadline = deadline_in(timeout_ms ? timeout_ms : LIMIT_TIME_MS);
	/* OpenSSL loads what it hashes with on first use, which a sealed process cannot. */
	(void)digest_of(DIGEST_SHA256, (bytes){ NULL, 0 });
	if (worker_start(&options, &w, &landlock, e) < 0)
		return -1;
	int result = send_all(w, fd, name, e);

	if (result == 0)
		result = worker_take_answer(w, &answer, e);
	worker_stop(w);
	if (result == 0)
		result = unpack(buf_bytes(&answer), name, a, out, e);
	buf_done(&answer);
	return result;
}
