/* SPDX-License-Identifier: Apache-2.0 */
/* info, read, write. */
#include "../cmodel/front/report.h"
#include "host.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum sofa_status host_info(struct host *h, struct sofa_error *e)
{
    uint32_t version = 0, state = 0;
    unsigned count;
    enum sofa_status status = host_identify(h, e);
    if (status == SOFA_OK)
        status = sofa_driver_get(&h->bus, "VERSION", &version, e);
    if (status == SOFA_OK)
        status = sofa_driver_get(&h->bus, "STATUS", &state, e);
    if (status != SOFA_OK)
        return status;
    const struct sofa_config_key *key = sofa_config_keys(&count);
    char number[24];
    snprintf(number, sizeof number, "%u.%u.%u", version >> 16, version >> 8 & 0xFF, version & 0xFF);
    if (h->options->json) {
        json_t *keys = json_object();
        for (unsigned i = 0; i < count; i++)
            json_object_set_new(keys, key[i].path, json_integer(key[i].get(&h->config)));
        return sofa_report_print_json(json_pack("{s:s, s:I, s:I, s:I, s:o}", "version", number, "config_hash",
                                                (json_int_t)sofa_config_hash(&h->config), "status", (json_int_t)state,
                                                "memory_bytes", (json_int_t)h->bus.size, "config", keys), e);
    }
    printf("version             %s\nconfiguration       hash 0x%08x\nstatus              0x%08x%s%s\n"
           "memory              %" PRIu64 " bytes at 0x%" PRIx64 "\n",
           number, (unsigned)sofa_config_hash(&h->config), (unsigned)state, state & SOFA_STATUS_BUSY ? ", busy" : "",
           state & SOFA_STATUS_DONE ? ", done" : "", h->bus.size, h->bus.base);
    for (unsigned i = 0; i < count; i++)
        printf("  %-24s %u\n", key[i].path, key[i].get(&h->config));
    return SOFA_OK;
}

struct target {
    int is_register;
    uint64_t address; /* of memory, or a register's offset */
};

/* A register's name, or a number as on the serial link: registers from SOFA_LINK_REGISTERS on. */
static enum sofa_status parse_target(struct target *t, const char *text, struct sofa_error *e)
{
    char name[40], *end;
    size_t n = 0;
    for (; text[n] && n + 1 < sizeof name; n++)
        name[n] = (char)toupper((unsigned char)text[n]);
    name[n] = '\0';
    int offset = sofa_register_offset(name);
    t->is_register = 1;
    t->address = (uint64_t)offset;
    if (offset >= 0)
        return SOFA_OK;
    t->address = strtoull(text, &end, 0);
    if (end == text || *end != '\0')
        return sofa_fail(e, SOFA_BAD_INPUT, "address '%.80s': must be a number or the name of a register", text);
    t->is_register = t->address >= SOFA_LINK_REGISTERS && t->address < SOFA_LINK_REGISTERS + 0x800;
    if (!t->is_register)
        return SOFA_OK;
    t->address -= SOFA_LINK_REGISTERS;
    if (t->address % 4 != 0)
        return sofa_fail(e, SOFA_BAD_INPUT, "address '%.80s': registers stand at multiples of 4", text);
    return SOFA_OK;
}

enum sofa_status host_read(struct host *h, struct sofa_error *e)
{
    struct target t;
    uint32_t value = 0;
    uint8_t bytes[4] = {0};
    if (h->options->arguments != 1)
        return sofa_fail(e, SOFA_BAD_INPUT, "read: give one ADDR; see --help");
    enum sofa_status status = parse_target(&t, h->options->argument[0], e);
    if (status == SOFA_OK && t.is_register)
        status = h->bus.get(h->bus.user, (unsigned)t.address, &value, e);
    else if (status == SOFA_OK) {
        status = h->bus.read(h->bus.user, t.address, bytes, sizeof bytes, e);
        value = bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    }
    if (status == SOFA_OK)
        printf(h->options->json ? "{\"value\": %" PRIu32 "}\n" : "0x%08" PRIx32 "\n", value);
    return status;
}

enum sofa_status host_write(struct host *h, struct sofa_error *e)
{
    struct target t;
    if (h->options->arguments != 2)
        return sofa_fail(e, SOFA_BAD_INPUT, "write: give ADDR and VALUE; see --help");
    char *end;
    const char *text = h->options->argument[1];
    unsigned long long value = strtoull(text, &end, 0);
    if (end == text || *end != '\0' || value > UINT32_MAX)
        return sofa_fail(e, SOFA_BAD_INPUT, "value '%.80s': must be a number, 0 to 0xFFFFFFFF", text);
    const uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16), (uint8_t)(value >> 24)};
    enum sofa_status status = parse_target(&t, h->options->argument[0], e);
    if (status != SOFA_OK)
        return status;
    return t.is_register ? h->bus.put(h->bus.user, (unsigned)t.address, (uint32_t)value, e)
                         : h->bus.write(h->bus.user, t.address, bytes, sizeof bytes, e);
}
