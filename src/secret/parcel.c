/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/parcel.h"

#include "base/limits.h"
#include "base/text.h"

#define DEB_MARK "!<arch>\n"
#define RPM_MARK "\xed\xab\xee\xdb"
#define RPM_LEAD 96
/* Sizes of headers. */
#define AR_HEAD 60
#define NEWC_HEAD 110
#define ODC_HEAD 76
#define RPM_HEAD 16
#define TO_THE_END UINT64_MAX

enum state {
	STATE_PAD, /* octets that nobody needs, then a header */
	STATE_HEAD,
	STATE_NAME,
	STATE_BODY,
	STATE_BEHIND, /* zeros behind the last member of cpio */
};

struct parcel {
	const struct parcel_events *events;
	void *ctx;
	enum parcel_form form;
	enum state state;
	uint8_t head[NEWC_HEAD], name[LIMIT_PATH + 4]; /* of these `have` octets are there */
	size_t have, name_n;
	uint64_t left; /* of the body, or TO_THE_END */
	size_t pad;    /* behind it */
	unsigned read; /* headers */
};

static bool is_of_digits(bytes text, size_t n, bytes digits)
{
	for (size_t i = 0; i < n && i < text.n; i++)
		if (bytes_find(digits, text.p[i]) == digits.n)
			return false;
	return text.n >= n;
}

/* A text may begin with such a number, so all of cpio's header has to be digits. */
enum parcel_form parcel_of(bytes head)
{
	if (bytes_starts(head, BYTES(DEB_MARK "debian-binary")))
		return PARCEL_DEB;
	if (bytes_starts(head, BYTES(RPM_MARK)))
		return PARCEL_RPM;
	if ((bytes_starts(head, BYTES("070701")) || bytes_starts(head, BYTES("070702"))) &&
	    is_of_digits(head, NEWC_HEAD, BYTES("0123456789abcdefABCDEF")))
		return PARCEL_NEWC;
	return bytes_starts(head, BYTES("070707")) && is_of_digits(head, ODC_HEAD, BYTES("01234567"))
	           ? PARCEL_ODC
	           : PARCEL_NONE;
}

/* collect(p, in, into, n): true once n octets are there. */
static bool collect(struct parcel *p, bytes *in, uint8_t *into, size_t n)
{
	bytes part = bytes_slice(*in, 0, n - p->have);

	if (part.n > 0)
		memcpy(into + p->have, part.p, part.n);
	p->have += part.n;
	*in = bytes_skip(*in, part.n);
	if (p->have < n)
		return false;
	p->have = 0;
	return true;
}

/* -- a member ---------------------------------------------------------------------------------- */

static void end_body(struct parcel *p)
{
	p->events->end(p->ctx);
	p->state = STATE_PAD;
}

static bool begin_body(struct parcel *p, bytes name)
{
	if (!p->events->entry(p->ctx, name))
		return false;
	p->state = STATE_BODY;
	if (p->left == 0)
		end_body(p);
	return true;
}

static bool take_body(struct parcel *p, bytes *in)
{
	bytes part = bytes_slice(*in, 0, p->left < in->n ? (size_t)p->left : in->n);

	*in = bytes_skip(*in, part.n);
	if (p->left != TO_THE_END)
		p->left -= part.n;
	if (!p->events->data(p->ctx, part))
		return false;
	if (p->left == 0)
		end_body(p);
	return true;
}

/* fill(n, to): how much n octets lack to a place that `to` divides. */
static size_t fill(uint64_t n, size_t to)
{
	return (size_t)((to - n % to) % to);
}

/* -- headers ----------------------------------------------------------------------------------- */

static bytes field(const struct parcel *p, size_t at, size_t n)
{
	return bytes_of(p->head + at, n);
}

/* ar(5): name 16, time 12, owner 6, group 6, mode 8, size 10, a mark; bodies begin at even places.
 * GNU's ends a name with a slash. */
static bool take_ar(struct parcel *p)
{
	bytes name = bytes_trim(field(p, 0, 16));

	if (!bytes_is(field(p, 58, 2), "`\n") ||
	    !text_take_u64(bytes_trim(field(p, 48, 10)), 10, UINT64_MAX - 1, &p->left))
		return false;
	if (bytes_ends(name, BYTES("/")))
		name.n--;
	p->pad = fill(p->left, 2);
	return begin_body(p, name);
}

/* cpio(5): newc has fields of eight hexadecimal digits, and all begins at places that four divides;
 * odc has octal ones. */
static bool take_cpio(struct parcel *p)
{
	bool is_new = p->form == PARCEL_NEWC;
	bytes size = is_new ? field(p, 54, 8) : field(p, 65, 11);
	bytes name = is_new ? field(p, 94, 8) : field(p, 59, 6);
	uint64_t name_n;

	if (parcel_of(bytes_of(p->head, is_new ? NEWC_HEAD : ODC_HEAD)) != p->form ||
	    !text_take_u64(size, is_new ? 16 : 8, UINT64_MAX - 1, &p->left) ||
	    !text_take_u64(name, is_new ? 16 : 8, LIMIT_PATH, &name_n) || name_n == 0)
		return false;
	p->name_n = (size_t)name_n + (is_new ? fill(NEWC_HEAD + name_n, 4) : 0);
	p->pad = is_new ? fill(p->left, 4) : 0;
	p->state = STATE_NAME;
	return true;
}

/* A header structure: a mark, how many entries of 16 octets and how many octets of values there
 * are. The signature's is filled up to a place that eight divides. */
static bool take_rpm(struct parcel *p)
{
	bytes in = field(p, 8, 8);
	uint32_t entries, values;

	if (!bytes_starts(field(p, 0, 4), BYTES("\x8e\xad\xe8\1")) ||
	    !bytes_take_be32(&in, &entries) || !bytes_take_be32(&in, &values))
		return false;
	p->left = UINT64_C(16) * entries + values;
	p->pad = p->read == 1 ? fill(p->left, 8) : 0;
	return begin_body(p, p->read == 1 ? BYTES("signature") : BYTES("header"));
}

static bool take_head(struct parcel *p, bytes *in)
{
	static const struct {
		size_t n;
		bool (*take)(struct parcel *p);
	} heads[] = { [PARCEL_DEB] = { AR_HEAD, take_ar },
		          [PARCEL_NEWC] = { NEWC_HEAD, take_cpio },
		          [PARCEL_ODC] = { ODC_HEAD, take_cpio },
		          [PARCEL_RPM] = { RPM_HEAD, take_rpm } };

	if (p->form == PARCEL_RPM && p->read == 2) {
		p->left = TO_THE_END;
		return begin_body(p, BYTES("payload"));
	}
	if (!collect(p, in, p->head, heads[p->form].n))
		return true;
	p->read++;
	return heads[p->form].take(p);
}

static bool take_name(struct parcel *p, bytes *in)
{
	if (!collect(p, in, p->name, p->name_n))
		return true;
	bytes name = bytes_of(p->name, p->name_n);

	name = bytes_slice(name, 0, bytes_find(name, 0));
	if (!bytes_is(name, "TRAILER!!!"))
		return begin_body(p, name);
	p->state = STATE_BEHIND;
	return true;
}

static bool take_pad(struct parcel *p, bytes *in)
{
	size_t n = p->pad < in->n ? p->pad : in->n;

	*in = bytes_skip(*in, n);
	p->pad -= n;
	if (p->pad == 0)
		p->state = STATE_HEAD;
	return true;
}

static bool take_behind(struct parcel *p, bytes *in)
{
	while (in->n > 0 && in->p[0] == 0)
		*in = bytes_skip(*in, 1);
	p->left = TO_THE_END;
	return in->n == 0 || begin_body(p, BYTES("rest"));
}

/* -- all of it --------------------------------------------------------------------------------- */

bool parcel_feed(struct parcel *p, bytes part)
{
	static bool (*const takes[])(struct parcel *p, bytes *in) = {
		[STATE_PAD] = take_pad,   [STATE_HEAD] = take_head,     [STATE_NAME] = take_name,
		[STATE_BODY] = take_body, [STATE_BEHIND] = take_behind,
	};

	while (part.n > 0)
		if (!takes[p->state](p, &part))
			return false;
	return true;
}

bool parcel_is_whole(const struct parcel *p)
{
	switch (p->state) {
	case STATE_PAD: return p->form == PARCEL_DEB && p->pad <= 1; /* of the last one it may lack */
	case STATE_HEAD: return p->form == PARCEL_DEB && p->have == 0;
	case STATE_NAME: return false;
	case STATE_BODY: return p->left == TO_THE_END;
	case STATE_BEHIND: return true;
	}
	return false;
}

struct parcel *parcel_new(struct arena *a, enum parcel_form form,
                          const struct parcel_events *events, void *ctx)
{
	struct parcel *p = arena_new(a, struct parcel);

	*p = (struct parcel){ .events = events, .ctx = ctx, .form = form };
	if (form == PARCEL_DEB)
		p->pad = sizeof(DEB_MARK) - 1;
	else if (form == PARCEL_RPM)
		p->pad = RPM_LEAD;
	return p;
}
