/* SPDX-License-Identifier: Apache-2.0 */
/* NAME.runtimeconfig.json: what is taken comes back whole from its wire form. */
#include "catalog/dotnet.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	struct dotnet_config config, back;
	buf b = BUF_INIT(2 * size + KIB), again = BUF_INIT(2 * size + KIB);
	err e = { 0 };

	if (dotnet_config_parse(bytes_of(data, size), &a, &config, &e) == 0) {
		dotnet_config_pack(&b, &config);
		bytes in = buf_bytes(&b);

		if (!dotnet_config_take(&in, &a, &back) || in.n > 0)
			abort();
		dotnet_config_pack(&again, &back);
		if (!bytes_equal(buf_bytes(&b), buf_bytes(&again)))
			abort();
	} else if (!err_is_set(&e)) {
		abort();
	}
	buf_done(&b);
	buf_done(&again);
	arena_done(&a);
	return 0;
}
