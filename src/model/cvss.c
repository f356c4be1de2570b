/* SPDX-License-Identifier: Apache-2.0 */
#include "model/cvss.h"

#include "model/cvss_vector.h"

#include <math.h>

/* -- vectors ----------------------------------------------------------------------------------- */

static uint8_t value_of(const char *values, bytes word)
{
	bytes rest = bytes_str(values), value;

	for (uint8_t i = 0; bytes_take_until(&rest, ' ', &value); i++)
		if (bytes_equal(value, word))
			return i;
	return CVSS_ABSENT;
}

bool cvss_read(bytes vector, const struct cvss_metric *metrics, size_t n, bool ordered,
               struct cvss_values *out)
{
	bytes part, name;
	size_t last = 0;

	memset(out->at, CVSS_ABSENT, sizeof(out->at));
	if (bytes_ends(vector, BYTES("/")))
		return false;
	while (bytes_take_until(&vector, '/', &part)) {
		size_t i = 0;

		if (!bytes_take_until(&part, ':', &name))
			return false;
		while (i < n && !bytes_is(name, metrics[i].name))
			i++;
		if (i == n || out->at[i] != CVSS_ABSENT || (ordered && i < last))
			return false;
		out->at[i] = value_of(metrics[i].values, part);
		if (out->at[i] == CVSS_ABSENT)
			return false;
		last = i;
	}
	for (size_t i = 0; i < n; i++)
		if (metrics[i].group == 0 && out->at[i] == CVSS_ABSENT)
			return false;
	return true;
}

static uint16_t tenths(double score)
{
	return (uint16_t)(score * 10 + 0.5);
}

/* -- 2.0 (section 3.2) ------------------------------------------------------------------------- */

enum {
	V2_AV,
	V2_AC,
	V2_AU,
	V2_C,
	V2_I,
	V2_A,
	V2_E,
	V2_RL,
	V2_RC,
	V2_CDP,
	V2_TD,
	V2_CR,
	V2_IR,
	V2_AR,
	V2_METRICS
};

static const struct cvss_metric metrics2[V2_METRICS] = {
	{ "AV", "L A N", 0 },       { "AC", "H M L", 0 },
	{ "Au", "M S N", 0 },       { "C", "N P C", 0 },
	{ "I", "N P C", 0 },        { "A", "N P C", 0 },
	{ "E", "U POC F H ND", 1 }, { "RL", "OF TF W U ND", 1 },
	{ "RC", "UC UR C ND", 1 },  { "CDP", "N L LM MH H ND", 2 },
	{ "TD", "N L M H ND", 2 },  { "CR", "L M H ND", 2 },
	{ "IR", "L M H ND", 2 },    { "AR", "L M H ND", 2 },
};

static const double weights2[V2_METRICS][6] = {
	{ 0.395, 0.646, 1 },          { 0.35, 0.61, 0.71 },      { 0.45, 0.56, 0.704 },
	{ 0, 0.275, 0.66 },           { 0, 0.275, 0.66 },        { 0, 0.275, 0.66 },
	{ 0.85, 0.9, 0.95, 1, 1 },    { 0.87, 0.9, 0.95, 1, 1 }, { 0.9, 0.95, 1, 1 },
	{ 0, 0.1, 0.3, 0.4, 0.5, 0 }, { 0, 0.25, 0.75, 1, 1 },   { 0.5, 1, 1.51, 1 },
	{ 0.5, 1, 1.51, 1 },          { 0.5, 1, 1.51, 1 },
};

static double round_one(double x)
{
	return round(x * 10) / 10;
}

/* A group is there whole or not at all. */
static bool groups_are_whole(const struct cvss_values *v)
{
	for (size_t i = 1; i < V2_METRICS; i++)
		if (metrics2[i].group == metrics2[i - 1].group && metrics2[i].group > 0 &&
		    (v->at[i] == CVSS_ABSENT) != (v->at[i - 1] == CVSS_ABSENT))
			return false;
	return true;
}

static double base2(double impact, const double w[V2_METRICS])
{
	double exploitability = 20 * w[V2_AC] * w[V2_AU] * w[V2_AV];

	return round_one((0.6 * impact + 0.4 * exploitability - 1.5) * (impact > 0 ? 1.176 : 0));
}

static bool score2(bytes vector, struct cvss *out)
{
	struct cvss_values v;
	double w[V2_METRICS] = { 0 };

	if (!cvss_read(vector, metrics2, V2_METRICS, true, &v) || !groups_are_whole(&v))
		return false;
	for (size_t i = 0; i < V2_METRICS; i++)
		w[i] = v.at[i] != CVSS_ABSENT ? weights2[i][v.at[i]] : i == V2_CDP ? 0 : 1;
	double impact = 10.41 * (1 - (1 - w[V2_C]) * (1 - w[V2_I]) * (1 - w[V2_A])),
		   adjusted = fmin(10, 10.41 * (1 - (1 - w[V2_C] * w[V2_CR]) * (1 - w[V2_I] * w[V2_IR]) *
	                                            (1 - w[V2_A] * w[V2_AR]))),
		   temporal = w[V2_E] * w[V2_RL] * w[V2_RC], base = base2(impact, w),
		   score = round_one(base * temporal);

	if (v.at[V2_CDP] != CVSS_ABSENT) {
		score = round_one(base2(adjusted, w) * temporal);
		score = round_one((score + (10 - score) * w[V2_CDP]) * w[V2_TD]);
	}
	*out = (struct cvss){ 20, tenths(base), tenths(score) };
	return true;
}

/* -- 3.0 (section 8), 3.1 (section 7) ---------------------------------------------------------- */

enum {
	V3_AV,
	V3_AC,
	V3_PR,
	V3_UI,
	V3_S,
	V3_C,
	V3_I,
	V3_A,
	V3_E,
	V3_RL,
	V3_RC,
	V3_CR,
	V3_IR,
	V3_AR,
	V3_MAV,
	V3_METRICS = V3_MAV + 8
};

#define V3_BASE(modified, none, group) \
	{ modified "AV", "N A L P" none, group }, { modified "AC", "L H" none, group }, \
		{ modified "PR", "N L H" none, group }, { modified "UI", "N R" none, group }, \
		{ modified "S", "U C" none, group }, { modified "C", "H L N" none, group }, \
		{ modified "I", "H L N" none, group }, \
	{ \
		modified "A", "H L N" none, group \
	}

static const struct cvss_metric metrics3[V3_METRICS] = {
	V3_BASE("", "", 0),     { "E", "X H F P U", 1 }, { "RL", "X U W T O", 1 },
	{ "RC", "X C R U", 1 }, { "CR", "X H M L", 2 },  { "IR", "X H M L", 2 },
	{ "AR", "X H M L", 2 }, V3_BASE("M", " X", 3),
};

static const double reach3[] = { 0.85, 0.62, 0.55, 0.2 }, complexity3[] = { 0.77, 0.44 },
					privileges3[2][3] = { { 0.85, 0.62, 0.27 }, { 0.85, 0.68, 0.5 } },
					interaction3[] = { 0.85, 0.62 }, harm3[] = { 0.56, 0.22, 0 },
					demand3[] = { 1, 1.5, 1, 0.5 }, exploit3[] = { 1, 1, 0.97, 0.94, 0.91 },
					remedy3[] = { 1, 1, 0.97, 0.96, 0.95 }, report3[] = { 1, 1, 0.96, 0.92 };

/* "Roundup" of appendix A, which 3.1 states so that floating point does not matter. */
static double round_up(double x)
{
	long n = lround(x * 100000);

	return n % 10000 == 0 ? (double)n / 100000 : (double)(n / 10000 + 1) / 10;
}

static double impact3(double iss, bool changed, bool modified31)
{
	if (!changed)
		return 6.42 * iss;
	return 7.52 * (iss - 0.029) -
	       3.25 * (modified31 ? pow(iss * 0.9731 - 0.02, 13) : pow(iss - 0.02, 15));
}

/* m: the eight base metrics, as they are or modified. */
static double exploitability3(const uint8_t m[8])
{
	return 8.22 * reach3[m[V3_AV]] * complexity3[m[V3_AC]] * privileges3[m[V3_S]][m[V3_PR]] *
	       interaction3[m[V3_UI]];
}

static double joined3(double impact, double exploitability, bool changed)
{
	return impact <= 0 ? 0 : round_up(fmin((changed ? 1.08 : 1) * (impact + exploitability), 10));
}

/* or_x(v, i): a metric that is not there is "X", the first of its values. */
static uint8_t or_x(const struct cvss_values *v, size_t i)
{
	return v->at[i] == CVSS_ABSENT ? 0 : v->at[i];
}

static double environmental3(const struct cvss_values *v, double temporal, bool is31)
{
	static const uint8_t x[8] = { 4, 2, 3, 2, 2, 3, 3, 3 }; /* the number of "X" */
	uint8_t m[8];

	for (size_t i = 0; i < 8; i++) {
		uint8_t modified = v->at[V3_MAV + i];

		m[i] = modified == CVSS_ABSENT || modified == x[i] ? v->at[i] : modified;
	}
	double miss = 1 - (1 - demand3[or_x(v, V3_CR)] * harm3[m[V3_C]]) *
	                      (1 - demand3[or_x(v, V3_IR)] * harm3[m[V3_I]]) *
	                      (1 - demand3[or_x(v, V3_AR)] * harm3[m[V3_A]]);
	bool changed = m[V3_S] == 1;

	return round_up(
		joined3(impact3(fmin(miss, 0.915), changed, is31), exploitability3(m), changed) * temporal);
}

static bool score3(bytes vector, bool is31, struct cvss *out)
{
	struct cvss_values v;
	bool environment = false;

	if (!cvss_read(vector, metrics3, V3_METRICS, false, &v))
		return false;
	double iss = 1 - (1 - harm3[v.at[V3_C]]) * (1 - harm3[v.at[V3_I]]) * (1 - harm3[v.at[V3_A]]),
		   temporal = exploit3[or_x(&v, V3_E)] * remedy3[or_x(&v, V3_RL)] *
	                  report3[or_x(&v, V3_RC)];
	bool changed = v.at[V3_S] == 1;
	double base = joined3(impact3(iss, changed, false), exploitability3(v.at), changed);

	for (size_t i = V3_CR; i < V3_METRICS; i++)
		environment |= v.at[i] != CVSS_ABSENT;
	double score = environment ? environmental3(&v, temporal, is31) : round_up(base * temporal);

	*out = (struct cvss){ is31 ? 31 : 30, tenths(base), tenths(score) };
	return true;
}

bool cvss_score(bytes vector, struct cvss *out)
{
	if (bytes_take_prefix(&vector, BYTES("CVSS:4.0/")))
		return cvss4_score(vector, out);
	if (bytes_take_prefix(&vector, BYTES("CVSS:3.1/")))
		return score3(vector, true, out);
	if (bytes_take_prefix(&vector, BYTES("CVSS:3.0/")))
		return score3(vector, false, out);
	return score2(vector, out);
}
