/* SPDX-License-Identifier: Apache-2.0 */
/* Read channels of the memory. */
#include "memory.h"

#include <stdlib.h>
#include <string.h>

static void fill_beat(struct tb_memory *m, struct tb_read_channel *ch, const struct tb_request *q, uint8_t *data,
                      uint8_t *error)
{
    uint64_t address = q->address + (uint64_t)ch->beat * m->port_bytes;
    if (q->region)
        memcpy(data, q->region->bytes + (address - q->region->base), m->port_bytes);
    else
        memset(data, 0xA5, m->port_bytes);
    m->done[TB_STOP_READ]++;
    *error = (uint8_t)tb_memory_fails(m, 0, q->region, address, m->options.fault_read);
}

void tb_read_drive(struct tb_memory *m, unsigned c, struct tb_pins_in *in)
{
    struct tb_read_channel *ch = &m->rd[c];
    in->rd[c].req_ready = (uint8_t)(ch->queue.count < TB_QUEUE && tb_dice(m, ch->pace[0]) && !tb_stopped_at(m, TB_STOP_ASKED, c));
    if (ch->offered)
        return; /* stays as it is until taken */
    struct tb_request *q = tb_queue_head(&ch->queue);
    ch->offered = q && !tb_stopped(m, TB_STOP_READ) && m->now >= q->due && tb_dice(m, ch->pace[1]);
    in->rd[c].data_valid = (uint8_t)ch->offered;
    if (ch->offered)
        fill_beat(m, ch, q, in->rd[c].data, &in->rd[c].data_error);
}

static void log_value(struct tb_memory *m, const struct tb_region *r, size_t row)
{
    if (m->value_logged == m->value_room) {
        size_t room = m->value_room ? 2 * m->value_room : 1024;
        struct tb_value_read *more = realloc(m->value_log, room * sizeof *more);
        if (!more) {
            tb_violation(m, "out of memory for the log of V rows");
            return;
        }
        m->value_log = more;
        m->value_room = room;
    }
    m->value_log[m->value_logged++] = (struct tb_value_read){(uint32_t)row, r};
}

/* Parts of a row (of the image), beat by beat. */
static void count_beats(struct tb_memory *m, const struct tb_request *q, enum tb_kind kind)
{
    struct tb_region *r = q->region;
    uint64_t offset = q->address - r->base, in_row = offset % r->stride / m->port_bytes;
    if (in_row + q->beats > r->beats) {
        tb_violation(m, "%s: read of %u beats at offset 0x%llx goes beyond its row", tb_kind_name(kind), q->beats,
                     (unsigned long long)offset);
        return;
    }
    for (unsigned i = 0; i < q->beats; i++)
        r->reads[offset / m->port_bytes + i]++;
}

/* Rows are read whole; so are range records, several in a wide beat. Counts the row. */
static void count_row(struct tb_memory *m, const struct tb_request *q, enum tb_kind kind)
{
    struct tb_region *r = q->region;
    uint64_t offset = q->address - r->base;
    if (q->beats != r->beats || offset % r->stride != 0) {
        tb_violation(m, "%s: read of %u beats at offset 0x%llx is not one whole row", tb_kind_name(kind), q->beats,
                     (unsigned long long)offset);
        return;
    }
    size_t row = (size_t)(offset / r->stride);
    if (r->ready && !r->ready[row])
        tb_violation(m, "%s: row %zu is read, but %s", tb_kind_name(kind), row,
                     r->writes[row] ? "its write has not been answered" : "nothing has been written there");
    r->reads[row]++;
    if (kind == TB_V)
        log_value(m, r, row);
}

static void check_row(struct tb_memory *m, const struct tb_request *q)
{
    enum tb_kind kind = q->region->kind;
    if (kind == TB_O)
        tb_violation(m, "read of the output buffer at 0x%llx", (unsigned long long)q->address);
    else if (tb_kind_in_beats(kind))
        count_beats(m, q, kind);
    else
        count_row(m, q, kind);
}

static void take_request(struct tb_memory *m, unsigned c, uint64_t address, unsigned beats)
{
    struct tb_request *q = tb_queue_push(&m->rd[c].queue);
    if (!q) {
        tb_violation(m, "read channel %u: more than %u requests outstanding", c, TB_QUEUE);
        return;
    }
    size_t count = (size_t)beats * m->port_bytes;
    m->done[TB_STOP_ASKED]++;
    *q = (struct tb_request){.address = address, .due = m->now + tb_latency(m), .beats = beats};
    q->region = tb_memory_find(m, address, count);
    if (address % m->port_bytes != 0)
        tb_violation(m, "read channel %u: address 0x%llx is not aligned to the port", c, (unsigned long long)address);
    else if (!q->region)
        tb_violation(m, "read channel %u: %u beats at 0x%llx are outside every buffer", c, beats,
                     (unsigned long long)address);
    else
        check_row(m, q);
}

static void take_beat(struct tb_memory *m, struct tb_read_channel *ch)
{
    struct tb_request *q = tb_queue_head(&ch->queue);
    if (q->region)
        m->beats[q->region->kind]++;
    ch->offered = 0;
    if (++ch->beat == q->beats) {
        ch->beat = 0;
        tb_queue_pop(&ch->queue);
    }
}

void tb_read_sample(struct tb_memory *m, unsigned c, const struct tb_pins_in *in, const struct tb_pins_out *out)
{
    struct tb_read_channel *ch = &m->rd[c];
    int valid = out->rd[c].req_valid, ready = in->rd[c].req_ready;
    tb_check_offer(m, &ch->offer, c ? "read channel 1" : "read channel 0", valid, ready, out->rd[c].req_addr,
                   out->rd[c].req_len);
    if (ch->offered && out->rd[c].data_ready) {
        take_beat(m, ch);
        m->last_activity = m->now;
    }
    if (valid && ready) {
        take_request(m, c, out->rd[c].req_addr, out->rd[c].req_len + 1u);
        m->last_activity = m->now;
    }
}
