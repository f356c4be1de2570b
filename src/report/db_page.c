/* SPDX-License-Identifier: Apache-2.0 */
#include "report/db_page.h"

#include "base/text.h"
#include "fmt/json_write.h"
#include "vuln/feed.h"

#include <time.h>

#define DAY INT64_C(86400)

/* 1970-01-01 was a Thursday: day 5 a Tuesday. */
static int64_t second_tuesday(int64_t first_of_month)
{
	int64_t day = first_of_month / DAY;

	return (day + ((5 - day) % 7 + 7) % 7 + 7) * DAY;
}

static int64_t month_begin(int64_t now, int back)
{
	time_t t = (time_t)now;
	struct tm tm;

	if (!gmtime_r(&t, &tm))
		return 0;
	tm = (struct tm){ .tm_year = tm.tm_year, .tm_mon = tm.tm_mon - back, .tm_mday = 1 };
	return (int64_t)timegm(&tm);
}

int64_t patch_tuesday(int64_t now)
{
	int64_t tuesday = second_tuesday(month_begin(now, 0));

	return tuesday <= now ? tuesday : second_tuesday(month_begin(now, 1));
}

static int64_t days_old(int64_t built, int64_t now)
{
	return now > built ? (now - built) / DAY : 0;
}

/* -- for people -------------------------------------------------------------------------------- */

/* feed_age(f, now, out): in days; false when no record bears a date. */
static bool feed_age(const struct database_feed *f, int64_t now, uint64_t *out)
{
	int64_t newest;

	if (!text_from_date(f->newest, &newest))
		return false;
	*out = (uint64_t)days_old(newest, now);
	return true;
}

static void show_feed(const struct database_feed *f, int64_t now, struct stream *out)
{
	uint64_t days;

	stream_printf(out, "  %-16s %-10s ", feed_kind_name(f->kind),
	              f->newest.n > 0 ? SHOW(f->newest) : "unknown");
	stream_printf(out, "%6s ", feed_age(f, now, &days) ? COUNT_TEXT(days) : "-");
	stream_printf(out, "%12s %12s  ", COUNT_TEXT(f->advisories), COUNT_TEXT(f->vulnerabilities));
	stream_show(out, f->name);
	if (f->documents > 1)
		stream_printf(out, " (%s documents)", COUNT_TEXT(f->documents));
	if (f->faults > 0)
		stream_printf(out, ", %s left out", COUNT_TEXT(f->faults));
	if (f->passed_over > 0)
		stream_printf(out, ", %s no feed", COUNT_TEXT(f->passed_over));
	stream_puts(out, "\n");
}

void db_page(const struct database_info *info, const char *path, int64_t now, struct stream *out)
{
	stream_show(out, bytes_str(path));
	stream_printf(out, ": %zu feeds, %zu distributions and ecosystems\n", info->feeds.len,
	              info->spaces.len);
	if (info->built > 0)
		stream_printf(out, "Newest record: %s, %s days ago\n", DATE_TEXT(info->built),
		              COUNT_TEXT((uint64_t)days_old(info->built, now)));
	else
		stream_puts(out, "How old it is, none of its feeds says.\n");
	if (info->built > 0 && info->built < patch_tuesday(now))
		stream_printf(out, "Older than the last Patch Tuesday (%s): oakum db update.\n",
		              DATE_TEXT(patch_tuesday(now)));
	if (info->restricted)
		stream_puts(out, "Holds a feed whose licence forbids passing it on.\n");
	stream_printf(out, "\n  %-16s %-10s %6s %12s %12s  %s\n", "feed", "newest", "days",
	              "advisories", "known", "from");
	for (size_t i = 0; i < info->feeds.len; i++)
		show_feed(&info->feeds.items[i], now, out);
}

/* -- for programs ------------------------------------------------------------------------------ */

static void write_feed(struct json_writer *w, const struct database_feed *f, int64_t now)
{
	uint64_t days;

	json_write_object(w, NULL);
	json_write_text(w, "kind", feed_kind_name(f->kind));
	json_write_octets(w, "name", f->name);
	if (digest_size(&f->digest) > 0)
		json_write_text(w, "digest", DIGEST_TEXT(&f->digest));
	json_write_some(w, "newest", f->newest);
	if (feed_age(f, now, &days))
		json_write_u64(w, "days_old", days);
	json_write_u64(w, "documents", f->documents);
	json_write_u64(w, "advisories", f->advisories);
	json_write_u64(w, "vulnerabilities", f->vulnerabilities);
	json_write_u64(w, "left_out", f->faults);
	json_write_u64(w, "no_feed", f->passed_over);
	json_write_end(w);
}

void db_page_json(const struct database_info *info, const digest *root, int64_t now,
                  struct stream *out)
{
	struct json_writer w;

	json_write_init(&w, out);
	json_write_object(&w, NULL);
	json_write_text(&w, "schema", "oakum-db");
	json_write_u64(&w, "version", 1);
	json_write_text(&w, "digest", DIGEST_TEXT(root));
	if (info->built > 0) {
		json_write_text(&w, "newest", DATE_TEXT(info->built));
		json_write_u64(&w, "days_old", (uint64_t)days_old(info->built, now));
	}
	json_write_bool(&w, "before_patch_tuesday", info->built < patch_tuesday(now));
	json_write_bool(&w, "restricted", info->restricted);
	json_write_array(&w, "feeds");
	for (size_t i = 0; i < info->feeds.len; i++)
		write_feed(&w, &info->feeds.items[i], now);
	json_write_end(&w);
	json_write_array(&w, "spaces");
	for (size_t i = 0; i < info->spaces.len; i++)
		if (text_is_utf8(info->spaces.items[i])) /* others are no names of ours */
			json_write_str(&w, NULL, info->spaces.items[i]);
	json_write_end(&w);
	json_write_end(&w);
}
