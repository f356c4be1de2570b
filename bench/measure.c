/* SPDX-License-Identifier: Apache-2.0 */
/* measure - time and memory of a command and all processes that it starts.
 *
 * usage: measure [-m] [-n RUNS] COMMAND [ARGUMENT...]
 * Prints one line: the fastest run, the middle run and the processor seconds of the fastest, and
 * with -m the largest sums over the whole process tree, sampled every 20 ms (0 without -m, because
 * sampling costs time):
 *   best SECONDS median SECONDS cpu SECONDS rss KIB pss KIB status N
 * The command's standard output goes to /dev/null. pss is 0 where the kernel does not let us
 * see. */
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PROCESSES = 4096, RUNS = 10000, SAMPLE_MS = 20 };

struct run {
	double wall, cpu;
	long rss, pss;
	int status;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The number behind "Name:" in a file of /proc, 0 when there is none. */
static long field_of(long pid, const char *file, const char *name)
{
	char path[64], line[256];
	long value = 0;

	snprintf(path, sizeof(path), "/proc/%ld/%s", pid, file);
	FILE *f = fopen(path, "re");

	if (!f)
		return 0;
	while (value == 0 && fgets(line, sizeof(line), f))
		if (strncmp(line, name, strlen(name)) == 0)
			value = strtol(line + strlen(name), NULL, 10);
	fclose(f);
	return value;
}

struct process {
	long pid, parent;
	bool ours;
};

static size_t list_processes(struct process *all, long root)
{
	DIR *proc = opendir("/proc");
	size_t n = 0;

	for (struct dirent *d; proc && n < PROCESSES && (d = readdir(proc));) {
		long pid = strtol(d->d_name, NULL, 10);

		if (pid > 0)
			all[n++] = (struct process){ pid, field_of(pid, "status", "PPid:"), pid == root };
	}
	if (proc)
		closedir(proc);
	return n;
}

static void sample(long root, struct run *r)
{
	static struct process all[PROCESSES];
	size_t n = list_processes(all, root);
	long rss = 0, pss = 0;

	/* Children are found by their parents; a few rounds reach the depth of any command. */
	for (int round = 0; round < 8; round++)
		for (size_t i = 0; i < n; i++)
			for (size_t j = 0; j < n && !all[i].ours; j++)
				all[i].ours = all[j].ours && all[i].parent == all[j].pid;
	for (size_t i = 0; i < n; i++) {
		if (!all[i].ours)
			continue;
		rss += field_of(all[i].pid, "status", "VmRSS:");
		pss += field_of(all[i].pid, "smaps_rollup", "Pss:");
	}
	r->rss = rss > r->rss ? rss : r->rss;
	r->pss = pss > r->pss ? pss : r->pss;
}

static struct run run_once(char **argv, bool memory)
{
	struct run r = { 0 };
	struct rusage usage;
	double began = now();
	pid_t child = vfork();

	if (child == 0) {
		int null = open("/dev/null", O_WRONLY);

		if (null >= 0)
			dup2(null, STDOUT_FILENO);
		execvp(argv[0], argv);
		_exit(127);
	}
	while (wait4(child, &r.status, memory ? WNOHANG : 0, &usage) == 0) {
		const struct timespec pause = { 0, SAMPLE_MS * 1000000L };

		sample(child, &r);
		nanosleep(&pause, NULL);
	}
	r.wall = now() - began;
	r.cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	        (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	r.status = WIFEXITED(r.status) ? WEXITSTATUS(r.status) : 128 + WTERMSIG(r.status);
	return r;
}

static int by_wall(const void *a, const void *b)
{
	double x = ((const struct run *)a)->wall, y = ((const struct run *)b)->wall;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	static struct run runs[RUNS];
	bool memory = false;
	long n = 1;
	int option;

	while ((option = getopt(argc, argv, "+mn:")) != -1) {
		if (option == 'm')
			memory = true;
		else if (option == 'n')
			n = strtol(optarg, NULL, 10);
	}
	if (optind >= argc || n < 1 || n > RUNS) {
		fputs("usage: measure [-m] [-n RUNS] COMMAND [ARGUMENT...]\n", stderr);
		return 2;
	}
	for (long i = 0; i < n; i++) {
		runs[i] = run_once(argv + optind, memory);
		if (runs[i].rss > runs[0].rss)
			runs[0].rss = runs[i].rss;
		if (runs[i].pss > runs[0].pss)
			runs[0].pss = runs[i].pss;
	}
	long rss = runs[0].rss, pss = runs[0].pss;

	qsort(runs, (size_t)n, sizeof(runs[0]), by_wall);
	printf("best %.5f median %.5f cpu %.5f rss %ld pss %ld status %d\n", runs[0].wall,
	       runs[n / 2].wall, runs[0].cpu, rss, pss, runs[n - 1].status);
	return 0;
}
