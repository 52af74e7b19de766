/* SPDX-License-Identifier: Apache-2.0 */
/* The source of the shim and the checks of lint, carried in the programs so that they work without this repository. */
#ifndef TB_SHIM_TEXT_H
#define TB_SHIM_TEXT_H

extern const char tb_shim_cpp[], tb_shim_cpp_end[];
extern const char tb_board_shim_cpp[], tb_board_shim_cpp_end[];
extern const char tb_waves_cpp[], tb_waves_cpp_end[];
extern const char tb_shim_h[], tb_shim_h_end[];
extern const char tb_assertion_h[], tb_assertion_h_end[];
extern const char tb_assertion_cpp[], tb_assertion_cpp_end[];
extern const char tb_lint_gate[], tb_lint_gate_end[];

#endif
