/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/inspector.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"

#define ITEM_MOST (LIMIT_PATH + 256)

void secret_finding_pack(const struct secret_finding *f, buf *out)
{
	pack_str(out, secret_rules[f->rule].id);
	pack_u64(out, f->confidence);
	pack_u64(out, f->utf16);
	pack_u64(out, f->start);
	pack_u64(out, f->length);
	pack_u64(out, f->line);
	pack_u64(out, f->column);
	pack_u64(out, f->end_line);
	pack_u64(out, f->end_column);
	pack_bytes(out, bytes_of(f->front, f->front_len));
	pack_bytes(out, bytes_of(f->fingerprint, SECRET_FINGERPRINT));
	pack_bytes(out, f->member);
}

static bool find_rule(bytes id, uint16_t *out)
{
	for (size_t i = 0; i < secret_rules_len; i++)
		if (bytes_is(id, secret_rules[i].id)) {
			*out = (uint16_t)i;
			return true;
		}
	return false;
}

static bool take_place(bytes *item, struct secret_finding *f)
{
	return pack_take_u32(item, UINT32_MAX, &f->line) &&
	       pack_take_u32(item, UINT32_MAX, &f->column) &&
	       pack_take_u32(item, UINT32_MAX, &f->end_line) &&
	       pack_take_u32(item, UINT32_MAX, &f->end_column);
}

bool secret_finding_unpack(bytes item, struct secret_finding *out)
{
	struct secret_finding f = { 0 };
	uint32_t confidence;
	bytes id, front, fingerprint;

	if (!pack_take_bytes(&item, ITEM_MOST, &id) || !find_rule(id, &f.rule) ||
	    !pack_take_u32(&item, SECRET_HIGH, &confidence) || !pack_take_bool(&item, &f.utf16) ||
	    !pack_take_u64(&item, LIMIT_LAYER_EXPANDED, &f.start) ||
	    !pack_take_u32(&item, LIMIT_PATH * 4, &f.length) ||
	    !take_place(&item, &f) ||
	    !pack_take_bytes(&item, SECRET_FRONT, &front) ||
	    !pack_take_bytes(&item, SECRET_FINGERPRINT, &fingerprint) ||
	    !pack_take_bytes(&item, LIMIT_PATH, &f.member) ||
	    fingerprint.n != SECRET_FINGERPRINT || item.n > 0)
		return false;
	f.confidence = (enum secret_confidence)confidence;
	f.end = f.start + (uint64_t)f.length * (f.utf16 ? 2 : 1);
	f.front_len = (uint8_t)front.n;
	memcpy(f.front, front.p, front.n);
	memcpy(f.fingerprint, fingerprint.p, fingerprint.n);
	*out = f;
	return true;
}

/* -- the tap ----------------------------------------------------------------------------------- */

static void *tap_open(err *e)
{
	return secret_search_new(e);
}

static void tap_data(void *state, bytes part)
{
	secret_search_add(state, part);
}

static int tap_end(void *state, struct inspection *in, err *e)
{
	buf item = BUF_INIT(ITEM_MOST);
	size_t n;

	(void)e;
	secret_search_end(state, in->entry->path);
	const struct secret_finding *findings = secret_search_findings(state, &n);
	struct unfold_missed missed = secret_search_missed(state);

	for (size_t i = 0; i < n; i++) {
		buf_clear(&item);
		secret_finding_pack(&findings[i], &item);
		inspection_item(in, buf_bytes(&item));
	}
	if (secret_search_left_out(state) > 0)
		inspection_gap(in, "%s places that look like secrets were not looked at",
		               COUNT_TEXT(secret_search_left_out(state)));
	if (missed.n > 0) {
		buf_clear(&item);
		unfold_missed_put(&missed, &item);
		inspection_gap(in, PRIb, BYTESF(buf_bytes(&item)));
	}
	buf_done(&item);
	return 0;
}

static void tap_close(void *state)
{
	secret_search_free(state);
}

static const struct tap tap = { tap_open, tap_data, tap_end, tap_close };

/* Nothing is kept of any file: the tap sees all. */
static struct want want_nothing(const struct entry *entry)
{
	(void)entry;
	return (struct want){ WANT_NO, 0 };
}

const struct inspector secret_inspector = {
	.name = "secrets", .id = 80, .version = 6, .want = want_nothing, .tap = &tap
};
