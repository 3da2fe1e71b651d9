/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "gatehoused/stages.h"
#include "lib/error.h"

/*
 * The client's address in SSH_CONNECTION ("ADDRESS PORT ADDRESS PORT"), which
 * sshd sets in the PAM environment from the connection itself.
 */
static int
ssh_address(const char *connection, struct address *address)
{
	char text[ADDRESS_TEXT_SIZE];
	size_t length = strcspn(connection, " ");

	if (length == 0 || length >= sizeof(text))
		return GATE_EINVAL;
	memcpy(text, connection, length);
	text[length] = '\0';
	return address_parse(text, address);
}

/* An IPv4-mapped address is the IPv4 address it maps: one text for one. */
static int
same(const struct address *a, const struct address *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/*
 * The address of the caller: PAM_RHOST if it is a literal; for a name, which
 * sshd may have looked up itself, the one in SSH_CONNECTION.
 */
static int
find_address(struct login *l, struct address *address)
{
	struct address by_ssh;
	int have_ssh = l->ssh[0] != '\0' && ssh_address(l->ssh, &by_ssh) == 0;
	int have_rhost = address_parse(l->rhost, address) == 0;

	if (have_ssh && have_rhost && !same(address, &by_ssh))
		return refuse(&l->refusal, REASON_ADDRESS_CONFLICT,
		    "PAM_RHOST is %s, SSH_CONNECTION is \"%s\"", l->rhost,
		    l->ssh);
	if (have_rhost)
		return 0;
	if (have_ssh) {
		*address = by_ssh;
		return 0;
	}
	/* one that cannot be read is not the same as none */
	if (l->rhost[0] != '\0' || l->ssh[0] != '\0')
		return refuse(&l->refusal, REASON_ADDRESS_NAME,
		    "PAM_RHOST is \"%s\", SSH_CONNECTION is \"%s\"; names are "
		    "never resolved (for sshd set UseDNS no)",
		    l->rhost, l->ssh);
	return refuse(&l->refusal, REASON_ADDRESS_MISSING,
	    "service \"%s\" gave no client address; see [allowlist] absent",
	    l->service);
}

int
note_address(struct login *l)
{
	struct address address;

	if (find_address(l, &address) == 0)
		address_text(&address, l->address);
	return LOGIN_NEXT;
}

int
where_from(struct login *l)
{
	struct address address;
	struct allowlist_query query = { .address = &address };
	struct allowlist_verdict verdict;
	int r;

	r = find_address(l, &address);
	if (r != 0 && l->refusal.reason == REASON_ADDRESS_MISSING &&
	    l->policy->config->allowlist_absent == ABSENT_LOCAL)
		return LOGIN_NEXT;
	if (r != 0)
		return r;
	address_text(&address, l->address);
	allowlist_lookup(l->policy->allowlist, &query, &verdict);
	if (!verdict.allowed)
		return refuse(&l->refusal, REASON_ADDRESS_NOT_LISTED,
		    "no rule of %s covers %s",
		    l->policy->config->allowlist_file, l->address);
	return LOGIN_NEXT;
}
