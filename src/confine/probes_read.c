/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "base/text.h"
#include "confine/probes.h"

#define MOST_ERROR 4095 /* what Linux returns as an error at most */

static bool is_plain(bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] < ' ' || text.p[i] > '~')
			return false;
	return text.n <= LIMIT_PROVE_FOUND;
}

static bool take_verdict(bytes word, enum probe_verdict *out)
{
	if (bytes_is(word, "held"))
		*out = PROBE_HELD;
	else if (bytes_is(word, "gained"))
		*out = PROBE_GAINED;
	else if (bytes_is(word, "unknown"))
		*out = PROBE_UNKNOWN;
	else
		return false;
	return true;
}

/* "mount held 1", "shell gained 0 /bin/sh"; each probe once. */
static bool take_line(bytes line, struct probe_answer *answers)
{
	struct probe_answer got = { 0 };
	uint64_t error;
	bytes name, verdict, number;
	bool ok = bytes_take_until(&line, ' ', &name) && bytes_take_until(&line, ' ', &verdict) &&
	          bytes_take_until(&line, ' ', &number);
	size_t i = ok ? probe_find(name) : probes_len;

	if (i == probes_len || answers[i].verdict != PROBE_UNTRIED ||
	    !take_verdict(verdict, &got.verdict) || !text_take_u64(number, 10, MOST_ERROR, &error) ||
	    !is_plain(line))
		return false;
	got.error = (uint32_t)error;
	got.what = line;
	answers[i] = got;
	return true;
}

int probes_read(bytes text, struct probe_answer *answers, bool *out_whole, err *e)
{
	bytes line;

	*out_whole = false;
	if (!bytes_take_prefix(&text, BYTES("oakum-probe 1\n")))
		return err_set(e, ERR_FORMAT, 0, "the probes did not run: they said '%s'",
		               SHOW(bytes_slice(text, 0, 80)));
	while (!*out_whole && bytes_find(text, '\n') < text.n && bytes_take_until(&text, '\n', &line)) {
		*out_whole = bytes_is(line, "end");
		if (!*out_whole && !take_line(line, answers))
			return err_set(e, ERR_FORMAT, 0, "an answer of the probes makes no sense: '%s'",
			               SHOW(bytes_slice(line, 0, 80)));
	}
	if (*out_whole && text.n > 0)
		return err_set(e, ERR_FORMAT, 0, "something follows the end of the probes' answer");
	return 0;
}
