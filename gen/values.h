/* SPDX-License-Identifier: Apache-2.0 */
/* What templates and the manifest know of a configuration. */
#ifndef GEN_VALUES_H
#define GEN_VALUES_H

#include "../cmodel/config/config.h"
#include "use.h"

#include <lua.h>
#include <stddef.h>

struct gen_values {
    struct sofa_config config;
    struct sofa_derived derived;
    uint32_t hash;
};

/* Requires a checked configuration. */
void gen_values_init(struct gen_values *v, const struct sofa_config *c);

/* The fields of struct sofa_derived by name. */
struct gen_derived_field {
    const char *name;
    size_t offset;
};
const struct gen_derived_field *gen_derived_fields(unsigned *count);
unsigned gen_derived_get(const struct sofa_derived *d, const struct gen_derived_field *field);

/* 0 if there is no such field. */
int gen_derived_change(struct sofa_derived *d, const char *name, int by);

/* What a template says about the hardware it lays out; listed in the manifest. */
struct gen_latency {
    char name[64];
    unsigned cycles;
};
struct gen_memory {
    char name[64];
    unsigned words, bits;
};
#define GEN_FACTS_MAX 128u
struct gen_facts {
    unsigned latencies, memories;
    struct gen_latency latency[GEN_FACTS_MAX];
    struct gen_memory memory[GEN_FACTS_MAX];
    struct gen_use use; /* of the template at hand */
};

/* Adds to the environment on top of the stack (gen_template_push_environment):
 *   cfg.*            every configuration key ("tile.keys" is cfg.tile.keys), cfg.name, cfg.mode
 *   d.*              every field of struct sofa_derived
 *   hash, version    integer; string
 *   clog2(n)         smallest b with 2^b >= n
 *   exp2_table()     {T[0], ..., T[64]} as list[1..65]
 *   recip_table()    {U[0], ..., U[128]} as list[1..129]
 *   network()        the selection network, see gen/values_network.c
 *   registers()      list of {name, lower, offset, kind, access, bits, reset, description, fields}; fields is a list of
 *                    {name, low, bits, description}
 *   link.*           protocol of the UART bridge (cmodel/host/link.h)
 *   config_keys()    list of {path, value}: the numeric keys in the order of sofa_config_keys()
 *   errors()         list of {name, code, text}
 *   built(name, value)   an error unless d.name has the value that the template is laid out for
 *   latency(name, cycles)    recorded in the manifest; returns cycles
 *   memory("MODULE.SIGNAL", words, bits)   a read-only table, recorded in the manifest; returns bits. Memories that are written need
 *                    no such line: gen/storage.c finds them.
 * v and facts must outlive the state. May raise a Lua error. */
void gen_values_push(lua_State *L, const struct gen_values *v, struct gen_facts *facts);

#endif
