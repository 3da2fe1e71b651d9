/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_PROTOCOL_H
#define GATE_PROTOCOL_H

/*
 * What is said over the gate's socket and to the SAML worker, in frames of
 * wire.h. A caller sends one request and reads until VERB_RESULT.
 *
 * A login is a dialogue that the daemon leads: after VERB_LOGIN or
 * VERB_CHAUTHTOK it answers VERB_PROMPT as often as it needs something from
 * the person, each answered by VERB_ANSWER, and ends with VERB_RESULT. The
 * state of the dialogue is the connection's: who hangs up, gives it up. After
 * the result of a PAM hook's request the daemon hangs up; other requests may
 * follow one another on one connection.
 */
enum verb {
	/* requests of a PAM module */
	VERB_LOGIN = 1, /* STEP SERVICE USER? RHOST? TTY? SSH? SESSION?
			 * LANGUAGE? ENROLL? */
	VERB_ANSWER,    /* TEXT */
	VERB_ACCOUNT,   /* as LOGIN */
	VERB_OPEN,      /* as LOGIN, DETACHED?: the session begins; answered
			 * by SESSION, PREVIOUS? */
	VERB_CLOSE,     /* SESSION USER: the session ends */
	VERB_CHAUTHTOK, /* as LOGIN; RUID PRELIMINARY EXPIRED_ONLY */

	/* requests of a person or an administrator */
	VERB_TICKET = 32,    /* TEXT: a Response, RELAY_STATE? RHOST?;
			      * answered by TEXT, EXPIRES, DATA? */
	VERB_SESSION_LIST,   /* USER? ALL? TOKEN?: its user's; ROWs */
	VERB_SESSION_SHOW,   /* SESSION or TOKEN; one ROW */
	VERB_SESSION_END,    /* SESSION, or USER, or ALL; ROWs of COUNT as many
			      * end; COUNT STATE. With TOKEN: its own session;
			      * SESSION: that one of its user's; ALL: all of
			      * its user's but its own */
	VERB_USER_ADD,       /* USER TEXT?: the password; what USER_SET has,
			      * MUST_CHANGE? ELSEWHERE?; a refusal has TEXT:
			      * all faults of the password */
	VERB_USER_REMOVE,    /* USER; answered as USER_DISABLE */
	VERB_USER_LIST,      /* ROWs */
	VERB_OTP_ENROLL,     /* USER METHOD? ALGORITHM? DIGITS? PERIOD?
			      * FORCE?: it counts at once; answered by TEXT:
			      * the otpauth URI */
	VERB_ALLOWLIST_TEST, /* RHOST; answered by DETAIL: the rule */
	VERB_STATUS,         /* one ROW of KEY, TEXT pairs */
	VERB_CLOCK_ACCEPT,   /* takes today's wall clock for right */
	VERB_SSO_BEGIN,      /* SERVICE? ENTITY_ID? FORCE? PASSIVE? BINDING?
			      * DATA?; answered by an OUTGOING message,
			      * REQUEST_ID, RELAY_STATE, EXPIRES, ENTITY_ID */
	VERB_IDP_LIST,       /* ENTITY_ID? (after it); ROWs */
	VERB_LOGOUT_BEGIN,   /* SESSION or TOKEN, BINDING? DATA?; answered by
			      * COUNT, STATE
			      * and, where the IdP is to be told, an OUTGOING
			      * message, REQUEST_ID, EXPIRES, ENTITY_ID */
	VERB_LOGOUT_RECEIVE, /* BINDING TEXT RELAY_STATE?; answered by STATE,
			      * ENTITY_ID, IS_RESPONSE; to a request COUNT and
			      * an OUTGOING message, or DETAIL why not; to a
			      * response REQUEST_ID STATUS STATUS_SECOND? DATA?
			      */
	VERB_RELOAD,         /* reads everything anew */
	VERB_LOCKOUT_LIST,   /* USER? ALL?: what blocks nobody too; ROWs */
	VERB_LOCKOUT_RESET,  /* USER? ADDRESS?; answered by COUNT */
	VERB_USER_SHOW,      /* USER; one ROW */
	VERB_USER_SET,       /* USER REAL_NAME? MAIL? LANGUAGE? */
	VERB_USER_DISABLE,   /* USER; answered by COUNT: sessions that ended,
			      * STATE as of LOGOUT_BEGIN */
	VERB_USER_ENABLE,    /* USER */
	VERB_USER_MUST_CHANGE, /* USER */
	VERB_OTP_CONFIRM,      /* USER TEXT: a code; answered by VALUEs: the
				* recovery codes */
	VERB_OTP_RECOVERY,     /* USER; answered likewise */
	VERB_OTP_SHOW,         /* USER; one ROW */
	VERB_OTP_REMOVE,       /* USER */
	VERB_OTP_IMPORT,       /* USER TEXT: an otpauth URI; LAST? DRIFT?
				* VALUEs: scratch codes; FORCE?: in place of
				* the one there is */
	VERB_KEY_ROTATE,       /* ROWs of COUNT as it goes; COUNT */
	VERB_OTP_FORGET,       /* USER; answered by COUNT */
	VERB_EMERGENCY_ISSUE,  /* USER DETAIL: why; PERIOD?; answered by TEXT:
				* the pass; EXPIRES */
	VERB_EMERGENCY_LIST,   /* ROWs */
	VERB_EMERGENCY_REVOKE, /* USER; answered by COUNT */
	VERB_SESSION_CHECK,    /* SESSION or TOKEN; RHOST?: it must be on the
				* allowlist; ACTIVITY? with it AGE?; answered by
				* SESSION USER SERVICE IDLE_LIMIT? IDLE_LEFT?
				* AGE_LEFT? WARN HELD; a refusal has REASON */
	VERB_SESSION_TOKEN,    /* SESSION; answered by TOKEN */
	VERB_HOLD_TAKE,        /* SESSION or USER; LABEL LEASE?; answered by
				* COUNT, LEASE: what was granted */
	VERB_HOLD_RELEASE,     /* SESSION or USER; LABEL HOLDER?; COUNT */
	VERB_HOLD_LIST,        /* SESSION?; ROWs: those that run, all of them
				* for an administrator, else one's own */
	VERB_SESSION_IDENTITY, /* TOKEN; answered by SESSION USER SERVICE METHOD
				* ADDRESS? PREVIOUS?, GROUPs, ATTRIBUTEs each
				* with VALUEs, and where identity tokens are
				* signed IDENTITY, EXPIRES; a refusal has
				* REASON */
	VERB_SP_METADATA,      /* SIGNED?; answered by TEXT: our own */
	VERB_IDENTITY_KEYS,    /* answered by TEXT: a JWK set, of which IDENTITY
				* is signed by one */

	/* answers */
	VERB_PROMPT = 88, /* STYLE KIND TEXT */
	VERB_ROW,         /* one thing of a list, fields by the request */
	VERB_RESULT,      /* OUTCOME, and what the request gives */

	/* to the SAML worker; it answers VERB_RESULT */
	VERB_SAML_SETUP = 96, /* settings and metadata, see saml/settings.h;
			       * answered by IDP_COUNT and DETAILs, warnings */
	VERB_SAML_VERIFY,     /* RESPONSE NOW IN_RESPONSE_TO? ANY_REQUEST?
			       * ENTITY_ID? ADDRESS? AUTHN_AFTER? EXPLAIN?;
			       * answered by an identity; TRACEs */
	VERB_SAML_IDP,        /* ENTITY_ID?; saml/idp_info.h */
	VERB_SAML_IDP_LIST, /* ENTITY_ID? LIMIT; ENTITY_ID DISPLAY_NAME? ... */
	VERB_SAML_LOGOUT,   /* BINDING TEXT NOW; saml/logout.h */
	VERB_SAML_METADATA, /* METADATA CERTIFICATE? NOW; IDP_COUNT
			     * VALID_UNTIL CACHE_DURATION */

	/* from gatehouse-web to gatehouse-login, one of them on a connection.
	 * It asks back by VERB_PROMPT, each answered by VERB_ANSWER or CANCEL,
	 * and ends with VERB_RESULT: if granted SESSION TOKEN USER PREVIOUS?,
	 * to be acknowledged by KEPT, else DELAY? in microseconds. What is only
	 * to be shown comes before either of them, as ROWs of STYLE KIND TEXT
	 * that are not answered. */
	VERB_WEB_LOGIN = 112, /* RHOST USER? LANGUAGE? TICKET?: the answer to
			       * the first question for a proof */
	VERB_WEB_PASSWORD,    /* RHOST TOKEN LANGUAGE?: whose session it is
			       * changes his password; a new TOKEN */
	VERB_WEB_CANCEL,      /* in place of an answer */
	VERB_WEB_KEPT,        /* the TOKEN has come; without it, it is void */

	/* to the composer; it answers VERB_RESULT, see saml/composer.h */
	VERB_COMPOSE_SETUP = 128,
	VERB_COMPOSE_AUTHN_REQUEST,
	VERB_COMPOSE_LOGOUT_REQUEST,
	VERB_COMPOSE_LOGOUT_RESPONSE,
	VERB_COMPOSE_METADATA,
};

enum tag {
	TAG_OUTCOME = 1,  /* enum outcome */
	TAG_REASON,       /* a word of reason.h; to privileged peers only */
	TAG_DETAIL,       /* a sentence; to privileged peers only */
	TAG_ERROR,        /* enum gate_error of a failed request */
	TAG_STEP,         /* enum step */
	TAG_SERVICE,      /* PAM_SERVICE */
	TAG_USER,         /* PAM_USER */
	TAG_RHOST,        /* PAM_RHOST as it is, or an address literal */
	TAG_TTY,          /* PAM_TTY */
	TAG_SSH,          /* SSH_CONNECTION of the PAM environment */
	TAG_SESSION,      /* a session's id; no secret */
	TAG_PID,          /* a process id */
	TAG_RUID,         /* the real uid behind a setuid application */
	TAG_TEXT,         /* what a person typed or reads; may be a secret */
	TAG_STYLE,        /* enum prompt_style */
	TAG_KIND,         /* enum prompt_kind */
	TAG_PRELIMINARY,  /* 1: PAM_PRELIM_CHECK */
	TAG_EXPIRED_ONLY, /* 1: PAM_CHANGE_EXPIRED_AUTHTOK */
	TAG_EXPIRES,      /* epoch seconds */
	TAG_DELAY,        /* microseconds to wait after a refusal */
	TAG_ALL,          /* 1: ended sessions too */
	TAG_ADDRESS,
	TAG_METHOD,
	TAG_STATE,
	TAG_STARTED, /* epoch seconds */
	TAG_OPENED,  /* epoch seconds; 0 never */
	TAG_ENDED,   /* epoch seconds; 0 not yet */
	TAG_END_REASON,
	TAG_ISSUER,
	TAG_NAME_ID,
	TAG_SESSION_INDEX,
	TAG_KEY,     /* names the TEXT that follows */
	TAG_CHANGED, /* epoch seconds of the last password change */
	TAG_OTP,     /* 1: a second factor is enrolled */

	/* the SAML worker */
	TAG_ENTITY_ID = 128,
	TAG_ACS_URL,
	TAG_USER_FROM,
	TAG_CLOCK_SKEW,
	TAG_ALLOW_UNSOLICITED,
	TAG_MAX_RESPONSE,
	TAG_MAX_VALIDITY,
	TAG_METADATA_NAME, /* a file's name; its TAG_METADATA follows */
	TAG_METADATA,
	TAG_RESPONSE,
	TAG_NOW, /* epoch seconds */
	TAG_IN_RESPONSE_TO,
	TAG_ASSERTION_ID,
	TAG_NAME_ID_FORMAT,
	TAG_ATTRIBUTE, /* a name; its TAG_VALUEs follow */
	TAG_VALUE,
	TAG_AUTHN_CONTEXT,
	TAG_AUTHN_INSTANT,
	TAG_NOT_ON_OR_AFTER,
	TAG_SESSION_NOT_ON_OR_AFTER,
	TAG_REPLAY_UNTIL,
	TAG_IDP_COUNT,
	TAG_MEMORY_LIMIT,
	TAG_SLO_URL,
	TAG_USER_SCOPE,
	TAG_STRIP_SCOPE,
	TAG_MAX_AUTHN_AGE,
	TAG_CHECK_ADDRESS,
	TAG_CBC_ENCRYPTION,
	TAG_PRIVATE_KEY, /* PEM; a secret */
	TAG_IDP_RULE,    /* an entityID; USER_FROM, USER_SCOPE ... follow */
	TAG_FETCHED,     /* epoch seconds; with METADATA_NAME */
	TAG_NAME_QUALIFIER,
	TAG_SP_NAME_QUALIFIER,
	TAG_ANY_REQUEST,
	TAG_AUTHN_AFTER, /* epoch seconds */
	TAG_EXPLAIN,
	TAG_TRACE, /* a step that was passed */
	TAG_DISPLAY_NAME,
	TAG_SSO_REDIRECT,
	TAG_SSO_POST,
	TAG_SLO_REDIRECT,
	TAG_SLO_POST,
	TAG_SLO_REDIRECT_RESPONSE,
	TAG_SLO_POST_RESPONSE,
	TAG_WANTS_SIGNED,
	TAG_VALID_UNTIL,
	TAG_CACHE_DURATION,
	TAG_LIMIT,
	TAG_CERTIFICATE, /* PEM */
	TAG_STATUS,
	TAG_STATUS_SECOND,
	TAG_ISSUED, /* epoch seconds */

	/* messages that we send: OUTGOING is BINDING URL, and for a POST FIELD,
	 * MESSAGE and RELAY_STATE? */
	TAG_BINDING = 192, /* 0: HTTP-Redirect, 1: HTTP-POST */
	TAG_URL,
	TAG_FIELD,
	TAG_MESSAGE,
	TAG_RELAY_STATE, /* ours: a handle, as secret as a ticket */
	TAG_REQUEST_ID,
	TAG_DATA, /* the caller's own, kept with a request and given back */
	TAG_FORCE,
	TAG_PASSIVE,
	TAG_COUNT, /* how many sessions were ended, or tries made */
	TAG_DESTINATION,
	TAG_AUTHN_CONTEXTS,
	TAG_MINIMUM,
	TAG_IS_RESPONSE,
	TAG_STATUS_MESSAGE,
	TAG_SIGNED,
	TAG_ROLLOVER_KEY,
	TAG_ROLLOVER_CERTIFICATE,
	TAG_REQUESTED_ATTRIBUTES,
	TAG_CONTACT,
	TAG_LOGOUT_REASON, /* a URI; of a LogoutRequest */

	/* users and their second factors */
	TAG_REAL_NAME = 224,
	TAG_MAIL,
	TAG_CREATED,     /* epoch seconds */
	TAG_MUST_CHANGE, /* 1: the password, before anything else */
	TAG_ELSEWHERE,   /* 1: the password is kept by others */
	TAG_LAST_LOGIN,  /* epoch seconds; 0 never */
	TAG_GRACE_USED,
	TAG_ALGORITHM, /* "SHA1", ... */
	TAG_DIGITS,
	TAG_PERIOD, /* seconds */
	TAG_LAST,   /* the last count used; -1: none */
	TAG_USED,   /* epoch seconds: when a clock's was */
	TAG_DRIFT,
	TAG_CODES_LEFT,
	TAG_DEVICES,  /* that are remembered */
	TAG_ENROLL,   /* 1: the lines before have seen to the password */
	TAG_LANGUAGE, /* "de", "de_AT"; "": none of their own */

	/* sessions that live; times are milliseconds unless they are said to be
	 * epoch seconds */
	TAG_TOKEN = 256, /* a session's: a secret */
	TAG_ACTIVITY,    /* enum evidence */
	TAG_AGE,         /* text: of the last input, as a script says it */
	TAG_IDLE,        /* since the last activity */
	TAG_IDLE_LIMIT,  /* absent: none */
	TAG_IDLE_LEFT,   /* absent: no limit */
	TAG_AGE_LEFT,    /* until the absolute end; absent: none */
	TAG_WARN,        /* 1: it will end soon, and the person is to be told */
	TAG_HELD,        /* 1: a hold runs */
	TAG_RULE,        /* of [idle], that decided; "" for the default */
	TAG_PREVIOUS,    /* the session whose work this one goes on with */
	TAG_DETACHED,    /* 1: no process stands for the session */
	TAG_LEASE,
	TAG_HOLDER,
	TAG_LABEL,
	TAG_TAKEN, /* ago */
	TAG_LEFT,  /* of a hold's lease */

	/* the front door */
	TAG_DRAWS = 288, /* 1: whoever asks lays out KIND_OTPAUTH, _RECOVERY */
	TAG_TICKET,
	TAG_GROUP,    /* a name; one each */
	TAG_IDENTITY, /* a JWT of web/identity_token.h; until EXPIRES */
};

/* What one line of a PAM stack is asked to do. */
enum step {
	STEP_GATE = 0, /* no keyword: everything */
	STEP_ALLOWLIST,
	STEP_SSO,
	STEP_PASSWORD,
	STEP_OTP,
	STEP_CHECK,  /* chauthtok: is the new password good? */
	STEP_RECORD, /* chauthtok: another line has stored it */
	STEP_COUNT
};

/*
 * What a portal has seen of the person behind a session, in VERB_SESSION_CHECK;
 * whether it counts is up to [idle] activity.
 */
enum evidence {
	EVIDENCE_NONE = 0,
	EVIDENCE_REQUEST,    /* a request that nothing vouches for */
	EVIDENCE_NAVIGATION, /* activity_of_request: the browser vouches */
	EVIDENCE_INPUT,      /* a report of input; its AGE */
	EVIDENCE_COUNT
};

/* How a request ended; the PAM module turns it into a return code. */
enum outcome {
	OUTCOME_GRANTED = 0,
	OUTCOME_DENIED,
	OUTCOME_UNAVAILABLE,  /* the gate cannot decide: fails closed */
	OUTCOME_USER_UNKNOWN, /* chauthtok: the gate keeps no such user */
	OUTCOME_NEW_AUTHTOK,  /* account: the password must be changed first */
	OUTCOME_EXPIRED,      /* account: no longer valid */
	OUTCOME_MAXTRIES,
	OUTCOME_TRY_AGAIN, /* chauthtok: the new password was not taken */
	OUTCOME_NOT_TOKEN, /* step sso: what was typed is no SSO token */
	OUTCOME_COUNT
};

enum prompt_style {
	PROMPT_HIDDEN = 0, /* PAM_PROMPT_ECHO_OFF */
	PROMPT_SHOWN,      /* PAM_PROMPT_ECHO_ON */
	PROMPT_ERROR,      /* PAM_ERROR_MSG: the answer is empty */
	PROMPT_INFO,       /* PAM_TEXT_INFO: the answer is empty */
};

/* What is asked for: tells the module which PAM item it belongs to. */
enum prompt_kind {
	KIND_TEXT = 0,    /* nothing that PAM has an item for */
	KIND_USER,        /* PAM_USER */
	KIND_AUTHTOK,     /* PAM_AUTHTOK: password or SSO token */
	KIND_CODE,        /* a second factor's code; never kept */
	KIND_OLDAUTHTOK,  /* PAM_OLDAUTHTOK */
	KIND_NEW_AUTHTOK, /* the new PAM_AUTHTOK, with its retype */
	KIND_OTPAUTH,     /* shown, where DRAWS was asked: an otpauth URI, */
	KIND_RECOVERY,    /* and recovery codes, with blanks between them */
	KIND_COUNT
};

/* Longest answer of a person, in bytes: a Response in base64. */
#define ANSWER_MAX (1536u << 10)

#endif
