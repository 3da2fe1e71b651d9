/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/config_section.h"
#include "lib/error.h"

int
config_new(struct config **config)
{
	int r;

	if ((*config = calloc(1, sizeof(**config))) == NULL)
		return GATE_ENOMEM;
	r = config_section_default(*config, SECTION_ONE);
	if (r != 0)
		config_free(config);
	return r;
}

void
config_free(struct config **config)
{
	if (*config == NULL)
		return;
	config_section_clear(*config, SECTION_ONE);
	config_section_free_all(*config);
	free(*config);
	*config = NULL;
}

const struct config_service *
config_find_service(const struct config *config, const char *name)
{
	size_t i;

	for (i = 0; i < config->service_count; i++) {
		if (strcmp(config->services[i].name, name) == 0)
			return &config->services[i];
	}
	return NULL;
}
