/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/stamp.h"

#include "crypto/timestamp.h"

int stamp_answer(bytes response, bytes signature, const struct trust_root *root, err *e)
{
	for (size_t i = 0; i < root->clocks_len; i++) {
		const struct trust_authority *clock = &root->clocks[i];
		err other = { 0 }; /* another authority of the root may have signed it */
		int64_t time;

		if (timestamp_verify(response, signature, trust_chain(clock), &time, &other) == 0) {
			if (time >= clock->from && time <= clock->until)
				return 0;
		} else if (other.kind == ERR_FORMAT) {
			*e = other;
			return -1;
		}
	}
	return err_set(e, ERR_UNTRUSTED, 0,
	               "the time stamp is not over this signature, or by no authority of the trusted "
	               "root");
}
