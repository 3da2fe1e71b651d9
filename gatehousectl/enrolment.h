/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSECTL_ENROLMENT_H
#define GATEHOUSECTL_ENROLMENT_H

#include "gatehousectl/ask.h"

/* Asks, and prints the recovery codes that the answer has: an exit status. */
int enrolment_codes(const struct options *options, struct ask *ask);

#endif
