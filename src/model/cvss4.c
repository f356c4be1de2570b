/* SPDX-License-Identifier: Apache-2.0 */
/* CVSS 4.0, section 8: a vector belongs to a macro vector of six equivalence classes (EQ), whose
 * score FIRST's experts gave; within it the score falls with the distance from its worst vector, by
 * the mean of what each class could fall. */
#include "model/cvss_vector.h"

enum {
	AV,
	AC,
	AT,
	PR,
	UI,
	VC,
	VI,
	VA,
	SC,
	SI,
	SA,
	E,
	CR,
	IR,
	AR,
	MAV,
	S = MAV + 11,
	METRICS = S + 6
};

static const struct cvss_metric metrics[METRICS] = {
	{ "AV", "N A L P", 0 },    { "AC", "L H", 0 },
	{ "AT", "N P", 0 },        { "PR", "N L H", 0 },
	{ "UI", "N P A", 0 },      { "VC", "H L N", 0 },
	{ "VI", "H L N", 0 },      { "VA", "H L N", 0 },
	{ "SC", "H L N", 0 },      { "SI", "H L N", 0 },
	{ "SA", "H L N", 0 },      { "E", "A P U X", 1 },
	{ "CR", "H M L X", 1 },    { "IR", "H M L X", 1 },
	{ "AR", "H M L X", 1 },    { "MAV", "N A L P X", 1 },
	{ "MAC", "L H X", 1 },     { "MAT", "N P X", 1 },
	{ "MPR", "N L H X", 1 },   { "MUI", "N P A X", 1 },
	{ "MVC", "H L N X", 1 },   { "MVI", "H L N X", 1 },
	{ "MVA", "H L N X", 1 },   { "MSC", "H L N X", 1 },
	{ "MSI", "H L N S X", 1 }, { "MSA", "H L N S X", 1 },
	{ "S", "X N P", 1 },       { "AU", "X N Y", 1 },
	{ "R", "X A U I", 1 },     { "V", "X D C", 1 },
	{ "RE", "X L M H", 1 },    { "U", "X Clear Green Amber Red", 1 },
};

/* Table 24 ff.: the macro vectors' scores in tenths; a row for EQ1, EQ2, EQ3, in it EQ4, EQ5, EQ6.
 * 0: there is none (EQ3 2 with EQ6 0). */
static const uint8_t scores[18][18] = {
	{ 100, 99, 98, 95, 95, 92, 100, 96, 93, 87, 91, 81, 93, 90, 89, 80, 81, 68 },
	{ 98, 95, 95, 92, 90, 84, 93, 92, 89, 81, 81, 65, 88, 80, 78, 70, 69, 48 },
	{ 0, 92, 0, 82, 0, 72, 0, 79, 0, 69, 0, 50, 0, 69, 0, 55, 0, 27 },
	{ 99, 97, 95, 92, 92, 85, 95, 91, 90, 83, 84, 71, 92, 81, 82, 71, 72, 53 },
	{ 95, 93, 92, 85, 85, 73, 92, 82, 80, 72, 70, 59, 84, 70, 71, 52, 50, 30 },
	{ 0, 86, 0, 75, 0, 52, 0, 71, 0, 52, 0, 29, 0, 63, 0, 29, 0, 17 },
	{ 98, 95, 94, 87, 91, 81, 94, 89, 86, 74, 77, 64, 87, 75, 74, 63, 63, 49 },
	{ 94, 89, 88, 77, 76, 67, 86, 76, 74, 58, 59, 50, 72, 57, 57, 52, 52, 25 },
	{ 0, 83, 0, 70, 0, 54, 0, 65, 0, 58, 0, 26, 0, 53, 0, 21, 0, 13 },
	{ 95, 90, 88, 76, 76, 70, 90, 77, 75, 62, 61, 53, 77, 66, 68, 59, 52, 30 },
	{ 89, 78, 76, 67, 62, 58, 74, 59, 57, 57, 47, 23, 61, 52, 57, 29, 24, 16 },
	{ 0, 71, 0, 59, 0, 30, 0, 58, 0, 26, 0, 15, 0, 23, 0, 13, 0, 6 },
	{ 93, 87, 86, 72, 75, 58, 86, 74, 74, 61, 56, 34, 70, 54, 52, 40, 40, 22 },
	{ 85, 75, 74, 55, 62, 51, 72, 57, 55, 41, 46, 19, 53, 36, 34, 19, 19, 8 },
	{ 0, 64, 0, 51, 0, 20, 0, 47, 0, 21, 0, 11, 0, 24, 0, 9, 0, 4 },
	{ 88, 75, 73, 53, 60, 50, 73, 55, 59, 40, 41, 20, 54, 43, 45, 22, 20, 11 },
	{ 75, 55, 58, 45, 40, 21, 61, 51, 48, 18, 20, 9, 46, 18, 17, 7, 8, 2 },
	{ 0, 53, 0, 24, 0, 14, 0, 24, 0, 12, 0, 5, 0, 10, 0, 3, 0, 1 },
};

/* Severity levels, the worst first: a metric's number as the vector has it, except that SC, SI and
 * SA begin at 1, because "S" (safety) of the modified ones is worse than "H". */
struct levels {
	uint8_t at[AR + 1];
};

enum { EQ1, EQ2, EQ3, EQ4, EQ5, EQ6, CLASSES };

struct macro {
	uint8_t eq[CLASSES];
};

static unsigned score_of(const struct macro *m)
{
	return scores[m->eq[EQ1] * 6 + m->eq[EQ2] * 3 + m->eq[EQ3]]
				 [m->eq[EQ4] * 6 + m->eq[EQ5] * 2 + m->eq[EQ6]];
}

/* -- levels ------------------------------------------------------------------------------------ */

/* base: only the base metrics. X is the last value of those that have it; as E it means A, as CR,
 * IR and AR it means H: level 0. */
static struct levels levels_of(const struct cvss_values *v, bool base)
{
	static const uint8_t x[AR + 1] = { 4, 2, 2, 3, 3, 3, 3, 3, 3, 4, 4, 3, 3, 3, 3 };
	struct levels out;

	for (size_t i = 0; i <= AR; i++) {
		uint8_t own = v->at[i], modified = i < E ? v->at[MAV + i] : CVSS_ABSENT;

		if (i >= E)
			own = base || own == CVSS_ABSENT || own == x[i] ? 0 : own;
		else if (!base && modified != CVSS_ABSENT && modified != x[i])
			own = modified;
		if (i >= SC && i <= SA)
			own = own == 3 ? 0 : (uint8_t)(own + 1);
		out.at[i] = own;
	}
	return out;
}

static const uint8_t members1[] = { AV, PR, UI }, members2[] = { AC, AT },
					 members36[] = { VC, VI, VA, CR, IR, AR }, members4[] = { SC, SI, SA };

/* count(v, members, n, level): how many of them have this level. */
static size_t count(const uint8_t *v, const uint8_t *members, size_t n, uint8_t level)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += v[members[i]] == level;
	return found;
}

/* Tables 24 to 29. */
static struct macro macro_of(const struct levels *l)
{
	const uint8_t *v = l->at;
	size_t easy = count(v, members1, 3, 0);
	struct macro m = { { 2, 1, 2, 2, v[E], 1 } };

	if (easy > 0 && v[AV] != 3)
		m.eq[EQ1] = easy == 3 ? 0 : 1;
	if (count(v, members2, 2, 0) == 2)
		m.eq[EQ2] = 0;
	if (count(v, members36, 3, 0) > 0)
		m.eq[EQ3] = count(v, members36, 2, 0) == 2 ? 0 : 1;
	if (count(v, members4, 3, 1) > 0)
		m.eq[EQ4] = 1;
	if (count(v, members4, 3, 0) > 0)
		m.eq[EQ4] = 0;
	for (size_t i = 0; i < 3; i++)
		if (v[members36[i]] == 0 && v[members36[i + 3]] == 0)
			m.eq[EQ6] = 0;
	return m;
}

/* -- distances --------------------------------------------------------------------------------- */

/* The worst vectors of a class (of EQ3 and EQ6 together), and how many steps it has. */
struct worst {
	uint8_t depth, len;
	uint8_t at[5][6];
};

static const struct worst worst1[] = {
	{ 1, 1, { { 0, 0, 0 } } },
	{ 4, 3, { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } } },
	{ 5, 2, { { 3, 0, 0 }, { 1, 1, 1 } } },
};
static const struct worst worst2[] = {
	{ 1, 1, { { 0, 0 } } },
	{ 2, 2, { { 1, 0 }, { 0, 1 } } },
};
static const struct worst worst36[3][2] = {
	{ { 7, 1, { { 0, 0, 0, 0, 0, 0 } } },
	  { 6, 2, { { 0, 0, 1, 1, 1, 0 }, { 0, 0, 0, 1, 1, 1 } } } },
	{ { 8, 2, { { 1, 0, 0, 0, 0, 0 }, { 0, 1, 0, 0, 0, 0 } } },
	  { 8,
	    5,
	    { { 1, 0, 1, 0, 1, 0 },
	      { 1, 0, 0, 0, 1, 1 },
	      { 0, 1, 0, 1, 0, 1 },
	      { 0, 1, 1, 1, 0, 0 },
	      { 1, 1, 0, 0, 0, 1 } } } },
	{ { 0 }, { 10, 1, { { 1, 1, 1, 0, 0, 0 } } } },
};
static const struct worst worst4[] = {
	{ 6, 1, { { 1, 0, 0 } } },
	{ 5, 1, { { 1, 1, 1 } } },
	{ 4, 1, { { 2, 2, 2 } } },
};

/* distance(w, members, n, l): steps from the first worst vector that is not better than l, as a
 * part of the class's depth. */
static double distance(const struct worst *w, const uint8_t *members, size_t n,
                       const struct levels *l)
{
	for (size_t k = 0; k < w->len; k++) {
		int steps = 0;
		bool worse = true;

		for (size_t i = 0; i < n; i++) {
			worse &= l->at[members[i]] >= w->at[k][i];
			steps += l->at[members[i]] - w->at[k][i];
		}
		if (worse)
			return (double)steps / w->depth;
	}
	return 0;
}

/* The score of the next macro vector below in this class; 0: there is none. */
static unsigned below(const struct macro *m, size_t class)
{
	static const uint8_t last[CLASSES] = { 2, 1, 2, 2, 2, 1 };
	struct macro next = *m;

	if (m->eq[class] == last[class])
		return 0;
	next.eq[class]++;
	return score_of(&next);
}

/* EQ3 and EQ6 fall together, to the higher one where both can. */
static unsigned below36(const struct macro *m)
{
	if (m->eq[EQ6] == 1)
		return below(m, EQ3);
	unsigned three = m->eq[EQ3] == 0 ? below(m, EQ3) : 0, six = below(m, EQ6);

	return three > six ? three : six;
}

static uint16_t score_levels(const struct levels *l)
{
	const struct macro m = macro_of(l);
	const uint8_t *eq = m.eq, *v = l->at;
	const unsigned own = score_of(&m);
	const struct {
		unsigned below;
		double part;
	} classes[] = {
		{ below(&m, EQ1), distance(&worst1[eq[EQ1]], members1, 3, l) },
		{ below(&m, EQ2), distance(&worst2[eq[EQ2]], members2, 2, l) },
		{ below36(&m), distance(&worst36[eq[EQ3]][eq[EQ6]], members36, 6, l) },
		{ below(&m, EQ4), distance(&worst4[eq[EQ4]], members4, 3, l) },
		{ below(&m, EQ5), 0 },
	};
	double sum = 0;
	unsigned n = 0;

	if (v[VC] == 2 && v[VI] == 2 && v[VA] == 2 && v[SC] == 3 && v[SI] == 3 && v[SA] == 3)
		return 0; /* no impact at all */
	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++)
		if (classes[i].below > 0) {
			sum += (own - classes[i].below) * classes[i].part;
			n++;
		}
	double score = own - (n > 0 ? sum / n : 0);

	return score <= 0 ? 0 : (uint16_t)(score + 0.5 + 1e-5); /* 0.05 is 0.1, whatever its octets */
}

bool cvss4_score(bytes vector, struct cvss *out)
{
	struct cvss_values v;

	if (!cvss_read(vector, metrics, METRICS, true, &v))
		return false;
	struct levels base = levels_of(&v, true), all = levels_of(&v, false);

	*out = (struct cvss){ 40, score_levels(&base), score_levels(&all) };
	return true;
}
