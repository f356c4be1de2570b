/* SPDX-License-Identifier: Apache-2.0 */
/* init_project - what a folder holds that is built and run: its services and its workloads.
 *
 * A service is what a Dockerfile or a runnable .NET project without one makes; its ports are those
 * that the Dockerfile exposes or configures (EXPOSE, ASPNETCORE_URLS, ASPNETCORE_HTTP_PORTS), that
 * the project names (ContainerPort, the container profiles of launchSettings.json), or what the
 * official images of .NET listen on. A workload is a Deployment, StatefulSet or DaemonSet among the
 * manifests. Everything is an enemy's: names that are no plain words are left out and noted.
 * For flow/init_serve.c. Threading: as the job. */
#pragma once

#include "rule/job.h"

#define INIT_FOLDER "deploy/oakum" /* what is ours is not read */
#define INIT_PORTS 8

struct init_ports {
	uint32_t items[INIT_PORTS];
	size_t len;
	const char *source; /* "EXPOSE in src/Dockerfile"; "" for none */
};

struct init_service {
	const char *name;          /* a DNS label (RFC 1123) */
	const char *dockerfile;    /* its path, or NULL: the SDK makes the image */
	const char *context;       /* with a Dockerfile: the folder it is built in */
	const char *project;       /* path of the .NET project, or NULL */
	const char *version, *sdk; /* "1.0.0"; "8.0", or "" */
	const char *user;          /* the number its program runs as */
	bool dotnet;
	struct init_ports ports;
};

struct init_label {
	const char *key, *value;
};

struct init_workload {
	const char *api, *kind, *name;
	const char *user;
	struct {
		const char **items;
		size_t len, cap;
	} containers;
	struct {
		struct init_label *items;
		size_t len, cap;
	} labels; /* of its selector */
	struct init_ports ports;
};

struct init_project {
	const char *name; /* of the folder, as a DNS label */
	struct {
		struct init_service *items;
		size_t len, cap;
	} services;
	struct {
		struct init_workload *items;
		size_t len, cap;
	} workloads;
	struct {
		const char **items;
		size_t len, cap;
	} notes; /* what was left out, and why */
};

/* init_project_read(job, name, out): job's files are named relative to the folder. Arena of the
 * job. */
void init_project_read(struct rule_job *job, bytes name, struct init_project *out);
