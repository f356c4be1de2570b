/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/dotnet.h"

#include "base/pack.h"
#include "base/text.h"
#include "fmt/json.h"

/* The values of rollForward, without case (framework-version-resolution.md §Roll-forward). */
static const struct {
	const char *name;
	struct dotnet_roll roll;
} rolls[] = {
	{ "Disable", { .range = RANGE_EXACT } },
	{ "LatestPatch", { .range = RANGE_PATCH } },
	{ "Minor", { .range = RANGE_MINOR } },
	{ "LatestMinor", { .range = RANGE_MINOR, .highest = true } },
	{ "Major", { .range = RANGE_MAJOR } },
	{ "LatestMajor", { .range = RANGE_MAJOR, .highest = true } },
};
#define ROLLS (sizeof(rolls) / sizeof(*rolls))

bool dotnet_roll_named(bytes word, struct dotnet_roll *inout)
{
	for (size_t i = 0; i < ROLLS; i++) {
		if (!bytes_equal_nocase(word, bytes_str(rolls[i].name)))
			continue;
		inout->range = rolls[i].roll.range;
		inout->highest = rolls[i].roll.highest;
		return true;
	}
	return false;
}

/* roll_from(v, a, inout, e): apply the settings of an object to what holds so far. The older
 * rollForwardOnNoCandidateFx has the numbers 0 LatestPatch, 1 Minor, 2 Major (§Obsolete
 * settings). */
static int roll_from(json v, struct arena *a, struct dotnet_roll *inout, err *e)
{
	json word = json_get(v, "rollForward"), number = json_get(v, "rollForwardOnNoCandidateFx");
	bool patches = true;
	uint64_t n;

	if (json_type(number) != JSON_NONE) {
		if (!json_u64(number, &n) || n > 2)
			return err_set(e, ERR_FORMAT, 0, "rollForwardOnNoCandidateFx is none of 0, 1, 2");
		inout->range = (enum dotnet_range)(RANGE_PATCH + n);
		inout->highest = false;
	}
	if (json_bool(json_get(v, "applyPatches"), &patches))
		inout->no_patches = !patches;
	if (json_type(word) == JSON_NONE || dotnet_roll_named(json_bytes(word, a), inout))
		return 0;
	return err_set(e, ERR_FORMAT, 0, "rollForward '%s' is unknown", SHOW(json_bytes(word, a)));
}

const char *dotnet_roll_name(struct dotnet_roll roll)
{
	for (size_t i = 0; i < ROLLS; i++)
		if (rolls[i].roll.range == roll.range && rolls[i].roll.highest == roll.highest)
			return roll.range == RANGE_MINOR && !roll.highest ? "" : rolls[i].name;
	return "";
}

static int read_request(json v, struct arena *a, struct dotnet_roll roll,
                        struct dotnet_request *out, err *e)
{
	out->name = json_bytes(json_get(v, "name"), a);
	out->version = json_bytes(json_get(v, "version"), a);
	out->roll = roll;
	if (out->name.n == 0)
		return err_set(e, ERR_FORMAT, 0, "a framework without a name");
	return roll_from(v, a, &out->roll, e);
}

static int read_options(json options, struct arena *a, struct dotnet_config *out, err *e)
{
	json framework = json_get(options, "framework"), list = json_get(options, "frameworks");
	json included = json_get(options, "includedFrameworks");
	json probing = json_get(options, "additionalProbingPaths");
	struct dotnet_roll roll = { .range = RANGE_MINOR };

	if (json_count(list) + json_count(included) + json_count(probing) > LIMIT_DOTNET_REQUESTS)
		return err_set(e, ERR_LIMIT, 0, "more than %d frameworks", LIMIT_DOTNET_REQUESTS);
	if (roll_from(options, a, &roll, e) < 0)
		return -1;
	out->tfm = json_bytes(json_get(options, "tfm"), a);
	if (json_type(framework) != JSON_NONE &&
	    read_request(framework, a, roll, ARENA_PUSH(a, &out->frameworks), e) < 0)
		return -1;
	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v))
		if (read_request(v, a, roll, ARENA_PUSH(a, &out->frameworks), e) < 0)
			return -1;
	for (json v = json_first(included); json_type(v) != JSON_NONE; v = json_next(v))
		if (read_request(v, a, roll, ARENA_PUSH(a, &out->included), e) < 0)
			return -1;
	if (json_type(probing) == JSON_STRING)
		*ARENA_PUSH(a, &out->probing) = json_bytes(probing, a);
	for (json v = json_first(probing); json_type(v) != JSON_NONE; v = json_next(v))
		*ARENA_PUSH(a, &out->probing) = json_bytes(v, a);
	return 0;
}

int dotnet_config_parse(bytes text, struct arena *a, struct dotnet_config *out, err *e)
{
	struct dotnet_config config = { 0 };
	struct json_doc doc;

	bytes_take_prefix(&text, DOTNET_BOM);
	if (json_parse(text, a, &doc, e) < 0)
		return -1;
	json options = json_get(json_root(&doc), "runtimeOptions");

	if (json_type(options) != JSON_OBJECT)
		return err_set(e, ERR_FORMAT, 0, "no runtimeOptions");
	if (read_options(options, a, &config, e) < 0)
		return -1;
	*out = config;
	return 0;
}

/* -- wire form ------------------------------------------------------------------------------- */

static void pack_request(buf *b, const struct dotnet_request *r)
{
	pack_bytes(b, r->name);
	pack_bytes(b, r->version);
	pack_u64(b, r->roll.range);
	pack_u64(b, r->roll.highest);
	pack_u64(b, r->roll.no_patches);
}

static bool take_request(bytes *in, struct dotnet_request *r)
{
	uint64_t range;

	if (!pack_take_bytes(in, LIMIT_RECORD, &r->name) ||
	    !pack_take_bytes(in, LIMIT_RECORD, &r->version) ||
	    !pack_take_u64(in, RANGE_MAJOR, &range) || !pack_take_bool(in, &r->roll.highest) ||
	    !pack_take_bool(in, &r->roll.no_patches))
		return false;
	r->roll.range = (enum dotnet_range)range;
	return true;
}

void dotnet_config_pack(buf *b, const struct dotnet_config *config)
{
	pack_bytes(b, config->tfm);
	pack_u64(b, config->frameworks.len);
	for (size_t i = 0; i < config->frameworks.len; i++)
		pack_request(b, &config->frameworks.items[i]);
	pack_u64(b, config->included.len);
	for (size_t i = 0; i < config->included.len; i++)
		pack_request(b, &config->included.items[i]);
	pack_u64(b, config->probing.len);
	for (size_t i = 0; i < config->probing.len; i++)
		pack_bytes(b, config->probing.items[i]);
}

bool dotnet_config_take(bytes *in, struct arena *a, struct dotnet_config *out)
{
	uint64_t n;

	*out = (struct dotnet_config){ 0 };
	/* One more than the limit: "framework" beside a full list. */
	if (!pack_take_bytes(in, LIMIT_RECORD, &out->tfm) ||
	    !pack_take_u64(in, LIMIT_DOTNET_REQUESTS + 1, &n))
		return false;
	while (n-- > 0)
		if (!take_request(in, ARENA_PUSH(a, &out->frameworks)))
			return false;
	if (!pack_take_u64(in, LIMIT_DOTNET_REQUESTS, &n))
		return false;
	while (n-- > 0)
		if (!take_request(in, ARENA_PUSH(a, &out->included)))
			return false;
	if (!pack_take_u64(in, LIMIT_DOTNET_REQUESTS, &n))
		return false;
	while (n-- > 0)
		if (!pack_take_bytes(in, LIMIT_RECORD, ARENA_PUSH(a, &out->probing)))
			return false;
	return true;
}
