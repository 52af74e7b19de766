/* SPDX-License-Identifier: Apache-2.0 */
#include "heads.h"

#include "../base/program.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#define THREADS_MAX 256u

/* Threads take the next head; the main thread tells what is done, in order. */
struct pool {
    const struct sofa_heads_how *how;
    const struct sofa_setup *setup;
    struct sofa_heads *list;
    pthread_mutex_t lock;
    pthread_cond_t progress;
    size_t next;
    unsigned char *done; /* of each head */
    struct sofa_queue_report queue;
    enum sofa_status queued; /* what became of the queue */
    struct sofa_error why;
};

static void *work(void *user)
{
    struct pool *p = user;
    for (;;) {
        pthread_mutex_lock(&p->lock);
        size_t i = p->next < p->list->count ? p->next++ : p->list->count;
        pthread_mutex_unlock(&p->lock);
        if (i == p->list->count)
            return NULL;
        struct sofa_head_run *run = &p->list->run[i];
        if (run->status == SOFA_OK) /* else it could not even be listed */
            run->status = p->how->run(p->how->user, run, p->setup, p->how->options);
        pthread_mutex_lock(&p->lock);
        p->done[i] = 1;
        pthread_cond_signal(&p->progress);
        pthread_mutex_unlock(&p->lock);
    }
}

static int has_warning(const struct sofa_head_run *run, const char *text)
{
    for (unsigned i = 0; i < run->report.warnings.count; i++)
        if (strcmp(run->report.warnings.text[i], text) == 0)
            return 1;
    return 0;
}

/* Of several heads, each with its name; what the head before has said about the file is not said again. */
static void tell_warnings(const struct pool *p, size_t i)
{
    const struct sofa_head_run *run = &p->list->run[i];
    for (unsigned n = 0; n < run->report.warnings.count; n++) {
        const char *text = run->report.warnings.text[n];
        if (i > 0 && has_warning(&run[-1], text))
            continue;
        fprintf(stderr, "%s: warning: ", p->how->program->name);
        if (p->list->count > 1 && strncmp(text, run->trace, strlen(run->trace)) != 0)
            fprintf(stderr, "%s, head %zu: ", run->trace, run->head);
        fprintf(stderr, "%s\n", text);
    }
}

static void tell(const struct pool *p, size_t i)
{
    const struct sofa_head_run *run = &p->list->run[i];
    int several = p->list->count > 1;
    tell_warnings(p, i);
    if (several && run->status != SOFA_OK)
        fprintf(stderr, "%s: %s\n", p->how->program->name, run->error.text);
    if (p->how->options->json || !run->reported)
        return;
    if (several)
        sofa_report_print_line(stdout, &run->report);
    else
        sofa_report_print(stdout, &run->report);
    fflush(stdout);
}

static void tell_all(struct pool *p)
{
    for (size_t i = 0; i < p->list->count; i++) {
        pthread_mutex_lock(&p->lock);
        while (!p->done[i])
            pthread_cond_wait(&p->progress, &p->lock);
        pthread_mutex_unlock(&p->lock);
        tell(p, i);
    }
}

static unsigned count_threads(const struct pool *p)
{
    cpu_set_t set;
    unsigned threads = p->how->threads;
    if (threads == 0)
        threads = sched_getaffinity(0, sizeof set, &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
    threads = threads < THREADS_MAX ? threads : THREADS_MAX;
    return threads < p->list->count ? threads : (unsigned)p->list->count;
}

/* Without a single thread the main one does the work. */
static void run_all(struct pool *p)
{
    pthread_t thread[THREADS_MAX];
    unsigned threads = count_threads(p), started = 0;
    while (started < threads && pthread_create(&thread[started], NULL, work, p) == 0)
        started++;
    if (started == 0)
        work(p);
    tell_all(p);
    for (unsigned i = 0; i < started; i++)
        pthread_join(thread[i], NULL);
}

static json_t *one_json(const struct pool *p, const struct sofa_report *report)
{
    json_t *object = sofa_report_json(report), *warnings = sofa_warnings_json(&p->setup->warnings);
    json_array_extend(warnings, json_object_get(object, "warnings"));
    json_object_set_new(object, "warnings", warnings);
    json_object_set_new(object, "fitted", sofa_fitted_json(p->setup));
    return object;
}

static json_t *failure_json(const struct sofa_head_run *run)
{
    return json_pack("{s:o, s:I, s:i, s:o}", "trace", sofa_text_json(run->trace), "head", (json_int_t)run->head, "status",
                     (int)run->status, "message", sofa_text_json(run->error.text));
}

static json_t *all_json(const struct pool *p)
{
    json_t *heads = json_array(), *failed = json_array();
    for (size_t i = 0; i < p->list->count; i++) {
        const struct sofa_head_run *run = &p->list->run[i];
        if (run->reported)
            json_array_append_new(heads, sofa_report_json(&run->report));
        if (run->status != SOFA_OK)
            json_array_append_new(failed, failure_json(run));
    }
    return json_pack("{s:o, s:o, s:o, s:o}", "heads", heads, "failed", failed, "fitted", sofa_fitted_json(p->setup), "warnings",
                     sofa_warnings_json(&p->setup->warnings));
}

static enum sofa_status worst_of(const struct pool *p)
{
    enum sofa_status worst = SOFA_OK;
    for (size_t i = 0; i < p->list->count; i++)
        worst = p->list->run[i].status > worst ? p->list->run[i].status : worst;
    return worst;
}

/* All heads in one queue; not if one of them cannot be run. */
static void run_queue(struct pool *p)
{
    const struct sofa_heads_how *how = p->how;
    if (worst_of(p) != SOFA_OK)
        return;
    p->queued = sofa_queue_sum(&p->queue, &p->setup->config, p->list, &p->why);
    if (p->queued == SOFA_OK && how->run_queue)
        p->queued = how->run_queue(how->user, &p->queue, p->list, &p->why);
    if (!how->options->json && p->queued != SOFA_BAD_INPUT)
        sofa_queue_print(stdout, &p->queue);
}

static json_t *with_queue(const struct pool *p, json_t *object)
{
    if (object && p->how->queue)
        json_object_set_new(object, "queue", p->queue.jobs ? sofa_queue_json(&p->queue) : json_null());
    return object;
}

/* The last word: JSON, and what the exit status comes from. */
static enum sofa_status conclude(const struct pool *p, struct sofa_error *e)
{
    const struct sofa_head_run *first = &p->list->run[0];
    enum sofa_status worst = worst_of(p), printed = SOFA_OK;
    size_t failed = 0;
    for (size_t i = 0; i < p->list->count; i++)
        failed += p->list->run[i].status != SOFA_OK;
    if (p->how->options->json && (p->list->count > 1 || first->reported))
        printed = sofa_report_print_json(with_queue(p, p->list->count > 1 ? all_json(p) : one_json(p, &first->report)), e);
    else
        printed = sofa_program_flush(e);
    if (printed != SOFA_OK)
        return printed;
    if (p->queued != SOFA_OK)
        return sofa_fail(e, p->queued, "%s", p->why.text);
    if (p->list->count == 1 && worst != SOFA_OK)
        return sofa_fail(e, worst, "%s", first->error.text);
    return worst == SOFA_OK ? SOFA_OK : sofa_fail(e, worst, "%zu of %zu heads failed", failed, p->list->count);
}

static enum sofa_status run_list(struct pool *p, struct sofa_error *e)
{
    const struct sofa_heads_how *how = p->how;
    const struct sofa_setup *setup = p->setup;
    enum sofa_status status = how->queue ? sofa_queue_check(&setup->config, "--queue", e) : SOFA_OK;
    if (status == SOFA_OK && how->begin)
        status = how->begin(how->user, setup, p->list->count, e);
    if (status != SOFA_OK)
        return status;
    p->done = calloc(p->list->count, 1);
    if (!p->done)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu heads", p->list->count);
    sofa_print_warnings(how->program->name, &setup->warnings);
    for (unsigned i = 0; i < setup->fitteds && !how->options->json; i++)
        printf("%s%s%s", i == 0 ? "fitted              " : " ", setup->fitted[i], i + 1 == setup->fitteds ? "\n" : "");
    if (p->list->count > 1 && !how->options->json)
        sofa_report_print_title(stdout);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->progress, NULL);
    run_all(p);
    pthread_cond_destroy(&p->progress);
    pthread_mutex_destroy(&p->lock);
    free(p->done);
    if (how->queue)
        run_queue(p);
    return conclude(p, e);
}

enum sofa_status sofa_heads_run(const struct sofa_heads_how *how, struct sofa_error *e)
{
    struct sofa_heads list = {.run = NULL};
    struct sofa_setup setup;
    enum sofa_status status = sofa_setup_load(&setup, how->options, e);
    if (status == SOFA_OK)
        status = sofa_heads_list(&list, how->options, e);
    struct pool pool = {.how = how, .setup = &setup, .list = &list};
    if (status == SOFA_OK)
        status = run_list(&pool, e);
    sofa_heads_free(&list);
    return status;
}
