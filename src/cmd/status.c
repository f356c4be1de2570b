/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/status.h"

#include "cmd/applet.h"

#include <stddef.h>

enum status status_of(enum err_kind kind)
{
	switch (kind) {
	case ERR_NONE: return STATUS_DONE;
	case ERR_USAGE: return STATUS_USAGE;
	case ERR_UNTRUSTED: return STATUS_UNTRUSTED;
	case ERR_UNSIGNED: return STATUS_UNSIGNED;
	case ERR_IO:
	case ERR_NET:
	case ERR_FORMAT:
	case ERR_LIMIT:
	case ERR_ABSENT:
	case ERR_BUG: return STATUS_FAILED;
	}
	return STATUS_FAILED;
}

enum status status_worse(enum status a, enum status b)
{
	static const enum status order[] = { STATUS_USAGE,    STATUS_FAILED,      STATUS_UNTRUSTED,
		                                 STATUS_UNSIGNED, STATUS_END_OF_LIFE, STATUS_GAP,
		                                 STATUS_FINDINGS };

	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return STATUS_DONE;
}

int status_exit(enum status status, const struct exit_flag *flag)
{
	return status == STATUS_FINDINGS && flag->given ? (int)flag->status : (int)status;
}
