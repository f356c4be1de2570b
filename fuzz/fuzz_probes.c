/* SPDX-License-Identifier: Apache-2.0 */
/* What the helper of `oakum prove` says, which runs among enemies: what is accepted is printable,
 * short and within the table, and said again it is the same. */
#include "base/buf.h"
#include "confine/probes.h"

#include <stdio.h>
#include <stdlib.h>

#define ANSWERS 128

static void must(bool fine)
{
	if (!fine)
		abort();
}

static void say(const struct probe_answer *answers, bool whole, buf *out)
{
	static const char *const verdicts[] = { "", "held", "gained", "unknown" };

	buf_puts(out, "oakum-probe 1\n");
	for (size_t i = 0; i < probes_len; i++)
		if (answers[i].verdict != PROBE_UNTRIED)
			buf_printf(out, "%s %s %u " PRIb "\n", probes[i].name, verdicts[answers[i].verdict],
			           answers[i].error, BYTESF(answers[i].what));
	buf_puts(out, whole ? "end\n" : "");
}

static void check(const struct probe_answer *answers)
{
	const struct hardening h = { 0 };
	const struct probe_setting setting = { .hardening = &h };
	struct probe_judgement j;

	for (size_t i = 0; i < probes_len; i++) {
		must(answers[i].error < 4096 && answers[i].what.n <= 200);
		for (size_t k = 0; k < answers[i].what.n; k++)
			must(answers[i].what.p[k] >= ' ' && answers[i].what.p[k] <= '~');
		probe_judge(&probes[i], answers[i].error, &setting, &j);
		must(j.by < HOLDERS && j.next_len < PROBE_HOLDERS);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct probe_answer answers[ANSWERS] = { 0 }, again[ANSWERS] = { 0 };
	buf text = BUF_INIT(1 << 20);
	bool whole, whole_again;
	err e = { 0 };

	must(probes_len <= ANSWERS);
	if (probes_read(bytes_of(data, size), answers, &whole, &e) < 0) {
		must(e.kind == ERR_FORMAT);
		return 0;
	}
	check(answers);
	say(answers, whole, &text);
	must(probes_read(buf_bytes(&text), again, &whole_again, &e) == 0 && whole == whole_again);
	for (size_t i = 0; i < probes_len; i++)
		must(answers[i].verdict == again[i].verdict && answers[i].error == again[i].error &&
		     bytes_equal(answers[i].what, again[i].what));
	buf_done(&text);
	return 0;
}
