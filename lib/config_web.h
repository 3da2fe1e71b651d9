/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_CONFIG_WEB_H
#define GATE_CONFIG_WEB_H

#include "lib/config_conflict.h"

/*
 * The forms of single values of [web]: nonzero if text has it. An empty one has
 * the form of a key that may be left out.
 */
int config_web_listen(const char *text);   /* a path, or loopback:PORT */
int config_web_origin(const char *text);   /* nothing behind the port */
int config_web_prefix(const char *text);   /* /NAME[/NAME...] */
int config_web_hosts(const char *text);    /* HOST[:PORT], between blanks */
int config_web_networks(const char *text); /* none of them everything */
int config_web_color(const char *text);    /* #rrggbb */

/* What keys of [web] may not be together with others: config_conflicts. */
void config_web_conflicts(
    const struct config *config, config_conflict *tell, void *data);

/* What makes the front door do other than one might think: config_oddities. */
void config_web_oddities(
    const struct config *config, config_conflict *tell, void *data);

#endif
