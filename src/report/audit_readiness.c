/* SPDX-License-Identifier: Apache-2.0 */
#include "report/audit_readiness.h"

#include "confine/hardening.h"
#include "report/layout.h"

#include <inttypes.h>

/* The names of those that hold, or that do not, and in brackets why not. */
static void show_settings(struct layout *l, const struct audit_page *page, const char *label,
                          bool holds)
{
	enum style style = holds ? STYLE_GOOD : STYLE_WARN;
	size_t left = 0;

	for (size_t i = 0; i < PAGE_SETTINGS; i++)
		left += page->readiness.settings[i].holds == holds;
	if (left == 0)
		return;
	layout_label(l, label);
	for (size_t i = 0; i < PAGE_SETTINGS; i++) {
		const struct page_setting *s = &page->readiness.settings[i];

		if (s->holds != holds)
			continue;
		const char *tail = --left > 0 ? "," : "";

		if (s->why)
			layout_printf(l, style, "%s (%s)%s", s->name, s->why, tail);
		else
			layout_printf(l, style, "%s%s", s->name, tail);
	}
	layout_end(l);
}

void audit_readiness_text(const struct audit_page *page, struct layout *l)
{
	if (!page->readiness.settings[0].name)
		return;
	layout_label(l, "hardened");
	layout_printf(l, STYLE_PLAIN,
	              "oakum run: uid %" PRIu32 ", read-only, no capability, loopback, /tmp %u MiB",
	              page->readiness.uid, (unsigned)(HARDENING_TMP >> 20));
	layout_end(l);
	show_settings(l, page, "holds", true);
	show_settings(l, page, "lacks", false);
}

void audit_readiness_json(const struct audit_page *page, struct json_writer *w)
{
	if (!page->readiness.settings[0].name)
		return;
	json_write_object(w, "runtime");
	json_write_u64(w, "uid", page->readiness.uid);
	json_write_u64(w, "gid", page->readiness.gid);
	json_write_array(w, "tmpfs");
	json_write_object(w, NULL);
	json_write_text(w, "path", "/tmp");
	json_write_u64(w, "size", HARDENING_TMP);
	json_write_end(w);
	json_write_end(w);
	json_write_u64(w, "memory", HARDENING_MEMORY);
	json_write_u64(w, "processes", HARDENING_PROCESSES);
	json_write_array(w, "settings");
	for (size_t i = 0; i < PAGE_SETTINGS; i++) {
		json_write_object(w, NULL);
		json_write_text(w, "setting", page->readiness.settings[i].name);
		json_write_bool(w, "holds", page->readiness.settings[i].holds);
		if (page->readiness.settings[i].why)
			json_write_text(w, "why", page->readiness.settings[i].why);
		json_write_end(w);
	}
	json_write_end(w);
	json_write_end(w);
}
