/* SPDX-License-Identifier: Apache-2.0 */
/* What BuildKit puts beside the platforms of an index goes where the index goes, and no image's
 * judge reads it: it must be statements and nothing else, and hold no secret. */
#include "base/limits.h"
#include "flow/passing.h"
#include "flow/seal_run.h"
#include "flow/secrets.h"

/* stranger(m): why this is no manifest of statements; NULL: it is one. */
static const char *stranger(const struct oci_manifest *m)
{
	uint64_t left = LIMIT_BUNDLE;

	if (m->config.foreign || m->config.size > LIMIT_BESIDE_CONFIG)
		return "its config is large, or lies elsewhere";
	left -= m->config.size;
	for (size_t i = 0; i < m->layers.len; i++) {
		const struct descriptor *d = &m->layers.items[i];

		if (d->foreign || !bytes_is(d->media_type, "application/vnd.in-toto+json"))
			return "it has layers that are no statements";
		if (d->size > left)
			return "it is too large to be searched";
		left -= d->size;
	}
	return NULL;
}

/* One entry being read. */
struct beside {
	struct gather *g;
	const struct descriptor *d;
	struct arena arena;
	buf text;        /* all its octets */
	const char *why; /* they are not what they must be; NULL: they are */
};

/* A new line keeps them from those behind them. */
static int put_blob(struct beside *n, const struct descriptor *d, err *e)
{
	uint8_t *room = arena_alloc(&n->arena, (size_t)d->size + 1);

	if (gather_blob(n->g, d, room, e) < 0)
		return err_wrap(e, "blob %s", DIGEST_TEXT(&d->digest));
	room[d->size] = '\n';
	buf_put(&n->text, bytes_of(room, (size_t)d->size + 1));
	return 0;
}

static int put_all(struct beside *n, const struct oci_manifest *m, err *e)
{
	if (put_blob(n, &m->config, e) < 0)
		return -1;
	for (size_t i = 0; i < m->layers.len; i++) {
		size_t before = n->text.n;

		if (put_blob(n, &m->layers.items[i], e) < 0)
			return -1;
		if (!bytes_starts(bytes_skip(buf_bytes(&n->text), before), BYTES("{")))
			n->why = "it has layers that are no statements";
	}
	return 0;
}

static int read_entry(struct beside *n, err *e)
{
	struct oci_manifest m = { 0 };
	bytes document;

	if (!oci_is_manifest(n->d->media_type)) {
		n->why = "it is no manifest";
		return 0;
	}
	if (origin_document(&n->g->origin, n->d, &n->arena, &document, e) < 0 ||
	    gather_manifest(n->g, document, &n->arena, &m, e) < 0 ||
	    oci_check_said(n->d, m.media_type, e) < 0)
		return -1;
	buf_put(&n->text, document);
	buf_putc(&n->text, '\n');
	n->why = stranger(&m);
	return n->why ? 0 : put_all(n, &m, e);
}

static int judge_one(struct seal_run *r, struct gather *g, const struct descriptor *d, err *e)
{
	const char *name = arena_printf(r->arena, "%s, beside the images", DIGEST_TEXT(&d->digest));
	struct beside n = { g, d, ARENA_INIT, BUF_INIT(LIMIT_MANIFEST + 2 * LIMIT_BUNDLE), NULL };
	int status = read_entry(&n, e);

	if (status < 0)
		(void)err_wrap(e, "%s", name);
	else
		status = secrets_text(buf_bytes(&n.text), name, r->arena, &r->beside, e);
	if (n.why)
		*ARENA_PUSH(r->arena, &r->strangers) = (struct reason){
			"gap", SEVERITY_UNKNOWN,
			arena_printf(r->arena, "%s, is no attestation as BuildKit makes it: %s", name, n.why)
		};
	buf_done(&n.text);
	arena_done(&n.arena);
	return status;
}

int seal_judge_beside(struct seal_run *r, struct gather *g, err *e)
{
	const struct seal_wishes *w = &r->o->wishes;

	if (!r->subjects.items[0].is_index)
		return 0; /* one platform alone: it stays behind */
	if (g->beside.len > LIMIT_ATTACHABLES)
		return err_set(e, ERR_LIMIT, 0, "more than %d attestations", LIMIT_ATTACHABLES);
	for (size_t i = 0; i < g->beside.len; i++)
		if (oci_is_attestation(&g->beside.items[i]) && judge_one(r, g, &g->beside.items[i], e) < 0)
			return -1;
	secrets_choose(&r->beside,
	               &(struct secrets_choice){ GATE_ALL, w->scan.gate.ignore, w->scan.skip },
	               r->arena);
	return 0;
}

void seal_pass_beside(const struct seal_run *r, struct seal_image *out)
{
	out->secrets += r->beside.total;
	out->gaps += r->beside.gaps + r->strangers.len;
	passing_judge(&(struct audit_page){ .secrets = &r->beside }, &r->o->wishes.rule, r->arena,
	              &out->reasons);
	for (size_t i = 0; i < r->strangers.len; i++)
		*ARENA_PUSH(r->arena, &out->reasons) = r->strangers.items[i];
}
