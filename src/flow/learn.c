/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/learn.h"

#include "base/limits.h"
#include "base/text.h"
#include "sys/file.h"
#include "sys/process.h"

#include <unistd.h>

struct watch {
	const struct learning *options;
	struct container *container;
	struct arena *arena;
	struct learning_result *out;
	bool ended; /* by itself, and as a probe asked */
};

/* interrupted(w): there was a signal for us; then whoever waited has failed, and says nothing. */
static bool interrupted(struct watch *w)
{
	const struct deadline now = deadline_in(0);
	err ignored = { 0 }; /* a guard that was killed says so to the next who asks */
	int signal = 0;

	if (w->out->interrupt == 0 && container_wait(w->container, &now, &signal, &ignored) == 0)
		w->out->interrupt = signal;
	return w->out->interrupt > 0;
}

static int await(struct watch *w, const struct health_probe *probe, err *e)
{
	struct health_result found;

	if (health_await(w->container, probe, w->arena, &found, e) < 0)
		return -1;
	w->out->interrupt = found.interrupt;
	w->ended = found.ended && found.held;
	if (found.held || interrupted(w))
		return 0;
	return err_set(e, ERR_NET, 0, "%s%s%s", probe->text ? probe->text : "", probe->text ? ": " : "",
	               SHOW(bytes_str(found.last)));
}

static int use(struct watch *w, err *e)
{
	const struct learning *o = w->options;
	const int stop = container_interrupt(w->container);
	const struct process p = { .argv = o->workload,
		                       .environment = o->environment,
		                       .output_max = LIMIT_LEARN_OUTPUT,
		                       .timeout_ms = o->workload_ms,
		                       .stop = &stop };
	struct process_result said;

	if (process_run(&p, w->arena, &said, e) < 0) {
		if (!interrupted(w))
			return -1;
		err_clear(e); /* the caller tells it */
		return 0;
	}
	if (said.status == 0)
		return 0;
	return err_set(e, ERR_IO, 0, "%s ended with status %d: %s", SHOW(bytes_str(*o->workload)),
	               said.status, SHOW(bytes_trim(said.message)));
}

/* What must come about before it is only watched. */
static int exercise(struct watch *w, const struct health_probe *probe, err *e)
{
	const struct hardening *h = &w->options->launch->hardening;
	struct health_probe listens = { .kind = HEALTH_TCP, .timeout_ms = LIMIT_LEARN_START_MS };

	if (!probe && w->options->workload && h->ports.len > 0) {
		listens.port = h->ports.items[0].container;
		probe = &listens;
	}
	if ((probe && await(w, probe, e) < 0) ||
	    (w->options->workload && w->out->interrupt == 0 && use(w, e) < 0))
		return -1;
	return w->out->interrupt > 0 ? err_set(e, ERR_IO, 0, "it was interrupted") : 0;
}

static int watch(struct watch *w, const struct health_probe *probe, err *e)
{
	struct learning_result *out = w->out;
	uint64_t began_ms = deadline_now_ms();

	if (exercise(w, probe, e) < 0)
		return -1;
	const struct deadline last = deadline_in(w->options->watch_ms);
	int ended = container_wait(w->container, &last, &out->status, e);

	out->ran_ms = deadline_now_ms() - began_ms;
	if (ended < 0)
		return -1;
	if (ended > 0)
		return out->status == 0 || w->ended
		           ? 0
		           : err_set(e, ERR_IO, 0,
		                     "the program ended with status %d (where that is its end: --probe "
		                     "exit=%d)",
		                     out->status, out->status);
	out->interrupt = out->status;
	out->by_us = true; /* how it ends belongs to what it needs */
	return container_end(w->container, &out->status, e) < 0 ? -1 : 0;
}

/* observe(w, learner, e): the container from its start to its end. */
static int observe(struct watch *w, const struct learner *learner, err *e)
{
	const struct learning *o = w->options;
	struct container_options options = launch_container(o->launch);
	struct hardening hardening = o->launch->hardening;
	struct health_probe probe = o->health ? o->health->probe : (struct health_probe){ 0 };

	probe.environment = o->environment;
	hardening.without |= 1U << DEFENCE_READONLY;
	if (o->health) {
		const struct oci_config *config = &o->launch->rootfs.config;

		health_apply(o->health, &config->entrypoint, w->arena, &hardening);
		if (health_publish(&probe, &config->exposed_ports, w->arena, &hardening, e) < 0)
			return -1;
	}
	options.hardening = &hardening;
	options.observer = learner->socket;
	options.stops = true;
	options.streams[0] = CONTAINER_NOTHING;
	options.streams[1] = STDERR_FILENO;
	if (container_start(&options, &w->container, e) < 0)
		return -1;
	int status = watch(w, o->health ? &probe : NULL, e);

	container_stop(w->container);
	return status;
}

int learn_run(const struct learning *o, struct arena *a, struct learning_result *out, err *e)
{
	struct watch w = { .options = o, .arena = a, .out = out };
	struct learner learner;

	*out = (struct learning_result){ 0 };
	if (learn_begin(&learner, e) < 0)
		return -1;
	int status = observe(&w, &learner, e);

	/* The first failure is the one that is told. */
	if (learn_end(&learner, a, status < 0 ? NULL : &out->learned, e) < 0)
		status = -1;
	return status;
}
