/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum vex TARGET` - decisions about vulnerabilities as an OpenVEX document: of one finding, or
 * of all that remain, added to what was decided before. */
#include "vuln/vex_write.h"

#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "cmd/message.h"
#include "cmd/network.h"
#include "cmd/output.h"
#include "cmd/scan.h"
#include "cmd/vex.h"
#include "flow/scan_papers.h"
#include "sys/file.h"

struct statement_flags {
	const char *justification, *impact, *action, *notes, *author;
};

struct vex_flags {
	const char *status;
	struct texts id, merge, output;
	struct judging_flags judging;
	struct statement_flags statement;
	struct reading_flags reading;
	struct network_flags network;
};

#define STATUSES "not_affected|affected|fixed|under_investigation"

#define FIELD(name) offsetof(struct vex_flags, name)
static const struct flag flags[] = {
	{ 0, "id", "ID", FLAG_LIST, FIELD(id), "of what; repeat; default: all that is found" },
	{ 0, "status", STATUSES, FLAG_CHOICE, FIELD(status), "what is decided" },
	{ 0, "merge", "FILE", FLAG_LIST, FIELD(merge), "add to the decisions in there" },
	{ 's', "severity", "WORDS", FLAG_WORDS, FIELD(judging.severity), "only these: HIGH,CRITICAL" },
	{ 0, "db", "FILE", FLAG_TEXT, FIELD(judging.db), "this database and no other" },
	{ 'o', "output", "FILE", FLAG_LIST, FIELD(output), "where the document goes" },
	{ 0 },
};
#undef FIELD

#define FIELD(name) offsetof(struct statement_flags, name)
static const struct flag statement[] = {
	{ 0, "justification", "WORD", FLAG_TEXT, FIELD(justification),
	  "of not_affected: component_not_present, vulnerable_code_not_present, ..." },
	{ 0, "impact", "TEXT", FLAG_TEXT, FIELD(impact), "of not_affected: why, in a sentence" },
	{ 0, "action", "TEXT", FLAG_TEXT, FIELD(action), "of affected: what to do" },
	{ 0, "notes", "TEXT", FLAG_TEXT, FIELD(notes), "how that was found out" },
	{ 0, "author", "TEXT", FLAG_TEXT, FIELD(author), "who says so" },
	{ 0 },
};

const struct flag_group statement_flag_group = { "statement", "The statement", statement };
#undef FIELD
#define FIELD(name) offsetof(struct vex_flags, name)

struct decisions {
	struct vex_decision *items;
	size_t len, cap;
};

struct run {
	struct job *job;
	const struct vex_flags *flags;
	struct vex_words words;
	struct reading reading;
	struct judging judging;
	struct decisions decisions;
};

/* -- about what -------------------------------------------------------------------------------- */

/* purl-spec 1.0, "Rules for each purl component": what is not a letter, digit or ".-_~" is
 * escaped. */
static bytes image_purl(const struct purl *image, struct arena *a)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789.-_~";
	buf text = BUF_INIT(4 * LIMIT_PATH);

	if (image->name.n == 0)
		return BYTES("");
	buf_puts(&text, "pkg:oci/");
	for (size_t i = 0; i < image->name.n && i < LIMIT_PATH; i++) {
		uint8_t c = image->name.p[i];

		c = c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
		if (c != '\0' && strchr(plain, c))
			buf_putc(&text, c);
		else
			buf_printf(&text, "%%%02X", c);
	}
	bytes out = arena_bytes(a, buf_bytes(&text));

	buf_done(&text);
	return out;
}

/* Somebody has decided about it in a document that is merged. */
static bool is_decided(const struct run *r, const struct finding *f, const struct purl *image)
{
	const struct vex_list *list = &r->judging.papers.vex;
	struct arena *a = &r->job->arena;

	if (vex_find(list, f->match.id, f->purl, image, a))
		return true;
	for (size_t i = 0; i < f->about->aliases.len; i++)
		if (vex_find(list, f->about->aliases.items[i], f->purl, image, a))
			return true;
	return false;
}

static bool is_meant(const struct run *r, const struct finding *f, const struct purl *image)
{
	for (size_t i = 0; i < r->flags->id.len; i++) {
		bytes id = bytes_str(r->flags->id.items[i]);

		if (bytes_equal_nocase(id, f->match.id))
			return true;
		for (size_t k = 0; k < f->about->aliases.len; k++)
			if (bytes_equal_nocase(id, f->about->aliases.items[k]))
				return true;
	}
	return r->flags->id.len == 0 && !is_decided(r, f, image);
}

/* One decision for each id of an image, with the packages as its parts; without an image each
 * package is a product. */
static void decide(struct run *r, const struct finding *f, bytes image)
{
	struct arena *a = &r->job->arena;
	bytes package = arena_bytes(a, bytes_str(f->purl_text));
	struct vex_decision *d = NULL;

	for (size_t i = 0; i < r->decisions.len && !d; i++) {
		struct vex_decision *x = &r->decisions.items[i];

		if (bytes_equal(x->id, f->match.id) &&
		    bytes_equal(x->product, image.n > 0 ? image : package))
			d = x;
	}
	if (!d) {
		d = ARENA_PUSH(a, &r->decisions);
		d->id = arena_bytes(a, f->match.id);
		d->product = image.n > 0 ? image : package;
		for (size_t i = 0; i < f->about->aliases.len; i++)
			*ARENA_PUSH(a, &d->aliases) = arena_bytes(a, f->about->aliases.items[i]);
	}
	for (size_t i = 0; i < d->parts.len; i++)
		if (bytes_equal(d->parts.items[i], package))
			return; /* the same in another file */
	if (image.n > 0)
		*ARENA_PUSH(a, &d->parts) = package;
}

static void decide_all(struct run *r, const struct findings *list, const struct scan *scan,
                       bytes image)
{
	for (size_t i = 0; i < list->len; i++)
		if (is_meant(r, &list->items[i], &scan->itself))
			decide(r, &list->items[i], image);
}

/* What is not found here may be found by others: then the image as a whole is meant. */
static int decide_rest(struct run *r, const struct scan *scan, bytes image, err *e)
{
	for (size_t i = 0; i < r->flags->id.len; i++) {
		struct finding f = { .match.id = bytes_str(r->flags->id.items[i]) };
		bool known = false;

		for (size_t k = 0; k < r->decisions.len; k++) {
			const struct vex_decision *d = &r->decisions.items[k];

			known |= bytes_equal_nocase(d->id, f.match.id);
			for (size_t n = 0; n < d->aliases.len; n++)
				known |= bytes_equal_nocase(d->aliases.items[n], f.match.id);
		}
		if (known)
			continue;
		if (image.n == 0)
			return err_set(e, ERR_ABSENT, 0, "%s is not found in %s", SHOW(f.match.id),
			               SHOW(scan->page.target));
		message_note(r->job, r->flags->id.items[i],
		             "not found here, so the statement is about the image as a whole");
		struct vex_decision *d = ARENA_PUSH(&r->job->arena, &r->decisions);

		d->id = f.match.id;
		d->product = image;
	}
	return 0;
}

static int find(struct run *r, const char *target, err *e)
{
	struct scan scan;
	int done = judging_scan(&r->judging, target, &scan, e);

	progress_end(&r->reading.progress);
	if (done < 0)
		return err_wrap(e, "%s", SHOW(bytes_str(target)));
	bytes image = image_purl(&scan.itself, &r->job->arena);

	decide_all(r, &scan.gate.found, &scan, image);
	if (r->flags->id.len > 0)
		decide_all(r, &scan.gate.suppressed, &scan, image); /* ignored: now with a reason */
	int result = decide_rest(r, &scan, image, e);

	scan_done(&scan);
	if (result == 0 && r->decisions.len == 0 && r->flags->merge.len == 0)
		return err_set(e, ERR_ABSENT, 0, "%s: nothing is found, so there is nothing to say",
		               SHOW(bytes_str(target)));
	return result;
}

/* -- the document ------------------------------------------------------------------------------ */

static int write_merged(struct run *r, struct stream *out, err *e)
{
	const struct texts *names = &r->flags->merge;
	struct paper *papers = arena_array(&r->job->arena, struct paper, names->len + 1);
	buf text = BUF_INIT(LIMIT_SETTINGS);
	struct stream own;

	for (size_t i = 0; i < names->len; i++) {
		papers[i].name = names->items[i];
		if (file_read_all(names->items[i], LIMIT_SETTINGS, &r->job->arena, &papers[i].text, e) < 0)
			return -1;
	}
	stream_init(&own, stream_to_buf, &text);
	vex_write(&r->words, r->decisions.items, r->decisions.len, r->job->now, &own);
	int result = stream_finish(&own, e);

	papers[names->len] = (struct paper){ .name = "this run", .text = buf_bytes(&text) };
	if (result == 0)
		result = scan_papers_merge(papers, names->len + 1, r->job->now, out, e);
	buf_done(&text);
	return result;
}

static int write_document(struct run *r, struct outputs *outputs, err *e)
{
	for (size_t i = 0; i < outputs->len; i++) {
		struct stream *out = output_stream(outputs, i);

		if (r->flags->merge.len == 0)
			vex_write(&r->words, r->decisions.items, r->decisions.len, r->job->now, out);
		else if (write_merged(r, out, e) < 0)
			return -1;
	}
	return outputs_commit(outputs, e);
}

static int take_words(struct run *r, err *e)
{
	const struct statement_flags *s = &r->flags->statement;

	r->words = (struct vex_words){ .status = VEX_UNDER_INVESTIGATION,
		                           .author = s->author ? s->author : "Unknown Author",
		                           .justification = s->justification,
		                           .impact = s->impact,
		                           .action = s->action,
		                           .notes = s->notes };
	if (r->flags->status)
		(void)vex_status_from(r->flags->status, &r->words.status); /* FLAG_CHOICE knows it */
	return vex_words_check(&r->words, e);
}

static int vex_run_applet(struct job *job, const void *options, const struct texts *targets, err *e)
{
	struct run r = { .job = job, .flags = options };
	struct judging_flags judged = r.flags->judging;
	struct outputs outputs = { 0 };
	const char *target = targets->items[0];
	int result = take_words(&r, e);

	if (result == 0)
		result = reading_prepare(&r.reading, job, &r.flags->reading, &r.flags->network, target, e);
	if (result == 0)
		result = outputs_open(job, "openvex", &r.flags->output, "openvex", &outputs, e);
	if (result == 0) {
		r.reading.progress.target = target;
		judged.vex = r.flags->merge;
		result = judging_prepare(&r.judging, job, &judged, &r.reading, e);
	}
	if (result == 0 && (result = find(&r, target, e)) == 0)
		result = write_document(&r, &outputs, e);
	outputs_close(&outputs);
	judging_done(&r.judging);
	return result < 0 ? -1 : STATUS_DONE;
}

const struct applet applet_vex = {
	.name = "vex",
	.brief = "say which findings concern you, as OpenVEX",
	.operands = "TARGET",
	.about = "Writes what is decided about findings for 'oakum scan --vex' and others.",
	.operands_min = 1,
	.operands_max = 1,
	.flags = flags,
	.groups = { { &statement_flag_group, FIELD(statement) },
	            { &reading_flag_group, FIELD(reading) },
	            { &network_flag_group, FIELD(network) } },
	.options_size = sizeof(struct vex_flags),
	.examples = { { "oakum vex shop.tar --id CVE-2026-0001 --status not_affected --impact 'no TLS'",
	                "one decision, on standard output" },
	              { "oakum vex --merge shop.vex.json -o shop.vex.json shop.tar",
	                "what is new begins as under_investigation" } },
	.run = vex_run_applet,
};
