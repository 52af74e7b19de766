/* SPDX-License-Identifier: Apache-2.0 */
/* A module cycle by cycle: what its inputs are, and what its outputs must be where a test says so; played in Icarus Verilog. */
#ifndef SOFA_RTL_CYCLES_H
#define SOFA_RTL_CYCLES_H

#include <stddef.h>
#include <stdint.h>

#define RTL_PORTS_MAX 16u

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
void rtl_close(struct rtl_cycles *r);
/* Bits `from` .. from + bits - 1 of a port in a cycle: an input is this, an output must be. Each bit once. */
void rtl_set(struct rtl_cycles *r, unsigned cycle, const char *name, unsigned from, uint64_t value, unsigned bits);
/* An input that must not matter. */
void rtl_any(struct rtl_cycles *r, unsigned cycle, const char *name, uint64_t *seed);
/* Reset, with inputs at random, then the cycles, against the module in `directory`. */
void rtl_play(const struct rtl_cycles *r, const char *directory);

#endif
