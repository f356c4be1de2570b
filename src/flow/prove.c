/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/prove.h"

#include "base/limits.h"
#include "base/text.h"
#include "confine/bundle.h"
#include "confine/capabilities.h"
#include "secret/rules.h"
#include "secret/scan.h"
#include "sys/file.h"
#include "sys/process.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct proof {
	const struct prove_options *options;
	struct arena *a;
	struct launch launch;
	struct prove_container *out;
	struct probe_answer *answers;
	int tcp, local;       /* who listens on the host */
	int ends[2];          /* what the helper says */
	int said[2];          /* what the runtime says, which its log has, too; nobody reads it */
	const char *program;  /* of the image */
	struct strings words; /* what the helper is told */
	bool whole;           /* the helper came to its end */
	int status;           /* of the container */
};

/* -- what it needs ----------------------------------------------------------------------------- */

/* Kept from one time to the next, as layers are: written when it is missing or another. */
static int put_file(struct proof *p, const char *name, bytes text, mode_t mode, err *e)
{
	const char *path = arena_printf(p->a, "%s/prove/%s", p->launch.store, name);
	err ignored = { 0 }; /* not there yet */
	bytes have;

	if (file_read_all(path, text.n + 1, p->a, &have, &ignored) == 0 && bytes_equal(have, text))
		return 0;
	return file_write_atomic(path, text, mode, e);
}

static int put_helper(struct proof *p, err *e)
{
	static const char *const files[][2] = { { "probe", PROBES_PROGRAM },
		                                    { "secret", PROBES_CANARY },
		                                    { "token", PROBES_TOKEN } };
	struct hardening *h = &p->launch.hardening;
	size_t n = p->options->pod && p->options->pod->has_token ? 3 : 2;

	if (file_make_dirs(arena_printf(p->a, "%s/prove", p->launch.store), 0700, e) < 0 ||
	    put_file(p, "probe", bytes_of(probes_program, probes_program_len), 0555, e) < 0 ||
	    put_file(p, "secret", BYTES("a secret of another service\n"), 0400, e) < 0 ||
	    put_file(p, "token", BYTES("a service account's token\n"), 0444, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		*ARENA_PUSH(p->a, &h->binds) = (struct hardening_bind){
			arena_printf(p->a, "%s/prove/%s", p->launch.store, files[i][0]), files[i][1]
		};
	return 0;
}

static int listen_on(int family, const struct sockaddr *address, socklen_t size, err *e)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd >= 0 && bind(fd, address, size) == 0 && listen(fd, 8) == 0)
		return fd;
	(void)err_set(e, ERR_IO, errno, "listen on this machine");
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Nobody is answered: a connection that waits to be accepted is one. The kernel chooses a port, and
 * a name of five letters (unix(7), autobind). */
static int listen_here(struct proof *p, uint16_t *out_port, const char **out_name, err *e)
{
	struct sockaddr_in tcp = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_un local = { .sun_family = AF_UNIX };
	socklen_t tcp_size = sizeof(tcp), local_size = sizeof(local) - 1;

	p->tcp = listen_on(AF_INET, (const struct sockaddr *)&tcp, sizeof(tcp), e);
	if (p->tcp < 0)
		return -1;
	p->local = listen_on(AF_UNIX, (const struct sockaddr *)&local, sizeof(local.sun_family), e);
	if (p->local < 0)
		return -1;
	if (getsockname(p->tcp, (struct sockaddr *)&tcp, &tcp_size) < 0 ||
	    getsockname(p->local, (struct sockaddr *)&local, &local_size) < 0)
		return err_set(e, ERR_IO, errno, "who listens on this machine");
	*out_port = ntohs(tcp.sin_port);
	*out_name = arena_str(p->a, bytes_str(local.sun_path + 1));
	return 0;
}

/* -- the settings ------------------------------------------------------------------------------ */

/* Those that we have to give: a container in a container may lack some. */
static uint64_t capabilities_here(void)
{
	uint64_t all = 0;

	for (unsigned n = 0; n < CAPABILITIES; n++)
		if (prctl(PR_CAPBSET_READ, n) == 1)
			all |= UINT64_C(1) << n;
	return all;
}

/* The pod's, else the image's, root and its group included, as containerd has it. The kubelet
 * starts none of whom it cannot tell that he is not root. */
static int take_pod_user(struct proof *p, const struct prove_pod *pod, err *e)
{
	const struct hardening_names *known = &p->launch.names;
	struct hardening *h = &p->launch.hardening;
	bytes text = p->launch.rootfs.config.user;
	struct user who;

	if (pod->has_user)
		text = bytes_str(arena_printf(p->a, "%u", pod->uid));
	if (user_find(text, &known->accounts, &known->groups, &who, e) < 0)
		return -1;
	if (pod->must_not_be_root && (who.uid == 0 || !who.is_number))
		return err_set(e, ERR_FORMAT, 0, "it would not start: runAsNonRoot, and its user is %s",
		               who.uid == 0 ? "root" : "a name, which the kubelet does not look up");
	if (who.uid == 0)
		h->without |= 1U << DEFENCE_USER;
	h->uid = who.uid;
	h->gid = who.gid = pod->has_group ? pod->gid : who.gid;
	who.says_group = false; /* containerd gives them all the same */
	return user_find_groups(known->group_file, &who, p->a, &h->groups, e);
}

/* "this machine cannot give CAP_SYS_RESOURCE, which the cluster may" */
static const char *lacks(const struct proof *p, uint64_t missing)
{
	buf text = BUF_INIT(4 * KIB);

	buf_puts(&text, "this machine cannot give ");
	for (unsigned n = 0, len = 0; n < CAPABILITIES; n++)
		if (missing >> n & 1)
			buf_printf(&text, "%s%s", len++ > 0 ? ", " : "", capability_name(n));
	buf_puts(&text, ", which the cluster may");
	const char *made = arena_str(p->a, buf_bytes(&text));

	buf_done(&text);
	return made;
}

static int take_pod(struct proof *p, const struct prove_pod *pod, err *e)
{
	struct hardening *h = &p->launch.hardening;

	if (pod->is_windows)
		return err_set(e, ERR_FORMAT, 0, "a container of Windows cannot be attacked here");
	if (*pod->fault)
		return err_set(e, ERR_FORMAT, 0, "it would not start: %s", pod->fault);
	h->without = pod->without;
	h->capabilities = pod->capabilities & capabilities_here();
	if (h->capabilities != pod->capabilities)
		*ARENA_PUSH(p->a, &p->out->notes) = lacks(p, pod->capabilities & ~h->capabilities);
	h->memory = pod->memory;
	h->processes = 0; /* the kubelet's, no pod's */
	h->folders.len = 0;
	for (size_t i = 0; i < pod->folders.len; i++)
		*ARENA_PUSH(p->a, &h->folders) = pod->folders.items[i];
	for (size_t i = 0; i < pod->env.len; i++)
		*ARENA_PUSH(p->a, &h->env) = pod->env.items[i];
	for (size_t i = 0; i < pod->notes.len; i++)
		*ARENA_PUSH(p->a, &p->out->notes) = pod->notes.items[i];
	return take_pod_user(p, pod, e);
}

/* "./shop" lies in the image's folder; "shop" somewhere in its PATH. */
static const char *program_of(const struct proof *p)
{
	const struct hardening *h = &p->launch.hardening;
	bytes program = h->args.len > 0 ? h->args.items[0] : (bytes){ 0 };

	if (bytes_find(program, '/') == program.n || program.p[0] == '/')
		return arena_str(p->a, program);
	return arena_printf(p->a, PRIb "/" PRIb, BYTESF(h->cwd), BYTESF(program));
}

static int take_settings(struct proof *p, err *e)
{
	static const char processes_stay[] = "the layer 'processes' stays: an ordinary user's "
										 "container cannot do without";
	struct hardening *h = &p->launch.hardening;

	p->program = program_of(p);
	h->name = "oakum";
	h->cwd = BYTES("/");
	h->terminal = false;
	if (p->options->pod && take_pod(p, p->options->pod, e) < 0)
		return -1;
	hardening_leave_out(h, p->options->without);
	if (p->options->without >> DEFENCE_CAPABILITIES & 1) {
		h->capabilities = capabilities_here();
		if (h->capabilities == 0)
			*ARENA_PUSH(p->a, &p->out->notes) = "the layer 'capabilities' stays: this machine "
												"has none to give";
	}
	if (p->launch.host.as_user && !hardening_has(h, DEFENCE_PROCESSES)) {
		h->without &= ~(1U << DEFENCE_PROCESSES); /* its own /proc could not be mounted */
		*ARENA_PUSH(p->a, &p->out->notes) = processes_stay;
	}
	p->out->without = hardening_without(h);
	return 0;
}

static bool has_limits(const struct proof *p)
{
	return p->launch.host.cgroup != NULL;
}

static void add_word(struct proof *p, const char *word)
{
	*ARENA_PUSH(p->a, &p->words) = bytes_str(word);
}

static void set_words(struct proof *p, uint16_t port, const char *local)
{
	struct hardening *h = &p->launch.hardening;
	uint64_t memory = h->memory > 0 ? h->memory : HARDENING_MEMORY;
	struct stat ipc;

	add_word(p, PROBES_PROGRAM);
	add_word(p, arena_printf(p->a, "program=%s", p->program));
	add_word(p, arena_printf(p->a, "port=%u", port));
	add_word(p, arena_printf(p->a, "socket=%s", local));
	if (stat("/proc/self/ns/ipc", &ipc) == 0)
		add_word(p, arena_printf(p->a, "ipc=%llu", (unsigned long long)ipc.st_ino));
	for (size_t i = 0; i < h->folders.len; i++)
		add_word(p, arena_printf(p->a, "folder=%s", h->folders.items[i].path));
	if (has_limits(p) && memory <= LIMIT_PROVE_MEMORY)
		add_word(p, arena_printf(p->a, "memory=%llu", (unsigned long long)memory));
	if (has_limits(p) && h->processes > 0)
		add_word(p, arena_printf(p->a, "processes=%u", h->processes));
	h->args = p->words;
}

/* -- the attack -------------------------------------------------------------------------------- */

/* What fits into the pipe; more is not told, and an answer that is cut makes no sense. */
static int take_answers(struct proof *p, err *e)
{
	uint8_t *text = arena_alloc(p->a, LIMIT_PROVE_ANSWER);
	size_t n = 0;
	ssize_t got;

	while (n < LIMIT_PROVE_ANSWER && (got = read(p->ends[0], text + n, LIMIT_PROVE_ANSWER - n)) > 0)
		n += (size_t)got;
	return probes_read(bytes_of(text, n), p->answers, &p->whole, e);
}

static int run_helper(struct proof *p, err *e)
{
	struct container_options o = launch_container(&p->launch);
	struct deadline deadline = deadline_in(LIMIT_PROVE_MS);
	struct container *container = NULL;

	o.streams[0] = CONTAINER_NOTHING;
	o.streams[1] = p->ends[1];
	o.streams[2] = p->said[1];
	o.stops = true;
	if (container_start(&o, &container, e) < 0)
		return -1;
	int ended = container_wait(container, &deadline, &p->status, e);

	container_stop(container);
	if (ended == 0 && p->status > 0) { /* nothing is left of it: now the signal may end us */
		(void)raise(p->status);
		return err_set(e, ERR_IO, 0, "it was interrupted");
	}
	if (ended == 0)
		return err_set(e, ERR_LIMIT, 0, "the probes took longer than %u seconds",
		               LIMIT_PROVE_MS / 1000);
	return ended < 0 ? -1 : take_answers(p, e);
}

static int attack(struct proof *p, err *e)
{
	const char *local = NULL;
	uint16_t port = 0;

	if (pipe2(p->ends, O_CLOEXEC) < 0 || pipe2(p->said, O_CLOEXEC | O_NONBLOCK) < 0 ||
	    fcntl(p->ends[0], F_SETFL, O_NONBLOCK) < 0)
		return err_set(e, ERR_IO, errno, "a pipe for the probes");
	if (put_helper(p, e) < 0 || listen_here(p, &port, &local, e) < 0)
		return -1;
	set_words(p, port, local);
	return run_helper(p, e);
}

/* -- what came of it --------------------------------------------------------------------------- */

/* The names of variables that hold secrets; never a value. */
static int search_environment(struct proof *p, struct probe_answer *out, err *e)
{
	const struct strings *env = &p->launch.hardening.env;
	struct secret_scanner *scanner = secret_scanner_new(e);

	if (!scanner)
		return -1;
	*out = (struct probe_answer){ .verdict = PROBE_HELD };
	for (size_t i = 0; i < env->len && out->verdict == PROBE_HELD; i++) {
		bytes name = bytes_slice(env->items[i], 0, bytes_find(env->items[i], '='));
		size_t n;

		secret_scanner_begin(scanner);
		secret_scanner_add(scanner, env->items[i]);
		secret_scanner_end(scanner);
		const struct secret_finding *found = secret_scanner_findings(scanner, &n);

		if (n > 0)
			*out = (struct probe_answer){
				.verdict = PROBE_GAINED,
				.what = bytes_str(
					arena_printf(p->a, "%s: %s", SHOW(name), secret_rules[found->rule].title)),
			};
	}
	secret_scanner_free(scanner);
	return 0;
}

/* Whether a pod's network leads so far is the cluster's to say. */
static bool is_clusters(const struct proof *p, const struct probe *probe)
{
	return p->options->pod && hardening_has(&p->launch.hardening, DEFENCE_NETWORK) &&
	       bytes_is(bytes_str(probe->name), "metadata");
}

static const char *why_untried(const struct proof *p, const struct probe *probe,
                               const struct probe_answer *answer)
{
	bool of_limits = probe->holders[0].holder == DEFENCE_LIMITS;

	if (of_limits && !has_limits(p))
		return "no limits can be set here";
	if (p->options->pod && bytes_is(bytes_str(probe->name), "fork-bomb"))
		return "the kubelet limits processes, no pod does";
	if (of_limits && p->launch.hardening.memory > LIMIT_PROVE_MEMORY)
		return "so much memory is not filled to see whether it ends";
	return answer->what.n > 0 ? arena_str(p->a, answer->what) : "the container ended before";
}

static void skip(struct proof *p, const struct probe *probe, const char *why)
{
	*ARENA_PUSH(p->a, &p->out->skipped) = (struct prove_skipped){ probe, why };
}

/* What was written to an emptyDir, and run from it. Where the root can be written to, the program
 * can be run from there as well, though the volume was met first. */
static bool is_beyond(const struct proof *p, const struct prove_item *item)
{
	const struct prove_pod *pod = p->options->pod;

	if (!pod || item->held || item->probe->holders[0].holder != DEFENCE_NOEXEC ||
	    !hardening_has(&p->launch.hardening, DEFENCE_READONLY))
		return false;
	for (size_t i = 0; i < pod->folders.len; i++)
		if (strcmp(item->what, pod->folders.items[i].path) == 0)
			return true;
	return false;
}

/* The profile lies on the nodes, and here the default one was in its place. */
static bool is_others(const struct proof *p, const struct prove_item *item)
{
	return p->options->pod && p->options->pod->has_other_filter && item->held &&
	       item->judgement.by == DEFENCE_SECCOMP;
}

/* With one id for all, files of "others" are its own. */
static void take_answer(struct proof *p, const struct probe *probe,
                        const struct probe_answer *answer, const struct probe_setting *setting)
{
	if (setting->one_id && bytes_is(bytes_str(probe->name), "secret-of-others")) {
		skip(p, probe, "an ordinary user has one id here: there are no others");
	} else if (is_clusters(p, probe)) {
		skip(p, probe, "whether a pod's network leads there is the cluster's to say");
	} else if (answer->verdict == PROBE_UNTRIED || answer->verdict == PROBE_UNKNOWN) {
		skip(p, probe, why_untried(p, probe, answer));
	} else {
		struct prove_item *item = ARENA_PUSH(p->a, &p->out->probes);

		*item = (struct prove_item){ .probe = probe,
			                         .held = answer->verdict == PROBE_HELD,
			                         .error = answer->error,
			                         .what = arena_str(p->a, answer->what) };
		if (item->held)
			probe_judge(probe, answer->error, setting, &item->judgement);
		item->beyond = is_beyond(p, item);
		if (is_others(p, item)) {
			p->out->probes.len--;
			skip(p, probe,
			     "the default profile of seccomp holds it: what the manifest's, which lies on the "
			     "nodes, does is not known here");
		}
	}
}

/* What a manifest says falls whatever was seen here; what it leaves open is not held. */
static void hear_manifest(struct proof *p)
{
	const struct prove_pod *pod = p->options->pod;

	for (size_t i = 0; pod && i < pod->said.len; i++) {
		const struct prove_said *said = &pod->said.items[i];
		struct probe_answer *answer = &p->answers[said->probe];

		if (said->fell || answer->verdict != PROBE_GAINED)
			*answer = (struct probe_answer){ .verdict = said->fell ? PROBE_GAINED : PROBE_UNKNOWN,
				                             .what = bytes_str(said->what) };
	}
}

/* The kernel may end the whole container for what its last probe took. */
static int take_all(struct proof *p, err *e)
{
	const struct host *host = &p->launch.host;
	const struct probe_setting setting = { &p->launch.hardening, host->as_user && host->ids == 1 };
	struct probe_answer *bomb = &p->answers[probe_find(BYTES("memory-bomb"))];

	if (!p->whole && p->status == PROCESS_STATUS_SIGNAL + SIGKILL && bomb->verdict == PROBE_UNTRIED)
		*bomb = (struct probe_answer){ .verdict = PROBE_HELD, .error = ENOMEM };
	else if (!p->whole)
		return err_set(e, ERR_FORMAT, 0, "the probes did not come to their end (status %d)",
		               p->status);
	if (search_environment(p, &p->answers[probe_find(BYTES("environment"))], e) < 0)
		return -1;
	p->answers[probe_find(BYTES("host-files"))].verdict = PROBE_HELD; /* only ours are mounted */
	hear_manifest(p);
	for (size_t i = 0; i < probes_len; i++)
		take_answer(p, &probes[i], &p->answers[i], &setting);
	for (size_t i = 0; i < host->notes.len; i++)
		*ARENA_PUSH(p->a, &p->out->notes) = host->notes.items[i];
	return 0;
}

/* What the runtime was told, but for places of this machine. */
static int hash_settings(const struct proof *p, digest *out, err *e)
{
	const struct bundle_host host = { .root = "rootfs", .cgroup = "/oakum" };
	struct hardening h = p->launch.hardening;
	buf text = BUF_INIT(LIMIT_SETTINGS);
	struct stream s;

	h.binds.len = 0;
	h.args.len = 0;
	stream_init(&s, stream_to_buf, &text);
	bundle_write(&h, &host, &s);
	int status = stream_finish(&s, e);

	*out = digest_of(DIGEST_SHA256, buf_bytes(&text));
	buf_done(&text);
	return status;
}

static void end(const struct proof *p)
{
	const int fds[] = { p->tcp, p->local, p->ends[0], p->ends[1], p->said[0], p->said[1] };

	for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

int prove_image(const struct target *target, const struct prove_options *options, struct arena *a,
                struct prove_container *out, err *e)
{
	struct proof p = { .options = options, .a = a, .out = out, .tcp = -1, .local = -1 };

	*out = (struct prove_container){ .name = options->pod ? options->pod->name : "",
		                             .image = target->text };
	p.ends[0] = p.ends[1] = p.said[0] = p.said[1] = -1;
	p.answers = arena_array(a, struct probe_answer, probes_len);
	int status = launch_prepare(target, &options->launch, a, &p.launch, e);

	if (status == 0)
		status = take_settings(&p, e);
	if (status == 0)
		status = attack(&p, e);
	if (status == 0)
		status = take_all(&p, e);
	if (status == 0)
		status = hash_settings(&p, &out->settings, e);
	out->manifest = p.launch.rootfs.image;
	end(&p);
	return status;
}
