/* SPDX-License-Identifier: Apache-2.0 */
/* A module cycle by cycle: what its inputs are, and what its outputs must be where a test says so; played in Icarus Verilog. */
#ifndef SOFA_RTL_CYCLES_H
#define SOFA_RTL_CYCLES_H

#include "../cmodel/config/config.h"

#include <stddef.h>
#include <stdint.h>

#define RTL_PORTS_MAX 40u

struct rtl_port {
    const char *name; /* i_... or o_... */
    unsigned bits, at;
};

struct rtl_cycles {
    const char *module;
    int clocked;                           /* it has clk and rst */
    struct rtl_port port[RTL_PORTS_MAX];   /* inputs and outputs have their bits apart */
    unsigned ports, cycles, in_bits, out_bits;
    size_t in_bytes, out_bytes;
    uint8_t *stimulus, *expected, *care;
};

/* Ports are declared before the first value. */
void rtl_port(struct rtl_cycles *r, const char *name, unsigned bits);
void rtl_open(struct rtl_cycles *r, unsigned cycles);
/* Bits `from` .. from + bits - 1 of a port in a cycle: an input is this, an output must be. Each bit once. */
void rtl_set(struct rtl_cycles *r, unsigned cycle, const char *name, unsigned from, uint64_t value, unsigned bits);
/* All bits of a port, of which there are 64 at most. */
void rtl_put(struct rtl_cycles *r, unsigned cycle, const char *name, uint64_t value);
/* The same as rtl_set() of any number of bits, which `word` stands for. */
void rtl_set_wide(struct rtl_cycles *r, unsigned cycle, const char *name, unsigned from, uint64_t word, unsigned bits);
/* An input that must not matter. */
void rtl_any(struct rtl_cycles *r, unsigned cycle, const char *name, uint64_t *seed);
/* Reset, with inputs at random, then the cycles, against the module, of the templates that test_emit() takes. Closes. */
void rtl_against(struct rtl_cycles *r, const struct sofa_config *c, const char *const *templates);

/* Happens in so many of ten cases. */
int rtl_chance(uint64_t *seed, unsigned of_ten);
/* How often things happen, of ten: another pace every 150 cycles. */
void rtl_paces(unsigned *pace, unsigned count, unsigned cycle, uint64_t *seed);

#endif
