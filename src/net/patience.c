/* SPDX-License-Identifier: Apache-2.0 */
#include "net/patience.h"

#include "base/text.h"
#include "net/http_exchange.h"

#include <errno.h>
#include <sys/random.h>
#include <time.h>

/* The first pause. */
#define PAUSE_MS UINT64_C(200)

/* -- pauses ------------------------------------------------------------------------------------ */

static uint64_t jitter(uint64_t most)
{
	uint64_t value = 0;

	if (getrandom(&value, sizeof(value), GRND_NONBLOCK) != (ssize_t)sizeof(value))
		return 0; /* then all come back together */
	return value % (most + 1);
}

static void pause_ms(uint64_t ms)
{
	struct timespec time = { (time_t)(ms / 1000), (long)(ms % 1000) * 1000000 };

	while (nanosleep(&time, &time) < 0 && errno == EINTR)
		;
}

int patience_take(struct patience *p, const struct http *h, uint64_t ask_ms)
{
	const struct deadline *deadline = &h->options.deadline;
	uint64_t most = h->options.retry_wait_ms, ms = PAUSE_MS << p->tries;

	ms += jitter(ms / 2);
	if (ms < ask_ms)
		ms = ask_ms;
	p->tries++;
	if (p->tries >= LIMIT_HTTP_TRIES || ms > most || p->waited_ms > most - ms)
		return -1;
	if (deadline->given_ms > 0 && deadline_left(deadline) <= ms)
		return -1;
	p->waited_ms += ms;
	pause_ms(ms);
	return 0;
}

int patience_send(struct patience *p, struct http *h, const struct http_request *request,
                  struct http_exchange **out, err *e)
{
	uint64_t before = deadline_now_ms();

	if (http_send(h, request, out, e) == 0)
		return 0;
	if (e->sys == ETIMEDOUT)
		p->waited_ms += deadline_now_ms() - before;
	return -1;
}

bool patience_is_worth(const err *e)
{
	return e->kind == ERR_NET && (e->sys == ECONNRESET || e->sys == ETIMEDOUT || e->sys == EAGAIN);
}

bool patience_is_busy(int status)
{
	return status == 408 || status == 429 || status == 500 || (status >= 502 && status <= 504);
}

/* -- how long an answer asks for --------------------------------------------------------------- */

/* "Sun, 06 Nov 1994 08:49:37 GMT". */
bool http_date(bytes s, int64_t *out)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	bytes day = bytes_slice(s, 5, 2), year = bytes_slice(s, 12, 4), clock = bytes_slice(s, 17, 8);
	size_t month = bytes_search(BYTES(months), bytes_slice(s, 8, 3));
	char text[21] = "";
	buf b = BUF_INIT(64);
	bool fine = false;

	if (s.n == 29 && month < sizeof(months) - 1 && month % 3 == 0 && bytes_ends(s, BYTES(" GMT"))) {
		buf_printf(&b, PRIb "-%02zu-" PRIb "T" PRIb "Z", BYTESF(year), month / 3 + 1, BYTESF(day),
		           BYTESF(clock));
		memcpy(text, b.p, b.n < sizeof(text) ? b.n : sizeof(text));
		fine = text_from_date(bytes_of(text, b.n < sizeof(text) ? b.n : 0), out);
	}
	buf_done(&b);
	return fine;
}

bool retry_after(const char *value, const char *date, uint64_t *out_ms)
{
	uint64_t seconds;
	int64_t then, now;

	if (!value)
		return false;
	if (text_take_u64(bytes_str(value), 10, UINT32_MAX, &seconds)) {
		*out_ms = seconds * 1000;
		return true;
	}
	if (!http_date(bytes_str(value), &then) || !http_date(bytes_str(date), &now))
		return false;
	*out_ms = then > now ? (uint64_t)(then - now) * 1000 : 0;
	return true;
}

uint64_t patience_asked_ms(const struct http_exchange *x)
{
	uint64_t ms = 0;

	(void)retry_after(http_header(x, "Retry-After"), http_header(x, "Date"), &ms);
	return ms;
}
