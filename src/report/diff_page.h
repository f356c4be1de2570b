/* SPDX-License-Identifier: Apache-2.0 */
/* diff_page - in what two images or bills differ; filled by flow/diff.c, shown by diff_show.c.
 *
 * Threading: constant once filled. */
#pragma once

#include "fmt/stream.h"
#include "report/terminal.h"

enum diff_kind { DIFF_ADDED, DIFF_REMOVED, DIFF_NEWER, DIFF_OLDER, DIFF_CHANGED };

struct diff_package {
	enum diff_kind kind;
	bytes type, name, before, after; /* versions; one is empty for what was added or removed */
};

struct diff_setting { /* user, entrypoint, env, port, ...: a value, or one item of a list */
	enum diff_kind kind;
	const char *name;
	bytes before, after;
};

struct diff_layer {
	bytes diff_id;
	uint64_t size; /* expanded */
	bool before, after;
};

/* One row of the table of two images: what it weighs, what an attacker would find. */
enum diff_unit { DIFF_COUNT, DIFF_SIZE, DIFF_TEXT };

struct diff_value {
	bool known;
	uint64_t number;
	bytes text; /* of DIFF_TEXT */
};

struct diff_measure {
	const char *name;
	enum diff_unit unit;
	struct diff_value before, after;
};

struct diff_page {
	bytes before, after; /* what was compared, as the user named it */
	struct {
		struct diff_package *items;
		size_t len, cap;
	} packages;
	struct {
		struct diff_setting *items;
		size_t len, cap;
	} settings;
	struct {
		struct diff_layer *items;
		size_t len, cap;
	} layers;
	struct {
		struct diff_measure *items;
		size_t len, cap;
	} measures;                       /* shown when both are images */
	bool images;                      /* both are: settings, layers and sizes are known */
	uint64_t size_before, size_after; /* of all files */
	uint64_t packages_before, packages_after;
};

/* diff_equal(page): nothing differs. */
bool diff_equal(const struct diff_page *page);
const char *diff_kind_name(enum diff_kind kind);
void diff_text(const struct diff_page *page, const struct terminal *terminal, struct stream *out);
void diff_json(const struct diff_page *page, struct stream *out);
