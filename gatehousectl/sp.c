/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "gatehousectl/command.h"
#include "gatehousectl/offline.h"
#include "gatehousectl/say.h"
#include "lib/error.h"

static int
print_metadata(const struct options *options, const struct config *config)
{
	struct saml_composer *composer = NULL;
	char *xml = NULL, why[512] = "";
	int r;

	r = offline_composer(&composer, config, why, sizeof(why));
	if (r == 0)
		r = saml_compose_metadata(composer,
		    (options->given & OPTION_SIGNED) != 0,
		    offline_deadline(config), &xml, why, sizeof(why));
	if (r == 0)
		fputs(xml, stdout);
	else
		complain("%s", why);
	free(xml);
	saml_composer_free(&composer);
	return r == 0 ? CTL_DONE : CTL_FAILED;
}

int
sp_metadata(const struct options *options)
{
	struct config *config = NULL;
	int r = CTL_FAILED;

	if (config_load(
		&config, options_config(options), complain_file, NULL) == 0)
		r = print_metadata(options, config);
	config_free(&config);
	return r;
}
