/* SPDX-License-Identifier: Apache-2.0 */
#include "../cmodel/host/mapped.h"
#include "../cmodel/host/serial.h"
#include "host.h"

#define MARGIN_MS 500u /* what drivers and USB bridges may add to an answer */

enum sofa_status host_open(struct host *h, const struct host_options *o, struct sofa_error *e)
{
    struct sofa_stream stream;
    h->options = o;
    h->serial = !sofa_mapped_is(o->port);
    if (!h->serial)
        return sofa_mapped_open(&h->bus, o->port, e);
    enum sofa_status status = sofa_serial_open(&stream, o->port, o->baud, e);
    return status == SOFA_OK ? sofa_link_open(&h->bus, &h->link, &stream, o->baud, MARGIN_MS, e) : status;
}

enum sofa_status host_identify(struct host *h, struct sofa_error *e)
{
    const struct host_options *o = h->options;
    uint32_t id = 0;
    struct sofa_warnings warnings = {.count = 0};
    enum sofa_status status = sofa_driver_get(&h->bus, "ID", &id, e);
    if (status == SOFA_OK && id != SOFA_ID)
        return sofa_fail(e, SOFA_BAD_RESULT, "%s: register ID is 0x%08X, want 0x%08X; is this the bitstream of a SOFA core?",
                         o->port, (unsigned)id, SOFA_ID);
    if (status != SOFA_OK)
        return status;
    if (o->config || o->overrides > 0)
        status = sofa_config_load_warned(&h->config, o->config, o->override, o->overrides, &warnings, e);
    else if (h->serial)
        status = sofa_link_config(&h->link, &h->config, e);
    else
        status = sofa_fail(e, SOFA_BAD_INPUT, "--config is missing: only boards with a serial line tell their configuration");
    sofa_print_warnings("sofahost", &warnings);
    if (status == SOFA_OK)
        status = sofa_driver_identify(&h->bus, &h->config, e);
    if (status == SOFA_OK && h->serial)
        h->bus.size = (uint64_t)h->config.board.memory_kib * 1024;
    return status;
}

void host_close(struct host *h)
{
    h->bus.close(h->bus.user);
}
