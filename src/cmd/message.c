/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/message.h"

#include "fmt/json_write.h"

#include <unistd.h>

static int to_stderr(void *ctx, bytes part, err *e)
{
	(void)ctx;
	(void)e;
	/* Nobody is left to be told when standard error is closed. */
	ssize_t ignored = write(STDERR_FILENO, part.p, part.n);

	(void)ignored;
	return 0;
}

static void as_json(struct stream *out, const char *level, const char *target, const char *kind,
                    const char *text)
{
	struct json_writer w;

	json_write_init(&w, out);
	w.on_one_line = true;
	json_write_object(&w, NULL);
	json_write_text(&w, "level", level);
	if (target)
		json_write_octets(&w, "target", bytes_str(target));
	if (kind)
		json_write_text(&w, "kind", kind);
	json_write_octets(&w, "message", bytes_str(text));
	json_write_end(&w);
}

static void as_text(struct stream *out, const struct job *job, enum style style, const char *target,
                    const char *text)
{
	if (job->err.is_tty)
		stream_puts(out, "\r\x1b[K"); /* over the progress bar */
	stream_puts(out, "oakum: ");
	if (target) {
		stream_show(out, bytes_str(target));
		stream_puts(out, ": ");
	}
	stream_puts(out, terminal_style(&job->err, style));
	stream_show(out, bytes_str(text));
	stream_puts(out, terminal_plain(&job->err));
	stream_puts(out, "\n");
}

static void say(const struct job *job, const char *level, const char *target, const char *kind,
                const char *text)
{
	struct stream out;
	err ignored = { 0 };

	stream_init(&out, to_stderr, NULL);
	if (job->log_format && strcmp(job->log_format, "json") == 0)
		as_json(&out, level, target, kind, text);
	else
		as_text(&out, job, kind ? STYLE_BAD : STYLE_PLAIN, target, text);
	(void)stream_finish(&out, &ignored); /* as above: nobody is left */
}

void message_error(const struct job *job, const char *target, const err *e)
{
	say(job, "error", target, err_kind_name(e->kind), e->text);
}

void message_note(const struct job *job, const char *target, const char *text)
{
	if (!job->quiet)
		say(job, "note", target, NULL, text);
}

void message_detail(const struct job *job, const char *target, const char *text)
{
	if (job->verbose && !job->quiet)
		say(job, "detail", target, NULL, text);
}
