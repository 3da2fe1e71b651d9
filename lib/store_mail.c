/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/error.h"
#include "lib/store_fallback.h"
#include "lib/store_tx.h"

#define FIELD(type, member) STORE_FIELD(type, struct store_mail, member)

static const struct store_field mail_fields[] = {
	FIELD(FIELD_TEXT, user),
	FIELD(FIELD_BYTES, hash),
	FIELD(FIELD_INT64, expires),
	FIELD(FIELD_INT64, tries),
	FIELD(FIELD_INT64, sent),
	FIELD(FIELD_INT64, since),
	FIELD(FIELD_INT64, keep_until),
};
static const struct store_shape mail_shape =
    STORE_SHAPE(struct store_mail, mail_fields);

int
store_mail_put(struct store_tx *tx, const struct store_mail *mail)
{
	if (mail->user[0] == '\0')
		return GATE_EINVAL;
	return store_keep(tx, SQL_MAIL_PUT, &mail_shape, mail, GATE_ESTORE);
}

int
store_mail_get(struct store_tx *tx, const char *user, struct store_mail *mail)
{
	return store_fetch(tx, SQL_MAIL_GET, STORE_PARAMS(store_text(user)),
	    &mail_shape, mail);
}

int
store_mail_drop(struct store_tx *tx, const char *user)
{
	return store_affect(
	    tx, SQL_MAIL_DROP, STORE_PARAMS(store_text(user)), GATE_ENOTFOUND);
}

int
store_mail_prune(
    struct store_tx *tx, int64_t now, int64_t limit, int64_t *dropped)
{
	*dropped = 0;
	/* SQL would take a negative limit for none at all. */
	if (limit < 0)
		return GATE_EINVAL;
	return store_run(tx, SQL_MAIL_PRUNE,
	    STORE_PARAMS(store_number(now), store_number(limit)), NULL, NULL,
	    dropped);
}
