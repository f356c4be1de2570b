/* SPDX-License-Identifier: Apache-2.0 */
/* issues - what judgements found, in one form, and the reports of it that other programs read.
 *
 * Pages of one target (scan_page.h, check_page.h, secrets_page.h) are added one by one; what a
 * report needs is copied, so that a page may go. Each report is then one function over the whole,
 * whatever the judgement was: a new format is one file and one line in issues.c. Texts are
 * untrusted octets; every writer escapes them for its own format.
 * Limits: LIMIT_ISSUES, LIMIT_ISSUES_OCTETS; what is beyond is counted. Threading: belongs to one
 * thread. */
#pragma once

#include "base/map.h"
#include "crypto/digest.h"
#include "fmt/stream.h"
#include "model/severity.h"

enum issue_kind { ISSUE_SYSTEM_PACKAGE, ISSUE_LANGUAGE_PACKAGE, ISSUE_SETTING, ISSUE_SECRET };

/* What was judged: a report is about one of them. */
enum issues_subject { ISSUES_OF_PACKAGES, ISSUES_OF_SETTINGS, ISSUES_OF_SECRETS, ISSUES_OF_IMAGES };

/* What is alike wherever one id is found. */
struct issue_rule {
	bytes id;    /* "CVE-2026-0001", "KP008", "github-token" */
	bytes title; /* one line */
	bytes about; /* sentences; may be empty */
	bytes mend;  /* how, in a sentence; empty for packages */
	bytes refs;  /* other tools' ids and standards, divided by ", "; may be empty */
	bytes link;  /* where a person reads more; may be empty */
};

/* CVSS: vectors may be empty, scores are tenths, 0 is none. */
struct issue_score {
	bytes v2_vector, v3_vector, v4_vector;
	unsigned v2, v3, v4;
};

/* Lines and columns from 1; columns count UTF-16 code units, as SARIF and editors do. The end is
 * behind the last letter. line 0: nobody knows. */
struct issue_region {
	uint32_t line, column, end_line, end_column;
};

struct issue {
	const struct issue_rule *rule;
	enum issue_kind kind;
	enum severity severity;
	size_t target;       /* index in issues.targets */
	bytes file;          /* below the target, or as named; empty: the target as a whole */
	bool in_sources;     /* file is one that a person edits, not one of an image */
	struct issue_region region;
	bytes where;         /* in the file or image: "Deployment shop, container web"; may be empty */
	bytes message;       /* of settings and secrets: what is wrong here */
	bytes package, version, fixed, purl; /* of packages; fixed may be empty */
	struct issue_score score;
	const char *status;  /* why there is no fix: "will_not_fix". Static; or NULL */
	bool exploited;      /* CISA's catalogue has it */
	bool can_be_fixed;   /* an update or --fix */
	char fingerprint[65]; /* the same from build to build: hex */
};

struct issue_target {
	bytes name;             /* as it was named */
	bytes system;           /* "debian 12.5"; may be empty */
	bytes reference;        /* an image's tag or repository; may be empty */
	digest config, manifest; /* of an image; may be none */
	bool failed;             /* it could not be judged, or not whole: its notes say why */
	struct {
		const char **items; /* what a reader must know of this judgement: gaps, age of the data */
		size_t len, cap;
	} notes;
};

struct issues {
	enum issues_subject subject;
	int64_t now; /* seconds */
	struct issue *items; /* those of a target stand together, in the order of targets */
	size_t len, cap;
	struct {
		struct issue_target *items;
		size_t len, cap;
	} targets;
	uint64_t left_out; /* beyond the limits */
	struct map rules, seen; /* rules by id; how often a fingerprint's text came */
	struct arena arena;
};

/* issues_init(all, subject, now): empty. issues_done frees. */
void issues_init(struct issues *all, enum issues_subject subject, int64_t now);
void issues_done(struct issues *all);

/* issues_add_failure(all, name, e): a target that could not be judged. The pages. */
struct scan_page;
struct check;
struct secrets_page;
struct audit_page;
struct prove_page;
void issues_add_failure(struct issues *all, bytes name, const err *e);
void issues_add_scan(struct issues *all, const struct scan_page *page);
void issues_add_check(struct issues *all, const struct check *check);
void issues_add_secrets(struct issues *all, const struct secrets_page *page);
void issues_add_audit(struct issues *all, const struct audit_page *page);
void issues_add_prove(struct issues *all, const struct prove_page *page);

/* ISSUES_FORMATS: the names of the reports, divided by |. issues_is_format(name): one of them.
 * issues_write(all, format, out): the report. */
#define ISSUES_FORMATS "sarif|junit|gitlab|annotations|markdown|html"
bool issues_is_format(const char *name);
void issues_write(const struct issues *all, const char *format, struct stream *out);

/* -- for the pages and the writers ------------------------------------------------------------- */

/* issue_rule_of(rule): as reports tell it. Borrows.
 * issues_target(all, name): the last if that is its name, else a new one. Copies.
 * issues_note(all, text): something to know of the last target. Copies.
 * issues_add(all, rule, issue, key): copies both; rule counts the first time its id comes. What is
 * alike in `key` (one text) is told apart by its number, so that no two fingerprints are equal. */
struct rule;
struct issue_rule issue_rule_of(const struct rule *rule);
struct issue_target *issues_target(struct issues *all, bytes name);
void issues_note(struct issues *all, const char *text);
void issues_add(struct issues *all, const struct issue_rule *rule, const struct issue *issue,
                bytes key);

/* issues_ranked(all, a): all of them, worst first, else in their order. Arena. */
const struct issue **issues_ranked(const struct issues *all, struct arena *a);

/* issues_name_packages(all): may there be findings in packages?
 * issue_path(folder, path, a): of a file below a folder, as its user would type it. Arena.
 * issue_place(all, i): the file that a report names: its own, else the target. Borrows.
 * issue_remedy(i, a): "Update openssl to 3.0.16-1."; empty when nothing is known. Arena.
 * issue_message(i, a): what is wrong, in one line. Arena. issues_summary(all, a): "12 findings (1
 * critical, 3 high)". Arena.
 * issue_level(s): "error", "warning", "note": what SARIF knows. Static.
 * issue_cut(text, n): at most n octets of its front, whole letters. Borrows. */
static inline bool issues_name_packages(const struct issues *all)
{
	return all->subject == ISSUES_OF_PACKAGES || all->subject == ISSUES_OF_IMAGES;
}
bytes issue_path(const char *folder, bytes path, struct arena *a);
bytes issue_place(const struct issues *all, const struct issue *i);
bytes issue_remedy(const struct issue *i, struct arena *a);
bytes issue_message(const struct issue *i, struct arena *a);
const char *issues_summary(const struct issues *all, struct arena *a);
const char *issue_level(enum severity s);
bytes issue_cut(bytes text, size_t n);

/* The formats, one file each. */
void issues_sarif(const struct issues *all, struct stream *out);
void issues_junit(const struct issues *all, struct stream *out);
void issues_gitlab(const struct issues *all, struct stream *out);
void issues_annotations(const struct issues *all, struct stream *out);
void issues_markdown(const struct issues *all, struct stream *out);
void issues_html(const struct issues *all, struct stream *out);
