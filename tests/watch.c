/* SPDX-License-Identifier: Apache-2.0 */
#include "watch.h"

#include "tests.h"

#include <inttypes.h>

void watch_begin(struct watch *w, struct fixture *f, const char *event)
{
    const struct tb_driver *d = f->driver;
    *w = (struct watch){.event = event};
    for (unsigned c = 0; c < d->memory.channels; c++)
        w->waiting[c] = d->out.rd[c].req_valid && !d->in.rd[c].req_ready;
    w->waiting[TB_CHANNELS_MAX] = d->out.wr.req_valid && !d->in.wr.req_ready;
}

static void watch_reads(struct fixture *f, struct watch *w)
{
    const struct tb_driver *d = f->driver;
    for (unsigned c = 0; c < d->memory.channels; c++) {
        int valid = d->out.rd[c].req_valid;
        ck_assert_msg(w->cycle <= WATCH_SETTLE || !valid || w->waiting[c], "read channel %u asks %" PRIu64 " cycles after %s", c,
                      w->cycle, w->event);
        ck_assert_msg(w->cycle <= WATCH_SETTLE || !d->in.rd[c].data_valid || d->out.rd[c].data_ready,
                      "read channel %u does not take a beat %" PRIu64 " cycles after %s", c, w->cycle, w->event);
        w->waiting[c] = valid && !d->in.rd[c].req_ready;
    }
}

/* Rows that are begun are written to their end: one, in mode tokens one of O and one of K or V. */
static void watch_write(struct fixture *f, struct watch *w)
{
    const struct tb_driver *d = f->driver;
    const struct tb_write_channel *wr = &d->memory.wr;
    int valid = d->out.wr.req_valid, *waiting = &w->waiting[TB_CHANNELS_MAX];
    w->begun += w->cycle > WATCH_SETTLE && valid && !*waiting;
    ck_assert_msg(w->begun <= (f->config.mode == SOFA_MODE_TOKENS), "a row is begun %" PRIu64 " cycles after %s",
                  w->cycle, w->event);
    *waiting = valid && !d->in.wr.req_ready;
    w->silent = wr->queue.count > 0 && !d->out.wr.data_valid ? w->silent + 1 : 0;
    ck_assert_msg(w->silent <= 2, "no data of a row that is begun, %" PRIu64 " cycles after %s", w->cycle, w->event);
}

void watch_step(struct watch *w, struct fixture *f)
{
    tb_step(f->driver);
    w->cycle++;
    watch_reads(f, w);
    watch_write(f, w);
    w->idle = tb_memory_idle(&f->driver->memory) && w->cycle > WATCH_SETTLE ? w->idle + 1 : 0;
    ck_assert_msg(f->driver->out.irq || w->idle <= WATCH_END, "%s: the bus is empty, but the job goes on", w->event);
}
