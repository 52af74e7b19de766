/* SPDX-License-Identifier: Apache-2.0 */
/* Mirrors rtl_templates/top/: the control of a session, and the queue of jobs. Nothing fails here. */
#include "jobs.h"

#include "kvgen.h"
#include "session.h"
#include "wires.h"

static unsigned bit_of(unsigned job)
{
    return 1u << job;
}

/* ---- sofa_rows_left, sofa_control ---- */

static void answer_rows(struct sofa_machine *m)
{
    uint32_t job;
    while (sofa_underway_due(&m->answers, m->cycle, &job))
        m->next.control.left[job]--;
}

int sofa_session_complete(const struct sofa_machine *m)
{
    const struct sofa_control_state *now = &m->now.control;
    int fetches = m->now.job_fetch.state == FETCH_ASK || m->now.job_fetch.state == FETCH_WAIT;
    return now->state == CONTROL_RUN && now->left[0] == 0 && now->left[1] == 0 && m->now.data_beats == 0 &&
           m->cycle >= m->now.last_response && !fetches && !m->now.jobs.joining &&
           (!sofa_for_tokens(m) || (sofa_weights_settled(m) && sofa_rows_written(m)));
}

static int session_runs(const struct sofa_machine *m)
{
    return m->now.control.state == CONTROL_RUN && !m->now.control.starts && !sofa_session_complete(m);
}

static void step_control(struct sofa_machine *m)
{
    const struct sofa_control_state *now = &m->now.control;
    struct sofa_control_state *next = &m->next.control;
    const struct sofa_jobs_state *jobs = &m->now.jobs;
    unsigned behind = jobs->oldest ^ 1u;
    next->starts = next->done = 0;
    next->done_before = now->done;
    answer_rows(m);
    if (jobs->joining)
        next->left[behind] = m->job[jobs->number[behind]].result->rows;
    switch (now->state) {
    case CONTROL_IDLE:
        if (jobs->start)
            next->state = CONTROL_CHECK;
        break;
    case CONTROL_CHECK:
        next->state = CONTROL_JUDGE;
        break;
    case CONTROL_JUDGE:
        sofa_begin_session(m, jobs->oldest);
        break;
    case CONTROL_RUN:
        if (sofa_session_complete(m))
            next->state = CONTROL_FLUSH;
        break;
    case CONTROL_FLUSH:
        next->state = CONTROL_IDLE;
        next->done = 1;
        break;
    }
}

/* ---- sofa_job_fetch ---- */

static void step_fetch(struct sofa_machine *m, int begins)
{
    const struct sofa_job_fetch_state *now = &m->now.job_fetch;
    struct sofa_job_fetch_state *next = &m->next.job_fetch;
    unsigned words = m->d.job_words > m->d.word_beats ? m->d.job_words : m->d.word_beats;
    int whole = m->d.word_beats == 1, last_part = now->word + 1 == words;
    next->ends = 0;
    switch (now->state) {
    case FETCH_REST:
        if (begins)
            *next = (struct sofa_job_fetch_state){.state = FETCH_ASK};
        break;
    case FETCH_ASK:
        if (m->asked[SOFA_CLIENT_JOB])
            next->state = FETCH_WAIT;
        break;
    case FETCH_WAIT:
        if (sofa_row_for(m, SOFA_CLIENT_JOB))
            next->state = FETCH_WORDS;
        break;
    case FETCH_WORDS:
        next->word = last_part ? 0 : now->word + 1;
        if (whole && !last_part)
            break;
        next->ends = now->beat + 1 == m->d.job_beats && last_part;
        next->beat = now->beat + 1;
        next->state = now->beat + 1 == m->d.job_beats ? FETCH_REST : FETCH_ASK;
        break;
    }
}

/* ---- sofa_report, behind sofa_write_mux: rows go first. 1 when it has been answered. ---- */

static int step_report(struct sofa_machine *m, int reports)
{
    const struct sofa_report_state *now = &m->now.report;
    struct sofa_report_state *next = &m->next.report;
    if (!reports)
        return 0;
    if (now->sent && m->cycle == now->due) {
        *next = (struct sofa_report_state){0};
        return 1;
    }
    if (now->sent || (now->beat == 0 && m->now.data_beats > 0))
        return 0;
    next->beat = now->beat + 1;
    if (next->beat == m->d.word_beats) {
        next->beat = 0;
        next->sent = 1;
        next->due = m->cycle + SOFA_IDEAL_LATENCY;
    }
    return 0;
}

/* ---- sofa_jobs ---- */

static int front_is_idle(const struct sofa_machine *m)
{
    return m->now.ranges.state == RANGES_IDLE && m->now.query.fetch_left == 0 && m->now.query.load_left == 0;
}

/* The job behind joins the session. */
static int joins(const struct sofa_machine *m)
{
    const struct sofa_jobs_state *now = &m->now.jobs;
    unsigned behind = now->oldest ^ 1u, both = now->here & ~(now->running | now->ran);
    const struct sofa_queued *oldest = &m->job[now->number[now->oldest]], *other = &m->job[now->number[behind]];
    return m->d.jobs_at_once > 1 && now->state == JOBS_RUN && session_runs(m) && front_is_idle(m) && (both & bit_of(behind)) &&
           (now->running & ~now->ran & bit_of(now->oldest)) && !(oldest->flags & SOFA_FLAG_STOP) && !now->ended && !now->joining &&
           !((oldest->flags ^ other->flags) & SOFA_FLAG_STOP) && sofa_jobs_alike(oldest->job, other->job);
}

static void begin_fetch(struct sofa_machine *m)
{
    const struct sofa_jobs_state *now = &m->now.jobs;
    struct sofa_jobs_state *next = &m->next.jobs;
    next->word_job = now->state == JOBS_REST ? 0 : now->oldest ^ 1u;
    next->number[next->word_job] = now->place;
    next->place++;
    next->fetching = 1;
}

/* What becomes of the jobs at hand, whoever is the oldest. */
static void step_at_hand(struct sofa_machine *m, int begins, int joined, int reported)
{
    const struct sofa_jobs_state *now = &m->now.jobs;
    struct sofa_jobs_state *next = &m->next.jobs;
    unsigned oldest = bit_of(now->oldest), behind = bit_of(now->oldest ^ 1u);
    int answered = now->state == JOBS_RUN && session_runs(m) && m->now.control.left[now->oldest] == 0 && now->running == 3u &&
                   !(now->ran & oldest);
    next->ended = m->now.control.done;
    next->session = !now->ended && (now->session || begins);
    next->start = begins;
    next->joining = joined;
    next->fetching = next->fetching && !m->now.job_fetch.ends;
    if (m->now.job_fetch.ends)
        next->here |= bit_of(now->word_job);
    next->ran |= (now->ended ? now->running : 0) | (answered ? oldest : 0);
    next->running |= (begins ? oldest : 0) | (joined ? behind : 0);
    if (now->ended)
        next->running = 0;
    if (reported) {
        next->here &= ~oldest;
        next->ran &= ~oldest;
        next->running &= ~oldest;
    }
}

static void step_oldest(struct sofa_machine *m, int reported, int go_on)
{
    const struct sofa_jobs_state *now = &m->now.jobs;
    struct sofa_jobs_state *next = &m->next.jobs;
    switch (now->state) {
    case JOBS_REST:
        next->state = JOBS_READ;
        break;
    case JOBS_READ:
        if (now->here & bit_of(now->oldest))
            next->state = JOBS_RUN;
        break;
    case JOBS_RUN:
        if (now->ran & bit_of(now->oldest))
            next->state = JOBS_REPORT;
        break;
    case JOBS_REPORT:
        if (reported) {
            next->state = JOBS_NEXT;
            next->head++;
        }
        break;
    case JOBS_NEXT:
        if (go_on) {
            next->oldest ^= 1u;
            next->state = now->here & bit_of(next->oldest) ? JOBS_RUN : JOBS_READ;
        } else if (!now->session && !now->fetching) {
            next->state = JOBS_END;
        }
        break;
    case JOBS_END:
        next->state = JOBS_REST;
        break;
    }
}

static void step_queue(struct sofa_machine *m)
{
    const struct sofa_jobs_state *now = &m->now.jobs;
    unsigned oldest = bit_of(now->oldest), behind = bit_of(now->oldest ^ 1u);
    int go_on = now->state == JOBS_NEXT && now->head != m->jobs;
    int free = !now->fetching && !(now->here & behind);
    int fetch = now->state == JOBS_REST || (go_on && free) ||
                (now->state == JOBS_RUN && session_runs(m) && now->place != m->jobs && free);
    int begins = now->state == JOBS_RUN && !((now->ran | now->running) & oldest) && !now->session && !now->fetching;
    int joined = joins(m);
    int reported = step_report(m, now->state == JOBS_REPORT);
    if (fetch)
        begin_fetch(m);
    step_fetch(m, fetch);
    step_at_hand(m, begins, joined, reported);
    step_oldest(m, reported, go_on);
}

void sofa_step_jobs(struct sofa_machine *m)
{
    if (m->of_queue)
        step_queue(m);
    step_control(m);
}
