/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Many sign-ins at once, each at the point where a password is to be compared,
 * all held by one process.
 *
 *	flood SOCKET USER ADDRESS...
 *
 * One sign-in for each ADDRESS, which may be "ADDRESS*COUNT", with a wrong
 * password. All have sent it, in that order, when the line "sent" comes. Then
 * there is a line for each answer, in the order in which they come:
 *
 *	ADDRESS asked TEXT
 *	ADDRESS ended OUTCOME
 *	ADDRESS lost
 *
 * Whoever is asked something gives no answer. Ends with the last of them.
 */
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/protocol.h"
#include "lib/wire.h"

#define CALLERS_MAX 1000
#define DEADLINE    120000 /* milliseconds */

static const char *socket_path, *user;
static char *addresses[CALLERS_MAX];
static struct pollfd callers[CALLERS_MAX];
static nfds_t count;
static struct wire_msg *msg;
static int64_t deadline;

static int
call(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", socket_path);
	if (fd == -1 ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) == -1 ||
	    fcntl(fd, F_SETFL, O_NONBLOCK) == -1)
		err(2, "%s", socket_path);
	return fd;
}

/* As far as the password, which the daemon now has. */
static void
begin(const char *address)
{
	int fd = call();

	wire_begin(msg, VERB_LOGIN);
	wire_put_num(msg, TAG_STEP, STEP_GATE);
	wire_put_str(msg, TAG_SERVICE, "portal");
	wire_put_str(msg, TAG_USER, user);
	if (address[0] != '\0')
		wire_put_str(msg, TAG_RHOST, address);
	if (wire_send(fd, msg, deadline) != 0 ||
	    wire_recv(fd, msg, deadline) != 0 || wire_verb(msg) != VERB_PROMPT)
		errx(2, "%s: was not asked for a password", address);
	wire_begin(msg, VERB_ANSWER);
	wire_put_str(msg, TAG_TEXT, "a wrong password");
	if (wire_send(fd, msg, deadline) != 0)
		errx(2, "%s: could not answer", address);
	callers[count] = (struct pollfd){ .fd = fd, .events = POLLIN };
	addresses[count++] = strdup(address);
}

static void
begin_all(char *argument)
{
	char *star = strchr(argument, '*');
	long times = 1;

	if (star != NULL) {
		*star = '\0';
		times = strtol(star + 1, NULL, 10);
	}
	while (times-- > 0) {
		if (count == CALLERS_MAX)
			errx(2, "%d at most", CALLERS_MAX);
		begin(argument);
	}
}

static void
hear(nfds_t i)
{
	int r = wire_recv(callers[i].fd, msg, deadline);

	if (r != 0)
		printf("%s lost\n", addresses[i]);
	else if (wire_verb(msg) == VERB_PROMPT)
		printf("%s asked %s\n", addresses[i], wire_str(msg, TAG_TEXT));
	else
		printf("%s ended %d\n", addresses[i],
		    (int)wire_num(msg, TAG_OUTCOME, -1));
	callers[i].fd = -1;
}

int
main(int argc, char **argv)
{
	nfds_t heard, i;

	if (argc < 4)
		errx(2, "usage: flood SOCKET USER ADDRESS...");
	setvbuf(stdout, NULL, _IOLBF, 0);
	socket_path = argv[1];
	user = argv[2];
	deadline = clock_mono_ms() + DEADLINE;
	if (wire_msg_new(&msg, WIRE_BODY_LOGIN) != 0)
		errx(2, "no memory");
	for (i = 3; i < (nfds_t)argc; i++)
		begin_all(argv[i]);
	puts("sent");
	for (heard = 0; heard < count;) {
		if (poll(callers, count, clock_left_ms(deadline)) <= 0)
			errx(2, "no answer");
		for (i = 0; i < count; i++)
			if (callers[i].fd != -1 && callers[i].revents != 0) {
				hear(i);
				heard++;
			}
	}
	return 0;
}
