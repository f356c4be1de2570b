/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/seal_show.h"

#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "oci/platform.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* -- which outputs ----------------------------------------------------------------------------- */

static bool is_part(bytes name)
{
	for (unsigned p = 0; p < SEAL_PAPERS; p++)
		if (bytes_is(name, seal_paper_name((enum seal_paper)p)))
			return true;
	return false;
}

int seal_show_open(struct seal_show *s, struct job *job, const char *format,
                   const struct texts *list, const char *formats, err *e)
{
	struct texts rest = { 0 };

	*s = (struct seal_show){ .job = job };
	issues_init(&s->issues, ISSUES_OF_IMAGES, job->now);
	for (size_t i = 0; i < list->len; i++) {
		bytes path = bytes_str(list->items[i]), name = { 0 };

		if (bytes_take_until(&path, '=', &name) && is_part(name) && path.n > 0)
			*ARENA_PUSH(&job->arena,
			            &s->parts) = (struct seal_part){ arena_str(&job->arena, name),
				                                         arena_str(&job->arena, path) };
		else
			*ARENA_PUSH(&job->arena, &rest) = list->items[i];
	}
	return outputs_open(job, format, &rest, formats, &s->outputs, e);
}

void seal_show_close(struct seal_show *s)
{
	issues_done(&s->issues);
	outputs_close(&s->outputs);
}

/* -- stages ------------------------------------------------------------------------------------ */

static void put(const char *text)
{
	/* A line that cannot be shown stops nothing. */
	ssize_t ignored = write(STDERR_FILENO, text, strlen(text));

	(void)ignored;
}

static bool is_live(const struct seal_show *s)
{
	return s->job->err.is_tty && !s->job->quiet;
}

void seal_show_stage(struct seal_show *s, const struct seal_page *page, enum seal_stage stage)
{
	struct arena a = ARENA_INIT;
	char line[400];

	if (!is_live(s))
		return;
	if (page->steps[stage] == SEAL_RUNS) {
		snprintf(line, sizeof(line), "\r\x1b[K  %-8s ...", seal_stage_name(stage));
		put(line);
		return;
	}
	int room = s->job->err.width > 22 ? (int)s->job->err.width - 22 : 1;

	snprintf(line, sizeof(line), "\r\x1b[K  %-8s %-9s %.*s\n", seal_stage_name(stage),
	         seal_state_name(page->steps[stage]), room,
	         SHOW(bytes_str(seal_says(page, stage, &a))));
	arena_done(&a);
	put(line);
	s->lines++;
}

/* The report says it all again: on the same terminal once is enough. */
static void clear_lines(struct seal_show *s)
{
	char text[32];

	if (!is_live(s))
		return;
	put("\r\x1b[K");
	if (s->lines == 0 || !s->job->out.is_tty)
		return;
	snprintf(text, sizeof(text), "\x1b[%zuA\x1b[J", s->lines);
	put(text);
}

/* -- parts ------------------------------------------------------------------------------------- */

/* "shop-linux-arm64.json" of "shop.json". */
static const char *beside(const struct seal_show *s, const char *path,
                          const struct platform *platform)
{
	struct arena *a = &s->job->arena;
	bytes all = bytes_str(path), name = path_base(all);
	size_t dot = bytes_rfind(name, '.'), cut = all.n - name.n + (dot > 0 ? dot : name.n);
	char *word = arena_printf(a, "%s", platform_text(platform, a));

	for (char *c = word; *c; c++)
		if (*c == '/')
			*c = '-';
	return arena_printf(a, PRIb "-%s" PRIb, BYTESF(bytes_slice(all, 0, cut)), word,
	                    BYTESF(bytes_skip(all, cut)));
}

static int write_part(const struct seal_show *s, enum seal_paper kind, bytes content,
                      const struct platform *platform, err *e)
{
	for (size_t i = 0; i < s->parts.len; i++) {
		const struct seal_part *part = &s->parts.items[i];
		const char *path = platform ? beside(s, part->path, platform) : part->path;

		if (strcmp(part->name, seal_paper_name(kind)) == 0 && content.n > 0 &&
		    file_write_atomic(path, content, 0644, e) < 0)
			return -1;
	}
	return 0;
}

int seal_show_paper(struct seal_show *s, enum seal_paper kind, bytes content, err *e)
{
	return write_part(s, kind, content, NULL, e);
}

int seal_show_judged(struct seal_show *s, const struct audit_page *page,
                     const struct seal_papers *papers, err *e)
{
	if (outputs_want_issues(&s->outputs))
		issues_add_audit(&s->issues, page);
	for (unsigned p = 0; p < SEAL_PAPERS; p++)
		if (write_part(s, (enum seal_paper)p, papers->items[p],
		               s->images > 0 ? &page->image->platform : NULL, e) < 0)
			return -1;
	s->images++;
	return 0;
}

/* -- CI ---------------------------------------------------------------------------------------- */

/* What a job of GitHub Actions leaves for people and for later steps: files that are added to. */
static int append(struct seal_show *s, const char *variable,
                  void (*write)(const struct seal_page *page, struct stream *out),
                  const struct seal_page *page, err *e)
{
	const char *path = job_env(s->job, variable);
	buf text = BUF_INIT(LIMIT_SETTINGS);
	struct stream out;

	if (!path || !*path)
		return 0;
	stream_init(&out, stream_to_buf, &text);
	write(page, &out);
	int status = stream_finish(&out, e);
	auto_fd fd = status < 0 ? -1 : open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);

	if (status == 0)
		status = fd < 0 ? err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(path)))
		                : file_write_all(fd, path, buf_bytes(&text), e);
	buf_done(&text);
	return status < 0 ? err_wrap(e, "%s", variable) : 0;
}

/* Indented: nothing in it is markup. */
static void write_summary(const struct seal_page *page, struct stream *out)
{
	static const struct terminal paper = { .width = 80 };
	buf text = BUF_INIT(LIMIT_SETTINGS);
	struct stream whole;
	err impossible = { 0 };
	bytes rest, line;

	stream_init(&whole, stream_to_buf, &text);
	seal_text(page, &paper, &whole);
	(void)stream_finish(&whole, &impossible); /* a page is far below the maximum */
	stream_puts(out, "## oakum seal\n\n");
	for (rest = buf_bytes(&text); bytes_take_until(&rest, '\n', &line) && line.p;) {
		stream_puts(out, line.n > 0 ? "    " : "");
		stream_put(out, line);
		stream_puts(out, "\n");
	}
	buf_done(&text);
}

static void write_outputs(const struct seal_page *page, struct stream *out)
{
	stream_printf(out, "digest=%s\n",
	              page->root.algorithm == DIGEST_NONE ? "" : DIGEST_TEXT(&page->root));
	stream_printf(out, "sealed=%s\n",
	              page->steps[SEAL_VERIFY] == SEAL_HOLDS ? "true" : "false");
}

/* -- the end ----------------------------------------------------------------------------------- */

int seal_show_end(struct seal_show *s, const struct seal_page *page, err *e)
{
	clear_lines(s);
	for (size_t i = 0; i < s->outputs.len; i++) {
		struct stream *out = output_stream(&s->outputs, i);
		const char *format = output_format(&s->outputs, i);

		if (strcmp(format, "json") == 0)
			seal_json(page, out);
		else if (strcmp(format, "text") == 0)
			seal_text(page, output_terminal(&s->outputs, i, s->job), out);
	}
	outputs_issues(&s->outputs, &s->issues);
	if (append(s, "GITHUB_STEP_SUMMARY", write_summary, page, e) < 0 ||
	    append(s, "GITHUB_OUTPUT", write_outputs, page, e) < 0)
		return -1;
	return outputs_commit(&s->outputs, e);
}
