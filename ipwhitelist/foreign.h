/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IPWHITELIST_FOREIGN_H
#define IPWHITELIST_FOREIGN_H

#include <stddef.h>

/*
 * Rules made of the lists of others. Nobody comes in by the rules who would not
 * by the list: what cannot be said is left out if it lets somebody in, and else
 * keeps out more; each time a note says so.
 *
 * Lists of pam_access and nginx are read from the top, and the first line that
 * is met decides; rules are not. So lines that are never reached come to no
 * rule, and some that are come to several.
 */
#define FOREIGN_SIZE_MAX  (64u << 20)
#define FOREIGN_LINES_MAX 200000

/* Takes a rule, to be written in a line; of what line it was made. What it
 * returns unless it is 0 ends the import. */
typedef int foreign_each(const char *rule, int line, void *data);

/* Says what is not so any more, or is worth knowing, of a line (0: of all).
 * What it quotes may be anything: see reason_plain. */
typedef void foreign_note(int line, const char *text, void *data);

struct foreign {
	foreign_each *each;
	foreign_note *note;
	void *data;
	/* Services to which people come without an address, as login and su;
	 * lines about these come to nothing else. NULL, 0: none. */
	const char *const *services;
	size_t service_count;
	/* pam_access and nginx let in whom no line is about. Unless this is
	 * set nobody else gets in, and a note says so. */
	int keeps_open;
	/* pam_access: nodefgroup, only (names) in brackets are groups. */
	int has_brackets;
	/* What stands behind each address of a table or cloud, as "service
	 * sshd"; NULL: nothing. */
	const char *options;
	/* Of a cloud's list only what has one of its words for a region or a
	 * service, as eu-central-1; NULL: all. */
	const char *only;
};

/*
 * Each reads the whole of a text. 0; GATE_EINVAL if anything was not taken as
 * it was meant (a note says what), after all that was; GATE_ETOOBIG;
 * GATE_ENOMEM; or what each returned.
 */

/* access.conf(5) of pam_access, its separators being the default ones. */
int foreign_access(
    const struct foreign *foreign, const char *text, size_t size);

/* allow and deny of nginx (ngx_http_access_module), or of any file of lines as
 * "deny 192.0.2.1;". Blocks are not looked into: a list for each. */
int foreign_nginx(const struct foreign *foreign, const char *text, size_t size);

/*
 * A table of addresses, with commas, semicolons or tabs (RFC 4180): the first
 * column that has an address, network or range; a column of allow or deny, if
 * there is one; and the last of the others is the note. A first line without an
 * address is the heading.
 */
int foreign_csv(const struct foreign *foreign, const char *text, size_t size);

/*
 * The published addresses of a cloud, of whatever form: in this JSON (RFC 8259)
 * every text that is a network, such as those of ip_prefix, ipv6_prefix,
 * ipv4Prefix, ipv6Prefix and addressPrefixes, with the region and service
 * beside or around it for a note. Twice the same comes once.
 */
int foreign_cloud(const struct foreign *foreign, const char *text, size_t size);

#endif
