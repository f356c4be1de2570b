/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/learn.h"

#include "base/limits.h"
#include "base/text.h"
#include "runtime/health.h"
#include "sys/file.h"
#include "sys/process.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int await(uint16_t port, struct container *c, struct arena *a, err *e)
{
	const struct health_probe listens = { .kind = HEALTH_TCP,
		                                  .port = port,
		                                  .timeout_ms = LIMIT_LEARN_START_MS };
	struct health_result found;

	if (health_await(c, &listens, a, &found, e) < 0)
		return -1;
	return found.held ? 0 : err_set(e, ERR_NET, 0, "%s", found.last);
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

static int watch(const struct learning *o, struct container *c, struct arena *a,
                 struct learning_result *out, err *e)
{
	const struct hardening *h = &o->launch->hardening;
	uint64_t for_ms = o->for_ms;

	if (o->workload) {
		if ((h->ports.len > 0 && await(h->ports.items[0].container, c, a, e) < 0) ||
		    use(o, a, out, e) < 0)
			return -1;
		for_ms = 0;
	}
	const struct deadline last = deadline_in(for_ms);
	int ended = container_wait(c, &last, &out->status, e);

	if (ended != 0)
		return ended < 0 ? -1 : 0;
	out->by_us = true; /* how it ends belongs to what it needs */
	return container_end(c, &out->status, e) < 0 ? -1 : 0;
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
		status = watch(o, c, a, out, e);
	container_stop(c);
	if (learn_end(&learner, a, status < 0 ? NULL : &out->learned, e) < 0)
		status = -1;
	return status;
}
