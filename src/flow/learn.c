/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/learn.h"

#include "base/limits.h"
#include "base/text.h"
#include "sys/file.h"
#include "sys/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* How often it is asked whether the program listens. */
#define ASK_MS 50

/* until_listening(c, port, out, e): 1 when it does, 0 when the program has ended (*out: its
 * status), -1 when the time is over. */
static int until_listening(struct container *c, uint16_t port, int *out, err *e)
{
	const struct deadline last = deadline_in(LIMIT_LEARN_START_MS);
	err late = { 0 };

	for (;;) {
		const struct deadline next = deadline_in(ASK_MS);
		err nobody = { 0 };
		int fd, done;

		if (container_connect(c, port, &fd, &nobody) == 0) {
			close(fd);
			return 1;
		}
		if ((done = container_wait(c, &next, out, e)) != 0)
			return done < 0 ? -1 : 0;
		if (deadline_check(&last, &late) < 0)
			return err_set(e, ERR_NET, 0, "nobody listens on port %u", (unsigned)port);
	}
}

static int use(const struct learning *o, struct arena *a, struct learning_result *out, err *e)
{
	const struct process p = { .argv = o->workload,
		                       .environment = o->environment,
		                       .output_max = LIMIT_LEARN_OUTPUT,
		                       .timeout_ms = o->for_ms };
	struct process_result said;

	if (process_run(&p, a, &said, e) < 0)
		return err_wrap(e, "%s", SHOW(bytes_str(o->workload[0])));
	out->workload = said.status;
	out->message = text_shown(a, said.message);
	return 0;
}

/* It is asked to end, as docker stop does: how it ends belongs to what it needs. */
static int finish(struct container *c, struct learning_result *out, err *e)
{
	const struct deadline last = deadline_in(LIMIT_HEALTH_STOP_MS);

	out->by_us = true;
	if (container_signal(c, SIGTERM, e) < 0)
		return -1;
	int done = container_wait(c, &last, &out->status, e);

	if (done == 0)
		out->status = 128 + SIGKILL;
	return done < 0 ? -1 : 0;
}

static int watch(const struct learning *o, struct container *c, struct arena *a,
                 struct learning_result *out, err *e)
{
	const struct hardening *h = &o->launch->hardening;
	const struct deadline last = deadline_in(o->for_ms);
	int listening = 1, done;

	if (!o->workload) {
		done = container_wait(c, &last, &out->status, e);
		return done != 0 ? done : finish(c, out, e);
	}
	if (h->ports.len > 0)
		listening = until_listening(c, h->ports.items[0].container, &out->status, e);
	if (listening < 0)
		return -1;
	if (listening == 0)
		return err_set(e, ERR_NET, 0, "the program ended with status %d before it listened",
		               out->status);
	if (use(o, a, out, e) < 0)
		return -1;
	const struct deadline now = deadline_in(0);

	done = container_wait(c, &now, &out->status, e);
	return done != 0 ? done : finish(c, out, e);
}

int learn_run(const struct learning *o, struct arena *a, struct learning_result *out, err *e)
{
	struct container_options options = launch_container(o->launch);
	struct hardening hardening = o->launch->hardening;
	struct container *c = NULL;
	struct learner learner;
	auto_fd nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

	*out = (struct learning_result){ 0 };
	if (nothing < 0)
		return err_set(e, ERR_IO, errno, "/dev/null");
	if (learn_begin(&learner, e) < 0)
		return -1;
	hardening.without |= 1U << DEFENCE_READONLY;
	options.hardening = &hardening;
	options.observer = learner.socket;
	options.streams[0] = nothing;
	options.streams[1] = STDERR_FILENO;
	int status = container_start(&options, &c, e);

	if (status == 0)
		status = watch(o, c, a, out, e) < 0 ? -1 : 0;
	container_stop(c);
	if (learn_end(&learner, a, status < 0 ? NULL : &out->learned, e) < 0)
		status = -1;
	return status;
}
