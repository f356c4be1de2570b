/* SPDX-License-Identifier: Apache-2.0 */
#include "report/audit_page.h"

const char *page_group_name(enum page_tool_group group)
{
	switch (group) {
	case PAGE_SHELL: return "shell";
	case PAGE_PACKAGE_MANAGER: return "package-manager";
	case PAGE_COMPILER: return "compiler";
	case PAGE_NETWORK: return "network";
	case PAGE_TOOL_GROUPS: break;
	}
	return "unknown";
}

const char *page_form_name(enum page_form form)
{
	switch (form) {
	case PAGE_FORM_NONE: return "none";
	case PAGE_FORM_EXEC: return "exec";
	case PAGE_FORM_SHELL: return "shell";
	}
	return "unknown";
}

const char *page_user_name(enum page_user what)
{
	switch (what) {
	case PAGE_USER_NONE: return "unsaid";
	case PAGE_USER_ROOT: return "root";
	case PAGE_USER_NAME: return "name";
	case PAGE_USER_NUMBER: return "number";
	case PAGE_USER_ABSENT: return "absent";
	}
	return "unknown";
}
