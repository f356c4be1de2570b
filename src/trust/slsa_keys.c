/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/slsa_keys.h"

#include "base/base64.h"

/* The start of every P-256 key (RFC 5480 §2). */
#define P256 "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE"
#define GOOGLE "projects/verified-builder/locations/global/keyRings/attestor/cryptoKeys/"

const struct slsa_key slsa_keys[] = {
	/* Sigstore's repository, target keys.json of npm: 2022-12-01 to 2025-01-29, from 2025-01-13. */
	{ SLSA_KEY_NPM, "SHA256:jl3bwswu80PjjokCgh0o2w5c2U4LhQAE57gj9cz1kzA",
	  P256
	  "1Olb3zMAFFxXKHiIkQO5cJ3Yhl5i6UPp+IhuteBJbuHcA5UogKo0EWtlWwW6KSaKoTNEYL7JlCQiVnkhBktUgg==",
	  INT64_C(1669852800), INT64_C(1738108800) },
	{ SLSA_KEY_NPM, "SHA256:DhQ8wR5APBvFHLF/+Tc+AYvPOdTpcIDqOhxsBHRwC7U",
	  P256
	  "Y6Ya7W++7aUPzvMTrezH6Ycx3c+HOKYCcNGybJZSCJq/fd7Qa8uuAKtdIkUQtQiEKERhAmE5lMMJhP8OkDOa2g==",
	  INT64_C(1736726400), 0 },
	/* slsa-verifier, verifiers/internal/gcb/keys: `gcloud kms keys versions get-public-key`. */
	{ SLSA_KEY_GOOGLE, GOOGLE "provenanceSigner/cryptoKeyVersions/1",
	  P256
	  "dMcJUyKbmarf6dydhfmAjgmK6c42oCCNRR1se3Bi3VO65KcGk6qyci6/bsu2s4u+dLKWrsUQomEw4v3FtVctoA==",
	  0, 0 },
	{ SLSA_KEY_GOOGLE, GOOGLE "google-hosted-worker/cryptoKeyVersions/1",
	  P256
	  "g9KII7kzr/30HBluf00y9WwtMFkEqc3oCcFVH3QJ37IBLUv/MUApbnNHFfD75ayJ/a0F45xa+MLv5zoep+GxsA==",
	  0, 0 },
	{ SLSA_KEY_GOOGLE_REGION, "asia-east1",
	  P256
	  "D19/xPzO6sLFZxDzsItbVQSLMPBSw7iVGtkXyNicWdplf4pXm6wFyZ/HyqL0Acd4Q3gfJvtVIY3HiAzjohx0cw==",
	  0, 0 },
	{ SLSA_KEY_GOOGLE_REGION, "asia-northeast1",
	  P256
	  "4RlI/MHfE9ZjKba6rMSGu3A/M0FHUPBu4anB9yXC+8ubmMBAWIoqgXr7CYGBenw27YasBOQhyGgZQSe9sF+DhQ==",
	  0, 0 },
	{ SLSA_KEY_GOOGLE_REGION, "asia-southeast1",
	  P256
	  "QGLAkRjCFqZbdd4BjhNFNS8l9xMJK1MVNpTA/K+sGl9+HG0r43MMAIXt6QUst9kCiqiXRp+Oqc0HIGRFZMBFcg==",
	  0, 0 },
	{ SLSA_KEY_GOOGLE_REGION, "australia-southeast1",
	  P256
	  "cYAxYYze8pKKoggou7Pz5oAfFv/YgWN1HAjtT0v0L6sOOKOXvFNTpjQ8nDz1ooNfuxv8pva6l8ZLICTH10CJog==",
	  0, 0 },
	{ SLSA_KEY_GOOGLE_REGION, "europe-north1",
	  P256
	  "oKSuwi41RBzyWlwYBu61xgVrO6zwG8yjVsbyha4FfDSPMQ0V8BIJbqOphh40ACwzEKCszMY36d22FJHSLDiNvg==",
	  0, 0 },
	{ SLSA_KEY_GOOGLE_REGION, "europe-west1",
	  P256
	  "DmJxa2BxOnfra0/J4FHf/2yIOElNp6+ah2tcpK0W8FGFFU3TaC4XEXFKVV/bWmormNDvZGtN710Qi4VforgRzg==",
	  0, 0 },
	{ SLSA_KEY_GOOGLE_REGION, "europe-west2",
	  P256
	  "fDuhy/obSeBa+RwcAZ3EYFvRJmIT1+lcAk/yINf0PBysMV9Lg482EEKmq8ce2rTZXuNFxLLMiHENunJ3oGlJIg==",
	  0, 0 },
	{ SLSA_KEY_GOOGLE_REGION, "europe-west3",
	  P256
	  "WNPQh5Z5gTBJGwINV7nja+uJ0qCDPek4yIfgjrhmqM3Cu06kdpfod8TCL7z32uIQTb5VysO4XVhbAY2bN0BAkg==",
	  0, 0 },
	{ SLSA_KEY_GOOGLE_REGION, "europe-west4",
	  P256
	  "OHbdm8kpkMdEeD0i2WcWFCss620Tts1x82wakzDELaS4rxDfJ7eSTQOyfQupjDl9M9k99uY8DoX2vAABI8DdoA==",
	  0, 0 },
	{ SLSA_KEY_GOOGLE_REGION, "global",
	  P256
	  "CGIoAk3mHV8xq/P1x6doSzAJlTaWYhrmI3rfN5zfk3/Dq6nPpm8D0CMVNyc4HZ5ChTDqTV8EyaR56nLqjvMYUA==",
	  0, 0 },
	{ SLSA_KEY_GOOGLE_REGION, "southamerica-west1",
	  P256
	  "xvyU8IkmPjrV8V8dkuBMcOtvJykfWZhaTuYcOS5KXMVpEllJ3jh9WFyuoG54mVLgFJUQwrYLhUWORRVGH1kskw==",
	  0, 0 },
	{ SLSA_KEY_GOOGLE_REGION, "us-central1",
	  P256
	  "AUqas+Xhfss+NCsiL8ayl1Sxz9TFbDxLuokg59lGmpm4ca2Idmh1aYt04ZkM8sgXq/FMTXxqISA4dQapp0utZg==",
	  0, 0 },
	{ SLSA_KEY_GOOGLE_REGION, "us-central2",
	  P256
	  "OBZl8kLzGV63W0ERoHAG0xpkOu+TzDUzk6kISDonvno/emAacWmrTMxbhDQwRcnTtT9TpUG98+WukL2PDPQ61g==",
	  0, 0 },
	{ SLSA_KEY_GOOGLE_REGION, "us-east1",
	  P256
	  "yWUk6LGBm/wTWioZ7pTA7Ds0sXQd3Y4HYyF3/Hl/UYNveSBhMdkM4yReQPU2fNh5CkK77+JzGU8NypnvFWYSVQ==",
	  0, 0 },
	{ SLSA_KEY_GOOGLE_REGION, "us-east4",
	  P256
	  "88g3xqG/UtPE5LFG3Z6MWpZ/ofJRE9VHeavlxhNSzV6USMUBJEU3I9/xfanRJUTT4oNdMi7cv5BeCaS2Q3mZ3w==",
	  0, 0 },
	{ SLSA_KEY_GOOGLE_REGION, "us-west1",
	  P256
	  "IZhFqz97qH9dFn23yWYVkwZVYXOAHllzqzr14tRkXesHcZoVnekBMBkkIkP+jgechjkjZG3NPssdmIZFZ6+oyA==",
	  0, 0 },
	{ SLSA_KEY_GOOGLE_REGION, "us-west2",
	  P256
	  "w/gdczl7qDD4ww9B6WmJ6++/hQ5Smdw/1RBcwNNQE9qN0O+DilRE9/AjH7OvJUhNznOzEzH7mFq5mNdmUjYlXg==",
	  0, 0 },
	{ SLSA_KEY_GOOGLE_REGION, "us-west3",
	  P256
	  "olPSVMeD5XcXCa5gNIdSj51Z4VE7u3uie+EeCOAAi//g2zj+hsEchXjYA5edo9eH6iv2w1g2DMrNWutW45nRkg==",
	  0, 0 },
	{ SLSA_KEY_GOOGLE_REGION, "us-west4",
	  P256
	  "RM4hS/6KZNbEootGWRBc8lmTzIGpFvCKxVQL2xRU87d4OCyp1iP0IsSe2a1GQPQuK8SD0vwEb9hJDBZaEOF15g==",
	  0, 0 },
};
const size_t slsa_keys_len = sizeof(slsa_keys) / sizeof(*slsa_keys);

const struct slsa_key *slsa_key_find(enum slsa_key_use use, bytes id)
{
	for (size_t i = 0; i < slsa_keys_len; i++)
		if (slsa_keys[i].use == use && bytes_is(id, slsa_keys[i].id))
			return &slsa_keys[i];
	return NULL;
}

int slsa_key_read(const struct slsa_key *key, struct arena *a, struct public_key **out, err *e)
{
	bytes der;

	if (!base64_decode(bytes_str(key->spki), a, &der))
		return err_set(e, ERR_BUG, 0, "a key that is built in is no base64");
	return public_key_read(der, out, e);
}
