/* SPDX-License-Identifier: Apache-2.0 */
/* feed_parts - what several readers of JSON feeds need; for feed_*.c alone. */
#pragma once

#include "fmt/json.h"
#include "vuln/advisory.h"

/* A document that is read. */
struct feed_job {
	const struct feed_sink *sink;
	struct arena *arena;
	err *e;
};

/* feed_text(j, object, name): a member's text, without blanks at its ends; "" when it has none.
 * feed_date(j, date): the day of the document as it says itself; an empty one is passed over.
 * feed_fault(j, where, what): count and name what is left out. */
bytes feed_text(const struct feed_job *j, json object, const char *name);
int feed_date(const struct feed_job *j, bytes date);
int feed_fault(const struct feed_job *j, bytes where, const char *what);
/* feed_fix(j, a, version): a is in all versions before this one; an empty one: in all. False when
 * it is no version of a's space. */
bool feed_fix(const struct feed_job *j, struct advisory *a, bytes version);
/* feed_emit(j, a), feed_emit_vulnerability(j, v): hand it on, or count it as a fault when it could
 * not be found by anything. */
int feed_emit(const struct feed_job *j, const struct advisory *a);
int feed_emit_vulnerability(const struct feed_job *j, const struct vulnerability *v);

/* feed_osv_space(ecosystem, a, out_minor): the space of OSV's "Debian:12", "NuGet"; empty when
 * nobody here knows it. *out_minor: of an extended stream of RHEL (advisory.product). Arena. */
bytes feed_osv_space(bytes ecosystem, struct arena *a, bytes *out_minor);

/* feed_ubuntu_space(name, a): of "jammy", "esm-infra/focal"; empty when it is not known. Arena.
 * feed_ubuntu_vex(j, root): a document of Ubuntu's VEX. ERR_FORMAT. */
bytes feed_ubuntu_space(bytes name, struct arena *a);
int feed_ubuntu_vex(const struct feed_job *j, json root);

/* feed_words(list, a, out): add the strings of an array, at most LIMIT_ADVISORY_WORDS of them.
 * Arena; borrows from the document. */
void feed_words(json list, struct arena *a, struct word_list *out);
void feed_word(bytes word, struct arena *a, struct word_list *out);
/* feed_tenths(number, out): 9.8 is 98; false when it is no number from 0 to 10 of at most one
 * decimal. */
bool feed_tenths(json number, uint16_t *out);
bool feed_tenths_of(bytes number, uint16_t *out);
/* feed_severity(word): also GitHub's MODERATE and Microsoft's Important; SEVERITY_UNKNOWN for
 * others. */
enum severity feed_severity(bytes word);
/* feed_vector(s, vector): keep it as its version's, with its base score when it has none yet. */
void feed_vector(struct vulnerability_score *s, bytes vector);
/* feed_score(scores, source, a): the entry of this source, made when there is none. */
struct vulnerability_score *feed_score(struct vulnerability *v, bytes source, struct arena *a);
