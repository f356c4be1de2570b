/* SPDX-License-Identifier: Apache-2.0 */
#include "image/client.h"

#include "base/limits.h"
#include "base/pack.h"

int client_verdict(bytes frame, err *e)
{
	if (!pack_take_err(&frame, e))
		return err_set(e, ERR_BUG, 0, "the parsing process answered nonsense");
	return err_is_set(e) ? -1 : 0;
}

static int hear(struct worker *w, buf *out, err *e)
{
	bool last = false;
	int status = 0;

	while (!last && status == 0) {
		bytes frame;

		if (worker_hear(w, &frame, &last, e) < 0)
			return -1;
		status = last ? client_verdict(frame, e) : buf_append(out, frame, e);
		worker_answer_done(w);
	}
	return status;
}

int client_ask(struct worker *w, enum request what, bytes document, struct arena *a, bytes *out,
               err *e)
{
	buf message = BUF_INIT(LIMIT_RECORD), answer = BUF_INIT(LIMIT_RECORD);

	buf_putc(&message, (uint8_t)what);
	buf_put(&message, document);
	int status = worker_send_all(w, buf_bytes(&message), true, e);

	if (status == 0)
		status = hear(w, &answer, e);
	if (status == 0)
		*out = arena_bytes(a, buf_bytes(&answer));
	buf_done(&message);
	buf_done(&answer);
	return status;
}
