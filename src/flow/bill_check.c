/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/bill_check.h"

#include "flow/convert.h"
#include "report/sbom_check.h"

/* What the worker is asked for. */
enum { ASK_TEXT, ASK_JSON, ASK_COMPLETE };

struct reporting {
	const struct bill_check_options *options;
	bytes name;
};

static void report(const struct reporting *r, const struct sbom_check *c, bool json,
                   struct stream *out)
{
	if (json)
		sbom_check_json(c, r->name, out);
	else
		sbom_check_text(c, r->name, r->options->terminal, out);
}

static void answer(const void *ctx, const struct sbom_document *document, uint8_t what,
                   struct stream *out)
{
	struct arena a = ARENA_INIT;
	struct sbom_check c;

	sbom_check_document(document, &a, &c);
	if (what == ASK_COMPLETE)
		stream_puts(out, sbom_is_complete(&c) ? "yes" : "no");
	else
		report(ctx, &c, what == ASK_JSON, out);
	arena_done(&a);
}

static int check_file(const struct target *target, const struct reporting *r, bool *out_complete,
                      err *e)
{
	const struct bill_check_options *o = r->options;
	struct arena a = ARENA_INIT;
	uint8_t *asks = arena_array(&a, uint8_t, o->len + 1);
	struct stream **outs = arena_array(&a, struct stream *, o->len + 1), word;
	buf complete = BUF_INIT(16);
	err full = { 0 }; /* the worker says more than a word: no yes either */

	for (size_t i = 0; i < o->len; i++) {
		asks[i] = o->as_json[i] ? ASK_JSON : ASK_TEXT;
		outs[i] = o->outs[i];
	}
	stream_init(&word, stream_to_buf, &complete);
	asks[o->len] = ASK_COMPLETE;
	outs[o->len] = &word;
	const struct convert_options convert = { .answer = answer,
		                                     .ctx = r,
		                                     .asks = asks,
		                                     .outs = outs,
		                                     .len = o->len + 1,
		                                     .tmp_dir = o->bill.image.tmp_dir,
		                                     .judge = true,
		                                     .timeout_ms = o->bill.image.timeout_ms };
	int result = convert_file(target->path, &convert, e);

	(void)stream_finish(&word, &full);
	*out_complete = bytes_is(buf_bytes(&complete), "yes");
	buf_done(&complete);
	arena_done(&a);
	return result;
}

int bill_check(const struct target *target, const struct bill_check_options *options,
               bool *out_complete, err *e)
{
	const struct reporting r = { options, bytes_str(target->text) };
	struct sbom_check c;
	struct bill bill;

	if (target->kind == TARGET_SBOM)
		return check_file(target, &r, out_complete, e);
	if (bill_make(target, &options->bill, &bill, e) < 0)
		return -1;
	sbom_check_bill(&bill.sbom, &bill.image.arena, &c);
	for (size_t i = 0; i < options->len; i++)
		report(&r, &c, options->as_json[i], options->outs[i]);
	*out_complete = sbom_is_complete(&c);
	bill_done(&bill);
	return 0;
}
