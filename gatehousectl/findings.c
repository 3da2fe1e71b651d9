/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehousectl/findings.h"

#include <stdio.h>
#include <stdlib.h>

#include "gatehousectl/json.h"
#include "gatehousectl/options.h"
#include "gatehousectl/say.h"

static void
print(const char *file, int line, const char *what, const char *text)
{
	char *clean = visible(text); /* it quotes the file */
	const char *shown = clean != NULL ? clean : "out of memory";

	if (line > 0)
		printf("%s:%d: %s%s\n", file, line, what, shown);
	else
		printf("%s: %s%s\n", file, what, shown);
	free(clean);
}

static void
show(struct findings *findings, const char *file, int line, int is_warning,
    const char *text)
{
	json_t *object;

	if (findings->array == NULL) {
		print(file, line, is_warning ? "warning: " : "", text);
		return;
	}
	object = json_object();
	json_put_text(object, "file", file);
	json_put(object, "line", line > 0 ? json_integer(line) : json_null());
	json_put(object, "warning", json_boolean(is_warning));
	json_put_text(object, "text", text);
	json_add(findings->array, object);
}

void
findings_add(const char *file, int line, const char *text, void *data)
{
	struct findings *findings = data;

	findings->count++;
	show(findings, file, line, 0, text);
}

void
findings_warn(const char *file, int line, const char *text, void *data)
{
	show(data, file, line, 1, text);
}

int
findings_show(struct findings *findings, const char *file)
{
	json_t *array = findings->array;
	int r = CTL_DONE;

	findings->array = NULL;
	if (array != NULL)
		r = json_show(array);
	else if (findings->count == 0)
		printf("%s: good\n", file);
	if (r == CTL_DONE && findings->count > 0)
		r = CTL_NO;
	return r;
}
