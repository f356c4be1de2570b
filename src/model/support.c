/* SPDX-License-Identifier: Apache-2.0 */
#include "model/support.h"

#include "base/text.h"

#define DAY 86400

/* take_number(in, out): decimal digits up to a point, a hyphen or the end. */
static bool take_number(bytes *in, uint64_t *out)
{
	size_t n = 0;

	while (n < in->n && in->p[n] >= '0' && in->p[n] <= '9')
		n++;
	if (!text_take_u64(bytes_slice(*in, 0, n), 10, UINT32_MAX, out))
		return false;
	*in = bytes_skip(*in, n);
	return true;
}

/* split(version, channel, patch, preview): "10.0.0-rc.1" is patch 0 of channel "10.0", a
 * preview. */
static bool split(bytes version, bytes *channel, uint64_t *patch, bool *preview)
{
	bytes rest = version;
	uint64_t major, minor;

	if (!take_number(&rest, &major) || !bytes_take_prefix(&rest, BYTES(".")) ||
	    !take_number(&rest, &minor))
		return false;
	*channel = bytes_slice(version, 0, version.n - rest.n);
	if (!bytes_take_prefix(&rest, BYTES(".")) || !take_number(&rest, patch))
		return false;
	*preview = bytes_starts(rest, BYTES("-"));
	return rest.n == 0 || *preview || rest.p[0] == '+';
}

static const struct support_channel *find_channel(bytes name)
{
	for (const struct support_channel *c = support_channels; c->channel; c++)
		if (bytes_is(name, c->channel))
			return c;
	return NULL;
}

static bool is_behind(const struct support_channel *channel, uint64_t patch, bool preview)
{
	bytes name;
	uint64_t latest;
	bool latest_preview;

	if (!split(bytes_str(channel->latest_runtime), &name, &latest, &latest_preview))
		return false;
	return patch < latest || (patch == latest && preview && !latest_preview);
}

struct support support_of_channel(bytes name, int64_t now)
{
	struct support s = { SUPPORT_UNKNOWN, find_channel(name), false };
	int64_t end;

	if (!s.channel)
		return s;
	if (bytes_is(bytes_str(s.channel->phase), "eol") ||
	    (text_from_date(bytes_str(s.channel->eol), &end) && now >= end + DAY))
		s.state = SUPPORT_ENDED;
	else if (bytes_is(bytes_str(s.channel->phase), "preview"))
		s.state = SUPPORT_PREVIEW;
	else
		s.state = SUPPORT_YES;
	return s;
}

struct support support_of(bytes version, int64_t now)
{
	bytes name;
	uint64_t patch;
	bool preview;

	if (!split(version, &name, &patch, &preview))
		return (struct support){ SUPPORT_UNKNOWN, NULL, false };
	struct support s = support_of_channel(name, now);

	s.behind = s.channel && is_behind(s.channel, patch, preview);
	if (preview && s.state == SUPPORT_YES)
		s.state = SUPPORT_PREVIEW;
	return s;
}

const char *support_table_date(void)
{
	return support_channels_date;
}
