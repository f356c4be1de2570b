/* SPDX-License-Identifier: Apache-2.0 */
/* What people hand to a scan; the first octet says what it is. What was read comes back from its
 * pack as what it was; a worker's answer is refused or is the one encoding of something; what was
 * merged once says nothing new the second time. */
#include "vuln/papers.h"

#include "fmt/stream.h"
#include "vuln/vex_write.h"

#include <stdlib.h>

static void check_pack(const struct papers *papers)
{
	struct arena arena = ARENA_INIT;
	struct papers back = { 0 };
	buf first = BUF_INIT(1 << 28), second = BUF_INIT(1 << 28);

	papers_pack(papers, &first);
	if (!papers_unpack(buf_bytes(&first), &arena, &back))
		abort();
	papers_pack(&back, &second);
	if (!bytes_equal(buf_bytes(&first), buf_bytes(&second)))
		abort();
	buf_done(&first);
	buf_done(&second);
	arena_done(&arena);
}

static bool merge(bytes text, int64_t now, struct arena *a, buf *out)
{
	const bytes texts[] = { text, text };
	struct stream to;
	size_t at;
	err e = { 0 }, full = { 0 };

	stream_init(&to, stream_to_buf, out);
	int result = vex_merge(texts, 2, now, a, &to, &at, &e);

	return stream_finish(&to, &full) == 0 && result == 0;
}

static void check_merge(bytes text)
{
	struct arena arena = ARENA_INIT;
	buf first = BUF_INIT(1 << 28), second = BUF_INIT(1 << 28);

	if (merge(text, 1, &arena, &first) &&
	    (!merge(buf_bytes(&first), 2, &arena, &second) ||
	     !bytes_equal(buf_bytes(&first), buf_bytes(&second))))
		abort();
	buf_done(&first);
	buf_done(&second);
	arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct papers papers = { 0 };
	bytes text = bytes_skip((bytes){ data, size }, 1);
	err e = { 0 };

	if (size == 0)
		return 0;
	unsigned kind = data[0] % 8;

	if (kind == 7)
		check_merge(text);
	else if (kind == 6)
		(void)papers_unpack(text, &arena, &papers);
	else if (papers_read(&(struct paper){ (enum paper_kind)kind, "name", text, { 0 } }, 0, &arena,
	                     &papers, &e) == 0)
		check_pack(&papers);
	arena_done(&arena);
	return 0;
}
