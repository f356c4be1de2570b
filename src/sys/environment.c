/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/environment.h"

#include <string.h>

const char *environment_find(char *const *environment, const char *name)
{
	size_t n = strlen(name);

	for (char *const *v = environment; v && *v; v++)
		if (strncmp(*v, name, n) == 0 && (*v)[n] == '=')
			return *v + n + 1;
	return NULL;
}
