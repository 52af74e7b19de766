/* SPDX-License-Identifier: Apache-2.0 */
/* Write channel of the memory. A beat is taken in the cycle of its request at the earliest. */
#include "../cmodel/config/regs.h"
#include "memory.h"

#include <string.h>

static int request_open(const struct tb_memory *m)
{
    return m->wr.queue.count > 0;
}

void tb_write_drive(struct tb_memory *m, struct tb_pins_in *in)
{
    struct tb_write_channel *wr = &m->wr;
    in->wr.req_ready = (uint8_t)(wr->queue.count < TB_QUEUE && tb_dice(m, wr->pace[0]) && !tb_stopped(m, TB_STOP_ROWS));
    in->wr.data_ready = (uint8_t)((!m->options.random || (request_open(m) && tb_dice(m, wr->pace[1]))) && !tb_stopped(m, TB_STOP_WRITTEN));
    struct tb_request *answer = tb_queue_head(&wr->answers);
    in->wr.resp_valid = (uint8_t)(answer && m->now >= answer->due && !tb_stopped(m, TB_STOP_ANSWERS));
    in->wr.resp_error = 0;
    if (in->wr.resp_valid) {
        struct tb_region *r = answer->region;
        m->done[TB_STOP_ANSWERS]++;
        if (r && r->ready)
            r->ready[(answer->address - r->base) / r->stride] = 1;
        in->wr.resp_error = (uint8_t)tb_memory_fails(m, 1, r, answer->address, m->options.fault_write);
        tb_queue_pop(&wr->answers);
    }
}

/* Rows of the cache are written whole, one by one. */
static int may_write(struct tb_memory *m, const struct tb_request *q)
{
    const struct tb_region *r = q->region;
    if (r->kind == TB_O || r->kind == TB_JOBS)
        return 1;
    if (!r->ready)
        return 0;
    uint64_t offset = q->address - r->base;
    if (q->beats != r->beats || offset % r->stride != 0)
        tb_violation(m, "%s: write of %u beats at offset 0x%llx is not one whole row",
                     tb_kind_name(r->kind), q->beats, (unsigned long long)offset);
    r->writes[offset / r->stride]++;
    return 1;
}

static void take_request(struct tb_memory *m, uint64_t address, unsigned beats)
{
    struct tb_request *q = tb_queue_push(&m->wr.queue);
    if (!q) {
        tb_violation(m, "write channel: more than %u requests outstanding", TB_QUEUE);
        return;
    }
    m->done[TB_STOP_ROWS]++;
    *q = (struct tb_request){.address = address, .beats = beats};
    q->region = tb_memory_find(m, address, (size_t)beats * m->port_bytes);
    if (address % m->port_bytes != 0)
        tb_violation(m, "write channel: address 0x%llx is not aligned to the port", (unsigned long long)address);
    else if (!q->region || !may_write(m, q)) {
        q->region = NULL;
        tb_violation(m, "write channel: %u beats at 0x%llx are outside the output buffer%s", beats,
                     (unsigned long long)address, m->layout && m->layout->region[TB_K].ready ? " and the cache" : "");
    }
}

static void store(struct tb_memory *m, const struct tb_request *q, const struct tb_pins_out *out)
{
    struct tb_region *r = q->region;
    enum tb_kind kind = r->kind;
    uint64_t offset = q->address + (uint64_t)m->wr.beat * m->port_bytes - r->base;
    for (unsigned i = 0; i < m->port_bytes; i++) {
        if (!(out->wr.strb[i / 8] >> (i % 8) & 1))
            continue;
        if (kind == TB_JOBS && (offset + i) % r->stride / 4 != (unsigned)sofa_register_offset("STATUS") / 4)
            tb_violation(m, "write channel: byte %llu of the descriptors is not STATUS", (unsigned long long)(offset + i));
        else if ((offset + i) % r->stride >= r->row_bytes)
            tb_violation(m, "write channel: byte %llu of %s lies beyond its row", (unsigned long long)(offset + i),
                         tb_kind_name(kind));
        else
            r->bytes[offset + i] = out->wr.data[i];
        m->written[kind]++;
    }
}

static void answer(struct tb_memory *m, const struct tb_request *q)
{
    struct tb_request *a = tb_queue_push(&m->wr.answers);
    if (!a) {
        tb_violation(m, "write channel: more than %u responses outstanding", TB_QUEUE);
        return;
    }
    *a = (struct tb_request){.address = q->address, .region = q->region};
    a->due = m->now + (m->options.response ? m->options.response : tb_latency(m));
    if (m->wr.answers.count > m->most_answers)
        m->most_answers = m->wr.answers.count;
}

static void take_data(struct tb_memory *m, const struct tb_pins_out *out)
{
    struct tb_request *q = tb_queue_head(&m->wr.queue);
    if (!q) {
        tb_violation(m, "write channel: data before its request");
        return;
    }
    m->done[TB_STOP_WRITTEN]++;
    if (q->region)
        store(m, q, out);
    int last = ++m->wr.beat == q->beats;
    if (last != out->wr.last)
        tb_violation(m, "write channel: last is %d in beat %u of %u", out->wr.last, m->wr.beat, q->beats);
    if (last) {
        m->wr.beat = 0;
        answer(m, q);
        tb_queue_pop(&m->wr.queue);
    }
}

static void check_data(struct tb_memory *m, const struct tb_pins_in *in, const struct tb_pins_out *out)
{
    struct tb_write_channel *wr = &m->wr;
    size_t strobes = (m->port_bytes + 7) / 8;
    if (wr->data_waiting && !out->wr.data_valid)
        tb_violation(m, "write channel: data withdrawn before it was taken");
    else if (wr->data_waiting && (memcmp(wr->data, out->wr.data, m->port_bytes) != 0 || wr->last != out->wr.last ||
                                  memcmp(wr->strb, out->wr.strb, strobes) != 0))
        tb_violation(m, "write channel: data changed before it was taken");
    wr->data_waiting = out->wr.data_valid && !in->wr.data_ready;
    if (!wr->data_waiting)
        return;
    memcpy(wr->data, out->wr.data, m->port_bytes);
    memcpy(wr->strb, out->wr.strb, strobes);
    wr->last = out->wr.last;
}

void tb_write_sample(struct tb_memory *m, const struct tb_pins_in *in, const struct tb_pins_out *out)
{
    int asked = out->wr.req_valid && in->wr.req_ready, given = out->wr.data_valid && in->wr.data_ready;
    tb_check_offer(m, &m->wr.offer, "write channel", out->wr.req_valid, in->wr.req_ready, out->wr.req_addr,
                   out->wr.req_len);
    check_data(m, in, out);
    if (asked)
        take_request(m, out->wr.req_addr, out->wr.req_len + 1u);
    if (given)
        take_data(m, out);
    if (asked || given || in->wr.resp_valid)
        m->last_activity = m->now;
}
