/* SPDX-License-Identifier: Apache-2.0 */
/* GitLab's security reports, schema 15.0: container_scanning of packages, sast of settings,
 * secret_detection of secrets. */
#include "report/issues.h"

#include "base/text.h"
#include "fmt/json_write.h"

#include <stdio.h>

/* The schema's own bounds. */
#define NAME_MOST 255
#define TEXT_MOST 1048576
#define SOLUTION_MOST 7000

static const char *const types[] = { "container_scanning", "sast", "secret_detection",
	                                 "container_scanning" };

static void write_time(struct json_writer *w, const char *name, int64_t now)
{
	char time[64];

	snprintf(time, sizeof(time), "%sT%02d:%02d:%02d", DATE_TEXT(now), (int)(now / 3600 % 24),
	         (int)(now / 60 % 60), (int)(now % 60));
	json_write_text(w, name, time);
}

static void write_tool(struct json_writer *w, const char *name)
{
	json_write_object(w, name);
	json_write_text(w, "id", "oakum");
	json_write_text(w, "name", "Oakum");
	json_write_object(w, "vendor");
	json_write_text(w, "name", "Oakum");
	json_write_end(w);
	json_write_text(w, "version", OAKUM_VERSION);
	json_write_end(w);
}

/* A report has one type: what is found besides packages is in those of
 * 'oakum secrets' and 'oakum check'. */
static bool fits(const struct issues *all, const struct issue *i)
{
	return issues_name_packages(all) == (i->package.n > 0);
}

static void write_message(struct json_writer *w, const char *text)
{
	json_write_object(w, NULL);
	json_write_text(w, "level", "warn");
	json_write_text(w, "value", text);
	json_write_end(w);
}

static void write_messages(struct json_writer *w, const struct issues *all)
{
	size_t others = 0;

	for (size_t i = 0; i < all->len; i++)
		others += !fits(all, &all->items[i]);
	json_write_array(w, "messages");
	for (size_t i = 0; i < all->targets.len; i++)
		for (size_t k = 0; k < all->targets.items[i].notes.len; k++)
			write_message(w, all->targets.items[i].notes.items[k]);
	if (others > 0)
		write_message(w, "findings of another kind are not in this report");
	json_write_end(w);
}

static void write_scan(struct json_writer *w, const struct issues *all)
{
	bool failed = false;

	for (size_t i = 0; i < all->targets.len; i++)
		failed |= all->targets.items[i].failed;
	json_write_object(w, "scan");
	write_tool(w, "analyzer");
	write_tool(w, "scanner");
	write_time(w, "start_time", all->now);
	write_time(w, "end_time", all->now);
	json_write_text(w, "status", failed ? "failure" : "success");
	json_write_text(w, "type", types[all->subject]);
	write_messages(w, all);
	json_write_end(w);
}

/* The first is what GitLab knows a finding by. An id is never empty there. */
static void write_identifier(struct json_writer *w, const struct issue *i)
{
	const struct issue_rule *r = i->rule;
	bytes id = r->id.n > 0 ? r->id : BYTES("unknown");

	json_write_array(w, "identifiers");
	json_write_object(w, NULL);
	json_write_text(w, "type",
	                bytes_starts(id, BYTES("CVE-"))    ? "cve"
	                : bytes_starts(id, BYTES("GHSA-")) ? "ghsa"
	                : bytes_starts(id, BYTES("USN-"))  ? "usn"
	                                                   : "oakum");
	json_write_str(w, "name", id);
	json_write_str(w, "value", id);
	if (r->link.n > 0)
		json_write_str(w, "url", r->link);
	json_write_end(w);
	json_write_end(w);
}

static void write_package(struct json_writer *w, const struct issues *all, const struct issue *i)
{
	const struct issue_target *t = &all->targets.items[i->target];

	json_write_object(w, "dependency");
	json_write_object(w, "package");
	json_write_str(w, "name", i->package);
	json_write_end(w);
	json_write_str(w, "version", i->version);
	json_write_end(w);
	json_write_str(w, "operating_system", t->system.n > 0 ? t->system : BYTES("unknown"));
	json_write_str(w, "image", t->name);
}

static void write_location(struct json_writer *w, const struct issues *all, const struct issue *i)
{
	json_write_object(w, "location");
	if (i->package.n > 0) {
		write_package(w, all, i);
	} else {
		json_write_str(w, "file", issue_place(all, i));
		json_write_u64(w, "start_line", i->region.line ? i->region.line : 1);
		json_write_u64(w, "end_line", i->region.line ? i->region.end_line : 1);
	}
	if (all->subject == ISSUES_OF_SECRETS) {
		json_write_object(w, "commit"); /* required; what is searched is no history */
		json_write_text(w, "sha", "0000000");
		json_write_end(w);
	}
	json_write_end(w);
}

/* A name says nothing of the place. */
static void write_issue(struct json_writer *w, const struct issues *all, const struct issue *i,
                        struct arena *a)
{
	static const char *const words[] = { "Unknown", "Info", "Low", "Medium", "High", "Critical" };
	const struct issue_rule *r = i->rule;
	bytes about = r->about.n > 0 ? r->about : r->title, remedy = issue_remedy(i, a);
	const char *name = i->package.n > 0
	                       ? arena_printf(a, PRIb " in " PRIb, BYTESF(r->id), BYTESF(i->package))
	                       : arena_str(a, r->title);

	json_write_object(w, NULL);
	json_write_text(w, "id", i->fingerprint);
	json_write_str(w, "name", issue_cut(bytes_str(name), NAME_MOST));
	json_write_str(w, "description",
	               issue_cut(bytes_str(arena_printf(a, PRIb "\n\n" PRIb,
	                                                BYTESF(issue_message(i, a)), BYTESF(about))),
	                         TEXT_MOST));
	json_write_text(w, "severity", words[i->severity]);
	if (remedy.n > 0)
		json_write_str(w, "solution", issue_cut(remedy, SOLUTION_MOST));
	write_identifier(w, i);
	json_write_array(w, "links");
	if (r->link.n > 0) {
		json_write_object(w, NULL);
		json_write_str(w, "url", r->link);
		json_write_end(w);
	}
	json_write_end(w);
	write_location(w, all, i);
	json_write_end(w);
}

void issues_gitlab(const struct issues *all, struct stream *out)
{
	struct arena scratch = ARENA_INIT;
	struct json_writer w;

	json_write_init(&w, out);
	json_write_object(&w, NULL);
	json_write_text(&w, "version", "15.0.7");
	write_scan(&w, all);
	json_write_array(&w, "vulnerabilities");
	for (size_t i = 0; i < all->len; i++) {
		if (fits(all, &all->items[i]))
			write_issue(&w, all, &all->items[i], &scratch);
		arena_reset(&scratch);
	}
	json_write_end(&w);
	json_write_array(&w, "remediations");
	json_write_end(&w);
	json_write_end(&w);
	arena_done(&scratch);
}
