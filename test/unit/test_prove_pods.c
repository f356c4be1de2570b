/* SPDX-License-Identifier: Apache-2.0 */
/* What a pod's containers are given, by the reference of Kubernetes' API (v1, PodSecurityContext,
 * SecurityContext) and containerd's order of capabilities. */
#include "flow/prove_pods.h"

#include "confine/capabilities.h"
#include "confine/probes.h"
#include "unit.h"

#include <linux/capability.h>

#define LEFT(defence) (1U << DEFENCE_##defence)
#define POD "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec:\n"
#define HARD \
	"    securityContext:\n      allowPrivilegeEscalation: false\n" \
	"      readOnlyRootFilesystem: true\n      runAsNonRoot: true\n      runAsUser: 1654\n" \
	"      capabilities: {drop: [ALL]}\n      seccompProfile: {type: RuntimeDefault}\n"

struct sample {
	struct arena arena;
	struct prove_pods pods;
	err e;
};

static const struct prove_pod *read_pod(struct sample *s, const char *text)
{
	arena_reset(&s->arena);
	s->pods = (struct prove_pods){ 0 };
	assert_int_equal(prove_pods_read(bytes_str(text), &s->arena, &s->pods, &s->e), 0);
	assert_true(s->pods.len > 0);
	return s->pods.items;
}

static void test_nothing_said(void **state)
{
	struct sample s = { 0 };
	const struct prove_pod *p = read_pod(&s, POD "  containers:\n  - name: web\n    image: shop\n");

	(void)state;
	assert_string_equal(p->name, "Pod/shop, container web");
	assert_string_equal(p->image, "shop");
	assert_int_equal(p->without, LEFT(PRIVILEGES) | LEFT(SECCOMP) | LEFT(READONLY) | LEFT(NOEXEC) |
	                                 LEFT(LIMITS));
	assert_true(p->capabilities == CAPABILITIES_USUAL);
	assert_false(p->has_user || p->has_group || p->must_not_be_root);
	assert_true(p->has_token);
	arena_done(&s.arena);
}

static void test_hard(void **state)
{
	struct sample s = { 0 };
	const struct prove_pod *p = read_pod(
		&s, POD "  automountServiceAccountToken: false\n  containers:\n  - name: web\n" HARD
				"    resources: {limits: {memory: 1.5Gi}}\n");

	(void)state;
	assert_int_equal(p->without, LEFT(NOEXEC));
	assert_true(p->capabilities == 0);
	assert_true(p->has_user && p->uid == 1654 && p->must_not_be_root);
	assert_false(p->has_token);
	assert_true(p->memory == (UINT64_C(3) << 29));
	arena_done(&s.arena);
}

/* A container's field wins over the pod's. */
static void test_inherited(void **state)
{
	struct sample s = { 0 };
	const struct prove_pod *p = read_pod(
		&s, POD "  hostNetwork: true\n  hostPID: true\n  securityContext:\n    runAsUser: 1000\n"
				"    runAsGroup: 2000\n    seccompProfile: {type: RuntimeDefault}\n"
				"  containers:\n  - name: a\n  - name: b\n    securityContext:\n"
				"      runAsUser: 0\n      seccompProfile: {type: Unconfined}\n");

	(void)state;
	assert_int_equal(s.pods.len, 2);
	assert_int_equal(p[0].uid, 1000);
	assert_int_equal(p[0].gid, 2000);
	assert_int_equal(p[0].without & (LEFT(SECCOMP) | LEFT(NETWORK) | LEFT(PROCESSES)),
	                 LEFT(NETWORK) | LEFT(PROCESSES));
	assert_true(p[1].has_user && p[1].uid == 0);
	assert_int_equal(p[1].gid, 2000);
	assert_int_equal(p[1].without & LEFT(SECCOMP), LEFT(SECCOMP));
	arena_done(&s.arena);
}

/* The API server takes an int64 of 0 to 2147483647, and no text. */
static void test_ids(void **state)
{
	struct sample s = { 0 };
	const struct prove_pod *p = read_pod(
		&s, POD "  containers:\n  - name: a\n    securityContext: {runAsUser: \"1654\"}\n"
				"  - name: b\n    securityContext: {runAsGroup: -1}\n"
				"  - name: c\n    securityContext: {runAsUser: 2147483648}\n"
				"  - name: d\n    securityContext: {runAsUser: 2147483647, runAsGroup: null}\n");

	(void)state;
	assert_string_equal(p[0].fault, "runAsUser is a text and no number of 0 to 2147483647");
	assert_string_equal(p[1].fault, "runAsGroup is no number of 0 to 2147483647");
	assert_string_equal(p[2].fault, "runAsUser is no number of 0 to 2147483647");
	assert_string_equal(p[3].fault, "");
	assert_true(p[3].has_user && p[3].uid == 2147483647 && !p[3].has_group);
	arena_done(&s.arena);
}

static void test_filters(void **state)
{
	struct sample s = { 0 };
	const struct prove_pod *p = read_pod(
		&s, POD "  securityContext: {seccompProfile: {type: Localhost, localhostProfile: a.json}}\n"
				"  containers:\n  - name: a\n  - name: b\n    securityContext: {privileged: true}\n"
				"  - name: c\n    securityContext: {seccompProfile: {type: RuntimeDefault}}\n");

	(void)state;
	assert_true(p[0].has_other_filter && (p[0].without & LEFT(SECCOMP)) == 0);
	assert_true(!p[1].has_other_filter && (p[1].without & LEFT(SECCOMP)) != 0);
	assert_true(!p[2].has_other_filter && (p[2].without & LEFT(SECCOMP)) == 0);
	arena_done(&s.arena);
}

static uint64_t capabilities(struct sample *s, const char *yaml)
{
	char text[512];

	snprintf(text, sizeof(text),
	         POD "  containers:\n  - name: a\n    securityContext:\n      capabilities: %s\n",
	         yaml);
	return read_pod(s, text)->capabilities;
}

static void test_capabilities(void **state)
{
	struct sample s = { 0 };
	const uint64_t bind = UINT64_C(1) << CAP_NET_BIND_SERVICE;

	(void)state;
	assert_true(capabilities(&s, "{drop: [ALL], add: [NET_BIND_SERVICE]}") == bind);
	assert_true(capabilities(&s, "{add: [ALL]}") == CAPABILITIES_ALL);
	assert_true(capabilities(&s, "{drop: [NET_RAW]}") ==
	            (CAPABILITIES_USUAL & ~(UINT64_C(1) << CAP_NET_RAW)));
	assert_true(capabilities(&s, "{drop: [all], add: [net_bind_service]}") == bind);
	assert_true(capabilities(&s, "{add: [CAP_SYS_ADMIN, NONSENSE]}") ==
	            (CAPABILITIES_USUAL | UINT64_C(1) << CAP_SYS_ADMIN));
	arena_done(&s.arena);
}

static void test_privileged(void **state)
{
	struct sample s = { 0 };
	const struct prove_pod *p = read_pod(&s, POD "  containers:\n  - name: a\n" HARD
	                                             "      privileged: true\n");

	(void)state;
	assert_true(p->capabilities == CAPABILITIES_ALL);
	assert_int_equal(p->without, LEFT(PRIVILEGES) | LEFT(SECCOMP) | LEFT(MASKS) |
	                                 LEFT(NOEXEC) | LEFT(LIMITS));
	arena_done(&s.arena);
}

static void test_volumes(void **state)
{
	struct sample s = { 0 };
	const struct prove_pod *p = read_pod(
		&s, POD "  volumes:\n  - {name: tmp, emptyDir: {sizeLimit: 16Mi}}\n  - name: cache\n"
				"    emptyDir:\n  - {name: node, hostPath: {path: /}}\n  containers:\n"
				"  - name: a\n    volumeMounts:\n    - {name: tmp, mountPath: /tmp}\n"
				"    - {name: cache, mountPath: /var/cache}\n"
				"    - {name: cache, mountPath: /proc/x}\n"
				"    - {name: cache, mountPath: /a/../../etc}\n"
				"    - {name: cache, mountPath: /ro, readOnly: true}\n"
				"    - {name: node, mountPath: /host}\n");

	(void)state;
	assert_int_equal(p->folders.len, 2);
	assert_string_equal(p->folders.items[0].path, "/tmp");
	assert_true(p->folders.items[0].size == UINT64_C(16) << 20);
	assert_string_equal(p->folders.items[1].path, "/var/cache");
	assert_int_equal(p->notes.len, 1);
	assert_non_null(strstr(p->notes.items[0], "'node' is not mounted"));
	arena_done(&s.arena);
}

static void test_environment(void **state)
{
	struct sample s = { 0 };
	const struct prove_pod *p = read_pod(
		&s, POD "  containers:\n  - name: a\n    env:\n    - {name: A, value: b}\n"
				"    - {name: C, valueFrom: {secretKeyRef: {name: d, key: e}}}\n");

	(void)state;
	assert_int_equal(p->env.len, 1);
	assert_bytes(p->env.items[0], "A=b");
	arena_done(&s.arena);
}

/* "engine-socket+ trace?": what a manifest tells of attacks, fallen or open, by name. */
static const char *said(const struct prove_pod *p, char *out, size_t cap)
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < p->said.len; i++)
		n += (size_t)snprintf(out + n, cap - n, "%s%s%s", i > 0 ? " " : "",
		                      probes[p->said.items[i].probe].name,
		                      p->said.items[i].fell ? "+" : "?");
	return out;
}

static const char *said_of_volume(struct sample *s, const char *yaml, char *out, size_t cap)
{
	char text[512];

	snprintf(text, sizeof(text),
	         POD "  volumes:\n  - {name: v, %s}\n  containers:\n  - name: a\n"
	             "    volumeMounts: [{name: v, mountPath: /v}]\n",
	         yaml);
	return said(read_pod(s, text), out, cap);
}

static void test_volumes_given(void **state)
{
	static const char *const samples[][2] = {
		{ "hostPath: {path: /srv/data}", "host-files+" },
		{ "hostPath: {path: /var/run/docker.sock}", "host-files+ engine-socket+" },
		{ "hostPath: {path: /run/}", "host-files+ engine-socket+" },
		{ "hostPath: {path: /run/my/csi.sock}", "host-files+ engine-socket+" },
		{ "hostPath: {path: /running}", "host-files+" },
		{ "hostPath: {path: /dev/sda}", "host-files+ devices?" },
		{ "hostPath: {path: /proc/sys}",
		  "host-files+ see-processes+ write-proc-sys? core-pattern?" },
		{ "persistentVolumeClaim: {claimName: c}", "host-files?" },
		{ "secret: {secretName: s}", "stored-secrets?" },
		{ "projected: {sources: [{secret: {name: s}}]}", "stored-secrets?" },
		{ "configMap: {name: m}", "" },
		{ "emptyDir: {}", "" },
	};
	struct sample s = { 0 };
	char out[512];

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++)
		assert_string_equal(said_of_volume(&s, samples[i][0], out, sizeof(out)), samples[i][1]);
	said_of_volume(&s, "hostPath: {path: /}", out, sizeof(out));
	assert_non_null(strstr(out, "engine-socket+ see-processes+"));
	arena_done(&s.arena);
}

static void test_given(void **state)
{
	struct sample s = { 0 };
	const struct prove_pod *p = read_pod(
		&s, POD "  hostIPC: true\n  shareProcessNamespace: true\n"
				"  securityContext: {supplementalGroups: [5, 0]}\n  containers:\n  - name: a\n"
				"    env: [{name: C, valueFrom: {configMapKeyRef: {name: d, key: e}}}]\n"
				"    envFrom: [{secretRef: {name: s}}]\n"
				"    volumeDevices: [{name: b, devicePath: /b}]\n"
				"  - name: b\n    securityContext: {capabilities: {add: [SYS_NEWER]}}\n");
	char out[512];

	(void)state;
	assert_string_equal(said(p, out, sizeof(out)),
	                    "devices? environment+ root-group+ shared-memory+ see-processes+ trace? "
	                    "signal?");
	assert_string_equal(p->said.items[1].what, "variables: from Secret 's'");
	assert_non_null(strstr(said(p + 1, out, sizeof(out)), "gain-capability?"));
	arena_done(&s.arena);
}

static void test_refused(void **state)
{
	static const char *const texts[] = { "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n",
		                                 "a: [b\n", "" };
	struct sample s = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_int_equal(prove_pods_read(bytes_str(texts[i]), &s.arena, &s.pods, &s.e), -1);
		assert_failed(&s.e, ERR_FORMAT);
	}
	arena_done(&s.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_said), cmocka_unit_test(test_hard),
		cmocka_unit_test(test_inherited),    cmocka_unit_test(test_capabilities),
		cmocka_unit_test(test_privileged),   cmocka_unit_test(test_volumes),
		cmocka_unit_test(test_environment),  cmocka_unit_test(test_volumes_given),
		cmocka_unit_test(test_given),        cmocka_unit_test(test_refused),
		cmocka_unit_test(test_ids),          cmocka_unit_test(test_filters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
