/* SPDX-License-Identifier: Apache-2.0 */
/* The netlists of the units of a core, and the flat core that they make. */
#ifndef PPA_NETLIST_H
#define PPA_NETLIST_H

#include "../../cmodel/base/error.h"

#include <stdint.h>

#define NETLIST_INPUTS 6u
#define NETLIST_NONE UINT32_MAX

struct netlist_kind {
    uint64_t table; /* bit n: the output when the inputs, the first lowest, are n */
    uint32_t inputs;
};

/* Nets are numbers; in a unit its own, 0 and 1 the constants. */
struct netlist_gate {
    uint32_t kind, delay, output, input[NETLIST_INPUTS], counter;
};
struct netlist_flop {
    uint32_t q, d, inverted, counter;
    uint32_t group; /* of one enable: NETLIST_NONE if none */
};
struct netlist_memory {
    uint32_t width, depth, address_bits, counter;
    uint32_t *net; /* i_we, i_waddr, i_wdata, i_re, i_raddr, o_rdata */
};
struct netlist_kid {
    uint32_t unit, *net; /* of each port bit */
};

struct netlist_unit {
    uint32_t nets, ports, gates, flops, groups, memories, kids;
    uint32_t *port;
    struct netlist_gate *gate;
    struct netlist_flop *flop;
    struct netlist_memory *memory;
    struct netlist_kid *kid;
    uint32_t gate_counter, flop_counter, group_counter, memory_counter; /* of its first one, in the flat core */
};

struct netlist_pin {
    char name[32];
    uint32_t bits, *net;
};

/* Units come after those that they hold; the last is the core. */
struct netlist {
    uint32_t kinds, units, pins;
    struct netlist_kind *kind;
    struct netlist_unit *unit;
    struct netlist_pin *pin;
    uint32_t gate_counters, flop_counters, group_counters, memory_counters;
};

/* All instances. Counters are shared by those of one unit. */
struct netlist_flat {
    uint32_t nets, gates, flops, memories, groups;
    struct netlist_gate *gate;
    struct netlist_flop *flop;     /* group: a number of its own in each instance */
    struct netlist_memory *memory;
    uint32_t *group_counter;       /* of each group */
};

enum sofa_status netlist_read(struct netlist *n, const char *path, struct sofa_error *e);
/* The nets of n's pins become those of the flat core. */
enum sofa_status netlist_flatten(struct netlist_flat *flat, struct netlist *n, struct sofa_error *e);
void netlist_free(struct netlist *n);
void netlist_flat_free(struct netlist_flat *flat);

#endif
