/* SPDX-License-Identifier: Apache-2.0 */
#include "driver.h"

#include <stdlib.h>

#define RESET_CLOCKS 4u
#define ANSWER_CLOCKS 64u

enum sofa_status tb_driver_open(struct tb_driver **driver, const struct sofa_config *c, const struct tb_core_options *o,
                                struct sofa_error *e)
{
    struct tb_driver *d = calloc(1, sizeof *d);
    *driver = NULL;
    if (!d)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory");
    d->config = c;
    tb_memory_init(&d->memory, c);
    enum sofa_status status = tb_core_open(&d->core, c, o, e);
    if (status == SOFA_OK) {
        tb_reset(d);
        const struct sofa_bus bus = tb_bus(d);
        status = sofa_driver_identify(&bus, c, e);
    }
    if (status == SOFA_OK)
        *driver = d;
    else
        tb_driver_close(d);
    return status;
}

int tb_driver_close(struct tb_driver *d)
{
    if (!d)
        return 0;
    int waves = tb_core_close(&d->core);
    tb_memory_free(&d->memory);
    free(d);
    return waves;
}

void tb_step(struct tb_driver *d)
{
    tb_memory_drive(&d->memory, &d->in);
    d->core.cycle(d->core.handle, &d->in, &d->out);
    if (!d->in.rst)
        tb_memory_sample(&d->memory, &d->in, &d->out);
    d->clocks++;
}

void tb_reset(struct tb_driver *d)
{
    tb_memory_reset(&d->memory);
    d->in.rst = 1;
    for (unsigned i = 0; i < RESET_CLOCKS; i++)
        tb_step(d);
    d->in.rst = 0;
}

static enum sofa_status access_register(struct tb_driver *d, unsigned offset, int write, uint32_t *value,
                                        struct sofa_error *e)
{
    d->in.reg_enable = 1;
    d->in.reg_write = (uint8_t)write;
    d->in.reg_addr = (uint8_t)(offset >> 2);
    d->in.reg_wdata = *value;
    for (unsigned i = 0; i < ANSWER_CLOCKS; i++) {
        tb_step(d);
        d->in.reg_enable = 0;
        if (d->out.failure)
            return sofa_fail(e, SOFA_BAD_RESULT, "%s", d->out.failure);
        if (d->out.reg_valid) {
            *value = d->out.reg_rdata;
            return SOFA_OK;
        }
    }
    return sofa_fail(e, SOFA_BAD_RESULT, "the register at 0x%03X does not answer", offset);
}

static enum sofa_status bus_get(void *user, unsigned offset, uint32_t *value, struct sofa_error *e)
{
    *value = 0;
    return access_register(user, offset, 0, value, e);
}

static enum sofa_status bus_put(void *user, unsigned offset, uint32_t value, struct sofa_error *e)
{
    return access_register(user, offset, 1, &value, e);
}

struct sofa_bus tb_bus(struct tb_driver *d)
{
    return (struct sofa_bus){.user = d, .get = bus_get, .put = bus_put};
}

enum sofa_status tb_write(struct tb_driver *d, const char *name, uint32_t value, struct sofa_error *e)
{
    const struct sofa_bus bus = tb_bus(d);
    return sofa_driver_put(&bus, name, value, e);
}

enum sofa_status tb_read(struct tb_driver *d, const char *name, uint32_t *value, struct sofa_error *e)
{
    const struct sofa_bus bus = tb_bus(d);
    return sofa_driver_get(&bus, name, value, e);
}
