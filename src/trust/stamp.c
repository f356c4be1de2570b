/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/stamp.h"

#include "crypto/timestamp.h"

#define SHA256_OCTETS 32

bytes stamp_request(bytes signature, struct arena *a)
{
	/* TimeStampReq { version 1, messageImprint { { sha256, NULL }, hash }, certReq TRUE } */
	static const uint8_t head[] = {
		0x30, 0x39, 0x02, 0x01, 0x01, 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60,
		0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, SHA256_OCTETS,
	};
	static const uint8_t tail[] = { 0x01, 0x01, 0xff };
	digest d = digest_of(DIGEST_SHA256, signature);
	uint8_t *der = arena_alloc(a, sizeof(head) + SHA256_OCTETS + sizeof(tail));

	memcpy(der, head, sizeof(head));
	memcpy(der + sizeof(head), d.value, SHA256_OCTETS);
	memcpy(der + sizeof(head) + SHA256_OCTETS, tail, sizeof(tail));
	return bytes_of(der, sizeof(head) + SHA256_OCTETS + sizeof(tail));
}

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
