/* SPDX-License-Identifier: Apache-2.0 */
#include "image/client.h"

#include "base/limits.h"
#include "base/text.h"

int client_send(struct worker *w, bytes message, err *e)
{
	do {
		uint8_t *room = worker_reserve(w);

		if (!room) {
			if (worker_wait(w, e) < 0)
				return -1;
			continue;
		}
		bytes part = bytes_slice(message, 0, WORKER_IN_SIZE);

		if (part.n)
			memcpy(room, part.p, part.n);
		message = bytes_skip(message, part.n);
		worker_send(w, part.n, message.n == 0);
		if (message.n == 0)
			return 0;
	} while (true);
}

int client_verdict(bytes frame, err *e)
{
	uint8_t ok = 0, kind = ERR_NONE;

	if (bytes_take_u8(&frame, &ok) && ok == 1)
		return 0;
	if (!bytes_take_u8(&frame, &kind) || kind <= ERR_NONE || kind > ERR_BUG)
		kind = ERR_BUG;
	/* The worker's text was printable once; it is made so again, by us. */
	buf shown = BUF_INIT(4 * sizeof(e->text));

	text_show(&shown, bytes_slice(frame, 0, sizeof(e->text)));
	err_set(e, kind, 0, PRIb, BYTESF(buf_bytes(&shown)));
	buf_done(&shown);
	return -1;
}

static int hear(struct worker *w, buf *out, err *e)
{
	for (;;) {
		bytes frame;
		bool last;

		if (!worker_answer(w, &frame, &last)) {
			if (worker_wait(w, e) < 0)
				return -1;
			continue;
		}
		int status = last ? client_verdict(frame, e) : buf_append(out, frame, e);

		worker_answer_done(w);
		if (last || status < 0 || worker_check(w, e) < 0)
			return err_is_set(e) ? -1 : 0;
	}
}

int client_ask(struct worker *w, enum request what, bytes document, struct arena *a, bytes *out,
               err *e)
{
	buf message = BUF_INIT(LIMIT_RECORD), answer = BUF_INIT(LIMIT_RECORD);

	buf_putc(&message, (uint8_t)what);
	buf_put(&message, document);
	int status = client_send(w, buf_bytes(&message), e);

	if (status == 0)
		status = hear(w, &answer, e);
	if (status == 0)
		*out = arena_bytes(a, buf_bytes(&answer));
	buf_done(&message);
	buf_done(&answer);
	return status;
}
