/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/diff_measure.h"

#include "base/limits.h"
#include "base/text.h"
#include "flow/prove.h"
#include "flow/secrets.h"

enum measure {
	COMPRESSED,
	UNPACKED,
	FILES,
	PACKAGES,
	VULNERABILITIES,
	CRITICAL,
	HIGH,
	SECRETS,
	SETUID,
	SHELLS,
	USER,
	SETTINGS,
	ATTACKS,
	MEASURES,
};

static const struct diff_measure rows[MEASURES] = {
	[COMPRESSED] = { .name = "compressed", .unit = DIFF_SIZE },
	[UNPACKED] = { .name = "unpacked", .unit = DIFF_SIZE },
	[FILES] = { .name = "files", .unit = DIFF_COUNT },
	[PACKAGES] = { .name = "packages", .unit = DIFF_COUNT },
	[VULNERABILITIES] = { .name = "vulnerabilities", .unit = DIFF_COUNT },
	[CRITICAL] = { .name = "critical", .unit = DIFF_COUNT },
	[HIGH] = { .name = "high", .unit = DIFF_COUNT },
	[SECRETS] = { .name = "secrets", .unit = DIFF_COUNT },
	[SETUID] = { .name = "setuid", .unit = DIFF_COUNT },
	[SHELLS] = { .name = "shells", .unit = DIFF_COUNT },
	[USER] = { .name = "user", .unit = DIFF_TEXT },
	[SETTINGS] = { .name = "hardened", .unit = DIFF_COUNT }, /* settings it keeps to */
	[ATTACKS] = { .name = "attacks held", .unit = DIFF_COUNT },
};

struct column {
	struct arena *arena;
	struct diff_value values[MEASURES];
};

static void set(struct column *c, enum measure measure, uint64_t number)
{
	c->values[measure] = (struct diff_value){ .known = true, .number = number };
}

static void take_user(struct column *c, const struct page_identity *who)
{
	bytes text = who->has_uid && who->uid > 0 ? bytes_str(arena_printf(c->arena, "%u", who->uid))
	                                          : who->written;

	if (who->what == PAGE_USER_NONE)
		return;
	if (who->what == PAGE_USER_ROOT)
		text = BYTES("root");
	c->values[USER] = (struct diff_value){ .known = true, .text = arena_bytes(c->arena, text) };
}

static void take_page(struct column *c, const struct audit_page *page)
{
	uint64_t shells = 0, held = 0;

	for (size_t i = 0; i < page->tools.len; i++)
		shells += page->tools.items[i].group == PAGE_SHELL;
	for (size_t i = 0; i < PAGE_SETTINGS; i++)
		held += page->readiness.settings[i].holds;
	if (page->compressed > 0)
		set(c, COMPRESSED, page->compressed);
	set(c, UNPACKED, page->visible);
	set(c, FILES, page->files);
	set(c, SETUID, page->setuid.total + page->setgid.total + page->capabilities.total);
	set(c, SHELLS, shells);
	take_user(c, &page->user);
	if (page->image->has_config)
		set(c, SETTINGS, held);
	if (page->secrets)
		set(c, SECRETS, secrets_at_least(page->secrets, SEVERITY_MEDIUM));
}

static void take_findings(struct column *c, const struct findings *found)
{
	uint64_t critical = 0, high = 0;

	for (size_t i = 0; i < found->len; i++) {
		critical += found->items[i].rating.severity == SEVERITY_CRITICAL;
		high += found->items[i].rating.severity == SEVERITY_HIGH;
	}
	set(c, VULNERABILITIES, found->len);
	set(c, CRITICAL, critical);
	set(c, HIGH, high);
}

static int look_up(const struct bill *bill, const struct diff_options *o, struct column *c, err *e)
{
	const struct scan_options options = { .now = o->bill.now,
		                                  .db = o->db,
		                                  .gate = { .severities = GATE_ALL, .no_texts = true } };
	struct scan scan;

	if (scan_judge(&bill->image, &bill->facts, &options, &scan, e) < 0)
		return -1;
	take_findings(c, &scan.gate.found);
	scan_done(&scan);
	return 0;
}

static int attack(const struct bill *bill, const struct diff_options *o, struct column *c, err *e)
{
	const struct image_options *image = &o->bill.image;
	struct prove_options options = {
		.launch = { .rootfs = { .source = { .environment = o->environment,
		                                    .tmp_dir = image->tmp_dir },
		                        .platform = image->platform },
		            .host = { .environment = o->environment } },
	};
	struct prove_container proven;
	uint64_t held = 0;

	options.launch.rootfs.unpack.deadline = deadline_in(image->timeout_ms ? image->timeout_ms
	                                                                      : LIMIT_TIME_MS);
	if (image->network)
		options.launch.rootfs.source.registry = image->network->registry;
	if (prove_image(&bill->image.target, &options, c->arena, &proven, e) < 0)
		return -1;
	for (size_t i = 0; i < proven.probes.len; i++)
		held += proven.probes.items[i].held;
	set(c, ATTACKS, held);
	return 0;
}

static int judge(const struct bill *bill, const struct diff_options *o, struct column *c, err *e)
{
	struct secrets_page secrets = { 0 };
	struct coverage coverage = { 0 };
	struct audit_page page;

	if (!o->skip_secrets && secrets_collect(&bill->image, c->arena, &secrets, e) < 0)
		return -1;
	audit_judge(&bill->image, &bill->facts, &coverage, o->skip_secrets ? NULL : &secrets,
	            o->bill.now, &page);
	take_page(c, &page);
	page_done(&page);
	if (o->db && look_up(bill, o, c, e) < 0)
		return -1;
	return o->prove ? attack(bill, o, c, e) : 0;
}

int diff_measure(const struct bill *bill, const struct diff_options *o, bool after, struct arena *a,
                 struct diff_page *out, err *e)
{
	struct column c = { .arena = a };

	if (judge(bill, o, &c, e) < 0)
		return -1;
	set(&c, PACKAGES, after ? out->packages_after : out->packages_before);
	for (size_t i = 0; i < MEASURES; i++) {
		if (out->measures.len == i)
			*ARENA_PUSH(a, &out->measures) = rows[i];
		if (after)
			out->measures.items[i].after = c.values[i];
		else
			out->measures.items[i].before = c.values[i];
	}
	return 0;
}
