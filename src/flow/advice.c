/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/advice.h"

const struct advice advice_table[] = {
	{ "non-root-user", "Run as a user that is not root",
	  "Root in a container is the root of the machine, held back by namespaces and a list of "
	  "capabilities. One mistake in the kernel, in the runtime or in a mounted folder, and an "
	  "intruder of the service owns the host. As another user the same mistake gives nothing.",
	  "Name the user by number at the end of the Dockerfile; it needs no account:\n"
	  "\tCOPY --chown=0:0 out/ /app/\n"
	  "\tUSER 1654:1654\n"
	  "Microsoft's .NET images have an account for it:\n"
	  "\tUSER $APP_UID\n"
	  "Files stay owned by root, so that the service cannot change its own code. What it must "
	  "write goes to a volume or a tmpfs.",
	  "CIS Docker Benchmark 4.1; NIST SP 800-190 4.1.2; Kubernetes Pod Security Standards, "
	  "restricted: runAsNonRoot" },
	{ "known-user", "Name a user that exists",
	  "The config asks for an account that the image's passwd file does not have. Runtimes look it "
	  "up when the container starts, and refuse.",
	  "Use a number, which needs no account:\n"
	  "\tUSER 1654:1654\n"
	  "or make the account in the stage that is shipped:\n"
	  "\tRUN useradd --system --no-create-home --uid 1654 app\n",
	  "OCI image specification, config, User" },
	{ "supported-runtime", "Move to a .NET release that is supported",
	  "The runtime in the image gets no more security fixes. Every hole found in it from its last "
	  "day on stays open, and is described in public.",
	  "Raise the target framework and the two base images together, and publish again:\n"
	  "\t<TargetFramework>net10.0</TargetFramework>\n"
	  "\tFROM mcr.microsoft.com/dotnet/sdk:10.0 AS build\n"
	  "\tFROM mcr.microsoft.com/dotnet/aspnet:10.0\n"
	  "A self-contained application carries its runtime: there a new base image alone changes "
	  "nothing, it must be published again.",
	  ".NET support policy; NIST SP 800-190 4.1.1" },
	{ "patch-runtime", "Take the latest patch of the .NET runtime",
	  "Microsoft publishes a patch of each release about once a month; most close holes that are "
	  "described in public on the same day. The image has an older one.",
	  "Pull the base image again and rebuild; tags name the release, not the patch:\n"
	  "\tdocker build --pull .\n"
	  "A self-contained application carries its runtime: publish it again with the latest SDK.",
	  ".NET support policy; NIST SP 800-190 4.1.1" },
	{ "ending-runtime", "Plan the move to the next .NET release",
	  "Support of the runtime in the image ends within half a year. From that day on it gets no "
	  "security fixes.",
	  "Raise the target framework in a branch now and let the tests tell:\n"
	  "\t<TargetFramework>net10.0</TargetFramework>\n",
	  ".NET support policy" },
	{ "leaked-secrets", "Replace the keys and passwords that are in the image",
	  "Whoever can pull the image can read every file of every layer, its environment, labels and "
	  "build history. What was found there has the form of a key, a token or a password.",
	  "Replace each at the service that gave it, then build without it: as a file mount at run "
	  "time,\n"
	  "\tbuilder.Configuration.AddKeyPerFile(\"/run/secrets\", optional: true);\n"
	  "and as a secret mount in the build:\n"
	  "\tRUN --mount=type=secret,id=nuget,target=/root/.nuget/NuGet/NuGet.Config \\\n"
	  "\t    dotnet restore\n"
	  "'oakum secrets IMAGE' names each place.",
	  "CIS Docker Benchmark 4.10; NIST SP 800-190 4.1.4; OWASP Docker Security, rule 12" },
	{ "deleted-secrets", "Keep keys out of every layer, also the lower ones",
	  "A layer never changes. A later RUN rm only hides the file: whoever can pull the image can "
	  "read the lower layer. Files whose names usually mean a key, a password or a token are "
	  "hidden in this one. Treat what they held as known to others and replace it.",
	  "Hand secrets to the step that needs them; they never reach a layer:\n"
	  "\tRUN --mount=type=secret,id=nuget,target=/root/.nuget/NuGet/NuGet.Config \\\n"
	  "\t    dotnet restore\n"
	  "Build in one stage and copy only the result into another, and list keys in .dockerignore.",
	  "CIS Docker Benchmark 4.10; NIST SP 800-190 4.1.4; OWASP Docker Security, rule 12" },
	{ "drop-setuid", "Take the setuid and setgid bits away",
	  "Such a program runs with the rights of its owner, mostly root, whoever starts it. Each is a "
	  "way from the service's user to root when it has a flaw, and a service needs none of them.",
	  "In the last stage, after everything is installed:\n"
	  "\tRUN find / -xdev -perm /6000 -type f -exec chmod a-s {} +\n"
	  "In a layer of its own this writes the files once more; better take a base without them. At "
	  "run time no-new-privileges (Kubernetes: allowPrivilegeEscalation: false) makes the bits "
	  "mean nothing.",
	  "CIS Docker Benchmark 4.8; Kubernetes Pod Security Standards, restricted: "
	  "allowPrivilegeEscalation" },
	{ "drop-capabilities", "Take the file capabilities away",
	  "A file capability gives a program a part of root's rights whoever starts it, as the setuid "
	  "bit gives the whole.",
	  "In the last stage:\n"
	  "\tRUN setcap -r /usr/bin/ping\n"
	  "or leave the program out. Under no-new-privileges file capabilities mean nothing.",
	  "Kubernetes Pod Security Standards, restricted: capabilities; CIS Docker Benchmark 5 "
	  "(kernel capabilities)" },
	{ "lock-writable", "Let not everybody write to these files",
	  "Whoever runs in the container, as any user, can change them. A program or a setting that "
	  "the service reads becomes a way in; an intruder finds a place to stay.",
	  "Copy with the mode that is meant, and keep what is written in a volume:\n"
	  "\tCOPY --chmod=755 out/ /app/\n"
	  "A read-only root file system (Kubernetes: readOnlyRootFilesystem: true) closes all of them.",
	  "NIST SP 800-190 4.1.2; NSA and CISA Kubernetes Hardening Guide: immutable file systems" },
	{ "drop-compilers", "Leave compilers and the SDK in the build stage",
	  "They are large, bring most of an image's known vulnerabilities, and build an intruder's "
	  "tools in place. A service that runs needs none.",
	  "Build in one stage, ship another:\n"
	  "\tFROM mcr.microsoft.com/dotnet/sdk:10.0 AS build\n"
	  "\tRUN dotnet publish -c Release -o /out\n"
	  "\tFROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled\n"
	  "\tCOPY --from=build /out /app\n",
	  "CIS Docker Benchmark 4.3; NIST SP 800-190 4.1.1" },
	{ "drop-network-tools", "Leave network tools out",
	  "They fetch an intruder's next program and carry your data away. A health check needs none "
	  "either: let the service answer one itself.",
	  "Do not install them in the last stage; fetch in an earlier one, or let the builder do it:\n"
	  "\tADD --checksum=sha256:… https://example.com/file /opt/file\n",
	  "CIS Docker Benchmark 4.3; NIST SP 800-190 4.1.2" },
	{ "drop-shell", "Ship without a shell and package manager",
	  "Most attacks type commands: without a shell there is nothing to type them into, and without "
	  "a package manager nothing more is installed. The packages that bring them leave too, and "
	  "their vulnerabilities with them.",
	  "Base the last stage on a distroless or chiseled image:\n"
	  "\tFROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled\n"
	  "To look into a running container use an ephemeral one:\n"
	  "\tkubectl debug -it POD --image=busybox --target=CONTAINER\n",
	  "CIS Docker Benchmark 4.3; NSA and CISA Kubernetes Hardening Guide: distroless images" },
	{ "exec-form", "Start the program itself, not a shell around it",
	  "In the shell form a shell is process 1. It does not pass signals on: on stop the program is "
	  "killed after the grace period, in the middle of its requests. And the image must have a "
	  "shell.",
	  "Write a JSON array:\n"
	  "\tENTRYPOINT [\"dotnet\", \"/app/shop.dll\"]\n"
	  "Where a variable must be expanded, let the program read it, or at least begin the shell's "
	  "text with exec.",
	  "Dockerfile reference, shell and exec form; hadolint DL3025" },
	{ "close-ssh", "Do not run a login service",
	  "Port 22 says that people log in to the container. That is one more service with passwords "
	  "or keys to keep, beside the way the platform already has.",
	  "Take the server and the port out, and use the platform's own way in:\n"
	  "\tkubectl exec, kubectl debug, docker exec\n",
	  "NIST SP 800-190 4.1.2; CIS Docker Benchmark 5 (no ssh in containers)" },
	{ "high-ports", "Listen above port 1023",
	  "Ports below 1024 belong to root unless the runtime says otherwise. Services that listen "
	  "there are kept root or get NET_BIND_SERVICE only for that.",
	  "Listen high and map low:\n"
	  "\tENV ASPNETCORE_HTTP_PORTS=8080\n"
	  "\tEXPOSE 8080\n"
	  "\tdocker run -p 80:8080 …\n",
	  "CIS Docker Benchmark 5 (privileged ports)" },
	{ "numeric-user", "Name the user by number",
	  "Kubernetes checks runAsNonRoot before it looks into the image. Of a name it cannot tell "
	  "whether it is root, and refuses to start the container.",
	  "Write the number that the account has:\n"
	  "\tUSER 1654:1654\n",
	  "Kubernetes Pod Security Standards, restricted: runAsNonRoot" },
	{ "reclaim-hidden", "Do not ship files that nobody sees",
	  "Files that an upper layer replaced or deleted are still in the image: they are stored, "
	  "pulled and scanned, and never seen by the program.",
	  "Delete in the step that made them, or build in another stage and copy the result:\n"
	  "\tRUN apt-get update && apt-get install -y --no-install-recommends libicu72 \\\n"
	  "\t && rm -rf /var/lib/apt/lists/*\n"
	  "chmod and chown of a file in a later layer store it once more: use COPY --chmod, --chown.",
	  "Docker, Building best practices" },
	{ 0 },
};

const struct advice *advice_find(const char *id)
{
	for (const struct advice *a = advice_table; a->id; a++)
		if (strcmp(a->id, id) == 0)
			return a;
	return NULL;
}
