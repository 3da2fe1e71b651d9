/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What shells.h does once a second. Each terminal is looked at every few
 * seconds, which costs little; and now and then all processes of the machine
 * are, by which it is known what terminals a session has, and whether its
 * process is there. That costs more, and is done as seldom as it costs.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gatehoused/presence.h"
#include "gatehoused/shell.h"
#include "gatehoused/sweeper.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"

/* Between two looks at a terminal, in milliseconds: normally, and when its
 * session would end soon. What is typed last is not to be missed. */
#define LOOK_EVERY 5000
#define LOOK_SOON  1000

/* Between two surveys: at least, at most, and so many times as long as one
 * takes of a processor. */
#define SURVEY_EVERY 2000
#define SURVEY_MOST  30000
#define SURVEY_TIMES 100

/* More ancestors than a process has. */
#define DEPTH 256

/* So many are looked at with the table locked. */
#define AT_ONCE 64

struct round {
	struct shells *shells;
	struct gate *gate;
	struct presence *presence;
	int64_t now; /* of the steady clock */
	int64_t linger;
	int64_t warn;
};

/* --- which terminals --- */

static void
give(struct round *round, struct shell *shell, const struct process *process)
{
	struct shell_terminal *more;
	struct terminal terminal;
	uint32_t i;

	for (i = 0; i < shell->count; i++) {
		terminal = shell->terminals[i].terminal;
		if (terminal.device == process->terminal &&
		    terminal.holder.pid == process->pid &&
		    terminal.holder.started == process->started) {
			shell->terminals[i].survey = round->shells->survey;
			return;
		}
	}
	if (shell->count == SHELL_TERMINALS ||
	    terminal_of(process, &terminal) != 0)
		return;
	more = reallocarray(shell->terminals, shell->count + 1, sizeof(*more));
	if (more == NULL)
		return;
	shell->terminals = more;
	more += shell->count++;
	memset(more, 0, sizeof(*more));
	more->terminal = terminal;
	more->survey = round->shells->survey;
	shell->due = 0; /* what is typed from now on counts */
}

/*
 * A process that has a terminal, which is a first one below leader, or leader's
 * own: what comes in at any other need not come from a person. Where leader
 * stands for several sessions, only what the application has said tells whose
 * it is.
 */
static void
give_all(struct round *round, const struct process *process,
    const struct process *leader)
{
	const struct leader key = { leader->pid, leader->started };
	struct shells *shells = round->shells;
	struct shell *shell, *first = shells_first(shells, &key);
	int is_shared = first != NULL && shells_next(shells, first) != NULL;

	for (shell = first; shell != NULL; shell = shells_next(shells, shell))
		if (shell->named != 0 ? shell->named == process->terminal
				      : !is_shared)
			give(round, shell, process);
}

/* To whom comes up to a leader: it may be in the session of another one, as
 * that of su(1) is. */
static void
climb(struct round *round, const struct process *process)
{
	const struct processes *all = &round->shells->processes;
	const struct process *at = process;
	int depth;

	for (depth = 0; at != NULL && depth < DEPTH; depth++) {
		give_all(round, process, at);
		at = processes_above(all, at);
	}
}

static void
find_terminals(struct round *round)
{
	struct shells *shells = round->shells;
	size_t i;

	pthread_mutex_lock(&shells->lock);
	for (i = 0; i < shells->processes.count; i++) {
		if (shells->processes.all[i].terminal != 0)
			climb(round, &shells->processes.all[i]);
		if (i % AT_ONCE != 0)
			continue;
		pthread_mutex_unlock(&shells->lock);
		pthread_mutex_lock(&shells->lock);
	}
	pthread_mutex_unlock(&shells->lock);
}

static void
forget_terminal(struct shell *shell, uint32_t i)
{
	shell->terminals[i] = shell->terminals[--shell->count];
}

/* --- who is gone --- */

static int
is_gone(const struct round *round, const struct shell *shell)
{
	const struct process *process =
	    processes_find(&round->shells->processes, shell->leader.pid);

	if (process != NULL && process->started == shell->leader.started)
		return 0;
	return !leader_lives(&shell->leader);
}

static void
look_after(struct round *round, struct shell *shell)
{
	struct sweeper *sweeper = gate_sweeper(round->gate);

	if (!is_gone(round, shell)) {
		shell->gone = 0;
		return;
	}
	if (shell->gone == 0)
		shell->gone = round->now;
	if (shell->told || sweeper == NULL ||
	    round->now - shell->gone < round->linger)
		return;
	log_debug("session %s: process %lld is gone", shell->id,
	    (long long)shell->leader.pid);
	shell->told = sweeper_end(sweeper, shell->id, STORE_END_GONE) == 0;
}

/* --- input --- */

static void
look_at(struct round *round, struct shell *shell)
{
	struct live *live = presence_live(round->presence);
	int64_t near = round->warn > LOOK_EVERY ? round->warn : LOOK_EVERY;
	struct live_view view;
	int64_t when, left;
	uint32_t i = 0;

	while (i < shell->count) {
		if (terminal_look(&shell->terminals[i].terminal, round->now,
			&when) != 0) {
			forget_terminal(shell, i);
			continue;
		}
		if (when != ACTIVITY_NONE)
			(void)live_touch(
			    live, LIVE_ID(shell->id), round->now, when);
		i++;
	}
	shell->due = round->now + LOOK_EVERY;
	if (live_get(live, LIVE_ID(shell->id), round->now, &view) != 0)
		return;
	left = view.idle_left;
	if (left != LIVE_NEVER && left <= near + LOOK_EVERY)
		shell->due = round->now + LOOK_SOON;
}

/* --- all of them --- */

typedef void do_shell(struct round *round, struct shell *shell);

static void
each(struct round *round, do_shell *what)
{
	struct shells *shells = round->shells;
	struct shell *shell;
	uint32_t item;

	pthread_mutex_lock(&shells->lock);
	for (item = 0; item < shells->slab.top; item++) {
		shell = shells_at(shells, item);
		if (shell != NULL)
			what(round, shell);
		if (item % AT_ONCE != 0)
			continue;
		pthread_mutex_unlock(&shells->lock);
		pthread_mutex_lock(&shells->lock);
	}
	pthread_mutex_unlock(&shells->lock);
}

static void
look_if_due(struct round *round, struct shell *shell)
{
	if (shell->count > 0 && shell->due <= round->now)
		look_at(round, shell);
}

static void
settle(struct round *round, struct shell *shell)
{
	uint32_t i = 0;

	while (i < shell->count)
		if (shell->terminals[i].survey != round->shells->survey)
			forget_terminal(shell, i);
		else
			i++;
	look_after(round, shell);
}

static int64_t
cpu_ms(void)
{
	struct timespec used;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return (int64_t)used.tv_sec * 1000 + used.tv_nsec / 1000000;
}

static void
survey(struct round *round)
{
	struct shells *shells = round->shells;
	int64_t begun = cpu_ms(), pause;
	int r = processes_look(&shells->processes);

	shells->survey++;
	if (r == 0) {
		find_terminals(round);
		each(round, settle);
	} else
		log_warn("the processes of sessions cannot be looked at: %s",
		    gate_strerror(r));
	pause = SURVEY_TIMES * (cpu_ms() - begun);
	if (pause < SURVEY_EVERY)
		pause = SURVEY_EVERY;
	if (pause > SURVEY_MOST)
		pause = SURVEY_MOST;
	shells->next_survey = clock_mono_ms() + pause;
}

static uint32_t
count_of(struct shells *shells)
{
	uint32_t count;

	pthread_mutex_lock(&shells->lock);
	count = shells->count;
	pthread_mutex_unlock(&shells->lock);
	return count;
}

void
shells_look(struct shells *shells, struct gate *gate)
{
	struct policy *policy = gate_policy(gate);
	struct round round = { .shells = shells,
		.gate = gate,
		.presence = gate_presence(gate),
		.linger = policy->config->linger * 1000,
		.warn = policy->config->idle_warn * 1000 };

	policy_unref(&policy);
	if (count_of(shells) == 0)
		return;
	round.now = presence_now(round.presence);
	if (clock_mono_ms() >= shells->next_survey)
		survey(&round);
	each(&round, look_if_due);
}
