/* SPDX-License-Identifier: Apache-2.0 */
#include "driver.h"

#include <stdio.h>
#include <string.h>

struct setting {
    const char *name;
    uint32_t value;
};

static enum sofa_status offset_of(const char *name, unsigned *offset, struct sofa_error *e)
{
    int found = sofa_register_offset(name);
    if (found < 0)
        return sofa_fail(e, SOFA_BAD_INPUT, "no register %s", name);
    *offset = (unsigned)found;
    return SOFA_OK;
}

enum sofa_status sofa_driver_get(const struct sofa_bus *bus, const char *name, uint32_t *value, struct sofa_error *e)
{
    unsigned offset = 0;
    enum sofa_status status = offset_of(name, &offset, e);
    return status == SOFA_OK ? bus->get(bus->user, offset, value, e) : status;
}

enum sofa_status sofa_driver_put(const struct sofa_bus *bus, const char *name, uint32_t value, struct sofa_error *e)
{
    unsigned offset = 0;
    enum sofa_status status = offset_of(name, &offset, e);
    return status == SOFA_OK ? bus->put(bus->user, offset, value, e) : status;
}

enum sofa_status sofa_driver_identify(const struct sofa_bus *bus, const struct sofa_config *c, struct sofa_error *e)
{
    uint32_t id = 0, hash = 0, want = sofa_config_hash(c);
    enum sofa_status status = sofa_driver_get(bus, "ID", &id, e);
    if (status == SOFA_OK && id != SOFA_ID)
        return sofa_fail(e, SOFA_BAD_RESULT, "register ID is 0x%08X, want 0x%08X; is this the bitstream of a SOFA core?",
                         (unsigned)id, SOFA_ID);
    if (status == SOFA_OK)
        status = sofa_driver_get(bus, "CONFIG_HASH", &hash, e);
    if (status == SOFA_OK && hash != want)
        status = sofa_fail(e, SOFA_BAD_RESULT, "register CONFIG_HASH is 0x%08X, want 0x%08X; is the bitstream of another "
                           "configuration than '%s'?", (unsigned)hash, (unsigned)want, c->name);
    return status;
}

static enum sofa_status put_all(const struct sofa_bus *bus, const struct setting *s, size_t count, struct sofa_error *e)
{
    enum sofa_status status = SOFA_OK;
    for (size_t i = 0; i < count && status == SOFA_OK; i++)
        status = sofa_driver_put(bus, s[i].name, s[i].value, e);
    return status;
}

int sofa_place_used(const struct sofa_config *c, enum sofa_place_kind kind)
{
    int tokens = c->mode == SOFA_MODE_TOKENS;
    if (kind == SOFA_PLACE_KHAT)
        return !tokens && c->predict.source == SOFA_SOURCE_PLANE;
    if (kind == SOFA_PLACE_ROTARY || kind == SOFA_PLACE_TURN)
        return tokens && c->kvgen.rotary;
    return kind < SOFA_PLACE_KHAT || tokens;
}

static enum sofa_status put_places(const struct sofa_bus *bus, const struct sofa_config *c,
                                   const struct sofa_place place[SOFA_PLACES], struct sofa_error *e)
{
    static const struct {
        const char *low, *high, *stride;
    } name[SOFA_PLACES] = {
        {"Q_BASE_LO", "Q_BASE_HI", "Q_STRIDE"},        {"K_BASE_LO", "K_BASE_HI", "K_STRIDE"},
        {"V_BASE_LO", "V_BASE_HI", "V_STRIDE"},        {"O_BASE_LO", "O_BASE_HI", "O_STRIDE"},
        {"RANGE_BASE_LO", "RANGE_BASE_HI", NULL},      {"KHAT_BASE_LO", "KHAT_BASE_HI", "KHAT_STRIDE"},
        {"X_BASE_LO", "X_BASE_HI", "X_STRIDE"},
        {"CODE_BASE_LO", "CODE_BASE_HI", NULL},        {"WEIGHT_BASE_LO", "WEIGHT_BASE_HI", NULL},
        {"ROTARY_BASE_LO", "ROTARY_BASE_HI", "ROTARY_STRIDE"}, {"TURN_BASE_LO", "TURN_BASE_HI", "TURN_STRIDE"},
    };
    enum sofa_status status = SOFA_OK;
    for (unsigned k = 0; k < SOFA_PLACES && status == SOFA_OK; k++) {
        if (!sofa_place_used(c, (enum sofa_place_kind)k))
            continue;
        status = sofa_driver_put(bus, name[k].low, (uint32_t)place[k].base, e);
        if (status == SOFA_OK && c->memory.address_bits > 32)
            status = sofa_driver_put(bus, name[k].high, (uint32_t)(place[k].base >> 32), e);
        if (status == SOFA_OK && name[k].stride)
            status = sofa_driver_put(bus, name[k].stride, place[k].stride, e);
    }
    return status;
}

static uint32_t flags(const struct sofa_job *j)
{
    return (j->carry ? SOFA_FLAG_CARRY : 0) | (j->has_ranges ? SOFA_FLAG_RANGES : 0) | (j->keep ? SOFA_FLAG_KEEP : 0);
}

static enum sofa_status describe_tokens(const struct sofa_bus *bus, const struct sofa_config *c, const struct sofa_job *j,
                                        struct sofa_error *e)
{
    const struct setting settings[] = {
        {"HIDDEN", j->hidden},
        {"HIDDEN_WORDS", (j->hidden + c->predict.dims - 1) / c->predict.dims},
        {"KHAT_SHIFT", j->khat_shift},
        {"K_SHIFT", j->k_shift},
        {"V_SHIFT", j->v_shift},
    };
    return put_all(bus, settings, sizeof settings / sizeof settings[0], e);
}

enum sofa_status sofa_driver_describe(const struct sofa_bus *bus, const struct sofa_config *c, const struct sofa_job *j,
                                      const struct sofa_place place[SOFA_PLACES], uint32_t watchdog, struct sofa_error *e)
{
    const struct setting settings[] = {
        {"WATCHDOG", watchdog ? watchdog : SOFA_WATCHDOG_RESET},
        {"IRQ_ENABLE", 1},
        {"ROWS", j->rows},
        {"KEYS", j->keys},
        {"TILE", j->tile},
        {"FLAGS", flags(j)},
        {"MODE", c->mode == SOFA_MODE_TOKENS},
        {"SCALE_MANTISSA", j->scale_mantissa},
        {"SCALE_SHIFT", j->scale_shift},
    };
    const struct setting orders[] = {{"ORDER", j->order}, {"OWN_OFFSET", j->own_offset}};
    const struct setting rank[] = {{"KEPT", j->kept}, {"RADIUS", j->radius}, {"SCORE_SHIFT", j->score_shift}};
    const struct setting mass[] = {{"MASS", j->mass}, {"OCTAVE_SHIFT", j->octave_shift}}, policy = {"POLICY", j->policy};
    enum sofa_status status = put_all(bus, settings, sizeof settings / sizeof settings[0], e);
    if (status == SOFA_OK)
        status = put_all(bus, rank, c->select.policy != SOFA_POLICY_MASS ? 3 : 0, e);
    if (status == SOFA_OK)
        status = put_all(bus, mass, c->select.policy != SOFA_POLICY_RANK ? 2 : 0, e);
    if (status == SOFA_OK)
        status = put_all(bus, &policy, c->select.policy == SOFA_POLICY_BOTH, e);
    if (status == SOFA_OK)
        status = put_all(bus, orders, c->select.orders ? 2 : 0, e);
    if (status == SOFA_OK && c->mode == SOFA_MODE_TOKENS)
        status = describe_tokens(bus, c, j, e);
    return status == SOFA_OK ? put_places(bus, c, place, e) : status;
}

/* A bus on which registers are words of a descriptor. */
static enum sofa_status put_word(void *user, unsigned offset, uint32_t value, struct sofa_error *e)
{
    uint8_t *descriptor = user;
    (void)e;
    for (unsigned i = 0; i < 4 && offset >= SOFA_JOB_FIRST && offset < SOFA_JOB_BYTES; i++)
        descriptor[offset + i] = (uint8_t)(value >> 8 * i);
    return SOFA_OK;
}

static uint32_t word_at(const uint8_t *descriptor, const char *name)
{
    const uint8_t *at = descriptor + sofa_register_offset(name);
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

enum sofa_status sofa_driver_descriptor(uint8_t *out, const struct sofa_config *c, const struct sofa_job *j,
                                        const struct sofa_place place[SOFA_PLACES], uint32_t watchdog, uint32_t flags,
                                        struct sofa_error *e)
{
    const struct sofa_bus words = {.user = out, .put = put_word};
    memset(out, 0, SOFA_JOB_BYTES);
    enum sofa_status status = sofa_driver_describe(&words, c, j, place, watchdog, e);
    return status == SOFA_OK ? sofa_driver_put(&words, "FLAGS", word_at(out, "FLAGS") | flags, e) : status;
}

enum sofa_status sofa_driver_ring(const struct sofa_bus *bus, const struct sofa_config *c, uint64_t base, uint32_t count, struct sofa_error *e)
{
    enum sofa_status status = sofa_driver_put(bus, "JOBS_BASE_LO", (uint32_t)base, e);
    if (status == SOFA_OK && c->memory.address_bits > 32)
        status = sofa_driver_put(bus, "JOBS_BASE_HI", (uint32_t)(base >> 32), e);
    return status == SOFA_OK ? sofa_driver_put(bus, "JOBS_COUNT", count, e) : status;
}

uint32_t sofa_driver_reported(const uint8_t *descriptor)
{
    return word_at(descriptor, "STATUS");
}

enum sofa_status sofa_driver_counters(const struct sofa_bus *bus, struct sofa_counts *counts, struct sofa_error *e)
{
    unsigned count;
    enum sofa_status status = SOFA_OK;
    const struct sofa_register *r = sofa_registers(&count);
    *counts = (struct sofa_counts){0};
    for (unsigned i = 0; i + 1 < count && status == SOFA_OK; i++) {
        size_t length = strlen(r[i].name);
        if (r[i].kind != SOFA_REG_COUNTER || strcmp(r[i].name + length - 3, "_LO") != 0 ||
            counts->count == SOFA_COUNTERS_MAX)
            continue;
        struct sofa_count *c = &counts->item[counts->count++];
        uint32_t low = 0, high = 0;
        snprintf(c->name, sizeof c->name, "%.*s", (int)(length - 3), r[i].name);
        status = bus->get(bus->user, r[i].offset, &low, e); /* holds the upper half for the next read */
        if (status == SOFA_OK)
            status = bus->get(bus->user, r[i + 1].offset, &high, e);
        c->value = (uint64_t)high << 32 | low;
    }
    return status;
}

uint64_t sofa_count_of(const struct sofa_counts *counts, const char *name)
{
    for (unsigned i = 0; i < counts->count; i++)
        if (strcmp(counts->item[i].name, name) == 0)
            return counts->item[i].value;
    return 0;
}

void sofa_counts_add(struct sofa_counts *sum, const struct sofa_counts *part)
{
    for (unsigned i = 0; i < part->count; i++) {
        sum->item[i].value += part->item[i].value;
        memcpy(sum->item[i].name, part->item[i].name, sizeof sum->item[i].name);
    }
    sum->count = part->count;
}
