/* One line per suite: SUITE(x) is tests/test_x.c with Suite *x_suite(void). */
SUITE(config)
SUITE(npz)
SUITE(trace)
SUITE(gen)
SUITE(write)
SUITE(regs)
SUITE(memory)
SUITE(cosim)
