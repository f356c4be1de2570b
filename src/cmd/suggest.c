/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/suggest.h"

#include <string.h>

enum { WORD_MAX = 31 }; /* longer words are no flags and no commands of ours */

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned distance(const char *a, size_t an, const char *b, size_t bn)
{
	unsigned d[WORD_MAX + 1][WORD_MAX + 1];

	for (size_t i = 0; i <= an; i++) {
		for (size_t j = 0; j <= bn; j++) {
			if (i == 0 || j == 0) {
				d[i][j] = (unsigned)(i + j);
				continue;
			}
			d[i][j] = least(least(d[i - 1][j], d[i][j - 1]) + 1,
			                d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	}
	return d[an][bn];
}

void suggest_begin(struct suggest *s, const char *typed)
{
	*s = (struct suggest){ typed, NULL, (unsigned)(strlen(typed) / 3 + 1) };
}

void suggest_offer(struct suggest *s, const char *word)
{
	size_t an = strlen(s->typed), bn = strlen(word);

	if (an > WORD_MAX || bn > WORD_MAX)
		return;
	unsigned d = distance(s->typed, an, word, bn);

	if (d < s->distance) {
		s->best = word;
		s->distance = d;
	}
}
