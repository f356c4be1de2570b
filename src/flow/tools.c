/* SPDX-License-Identifier: Apache-2.0 */
/* Programs an intruder would use and a service does not need, by their well-known names. */
#include "flow/judge.h"

#include <stdio.h>

enum { MODE_EXECUTE = 0111 };

static const char *const folders[] = { "bin",      "sbin",          "usr/bin",
	                                   "usr/sbin", "usr/local/bin", "usr/local/sbin" };

static const struct known {
	enum page_tool_group group;
	const char *name;
} known[] = {
	{ PAGE_SHELL, "ash" },
	{ PAGE_SHELL, "bash" },
	{ PAGE_SHELL, "busybox" },
	{ PAGE_SHELL, "csh" },
	{ PAGE_SHELL, "dash" },
	{ PAGE_SHELL, "fish" },
	{ PAGE_SHELL, "ksh" },
	{ PAGE_SHELL, "pwsh" },
	{ PAGE_SHELL, "sh" },
	{ PAGE_SHELL, "tcsh" },
	{ PAGE_SHELL, "toybox" },
	{ PAGE_SHELL, "zsh" },
	{ PAGE_PACKAGE_MANAGER, "apk" },
	{ PAGE_PACKAGE_MANAGER, "apt" },
	{ PAGE_PACKAGE_MANAGER, "apt-get" },
	{ PAGE_PACKAGE_MANAGER, "dnf" },
	{ PAGE_PACKAGE_MANAGER, "dpkg" },
	{ PAGE_PACKAGE_MANAGER, "gem" },
	{ PAGE_PACKAGE_MANAGER, "microdnf" },
	{ PAGE_PACKAGE_MANAGER, "npm" },
	{ PAGE_PACKAGE_MANAGER, "nuget" },
	{ PAGE_PACKAGE_MANAGER, "pacman" },
	{ PAGE_PACKAGE_MANAGER, "pip" },
	{ PAGE_PACKAGE_MANAGER, "pip3" },
	{ PAGE_PACKAGE_MANAGER, "rpm" },
	{ PAGE_PACKAGE_MANAGER, "tdnf" },
	{ PAGE_PACKAGE_MANAGER, "yarn" },
	{ PAGE_PACKAGE_MANAGER, "yum" },
	{ PAGE_PACKAGE_MANAGER, "zypper" },
	{ PAGE_COMPILER, "as" },
	{ PAGE_COMPILER, "cargo" },
	{ PAGE_COMPILER, "cc" },
	{ PAGE_COMPILER, "clang" },
	{ PAGE_COMPILER, "cmake" },
	{ PAGE_COMPILER, "g++" },
	{ PAGE_COMPILER, "gcc" },
	{ PAGE_COMPILER, "go" },
	{ PAGE_COMPILER, "javac" },
	{ PAGE_COMPILER, "ld" },
	{ PAGE_COMPILER, "make" },
	{ PAGE_COMPILER, "msbuild" },
	{ PAGE_COMPILER, "rustc" },
	{ PAGE_COMPILER, "tcc" },
	{ PAGE_NETWORK, "curl" },
	{ PAGE_NETWORK, "dig" },
	{ PAGE_NETWORK, "ftp" },
	{ PAGE_NETWORK, "git" },
	{ PAGE_NETWORK, "nc" },
	{ PAGE_NETWORK, "ncat" },
	{ PAGE_NETWORK, "netcat" },
	{ PAGE_NETWORK, "nmap" },
	{ PAGE_NETWORK, "nslookup" },
	{ PAGE_NETWORK, "ping" },
	{ PAGE_NETWORK, "rsync" },
	{ PAGE_NETWORK, "scp" },
	{ PAGE_NETWORK, "sftp" },
	{ PAGE_NETWORK, "socat" },
	{ PAGE_NETWORK, "ssh" },
	{ PAGE_NETWORK, "sshd" },
	{ PAGE_NETWORK, "tcpdump" },
	{ PAGE_NETWORK, "telnet" },
	{ PAGE_NETWORK, "tftp" },
	{ PAGE_NETWORK, "wget" },
};

static void add_tool(struct audit_page *page, enum page_tool_group group, bytes name, uint32_t node)
{
	struct page_tool *tool = ARENA_PUSH(&page->arena, &page->tools);

	*tool = (struct page_tool){ group, name, tree_path(page->image->tree, node, &page->arena),
		                        node };
}

/* The first folder that has it; with /bin a link to usr/bin both would name the same file. */
static void look_for(struct audit_page *page, const struct known *k)
{
	const struct tree *t = page->image->tree;
	char path[64];

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		int n = snprintf(path, sizeof(path), "%s/%s", folders[i], k->name);
		bytes name = bytes_of(path, (size_t)n);
		uint32_t target = tree_find(t, name, true);

		if (target == TREE_NONE || tree_get(t, target)->type != ENTRY_FILE ||
		    !(tree_get(t, target)->mode & MODE_EXECUTE))
			continue;
		add_tool(page, k->group, bytes_str(k->name), tree_find(t, name, false));
		return;
	}
}

/* The .NET SDK is a folder, its compiler a library: dotnet itself comes with the runtime too. */
static void look_for_sdk(struct audit_page *page)
{
	static const char *const roots[] = { "usr/share/dotnet/sdk", "usr/lib/dotnet/sdk",
		                                 "usr/lib64/dotnet/sdk", "usr/local/share/dotnet/sdk",
		                                 "root/.dotnet/sdk" };
	const struct tree *t = page->image->tree;

	for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++) {
		uint32_t folder = tree_find(t, bytes_str(roots[i]), true);

		if (folder == TREE_NONE || tree_get(t, folder)->type != ENTRY_DIR)
			continue;
		for (uint32_t c = tree_get(t, folder)->first_child; c != TREE_NONE;
		     c = tree_get(t, c)->next) {
			if (tree_get(t, c)->flags & TREE_HIDDEN ||
			    tree_child(t, c, BYTES("dotnet.dll")) == TREE_NONE)
				continue;
			add_tool(page, PAGE_COMPILER, BYTES(".NET SDK"), c);
			return;
		}
	}
}

void judge_tools(struct audit_page *page)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		look_for(page, &known[i]);
	look_for_sdk(page);
}
