/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/output.h"

#include "base/text.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* What `-o FORMAT` may ask for, here and elsewhere. */
#define OTHERS \
	"csv|cyclonedx|cyclonedx-json|cyclonedx-xml|github|github-json|json|openvex|spdx|spdx-json|" \
	"spdx-tag|spdx-tag-value|syft-json|syft-table|syft-text|table|template|text|" ISSUES_FORMATS

struct output {
	const char *format, *path; /* path NULL: standard output */
	struct arena *arena;
	int fd;      /* what is written to, when it is not standard output */
	char *draft; /* a file beside path that will take its place; NULL: path itself */
	struct stream stream;
	bool finished;
};

static int to_stdout(void *ctx, bytes part, err *e)
{
	(void)ctx;
	return file_write_all(STDOUT_FILENO, "standard output", part, e);
}

/* The draft is made when there is something to write: who is ended while reading leaves none. */
static int open_draft(struct output *o, err *e)
{
	if (o->path && o->fd < 0)
		o->fd = file_draft(o->path, o->arena, &o->draft, e);
	return o->path && o->fd < 0 ? -1 : 0;
}

static int to_path(void *ctx, bytes part, err *e)
{
	struct output *o = ctx;

	return open_draft(o, e) < 0 ? -1 : file_write_all(o->fd, o->path, part, e);
}

void output_stdout(struct stream *s)
{
	stream_init(s, to_stdout, NULL);
}

/* is_format(name, formats): one of those divided by |. */
static bool is_format(bytes name, const char *formats)
{
	bytes known = bytes_str(formats), word;

	while (bytes_take_until(&known, '|', &word))
		if (bytes_equal(name, word))
			return true;
	return bytes_equal(name, known); /* the last one */
}

/* "jsom=a.json": a word before '=' is a format, a file of such a name has a folder before it. So is
 * "-o csv" alone, as other programs have it: it must not become a file of that name. */
static int refuse_word(const char *entry, const char *formats, err *e)
{
	bytes rest = bytes_str(entry), name = bytes_slice(rest, 0, bytes_find(rest, '='));

	if (is_format(name, OTHERS) && name.n == rest.n)
		return err_set(e, ERR_USAGE, 0,
		               "-o %s: a form that is not written here (%s); a file of that name is ./%s",
		               SHOW(rest), formats, SHOW(rest));
	if (name.n == rest.n || bytes_find(name, '/') < name.n || bytes_find(name, '.') < name.n)
		return 0;
	return err_set(e, ERR_USAGE, 0, "-o %s: '%s' is no format (%s); a file of that name is ./%s",
	               SHOW(rest), SHOW(name), formats, SHOW(rest));
}

/* split(entry, formats, job, o, e): "json=a.json" where json is one of ours; "./a=b.json" is a
 * file's name. "json" alone is that form on standard output, as Syft and Grype have it; a file of
 * such a name is ./json. */
static int split(const char *entry, const char *formats, struct job *job, struct output *o, err *e)
{
	bytes rest = bytes_str(entry), name = rest;

	o->path = entry;
	if (is_format(rest, formats)) {
		o->format = entry;
		o->path = NULL;
		return 0;
	}
	if (bytes_take_until(&rest, '=', &name) && is_format(name, formats)) {
		o->format = arena_str(&job->arena, name);
		o->path = entry + name.n + 1;
	} else if (refuse_word(entry, formats, e) < 0) {
		return -1;
	}
	if (strcmp(o->path, "-") == 0)
		o->path = NULL;
	return 0;
}

/* -o /dev/null must not replace the device, -o /dev/stdout and a fifo are written as they are. */
static int open_output(struct output *o, err *e)
{
	struct stat st;

	if (!o->path) {
		output_stdout(&o->stream);
		return 0;
	}
	stream_init(&o->stream, to_path, o);
	if (stat(o->path, &st) < 0 || S_ISREG(st.st_mode))
		return 0;
	o->fd = open(o->path, O_WRONLY | O_CLOEXEC);
	return o->fd < 0 ? err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(o->path))) : 0;
}

int outputs_open(struct job *job, const char *format, const struct texts *list, const char *formats,
                 struct outputs *out, err *e)
{
	size_t n = list->len > 0 ? list->len : 1;

	*out = (struct outputs){ arena_array(&job->arena, struct output, n), 0, n };
	for (; out->len < n; out->len++) {
		struct output *o = &out->items[out->len];

		o->format = format;
		o->arena = &job->arena;
		o->fd = -1;
		if ((list->len > 0 && split(list->items[out->len], formats, job, o, e) < 0) ||
		    open_output(o, e) < 0)
			return -1;
	}
	return 0;
}

static mode_t file_mode(void)
{
	mode_t mask = umask(022);

	umask(mask);
	return 0666 & ~mask;
}

int outputs_commit(struct outputs *out, err *e)
{
	for (size_t i = 0; i < out->len; i++) {
		struct output *o = &out->items[i];

		o->finished = true;
		if (stream_finish(&o->stream, e) < 0)
			return -1;
		if (open_draft(o, e) < 0)
			return -1;
		if (o->draft && file_draft_keep(o->fd, o->draft, o->path, file_mode(), e) < 0)
			return -1;
		o->draft = NULL;
	}
	return 0;
}

void outputs_close(struct outputs *out)
{
	for (size_t i = 0; i < out->len; i++) {
		struct output *o = &out->items[i];

		if (!o->finished)
			buf_done(&o->stream.pending);
		if (o->draft)
			(void)unlink(o->draft); /* what was there stays */
		if (o->fd >= 0)
			close(o->fd);
	}
	out->len = 0;
}

const char *output_format(const struct outputs *o, size_t i)
{
	return o->items[i].format;
}

struct stream *output_stream(struct outputs *o, size_t i)
{
	return &o->items[i].stream;
}

const struct terminal *output_terminal(const struct outputs *o, size_t i, const struct job *job)
{
	static const struct terminal paper = { .width = 80 };

	return o->items[i].path ? &paper : &job->out;
}

bool outputs_are(const struct outputs *o, const char *format)
{
	for (size_t i = 0; i < o->len; i++)
		if (strcmp(o->items[i].format, format) != 0)
			return false;
	return true;
}

int outputs_refuse_several(const struct outputs *o, const struct texts *targets, err *e)
{
	for (size_t i = 0; i < o->len && targets->len > 1; i++)
		if (strcmp(o->items[i].format, "table") != 0 && !issues_is_format(o->items[i].format))
			return err_set(e, ERR_USAGE, 0,
			               "%s is a document of one target, not of %zu: run once for each (%s "
			               "take several)",
			               o->items[i].format, targets->len, "table|" ISSUES_FORMATS);
	return 0;
}

bool outputs_want_issues(const struct outputs *o)
{
	for (size_t i = 0; i < o->len; i++)
		if (issues_is_format(o->items[i].format))
			return true;
	return false;
}

void outputs_issues(struct outputs *o, const struct issues *all)
{
	for (size_t i = 0; i < o->len; i++)
		if (issues_is_format(o->items[i].format))
			issues_write(all, o->items[i].format, &o->items[i].stream);
}
