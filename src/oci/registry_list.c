/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "oci/attachment.h"
#include "oci/media_type.h"
#include "oci/registry_reading.h"

/* -- pages ------------------------------------------------------------------------------------- */

/* What lists have in common: page after page of one origin. take(ctx, x, page, e) keeps what is in
 * one. */
struct pages {
	struct call call;
	unsigned most;
	int (*take)(void *ctx, const struct http_exchange *x, bytes page, err *e);
	void *ctx;
};

/* check_next(r, c, next, a, e): another origin would see our secret, or be asked in our name;
 * another path is another list, and the page just read would come for ever. */
static int check_next(struct registry *r, const struct call *c, const char *next, struct arena *a,
                      err *e)
{
	const char *asked = call_url(r, c, a);
	struct url base, from, to;

	if (url_parse(next, a, &to, e) < 0 || url_parse(asked, a, &from, e) < 0 ||
	    url_parse(call_base(r, c, a), a, &base, e) < 0)
		return err_wrap(e, "the next page");
	if (!url_same_origin(&base, &to))
		return err_set(e, ERR_NET, 0, "the next page is at another host ('%s'), which is refused",
		               SHOW(to.host));
	if (!bytes_equal(from.path, to.path))
		return err_set(e, ERR_NET, 0, "the next page is of another list ('%s'), which is refused",
		               SHOW(to.path));
	if (bytes_equal(from.query, to.query))
		return err_set(e, ERR_NET, 0, "the next page is the one just read, which is refused");
	return 0;
}

/* next_url(r, c, answer, a, out, e): where the next page is; NULL after the last one. */
static int next_url(struct registry *r, const struct call *c, const struct answer *answer,
                    struct arena *a, const char **out, err *e)
{
	bytes target;
	size_t at = 0;

	*out = NULL;
	for (const char *v; (v = http_header_next(answer->x, "Link", &at));) {
		if (!link_next(bytes_str(v), &target))
			continue;
		if (url_resolve(answer->url, arena_str(a, target), a, out, e) < 0)
			return err_wrap(e, "the next page");
		return check_next(r, c, *out, a, e);
	}
	return 0;
}

/* one_page(r, p, next, e): 0, or 1 when it is not there (404); the URL of the page behind it
 * goes into `next`, which is empty after the last. */
static int one_page(struct registry *r, struct pages *p, buf *next, err *e)
{
	struct arena a = ARENA_INIT;
	struct answer answer;
	const char *url = NULL;
	bytes text;
	int result = call_read(r, &p->call, LIMIT_LIST_PAGE, &a, &answer, &text, e);

	if (result == 0 && http_status(answer.x) == 404) {
		http_end(answer.x);
		result = 1;
	} else if (result == 0 && http_status(answer.x) != 200) {
		result = call_refuse(r, &p->call, answer.x, e);
	} else if (result == 0) {
		result = p->take(p->ctx, answer.x, text, e);
		if (result == 0)
			result = next_url(r, &p->call, &answer, &a, &url, e);
		http_end(answer.x);
	}
	buf_clear(next);
	if (url)
		buf_put(next, bytes_of(url, strlen(url) + 1));
	arena_wipe(&a);
	return result;
}

/* 1: the first page is not there. */
static int walk_pages(struct registry *r, struct pages *p, err *e)
{
	buf next = BUF_INIT(4 * LIMIT_HTTP_HEADERS);
	unsigned page = 0;
	int result;

	do {
		if (page == p->most) {
			result = err_set(e, ERR_LIMIT, 0, "more than %u pages", p->most);
			break;
		}
		result = one_page(r, p, &next, e);
		if (result == 1 && page > 0)
			result = err_set(e, ERR_NET, 0, "page %u is not there", page + 1);
		p->call.path = (const char *)next.p;
		page++;
	} while (result == 0 && next.n > 0);
	buf_done(&next);
	return result;
}

/* -- tags -------------------------------------------------------------------------------------- */

struct tags {
	struct arena *arena;
	struct strings list;
};

static int take_tags(void *ctx, const struct http_exchange *x, bytes page, err *e)
{
	struct tags *t = ctx;

	(void)x;
	return tags_parse(page, t->arena, &t->list, e);
}

int registry_tags(struct registry *r, const struct reference *ref, struct arena *a,
                  struct strings *out, err *e)
{
	struct arena scratch = ARENA_INIT;
	struct tags tags = { .arena = a };
	struct pages p = { .call = { .what = "tags",
		                         .host = ref->host,
		                         .repository = ref->repository,
		                         .path = "tags/list?n=1000" },
		               .most = LIMIT_LIST_PAGES,
		               .take = take_tags,
		               .ctx = &tags };
	int result = walk_pages(r, &p, e);

	if (result == 1)
		result = err_set(e, ERR_ABSENT, 0, "there is no such repository");
	if (result < 0)
		(void)call_wrap(&p.call, e);
	else
		*out = tags.list;
	arena_wipe(&scratch);
	return result;
}

/* -- referrers --------------------------------------------------------------------------------- */

struct referrers {
	struct registry *r;
	struct arena *arena;
	bytes artifact_type;
	struct descriptors list;
};

static int take_index(struct referrers *f, bytes text, err *e)
{
	struct oci_index index = { 0 };

	if (!f->r->options.parse_index)
		return err_set(e, ERR_BUG, 0, "no worker to read a list of referrers");
	int result = f->r->options.parse_index(f->r->options.parse_ctx, text, f->arena, &index, e);

	for (size_t i = 0; result == 0 && i < index.manifests.len; i++) {
		const struct descriptor *d = &index.manifests.items[i];

		if (f->artifact_type.n > 0 && !bytes_equal(d->artifact_type, f->artifact_type))
			continue;
		if (f->list.len == LIMIT_REFERRERS)
			result = err_set(e, ERR_LIMIT, 0, "more than %d referrers", LIMIT_REFERRERS);
		else
			*ARENA_PUSH(f->arena, &f->list) = *d;
	}
	return result;
}

static int take_referrers(void *ctx, const struct http_exchange *x, bytes page, err *e)
{
	bytes type = reading_media_type(x);

	if (type.n > 0 && !oci_is_index(type))
		return err_set(e, ERR_FORMAT, 0, "the Content-Type '%s' is that of no index", SHOW(type));
	return take_index(ctx, page, e);
}

int registry_referrers_by_tag(struct registry *r, const struct reference *ref,
                              const digest *subject, bytes artifact_type, struct arena *a,
                              struct descriptors *out, err *e)
{
	struct arena scratch = ARENA_INIT;
	struct reference tag = { .host = ref->host, .repository = ref->repository };
	struct referrers f = { .r = r, .arena = a, .artifact_type = artifact_type };
	struct registry_document doc;

	tag.tag = attachment_tag(subject, "", &scratch);
	int result = registry_manifest_within(r, &tag, LIMIT_LIST_PAGE, &scratch, &doc, e);

	if (result < 0 && e->kind == ERR_ABSENT) {
		err_clear(e); /* nobody refers to it */
		result = 0;
	} else if (result == 0 && !oci_is_index(doc.media_type)) {
		result = err_set(e, ERR_FORMAT, 0, "%s/%s: the tag '%s' should be an index of referrers",
		                 ref->host, ref->repository, tag.tag);
	} else if (result == 0) {
		result = take_index(&f, doc.content, e);
	}
	if (result == 0)
		*out = f.list;
	arena_wipe(&scratch);
	return result;
}

int registry_referrers_by_api(struct registry *r, const struct reference *ref,
                              const digest *subject, bytes artifact_type, struct arena *a,
                              struct descriptors *out, err *e)
{
	static const struct http_header accept[] = { { "Accept", OCI_INDEX_TYPE }, { 0 } };
	struct arena scratch = ARENA_INIT;
	struct referrers f = { .r = r, .arena = a, .artifact_type = artifact_type };
	const char *filter = artifact_type.n ? arena_printf(&scratch, "?artifactType=%s",
	                                                    url_escape(artifact_type, &scratch))
	                                     : "";
	struct pages p = { .call = { .what = "referrers",
		                         .host = ref->host,
		                         .repository = ref->repository,
		                         .headers = accept,
		                         .path = arena_printf(&scratch, "referrers/%s%s",
		                                              DIGEST_TEXT(subject), filter) },
		               .most = LIMIT_REFERRER_PAGES,
		               .take = take_referrers,
		               .ctx = &f };
	int result = walk_pages(r, &p, e);

	if (result < 0)
		(void)call_wrap(&p.call, e);
	else
		*out = f.list;
	arena_wipe(&scratch);
	return result < 0 ? -1 : result == 0;
}

int registry_referrers(struct registry *r, const struct reference *ref, const digest *subject,
                       bytes artifact_type, struct arena *a, struct descriptors *out, err *e)
{
	int known = registry_referrers_by_api(r, ref, subject, artifact_type, a, out, e);

	if (known < 0)
		return -1;
	return known ? 0 : registry_referrers_by_tag(r, ref, subject, artifact_type, a, out, e);
}
