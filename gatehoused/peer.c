/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/peer.h"

#include <sys/socket.h>
#include <unistd.h>

#include "lib/error.h"

/* Some verifications, but not a thread for long. */
#define STRANGER_WAITS_MS 300

int
peer_of(int fd, struct peer *peer)
{
	struct ucred cred;
	socklen_t size = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) != 0)
		return GATE_EIO;
	peer->uid = cred.uid;
	peer->pid = cred.pid;
	return 0;
}

static int
listed(uid_t uid, const uid_t *uids, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (uids[i] == uid)
			return 1;
	return 0;
}

unsigned
peer_rights(const struct peer *peer, const struct policy *policy)
{
	unsigned rights = 0;

	if (peer->uid == 0 || peer->uid == geteuid())
		return RIGHT_LOGIN | RIGHT_ADMIN | RIGHT_HOLD | RIGHT_WEB;
	if (listed(peer->uid, policy->login_uids, policy->login_count))
		rights |= RIGHT_LOGIN;
	if (listed(peer->uid, policy->admin_uids, policy->admin_count))
		rights |= RIGHT_ADMIN;
	if (listed(peer->uid, policy->hold_uids, policy->hold_count))
		rights |= RIGHT_HOLD;
	if (listed(peer->uid, policy->web_uids, policy->web_count))
		rights |= RIGHT_WEB;
	return rights;
}

int64_t
peer_patience_to_read(unsigned rights, const struct policy *policy)
{
	return rights != 0 ? policy->config->request_timeout * 1000 : 0;
}

int64_t
peer_patience_for_worker(unsigned rights, const struct policy *policy)
{
	return rights != 0 ? policy->config->request_timeout * 1000
			   : STRANGER_WAITS_MS;
}
