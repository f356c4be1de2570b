/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/stream.h"

#include "base/limits.h"
#include "base/text.h"
#include "vuln/space.h"

/* Minor releases go to 10 so far. */
#define MINOR_MOST 99

/* number_at(text): the number at its front, -1 when there is none. */
static int number_at(bytes text)
{
	size_t n = 0;
	uint64_t v = 0;

	while (n < text.n && text.p[n] >= '0' && text.p[n] <= '9')
		n++;
	return text_take_u64(bytes_slice(text, 0, n), 10, MINOR_MOST, &v) ? (int)v : -1;
}

/* What follows the last ".el" or "+el": "9_2.1" of "5.14.0-284.el9_2.1". */
static bytes tag_of(bytes version)
{
	bytes tag = BYTES("");

	for (bytes rest = version; rest.n > 3; rest = bytes_skip(rest, 1))
		if (bytes_starts(rest, BYTES(".el")) || bytes_starts(rest, BYTES("+el")))
			tag = bytes_skip(rest, 3);
	return tag;
}

int stream_minor(bytes version)
{
	/* "el9_2", and of modules "+el8.9.0+"; in "el9.1" the 1 counts builds. */
	bool module = bytes_search(version, BYTES("module+el")) < version.n;
	bytes tag = tag_of(version);
	size_t mark = bytes_find(tag, module ? '.' : '_');

	return mark < tag.n ? number_at(bytes_skip(tag, mark + 1)) : -1;
}

int stream_release(bytes version)
{
	return number_at(tag_of(version));
}

/* minor_of(release): 2 of "9.2"; the highest of all when it is not said. */
static int minor_of(bytes release)
{
	size_t dot = bytes_find(release, '.');
	int minor = number_at(bytes_skip(release, dot + 1));

	return dot == release.n || minor < 0 ? MINOR_MOST + 1 : minor;
}

/* -- products ---------------------------------------------------------------------------------- */

bool stream_of_product(bytes product, struct arena *a, bytes *out_space, bytes *out_minor)
{
	static const char *const extended[] = {
		"rhel_eus:",          "rhel_aus:", "rhel_e4s:", "rhel_tus:", "enterprise_linux_eus:",
		"rhel_eus_long_life:"
	};
	bytes mark = BYTES(":redhat:"), release;
	size_t at = bytes_search(product, mark);
	bool main_stream;

	if (at < product.n)
		product = bytes_skip(product, at + mark.n);
	main_stream = bytes_take_prefix(&product, BYTES("enterprise_linux:"));
	for (size_t i = 0; !main_stream; i++) {
		if (i == sizeof(extended) / sizeof(*extended))
			return false;
		if (bytes_take_prefix(&product, bytes_str(extended[i])))
			break;
	}
	release = bytes_slice(product, 0, bytes_find(product, ':'));
	if (release.n == 0 || (!main_stream && minor_of(release) > MINOR_MOST))
		return false;
	*out_space = space_of_distribution(BYTES("rhel"), release, a);
	*out_minor = main_stream ? BYTES("") : release;
	return true;
}

/* -- which fix counts -------------------------------------------------------------------------- */

static bool is_older(bytes left, bytes right)
{
	int c;

	return version_compare(VERSION_RPM, left, right, &c) && c < 0;
}

static bool has_extended(const struct stream_row *row, bytes installed)
{
	return row->minor.n > 0 && stream_minor(installed) == minor_of(row->minor) &&
	       version_is_valid(VERSION_RPM, row->fix) && !is_older(installed, row->fix);
}

/* The highest fix of the main stream. */
static const struct stream_row *highest(const struct stream_row *rows, size_t n)
{
	const struct stream_row *best = NULL;

	for (size_t i = 0; i < n; i++)
		if (rows[i].minor.n == 0 && (!best || is_older(best->fix, rows[i].fix)))
			best = &rows[i];
	return best;
}

/* The fix of the lowest minor release that is not below the system's; of several the highest.
 * NULL: the system is newer than all. */
static const struct stream_row *governing(const struct stream_row *rows, size_t n, int system)
{
	const struct stream_row *best = NULL;

	for (size_t i = 0; i < n; i++) {
		int minor = stream_minor(rows[i].fix), other = best ? stream_minor(best->fix) : MINOR_MOST;

		if (rows[i].minor.n > 0 || minor < system || minor < 0)
			continue;
		if (!best || minor < other || (minor == other && is_older(best->fix, rows[i].fix)))
			best = &rows[i];
	}
	return best;
}

bool stream_choose(struct stream_row *rows, size_t n, bytes release, bytes installed)
{
	const struct stream_row *chosen = governing(rows, n, minor_of(release));

	for (size_t i = 0; i < n; i++)
		if (has_extended(&rows[i], installed))
			return false;
	if (!chosen)
		chosen = highest(rows, n);
	for (size_t i = 0; i < n; i++)
		rows[i].counts = &rows[i] == chosen;
	return true;
}
