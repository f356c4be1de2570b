/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/registry_file.h"

#include "base/limits.h"
#include "base/text.h"
#include "oci/registry_reading.h"
#include "sys/file.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/mman.h>
#include <unistd.h>

static int call_for(const struct registry *r, const struct file_place *place, struct arena *a,
                    struct call *out, err *e)
{
	struct call c = { .what = place->what, .method = HTTP_GET };
	struct url u;

	if (!place->url) {
		*out = reading_blob(&place->ref, &place->blob, a);
		out->what = place->what;
		return 0;
	}
	if (url_parse(place->url, a, &u, e) < 0)
		return -1;
	if (bytes_is(u.scheme, "http") && !url_is_loopback(&u) && !r->options.plain_http)
		return err_set(e, ERR_USAGE, 0, "'%s' is without TLS; --plain-http asks it all the same",
		               SHOW(bytes_str(place->url)));
	bool usual = u.port == (bytes_is(u.scheme, "http") ? 80 : 443);

	c.host = usual ? arena_str(a, u.host)
	               : arena_printf(a, PRIb ":%u", BYTESF(u.host), (unsigned)u.port);
	c.repository = arena_str(a, bytes_starts(u.path, BYTES("/")) ? bytes_skip(u.path, 1) : u.path);
	c.path = place->url;
	*out = c;
	return 0;
}

int registry_file_check(const struct registry *r, const struct file_place *place, struct arena *a,
                        err *e)
{
	struct call c;

	if (call_for(r, place, a, &c, e) == 0)
		return 0;
	e->kind = ERR_USAGE; /* the user typed it */
	return -1;
}

static const struct http_header *headers_for(const struct file_ask *ask, struct arena *a)
{
	struct http_header *list = arena_array(a, struct http_header, 5);
	size_t n = 0;

	if (ask->n > 0)
		list[n++] = (struct http_header){ "Range",
			                              arena_printf(a, "bytes=%" PRIu64 "-%" PRIu64, ask->from,
			                                           ask->from + ask->n - 1) };
	else if (ask->from > 0)
		list[n++] = (struct http_header){ "Range", arena_printf(a, "bytes=%" PRIu64 "-",
			                                                    ask->from) };
	if (n > 0 && ask->if_range)
		list[n++] = (struct http_header){ "If-Range", ask->if_range };
	if (ask->etag)
		list[n++] = (struct http_header){ "If-None-Match", ask->etag };
	if (ask->modified)
		list[n++] = (struct http_header){ "If-Modified-Since", ask->modified };
	return list;
}

static const char *kept(const struct http_exchange *x, const char *name, struct arena *a)
{
	const char *value = http_header(x, name);

	return value ? arena_str(a, bytes_str(value)) : NULL;
}

static int take_answer(const struct http_exchange *x, const struct file_ask *ask, struct arena *a,
                       struct file_answer *out, err *e)
{
	const char *length = http_header(x, "Content-Length");
	struct file_answer answer = { .unchanged = http_status(x) == 304, .size = UINT64_MAX };
	uint64_t last;

	answer.etag = kept(x, "ETag", a);
	answer.modified = kept(x, "Last-Modified", a);
	answer.is_page = bytes_is(reading_media_type(x), "text/html");
	answer.is_part = http_status(x) == 206;
	if (answer.is_part) {
		if (!content_part(bytes_str(http_header(x, "Content-Range")), &answer.from, &last,
		                  &answer.size) ||
		    answer.from != ask->from || last - answer.from > (ask->n ? ask->n : UINT64_MAX) - 1)
			return err_set(e, ERR_NET, 0, "another part came than was asked for");
	} else if (length && !text_take_u64(bytes_str(length), 10, LIMIT_BLOB, &answer.size)) {
		return err_set(e, ERR_NET, 0, "its length cannot be read");
	}
	*out = answer;
	return 0;
}

/* open_file(r, place, ask, a, out, out_answer, e): the answer's headers. */
static int open_file(struct registry *r, const struct file_place *place, const struct file_ask *ask,
                     struct arena *a, struct http_exchange **out, struct file_answer *out_answer,
                     err *e)
{
	struct answer answer;
	struct call c;

	if (call_for(r, place, a, &c, e) < 0)
		return -1;
	c.headers = headers_for(ask, a);
	if (call_send(r, &c, a, &answer, e) < 0)
		return call_wrap(&c, e);
	int status = http_status(answer.x);

	if (status != 200 && status != 206 && (status != 304 || (!ask->etag && !ask->modified))) {
		(void)call_refuse(r, &c, answer.x, e);
		e->sys = status == 416 ? ERANGE : status == 403 ? EPERM : e->sys;
		return call_wrap(&c, e);
	}
	if (take_answer(answer.x, ask, a, out_answer, e) < 0) {
		http_end(answer.x);
		return call_wrap(&c, e);
	}
	*out = answer.x;
	return 0;
}

/* -- into a file ------------------------------------------------------------------------------- */

#define READ_SIZE (64 * KIB)
/* Octets after which a connection that breaks again has earned new patience. */
#define PATIENCE_EARNED (1 * MIB)

struct save {
	struct registry *r;
	const struct file_place *place;
	const struct file_saving *saving;
	struct arena *arena;
	struct http_exchange *x; /* NULL: none */
	struct file_answer answer;
	struct file_ask ask; /* of what is still to come */
	bool begun;
	uint64_t at, earned_at;
	struct patience patience;
};

static int write_at(struct save *s, bytes part, err *e)
{
	while (part.n > 0) {
		ssize_t n = pwrite(s->saving->fd, part.p, part.n, (off_t)s->at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, ERR_IO, errno, "%s: write", s->place->what);
		part = bytes_skip(part, (size_t)n);
		s->at += (uint64_t)n;
	}
	return 0;
}

static int connect_at(struct save *s, err *e)
{
	const struct file_saving *saving = s->saving;

	if (open_file(s->r, s->place, &s->ask, s->arena, &s->x, &s->answer, e) < 0)
		return -1;
	if (s->answer.unchanged)
		return 0;
	if (s->answer.from != s->ask.from && saving->in_part)
		return err_set(e, ERR_NET, 0, "%s: the server gives no parts of it", s->place->what);
	if (s->answer.size != UINT64_MAX && s->answer.size > saving->max)
		return err_set(e, ERR_LIMIT, 0, "%s: it has %s, at most %s are taken", s->place->what,
		               SIZE_TEXT(s->answer.size), SIZE_TEXT(saving->max));
	if (s->answer.from == 0 && !saving->in_part && ftruncate(saving->fd, 0) < 0)
		return err_set(e, ERR_IO, errno, "%s: begin", s->place->what);
	s->at = s->answer.from;
	if (!s->begun && saving->begun && saving->begun(saving->ctx, &s->answer, e) < 0)
		return -1;
	s->begun = true;
	return 0;
}

static int read_body(struct save *s, uint8_t *room, err *e)
{
	const struct file_saving *saving = s->saving;
	int64_t n;

	while ((n = http_read(s->x, room, READ_SIZE, e)) > 0) {
		if ((uint64_t)n > saving->max || s->at > saving->max - (uint64_t)n)
			return err_set(e, ERR_LIMIT, 0, "%s: more than %s", s->place->what,
			               SIZE_TEXT(saving->max));
		if (write_at(s, bytes_of(room, (size_t)n), e) < 0)
			return -1;
		if (saving->moved)
			saving->moved(saving->ctx, s->at, s->answer.size);
	}
	return (int)n;
}

/* What is still to come, when it is still the same file. */
static void ask_for_rest(struct save *s)
{
	bool strong = s->answer.etag && s->answer.etag[0] == '"';
	struct file_ask rest = { .if_range = strong ? s->answer.etag : s->answer.modified };

	if (s->at > s->ask.from && (rest.if_range || s->saving->in_part)) {
		rest.from = s->at;
		rest.n = s->ask.n && s->answer.is_part ? s->ask.n - (s->at - s->ask.from) : 0;
		s->ask = rest;
	}
	if (s->at >= s->earned_at + PATIENCE_EARNED) {
		s->patience = (struct patience){ 0 };
		s->earned_at = s->at;
	}
}

/* go_on(s, e): after a failure: true when another try makes sense, and some time has passed. */
static bool go_on(struct save *s, err *e)
{
	if (!s->begun || !patience_is_worth(e))
		return false;
	ask_for_rest(s);
	if (patience_take(&s->patience, s->r->http, 0) < 0)
		return false;
	registry_note(s->r, "%s: %s, goes on at %" PRIu64, s->place->what, e->text, s->at);
	err_clear(e); /* the next try decides */
	return true;
}

static int save_from(struct registry *r, const struct file_place *place,
                     const struct file_saving *saving, struct arena *a, struct file_answer *out,
                     err *e)
{
	struct save s = { .r = r, .place = place, .saving = saving, .arena = a, .ask = saving->ask };
	buf room = BUF_INIT(READ_SIZE);
	int result;

	s.at = s.earned_at = saving->ask.from;
	do {
		result = connect_at(&s, e);
		if (result == 0 && !s.answer.unchanged)
			result = read_body(&s, buf_room(&room, READ_SIZE), e);
		http_end(s.x);
		s.x = NULL;
	} while (result < 0 && go_on(&s, e));
	if (result == 0 && saving->ask.n > 0 && !s.answer.unchanged &&
	    s.at < saving->ask.from + saving->ask.n && s.answer.size > s.at)
		result = err_set(e, ERR_NET, 0, "%s: less came than was asked for", place->what);
	buf_done(&room);
	*out = s.answer;
	return result;
}

int registry_file_save(struct registry *r, const struct file_place *place,
                       const struct file_saving *saving, struct arena *a, struct file_answer *out,
                       err *e)
{
	struct file_place there = *place;
	int result = -1;

	for (size_t i = 0;
	     result < 0 && !place->url && reading_mirror(r, &place->ref, i, a, &there.ref); i++) {
		err failed = { 0 }; /* told, and the next place is asked */

		result = save_from(r, &there, saving, a, out, &failed);
		if (result < 0)
			registry_note(r, "%s", failed.text);
	}
	return result == 0 ? 0 : save_from(r, place, saving, a, out, e);
}

int registry_file_read(struct registry *r, const struct file_place *place, size_t max,
                       struct arena *a, bytes *out, err *e)
{
	auto_fd fd = memfd_create("oakum", MFD_CLOEXEC);
	const struct file_saving saving = { .fd = fd, .max = max };
	struct file_answer answer;

	if (fd < 0)
		return err_set(e, ERR_IO, errno, "%s", place->what);
	if (registry_file_check(r, place, a, e) < 0 ||
	    registry_file_save(r, place, &saving, a, &answer, e) < 0)
		return -1;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_set(e, ERR_IO, errno, "%s", place->what);
	return file_read_fd(fd, place->what, max, a, out, e);
}

bool registry_file_date(const char *modified, int64_t *out)
{
	return modified && http_date(bytes_str(modified), out);
}
